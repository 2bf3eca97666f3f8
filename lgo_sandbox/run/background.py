"""A sandbox in a thread with an event loop of its own, for tests and tools that are not asynchronous themselves.

Source: design of the project (pytest plugin). Nothing heavy is imported before ``start``. Knows no service.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from lgo_sandbox.run.launcher import Launcher
    from lgo_sandbox.settings import Settings

__all__ = ["Background"]

T = TypeVar("T")
TIMEOUT_SECONDS = 60.0


class Background:
    """Runs a sandbox; ``served`` names services and ``control`` (none: everything)."""

    def __init__(self, settings: Settings, served: Sequence[str] = ()) -> None:
        self.launcher: Launcher
        self.loop: asyncio.AbstractEventLoop
        self._settings, self._served = settings, served
        self._stop: asyncio.Event
        self._up = threading.Event()
        self._error: BaseException | None = None
        self._thread = threading.Thread(target=self._run, name="lgo-sandbox", daemon=True)

    def start(self) -> Launcher:
        """Start, and return the launcher once every port answers. Raises what the start raised."""
        self._thread.start()
        self._up.wait()
        if self._error is not None:
            raise self._error
        return self.launcher

    def stop(self) -> None:
        """Stop, and wait until every port is closed."""
        if self._thread.is_alive():
            self.loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(TIMEOUT_SECONDS)

    def do(self, action: Callable[[], T]) -> T:
        """Return what an action gives, done in the sandbox's loop between two requests."""

        async def done() -> T:
            return action()

        return asyncio.run_coroutine_threadsafe(done(), self.loop).result(TIMEOUT_SECONDS)

    def wait(self, coroutine: Any) -> Any:
        """Return what a coroutine gives in the sandbox's loop."""
        return asyncio.run_coroutine_threadsafe(coroutine, self.loop).result(TIMEOUT_SECONDS)

    def _run(self) -> None:
        try:
            asyncio.run(self._serve())
        except BaseException as error:
            self._error = error
        finally:
            self._up.set()

    async def _serve(self) -> None:
        from lgo_sandbox.run.assemble import running

        self.loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        async with running(self._settings, self._served) as self.launcher:
            self._up.set()
            await self._stop.wait()
