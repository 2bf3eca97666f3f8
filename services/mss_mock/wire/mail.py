"""A mail read as values: head, parts, the XDM archive and its documents.

Source: docs/sources/mssante.md (Tout courriel, Courriel qui porte des documents). The mail is read by
``lgo_sandbox.wire.mime``, the archive by ``health_documents``; what is unreadable becomes a French sentence, never an
error. Reading costs: it is done after the answer. Knows no rule: see ``checks``.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator

from health_documents.cda.read.reader import read_document
from health_documents.errors import DocumentError
from health_documents.validation.printed_ins import printed_ins
from health_documents.xdm.read import XdmArchive, XdmEntry, read_xdm
from lgo_sandbox.watch.facts import Lazy
from lgo_sandbox.wire.mime import MimeError, MimePart, decoded_value, read_mail
from mss_mock.codes import XDM_NAME
from mss_mock.codes.defects import DEFECTS, OTHER_DEFECT, OTHER_REMEDY, REMEDIES
from mss_mock.facts import Mail
from mss_mock.facts.content import (
    Archive,
    Attachment,
    Document,
    MailContent,
    MailDefect,
    MailHead,
    TextBody,
    Unreadable,
)
from mss_mock.wire.newlines import bare_newline

__all__ = ["is_plain", "mail_of", "read_content", "subject_of"]

_PDFA_1 = re.compile(rb"pdfaid:part(?:>|\s*=\s*[\"'])\s*1")
_CX = re.compile(r"([^^]*)\^\^\^(?:[^&^]*)&([0-9.]+)&ISO")
_SUBJECT = re.compile(rb"\r\nSubject[ \t]*:((?:[^\r\n]|\r\n[ \t])*)", re.IGNORECASE)
_IN_PARTS = (b"multipart/", b"application/", b"message/")
_MAX_PLAIN = 32 * 1024
_MAX_TEXT = 500
_MAX_HEAD = 64 * 1024
_MAX_PRINTED = 4
"""Documents of an archive whose PDF is looked into: it costs some milliseconds each."""


def mail_of(message: bytes) -> Mail:
    """Return the facts of a mail; what is in it is read when somebody looks."""
    longest = max(map(len, message.split(b"\r\n")))
    return Mail(size=len(message), longest_line=longest, content=Lazy(lambda: read_content(message)))


def is_plain(message: bytes) -> bool:
    """Tell whether a mail is a short text without parts: reading it costs less than leaving it for later."""
    lowered = message[: _MAX_PLAIN + 1].lower()
    return len(lowered) <= _MAX_PLAIN and not any(kind in lowered for kind in _IN_PARTS)


def subject_of(message: bytes) -> str:
    """Return the subject of a mail, from its head alone; empty without."""
    head, _, _ = message[:_MAX_HEAD].partition(b"\r\n\r\n")
    found = _SUBJECT.search(b"\r\n" + head + b"\r\n")
    return decoded_value(found[1]) if found else ""


def read_content(message: bytes) -> MailContent | Unreadable:
    """Return what is in a mail, or why it cannot be read."""
    try:
        root = read_mail(message)
    except MimeError as error:
        return Unreadable(reason=error.reason[:_MAX_TEXT])
    leaves = list(root.leaves())
    return MailContent(
        fingerprint=hashlib.sha256(message).hexdigest(),
        head=_head(root),
        bodies=tuple(map(_body, _bodies(root))),
        alternative=any(part.content_type == "multipart/alternative" for part in root.walk()),
        reports_reading=any(part.content_type == "message/disposition-notification" for part in root.walk()),
        reported_message=_reported(root),
        eight_bit=not message.isascii(),
        bare_newlines=bare_newline(message) != b"",
        defects=tuple(_defects(root)),
        attachments=tuple(_attachment(part) for part in leaves if _is_attachment(part)),
        archives=tuple(_archive(part.body) for part in leaves if _name(part).upper() == XDM_NAME),
    )


def _head(root: MimePart) -> MailHead:
    first = {name.lower(): value for name, value in reversed(root.headers)}

    def text(name: str) -> str:
        return _short(first.get(name)) or ""

    label, address = next(iter(root.addresses("From")), ("", ""))
    return MailHead(
        subject=text("subject"),
        message_id=text("message-id").strip(),
        in_reply_to=text("in-reply-to").strip(),
        references=text("references").strip(),
        sender_label=label.strip()[:_MAX_TEXT],
        sender_address=address.lower(),
        reply_to=tuple(address.lower() for _, address in root.addresses("Reply-To")),
        nil=_short(first.get("x-mss-nil")),
        ins=_short(first.get("x-mss-ins")),
        code_cda=_short(first.get("x-mss-codecda")),
        mes=_short(first.get("x-mss-mes")),
        read_receipt=text("disposition-notification-to"),
        delivery_receipt=text("return-receipt-to"),
        content_type=root.content_type,
    )


def _short(value: str | None) -> str | None:
    return value[:_MAX_TEXT] if value is not None else None


def _reported(root: MimePart) -> str:
    reports = (part for part in root.walk() if part.content_type == "message/disposition-notification")
    found = (inner.header("Original-Message-ID") for report in reports for inner in report.walk())
    return next((value.strip()[:_MAX_TEXT] for value in found if value), "")


def _defects(root: MimePart) -> Iterator[MailDefect]:
    for part in root.walk():
        for name in sorted(set(part.defects)):
            remedy = REMEDIES.get(name, OTHER_REMEDY)
            yield MailDefect(part=part.path, what=DEFECTS.get(name, OTHER_DEFECT), remedy=remedy)


def _name(part: MimePart) -> str:
    return part.filename or ""


def _is_attachment(part: MimePart) -> bool:
    return bool(part.filename) or part.disposition == "attachment"


def _bodies(root: MimePart) -> Iterator[MimePart]:
    """Yield the parts that a reader is shown as the text of the mail: those of an enclosed mail are not."""
    if root.content_type.startswith("message/") and root.children:
        return
    if root.children:
        for child in root.children:
            yield from _bodies(child)
    elif root.content_type.startswith("text/") and not _is_attachment(root):
        yield root


def _body(part: MimePart) -> TextBody:
    says = "automatique" in part.text().lower()
    return TextBody(content_type=part.content_type, charset=part.charset or "", automatic=says)


def _attachment(part: MimePart) -> Attachment:
    pdf = part.body.startswith(b"%PDF-")
    return Attachment(
        name=_name(part)[:_MAX_TEXT],
        content_type=part.content_type,
        size=len(part.body),
        is_pdf=pdf,
        is_pdf_a1=pdf and _PDFA_1.search(part.body) is not None,
    )


def _archive(content: bytes) -> Archive | Unreadable:
    try:
        archive = read_xdm(content)
    except DocumentError as error:
        return Unreadable(reason=str(error)[:_MAX_TEXT])
    identity, root = _cx(archive.patient_id)
    return Archive(
        patient_id=identity,
        patient_root=root,
        problems=(*archive.problems, *(problem for entry in archive.entries for problem in entry.problems)),
        documents=_documents(archive),
    )


def _cx(value: str) -> tuple[str, str]:
    match = _CX.match(value)
    return (match[1], match[2]) if match else (value[:_MAX_TEXT], "")


def _documents(archive: XdmArchive) -> tuple[Document | Unreadable, ...]:
    entries = [entry for entry in archive.entries if entry.metadata.mime_type == "text/xml"]
    return tuple(_document(entry, printed=rank < _MAX_PRINTED) for rank, entry in enumerate(entries))


def _document(entry: XdmEntry, *, printed: bool) -> Document | Unreadable:
    try:
        document = read_document(entry.content or b"")
    except DocumentError as error:
        return Unreadable(reason=f"{entry.metadata.uri[:80]} : {error}"[:_MAX_TEXT])
    patient = document.patient
    return Document(
        title=entry.metadata.title[:_MAX_TEXT],
        code=document.code.code,
        qualified=patient.is_qualified,
        matricule=patient.matricule,
        birth_name=patient.birth_name,
        birth_date=patient.birth_date,
        printed_ins=printed_ins(document) if printed else None,
    )
