"""What a delivery leaves: the trace on top of a mail, and the reports that go back to its sender.

Source: RFC 5321 §4.4 (Received, Return-Path), RFC 3461 §5–6 (who gets a report, by whom), RFC 3464. An operator that
took the mail tells of its delivery; one that was not let through tells of the failure. Knows no store.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime

from lgo_sandbox.tenant.session import Session
from mss_mock.codes import OPERATOR_HOST
from mss_mock.domain import Failure, mailbox_of
from mss_mock.envelopes import Envelope, Target
from mss_mock.store import New
from mss_mock.wire.reports import Action, Recipient, Report, write_report

__all__ = ["Outcome", "reports", "trace"]

OWN_ADDRESS = "192.0.2.25"
"""Of the sandbox's operator, in the lines of others (RFC 5737: an address of documentation)."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a mail for one recipient. ``by`` is the mail server that says so, ``remote`` who said no to it."""

    target: Target
    action: Action
    failure: Failure | None = None
    by: str = OPERATOR_HOST
    remote: str = ""
    until: datetime | None = None
    """Until when it is tried again."""

    @property
    def status(self) -> str:
        """``delivered``, or the status of RFC 3463."""
        return self.failure.status if self.failure else "delivered"

    @property
    def recipient(self) -> Recipient:
        """The recipient as a report has it."""
        target, failure = self.target, self.failure
        if failure is None:
            return Recipient(target.address, self.action, "2.0.0", original=target.original)
        return Recipient(
            target.address,
            self.action,
            failure.status,
            failure.diagnostic,
            failure.cause,
            target.original,
            self.remote,
            self.until,
        )


def trace(
    session: Session,
    envelope: Envelope,
    target: Target,
    queue_id: str,
    remote: str = "",
    arrived: datetime | None = None,
) -> bytes:
    """Return the lines on top of a mail; ``remote`` is the other operator's mail server, empty for one's own.

    ``arrived`` is when the mail was accepted, when that is not now.
    """
    date = format_datetime(session.clock.wire().replace(microsecond=0))
    sent = format_datetime(arrived.replace(microsecond=0)) if arrived else date
    hop = (
        f"Received: from {OPERATOR_HOST} ([{OWN_ADDRESS}])",
        f"\tby {remote} (LGO sandbox) with ESMTPS id {queue_id[::-1]}",
        f"\tfor <{target.address}>; {date}",
    )
    lines = (
        f"Return-Path: <{envelope.sender}>",
        f"Delivered-To: {target.address}",
        *(hop if remote else ()),
        f"Received: from {envelope.helo or 'unknown'} ([{envelope.peer}])",
        f"\tby {OPERATOR_HOST} (LGO sandbox) with ESMTPSA id {queue_id}",
        f"\tfor <{target.address}>; {sent}",
    )
    return "".join(f"{line}\r\n" for line in lines).encode("ascii", "replace")


_EVENTS = {Action.FAILED: "FAILURE", Action.DELAYED: "DELAY", Action.DELIVERED: "SUCCESS"}


def reports(
    session: Session,
    envelope: Envelope,
    message: bytes,
    outcomes: Sequence[Outcome],
    *,
    arrived: datetime | None = None,
) -> list[New]:
    """Return the reports that the sender wants, one for each server that tells and each kind of news."""
    if not envelope.sender or mailbox_of(session.people, envelope.sender) is None:
        return []
    groups: dict[tuple[Action, str], list[Outcome]] = {}
    for action, event in _EVENTS.items():
        for one in outcomes:
            if one.action is action and one.target.wants(event):
                groups.setdefault((action, one.by), []).append(one)
    return [_report(session, envelope, message, group, arrived) for group in groups.values()]


def _report(
    session: Session, envelope: Envelope, message: bytes, group: Sequence[Outcome], arrived: datetime | None
) -> New:
    too_large = any(one.failure is not None and one.failure.too_large for one in group)
    failed = group[0].action is Action.FAILED
    now = session.clock.wire().replace(microsecond=0)
    report = Report(
        sender=envelope.sender,
        message=message,
        recipients=[one.recipient for one in group],
        identity=session.ids.uuid(),
        date=now,
        envelope_id=envelope.envelope_id,
        whole=envelope.whole and failed and not too_large,
        too_large=too_large,
        host=group[0].by,
        arrived=(arrived or now).replace(microsecond=0),
    )
    lines = f"Return-Path: <>\r\nDelivered-To: {envelope.sender}\r\n".encode("ascii", "replace")
    return New(envelope.sender, lines + write_report(report), session.clock.wire())
