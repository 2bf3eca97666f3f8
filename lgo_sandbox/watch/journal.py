"""The journal of a session: every exchange in both directions, with its findings; bounded, written in groups.

An exchange opens when a request (or a mail command dialogue) arrives and closes with its answer; it is then a
record that can be filtered, exported and decoded. Writes are buffered and committed in groups (settings: 0.2 s
or 256 exchanges), so the tail may be lost when the process is killed: business state never is, it is committed
before the answer. Only the journal evicts: the oldest exchanges go when there are too many or they weigh too
much. Source: design of the project (State). Must not know any service.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import case, delete, func, insert, select
from sqlalchemy.dialects.sqlite import insert as upsert

from health_documents.findings import Finding
from lgo_sandbox.state.database import Database
from lgo_sandbox.state.tables import exchanges, findings, observations
from lgo_sandbox.watch.checks import Check, Evaluation
from lgo_sandbox.watch.exchange import Exchange
from lgo_sandbox.watch.facts import Noted

__all__ = ["Filter", "Journal", "JournalLimits", "Observation"]

LAST_EXCHANGES = 5
EXCHANGE_ID_ROOM = 48
EVICT_SHARE = 100
PLAIN_COLUMNS = (
    *("id", "service", "door", "operation", "transport", "started", "age", "duration_ms", "peer", "certificate"),
    *("target", "status", "outcome", "summary", "fault", "request_size", "response_size"),
)


REMEMBERED = ("id", "service", "door", "operation", "transport", "started", "age", "status", "outcome", "facts")


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
class Observation:
    """How often a check was kept and broken; the last exchanges that broke it, then the last that kept it."""

    check_id: str
    requirements: tuple[str, ...]
    passed: int
    failed: int
    exchanges: tuple[str, ...]


class Journal:
    """The journal of one session."""

    def __init__(self, db: Database, limits: JournalLimits) -> None:
        self._db = db
        self._limits = limits
        self._waiting: list[tuple[Exchange, Evaluation]] = []
        self._weight = self._total_weight()

    def close(self, exchange: Exchange, evaluation: Evaluation) -> None:
        """Take a finished exchange; it is written with the next group."""
        exchange.findings = tuple(evaluation.findings)
        self._waiting.append((exchange, evaluation))
        if len(self._waiting) >= self._limits.group:
            self.flush()

    def flush(self) -> None:
        """Write what waits, in one commit, and evict what is too much."""
        if not self._waiting:
            return
        group, self._waiting = self._waiting, []
        with self._db.engine.begin() as connection:
            connection.exec_driver_sql("BEGIN IMMEDIATE")  # another process may number its own group meanwhile
            start = connection.execute(select(func.max(exchanges.c.seq))).scalar() or 0
            rows = [_row(exchange, start + n, self._limits.body) for n, (exchange, _) in enumerate(group, 1)]
            connection.execute(insert(exchanges), rows)
            found = [_finding_row(e, start + n, f) for n, (e, _) in enumerate(group, 1) for f in e.findings]
            if found:
                connection.execute(insert(findings), found)
            if seen := _tally(group):
                connection.execute(OBSERVE, seen)
        self._weight += sum(row["weight"] for row in rows)
        self._evict(start + len(rows))

    def read(self, wanted: Filter | None = None, *, bodies: bool = False) -> list[Exchange]:
        """Return exchanges in order (or newest first), with their findings."""
        self.flush()
        wanted = wanted or Filter()
        columns = [c for c in exchanges.c if bodies or c.name not in ("request_body", "response_body")]
        query = select(*columns).where(*_conditions(wanted)).limit(wanted.limit)
        order = exchanges.c.seq.desc() if wanted.newest_first else exchanges.c.seq
        with self._db.engine.connect() as connection:
            rows = [dict(row) for row in connection.execute(query.order_by(order)).mappings()]
            found = self._findings_of(connection, [row["id"] for row in rows])
        return [_exchange(row, found.get(row["id"], ())) for row in rows]

    def one(self, exchange_id: str) -> Exchange | None:
        """Return one exchange with its bodies."""
        self.flush()
        with self._db.engine.connect() as connection:
            row = connection.execute(select(exchanges).where(exchanges.c.id == exchange_id)).mappings().first()
            if row is None:
                return None
            return _exchange(dict(row), self._findings_of(connection, [exchange_id]).get(exchange_id, ()))

    def remembered(self, limit: int) -> list[Exchange]:
        """Return the last exchanges for a history, oldest first: no bodies, no headers, no findings."""
        self.flush()
        columns = [exchanges.c[name] for name in REMEMBERED]
        query = select(*columns).order_by(exchanges.c.seq.desc()).limit(limit)
        with self._db.engine.connect() as connection:
            rows = [dict(row) for row in connection.execute(query).mappings()]
        return [_remembered(row) for row in reversed(rows)]

    def last_seq(self) -> int:
        """Return the number of the newest exchange, 0 when there is none."""
        self.flush()
        with self._db.engine.connect() as connection:
            return connection.execute(select(func.max(exchanges.c.seq))).scalar() or 0

    def observations(self) -> list[Observation]:
        """Return what every check saw since the session began (or was reset)."""
        self.flush()
        with self._db.engine.connect() as connection:
            rows = connection.execute(select(observations)).mappings().all()
        return [_observation(dict(row)) for row in rows]

    def present(self, ids: Iterable[str]) -> frozenset[str]:
        """Return those of some exchanges that were not evicted."""
        wanted = sorted(set(ids))
        self.flush()
        found: set[str] = set()
        with self._db.engine.connect() as connection:
            for start in range(0, len(wanted), 500):
                query = select(exchanges.c.id).where(exchanges.c.id.in_(wanted[start : start + 500]))
                found.update(connection.execute(query).scalars())
        return frozenset(found)

    def export(self) -> Iterator[str]:
        """Yield every exchange as one line of JSON, bodies included."""
        after = 0
        while group := self.read(Filter(after=after, limit=100), bodies=True):
            for exchange in group:
                yield json.dumps(exchange.to_json(bodies=True), ensure_ascii=False)
            after = group[-1].seq

    def recount(self) -> None:
        """Weigh again what is stored, after the store was emptied or replaced."""
        self._weight = self._total_weight()

    def _findings_of(self, connection: Any, ids: Sequence[str]) -> dict[str, tuple[Finding, ...]]:
        found: dict[str, list[Finding]] = {}
        for start in range(0, len(ids), 500):
            chunk = ids[start : start + 500]
            for row in connection.execute(
                select(findings).where(findings.c.exchange.in_(chunk)).order_by(findings.c.id)
            ):
                found.setdefault(row.exchange, []).append(_finding(json.loads(row.value)))
        return {key: tuple(values) for key, values in found.items()}

    def _total_weight(self) -> int:
        with self._db.engine.connect() as connection:
            return int(connection.execute(select(func.sum(exchanges.c.weight))).scalar() or 0)

    def _evict(self, newest: int) -> None:
        with self._db.engine.begin() as connection:
            oldest = connection.execute(select(func.min(exchanges.c.seq))).scalar() or newest
            count = newest - oldest + 1
            if count <= self._limits.exchanges and self._weight <= self._limits.octets:
                return
            last = oldest + max(count - self._limits.exchanges, 0)
            self._drop_before(connection, last)
            while self._weight > self._limits.octets and last <= newest:
                last += max(count // EVICT_SHARE, 1)
                self._drop_before(connection, last)

    def _drop_before(self, connection: Any, last: int) -> None:
        """Forget what is older than a number; weigh only that, the rest would have to be read whole."""
        gone = select(func.sum(exchanges.c.weight)).where(exchanges.c.seq < last)
        self._weight -= int(connection.execute(gone).scalar() or 0)
        connection.execute(delete(exchanges).where(exchanges.c.seq < last))
        connection.execute(delete(findings).where(findings.c.seq < last))


def _conditions(wanted: Filter) -> list[Any]:
    conditions: list[Any] = [exchanges.c.seq > wanted.after]
    if wanted.service:
        conditions.append(exchanges.c.service == wanted.service)
    if wanted.operation:
        conditions.append(exchanges.c.operation == wanted.operation)
    if wanted.with_findings:
        conditions.append(exchanges.c.findings > 0)
    return conditions


def _row(exchange: Exchange, seq: int, body_limit: int) -> dict[str, Any]:
    request, response = exchange.request_body[:body_limit], exchange.response_body[:body_limit]
    return {name: getattr(exchange, name) for name in PLAIN_COLUMNS} | {
        "seq": seq,
        "request_headers": json.dumps(list(exchange.request_headers), ensure_ascii=False),
        "response_headers": json.dumps(list(exchange.response_headers), ensure_ascii=False),
        "request_body": request,
        "response_body": response,
        "facts": json.dumps(exchange.facts_json(), ensure_ascii=False, default=str),
        "findings": len(exchange.findings),
        "weight": len(request) + len(response) + 1024,
    }


def _finding_row(exchange: Exchange, seq: int, finding: Finding) -> dict[str, Any]:
    return {
        "exchange": exchange.id,
        "seq": seq,
        "check_id": finding.check_id,
        "severity": finding.severity,
        "value": json.dumps(finding.to_json(), ensure_ascii=False),
    }


def _exchange(row: dict[str, Any], found: tuple[Finding, ...]) -> Exchange:
    row.pop("weight")
    row["findings"] = found
    for name in ("request_headers", "response_headers"):
        row[name] = [(key, value) for key, value in json.loads(row[name])]
    facts = json.loads(row.pop("facts"))
    return Exchange(**row, facts=facts, noted=Noted(facts))


def _remembered(row: dict[str, Any]) -> Exchange:
    facts = json.loads(row.pop("facts"))
    return Exchange(**row, facts=facts, noted=Noted(facts))


def _finding(value: Mapping[str, Any]) -> Finding:
    return Finding(**{**value, "requirements": tuple(value["requirements"])})


def _tally(group: Sequence[tuple[Exchange, Evaluation]]) -> list[dict[str, Any]]:
    """Count a group per check, so that each is written once: a group of one client breaks and keeps the same checks."""
    rows: dict[str, dict[str, Any]] = {}
    for exchange, evaluation in reversed(group):
        for check, failed in [*((c, 0) for c in evaluation.kept), *((c, 1) for c in evaluation.broken)]:
            row = rows.get(check.id) or rows.setdefault(check.id, _empty_row(check))
            row["failed" if failed else "passed"] += 1
            last = row["failing" if failed else "passing"]
            if len(last) < LAST_EXCHANGES:
                last.append(exchange.id)
    return [{**row, "failing": " ".join(row["failing"]), "passing": " ".join(row["passing"])} for row in rows.values()]


def _empty_row(check: Check[Any]) -> dict[str, Any]:
    requirements = json.dumps(check.requirements)
    return {"check_id": check.id, "requirements": requirements, "passed": 0, "failed": 0, "failing": [], "passing": []}


def _observation_upsert() -> Any:
    statement = upsert(observations)
    new, old = statement.excluded, observations.c
    return statement.on_conflict_do_update(
        index_elements=["check_id"],
        set_={
            "passed": old.passed + new.passed,
            "failed": old.failed + new.failed,
            "failing": _newest_first(new.failing, old.failing),
            "passing": _newest_first(new.passing, old.passing),
        },
    )


def _newest_first(new: Any, old: Any) -> Any:
    kept = func.substr(old, 1, LAST_EXCHANGES * EXCHANGE_ID_ROOM)
    return case((new == "", old), else_=new + " " + kept)


OBSERVE = _observation_upsert()


def _observation(row: dict[str, Any]) -> Observation:
    last = [*row["failing"].split()[:LAST_EXCHANGES], *row["passing"].split()[:LAST_EXCHANGES]]
    return Observation(
        row["check_id"], tuple(json.loads(row["requirements"])), row["passed"], row["failed"], tuple(last)
    )
