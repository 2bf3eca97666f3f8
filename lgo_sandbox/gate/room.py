"""The room that all request bodies of a process share, so that many large ones at once cannot swell it.

First come, first served. Source: design of the project; docs/sources/transport.md#memoire-pleine. Knows no
HTTP.
"""

from __future__ import annotations

import asyncio
from collections import deque

__all__ = ["Room"]


class Room:
    """So many octets, taken and given back. Something larger than the whole room takes all of it."""

    def __init__(self, octets: int, patience: float) -> None:
        self._whole = self._free = octets
        self._patience = patience
        self._queue: deque[tuple[int, asyncio.Future[None]]] = deque()

    @property
    def taken(self) -> int:
        """How many octets are taken."""
        return self._whole - self._free

    async def take(self, octets: int) -> int | None:
        """Take octets, waiting for them; return what to give back, None when there was no room in time."""
        wanted = min(octets, self._whole)
        if not self._queue and wanted <= self._free:
            self._free -= wanted
            return wanted
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        entry = (wanted, turn)
        self._queue.append(entry)
        try:
            await asyncio.wait_for(turn, self._patience)
        except TimeoutError:
            return None
        finally:
            if entry in self._queue:
                self._queue.remove(entry)
                self._serve()
        return wanted

    def give(self, octets: int) -> None:
        """Give octets back."""
        self._free += octets
        self._serve()

    def _serve(self) -> None:
        while self._queue and self._queue[0][0] <= self._free:
            wanted, turn = self._queue.popleft()
            if not turn.done():
                self._free -= wanted
                turn.set_result(None)
