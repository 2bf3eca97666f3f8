"""What a running sandbox does by itself: it writes the journals and lets happen what is due, a few times a second.

Supervised: what goes wrong in one turn is counted and said (``/health``), and the next turn comes.
Source: design of the project (State, Agenda). Knows sessions only.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging

from lgo_sandbox.tenant.sessions import Sessions

__all__ = ["Upkeep"]

LOG = logging.getLogger(__name__)


class Upkeep:
    """The recurring work of one process; ``seconds`` lie between two turns."""

    def __init__(self, sessions: Sessions, seconds: float) -> None:
        self._sessions = sessions
        self._seconds = seconds
        self._task = asyncio.create_task(self._for_ever())

    async def stop(self) -> None:
        """End after the turn that is under way."""
        self._task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._task

    async def _for_ever(self) -> None:
        while True:
            await asyncio.sleep(self._seconds)
            try:
                await self._sessions.tend()
            except Exception as error:
                LOG.exception("the upkeep of the sessions failed")
                self._sessions.note_defect(error)
