"""Faults that a tester arms in a session: what the sandbox then does to matching exchanges.

``delay`` (milliseconds before the answer) and ``status`` (an HTTP status, or an SMTP reply code, instead of the answer)
are played before the service acts; ``named`` ones are the service's own (``Service.faults``). The *wire* faults let the
service act and spoil its answer on its way: what a client sees when a network or a proxy fails. A fault names a
service, an operation and a client (``*``: all); from which matching call on it strikes (``nth``), how often
(``remaining``), and with which probability: drawn from ``seed`` and the number of the call, so that a session that is
played again is struck again at the same calls.
Must not know any service: the error body is the service's own (``Service.problem``).
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select, update

from lgo_sandbox.state.port import Store
from lgo_sandbox.state.tables import faults

__all__ = ["ANY", "Fault", "FaultKind", "Faults"]

ANY = "*"
DRAWN = 1 << 64


class FaultKind(StrEnum):
    """What a fault does; ``value`` is in brackets."""

    DELAY = "delay"
    """Answers later (milliseconds)."""
    STATUS = "status"
    """Answers an error instead (HTTP status or SMTP reply code)."""
    NAMED = "named"
    """What the service declares (its name)."""
    RESET = "reset"
    """Resets the connection (RST) in the place of the answer."""
    CUT = "cut"
    """Closes the connection after so many octets of the answer, its head included (octets)."""
    EMPTY = "empty"
    """Closes the connection without an octet."""
    TRUNCATED = "truncated"
    """Sends the head and half of the body, then closes."""
    GARBAGE = "garbage"
    """Sends octets that are no protocol, then closes."""
    DRIP = "drip"
    """Sends the answer slowly (octets per second)."""
    STALL = "stall"
    """Sends the first half of the answer, then nothing more, without closing."""
    NO_ANSWER = "no_answer"
    """Sends nothing, without closing."""

    @property
    def on_the_wire(self) -> bool:
        """Tell whether the fault spoils the answer on its way, after the service has acted."""
        return self not in (FaultKind.DELAY, FaultKind.STATUS, FaultKind.NAMED)


@dataclass(frozen=True, slots=True)
class Fault:
    """An armed fault. ``value`` is a number (0 where the kind has none), or the name of a ``named`` one.

    ``remaining`` None: until disarmed. ``nth``: the first matching call that it may strike. ``seen``: how many came.
    """

    id: str
    service: str
    kind: FaultKind
    value: int | str = 0
    operation: str = ANY
    client: str = ANY
    remaining: int | None = None
    nth: int = 1
    probability: float = 1.0
    seed: str = ""
    seen: int = 0

    def to_json(self) -> dict[str, Any]:
        """Return the fault as JSON values."""
        return {name: getattr(self, name) for name in self.__slots__} | {"kind": self.kind.value}

    def strikes(self, service: str, operation: str, *clients: str) -> bool:
        """Tell whether this fault is meant for an exchange; ``clients`` are the names that its client goes by."""
        return (
            self.service in (ANY, service)
            and self.operation in (ANY, operation)
            and (self.client == ANY or self.client in clients)
        )

    def falls_on(self, call: int) -> bool:
        """Tell whether the fault strikes a matching call, by its number from 1."""
        return call >= self.nth and (self.probability >= 1 or _drawn(self.seed, call) < self.probability)

    @property
    def counts(self) -> bool:
        """Tell whether the matching calls have to be counted."""
        return self.remaining is not None or self.nth > 1 or self.probability < 1


class Faults:
    """The faults of one session, kept in its core store."""

    def __init__(self, db: Store) -> None:
        self._db = db
        self._armed: tuple[Fault, ...] = ()

    def refresh(self) -> None:
        """Read again what is armed (another process may have changed it)."""
        with self._db.reading() as connection:
            self._armed = tuple(_read(row) for row in connection.execute(select(faults)).mappings())

    def armed(self) -> Sequence[Fault]:
        """Return the faults that wait."""
        return self._armed

    def arm(self, fault: Fault) -> None:
        """Arm a fault."""
        row = {**fault.to_json(), "value": str(fault.value)}
        with self._db.begin() as connection:
            connection.execute(insert(faults).values(row))
        self.refresh()

    def disarm(self, fault_id: str | None = None) -> int:
        """Disarm one fault, or all; return how many there were."""
        with self._db.begin() as connection:
            statement = delete(faults) if fault_id is None else delete(faults).where(faults.c.id == fault_id)
            count = connection.execute(statement).rowcount
        self.refresh()
        return count

    def take(self, service: str, operation: str, *clients: str) -> list[Fault]:
        """Return the faults that strike this exchange, and count it."""
        if not self._armed:
            return []
        matching = [fault for fault in self._armed if fault.strikes(service, operation, *clients)]
        if not any(fault.counts for fault in matching):
            return matching
        with self._db.begin() as connection:
            struck = [fault for fault in matching if not fault.counts or _count(connection, fault)]
        self.refresh()
        return struck


def _count(connection: Connection, fault: Fault) -> bool:
    """Count a matching call where all processes of the session count it; tell whether the fault strikes it."""
    mine = faults.c.id == fault.id
    counted = update(faults).where(mine).values(seen=func.coalesce(faults.c.seen, 0) + 1)
    call = connection.execute(counted.returning(faults.c.seen)).scalar_one_or_none()
    if call is None or not fault.falls_on(call):
        return False
    if fault.remaining is not None:
        connection.execute(update(faults).where(mine).values(remaining=faults.c.remaining - 1))
        connection.execute(delete(faults).where(mine, faults.c.remaining <= 0))
    return True


def _drawn(seed: str, call: int) -> float:
    """Return a number in [0, 1[ that depends on nothing else."""
    return int.from_bytes(hashlib.sha256(f"{seed}:{call}".encode()).digest()[:8], "big") / DRAWN


def _read(row: Any) -> Fault:
    kind = FaultKind(row["kind"])
    given = {name: value for name, value in row.items() if value is not None}
    return Fault(**{**given, "kind": kind, "value": row["value"] if kind is FaultKind.NAMED else int(row["value"])})
