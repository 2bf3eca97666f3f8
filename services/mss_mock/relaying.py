"""What happens to a mail that waits for another operator: one more try, a word to its sender, delivery, the end.

Source: RFC 5321 §4.5.4.1, RFC 3461 §6.2, RFC 3463 §3.5 (the code of the actual problem);
docs/sources/mssante.md#entre-operateurs. Moments are those of the events, not of the clock that ran them: a clock
that jumps a week leaves nothing out.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from lgo_sandbox.tenant.session import Session
from mss_mock.codes.operators import Course
from mss_mock.delivery import put_within, settle
from mss_mock.domain import Failure
from mss_mock.operators.courses import Passage, Waiting, passage_of, put_off, waiting_of
from mss_mock.operators.rules import operator_of
from mss_mock.reporting import Outcome, reports
from mss_mock.store import New
from mss_mock.wire.reports import Action

if TYPE_CHECKING:
    from sqlmodel import Session as Transaction

    from lgo_sandbox.tenant.agenda import Event

__all__ = ["relay"]

PATIENT = (Course.DELAYED, Course.UNREACHABLE)


def relay(transaction: Transaction, session: Session, event: Event) -> None:
    """Do what is due of a mail that waits."""
    waiting, now = waiting_of(event), event.due
    passage = _passage(session, waiting)
    if passage.said is not None and passage.course in PATIENT:
        waiting = replace(waiting, course=passage.course, said=passage.said)
    opening = waiting.opening(session)
    if passage.course in PATIENT and opening is not None and now >= opening:
        passage = Passage(operator_of(session.people, waiting.target.address))
    if passage.course not in PATIENT:
        _end(transaction, session, waiting, passage)
    elif now >= waiting.expiry(session):
        _give_up(transaction, session, waiting, passage)
    else:
        _wait_on(transaction, session, waiting, now, passage)


def _passage(session: Session, waiting: Waiting) -> Passage:
    """Return how the mail would go now: a tester may have set it otherwise, unless a fault was armed for this mail."""
    address = waiting.target.address
    if waiting.fixed:
        return Passage(operator_of(session.people, address), waiting.course, waiting.said, fixed=True)
    return passage_of(session, address)


def _end(transaction: Transaction, session: Session, waiting: Waiting, passage: Passage) -> None:
    envelope, message = waiting.envelope, waiting.message
    outcome, new = settle(
        session, envelope, waiting.target, message, passage, waiting.queue_id, arrived=waiting.arrived
    )
    told = reports(session, envelope, message, [outcome], arrived=waiting.arrived)
    put_within(transaction, session, [*([new] if new else []), *told])


def _give_up(transaction: Transaction, session: Session, waiting: Waiting, passage: Passage) -> None:
    said = waiting.said
    hours = int(session.option("mss.operator_expiry")) // 60
    cause = f"délai dépassé, {waiting.tries} essais en {hours} heures : {said.cause}"
    remote = passage.remote if said.replied else ""
    outcome = Outcome(waiting.target, Action.FAILED, Failure(said.status, said.diagnostic, cause), remote=remote)
    told = reports(session, waiting.envelope, waiting.message, [outcome], arrived=waiting.arrived)
    put_within(transaction, session, told)


def _wait_on(transaction: Transaction, session: Session, waiting: Waiting, now: datetime, passage: Passage) -> None:
    if not waiting.warned and now >= waiting.warning(session):
        waiting = waiting.told()
        put_within(transaction, session, _warning(session, waiting, now, passage))
    put_off(session, waiting.tried(), now, within=transaction)


def _warning(session: Session, waiting: Waiting, now: datetime, passage: Passage) -> list[New]:
    said = waiting.said
    remote = passage.remote if said.replied else ""
    until = session.clock.wire().replace(microsecond=0) + (waiting.expiry(session) - now)
    outcome = Outcome(
        waiting.target,
        Action.DELAYED,
        Failure(said.status, said.diagnostic, said.cause),
        remote=remote,
        until=until.replace(microsecond=0),
    )
    return reports(session, waiting.envelope, waiting.message, [outcome], arrived=waiting.arrived)
