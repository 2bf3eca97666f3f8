"""MSSanté mail from an LGO: composing by the rules, sending over SMTP STARTTLS, reading over IMAP STARTTLS.

Authentication is XOAUTH2 with the Pro Santé Connect access token. Source: specs/mssante.md §1.1, §3.1 (ECO.* rules),
§3.2. Uses the standard library's clients; knows no document format.
"""

from __future__ import annotations

import imaplib
import smtplib
from collections.abc import Sequence
from dataclasses import dataclass, field
from email import policy
from email.headerregistry import Address
from email.message import EmailMessage
from email.parser import BytesParser
from email.utils import format_datetime

from lgo_client.clock import Workplace
from lgo_client.environment import Environment, Person, Structure
from lgo_client.transport import tls_context

__all__ = ["Attachment", "DocumentMail", "Mailbox", "MssRefused", "attachments", "compose", "send", "written"]

TIMEOUT_SECONDS = 30.0
ARCHIVE_NAME = "IHE_XDM.zip"

# Folding at 78, the standard library loses or doubles spaces around encoded words, and cuts filename* into pieces.
WIRE = policy.SMTP.clone(max_line_length=998)


class MssRefused(Exception):
    """The operator refused the log-in, the sender, a recipient or the message."""


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
        return f"XDM/1.0/DDM+{self.label} {self.patient_name} {self.patient_first_name} {self.birth_date}"


def compose(mail: DocumentMail, sender: Person, structure: Structure, nil: str, workplace: Workplace) -> EmailMessage:
    """Return the message: headers and subject of ECO.2.x, text in UTF-8, archive first, then the PDFs."""
    message = EmailMessage(policy=policy.SMTP)
    display = " ".join(
        filter(None, (sender.title, sender.given_name, sender.family_name.upper(), f"- {structure.name}"))
    )
    message["From"] = Address(display_name=display, addr_spec=sender.mailbox)
    message["To"] = Address(addr_spec=mail.recipient)
    message["Subject"] = mail.subject
    message["Date"] = format_datetime(workplace.local())
    message["Message-ID"] = f"<{workplace.uuid()}@{sender.mailbox.partition('@')[2]}>"
    message["X-MSS-NIL"] = nil
    if mail.codes:
        message["X-MSS-CODECDA"] = ",".join(mail.codes)
        message["X-MSS-INS"] = "O" if mail.ins_qualified else "N"
    message["Return-Receipt-To"] = sender.mailbox
    message["Disposition-Notification-To"] = sender.mailbox
    for name, value in mail.headers.items():
        message[name] = value
    message.set_content(mail.body, charset="utf-8", cte="quoted-printable")
    message.add_attachment(mail.archive, maintype="application", subtype="zip", filename=ARCHIVE_NAME)
    for pdf in mail.pdfs:
        message.add_attachment(pdf.content, maintype=pdf.main_type, subtype=pdf.sub_type, filename=pdf.name)
    return message


def written(message: EmailMessage) -> bytes:
    """Return the octets of a message as SMTP carries them."""
    return message.as_bytes(policy=WIRE)


def send(environment: Environment, message: EmailMessage, mailbox: str, token: str) -> bytes:
    """Send a message as ``mailbox``; return the octets sent. Raises MssRefused."""
    host, port = environment.socket("smtp")
    octets = written(message)
    try:
        with smtplib.SMTP(host, port, timeout=TIMEOUT_SECONDS) as server:
            server.starttls(context=tls_context(environment.ca))
            server.ehlo()
            server.auth("XOAUTH2", lambda _challenge=None: _xoauth2(mailbox, token), initial_response_ok=True)
            server.sendmail(mailbox, [str(message["To"].addresses[0].addr_spec)], octets)
    except (smtplib.SMTPException, ConnectionError) as error:
        raise MssRefused(str(error)) from error
    return octets


class Mailbox:
    """A mailbox read over IMAP, as a context manager. Raises MssRefused when the operator refuses the token."""

    def __init__(self, environment: Environment, mailbox: str, token: str) -> None:
        host, port = environment.socket("imap")
        self._imap = imaplib.IMAP4(host, port, timeout=TIMEOUT_SECONDS)
        try:
            self._imap.starttls(tls_context(environment.ca))
            self._imap.authenticate("XOAUTH2", lambda _challenge: _xoauth2(mailbox, token).encode())
        except imaplib.IMAP4.error as error:
            self._imap.shutdown()
            raise MssRefused(str(error)) from error

    def __enter__(self) -> Mailbox:
        return self

    def __exit__(self, *_error: object) -> None:
        self._imap.logout()

    def unread(self, folder: str = "INBOX") -> list[bytes]:
        """Return the raw octets of the unread messages of a folder, and mark them read."""
        self._imap.select(folder)
        _, found = self._imap.uid("SEARCH", "UNSEEN")
        return [self._raw(uid) for uid in (found[0] or b"").split()]

    def _raw(self, uid: bytes) -> bytes:
        _, answer = self._imap.uid("FETCH", uid.decode(), "(BODY[])")
        return next(bytes(part[1]) for part in answer if isinstance(part, tuple))


def attachments(raw: bytes) -> list[Attachment]:
    """Return the attachments of a raw message, decoded."""
    message = BytesParser(policy=policy.default).parsebytes(raw)
    return [
        Attachment(part.get_filename() or "", part.get_content_maintype(), part.get_content_subtype(), _decoded(part))
        for part in message.iter_attachments()
    ]


def _decoded(part: EmailMessage) -> bytes:
    content = part.get_payload(decode=True)
    return content if isinstance(content, bytes) else b""


def _xoauth2(mailbox: str, token: str) -> str:
    return f"user={mailbox}\x01auth=Bearer {token}\x01\x01"
