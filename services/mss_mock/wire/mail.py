"""What the checks need to know of a mail: headers, parts, the XDM archive and its documents, as plain values.

Source: specs/mssante.md §3.1–3.2. The mail is read by ``lgo_sandbox.wire.mime``, the archive by
``health_documents``; whatever is unreadable becomes a French sentence in the facts, never an error. Knows no
rule: see ``checks``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from health_documents.cda.read.reader import read_document
from health_documents.errors import DocumentError
from health_documents.validation.printed_ins import printed_ins
from health_documents.xdm.write import XdmArchive, XdmEntry, read_xdm
from lgo_sandbox.wire.mime import MimeError, MimePart, read_mail

__all__ = ["XDM_NAME", "mail_facts"]

XDM_NAME = "IHE_XDM.ZIP"
_HEADERS = {
    "subject": "Subject",
    "message_id": "Message-ID",
    "in_reply_to": "In-Reply-To",
    "references": "References",
    "nil": "X-MSS-NIL",
    "ins": "X-MSS-INS",
    "code_cda": "X-MSS-CODECDA",
    "mes": "X-MSS-MES",
    "read_receipt": "Disposition-Notification-To",
    "delivery_receipt": "Return-Receipt-To",
}
_PDFA_1 = re.compile(rb"pdfaid:part(?:>|\s*=\s*[\"'])\s*1")
_CX = re.compile(r"([^^]*)\^\^\^(?:[^&^]*)&([0-9.]+)&ISO")
_MAX_TEXT = 500
_MAX_PRINTED = 4
"""Documents of an archive whose PDF is looked into: it costs some milliseconds each."""


def mail_facts(message: bytes) -> dict[str, Any]:
    """Return the facts of a mail, JSON-able; ``unreadable`` says why there are no more."""
    facts: dict[str, Any] = {"message": True, "size": len(message), "longest_line": _longest_line(message)}
    try:
        root = read_mail(message)
    except MimeError as error:
        return {**facts, "unreadable": error.reason}
    leaves = list(root.leaves())
    facts.update({name: _short(root.header(header)) for name, header in _HEADERS.items()})
    facts.update(
        content_type=root.content_type,
        sender_label=next((label for label, _ in root.addresses("From")), ""),
        sender_address=next((address.lower() for _, address in root.addresses("From")), ""),
        reply_to=[address.lower() for _, address in root.addresses("Reply-To")],
        defects=sorted({defect for part in root.walk() for defect in part.defects}),
        bodies=[[part.content_type, part.charset or ""] for part in _bodies(root)],
        alternative=any(part.content_type == "multipart/alternative" for part in root.walk()),
        disposition_report=any(part.content_type == "message/disposition-notification" for part in root.walk()),
        attachments=[_attachment(part) for part in leaves if _is_attachment(part)],
        archives=[_archive(part.body) for part in leaves if _name(part).upper() == XDM_NAME],
    )
    return facts


def _short(value: str | None) -> str | None:
    return value[:_MAX_TEXT] if value is not None else None


def _longest_line(message: bytes) -> int:
    return max((len(line) for line in message.split(b"\r\n")), default=0)


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


def _attachment(part: MimePart) -> dict[str, Any]:
    pdf = part.body.startswith(b"%PDF-")
    return {
        "name": _name(part)[:_MAX_TEXT],
        "type": part.content_type,
        "size": len(part.body),
        "pdf": pdf,
        "pdf_a1": pdf and _PDFA_1.search(part.body) is not None,
    }


def _archive(content: bytes) -> dict[str, Any]:
    try:
        archive = read_xdm(content)
    except DocumentError as error:
        return {"unreadable": str(error)[:_MAX_TEXT]}
    return {
        "patient": _cx(archive.patient_id),
        "problems": [*archive.problems, *(problem for entry in archive.entries for problem in entry.problems)],
        "documents": _documents(archive),
    }


def _cx(value: str) -> dict[str, str]:
    match = _CX.match(value)
    return {"id": match[1], "oid": match[2]} if match else {"id": value[:_MAX_TEXT], "oid": ""}


def _documents(archive: XdmArchive) -> list[dict[str, Any]]:
    entries = [entry for entry in archive.entries if entry.metadata.mime_type == "text/xml"]
    return [_document(entry, printed=rank < _MAX_PRINTED) for rank, entry in enumerate(entries)]


def _document(entry: XdmEntry, *, printed: bool) -> dict[str, Any]:
    facts: dict[str, Any] = {"title": entry.metadata.title[:_MAX_TEXT], "uri": entry.metadata.uri[:_MAX_TEXT]}
    try:
        document = read_document(entry.content or b"")
    except DocumentError as error:
        return {**facts, "unreadable": str(error)[:_MAX_TEXT]}
    patient = document.patient
    return {
        **facts,
        "code": document.code.code,
        "qualified": patient.is_qualified,
        "matricule": patient.matricule,
        "birth_name": patient.birth_name,
        "birth_date": patient.birth_date,
        "printed_ins": printed_ins(document) if printed else None,
    }
