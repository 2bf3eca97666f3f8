"""What a citizen sends, as octets: a mail, a report of reading.

Source: RFC 5322, RFC 8098 §3 (manual action, sent by who read); docs/sources/mssante.md#accuse-de-lecture. Texts are
ours, and say that they are simulated. Values in, octets out: knows no store and no rule.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP as CRLF_POLICY
from email.utils import format_datetime

from mss_mock.codes import OPERATOR_HOST, PATIENT_DOMAIN

__all__ = ["Letter", "ReadReport", "write_letter", "write_read_report"]

UNWANTED = str.maketrans("\r\n", "  ")
"""A value that came from a mail, or from JSON, must not begin a header."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A mail of a citizen. ``answers`` is the Message-ID of what it answers, empty for a mail of its own."""

    sender: str
    name: str
    to: str
    subject: str
    text: str
    identity: str
    date: datetime
    answers: str = ""
    references: str = ""
    attachment: bytes = b""
    file_name: str = "courrier.pdf"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadReport:
    """A report that a citizen read a mail."""

    sender: str
    name: str
    to: str
    subject: str
    original: str
    identity: str
    date: datetime


def write_letter(letter: Letter) -> bytes:
    """Return a mail of a citizen. Raises ValueError for an address or a subject that no mail can have."""
    message = EmailMessage(policy=CRLF_POLICY)
    _head(message, letter)
    if letter.answers:
        message["In-Reply-To"] = _line(letter.answers)
        message["References"] = _line(f"{letter.references} {letter.answers}")
    message.set_content(_sound(letter.text), cte="base64")
    if letter.attachment:
        message.add_attachment(
            letter.attachment, maintype="application", subtype="pdf", filename=_line(letter.file_name)
        )
        message.set_boundary(f"=_usager_{letter.identity}")
    return message.as_bytes()


def write_read_report(report: ReadReport) -> bytes:
    """Return the report as a mail."""
    message = EmailMessage(policy=CRLF_POLICY)
    _head(message, report)
    message["In-Reply-To"] = _line(report.original)
    message.set_content(f"{report.name} a lu votre message (SIMULATION, données fictives).\r\n", cte="base64")
    message.make_mixed(boundary=f"=_lecture_{report.identity}")
    fields = (
        f"Reporting-UA: {PATIENT_DOMAIN}; Mon espace sante (SIMULATION)",
        f"Original-Recipient: rfc822; {report.sender}",
        f"Final-Recipient: rfc822; {report.sender}",
        f"Original-Message-ID: {_line(report.original)}",
        "Disposition: manual-action/MDN-sent-manually; displayed",
    )
    part = EmailMessage(policy=CRLF_POLICY)
    part["Content-Type"] = "message/disposition-notification"
    part.set_payload("".join(f"{field}\r\n" for field in fields))
    message.attach(part)
    octets = message.as_bytes()
    return octets.replace(b"multipart/mixed;", b"multipart/report; report-type=disposition-notification;", 1)


def _line(text: str) -> str:
    return _sound(text).translate(UNWANTED).strip()


def _sound(text: str) -> str:
    """Return a text without the halves of characters that octets of no charset are read as."""
    return text.encode("utf-8", "replace").decode("utf-8")


def _head(message: EmailMessage, one: Letter | ReadReport) -> None:
    message["From"] = Address(_line(one.name), addr_spec=one.sender)
    message["To"] = Address(addr_spec=one.to)
    message["Subject"] = _line(one.subject)
    message["Date"] = format_datetime(one.date)
    message["Message-ID"] = f"<{one.identity}@{OPERATOR_HOST}>"
