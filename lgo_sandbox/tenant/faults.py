"""Faults that a tester arms in a session: what the sandbox then does to matching exchanges, a number of times.

Kinds: ``delay`` (milliseconds before the answer), ``status`` (an HTTP status, or an SMTP reply code, instead of the
answer) and ``named`` (one that the service declares in ``Service.faults`` and plays itself). A fault names a service,
an operation (``*``: all), a client (``*``: all) and how often.
Must not know any service: the error body is the service's own (``Service.problem``).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import delete, insert, select, update

from lgo_sandbox.state.database import Database
from lgo_sandbox.state.tables import faults

__all__ = ["Fault", "FaultKind", "Faults"]

ANY = "*"


class FaultKind(StrEnum):
    """What a fault does."""

    DELAY = "delay"
    STATUS = "status"
    NAMED = "named"


@dataclass(frozen=True, slots=True)
class Fault:
    """An armed fault. ``value`` is a number, or the name of a ``named`` one; ``remaining`` None: until disarmed."""

    id: str
    service: str
    kind: FaultKind
    value: int | str
    operation: str = ANY
    client: str = ANY
    remaining: int | None = None

    def to_json(self) -> dict[str, Any]:
        """Return the fault as JSON values."""
        return {name: getattr(self, name) for name in self.__slots__} | {"kind": self.kind.value}

    def strikes(self, service: str, operation: str, client: str) -> bool:
        """Tell whether this fault is meant for an exchange."""
        return self.service in (ANY, service) and self.operation in (ANY, operation) and self.client in (ANY, client)


class Faults:
    """The faults of one session, kept in its core store."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._armed: tuple[Fault, ...] = ()

    def refresh(self) -> None:
        """Read again what is armed (another process may have changed it)."""
        with self._db.engine.connect() as connection:
            rows = connection.execute(select(faults)).mappings()
            self._armed = tuple(
                Fault(**{**row, "kind": FaultKind(row["kind"]), "value": _value(row["kind"], row["value"])})
                for row in rows
            )

    def armed(self) -> Sequence[Fault]:
        """Return the faults that wait."""
        return self._armed

    def arm(self, fault: Fault) -> None:
        """Arm a fault."""
        row = {**fault.to_json(), "value": str(fault.value)}
        with self._db.engine.begin() as connection:
            connection.execute(insert(faults).values(row))
        self.refresh()

    def disarm(self, fault_id: str | None = None) -> int:
        """Disarm one fault, or all; return how many there were."""
        with self._db.engine.begin() as connection:
            statement = delete(faults) if fault_id is None else delete(faults).where(faults.c.id == fault_id)
            count = connection.execute(statement).rowcount
        self.refresh()
        return count

    def take(self, service: str, operation: str, client: str = ANY) -> list[Fault]:
        """Return the faults that strike this exchange, and count them down."""
        struck = [fault for fault in self._armed if fault.strikes(service, operation, client)]
        limited = [fault.id for fault in struck if fault.remaining is not None]
        if limited:
            self._count_down(limited)
        return struck

    def _count_down(self, ids: Sequence[str]) -> None:
        with self._db.engine.begin() as connection:
            mine = faults.c.id.in_(ids)
            connection.execute(update(faults).where(mine).values(remaining=faults.c.remaining - 1))
            connection.execute(delete(faults).where(mine, faults.c.remaining <= 0))
        self.refresh()


def _value(kind: str, text: str) -> int | str:
    return text if kind == FaultKind.NAMED else int(text)
