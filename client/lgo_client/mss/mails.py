"""MSSanté mails as an LGO writes them, by the rules: with documents or without, new or in reply.

Source: specs/mssante.md §3.1 (ECO.* rules), §3.2; « annule et remplace » has no technical header: the subject says it,
and the thread (§3.1, last line). Knows no document format and no transport.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from email import policy
from email.headerregistry import Address
from email.message import EmailMessage
from email.parser import BytesParser
from email.utils import format_datetime

from lgo_client.clock import Workplace
from lgo_client.environment import Person, Structure

__all__ = [
    "PREFIX",
    "REPLACES",
    "WIRE",
    "Attachment",
    "DocumentMail",
    "Letter",
    "Sender",
    "attached",
    "attachments",
    "compose",
    "compose_as",
    "reply_headers",
    "sender_of",
    "write_letter",
    "written",
]

PREFIX = "XDM/1.0/DDM+"
REPLACES = "Annule et remplace - "
ARCHIVE_NAME = "IHE_XDM.zip"

# Folding at 78, the standard library loses or doubles spaces around encoded words, and cuts filename* into pieces.
WIRE = policy.SMTP.clone(max_line_length=998)


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file of a mail."""

    name: str
    main_type: str
    sub_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class DocumentMail:
    """A mail that carries health documents of one patient: the archive and the same documents as PDF/A-1.

    ``label``, ``patient_name``, ``patient_first_name`` and ``birth_date`` (``JJ/MM/AAAA``) make the subject;
    ``codes`` are the document codes of the archive's CDA; ``ins_qualified`` tells whether they carry a
    qualified INS.
    """

    recipient: str
    label: str
    patient_name: str
    patient_first_name: str
    birth_date: str
    archive: bytes
    pdfs: Sequence[Attachment]
    codes: Sequence[str]
    ins_qualified: bool
    body: str
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def subject(self) -> str:
        """The subject of ECO.2.1.3."""
        return f"{PREFIX}{self.label} {self.patient_name} {self.patient_first_name} {self.birth_date}"


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail without documents. ``headers``: what threads it, or closes the exchange."""

    recipients: tuple[str, ...]
    subject: str
    body: str
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Sender:
    """Whose mail it is: the name that people read, the mailbox, the product number.

    ``reply_to`` is the mailbox that somebody reads, when the sender is a software.
    """

    label: str
    mailbox: str
    nil: str
    reply_to: str = ""


def sender_of(person: Person, structure: Structure, nil: str) -> Sender:
    """Return a professional as a sender, by the label of ECO.2.2.7."""
    parts = (person.title, person.given_name, person.family_name.upper(), f"- {structure.name}")
    return Sender(" ".join(filter(None, parts)), person.mailbox, nil)


def compose(mail: DocumentMail, sender: Person, structure: Structure, nil: str, workplace: Workplace) -> EmailMessage:
    """Return the message: headers and subject of ECO.2.x, text in UTF-8, archive first, then the PDFs."""
    return compose_as(mail, sender_of(sender, structure, nil), workplace)


def compose_as(mail: DocumentMail, sender: Sender, workplace: Workplace) -> EmailMessage:
    """Return the same of any sender."""
    coded = {"X-MSS-CODECDA": ",".join(mail.codes), "X-MSS-INS": "O" if mail.ins_qualified else "N"}
    headers = {**(coded if mail.codes else {}), **mail.headers}
    message = _begun(sender, (mail.recipient,), mail.subject, headers, workplace)
    message.set_content(mail.body, charset="utf-8", cte="quoted-printable")
    message.add_attachment(mail.archive, maintype="application", subtype="zip", filename=ARCHIVE_NAME)
    for pdf in mail.pdfs:
        message.add_attachment(pdf.content, maintype=pdf.main_type, subtype=pdf.sub_type, filename=pdf.name)
    return message


def write_letter(letter: Letter, sender: Sender, workplace: Workplace) -> EmailMessage:
    """Return a mail without documents: no header says anything of a CDA."""
    message = _begun(sender, letter.recipients, letter.subject, letter.headers, workplace)
    message.set_content(letter.body, charset="utf-8", cte="quoted-printable")
    return message


def _begun(
    sender: Sender, recipients: Sequence[str], subject: str, headers: Mapping[str, str], workplace: Workplace
) -> EmailMessage:
    message = EmailMessage(policy=policy.SMTP)
    message["From"] = Address(display_name=sender.label, addr_spec=sender.mailbox)
    message["To"] = [Address(addr_spec=recipient) for recipient in recipients]
    if sender.reply_to:
        message["Reply-To"] = Address(addr_spec=sender.reply_to)
    message["Subject"] = subject
    message["Date"] = format_datetime(workplace.local())
    message["Message-ID"] = f"<{workplace.uuid()}@{sender.mailbox.partition('@')[2]}>"
    message["X-MSS-NIL"] = sender.nil
    message["Return-Receipt-To"] = sender.mailbox
    message["Disposition-Notification-To"] = sender.mailbox
    for name, value in headers.items():
        message[name] = value
    return message


def reply_headers(message_id: str, references: str = "") -> dict[str, str]:
    """Return what threads a message to the one that it answers (ECO.2.2.2)."""
    known = references.split()
    return {
        "In-Reply-To": message_id,
        "References": " ".join([*(one for one in known if one != message_id), message_id]),
    }


def written(message: EmailMessage) -> bytes:
    """Return the octets of a message as SMTP carries them."""
    return message.as_bytes(policy=WIRE)


def attachments(raw: bytes) -> list[Attachment]:
    """Return the attachments of a raw message, decoded."""
    return attached(BytesParser(policy=policy.default).parsebytes(raw))


def attached(message: EmailMessage) -> list[Attachment]:
    """Return the same of a message that is parsed already."""
    return [
        Attachment(part.get_filename() or "", part.get_content_maintype(), part.get_content_subtype(), _decoded(part))
        for part in message.iter_attachments()
    ]


def _decoded(part: EmailMessage) -> bytes:
    content = part.get_payload(decode=True)
    return content if isinstance(content, bytes) else b""
