"""The journal of a session: every exchange in both directions, with its findings; bounded, written in groups.

An exchange opens when a request (or a mail command dialogue) arrives and closes with its answer; it is then a record
that can be filtered, exported and decoded. Records wait and are committed in groups, off the path of requests, one
group per turn of the event loop (settings: 0.2 s or 256 exchanges), so the tail may be lost when the process is killed:
business state never is, it is committed before the answer. A store that cannot be written makes nobody wait and ends
nothing: what waits is bounded, tries are counted and go on. Only the journal evicts (``shares``).
Source: design of the project (State). Must not know any service.
"""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import case, func, select

from health_documents.findings import Finding
from lgo_sandbox.state.bulk import insert_rows
from lgo_sandbox.state.errors import StoreError
from lgo_sandbox.state.port import Store
from lgo_sandbox.state.tables import exchanges, findings, observations
from lgo_sandbox.watch.checks import Evaluation
from lgo_sandbox.watch.exchange import Exchange
from lgo_sandbox.watch.records import (
    LAST_EXCHANGES,
    REMEMBERED,
    Observation,
    Record,
    exchange_of,
    finding_of,
    observation_of,
    remembered,
    tally,
)
from lgo_sandbox.watch.shares import Shares
from lgo_sandbox.watch.waiting import Waiting

if TYPE_CHECKING:
    from sqlalchemy import Connection

__all__ = ["Filter", "Journal", "JournalHealth", "JournalLimits", "Observation"]

LOG = logging.getLogger(__name__)

EXCHANGE_ID_ROOM = 48
GROUP_OCTETS = 4 * 1024 * 1024
"""What may wait before a group is written, and what one group holds, about."""
IDS_AT_ONCE = 500
RETRY_SECONDS = 0.5
"""How long the journal leaves a store alone that could not be written."""


@dataclass(frozen=True, slots=True)
class Filter:
    """Which exchanges: of a service, an operation, after a sequence number, with findings only; the last ``limit``."""

    service: str = ""
    operation: str = ""
    after: int = 0
    with_findings: bool = False
    limit: int = 500
    newest_first: bool = False


@dataclass(frozen=True, slots=True)
class JournalLimits:
    """How much is kept (exchanges, octets in all, octets of one body), and how many wait before a group commit."""

    exchanges: int = 10_000
    octets: int = 64 * 1024 * 1024
    body: int = 1024 * 1024
    group: int = 256


@dataclass(frozen=True, slots=True)
class JournalHealth:
    """How the journal fares: what waits, how often a write failed, what was lost; ``trouble`` is French, or empty."""

    waiting: int
    failures: int
    lost: int
    cut: int
    trouble: str


class Journal:
    """The journal of one session."""

    def __init__(self, db: Store, limits: JournalLimits) -> None:
        self._db = db
        self._limits = limits
        self._waiting = Waiting()
        self._shares = Shares(limits.exchanges, limits.octets)
        self._observe = _observation_upsert(db)
        self._failures = 0
        self._trouble = ""
        self._retry_at = 0.0
        self._called = False

    def close(self, exchange: Exchange, evaluation: Evaluation) -> None:
        """Take a finished exchange; it is written with the next group."""
        exchange.findings = tuple(evaluation.findings)
        self._waiting.add(Record(exchange, evaluation, self._limits.body))
        if self._full():
            self._write_soon()
        self._db.notify()

    async def news(self, seconds: float) -> None:
        """Wait for a finished exchange, or some seconds."""
        await self._db.changed(seconds)

    def flush(self) -> None:
        """Write what waits, if the store can be written; try again later if it cannot."""
        if time.monotonic() >= self._retry_at:
            while self._waiting and self._write_group():
                pass

    def flush_group(self) -> bool:
        """Write one group of what waits; tell whether there was one and it was written."""
        return bool(self._waiting) and time.monotonic() >= self._retry_at and self._write_group()

    def finish(self) -> None:
        """Write what waits for the last time; say what cannot be written."""
        self._retry_at = 0.0
        self.flush()
        if self._waiting:
            LOG.warning("%d échanges ne sont pas au journal : %s", len(self._waiting), self._trouble)

    def health(self) -> JournalHealth:
        """Return how the journal fares."""
        return JournalHealth(len(self._waiting), self._failures, self._waiting.lost, self._waiting.cut, self._trouble)

    def read(self, wanted: Filter | None = None, *, bodies: bool = False) -> list[Exchange]:
        """Return exchanges in order (or newest first), with their findings."""
        self.flush()
        wanted = wanted or Filter()
        columns = [c for c in exchanges.c if bodies or c.name not in ("request_body", "response_body")]
        query = select(*columns).where(*_conditions(wanted)).limit(wanted.limit)
        order = exchanges.c.seq.desc() if wanted.newest_first else exchanges.c.seq
        with self._db.reading() as connection:
            rows = [dict(row) for row in connection.execute(query.order_by(order)).mappings()]
            found = self._findings_of(connection, [row["id"] for row in rows])
        return [exchange_of(row, found.get(row["id"], ())) for row in rows]

    def one(self, exchange_id: str) -> Exchange | None:
        """Return one exchange with its bodies."""
        self.flush()
        with self._db.reading() as connection:
            row = connection.execute(select(exchanges).where(exchanges.c.id == exchange_id)).mappings().first()
            if row is None:
                return None
            return exchange_of(dict(row), self._findings_of(connection, [exchange_id]).get(exchange_id, ()))

    def remembered(self, limit: int) -> list[Exchange]:
        """Return the last exchanges for a history, oldest first: no bodies, no headers, no findings."""
        self.flush()
        columns = [exchanges.c[name] for name in REMEMBERED]
        query = select(*columns).order_by(exchanges.c.seq.desc()).limit(limit)
        with self._db.reading() as connection:
            rows = [dict(row) for row in connection.execute(query).mappings()]
        return [remembered(row) for row in reversed(rows)]

    def last_seq(self) -> int:
        """Return the number of the newest exchange, 0 when there is none."""
        self.flush()
        with self._db.reading() as connection:
            return connection.execute(select(func.max(exchanges.c.seq))).scalar() or 0

    def observations(self) -> list[Observation]:
        """Return what every check saw since the session began (or was reset); it cites no exchange that is gone."""
        self.flush()
        with self._db.reading() as connection:
            rows = connection.execute(select(observations)).mappings().all()
            cited = {one for row in rows for column in ("failing", "passing") for one in row[column].split()}
            gone = cited - _existing(connection, sorted(cited))
        return [observation_of(dict(row), frozenset(gone)) for row in rows]

    def export(self) -> Iterator[str]:
        """Yield every exchange as one line of JSON, bodies included."""
        after = 0
        while group := self.read(Filter(after=after, limit=100), bodies=True):
            for exchange in group:
                yield json.dumps(exchange.to_json(bodies=True), ensure_ascii=False)
            after = group[-1].seq

    def recount(self) -> None:
        """Weigh again what is stored, after the store was emptied or replaced."""
        self._shares.forget()

    def _full(self) -> bool:
        return len(self._waiting) >= self._limits.group or self._waiting.octets >= GROUP_OCTETS

    def _write_soon(self) -> None:
        """Write a group at the next turn of the event loop; now where there is none."""
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            self.flush()
            return
        if not self._called:
            self._called = True
            loop.call_soon(self._write_in_turn)

    def _write_in_turn(self) -> None:
        self._called = False
        if self.flush_group() and self._full():
            self._write_soon()

    def _write_group(self) -> bool:
        """Write the oldest records in one commit; tell whether they are off the queue."""
        group = self._waiting.first(self._limits.group, GROUP_OCTETS)
        try:
            self._write(group)
        except StoreError as error:
            self._note_failure(str(error))
            return False
        except Exception:
            LOG.exception("a group of exchanges cannot be written")
            return self._write_one_by_one(group)
        self._waiting.written(len(group))
        self._trouble = ""
        return True

    def _write_one_by_one(self, group: Sequence[Record]) -> bool:
        """Write a group that holds a record which cannot be written, a defect of ours, and lose only that one."""
        for record in group:
            try:
                self._write([record])
                self._waiting.written(1)
            except StoreError as error:
                self._note_failure(str(error))
                return False
            except Exception as error:
                self._note_failure(f"un échange n'a pas pu être écrit ({type(error).__name__})")
                self._waiting.lose(1)
        return True

    def _note_failure(self, trouble: str) -> None:
        self._failures += 1
        self._trouble = trouble
        self._retry_at = time.monotonic() + RETRY_SECONDS

    def _write(self, group: Sequence[Record]) -> None:
        # alone: another process may number its own group meanwhile
        with self._db.begin(alone=True, patient=False) as connection:
            start = connection.execute(select(func.max(exchanges.c.seq))).scalar() or 0
            rows = [record.numbered(start + n) for n, record in enumerate(group, 1)]
            insert_rows(connection, exchanges, rows)
            found = [row for n, record in enumerate(group, 1) for row in record.findings_of(start + n)]
            insert_rows(connection, findings, found)
            if seen := tally(reversed(group)):
                connection.execute(self._observe, seen)
            self._shares.make_room(connection, rows)

    def _findings_of(self, connection: Any, ids: Sequence[str]) -> dict[str, tuple[Finding, ...]]:
        found: dict[str, list[Finding]] = {}
        for start in range(0, len(ids), IDS_AT_ONCE):
            chunk = ids[start : start + IDS_AT_ONCE]
            for row in connection.execute(
                select(findings).where(findings.c.exchange.in_(chunk)).order_by(findings.c.id)
            ):
                found.setdefault(row.exchange, []).append(finding_of(json.loads(row.value)))
        return {key: tuple(values) for key, values in found.items()}


def _conditions(wanted: Filter) -> list[Any]:
    conditions: list[Any] = [exchanges.c.seq > wanted.after]
    if wanted.service:
        conditions.append(exchanges.c.service == wanted.service)
    if wanted.operation:
        conditions.append(exchanges.c.operation == wanted.operation)
    if wanted.with_findings:
        conditions.append(exchanges.c.findings > 0)
    return conditions


def _observation_upsert(db: Store) -> Any:
    return db.upsert(
        observations,
        ("check_id",),
        lambda new, old: {
            "passed": old.passed + new.passed,
            "failed": old.failed + new.failed,
            "failing": _newest_first(new.failing, old.failing),
            "passing": _newest_first(new.passing, old.passing),
        },
    )


def _newest_first(new: Any, old: Any) -> Any:
    kept = func.substr(old, 1, LAST_EXCHANGES * EXCHANGE_ID_ROOM)
    return case((new == "", old), else_=new + " " + kept)


def _existing(connection: Connection, ids: Sequence[str]) -> set[str]:
    found: set[str] = set()
    for start in range(0, len(ids), IDS_AT_ONCE):
        chunk = ids[start : start + IDS_AT_ONCE]
        found.update(connection.execute(select(exchanges.c.id).where(exchanges.c.id.in_(chunk))).scalars())
    return found
