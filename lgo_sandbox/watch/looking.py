"""Costly looks at an exchange, taken after its answer has left and off the event loop, one exchange at a time.

Exchanges are concluded in the order in which they ended: one without a look waits for those before it, so that the
journal tells what came first, and the checks of a request find in the history what was fed just before it.
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


Pending = tuple[Sequence[Lazy[Any]], Callable[[], None]]


class Looking:
    """The looks of one session that are under way."""

    def __init__(self) -> None:
        self._tasks: dict[asyncio.Task[None], Pending] = {}
        self._turn: asyncio.Lock | None = None

    def then(self, looks: Sequence[Lazy[Any]], conclude: Callable[[], None]) -> None:
        """Take the looks, then conclude: at once when there is none and nothing under way, or no loop to leave."""
        loop = _running_loop() if looks or self._tasks else None
        if loop is None:
            _look_at(looks)
            conclude()
            return
        task = loop.create_task(self._take(looks, conclude))
        self._tasks[task] = (looks, conclude)
        task.add_done_callback(lambda done: self._tasks.pop(done, None))

    async def settle(self) -> None:
        """Wait until every exchange that ended is concluded."""
        while self._tasks:
            await asyncio.wait(set(self._tasks))

    def finish(self) -> None:
        """Conclude at once what is under way: the session closes, and its stores with it."""
        pending, self._tasks = self._tasks, {}
        for task, (looks, conclude) in pending.items():
            if not task.done():
                task.cancel()
                _look_at(looks)
                conclude()

    def drop(self) -> None:
        """Forget what is under way: the session is deleted, and its journal with it."""
        pending, self._tasks = self._tasks, {}
        for task in pending:
            task.cancel()

    async def _take(self, looks: Sequence[Lazy[Any]], conclude: Callable[[], None]) -> None:
        self._turn = self._turn or asyncio.Lock()
        async with self._turn:  # which is had in the order in which it is asked for
            if looks:
                await asyncio.to_thread(_look_at, looks)
            conclude()


def _running_loop() -> asyncio.AbstractEventLoop | None:
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None


def _look_at(looks: Sequence[Lazy[Any]]) -> None:
    for look in looks:
        try:
            look.take()
        except Exception:
            LOG.exception("a look at an exchange failed")
