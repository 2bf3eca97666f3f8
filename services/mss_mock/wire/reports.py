"""Delivery reports: the mail that says a mail was, was not, or was not yet delivered.

Source: RFC 6522 and 3464 (multipart/report), RFC 3461 §6 (what is reported, RET, ENVID, ORCPT); specs/mssante.md §1.3
(« Undelivered Mail Returned to Sender », high) and §2 (« Message non distribué », title known, text invented: D).
Values in, octets out: knows no store and no rule.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from enum import StrEnum

from mss_mock.codes import OPERATOR_HOST

__all__ = ["Action", "Recipient", "Report", "write_report"]

TITLE_FAILED = "Message non distribué"
TITLE_TOO_LARGE = "Undelivered Mail Returned to Sender"
TITLE_DELIVERED = "Message distribué"
TITLE_DELAYED = "Message en attente"
_END_OF_HEADER = re.compile(rb"\r\n\r\n")


class Action(StrEnum):
    """What became of a mail for a recipient (RFC 3464 §2.3.3)."""

    FAILED = "failed"
    DELAYED = "delayed"
    DELIVERED = "delivered"


@dataclass(frozen=True, slots=True)
class Recipient:
    """One recipient of a report. ``original`` is the ORCPT parameter; ``cause`` is French, empty when delivered.

    ``remote`` is the mail server that said ``diagnostic``; ``until`` the moment at which no more tries follow.
    """

    address: str
    action: Action
    status: str
    diagnostic: str = ""
    cause: str = ""
    original: str = ""
    remote: str = ""
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """What a report is made of. ``whole`` sends the mail back whole, else its header only.

    ``host`` is the mail server that reports; ``arrived`` when it took the mail.
    """

    sender: str
    message: bytes
    recipients: Sequence[Recipient]
    identity: str
    date: datetime
    envelope_id: str = ""
    whole: bool = True
    too_large: bool = False
    host: str = OPERATOR_HOST
    arrived: datetime | None = None


def write_report(report: Report) -> bytes:
    """Return the report as a mail, CRLF lines."""
    boundary = f"=_rapport_{report.identity}"
    parts = [_explanation(report), _status(report), _original(report)]
    body = b"".join(b"--" + boundary.encode() + b"\r\n" + part + b"\r\n" for part in parts)
    return _header(report, boundary) + body + b"--" + boundary.encode() + b"--\r\n"


def _header(report: Report, boundary: str) -> bytes:
    lines = [
        f"From: Mail Delivery System <MAILER-DAEMON@{report.host}>",
        f"To: <{report.sender}>",
        f"Subject: {_word(_title(report))}",
        f"Date: {format_datetime(report.date)}",
        f"Message-ID: <{report.identity}@{report.host}>",
        "Auto-Submitted: auto-replied",
        "MIME-Version: 1.0",
        f'Content-Type: multipart/report; report-type=delivery-status;\r\n boundary="{boundary}"',
    ]
    return _lines(lines)


def _title(report: Report) -> str:
    actions = {recipient.action for recipient in report.recipients}
    if actions == {Action.DELIVERED}:
        return TITLE_DELIVERED
    if actions == {Action.DELAYED}:
        return TITLE_DELAYED
    return TITLE_TOO_LARGE if report.too_large else TITLE_FAILED


def _word(text: str) -> str:
    if text.isascii():
        return text
    return f"=?utf-8?b?{base64.b64encode(text.encode()).decode()}?="


def _explanation(report: Report) -> bytes:
    lines = ["Ceci est le système de messagerie de l'opérateur simulé (SIMULATION, données fictives).", ""]
    for recipient in report.recipients:
        lines.append(f"<{recipient.address}> : {_said(recipient)}.")
    text = base64.encodebytes("\r\n".join([*lines, ""]).encode()).replace(b"\n", b"\r\n")
    head = _lines(["Content-Type: text/plain; charset=utf-8", "Content-Transfer-Encoding: base64"])
    return head + text


def _said(recipient: Recipient) -> str:
    if recipient.action is Action.DELIVERED:
        return "le message a été remis"
    if recipient.action is Action.DELAYED:
        until = f" jusqu'au {recipient.until:%d/%m/%Y à %H:%M}" if recipient.until else ""
        return f"le message attend, de nouveaux essais suivent{until}, rien n'est à faire : {recipient.cause}"
    return f"le message n'a pas été distribué : {recipient.cause}"


def _status(report: Report) -> bytes:
    message = [f"Reporting-MTA: dns; {report.host}"]
    if report.envelope_id:
        message.insert(0, f"Original-Envelope-Id: {report.envelope_id}")
    if report.arrived:
        message.append(f"Arrival-Date: {format_datetime(report.arrived)}")
    groups = [message, *(_group(recipient) for recipient in report.recipients)]
    return _lines(["Content-Type: message/delivery-status"]) + b"".join(map(_lines, groups)).removesuffix(b"\r\n")


def _group(recipient: Recipient) -> list[str]:
    lines = [f"Original-Recipient: {recipient.original}"] if recipient.original else []
    lines += [
        f"Final-Recipient: rfc822; {recipient.address}",
        f"Action: {recipient.action}",
        f"Status: {recipient.status}",
    ]
    if recipient.remote:
        lines.append(f"Remote-MTA: dns; {recipient.remote}")
    if recipient.diagnostic:
        kind = "smtp" if recipient.diagnostic[:3].isdigit() else "x-sandbox"
        lines.append(f"Diagnostic-Code: {kind}; {recipient.diagnostic}")
    if recipient.until:
        lines.append(f"Will-Retry-Until: {format_datetime(recipient.until)}")
    return lines


def _original(report: Report) -> bytes:
    if report.whole:
        return _lines(["Content-Type: message/rfc822", "Content-Transfer-Encoding: 8bit"]) + report.message
    end = _END_OF_HEADER.search(report.message)
    header = report.message[: end.start() + 2] if end else report.message
    return _lines(["Content-Type: text/rfc822-headers"]) + header


def _lines(lines: Sequence[str]) -> bytes:
    return "".join(f"{line}\r\n" for line in lines).encode("utf-8") + b"\r\n"
