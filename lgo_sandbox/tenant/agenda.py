"""The agenda of a session: what happens by itself, when the session's clock passes the moment it is due.

An event waits in the data store, beside what it will change: the effect of its handler and its own removal are one
commit, so that it happens once, also when the process is killed in between or when several processes look after one
session. Events run in the order of their moment, then of their insertion; one that fails is tried again later and
holds up no other. Source: design of the project (Agenda). Must not know any service: handlers come with the contract
(``Service.events``), under ``<service>.<name>``.
"""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, delete, insert, or_, select, update

from lgo_sandbox.state.errors import StoreError
from lgo_sandbox.state.port import Store
from lgo_sandbox.state.tables import events
from lgo_sandbox.tenant.clock import real_now

if TYPE_CHECKING:
    from sqlmodel import Session as Transaction

    from lgo_sandbox.sandbox import Sandbox
    from lgo_sandbox.tenant.session import Session

__all__ = ["Agenda", "Event", "EventHandler", "FollowUp", "UnknownEvent"]

LOG = logging.getLogger(__name__)

FIRST_RETRY = timedelta(seconds=1)
LAST_RETRY = timedelta(minutes=5)
"""How long, in real time, a failed event waits for its next try: twice as long each time, up to this."""
MAX_MISSED = 1_000
"""How many turns of a recurring event are made up for when the clock jumps; the older ones are skipped."""
PORTION = 100
"""How many events one look at a session runs, so that a long agenda does not hold up the other sessions."""
MAX_PORTIONS = 1_000
STORE_SECONDS = 0.5
"""How long a store is left alone that could not be written."""
ERROR_ROOM = 500

FollowUp = Callable[["Sandbox"], Awaitable[None]]
"""What is to be done on the wire once an event has happened; lost when the process is killed before."""

EventHandler = Callable[["Transaction", "Session", "Event"], FollowUp | None]
"""What an event does, within the transaction in which it ends. It must commit nothing itself, and not await: what it
has to tell others it returns, to be done after the commit."""


class UnknownEvent(LookupError):
    """No service of this sandbox declares such an event: a defect of the caller."""


@dataclass(frozen=True, slots=True)
class Event:
    """What is due: ``due`` is age time, ``every`` the period of a recurring one, ``error`` why its last try failed."""

    id: int
    due: datetime
    what: str
    payload: Any
    every: timedelta | None = None
    attempts: int = 0
    error: str = ""

    def to_json(self) -> dict[str, Any]:
        """Return the event as JSON values."""
        return {
            "id": self.id,
            "due": self.due.isoformat(),
            "what": self.what,
            "payload": self.payload,
            "every": self.every.total_seconds() if self.every else None,
            "attempts": self.attempts,
            "error": self.error,
        }


@dataclass(frozen=True, slots=True)
class _Next:
    """When something may have to be done, by each of the two times; None: never, as things are."""

    due: datetime | None = None
    retry: datetime | None = None


class Agenda:
    """The events of one session. ``handlers`` say what this process can run; others wait for the process that can."""

    def __init__(self, session: Session, handlers: Mapping[str, EventHandler]) -> None:
        self._session = session
        self._handlers = handlers
        self._next: _Next | None = None
        self._version = -1
        self._busy = False
        self._again_at = 0.0
        self._follow_ups: list[FollowUp] = []
        self.trouble = ""
        """Why the store could not be written at the last try, in French."""

    @property
    def _db(self) -> Store:
        return self._session.db

    def at(
        self,
        when: datetime,
        what: str,
        payload: Any = None,
        *,
        every: timedelta | None = None,
        within: Transaction | None = None,
    ) -> int:
        """Let ``what`` happen at a moment of age time, then ``every`` so often if given; return the event's number.

        ``within`` a transaction, the event is kept if that commits; without, it is kept now. Raises UnknownEvent,
        ValueError for a period that is not positive.
        """
        if what not in self._handlers:
            raise UnknownEvent(what)
        if every is not None and every <= timedelta():
            raise ValueError("a recurring event needs a period")
        row = {
            "due": _text(when),
            "what": what,
            "payload": json.dumps(payload, ensure_ascii=False),
            "every": every.total_seconds() if every else None,
        }
        with self._writing(within) as transaction:
            number = transaction.execute(insert(events).values(row).returning(events.c.id)).scalar_one()
        return int(number)

    def cancel(self, number: int, *, within: Transaction | None = None) -> bool:
        """Take an event back; tell whether it still waited."""
        with self._writing(within) as transaction:
            return _rowcount(transaction, delete(events).where(events.c.id == number)) > 0

    def waiting(self) -> list[Event]:
        """Return what waits, in the order in which it will happen."""
        with self._db.reading() as connection:
            rows = connection.execute(select(events).order_by(events.c.due, events.c.id)).mappings().all()
        return [_event(row) for row in rows]

    def take_follow_ups(self) -> list[FollowUp]:
        """Return what events left to be done on the wire, and forget it."""
        taken, self._follow_ups = self._follow_ups, []
        return taken

    def failing(self) -> int:
        """Return how many events failed and will be tried again."""
        return int(self._db.rows("SELECT count(*) FROM agenda_event WHERE attempts > 0")[0][0])

    def refresh(self) -> None:
        """Look at the store again when next asked: it was replaced."""
        self._next = None

    def catch_up(self) -> Iterator[int]:
        """Let happen all that is due, in portions: for whoever moved the clock. Raises StoreError.

        An agenda that feeds itself is left after a while.
        """
        for _ in range(MAX_PORTIONS):
            done = self._run_portion(PORTION)
            if not done:
                return
            yield done

    def run_due(self, limit: int = PORTION) -> int:
        """Let happen what is due, in order, ``limit`` tries at most; return how many. Cheap when nothing is due.

        A store that cannot be written now is left alone for a while: what is due waits.
        """
        if time.monotonic() < self._again_at:
            return 0
        try:
            done = self._run_portion(limit)
        except StoreError as error:
            self.trouble = str(error)
            self._again_at = time.monotonic() + STORE_SECONDS
            return 0
        self.trouble = ""
        return done

    def _run_portion(self, limit: int) -> int:
        if self._busy or self._db.in_transaction or not self._may_have_work():
            return 0
        self._busy = True
        try:
            tried = 0
            while tried < limit and self._run_first():
                tried += 1
            return tried
        finally:
            self._busy = False
            self._next = None

    def _may_have_work(self) -> bool:
        version = self._db.version()
        if self._next is None or version != self._version:
            self._version = version
            self._next = self._read_next()
        due, retry = self._next.due, self._next.retry
        return (due is not None and due <= self._session.clock.age()) or (retry is not None and retry <= real_now())

    def _read_next(self) -> _Next:
        if not self._handlers:
            return _Next()
        marks = ", ".join("?" * len(self._handlers))
        query = (
            "SELECT min(CASE WHEN attempts = 0 THEN due END), min(CASE WHEN attempts > 0 THEN retry END)"
            f" FROM agenda_event WHERE what IN ({marks})"
        )
        ((due, retry),) = self._db.rows(query, *self._handlers)
        return _Next(_moment(due), _moment(retry))

    def _run_first(self) -> bool:
        """Run the first event that is due; tell whether there was one."""
        event = self._first()
        if event is None:
            return False
        try:
            self._run(event)
        except StoreError:
            raise
        except Exception as error:
            LOG.exception("the event %s failed", event.what)
            self._postpone(event, error)
        return True

    def _first(self) -> Event | None:
        age, now = _text(self._session.clock.age()), _text(real_now())
        fresh = and_(events.c.attempts == 0, events.c.due <= age)
        again = and_(events.c.attempts > 0, events.c.retry <= now)
        query = select(events).where(events.c.what.in_(self._handlers), or_(fresh, again))
        with self._db.reading() as connection:
            row = connection.execute(query.order_by(events.c.due, events.c.id).limit(1)).mappings().first()
        return _event(row) if row else None

    def _run(self, event: Event) -> None:
        """Claim the event, then do what it says, in one commit: whoever changes its row first runs it."""
        follow_up = None
        with self._db.transaction() as transaction:
            if _rowcount(transaction, self._claim(event)) == 1:
                follow_up = self._handlers[event.what](transaction, self._session, event)
        if follow_up is not None:
            self._follow_ups.append(follow_up)

    def _claim(self, event: Event) -> Any:
        """Return the statement that ends the event, or puts a recurring one off to its next turn."""
        as_read = (events.c.id == event.id, events.c.due == _text(event.due), events.c.attempts == event.attempts)
        if event.every is None:
            return delete(events).where(*as_read)
        following = _text(self._following(event, event.every))
        return update(events).where(*as_read).values(due=following, attempts=0, error="", retry="")

    def _following(self, event: Event, every: timedelta) -> datetime:
        behind = (self._session.clock.age() - event.due) // every
        return event.due + every * max(1, behind - MAX_MISSED)

    def _postpone(self, event: Event, error: Exception) -> None:
        wait = min(FIRST_RETRY * 2 ** min(event.attempts, 16), LAST_RETRY)
        values = {
            "attempts": event.attempts + 1,
            "error": f"{type(error).__name__}: {error}"[:ERROR_ROOM],
            "retry": _text(real_now() + wait),
        }
        with self._db.transaction() as transaction:
            transaction.execute(update(events).where(events.c.id == event.id).values(values))

    @contextmanager
    def _writing(self, within: Transaction | None) -> Iterator[Transaction]:
        """Write in the caller's transaction, or in one of our own."""
        self._next = None
        if within is not None:
            yield within
            return
        with self._db.transaction() as transaction:
            yield transaction


def _text(moment: datetime) -> str:
    """Return a moment in the one form that is ordered as text."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _event(row: Mapping[Any, Any]) -> Event:
    every = timedelta(seconds=row["every"]) if row["every"] else None
    due = datetime.fromisoformat(row["due"])
    return Event(row["id"], due, row["what"], json.loads(row["payload"]), every, row["attempts"], row["error"])


def _rowcount(transaction: Transaction, statement: Any) -> int:
    result: Any = transaction.execute(statement)
    return int(result.rowcount)
