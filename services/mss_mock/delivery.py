"""From an accepted mail to mailboxes: one copy per recipient, and the reports that go back, in one commit.

Source: RFC 5321 §4.4–4.5, RFC 3461 §5–6 (who gets a report);
docs/sources/mssante.md#entre-operateurs, #accuse-de-remise. Nothing leaves the machine: what is no mailbox of the
session was refused at RCPT or comes back, and other operators are simulated. What returns here is committed. Knows no
socket.
"""

from __future__ import annotations

import re
from base64 import b64decode, b64encode
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

from lgo_sandbox.tenant.session import Session
from mss_mock.citizens.rights import is_citizen
from mss_mock.citizens.robots import received
from mss_mock.citizens.table import settings
from mss_mock.codes import OPERATOR_HOST, BoxKind
from mss_mock.codes.operators import Course
from mss_mock.domain import Failure, Mailbox, Policy, failure_of, mailbox_of
from mss_mock.envelopes import Envelope, Target
from mss_mock.imap.deriving import derive
from mss_mock.operators.courses import Passage, Waiting, passage_of, put_off
from mss_mock.operators.rules import domain_of
from mss_mock.operators.table import settings as operator_settings
from mss_mock.partners.robots import are_active, taken
from mss_mock.reporting import Outcome, reports, trace
from mss_mock.store import New, Store
from mss_mock.wire.reports import Action

if TYPE_CHECKING:
    from sqlmodel import Session as Transaction

    from lgo_sandbox.tenant.agenda import Event

__all__ = [
    "DELIVERY",
    "PROMPT",
    "Manner",
    "box_of",
    "deliver",
    "deliver_late",
    "policy_of",
    "put_within",
    "settle",
    "store_of",
]

DELIVERY = "mss.delivery"
"""The event of a mail that is delivered later."""

_MAX_HEAD = 64 * 1024
_RECEIPT_ASKED = re.compile(rb"(?:\A|\r\n)Return-Receipt-To[ \t]*:[^\r\n]*@", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Manner:
    """How an operator delivers what it accepted, when armed faults want it otherwise than once and at once.

    ``passages``: how it goes to the recipients at other operators whom a fault was armed for.
    """

    copies: int = 1
    delay: timedelta | None = None
    passages: Mapping[str, Passage] = field(default_factory=dict)


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
        unknown_remote_bounces=session.option("mss.unknown_remote") == "bounce",
        unlisted=session.option("mss.unlisted_domain") == "reject" and _taken_off(session, address),
    )


def _taken_off(session: Session, address: str) -> bool:
    setting = operator_settings(session.db).get(domain_of(address))
    return setting is not None and not setting.listed


def box_of(session: Session, address: str) -> Mailbox | None:
    """Return a mailbox as it is in a session: a tester may have closed that of a citizen."""
    box = mailbox_of(session.people, address)
    if box is None or box.kind is not BoxKind.CITIZEN:
        return box
    return replace(box, state=settings(session.db, box.address).state or box.state)


def deliver(session: Session, envelope: Envelope, message: bytes, manner: Manner = PROMPT) -> dict[str, str]:
    """Put a mail in its recipients' mailboxes, and reports in the sender's; return what became of each recipient."""
    known, queue_id = operator_settings(session.db), session.ids.octets(6).hex().upper()
    news: list[New] = []
    outcomes: list[Outcome] = []
    waiting: list[Waiting] = []
    for target in _asked(session, envelope, message):
        passage = manner.passages.get(target.address) or passage_of(session, target.address, known)
        if passage.course in (Course.DELAYED, Course.UNREACHABLE):
            waiting.append(_waiting(session, envelope, target, message, passage, queue_id))
            continue
        outcome, new = settle(session, envelope, target, message, passage, queue_id)
        outcomes.append(outcome)
        news.extend([new] * manner.copies if new else [])
    news.extend(reports(session, envelope, message, outcomes))
    _put(session, news, waiting, manner.delay)
    return {
        **{one.target.address: one.status for one in outcomes},
        **{one.target.address: one.said.status for one in waiting},
    }


def settle(
    session: Session,
    envelope: Envelope,
    target: Target,
    message: bytes,
    passage: Passage,
    queue_id: str,
    arrived: datetime | None = None,
) -> tuple[Outcome, New | None]:
    """Return what becomes of a mail that is taken, or turned away, now; with the mail as it stands in the mailbox."""
    failure = failure_of(box_of(session, target.address), len(message), target.address)
    if passage.course is Course.REFUSED and passage.said is not None:
        failure = Failure(passage.said.status, passage.said.diagnostic, passage.said.cause)
    if failure:
        return Outcome(target, Action.FAILED, failure, remote=passage.remote), None
    top = trace(session, envelope, target, queue_id, passage.remote, arrived)
    new = New(target.address, top + message, session.clock.wire())
    return Outcome(target, Action.DELIVERED, by=passage.remote or OPERATOR_HOST), new


def _asked(session: Session, envelope: Envelope, message: bytes) -> Iterator[Target]:
    """Yield the recipients, with what ``Return-Receipt-To`` asks for those of whom NOTIFY said nothing.

    A citizen's messaging is not the operator's: its robots look at that header themselves.
    """
    head, _, _ = message[:_MAX_HEAD].partition(b"\r\n\r\n")
    asked = _RECEIPT_ASKED.search(head) is not None and session.option("mss.return_receipt") == "dsn"
    for target in envelope.targets:
        if asked and target.notify is None and not is_citizen(target.address):
            yield replace(target, notify=frozenset({"SUCCESS", "FAILURE", "DELAY"}))
        else:
            yield target


def _waiting(
    session: Session, envelope: Envelope, target: Target, message: bytes, passage: Passage, queue_id: str
) -> Waiting:
    assert passage.said is not None
    return Waiting(
        envelope=envelope,
        target=target,
        message=message,
        queue_id=queue_id,
        since=session.clock.age(),
        arrived=session.clock.wire(),
        course=passage.course,
        said=passage.said,
        fixed=passage.fixed,
    )


def deliver_late(transaction: Transaction, session: Session, event: Event) -> None:
    """Put what was accepted earlier in its mailboxes."""
    received = session.clock.wire()
    news = [New(mailbox, b64decode(octets), received) for mailbox, octets in event.payload]
    put_within(transaction, session, news)


def _put(session: Session, news: Sequence[New], waiting: Sequence[Waiting], delay: timedelta | None) -> None:
    plain = not waiting and not any(is_citizen(new.mailbox) for new in news) and not are_active(session)
    if plain and delay is None:
        store_of(session).add(news)
        return
    with session.db.transaction() as transaction:
        for one in waiting:
            put_off(session, one, one.since, within=transaction)
        if delay is None:
            put_within(transaction, session, news)
        else:
            payload = [(new.mailbox, b64encode(new.octets).decode("ascii")) for new in news]
            session.agenda.at(session.clock.age() + delay, DELIVERY, payload, within=transaction)


def put_within(transaction: Transaction, session: Session, news: Sequence[New]) -> None:
    """Put mails in their mailboxes; those of citizens open or close exchanges; robots may answer at once."""
    answers = [
        answer for new in news for answer in (received if is_citizen(new.mailbox) else taken)(transaction, session, new)
    ]
    store_of(session).add([*news, *answers], within=transaction)
