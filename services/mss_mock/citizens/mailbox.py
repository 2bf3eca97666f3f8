"""The mailbox of a citizen as its reader has it: conversations, a mail and its files, writing, deleting.

Source: docs/sources/mssante.md#droit-de-repondre (whom he may write to, that he cannot oppose the report of reading:
medium); how the real portal shows its mailbox is not public: ours. Every mail is named within the mailbox, so that
nobody reaches another's. Knows no page.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from lgo_sandbox.gate.citizen_mail import Correspondent, Mail, MailFile, MailHead, MailRefused, Opened
from lgo_sandbox.population.people import Patient
from lgo_sandbox.population.representatives import Representative
from lgo_sandbox.tenant.session import Session
from lgo_sandbox.wire.mime import MimeError, MimePart, read_mail
from mss_mock.citizens.letters import Letter, write_letter
from mss_mock.citizens.parts import file_of, told_by
from mss_mock.citizens.rights import Arrival, arrival_of, mark_of, representative_of, signature_of
from mss_mock.citizens.robots import SENT, bar_to, kept, posted, read_report, state_of
from mss_mock.citizens.table import contacts, note_act, put, read_marks, settings
from mss_mock.citizens.threads import names_in, threads_of
from mss_mock.codes import INBOX, MAILBOX_QUOTA, MEGA, SIZE_MES
from mss_mock.codes.citizens import REFUSALS_OF_STATES, CitizenState
from mss_mock.delivery import store_of
from mss_mock.domain import mailbox_of
from mss_mock.imap.sections import read_places
from mss_mock.store import FolderRow, MessageRow, New, Shown
from mss_mock.store.values import SEEN

__all__ = ["CitizenBox"]

MAX_LISTED = 300
"""How many mails of a folder are listed, the last ones."""
MAX_READ = 60
"""How many mails are read at once."""
MAX_SUBJECT, MAX_LETTER = 200, 20_000
_ID = re.compile(r"([re])(\d{1,12})-(\d{1,12})")
_FOLDERS = {"r": INBOX, "e": SENT}
_FILES = (b'"ATTACHMENT"', b'"FILENAME', b'"NAME"')
_REPLY = re.compile(r"\s*re\s*:", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Stored:
    """A mail with what its head says; ``mail`` is None for a head that cannot be read."""

    id: str
    folder: FolderRow
    row: MessageRow
    shown: Shown
    mail: MimePart | None

    @property
    def sent(self) -> bool:
        """Whether the citizen wrote it."""
        return self.folder.name == SENT

    def header(self, name: str) -> str:
        """Return a field of its head."""
        return (self.mail.header(name) if self.mail else None) or ""

    @property
    def names(self) -> tuple[str, ...]:
        """The Message-IDs that it has or names."""
        return names_in(self.header("Message-ID"), self.header("In-Reply-To"), self.header("References"))


class CitizenBox:
    """The mailbox of one citizen in a session. Every function raises MailRefused."""

    def __init__(self, session: Session, patient: Patient) -> None:
        self._session, self._patient = session, patient
        self._address = patient.mailbox.lower()
        self._store = store_of(session)

    def opened(self) -> Opened:
        """Return what the mailbox holds; of one that takes no mail, only why."""
        state = state_of(self._session, self._address)
        if state is not CitizenState.OPEN:
            return Opened(state.value, REFUSALS_OF_STATES[state].cause, (), 0, ())
        folders = self._folders()
        stored = [one for folder in folders for one in self._listed(folder)]
        stored.sort(key=lambda one: (one.row.received, one.folder.name, one.row.uid))
        threads = threads_of((one.id, one.names) for one in stored)
        marks = read_marks(self._session.db, self._address)
        return Opened(
            state.value,
            "",
            tuple(self._head(one, threads[one.id], marks) for one in reversed(stored)),
            sum(folder.messages for folder in folders) - len(stored),
            tuple(
                Correspondent(one.address, self._label(one.address), one.open, one.at)
                for one in contacts(self._session.db, self._address)
            ),
        )

    def read(self, mails: Sequence[str], representative: str = "") -> list[Mail]:
        """Read mails: they are read from now on, and who asked to be told is told, once."""
        self._check_open()
        reader = self._representative(representative)
        stored = [self._found(one) for one in mails[:MAX_READ]]
        receipts: dict[str, str] = {}
        with self._session.db.transaction(alone=True) as transaction:
            reports: list[New] = []
            for one in stored:
                arrival = None if one.sent else arrival_of(self._session.people, one.shown.header)
                if arrival is not None:
                    arrival = _reportable(arrival)
                    made = list(read_report(transaction, self._session, self._address, arrival, reader))
                    receipts[one.id] = next((report.mailbox for report in made), "")
                    reports += made
            if reports:
                self._store.add(reports, within=transaction)
        for folder in {one.folder.id for one in stored}:
            uids = [one.row.uid for one in stored if one.folder.id == folder and SEEN not in one.row.flags]
            if uids:
                self._store.change_flags(folder, uids, lambda flags: flags | {SEEN})
        return [self._mail(one, receipts.get(one.id, "")) for one in stored]

    def file(self, mail: str, part: str) -> tuple[MailFile, str, bytes]:
        """Return a file of a mail, the mark of the mail, and the content."""
        self._check_open()
        stored = self._found(mail)
        found = file_of(read_places(stored.shown.parts), part, self._slices(stored))
        if found is None:
            raise _absent(f"pièce {part[:20]} du message {mail[:40]}")
        return found[0], mark_of(stored.shown.header), found[1]

    def write(self, to: str, subject: str, text: str, answers: str, representative: str, pdf: bytes, name: str) -> str:
        """Write to a correspondent, or answer a mail; return to whom."""
        self._check_open()
        original = self._found(answers) if answers else None
        to = self._contact(original) if original else to.strip().lower()
        if bar := bar_to(self._session, self._address, to):
            raise MailRefused(bar.code, bar.received, bar.expected, bar.remedy)
        subject = _answering(original) if original else subject.strip()
        self._check(subject, text, pdf)
        self._check_weight(to, len(text) + len(pdf) * 4 // 3)
        letter = Letter(
            sender=self._address,
            name=signature_of(self._patient, self._representative(representative)),
            to=to,
            subject=subject,
            text=text.replace("\r\n", "\n"),
            identity=self._session.ids.uuid(),
            date=self._session.clock.wire().replace(microsecond=0),
            answers=next(iter(names_in(original.header("Message-ID"))), "") if original else "",
            references=" ".join(names_in(original.header("References"))) if original else "",
            attachment=pdf,
            file_name=name.strip()[:100] or "courrier.pdf",
        )
        octets = write_letter(letter)
        self._check_weight(to, len(octets))
        news = [posted(self._session, self._address, to, octets), kept(self._session, self._address, octets)]
        with self._session.db.transaction() as transaction:
            act = "reponse" if original else "message"
            note_act(transaction, self._address, self._session.clock.age(), act, to, letter.subject)
            self._store.add(news, within=transaction)
        return to

    def delete(self, mail: str) -> None:
        """Take a mail away for good."""
        self._check_open()
        stored = self._found(mail)
        self._store.expunge(stored.folder.id, [stored.row.uid])

    def set_open(self, *, taking: bool) -> None:
        """Let the mailbox follow the space: closed, mails come back to who sent them."""
        state = CitizenState.OPEN if taking else CitizenState.CLOSED
        put(self._session.db, self._address, replace(settings(self._session.db, self._address), state=state))

    # What is there

    def _folders(self) -> list[FolderRow]:
        return [one for one in self._store.folders(self._address) if one.name in _FOLDERS.values()]

    def _listed(self, folder: FolderRow) -> list[_Stored]:
        uids = [uid for uid, _ in self._store.listed(folder.id)][-MAX_LISTED:]
        return list(self._stored(folder, uids))

    def _stored(self, folder: FolderRow, uids: Sequence[int]) -> Iterator[_Stored]:
        letter = next(letter for letter, name in _FOLDERS.items() if name == folder.name)
        for row, shown in self._store.shown(folder.id, uids):
            try:
                mail = read_mail(shown.header)
            except MimeError:
                mail = None
            name = f"{letter}{folder.uidvalidity}-{row.uid}"
            yield _Stored(name, folder, row, shown, mail)

    def _found(self, mail: str) -> _Stored:
        """Return a mail of this mailbox by its name."""
        named = _ID.fullmatch(mail)
        if named:
            wanted = (_FOLDERS[named[1]], int(named[2]))
            folder = next((one for one in self._folders() if (one.name, one.uidvalidity) == wanted), None)
            found = list(self._stored(folder, [int(named[3])])) if folder else []
            if found:
                return found[0]
        raise _absent(f"message {mail[:40]}")

    def _slices(self, one: _Stored) -> Slices:
        return Slices(self._session, one.row.content_id)

    # What is told of it

    def _label(self, address: str) -> str:
        box = mailbox_of(self._session.people, address)
        return box.label if box else ""

    def _head(self, one: _Stored, thread: str, marks: frozenset[str]) -> MailHead:
        name, address = next(iter(one.mail.addresses("To" if one.sent else "From") if one.mail else ()), ("", ""))
        return MailHead(
            id=one.id,
            sent=one.sent,
            name=_line("" if one.sent else name) or self._label(address) or _line(address) or "Expéditeur inconnu",
            address=_line(address),
            subject=_line(one.header("Subject") if one.mail else "Message illisible"),
            at=one.row.arrived,
            seen=one.sent or SEEN in one.row.flags or mark_of(one.shown.header) in marks,
            files=any(mark in one.shown.structure.upper() for mark in _FILES),
            thread=thread,
        )

    def _mail(self, one: _Stored, receipt: str) -> Mail:
        told = told_by(read_places(one.shown.parts), self._slices(one))
        contact = "" if one.sent else self._contact(one)
        bar = bar_to(self._session, self._address, contact) if contact else None
        barred = bar.code if bar else ("" if contact else "nobody")
        return Mail(
            id=one.id,
            mark=mark_of(one.shown.header),
            text=told.text,
            from_html=told.from_html,
            cut=told.cut,
            files=told.files,
            contact=contact,
            barred=barred,
            receipt=receipt,
        )

    def _contact(self, one: _Stored) -> str:
        """Return whom an answer goes to; of a mail that he sent himself, who got it."""
        if one.sent:
            return next((address.lower() for _, address in one.mail.addresses("To")), "") if one.mail else ""
        arrival = arrival_of(self._session.people, one.shown.header)
        return arrival.contact if arrival else ""

    def _representative(self, said: str) -> Representative | None:
        return representative_of(self._patient, said) if said else None

    # What is not let through

    def _check_open(self) -> None:
        bar = bar_to(self._session, self._address, "")
        if bar is not None and bar.code == "state":
            raise MailRefused(bar.code, bar.received, bar.expected, bar.remedy)

    def _check(self, subject: str, text: str, pdf: bytes) -> None:
        if not subject or len(subject) > MAX_SUBJECT + 10 or not text.strip() or len(text) > MAX_LETTER:
            raise MailRefused(
                "text",
                f"un objet de {len(subject)} caractères, un texte de {len(text.strip())}",
                f"un objet ({MAX_SUBJECT} caractères au plus) et un texte ({MAX_LETTER} au plus)",
                "Écrivez un objet et un texte, plus courts au besoin.",
            )
        if pdf and not pdf.startswith(b"%PDF-"):
            raise MailRefused("file", "un fichier qui n'est pas un PDF", "un fichier PDF", "Choisissez un fichier PDF.")

    def _check_weight(self, to: str, size: int) -> None:
        most = min(SIZE_MES, int(self._session.option("mss.size_limit_mo")) * MEGA)
        if size > most:
            raise MailRefused(
                "weight",
                f"un message de {size} octets",
                f"{most} octets au plus (25 Mo à Mon espace santé ; chez l'opérateur, option size_limit_mo)",
                "Joignez un fichier plus léger.",
            )
        if self._store.weight(to) >= MAILBOX_QUOTA:
            raise MailRefused(
                "full",
                f"la boîte {to} est pleine",
                f"moins de {MAILBOX_QUOTA} octets dans cette boîte",
                "Réessayez plus tard : ce professionnel doit d'abord faire de la place.",
            )


class Slices:
    """Some octets of a stored message."""

    def __init__(self, session: Session, content_id: int) -> None:
        self._store, self._content_id = store_of(session), content_id

    def __call__(self, start: int, end: int) -> bytes:
        return self._store.slice(self._content_id, start, end) or b""


def _line(text: str) -> str:
    """Return a text of a head for a line of a page: without signs that turn it round, and not too long."""
    return "".join(one for one in text if one.isprintable()).strip()[:MAX_SUBJECT]


def _reportable(arrival: Arrival) -> Arrival:
    """Return an arrival whose Message-ID is one alone, when there is one in the header."""
    return replace(arrival, message_id=next(iter(names_in(arrival.message_id)), arrival.message_id))


def _answering(original: _Stored) -> str:
    subject = original.header("Subject").strip()[:MAX_SUBJECT]
    return subject if _REPLY.match(subject) else f"RE: {subject}"


def _absent(received: str) -> MailRefused:
    return MailRefused(
        "absent",
        received,
        "un message de cette messagerie",
        "Revenez à la liste : ce message a été supprimé, ou n'est pas dans votre messagerie.",
    )
