"""Costly looks at an exchange, taken after its answer has left and off the event loop, one exchange at a time.

Source: design of the project (Evidence). Must not know any service.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from typing import Any

from lgo_sandbox.watch.facts import Lazy

__all__ = ["Looking"]

LOG = logging.getLogger(__name__)


class Looking:
    """The looks of one session that are under way."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[None]] = set()
        self._turn: asyncio.Lock | None = None

    def then(self, looks: Sequence[Lazy[Any]], conclude: Callable[[], None]) -> None:
        """Take the looks, then conclude: at once when there is none, or no loop to leave."""
        loop = _running_loop() if looks else None
        if loop is None:
            conclude()
            return
        task = loop.create_task(self._take(looks, conclude))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def settle(self) -> None:
        """Wait until every exchange that ended is concluded."""
        while self._tasks:
            await asyncio.wait(set(self._tasks))

    async def _take(self, looks: Sequence[Lazy[Any]], conclude: Callable[[], None]) -> None:
        self._turn = self._turn or asyncio.Lock()
        async with self._turn:
            try:
                await asyncio.to_thread(_take_all, looks)
            except Exception:
                LOG.exception("a look at an exchange failed")
        conclude()


def _running_loop() -> asyncio.AbstractEventLoop | None:
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None


def _take_all(looks: Sequence[Lazy[Any]]) -> None:
    for look in looks:
        look.take()
