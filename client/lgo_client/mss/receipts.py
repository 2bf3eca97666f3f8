"""Receipts: what says that a mail was delivered (DSN) or read and filed (MDN), read in every form, written in one.

Two forms of the MDN's error are on the wire: ``processed/Error: 902^…`` in the Disposition, and ``processed/error``
beside an ``Error`` field; both are read, the second is written. An operator's delivery report may be a failure.
Source: specs/mssante.md §3.3; RFC 3464 (DSN), RFC 8098 (MDN). Knows no transport and no store.
"""

from __future__ import annotations

import base64
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from email import policy
from email.headerregistry import Address
from email.message import EmailMessage, Message
from email.parser import BytesParser, HeaderParser
from email.utils import format_datetime, parseaddr
from hashlib import sha256

from lgo_client.clock import Workplace
from lgo_client.mss.mails import WIRE, Sender

__all__ = ["NOT_FILED", "Receipt", "mdn", "read_receipt"]

NOT_FILED = {
    "900": "Version du document erronée",
    "901": "Auteur non autorisé",
    "902": "Identifiant de patient inconnu",
    "903": "INS absente",
    "904": "INS différente de celle du patient",
    "905": "INS incomplète",
    "906": "Document non intégré",
}
"""The application codes of the receiving software."""
DELIVERED = frozenset({"delivered", "relayed", "expanded"})
_ERROR = re.compile(r"\s*(\d{3})\^([^\^|]*)")


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a receipt says: ``delivery`` by the operator, else by the reader; ``done`` well or not, of which mail.

    ``code`` and ``said`` explain what was not done.
    """

    delivery: bool
    done: bool
    message_id: str
    recipient: str
    action: str
    envelope_id: str = ""
    code: str = ""
    said: str = ""

    @property
    def shown(self) -> str:
        """What it says, for people."""
        if self.delivery:
            said = "remis" if self.done else "non distribué"
        else:
            said = {"displayed": "lu", "deleted": "supprimé sans être lu"}.get(self.action, "intégré")
            said = said if self.done else "non intégré"
        reason = " ".join(part for part in (self.code, self.said) if part)
        return f"{said} ({reason})" if reason else said


def read_receipt(raw: bytes) -> Receipt | None:
    """Return what a mail says as a receipt, None when it is another mail."""
    message = BytesParser(policy=policy.compat32).parsebytes(raw)
    if message.get_content_type() != "multipart/report":
        return None
    parts = list(message.walk())
    for part in parts:
        if part.get_content_type() == "message/delivery-status":
            return _delivery(part, _reported(parts))
        if part.get_content_type() == "message/disposition-notification":
            return _disposition(part, _reported(parts))
    return None


def _delivery(part: Message, reported: str) -> Receipt:
    groups = [one for one in part.walk() if one is not part]
    about = groups[0] if groups else part
    recipients = [one for one in groups if one["Action"]]
    failed = [one for one in recipients if _value(one["Action"]).lower() not in DELIVERED]
    told = (failed or recipients or [about])[0]
    return Receipt(
        delivery=True,
        done=bool(recipients) and not failed,
        message_id=reported,
        recipient=_address(told["Final-Recipient"]),
        action=_value(told["Action"]).lower(),
        envelope_id=_value(about["Original-Envelope-Id"]),
        code=_value(told["Status"]) if failed else "",
        said=_value(told["Diagnostic-Code"]).partition(";")[2].strip() if failed else "",
    )


def _disposition(part: Message, reported: str) -> Receipt:
    fields = _fields(part)
    kind = _value(fields.get("Disposition")).partition(";")[2].strip()
    action, _, modifier = kind.partition("/")
    told = _value(fields.get("Error")) or modifier.partition(":")[2]
    error = _ERROR.match(told)
    bad = modifier.lower().startswith(("error", "failure")) or error is not None
    return Receipt(
        delivery=False,
        done=not bad,
        message_id=_value(fields.get("Original-Message-ID")) or reported,
        recipient=_address(fields.get("Final-Recipient") or fields.get("Original-Recipient")),
        action=action.strip().lower(),
        code=error[1] if error else "",
        said=(error[2] if error else told).strip() if bad else "",
    )


def _fields(part: Message) -> Message:
    """Return the fields of a part, which some parsers take for a message and others for text."""
    payload = part.get_payload()
    if isinstance(payload, list) and payload:
        inner = payload[0]
        return inner if isinstance(inner, Message) else part
    decoded = part.get_payload(decode=True)
    return HeaderParser().parsestr(decoded.decode("utf-8", "replace") if isinstance(decoded, bytes) else "")


def _reported(parts: list[Message]) -> str:
    """Return the Message-ID of the mail that is reported, from what comes back of it."""
    for part in parts:
        if part.get_content_type() == "text/rfc822-headers":
            content = part.get_payload(decode=True)
            if isinstance(content, bytes):
                return _value(HeaderParser().parsestr(content.decode("utf-8", "replace"))["Message-ID"])
        if part.get_content_type() == "message/rfc822":
            payload = part.get_payload()
            if isinstance(payload, list) and payload and isinstance(payload[0], Message):
                return _value(payload[0]["Message-ID"])
    return ""


def _value(value: object) -> str:
    return "" if value is None else " ".join(str(value).split())


def _address(value: object) -> str:
    return _value(value).rpartition(";")[2].strip().lower()


def mdn(
    original: bytes, headers: Mapping[str, str], reader: Sender, identity: str, workplace: Workplace, code: str = ""
) -> bytes:
    """Return the receipt of a mail that was filed or read, or was not filed for a reason (``code`` of NOT_FILED).

    ``headers`` are those of the mail: ``Subject``, ``Message-ID``, ``Disposition-Notification-To``; ``identity`` is the
    Message-ID of the receipt, the same each time it is written.
    """
    message = EmailMessage(policy=policy.SMTP)
    subject = headers.get("Subject", "")
    message["From"] = Address(display_name=reader.label, addr_spec=reader.mailbox)
    message["To"] = parseaddr(headers["Disposition-Notification-To"])[1]
    message["Subject"] = f"[KO Intégration système !][{code}] {subject}" if code else subject
    message["Date"] = format_datetime(workplace.local())
    message["Message-ID"] = f"<{identity}>"
    message["In-Reply-To"] = message["References"] = headers["Message-ID"]
    message["X-MSS-NIL"] = reader.nil
    message["Auto-Submitted"] = "auto-replied"
    message["MIME-Version"] = "1.0"
    head = message.as_bytes(policy=WIRE).rstrip(b"\r\n")
    return _assembled(head, identity, _status(headers, reader.mailbox, code), original, code)


def _assembled(head: bytes, identity: str, status: str, original: bytes, code: str) -> bytes:
    """Return the octets: the mail that is reported goes back as it came, to the octet."""
    boundary = f"=_accuse_{sha256(identity.encode() + original).hexdigest()[:32]}"
    text = f"Document non intégré : {NOT_FILED[code]}." if code else "Document intégré au dossier du patient."
    encoded = base64.encodebytes(text.encode()).decode().replace("\n", "\r\n")
    coding = "7bit" if original.isascii() else "8bit"
    parts = [
        f"Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n{encoded}".encode(),
        f"Content-Type: message/disposition-notification\r\n\r\n{status}".encode(),
        f"Content-Type: message/rfc822\r\nContent-Transfer-Encoding: {coding}\r\n\r\n".encode() + original,
    ]
    kind = f'multipart/report; report-type=disposition-notification;\r\n boundary="{boundary}"'
    body = b"".join(b"--" + boundary.encode() + b"\r\n" + part + b"\r\n" for part in parts)
    return head + f"\r\nContent-Type: {kind}\r\n\r\n".encode() + body + f"--{boundary}--\r\n".encode()


def _status(headers: Mapping[str, str], reader: str, code: str) -> str:
    fields = [
        "Reporting-UA: lgo; LGO-DE-REFERENCE",
        f"Original-Recipient: rfc822;{reader}",
        f"Final-Recipient: rfc822;{reader}",
        f"Original-Message-ID: {headers['Message-ID']}",
        f"Disposition: automatic-action/MDN-sent-automatically; processed{'/error' if code else ''}",
    ]
    if code:
        label = _ascii(NOT_FILED[code])
        fields.append(f"Error: {code}^{label}^applicationErrorCondition| E^Error^errorSeverity")
    return "\r\n".join([*fields, ""])


def _ascii(text: str) -> str:
    """Return a text as a field of a report can carry it."""
    return "".join(sign for sign in unicodedata.normalize("NFKD", text) if sign.isascii())
