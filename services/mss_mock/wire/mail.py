"""A mail read as values: head, parts, the XDM archive and its documents.

Source: docs/sources/mssante.md (Tout courriel, Courriel qui porte des documents). The mail is read by
``lgo_sandbox.wire.mime``, the archive by ``health_documents``; what is unreadable becomes a French sentence, never an
error. Reading costs: it is done after the answer. Knows no rule: see ``checks``.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace

from lgo_sandbox.watch.facts import Lazy
from lgo_sandbox.wire.mime import MimeError, MimePart, decoded_value, read_mail
from mss_mock.codes.defects import DEFECTS, OTHER_DEFECT, OTHER_REMEDY, REMEDIES
from mss_mock.codes.files import ONCE
from mss_mock.facts import Mail
from mss_mock.facts.content import Attachment, MailContent, MailDefect, MailHead, TextBody, Unreadable
from mss_mock.wire.archives import holds_xdm, read_archive, read_pages
from mss_mock.wire.attached import executable
from mss_mock.wire.dispositions import HEADERS, read_report
from mss_mock.wire.newlines import bare_newline
from mss_mock.wire.texts import announced, automatic, misread, unlike_html, withdraws

__all__ = ["authors_of", "is_plain", "mail_of", "read_content", "subject_of"]

_PDFA_1 = re.compile(rb"pdfaid:part(?:>|\s*=\s*[\"'])\s*1")
_FIELD = re.compile(rb"^([!-9;-~]+)[ \t]*:")
_SUBJECT = re.compile(rb"\r\nSubject[ \t]*:((?:[^\r\n]|\r\n[ \t])*)", re.IGNORECASE)
_IN_PARTS = (b"multipart/", b"application/", b"message/")
_MAX_PLAIN = 32 * 1024
_PDF_WINDOW = 1024
_MAX_TEXT = 500
_MAX_HEAD = 64 * 1024


def mail_of(message: bytes) -> Mail:
    """Return the facts of a mail; what is in it is read when somebody looks."""
    longest = max(map(len, message.split(b"\r\n")))
    return Mail(size=len(message), longest_line=longest, content=Lazy(lambda: read_content(message)))


def is_plain(message: bytes) -> bool:
    """Tell whether a mail is a short text without parts: reading it costs less than leaving it for later."""
    lowered = message[: _MAX_PLAIN + 1].lower()
    return len(lowered) <= _MAX_PLAIN and not any(kind in lowered for kind in _IN_PARTS)


def authors_of(message: bytes) -> tuple[str, ...]:
    """Return the addresses of From, from the head alone."""
    head, _, _ = message[:_MAX_HEAD].partition(b"\r\n\r\n")
    try:
        return tuple(address for _, address in read_mail(head + b"\r\n\r\n").addresses("From"))
    except MimeError:
        return ()


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
    leaves = list(_leaves(root))
    attached = [part for part in leaves if _is_attachment(part)]
    files = [(part, _attachment(part)) for part in attached]
    found = [read_archive(one.name, part.body) for part, one in files if one.is_archive]
    content = MailContent(
        fingerprint=hashlib.sha256(message).hexdigest(),
        head=_head(root, message),
        bodies=tuple(map(_body, _bodies(root))),
        alternative=any(part.content_type == "multipart/alternative" for part in root.walk()),
        reports_reading=any(part.content_type == "message/disposition-notification" for part in root.walk()),
        reported_message=_reported(root),
        report=read_report(root),
        eight_bit=not message.isascii(),
        bare_newlines=bare_newline(message) != b"",
        defects=tuple(_defects(root)),
        unlike_html=_unlike_html(root),
        attachments=tuple(one for _, one in files),
        archives=tuple(one.archive for one in found),
        pages=(),
        doubled_pdfs=tuple(_doubled(files)),
    )
    if not content.documents:
        return content
    pdfs = [(one.name, part.body) for part, one in files if one.is_pdf]
    return replace(content, pages=read_pages(found, pdfs, () if content.several_patients else content.people))


def _doubled(files: Iterable[tuple[MimePart, Attachment]]) -> Iterator[str]:
    """Yield the names of PDFs that are the same octets as another."""
    pdfs = [(one.name, part.body) for part, one in files if one.is_pdf]
    counts = Counter(body for _, body in pdfs)
    yield from (name for name, body in pdfs if counts[body] > 1)


def _leaves(root: MimePart) -> Iterator[MimePart]:
    """Yield the parts that hold content; a mail that is enclosed (a forward, what a report reports) is one of them."""
    if root.content_type.startswith("message/"):
        yield root
    elif root.children:
        for child in root.children:
            yield from _leaves(child)
    else:
        yield root


def _head(root: MimePart, message: bytes) -> MailHead:
    first = {name.lower(): value for name, value in reversed(root.headers)}

    def text(name: str) -> str:
        return _short(first.get(name)) or ""

    label, address = next(iter(root.addresses("From")), ("", ""))
    names = Counter(name.lower() for name, _ in root.headers)
    return MailHead(
        subject=text("subject"),
        date=_short(first.get("date")),
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
        repeated=tuple(name for name in ONCE if names[name.lower()] > 1),
        eight_bit=tuple(_eight_bit(message)),
    )


def _eight_bit(message: bytes) -> Iterator[str]:
    """Yield the names of headers with octets beyond ASCII."""
    head = message[:_MAX_HEAD].partition(b"\r\n\r\n")[0]
    if head.isascii():
        return
    for field in re.split(rb"\r?\n(?![ \t])", head):
        name = _FIELD.match(field)
        if name is not None and not field.isascii():
            yield name[1].decode("ascii")[:80]


def _unlike_html(root: MimePart) -> str:
    """Return what only the HTML form of a text says, of the first text that has two forms."""
    for part in root.walk():
        if part.content_type == "multipart/alternative":
            texts = {leaf.content_type: leaf.text() for leaf in part.leaves()}
            return unlike_html(texts.get("text/plain", ""), texts.get("text/html", ""))
    return ""


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
    return bool(part.filename) or part.disposition == "attachment" or part.content_type.startswith("application/")


def _bodies(root: MimePart) -> Iterator[MimePart]:
    """Yield the parts that a reader is shown as the text of the mail: those of an enclosed mail, or head, are not."""
    if (root.content_type.startswith("message/") and root.children) or root.content_type == HEADERS:
        return
    if root.children:
        for child in root.children:
            yield from _bodies(child)
    elif root.content_type.startswith("text/") and not _is_attachment(root):
        yield root


def _body(part: MimePart) -> TextBody:
    text = part.text()
    return TextBody(
        content_type=part.content_type,
        charset=part.charset or "",
        misread=misread(part.body, part.charset or ""),
        automatic=automatic(text),
        announced=announced(text),
        withdraws=withdraws(text),
    )


def _attachment(part: MimePart) -> Attachment:
    pdf = part.body[:_PDF_WINDOW].lstrip().startswith(b"%PDF-")
    return Attachment(
        name=_name(part)[:_MAX_TEXT],
        content_type=part.content_type,
        size=len(part.body),
        is_pdf=pdf,
        is_pdf_a1=pdf and _PDFA_1.search(part.body) is not None,
        is_archive=holds_xdm(_name(part), part.body),
        executable=executable(_name(part), part.body),
    )
