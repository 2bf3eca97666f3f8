"""How a mail to another operator goes: at once, later, back, or in vain; and when it is tried again.

Source: RFC 5321 §4.5.4 (a client tries again, then gives up), RFC 3461 §6.2 (delayed);
docs/sources/mssante.md#entre-operateurs. Moments are age time. Pure but for the settings of a session and its agenda.
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from lgo_sandbox.tenant.session import Session
from mss_mock.codes.operators import COURSE_TITLES, REFUSED_BY_OTHER, TRY_AT, UNLISTED, WAITING, Course, Operator, Wait
from mss_mock.envelopes import Envelope, Target, target_from
from mss_mock.operators.rules import domain_of, operator_of
from mss_mock.operators.table import Setting, settings

if TYPE_CHECKING:
    from sqlmodel import Session as Transaction

    from lgo_sandbox.tenant.agenda import Event

__all__ = ["RELAY", "Passage", "Waiting", "passage_of", "put_off", "waiting_in", "waiting_of", "wanted"]

RELAY = "mss.relay"
"""The event of a mail that waits for another operator."""


@dataclass(frozen=True, slots=True)
class Passage:
    """How a mail goes to a recipient: to which operator (None: on no list), which ``said`` why it does not take it.

    ``fixed``: an armed fault wants it so, whatever is set later.
    """

    operator: Operator | None
    course: Course = Course.PROMPT
    said: Wait | None = None
    fixed: bool = False

    @property
    def remote(self) -> str:
        """The other operator's mail server; empty for one's own."""
        return "" if self.operator is None or self.operator.own else self.operator.host


def passage_of(session: Session, address: str, known: Mapping[str, Setting] | None = None) -> Passage:
    """Return how a mail goes to an address, as things are set now; ``known`` are all settings of the session."""
    operator = operator_of(session.people, address)
    known = settings(session.db) if known is None else known
    domain = known.get(domain_of(address), Setting())
    if operator is None or not domain.listed:
        return Passage(None, Course.REFUSED, UNLISTED)
    if operator.own or not known:
        return Passage(operator)
    return wanted(operator, domain.delivery or known.get(operator.id, Setting()).delivery or Course.PROMPT)


def wanted(operator: Operator, course: Course, said: Wait | None = None, *, fixed: bool = False) -> Passage:
    """Return a passage to another operator."""
    usual = REFUSED_BY_OTHER if course is Course.REFUSED else WAITING.get(course)
    return Passage(operator, course, said or usual, fixed)


@dataclass(frozen=True, slots=True)
class Waiting:
    """A mail that waits, for one recipient. ``since`` is age time, ``arrived`` wire time.

    ``warned``: a report told its sender.
    """

    envelope: Envelope
    target: Target
    message: bytes
    queue_id: str
    since: datetime
    arrived: datetime
    course: Course
    said: Wait
    fixed: bool
    tries: int = 1
    warned: bool = False

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON values."""
        return {
            "envelope": self.envelope.to_json(),
            "target": self.target.to_json(),
            "message": b64encode(self.message).decode("ascii"),
            "queue_id": self.queue_id,
            "since": self.since.isoformat(),
            "arrived": self.arrived.isoformat(),
            "course": self.course.value,
            "said": [self.said.status, self.said.diagnostic, self.said.cause],
            "fixed": self.fixed,
            "tries": self.tries,
            "warned": self.warned,
        }

    @property
    def shown(self) -> dict[str, Any]:
        """What a tester sees of it."""
        return {
            "sender": self.envelope.sender,
            "recipient": self.target.address,
            "since": self.since.isoformat(),
            "tries": self.tries,
            "reply": self.said.diagnostic or self.said.cause,
            "course": COURSE_TITLES[self.course],
        }

    def expiry(self, session: Session) -> datetime:
        """Return when the operator gives up."""
        return self.since + _minutes(session, "mss.operator_expiry")

    def warning(self, session: Session) -> datetime:
        """Return when a sender is told of the delay."""
        return self.since + _minutes(session, "mss.delay_warning")

    def opening(self, session: Session) -> datetime | None:
        """Return when the other operator takes the mail; None: as long as nothing is set otherwise, never."""
        return self.since + _minutes(session, "mss.operator_delay") if self.course is Course.DELAYED else None

    def tried(self) -> Waiting:
        """Return it after one more try."""
        return replace(self, tries=self.tries + 1)

    def told(self) -> Waiting:
        """Return it after its sender was told."""
        return replace(self, warned=True)


def waiting_of(event: Event) -> Waiting:
    """Return what an event is about."""
    values: dict[str, Any] = event.payload
    return Waiting(
        envelope=Envelope(**values["envelope"]),
        target=target_from(values["target"]),
        message=b64decode(values["message"]),
        queue_id=values["queue_id"],
        since=datetime.fromisoformat(values["since"]),
        arrived=datetime.fromisoformat(values["arrived"]),
        course=Course(values["course"]),
        said=Wait(*values["said"]),
        fixed=values["fixed"],
        tries=values["tries"],
        warned=values["warned"],
    )


def waiting_in(session: Session) -> list[tuple[Waiting, datetime]]:
    """Return what waits in a session, each with the moment of its next event."""
    return [(waiting_of(event), event.due) for event in session.agenda.waiting() if event.what == RELAY]


def put_off(session: Session, waiting: Waiting, now: datetime, *, within: Transaction) -> None:
    """Let a mail wait for the next thing that happens to it."""
    session.agenda.at(_next(session, waiting, now), RELAY, waiting.to_json(), within=within)


def _next(session: Session, waiting: Waiting, now: datetime) -> datetime:
    moments = [_next_try(waiting.since, now), waiting.expiry(session)]
    if not waiting.warned:
        moments.append(waiting.warning(session))
    if (opening := waiting.opening(session)) is not None:
        moments.append(opening)
    return min((moment for moment in moments if moment > now), default=now)


def _next_try(since: datetime, now: datetime) -> datetime:
    early = next((since + after for after in TRY_AT if since + after > now), None)
    if early is not None:
        return early
    every = timedelta(hours=4)
    start = since + TRY_AT[-1]
    return start + every * ((now - start) // every + 1)


def _minutes(session: Session, option: str) -> timedelta:
    return timedelta(minutes=int(session.option(option)))
