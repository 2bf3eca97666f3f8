"""MSSanté as one professional of a pharmacy works with it: what may be sent and to whom, what comes, what is answered.

A patient's address is made of a qualified INS only (LGO.MSS.11); who refused gets nothing, and nobody else for him
where he refused that (LGO.MSS.17, va1.22). A new version « annule et remplace » goes to whoever had the first
(LGO.MSS.15), a pre-set mail to whoever has a deleted one (LGO.MSS.16). Source: specs/requirements.md §2.2, §2.3;
specs/mssante.md §2, §3.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from email.message import EmailMessage
from hashlib import sha256

from health_documents.cda.read.reader import ReadDocument, read_document
from health_documents.identifiers import matricule_is_valid
from health_documents.pdf.write import pdf_file_name
from health_documents.xdm.write import XdmDocument, write_xdm
from health_documents.xds.write import Association, DocumentEntry
from lgo_client.authoring import Writer
from lgo_client.clock import Workplace
from lgo_client.dmp.documents import lot_with
from lgo_client.environment import Patient
from lgo_client.mss.doors import INBOX, Envelope, Mailbox, Place
from lgo_client.mss.errors import MssError, MssUnavailable, NotLoggedIn, NotQualified, NotSent, Refused
from lgo_client.mss.inbound import Opened, opened, patient_named, shown_subject
from lgo_client.mss.mails import (
    REPLACES,
    Attachment,
    DocumentMail,
    Letter,
    Sender,
    compose_as,
    reply_headers,
    write_letter,
    written,
)
from lgo_client.mss.placing import PATIENT_DOMAIN, placed
from lgo_client.mss.queue import MailQueue, Operator, Parcel
from lgo_client.mss.receipts import Reading, mdn
from lgo_client.mss.records import Arrived, Audience, MailRecords, SentDocument, Where
from lgo_client.mss.sync import synchronise
from lgo_client.outbox import PAUSES, State, Waiting
from lgo_client.xds import REPLACES as RPLC

__all__ = ["CLOSED", "PATIENT_DOMAIN", "Document", "MailDesk"]

CLOSED = {"X-MSS-MES": "FIN"}
PRODUCER = "LGO-DE-REFERENCE"
RECORD_NUMBER = "000417"
_BODY = "Bonjour,\n\nveuillez trouver ci-joint : {title}.\n\n{sender}\n"
_BODY_REPLACES = (
    "Bonjour,\n\nveuillez trouver ci-joint : {title}.\nCe document annule et remplace le précédent.\n\n{sender}\n"
)
_BODY_DELETED = (
    "Bonjour,\n\nle document « {title} » que nous vous avons adressé a été supprimé par son auteur.\n"
    "Merci de ne plus en tenir compte et de le retirer du dossier.\n\n{sender}\n"
)


@dataclass(frozen=True, slots=True)
class Document:
    """A document to send: of whom, its metadata and octets; ``replaces`` is the uniqueId of the version before it."""

    patient: Patient
    entry: DocumentEntry
    octets: bytes
    replaces: str = ""


@dataclass(kw_only=True)
class MailDesk:
    """One professional, or the software, at a mailbox.

    ``holder`` is the national id of who works, ``patients`` those whom the pharmacy knows, by matricule; ``source`` the
    OID of the software.
    """

    holder: str
    sender: Sender
    writer: Writer
    operator: Operator
    records: MailRecords
    queue: MailQueue
    patients: Mapping[str, Patient]
    workplace: Workplace
    source: str

    @property
    def mailbox(self) -> str:
        """The address of the mailbox."""
        return self.operator.account.mailbox

    # --- who may be written to

    def address_of(self, patient: Patient, *, qualified: bool = True) -> str:
        """Return the address of a patient. Raises NotQualified and Refused."""
        if not qualified or not matricule_is_valid(patient.matricule):
            raise NotQualified(
                f"l'identité de {patient.birth_name} n'est pas qualifiée : aucune adresse de patient n'en est faite, "
                "rien n'est envoyé"
            )
        self._not_refused(patient.matricule, Audience.PATIENT)
        return f"{patient.matricule}@{PATIENT_DOMAIN}"

    def refuse(self, matricule: str, audience: Audience, *, refused: bool = True) -> None:
        """Write down that a patient refuses, or does not any more."""
        self.records.say(matricule, audience, refused, self.holder)

    def _not_refused(self, matricule: str, audience: Audience) -> None:
        if self.records.refuses(matricule, audience):
            to = {Audience.PATIENT: "à lui-même", Audience.PROFESSIONALS: "aux professionnels"}[audience]
            raise Refused(f"le patient refuse l'envoi de ses documents par MSSanté {to} : rien n'est envoyé")

    def _may_get(self, recipient: str, matricule: str) -> None:
        local, _, domain = recipient.lower().partition("@")
        if domain != PATIENT_DOMAIN:
            self._not_refused(matricule, Audience.PROFESSIONALS)
            return
        if local != matricule.lower():
            raise NotSent(f"{recipient} est l'adresse d'un autre patient")
        self._not_refused(matricule, Audience.PATIENT)

    # --- sending

    def send_document(
        self, document: Document, recipients: Iterable[str], *, body: str = "", closed: bool = False
    ) -> list[int]:
        """Let a document wait to be sent to each of some addresses; return the numbers of the mails.

        Raises NotSent, before anything waits.
        """
        addresses = list(dict.fromkeys(recipients))
        for address in addresses:
            self._may_get(address, document.patient.matricule)
        read = read_document(document.octets)
        if read.patient.matricule != document.patient.matricule:
            raise NotSent(f"le document est celui d'un autre patient ({read.patient.matricule or 'sans INS'})")
        return [self._put_document(document, read, address, body, closed) for address in addresses]

    def replace(self, document: Document) -> list[int]:
        """Let a new version wait, for whoever had the one that it cancels and replaces. Raises NotSent."""
        wanted = self._wanted(document.replaces)
        return self.send_document(document, [address for one in wanted for address in one.recipients])

    def _put_document(self, document: Document, read: ReadDocument, to: str, body: str, closed: bool) -> int:
        former = self._former(document, to)
        entry = replace(document.entry, id=f"urn:uuid:{self.workplace.uuid()}")
        links = [Association(f"urn:uuid:{self.workplace.uuid()}", entry.id, former.entry, RPLC)] if former else []
        lot = lot_with(self.writer, entry, document.octets, self.workplace, self.source)
        archive = write_xdm(
            lot.submission,
            [XdmDocument(entry, document.octets)],
            made_at=self.workplace.local(),
            producer=PRODUCER,
            associations=links,
        )
        patient, title = document.patient, entry.title
        template = _BODY_REPLACES if document.replaces else _BODY
        mail = DocumentMail(
            recipient=to,
            label=f"{REPLACES if document.replaces else ''}{title}",
            patient_name=patient.birth_name,
            patient_first_name=patient.first_names[0],
            birth_date="/".join(reversed(patient.birth_date.split("-"))),
            archive=archive,
            pdfs=[self._pdf(read, patient)],
            codes=[read.code.code],
            ins_qualified=read.patient.is_qualified,
            body=body or template.format(title=title, sender=self.sender.label),
            headers={
                **(reply_headers(former.message_id) if former else {}),
                **(CLOSED if closed and to.endswith(f"@{PATIENT_DOMAIN}") else {}),
            },
        )
        message = compose_as(mail, self.sender, self.workplace)
        sent = SentDocument(
            message_id=str(message["Message-ID"]),
            unique_id=entry.unique_id,
            patient=patient.matricule,
            title=title,
            recipients=(to,),
            subject=mail.subject,
            entry=entry.id,
            at="",
            said="",
        )
        self.records.sent(sent)
        return self._put(message, (to,), shown_subject(mail.subject), former.message_id if former else "")

    def _former(self, document: Document, to: str) -> SentDocument | None:
        if not document.replaces:
            return None
        found = [one for one in self.records.all_sent(document.replaces) if to in one.recipients]
        return found[-1] if found else None

    def _pdf(self, read: ReadDocument, patient: Patient) -> Attachment:
        pdf = read.pdf
        if pdf is None:
            raise NotSent("le CDA ne porte pas de PDF : le même document en PDF/A-1 l'accompagne")
        at = read.moment or self.workplace.local()
        name = pdf_file_name(at.date(), read.title, patient.birth_name, patient.first_names[0], RECORD_NUMBER)
        return Attachment(name, "application", "pdf", pdf)

    def deleted(self, unique_id: str) -> list[int]:
        """Let the pre-set mail wait, for each recipient of a document that its author deleted. Raises NotSent."""
        wanted = self._wanted(unique_id)
        numbers = []
        for one in wanted:
            body = _BODY_DELETED.format(title=one.title, sender=self.sender.label)
            subject = f"Document supprimé : {one.title}"
            numbers.append(self.write(Letter(one.recipients, subject, body, reply_headers(one.message_id))))
        return numbers

    def _wanted(self, unique_id: str) -> list[SentDocument]:
        """Return what was sent of a document to whoever may still be written to. Raises NotSent."""
        withdrawn = {f"<{lot.unique_id}>" for lot in self.queue.all(State.WITHDRAWN)}
        former = [one for one in self.records.all_sent(unique_id) if one.message_id not in withdrawn]
        if not former:
            raise NotSent(f"le document {unique_id} n'a été envoyé à personne par ce poste")
        wanted = [one for one in former if not self._unwanted(one)]
        if not wanted:
            raise Refused("le patient refuse tout envoi par MSSanté : personne n'est averti par message")
        return wanted

    def _unwanted(self, one: SentDocument) -> bool:
        try:
            for recipient in one.recipients:
                self._may_get(recipient, one.patient)
        except NotSent:
            return True
        return False

    def write(self, letter: Letter) -> int:
        """Let a mail without documents wait; return its number. Raises Refused for a patient who refused."""
        for recipient in letter.recipients:
            local, _, domain = recipient.partition("@")
            if domain.lower() == PATIENT_DOMAIN:
                self._not_refused(local, Audience.PATIENT)
        return self._put(write_letter(letter, self.sender, self.workplace), letter.recipients, letter.subject)

    def reply(self, number: int, body: str, *, closed: bool = False) -> int:
        """Let the reply to a mail wait; return its number. Raises NotSent."""
        arrived = self.records.mail(number)
        mail = opened(self.records.octets(number))
        if not mail.reply_to or not mail.message_id:
            raise NotSent(f"le message {number} n'a pas d'adresse ou pas de Message-ID : il ne se répond pas")
        bare = shown_subject(arrived.subject)
        subject = bare if bare.upper().startswith("RE:") else f"RE: {bare}"
        headers = {**reply_headers(mail.message_id, mail.references), **(CLOSED if closed else {})}
        return self.write(Letter((mail.reply_to,), subject, body, headers))

    def _put(self, message: EmailMessage, to: tuple[str, ...], title: str, replaces: str = "") -> int:
        identity = str(message["Message-ID"]).strip("<>")
        parcel = Parcel(Envelope(self.mailbox, to, identity, receipt=True), written(message))
        return self.queue.put(parcel, title, replaces)

    def send(self, told: Callable[[Waiting], None] = lambda _lot: None) -> bool:
        """Send what waits, once; tell whether nothing is left."""
        with self._keeping(told) as tell:
            return self.queue.send(self.operator, tell)

    def send_all(self, pause: Callable[[float], None], told: Callable[[Waiting], None] = lambda _lot: None) -> None:
        """Send what waits until nothing is left."""
        with self._keeping(told) as tell:
            self.queue.send_all(self.operator, pause, tell)

    @contextmanager
    def _keeping(self, told: Callable[[Waiting], None]) -> Iterator[Callable[[Waiting], None]]:
        """Put copies of what is sent in the folder of sent mails; one that is missing changes nothing to a sending."""
        sent: list[bytes] = []

        def tell(lot: Waiting) -> None:
            if lot.state is State.SENT:
                parcel = Parcel.from_json(self.queue.text(lot.number))
                sent.extend([parcel.octets] if parcel.envelope.sender else [])
            told(lot)

        yield tell
        if not sent:
            return
        with suppress(MssError), self.operator.open() as box:
            for octets in sent:
                box.keep(octets)

    # --- receiving

    def receive(self, told: Callable[[Arrived], None] = lambda _mail: None, folder: str = INBOX) -> int:
        """Take what is new, file what can be, and let the receipts wait; return how many mails came."""
        count = 0
        with self.operator.open() as box:
            for place, uid, raw in synchronise(box, folder, self.records.place(self.mailbox, folder)):
                number = self._take(box, folder, place, uid, raw)
                if number:
                    count += 1
                    told(self.records.mail(number))
        self._acknowledge()
        return count

    def receive_all(
        self, pause: Callable[[float], None], told: Callable[[Arrived], None] = lambda _mail: None, folder: str = INBOX
    ) -> int:
        """Do the same, and open the mailbox again by itself where the operator drops it; a refusal is raised at once.

        Raises NotLoggedIn, and MssUnavailable when the operator stays away.
        """
        for seconds in PAUSES:
            try:
                return self.receive(told, folder)
            except NotLoggedIn:
                raise
            except MssUnavailable:
                pause(seconds)
        return self.receive(told, folder)

    def _take(self, box: Mailbox, folder: str, place: Place, uid: int, raw: bytes) -> int:
        mail, documents = placed(raw, self.mailbox, self.patients, self._receipt, self._about)
        number = self.records.take(folder, place, mail, documents)
        if mail.place in (Where.FILED, Where.RECEIPT):
            box.mark(uid, "\\Seen")
        return number

    def _about(self, sender: str, message_ids: Sequence[str]) -> tuple[str, str] | None:
        """Return whose document, and which, a sender speaks of: one that he sent here, and that was filed."""
        for identity in message_ids:
            for one in self.records.filed_from(self.mailbox, sender, identity):
                return one.patient, f"« {one.title} », document {one.number} du dossier {one.patient}"
        return None

    def _receipt(self, message_id: str, said: str) -> str:
        """Write down what a receipt says; return the title of the mail that it is of, "" if that is none of ours."""
        self.records.receipt(message_id, said)
        identity = message_id.strip("<>")
        return next((lot.title for lot in self.queue.all() if lot.unique_id == identity), "")

    def mails(self, *places: Where) -> list[Arrived]:
        """Return what came to this mailbox, in these places (all without any)."""
        return [one for one in self.records.mails(*places) if one.mailbox == self.mailbox]

    def _acknowledge(self) -> None:
        """Let wait the receipts that may be sent without asking, each once whatever happens between."""
        for number in self.records.due(self.mailbox):
            arrived = self.records.mail(number)
            reading = Reading(code=arrived.code if arrived.place is Where.QUARANTINE else "")
            self._put_receipt(arrived, opened(self.records.octets(number)), reading)

    def acknowledge(self, number: int) -> None:
        """Let the receipt that a mail asks for wait. Raises NotSent when it asks for none, or has it."""
        arrived = self.records.mail(number)
        mail = opened(self.records.octets(number))
        if not mail.receipt_to or not mail.message_id:
            raise NotSent(f"le message {number} ne demande pas d'accusé de lecture")
        if arrived.mailbox != self.mailbox:
            raise NotSent(f"le message {number} est venu dans {arrived.mailbox} : son accusé part de là")
        if arrived.acknowledged:
            raise NotSent(f"l'accusé du message {number} est déjà parti ou en file")
        self._put_receipt(arrived, mail, _reading(arrived))

    def _put_receipt(self, arrived: Arrived, mail: Opened, reading: Reading) -> None:
        if not mail.message_id:
            return
        digest = sha256(f"{arrived.mailbox} {mail.message_id}".encode()).hexdigest()[:32]
        identity = f"accuse.{digest}@{self.mailbox.partition('@')[2]}"
        octets = self.records.octets(arrived.number)
        receipt = mdn(octets, mail.headers, self.sender, identity, self.workplace, reading)
        parcel = Parcel(Envelope("", (mail.receipt_to,), identity), receipt)
        self.queue.put(parcel, f"Accusé de : {shown_subject(arrived.subject)}")
        self.records.acknowledged(arrived.number)

    # --- quarantine

    def file_by_hand(self, number: int, patient: Patient) -> int:
        """File the documents of a mail in quarantine for a patient; return how many. Raises NotFiled, ValueError."""
        self._in_quarantine(number)
        documents = patient_named(opened(self.records.octets(number)), patient)
        self.records.move(number, Where.SET_BY_HAND, patient.matricule, documents)
        return len(documents)

    def discard(self, number: int) -> None:
        """Set a mail in quarantine aside: it is kept, and filed nowhere. Raises ValueError."""
        self._in_quarantine(number)
        self.records.move(number, Where.DISCARDED)

    def _in_quarantine(self, number: int) -> None:
        if self.records.mail(number).place is not Where.QUARANTINE:
            raise ValueError(f"le message {number} n'est pas en quarantaine")


def _reading(arrived: Arrived) -> Reading:
    """Return what became of a mail, for the receipt that somebody sends."""
    apart = arrived.place in (Where.QUARANTINE, Where.DISCARDED)
    return Reading(
        code=arrived.code if apart else "",
        displayed=arrived.place is Where.INBOX or (apart and not arrived.code),
        by_hand=arrived.place in (Where.SET_BY_HAND, Where.DISCARDED),
        asked=True,
    )
