"""One application for each door: the web services on theirs, each site on its own.

Source: none, how we are built. The sites are made when the first page is asked for: a start has no need of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING

from dmp_mock.web.site import DOORS
from lgo_sandbox.gate.asgi import Call
from lgo_sandbox.gate.call import Receive, Scope, Send
from lgo_sandbox.gate.web import Application

if TYPE_CHECKING:
    from fastapi import FastAPI

__all__ = ["ByDoor"]


class ByDoor:
    """The applications of the DMP. ``main`` is on all doors that have none of their own."""

    def __init__(self, main: Application) -> None:
        self._main = main

    @property
    def router(self) -> FastAPI:
        """The routes that others may be told of: those of the web services."""
        return self._main.router

    @cached_property
    def _sites(self) -> Mapping[str, Application]:
        from dmp_mock.web.doors import sites

        return sites()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request on its door."""
        door = Call.of(scope).door
        await (self._sites[door] if door in DOORS else self._main)(scope, receive, send)
