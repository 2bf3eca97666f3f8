"""A mail that came, opened: what it is, whose documents it carries, and why they cannot be filed by themselves.

The patient is whom METADATA.XML names (ECO.2.1.2), never whom the subject or an address names; but all that names a
patient must name the same, else nothing is filed: a document in the file of somebody else is the worst error of all.
Source: specs/mssante.md §3.1 to §3.3, §9.3; specs/cda.md §4. Knows no transport and no store.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from email.utils import getaddresses, parseaddr

from health_documents.cda.read.reader import ReadDocument, read_document
from health_documents.codes.systems import document_types
from health_documents.errors import DocumentError, XdmError
from health_documents.identifiers import ROOTS_OF_INS, matricule_is_valid
from health_documents.xdm.read import XdmArchive, XdmEntry, read_xdm
from lgo_client.environment import Patient
from lgo_client.mss.errors import NotFiled
from lgo_client.mss.mails import PREFIX, Attachment, attached
from lgo_client.mss.records import NewDocument

__all__ = ["CRITICAL_MARK", "Opened", "documents_of", "key_of", "opened", "patient_named", "shown_subject"]

ZIP_TYPES = frozenset({"zip", "x-zip-compressed", "octet-stream"})
PDF = "application/pdf"
CRITICAL = frozenset({"HH", "LL", "AA"})
"""Interpretations of results beyond their critical limits (HL7 ObservationInterpretation)."""
CRITICAL_MARK = "(résultat critique)"
"""What ends the kind of a document that holds such a result."""
_TRACE = (b"return-path:", b"delivered-to:", b"received:")
_BIRTH = re.compile(r"\b(\d{2})/(\d{2})/(\d{4})\b")
PATIENT_UNKNOWN, INS_ABSENT, INS_OTHER, INS_INCOMPLETE, OTHER = "902", "903", "904", "905", "906"


@dataclass(frozen=True, slots=True)
class Opened:
    """A mail as people see it; ``archives`` and ``pdfs`` are its documents, ``headers`` the first of each name.

    ``receipt_to`` is where a receipt is asked for; ``automatic`` tells whether it may be sent without asking anybody:
    it goes back where the mail came from.
    """

    headers: Mapping[str, str]
    message_id: str
    references: str
    sender: str
    subject: str
    date: str
    text: str
    archives: tuple[Attachment, ...]
    pdfs: tuple[Attachment, ...]
    receipt_to: str
    automatic: bool

    @property
    def has_documents(self) -> bool:
        """Whether it carries, or announces, health documents."""
        return bool(self.archives or self.pdfs) or self.subject.startswith(PREFIX)

    @property
    def reply_to(self) -> str:
        """The address that a reply goes to."""
        return parseaddr(self.headers.get("Reply-To", ""))[1] or self.sender


def opened(raw: bytes) -> Opened:
    """Return a mail as people see it. Nothing that it says makes this fail."""
    message = BytesParser(policy=policy.default).parsebytes(raw)
    headers = {name: _header(message, name) for name in dict.fromkeys(message.keys())}
    parts = _attachments(message)
    receipt_to = parseaddr(headers.get("Disposition-Notification-To", ""))[1]
    return Opened(
        headers=headers,
        message_id=headers.get("Message-ID", ""),
        references=headers.get("References", ""),
        sender=parseaddr(headers.get("From", ""))[1],
        subject=headers.get("Subject", ""),
        date=headers.get("Date", ""),
        text=_text(message),
        archives=tuple(one for one in parts if _is_archive(one)),
        pdfs=tuple(one for one in parts if one.sub_type == "pdf" or one.name.lower().endswith(".pdf")),
        receipt_to=receipt_to,
        automatic=_may_leave_by_itself(headers),
    )


def _header(message: EmailMessage, name: str) -> str:
    try:
        return " ".join(str(message[name]).split())
    except (ValueError, LookupError, AttributeError, TypeError):  # what the parser of the library stumbles on
        return ""


def _attachments(message: EmailMessage) -> list[Attachment]:
    try:
        return attached(message)
    except (ValueError, LookupError, AttributeError, TypeError):
        return []


def _may_leave_by_itself(headers: Mapping[str, str]) -> bool:
    """Tell whether a receipt goes to one address, that which the mail came from (RFC 8098 §2.1)."""
    asked = [address.lower() for _, address in getaddresses([headers.get("Disposition-Notification-To", "")])]
    return len(asked) == 1 and bool(asked[0]) and asked[0] == _return_path(headers)


def _return_path(headers: Mapping[str, str]) -> str:
    return parseaddr(headers.get("Return-Path", ""))[1].lower()


def _text(message: EmailMessage) -> str:
    try:
        body = message.get_body(("plain", "html"))
        return str(body.get_content()) if body is not None else ""
    except (ValueError, LookupError, AttributeError, TypeError):
        return ""


def _is_archive(one: Attachment) -> bool:
    named = one.name.upper().endswith(".ZIP")
    return (named or one.sub_type == "zip") and one.sub_type in ZIP_TYPES


def key_of(raw: bytes) -> str:
    """Return what two deliveries of the same mail have in common: its octets, without the traces of its ways."""
    head, blank, body = raw.partition(b"\r\n\r\n")
    kept: list[bytes] = []
    traced = False
    for line in head.split(b"\r\n"):
        if not line.startswith((b" ", b"\t")):
            traced = line.lower().startswith(_TRACE)
        if not traced:
            kept.append(line)
    return hashlib.sha256(b"\r\n".join(kept) + blank + body).hexdigest()


def shown_subject(subject: str) -> str:
    """Return a subject without the prefix that is for software (ECO.3.1.3)."""
    return subject.replace(PREFIX, "", 1)


# --- whose


def documents_of(mail: Opened, known: Mapping[str, Patient]) -> tuple[Patient, list[NewDocument]]:
    """Return the patient and the documents of a mail; ``known``: the patients by matricule. Raises NotFiled."""
    if not mail.archives:
        raise NotFiled(_no_archive(mail), INS_ABSENT)
    if len(mail.archives) > 1:
        raise NotFiled(f"{len(mail.archives)} archives dans un message : une seule est admise", OTHER)
    try:
        archive = read_xdm(mail.archives[0].content)
    except XdmError as error:
        raise NotFiled(f"archive illisible : {error}", OTHER) from error
    patient = _patient(archive, known)
    _same_in_subject(mail.subject, patient)
    return patient, [_document(entry, patient) for entry in _entries(archive)]


def _no_archive(mail: Opened) -> str:
    if mail.pdfs:
        return "PDF seul : aucun METADATA.XML ne dit de quel patient ; à rattacher à la main"
    return "l'objet annonce des documents, et le message n'en porte aucun"


def _patient(archive: XdmArchive, known: Mapping[str, Patient]) -> Patient:
    ids = [archive.patient_id, *(entry.metadata.patient_id for entry in archive.entries)]
    others = dict.fromkeys(one for one in ids if one)
    if not others:
        raise NotFiled("METADATA.XML sans patientId : aucun INS", INS_ABSENT)
    if len({_matricule(one) for one in others}) > 1:
        raise NotFiled("METADATA.XML nomme plusieurs patients", INS_OTHER)
    cx = next(iter(others))
    matricule, root = _matricule(cx), cx.partition("&")[2].partition("&")[0]
    if root not in ROOTS_OF_INS:
        raise NotFiled(f"patientId {cx} : son OID n'est pas celui d'un INS", INS_ABSENT)
    if not matricule_is_valid(matricule):
        raise NotFiled(f"matricule {matricule} : la clé ne correspond pas", INS_INCOMPLETE)
    patient = known.get(matricule)
    if patient is None:
        raise NotFiled(f"matricule {matricule} : ce patient n'est pas connu de l'officine", PATIENT_UNKNOWN)
    return patient


def _matricule(cx: str) -> str:
    return cx.partition("^")[0].strip()


def _same_in_subject(subject: str, patient: Patient) -> None:
    if not subject.startswith(PREFIX):
        return
    births = ["-".join(reversed(found)) for found in _BIRTH.findall(subject)]
    if births and patient.birth_date not in births:
        raise NotFiled(f"l'objet dit né(e) le {births[-1]}, l'INS de METADATA.XML {patient.birth_date}", INS_OTHER)
    words = _plain(subject)
    if not any(_plain(name) in words for name in (patient.birth_name, patient.used_name) if name):
        raise NotFiled(f"l'objet ne nomme pas {patient.birth_name}, que METADATA.XML désigne", INS_OTHER)


def _plain(text: str) -> str:
    bare = "".join(sign for sign in unicodedata.normalize("NFKD", text.upper()) if not unicodedata.combining(sign))
    return " ".join(re.sub(r"[^A-Z0-9]+", " ", bare).split())


# --- what


def _entries(archive: XdmArchive) -> Sequence[XdmEntry]:
    if not archive.entries:
        raise NotFiled("l'archive ne porte aucun document", OTHER)
    problems = [problem for entry in archive.entries for problem in entry.problems]
    if problems:
        raise NotFiled(f"archive corrompue : {' ; '.join(map(str, problems))}", OTHER)
    return archive.entries


def _document(entry: XdmEntry, patient: Patient) -> NewDocument:
    metadata, content = entry.metadata, entry.content or b""
    author = metadata.authors[0].person if metadata.authors else ""
    filed = NewDocument(
        unique_id=metadata.unique_id,
        title=metadata.title or metadata.type_code.label,
        type_code=metadata.type_code.code,
        made=metadata.creation_time,
        author=" ".join(reversed(author.split("^")[1:3])).strip(),
        kind=PDF,
        replaces="",
        content=content,
    )
    if metadata.mime_type == PDF:
        return filed
    try:
        read = read_document(content)
    except DocumentError as error:
        raise NotFiled(f"document {metadata.unique_id} illisible : {error}", OTHER) from error
    _same_patient(read, patient)
    return _of_cda(filed, read)


def _of_cda(filed: NewDocument, read: ReadDocument) -> NewDocument:
    types = document_types().codes
    label = read.model.title if read.model else types[read.code.code].label if read.code.code in types else ""
    return NewDocument(
        unique_id=str(read.id),
        title=read.title or label,
        type_code=read.code.code,
        made=read.effective_time,
        author=", ".join(f"{one.given_name} {one.family_name}".strip() for one in read.authors) or filed.author,
        kind=" ".join(part for part in (f"CDA N{read.level}", label, _alarm(read)) if part),
        replaces=str(read.replaces) if read.replaces else "",
        content=filed.content,
    )


def _alarm(read: ReadDocument) -> str:
    """Return what must be seen at once: a result beyond its critical limits."""
    return CRITICAL_MARK if any(one.interpretation in CRITICAL for one in read.entries.results) else ""


def _same_patient(read: ReadDocument, patient: Patient) -> None:
    said = read.patient
    if said.matricule and said.matricule != patient.matricule:
        raise NotFiled(f"METADATA.XML désigne {patient.matricule}, le document {said.matricule}", INS_OTHER)
    if not said.matricule:
        raise NotFiled(f"METADATA.XML désigne {patient.matricule}, le document ne porte aucun INS", INS_ABSENT)
    if said.birth_date and said.birth_date != patient.birth_date:
        raise NotFiled(f"le document dit né(e) le {said.birth_date}, la fiche {patient.birth_date}", INS_OTHER)
    if said.birth_name and _plain(said.birth_name) != _plain(patient.birth_name):
        raise NotFiled(f"le document nomme {said.birth_name}, la fiche {patient.birth_name}", INS_OTHER)


def patient_named(mail: Opened, patient: Patient) -> list[NewDocument]:
    """Return the documents of a mail that somebody files by hand for a patient. Raises NotFiled for the wrong one."""
    if mail.archives:
        _, documents = documents_of(mail, {patient.matricule: patient})
        return documents
    if not mail.pdfs:
        raise NotFiled("ce message ne porte aucun document", OTHER)
    return [
        NewDocument(
            unique_id=f"{mail.message_id}#{rank}",
            title=one.name,
            type_code="",
            made=mail.date,
            author=mail.sender,
            kind=PDF,
            replaces="",
            content=one.content,
        )
        for rank, one in enumerate(mail.pdfs, 1)
    ]
