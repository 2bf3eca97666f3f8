"""A report of reading (MDN) as values: the types of its parts, its fields, what it gives back of the mail.

Source: RFC 8098 §3, RFC 6522 §3; docs/sources/mssante.md#accuse-de-lecture-renvoye. Knows no rule: see
``checks.reports``.
"""

from __future__ import annotations

import re

from lgo_sandbox.wire.mime import MimeError, MimePart, read_mail
from mss_mock.facts.content import ReadReport

__all__ = ["HEADERS", "read_report"]

NOTIFICATION = "message/disposition-notification"
HEADERS = "text/rfc822-headers"
"""The head of a mail, given back in a report."""
MAX_TEXT = 500
MAX_PARTS = 20
_REPORT_TYPE = re.compile(r"report-type\s*=\s*\"?([^\s\";]+)", re.IGNORECASE)


def read_report(root: MimePart) -> ReadReport | None:
    """Return the report that a mail is, or carries among its parts; None without."""
    parts = root.children if root.content_type.startswith("multipart/") else (root,)
    notification = next((part for part in parts if part.content_type == NOTIFICATION), None)
    if notification is None:
        return None
    kind = _REPORT_TYPE.search(root.header("Content-Type") or "")
    enclosed = _enclosed(parts)
    return ReadReport(
        report_type=kind[1].lower()[:MAX_TEXT] if kind else "",
        parts=tuple(part.content_type for part in parts[:MAX_PARTS]),
        final_recipient=_field(notification, "Final-Recipient"),
        original_recipient=_field(notification, "Original-Recipient"),
        disposition=_field(notification, "Disposition"),
        error=_field(notification, "Error"),
        enclosed_id=_field(enclosed, "Message-ID"),
        enclosed_path=next((address.lower() for _, address in enclosed.addresses("Return-Path")), "")
        if enclosed
        else "",
    )


def _field(part: MimePart | None, name: str) -> str:
    found = (inner.header(name) for inner in part.walk()) if part is not None else iter(())
    return next((value.strip()[:MAX_TEXT] for value in found if value), "")


def _enclosed(parts: tuple[MimePart, ...]) -> MimePart | None:
    """Return the head of the mail that a report gives back."""
    for part in parts:
        if part.content_type == "message/rfc822" and part.children:
            return part.children[0]
        if part.content_type == HEADERS:
            try:
                return read_mail(part.body + b"\r\n\r\n")
            except MimeError:
                return None
    return None
