"""Receipts: what says that a mail was delivered (DSN) or read and filed (MDN), read in every form, written in one.

Two forms of the MDN's error are on the wire: ``processed/Error: 902^…`` in the Disposition, and ``processed/error``
beside an ``Error`` field; both are read, the second is written. Whoever asked for no MDN is told of an error by a
standard mail. An operator's delivery report may be a failure, or a delay that needs nothing. Source: specs/mssante.md
§3.3; RFC 3464 (DSN), RFC 3463 (its codes), RFC 8098 (MDN). Knows no transport and no store.
"""

from __future__ import annotations

import base64
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from email import policy
from email.errors import MessageError
from email.header import decode_header, make_header
from email.headerregistry import Address
from email.message import EmailMessage, Message
from email.parser import BytesParser, HeaderParser
from email.utils import format_datetime, parseaddr
from hashlib import sha256

from lgo_client.clock import Workplace
from lgo_client.mss.mails import WIRE, Sender

__all__ = ["NOT_FILED", "Reading", "Receipt", "mdn", "read_receipt", "read_receipts"]

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
DELAYED = "delayed"
CAUSES = {
    "1.1": "adresse inconnue",
    "1.2": "domaine inconnu",
    "1.3": "adresse mal formée",
    "1.6": "le destinataire a changé d'adresse",
    "2.1": "boîte fermée",
    "2.2": "boîte pleine",
    "2.3": "message trop lourd pour cette boîte",
    "3.2": "l'opérateur du destinataire n'accepte pas de messages pour l'instant",
    "3.4": "message trop lourd",
    "4.1": "l'opérateur du destinataire ne répond pas",
    "4.2": "la liaison avec l'opérateur du destinataire est rompue",
    "4.7": "délai de remise dépassé",
    "7.1": "remise non autorisée : droits, filtre ou liste blanche",
}
"""What the subject and detail of a status code mean (RFC 3463), of those that operators use."""
_ERROR = re.compile(r"\s*(\d{3})\^([^\^|]*)")
_KO = re.compile(r"\[(?:KO Intégration système|Erreur d['’]intégration) ?!\](?:\[(\d{3})\])?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a receipt says: ``delivery`` by an operator, else by the reader; ``done`` well or not, of which mail.

    ``code`` and ``said`` explain what was not done; ``by`` is the server that said it.
    """

    delivery: bool
    done: bool
    message_id: str
    recipient: str
    action: str
    envelope_id: str = ""
    code: str = ""
    said: str = ""
    by: str = ""

    @property
    def waits(self) -> bool:
        """Whether the operator goes on trying: nothing is to be done."""
        return self.delivery and self.action == DELAYED

    @property
    def cause(self) -> str:
        """Why an operator did not deliver, in French; empty when its code is not known."""
        return CAUSES.get(self.code.partition(".")[2], "") if self.delivery else ""

    @property
    def shown(self) -> str:
        """What it says, for people."""
        if self.waits:
            said = "en attente chez l'opérateur"
        elif self.delivery:
            said = "remis" if self.done else "non distribué"
        else:
            said = {"displayed": "lu", "deleted": "supprimé sans être lu"}.get(self.action, "intégré")
            said = said if self.done else "non intégré"
        by = f"par {self.by}" if self.by and self.said else ""
        reason = " ; ".join(part for part in (" ".join(filter(None, (self.code, self.cause or self.said))), by) if part)
        return f"{said} ({reason})" if reason else said


def read_receipt(raw: bytes) -> Receipt | None:
    """Return what a mail says as a receipt, of several recipients the worst; None when it is another mail."""
    found = read_receipts(raw)
    return min(found, key=lambda one: (one.done, one.waits)) if found else None


def read_receipts(raw: bytes) -> list[Receipt]:
    """Return what a mail says as a receipt, recipient by recipient; nothing when it is another mail."""
    message = BytesParser(policy=policy.compat32).parsebytes(raw)
    parts = list(message.walk())
    if message.get_content_type() != "multipart/report":
        return _error_mail(message, parts)
    for part in parts:
        if part.get_content_type() == "message/delivery-status":
            return _deliveries(part, _reported(parts))
        if part.get_content_type() == "message/disposition-notification":
            return [_disposition(part, _reported(parts))]
    return []


def _deliveries(part: Message, reported: str) -> list[Receipt]:
    groups = [one for one in part.walk() if one is not part]
    about = groups[0] if groups else part
    recipients = [one for one in groups if one["Action"]]
    return [_delivery(one, about, reported) for one in recipients or [about]]


def _delivery(told: Message, about: Message, reported: str) -> Receipt:
    action = _value(told["Action"]).lower()
    done = action in DELIVERED
    return Receipt(
        delivery=True,
        done=done,
        message_id=reported,
        recipient=_address(told["Final-Recipient"]),
        action=action,
        envelope_id=_value(about["Original-Envelope-Id"]),
        code="" if done else _value(told["Status"]),
        said="" if done else _value(told["Diagnostic-Code"]).partition(";")[2].strip(),
        by=_address(told["Remote-MTA"] or about["Reporting-MTA"]),
    )


def _error_mail(message: Message, parts: list[Message]) -> list[Receipt]:
    """Return the error that a standard mail tells of: by its subject, with the mail that it is of enclosed."""
    ko = _KO.match(_decoded(_value(message["Subject"])))
    reported = _reported(parts) or _value(message["In-Reply-To"])
    if ko is None or not reported:
        return []
    code = ko[1] or ""
    return [
        Receipt(
            delivery=False,
            done=False,
            message_id=reported,
            recipient=parseaddr(_value(message["From"]))[1].lower(),
            action="processed",
            code=code,
            said=NOT_FILED.get(code, "Document non intégré"),
        )
    ]


def _decoded(words: str) -> str:
    try:
        return str(make_header(decode_header(words)))
    except (ValueError, LookupError, MessageError):
        return words


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


@dataclass(frozen=True, slots=True)
class Reading:
    """What became of a mail here: ``code`` of NOT_FILED says why its documents were not filed.

    ``displayed``: somebody read it, there was nothing to file. ``by_hand``: somebody filed its documents, or set them
    aside. ``asked``: somebody wanted the receipt to leave.
    """

    code: str = ""
    displayed: bool = False
    by_hand: bool = False
    asked: bool = False

    @property
    def disposition(self) -> str:
        """The Disposition field (RFC 8098 §3.2.6)."""
        manual = self.displayed or self.by_hand
        mode = f"{'manual' if manual else 'automatic'}-action/MDN-sent-{'manually' if self.asked else 'automatically'}"
        return f"{mode}; {'displayed' if self.displayed else 'processed'}{'/error' if self.code else ''}"

    @property
    def text(self) -> str:
        """What people read of it."""
        if self.code:
            return f"Document non intégré : {self.code} {NOT_FILED[self.code]}."
        return "Message lu." if self.displayed else "Document intégré au dossier du patient."


FILED = Reading()


def mdn(
    original: bytes,
    headers: Mapping[str, str],
    reader: Sender,
    identity: str,
    workplace: Workplace,
    reading: Reading = FILED,
) -> bytes:
    """Return the receipt of a mail that was filed or read, or was not filed.

    ``headers`` are those of the mail: ``Subject``, ``Message-ID``, ``Disposition-Notification-To``; ``identity`` is the
    Message-ID of the receipt, the same each time it is written.
    """
    code = reading.code
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
    return _assembled(head, identity, _status(headers, reader.mailbox, reading), original, reading)


def _assembled(head: bytes, identity: str, status: str, original: bytes, reading: Reading) -> bytes:
    """Return the octets: the mail that is reported goes back as it came, to the octet."""
    boundary = f"=_accuse_{sha256(identity.encode() + original).hexdigest()[:32]}"
    encoded = base64.encodebytes(reading.text.encode()).decode().replace("\n", "\r\n")
    coding = "7bit" if original.isascii() else "8bit"
    parts = [
        f"Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n{encoded}".encode(),
        f"Content-Type: message/disposition-notification\r\n\r\n{status}".encode(),
        f"Content-Type: message/rfc822\r\nContent-Transfer-Encoding: {coding}\r\n\r\n".encode() + original,
    ]
    kind = f'multipart/report; report-type=disposition-notification;\r\n boundary="{boundary}"'
    body = b"".join(b"--" + boundary.encode() + b"\r\n" + part + b"\r\n" for part in parts)
    return head + f"\r\nContent-Type: {kind}\r\n\r\n".encode() + body + f"--{boundary}--\r\n".encode()


def _status(headers: Mapping[str, str], reader: str, reading: Reading) -> str:
    code = reading.code
    fields = [
        "Reporting-UA: lgo; LGO-DE-REFERENCE",
        f"Original-Recipient: {headers.get('Original-Recipient') or f'rfc822;{reader}'}",
        f"Final-Recipient: rfc822;{reader}",
        f"Original-Message-ID: {headers['Message-ID']}",
        f"Disposition: {reading.disposition}",
    ]
    if code:
        label = _ascii(NOT_FILED[code])
        fields.append(f"Error: {code}^{label}^applicationErrorCondition| E^Error^errorSeverity")
    return "\r\n".join([*fields, ""])


def _ascii(text: str) -> str:
    """Return a text as a field of a report can carry it."""
    return "".join(sign for sign in unicodedata.normalize("NFKD", text) if sign.isascii())
