"""From an accepted mail to mailboxes: one copy per recipient, and the reports that go back, in one commit.

Source: RFC 5321 §4.4 (Received, Return-Path), RFC 3461 §5–6 (who gets a report), specs/mssante.md §1.3 and §2. Nothing
is relayed: what is no mailbox of the session was refused at RCPT or comes back. What returns here is committed. Knows
no socket.
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from email.utils import format_datetime
from functools import partial
from typing import TYPE_CHECKING

from lgo_sandbox.tenant.session import Session
from mss_mock.citizens.rights import is_citizen
from mss_mock.citizens.robots import received
from mss_mock.citizens.table import settings
from mss_mock.codes import OPERATOR_HOST, BoxKind
from mss_mock.domain import Failure, Mailbox, Policy, failure_of, mailbox_of
from mss_mock.imap.deriving import derive
from mss_mock.store import New, Store
from mss_mock.wire.reports import Recipient, Report, write_report

if TYPE_CHECKING:
    from sqlmodel import Session as Transaction

    from lgo_sandbox.tenant.agenda import Event

__all__ = [
    "DELIVERY",
    "PROMPT",
    "Envelope",
    "Manner",
    "Target",
    "box_of",
    "deliver",
    "deliver_late",
    "policy_of",
    "store_of",
]

DELIVERY = "mss.delivery"
"""The event of a mail that is delivered later."""


@dataclass(frozen=True, slots=True)
class Target:
    """A recipient that was accepted; ``notify`` is None unless the client named it (RFC 3461 §4.1)."""

    address: str
    notify: frozenset[str] | None = None
    original: str = ""


@dataclass(slots=True)
class Envelope:
    """What travels around a mail. ``sender`` is empty for the null return path."""

    sender: str
    helo: str = ""
    peer: str = ""
    envelope_id: str = ""
    whole: bool = True
    targets: list[Target] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Manner:
    """How an operator delivers what it accepted, when an armed fault wants it otherwise than once and at once."""

    copies: int = 1
    delay: timedelta | None = None


PROMPT = Manner()


def store_of(session: Session) -> Store:
    """Return the mail of a session."""
    return Store(session.db, session.clock.wire, derive, partial(session.reserve, "mss.uidvalidity"))


def policy_of(session: Session, address: str) -> Policy:
    """Return what a session says about a recipient."""
    return Policy(
        unknown_citizen_bounces=session.option("mss.unknown_citizen") == "bounce",
        closed_citizen_bounces=session.option("mss.closed_citizen") != "reject",
        state=settings(session.db, address.lower()).state if is_citizen(address) else None,
    )


def box_of(session: Session, address: str) -> Mailbox | None:
    """Return a mailbox as it is in a session: a tester may have closed that of a citizen."""
    box = mailbox_of(session.people, address)
    if box is None or box.kind is not BoxKind.CITIZEN:
        return box
    return replace(box, state=settings(session.db, box.address).state or box.state)


def deliver(session: Session, envelope: Envelope, message: bytes, manner: Manner = PROMPT) -> dict[str, str]:
    """Put a mail in its recipients' mailboxes, and reports in the sender's; return what became of each recipient."""
    failures: dict[str, Failure] = {}
    news: list[New] = []
    queue_id = session.ids.octets(6).hex().upper()
    for target in envelope.targets:
        box = box_of(session, target.address)
        failure = failure_of(box, len(message), target.address)
        if failure:
            failures[target.address] = failure
        else:
            news.append(
                New(target.address, _trace(session, envelope, target, queue_id) + message, session.clock.wire())
            )
    news = [new for new in news for _ in range(manner.copies)]
    news.extend(_reports(session, envelope, message, failures))
    if manner.delay is None:
        _put(session, news)
    else:
        payload = [(new.mailbox, b64encode(new.octets).decode("ascii")) for new in news]
        session.agenda.at(session.clock.age() + manner.delay, DELIVERY, payload)
    return {t.address: failures[t.address].status if t.address in failures else "delivered" for t in envelope.targets}


def deliver_late(transaction: Transaction, session: Session, event: Event) -> None:
    """Put what was accepted earlier in its mailboxes."""
    received = session.clock.wire()
    news = [New(mailbox, b64decode(octets), received) for mailbox, octets in event.payload]
    _put_within(transaction, session, news)


def _put(session: Session, news: Sequence[New]) -> None:
    if not any(is_citizen(new.mailbox) for new in news):
        store_of(session).add(news)
        return
    with session.db.transaction() as transaction:
        _put_within(transaction, session, news)


def _put_within(transaction: Transaction, session: Session, news: Sequence[New]) -> None:
    """Put mails in their mailboxes; those of citizens open or close exchanges, and may be answered at once."""
    answers = [answer for new in news if is_citizen(new.mailbox) for answer in received(transaction, session, new)]
    store_of(session).add([*news, *answers], within=transaction)


def _trace(session: Session, envelope: Envelope, target: Target, queue_id: str) -> bytes:
    date = format_datetime(session.clock.wire().replace(microsecond=0))
    lines = (
        f"Return-Path: <{envelope.sender}>",
        f"Delivered-To: {target.address}",
        f"Received: from {envelope.helo or 'unknown'} ([{envelope.peer}])",
        f"\tby {OPERATOR_HOST} (LGO sandbox) with ESMTPSA id {queue_id}",
        f"\tfor <{target.address}>; {date}",
    )
    return "".join(f"{line}\r\n" for line in lines).encode("ascii", "replace")


def _reports(session: Session, envelope: Envelope, message: bytes, failures: dict[str, Failure]) -> list[New]:
    if not envelope.sender or mailbox_of(session.people, envelope.sender) is None:
        return []
    failed = [
        _failed(t, failures[t.address]) for t in envelope.targets if t.address in failures and _wants(t, "FAILURE")
    ]
    done = [
        Recipient(t.address, "delivered", "2.0.0", original=t.original)
        for t in envelope.targets
        if t.address not in failures and _wants(t, "SUCCESS")
    ]
    groups: list[tuple[Sequence[Recipient], bool]] = [(failed, envelope.whole), (done, False)]
    too_large = any(failure.too_large for failure in failures.values())
    return [
        _report(session, envelope, message, group, whole and not too_large, too_large)
        for group, whole in groups
        if group
    ]


def _wants(target: Target, event: str) -> bool:
    return event in (target.notify if target.notify is not None else {"FAILURE"})


def _failed(target: Target, failure: Failure) -> Recipient:
    return Recipient(target.address, "failed", failure.status, failure.diagnostic, failure.cause, target.original)


def _report(
    session: Session, envelope: Envelope, message: bytes, group: Sequence[Recipient], whole: bool, too_large: bool
) -> New:
    report = Report(
        sender=envelope.sender,
        message=message,
        recipients=group,
        identity=session.ids.uuid(),
        date=session.clock.wire().replace(microsecond=0),
        envelope_id=envelope.envelope_id,
        whole=whole,
        too_large=too_large,
    )
    trace = f"Return-Path: <>\r\nDelivered-To: {envelope.sender}\r\n".encode("ascii", "replace")
    return New(envelope.sender, trace + write_report(report), session.clock.wire())
