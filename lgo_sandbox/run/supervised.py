"""Background work that nothing ends but a stop: what raises is logged, counted, tried again later, and shown.

Source: design of the project; issue « nothing dies in silence ». Knows nothing of what it runs.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable

__all__ = ["Supervised"]

LOG = logging.getLogger(__name__)
LONGEST_PAUSE = 5.0
Work = Callable[[], Awaitable[None] | None]


class Supervised:
    """A piece of work done every so many seconds. ``trouble`` is French, empty while the last turn went well.

    ``failed`` is told what a turn raised.
    """

    def __init__(self, name: str, every: float, work: Work, failed: Callable[[Exception], None] | None = None) -> None:
        self.name = name
        self.failures = 0
        self.trouble = ""
        self._every = every
        self._work = work
        self._failed = failed
        self._in_a_row = 0
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin."""
        self._task = asyncio.get_running_loop().create_task(self._run(), name=self.name)

    async def stop(self) -> None:
        """End, whatever the work is at."""
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    @property
    def pause(self) -> float:
        """How long until the next turn, seconds: longer after each failure in a row."""
        return self._every if not self._in_a_row else min(self._every * 2**self._in_a_row, LONGEST_PAUSE)

    async def turn(self) -> None:
        """Do the work once; note what it raises."""
        try:
            done = self._work()
            if done is not None:
                await done
        except Exception as error:
            self.failures += 1
            self._in_a_row += 1
            self.trouble = f"{type(error).__name__} : {error}"
            LOG.exception("tâche de fond en échec : %s", self.name)
            if self._failed is not None:
                self._failed(error)
        else:
            self._in_a_row, self.trouble = 0, ""

    async def _run(self) -> None:
        while True:
            await asyncio.sleep(self.pause)
            await self.turn()
