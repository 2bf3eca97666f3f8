"""The reports of a simulated correspondent, as octets: an MDN in either form, and the standard mail of an error.

Source: RFC 8098 §3, RFC 6522 §3; docs/sources/mssante.md#accuse-de-lecture-renvoye (form 1.1.3: ``processed/error`` and
an Error field, the mail given back once and whole; older form: the error in the modifier, attachments repeated). Texts
are ours, and say that they are simulated. Values in, octets out: knows no store and no rule.
"""

from __future__ import annotations

import base64
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP as CRLF_POLICY
from email.utils import format_datetime

from lgo_sandbox.wire.mime import MimeError, MimePart, read_mail
from mss_mock.codes.partners import KO_SUBJECT, LABELS, MdnVersion, error_text

__all__ = ["Disposition", "write_disposition", "write_error_mail"]

UNWANTED = str.maketrans("\r\n", "  ")
SIMULATED = "(SIMULATION, données fictives)"
ENCLOSED = frozenset({"zip", "x-zip-compressed", "pdf"})
TEXTS = {
    "displayed": "Votre message a été lu.",
    "deleted": "Votre message a été supprimé sans être lu.",
    "processed": "Les documents de votre message ont été intégrés au dossier du patient.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Disposition:
    """What became of a mail at its reader. ``kind``: displayed, processed, deleted; ``code``: why it was not filed.

    ``original`` are the octets of the mail, ``original_id`` its Message-ID. ``manual``: somebody did it;
    ``automatic``: nobody was asked whether to tell.
    """

    sender: str
    name: str
    to: str
    subject: str
    original: bytes
    original_id: str
    identity: str
    date: datetime
    kind: str
    manual: bool
    automatic: bool
    code: str = ""
    version: MdnVersion = MdnVersion.CURRENT

    @property
    def domain(self) -> str:
        """The domain of the reader."""
        return self.sender.rpartition("@")[2]


def write_disposition(told: Disposition) -> bytes:
    """Return the MDN as a mail."""
    parts = [_text(_explanation(told)), _fields(told), _given_back(told)]
    if told.code and told.version is MdnVersion.LEGACY:
        parts += _repeated(told.original)
    return _mail(told, "multipart/report; report-type=disposition-notification", parts)


def write_error_mail(told: Disposition) -> bytes:
    """Return the standard mail of an error, for whoever asked for no MDN."""
    parts = [_text(_explanation(told)), _whole(told.original, "message_original.eml")]
    if told.version is MdnVersion.LEGACY:
        parts += _repeated(told.original)
    return _mail(told, "multipart/mixed", parts)


def _mail(told: Disposition, kind: str, parts: Sequence[bytes]) -> bytes:
    message = EmailMessage(policy=CRLF_POLICY.clone(max_line_length=998))
    message["From"] = Address(_line(told.name), addr_spec=told.sender)
    message["To"] = Address(addr_spec=told.to)
    start = f"{KO_SUBJECT}[{told.code}] " if told.code else ""
    message["Subject"] = _line(f"{start}{told.subject}")
    message["Date"] = format_datetime(told.date)
    message["Message-ID"] = f"<{told.identity}@{told.domain}>"
    if told.original_id:
        message["In-Reply-To"] = message["References"] = _line(told.original_id)
    message["Auto-Submitted"] = "auto-replied"
    message["MIME-Version"] = "1.0"
    head = message.as_bytes().rstrip(b"\r\n")
    boundary = f"=_partenaire_{told.identity}"
    body = b"".join(f"--{boundary}\r\n".encode() + part + b"\r\n" for part in parts)
    return head + f'\r\nContent-Type: {kind};\r\n boundary="{boundary}"\r\n\r\n'.encode() + body + _end(boundary)


def _end(boundary: str) -> bytes:
    return f"--{boundary}--\r\n".encode()


def _explanation(told: Disposition) -> str:
    if not told.code:
        return f"{TEXTS[told.kind]} {SIMULATED}\r\n"
    return (
        "Le message ci-dessous n'a pas pu être intégré au dossier du patient.\r\n"
        f"Erreur {told.code} : {LABELS[told.code]}.\r\n{error_text(told.code)}\r\n{SIMULATED}\r\n"
    )


def _text(text: str) -> bytes:
    encoded = base64.encodebytes(text.encode()).replace(b"\n", b"\r\n")
    return b"Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n" + encoded


def _fields(told: Disposition) -> bytes:
    mode = f"{'manual' if told.manual else 'automatic'}-action/MDN-sent-"
    mode += "automatically" if told.automatic else "manually"
    error = _ascii(error_text(told.code)) if told.code else ""
    legacy = told.version is MdnVersion.LEGACY
    modifier = f"/Error: {error}" if error and legacy else "/error" if error else ""
    fields = (
        f"Reporting-UA: {told.domain}; Logiciel destinataire (SIMULATION)",
        f"Original-Recipient: rfc822;{told.sender}",
        f"Final-Recipient: rfc822;{told.sender}",
        *([f"Original-Message-ID: {_ascii(_line(told.original_id))}"] if told.original_id else []),
        f"Disposition: {mode}; {told.kind}{modifier}",
        *([f"Error: {error}"] if error and not legacy else []),
    )
    return b"Content-Type: message/disposition-notification\r\n\r\n" + "".join(f"{one}\r\n" for one in fields).encode()


def _given_back(told: Disposition) -> bytes:
    """Return the mail that is told of: whole when it was processed, else its head."""
    if told.kind == "processed":
        return _whole(told.original)
    head, _, _ = told.original.partition(b"\r\n\r\n")
    return b"Content-Type: text/rfc822-headers\r\n\r\n" + head + b"\r\n"


def _whole(original: bytes, name: str = "") -> bytes:
    named = f'Content-Disposition: attachment; filename="{name}"\r\n' if name else ""
    coding = "7bit" if original.isascii() else "8bit"
    return f"Content-Type: message/rfc822\r\n{named}Content-Transfer-Encoding: {coding}\r\n\r\n".encode() + original


def _repeated(original: bytes) -> list[bytes]:
    """Return the archive and the PDFs of a mail as parts of another."""
    try:
        leaves = [leaf for leaf in read_mail(original).leaves() if leaf.filename]
    except MimeError:
        return []
    return [_attached(leaf) for leaf in leaves if leaf.content_type.partition("/")[2] in ENCLOSED]


def _attached(leaf: MimePart) -> bytes:
    part = EmailMessage(policy=CRLF_POLICY)
    main, _, sub = leaf.content_type.partition("/")
    part.set_content(leaf.body, maintype=main, subtype=sub, filename=_line(leaf.filename or ""))
    return bytes(part.as_bytes()).replace(b"MIME-Version: 1.0\r\n", b"", 1)


def _line(text: str) -> str:
    return text.encode("utf-8", "replace").decode("utf-8").translate(UNWANTED).strip()


def _ascii(text: str) -> str:
    """Return a text as a field of a report can carry it."""
    return unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode("ascii")
