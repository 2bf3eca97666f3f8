"""The finished exchanges that wait to be written, bounded: a store that cannot be written must not fill the memory.

When they weigh too much the oldest lose their bodies; when they are too many the oldest are lost. Both are counted, so
that it can be said. Must not know any store.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from itertools import islice

from lgo_sandbox.watch.records import OVERHEAD, Record

__all__ = ["Waiting"]

MAX_RECORDS = 10_000
MAX_OCTETS = 32 * 1024 * 1024


class Waiting:
    """A bounded queue of records."""

    def __init__(self, records: int = MAX_RECORDS, octets: int = MAX_OCTETS) -> None:
        self._max_records, self._max_octets = records, octets
        self._records: deque[Record] = deque()
        self.octets = 0
        self.lost = 0
        """How many exchanges were dropped unwritten."""
        self.cut = 0
        """How many lost their bodies."""
        self._bare = 0

    def __len__(self) -> int:
        return len(self._records)

    def add(self, record: Record) -> None:
        """Let a record wait."""
        self._records.append(record)
        self.octets += record.weight
        while self.octets > self._max_octets and self._bare < len(self._records):
            self._drop_bodies()
        while len(self._records) > self._max_records:
            self.lose(1)

    def first(self, count: int, octets: int) -> Sequence[Record]:
        """Return the oldest records, at least one if any, together not above so many octets."""
        group: list[Record] = []
        for record in islice(self._records, count):
            octets -= record.weight
            if group and octets < 0:
                break
            group.append(record)
        return group

    def written(self, count: int) -> None:
        """Let go of the oldest records: they are in the store."""
        for _ in range(count):
            self.octets -= self._records.popleft().weight
        self._bare = max(self._bare - count, 0)

    def lose(self, count: int) -> None:
        """Let go of the oldest records unwritten."""
        self.written(count)
        self.lost += count

    def _drop_bodies(self) -> None:
        record = self._records[self._bare]
        self._bare += 1
        if record.weight > OVERHEAD:
            self.octets -= record.weight - OVERHEAD
            record.drop_bodies()
            self.cut += 1
