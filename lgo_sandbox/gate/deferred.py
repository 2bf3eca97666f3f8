"""An ASGI application that is made at its first request, for what many runs never ask: the control API, the console.

Its answers leave in one write, and a defect is logged here: it has no gate before it. Must not know what it serves.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from lgo_sandbox.gate.call import Message, Receive, Scope, Send
from lgo_sandbox.gate.outlet import Outlet

__all__ = ["Deferred"]

LOG = logging.getLogger(__name__)


class Deferred:
    """``make`` returns the application."""

    def __init__(self, make: Callable[[], Any]) -> None:
        self._make: Callable[[], Any] | None = make
        self._app: Any = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self._make is not None:
            self._app, self._make = self._make(), None
        outlet = scope.get("state", {}).get("transport")
        try:
            await self._app(scope, receive, _in_one_piece(send, outlet) if isinstance(outlet, Outlet) else send)
        except Exception:
            LOG.exception("défaut du bac à sable : %s", scope.get("path"))
            raise


def _in_one_piece(send: Send, outlet: Outlet) -> Send:
    async def together(message: Message) -> None:
        starts = message["type"] == "http.response.start"
        if starts and any(name == b"content-length" for name, _ in message.get("headers", ())):
            outlet.hold()
        await send(message)
        if not starts:
            outlet.release()

    return together
