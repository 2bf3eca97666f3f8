"""Who waits for changes of a folder: told at once of what this process commits, and now and then of what others do.

Source: RFC 2177 (IDLE). Waiters of a store share one look at its version, so that hundreds of them cost as much as one.
Knows folders by number only.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from weakref import WeakKeyDictionary

from lgo_sandbox.state.errors import StoreError
from lgo_sandbox.state.port import Store

__all__ = ["tell", "waiting"]


class _Waiters:
    """Those who wait for folders of one store."""

    def __init__(self, db: Store) -> None:
        self._generation = _generation(db)
        self._events: dict[int, list[asyncio.Event]] = {}
        self._looking: asyncio.Task[None] | None = None

    def add(self, db: Store, folder_id: int, event: asyncio.Event, seconds: float) -> None:
        self._events.setdefault(folder_id, []).append(event)
        if self._looking is None:
            self._looking = asyncio.get_running_loop().create_task(self._look(db, seconds))

    def remove(self, folder_id: int, event: asyncio.Event) -> None:
        self._events[folder_id].remove(event)
        if not self._events[folder_id]:
            del self._events[folder_id]
        if not self._events and self._looking is not None:
            self._looking.cancel()
            self._looking = None

    def tell(self, folder_ids: Iterable[int]) -> None:
        for folder_id in folder_ids:
            for event in self._events.get(folder_id, ()):
                event.set()

    async def _look(self, db: Store, seconds: float) -> None:
        """Tell everybody when another process has committed anything, or this one without telling: a reset, a load."""
        while True:
            await asyncio.sleep(seconds)
            if (generation := _generation(db)) != self._generation:
                self._generation = generation
                self.tell(list(self._events))


_WAITERS: WeakKeyDictionary[Store, _Waiters] = WeakKeyDictionary()


def _generation(db: Store) -> tuple[int, int]:
    with contextlib.suppress(StoreError):
        db.version()
        return db.generation()
    return -1, -1


@contextmanager
def waiting(db: Store, folder_id: int, seconds: float) -> Iterator[asyncio.Event]:
    """Give an event that is set by changes of a folder; other processes are looked at every so many seconds."""
    waiters = _WAITERS.get(db)
    if waiters is None:
        waiters = _WAITERS[db] = _Waiters(db)
    event = asyncio.Event()
    waiters.add(db, folder_id, event, seconds)
    try:
        yield event
    finally:
        waiters.remove(folder_id, event)


def tell(db: Store, *folder_ids: int) -> None:
    """Wake those who wait for changes of folders, in this process; within its event loop."""
    if (waiters := _WAITERS.get(db)) is not None:
        waiters.tell(folder_ids)
