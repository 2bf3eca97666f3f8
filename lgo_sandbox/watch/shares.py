"""Which exchanges a journal that is full lets go: the oldest of the service that takes most, so that a chatty one
evicts only itself.

Source: design of the project (State: only the journal evicts). Reads nothing but an index that covers it, because the
bodies beside would have to be read whole. Must not know any service.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, func, select

from lgo_sandbox.state.tables import exchanges, findings

if TYPE_CHECKING:
    from sqlalchemy import Connection

__all__ = ["Shares", "fair"]

RECOUNT_SHARE = 100
"""After how much news, as a part of the limits, is counted again: another process may write the same journal."""
STEP_SHARE = 100
"""Which part of a service's exchanges goes at once when the journal weighs too much."""


@dataclass(slots=True)
class _Share:
    count: int
    weight: int


class Shares:
    """What the services take of one journal."""

    def __init__(self, exchanges_limit: int, octets_limit: int) -> None:
        self._count_limit = exchanges_limit
        self._weight_limit = octets_limit
        self._count = exchanges_limit  # not known yet: the first group counts
        self._weight = octets_limit
        self._news = _Share(0, 0)

    def forget(self) -> None:
        """Count anew at the next group: the journal was emptied or replaced."""
        self._count, self._weight = self._count_limit, self._weight_limit

    def make_room(self, connection: Connection, added: Iterable[Mapping[str, Any]]) -> None:
        """Take note of the rows of a new group, and evict what is too much."""
        for row in added:
            self._news.count += 1
            self._news.weight += row["weight"]
        if self._may_be_full():
            taken = _count(connection)
            self._evict(connection, taken)
            self._count = sum(share.count for share in taken.values())
            self._weight = sum(share.weight for share in taken.values())
            self._news = _Share(0, 0)

    def _may_be_full(self) -> bool:
        count, weight = self._news.count, self._news.weight
        return (
            self._count + count > self._count_limit
            or self._weight + weight > self._weight_limit
            or count * RECOUNT_SHARE >= self._count_limit
            or weight * RECOUNT_SHARE >= self._weight_limit
        )

    def _evict(self, connection: Connection, taken: dict[str, _Share]) -> None:
        counts = {name: share.count for name, share in taken.items()}
        for service, kept in fair(counts, self._count_limit).items():
            if kept < counts[service]:
                _drop(connection, taken, service, counts[service] - kept)
        while taken and sum(s.weight for s in taken.values()) > self._weight_limit:
            service = max(taken, key=lambda name: taken[name].weight)
            _drop(connection, taken, service, max(taken[service].count // STEP_SHARE, 1))


def fair(counts: Mapping[str, int], limit: int) -> dict[str, int]:
    """Return how many each keeps of ``limit``: all of a small one, as many of the others (max-min fairness)."""
    kept: dict[str, int] = {}
    room = limit
    for place, name in enumerate(sorted(counts, key=counts.__getitem__)):
        kept[name] = min(counts[name], room // (len(counts) - place))
        room -= kept[name]
    return kept


def _count(connection: Connection) -> dict[str, _Share]:
    query = select(exchanges.c.service, func.count(), func.sum(exchanges.c.weight)).group_by(exchanges.c.service)
    return {service: _Share(count, int(weight)) for service, count, weight in connection.execute(query)}


def _drop(connection: Connection, taken: dict[str, _Share], service: str, count: int) -> None:
    """Let the oldest exchanges of a service go, with their findings."""
    mine = exchanges.c.service == service
    oldest = select(exchanges.c.seq, exchanges.c.weight).where(mine).order_by(exchanges.c.seq).limit(count)
    rows = connection.execute(oldest).all()
    gone = select(exchanges.c.seq).where(mine, exchanges.c.seq <= rows[-1].seq)
    connection.execute(delete(findings).where(findings.c.seq.in_(gone)))
    connection.execute(delete(exchanges).where(mine, exchanges.c.seq <= rows[-1].seq))
    taken[service].count -= len(rows)
    taken[service].weight -= sum(row.weight for row in rows)
    if not taken[service].count:
        del taken[service]
