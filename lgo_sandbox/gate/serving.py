"""HTTP listeners: many in one event loop on our own sockets, TLS or not, without uvicorn's server.

uvicorn's ``Server`` installs signal handlers and ticks once a second for each port; a dozen ports in one process want
neither, so the protocol is used directly. Must not know any service.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
from typing import Any

from uvicorn.server import ServerState

from lgo_sandbox.gate.bounds import Bounds
from lgo_sandbox.gate.protocol import HttpProtocol, plain_answer, protocol_config
from lgo_sandbox.gate.secure import NotTls, Secured, Silent
from lgo_sandbox.gate.tls import asked_of
from lgo_sandbox.gate.unheard import Unheard

__all__ = ["HttpListener", "bind"]

KEEP_ALIVE_SECONDS = 30
BACKLOG = 512
GRACE_SECONDS = 0.8
"""How long requests that run may end when the listener closes."""
TLS_WANTED = plain_answer(400, "Ce port parle TLS : écrivez https:// dans l'adresse.")


class HttpListener:
    """One listening HTTP or HTTPS port."""

    def __init__(
        self, app: Any, tls: ssl.SSLContext | None = None, bounds: Bounds | None = None, unheard: Unheard | None = None
    ) -> None:
        self.port = 0
        self._config = protocol_config(app, KEEP_ALIVE_SECONDS)
        self._state = ServerState()
        self._shaking: set[Secured] = set()
        self._tls = tls
        self._bounds = bounds or Bounds()
        self._unheard = unheard
        self._server: asyncio.Server

    @classmethod
    async def open(
        cls,
        app: Any,
        sock: socket.socket,
        tls: ssl.SSLContext | None = None,
        bounds: Bounds | None = None,
        unheard: Unheard | None = None,
    ) -> HttpListener:
        """Serve an ASGI application on a bound socket; ``unheard`` is told what fails before the application."""
        listener = cls(app, tls, bounds, unheard)
        loop = asyncio.get_running_loop()
        made = listener._plain if tls is None else listener._secured
        listener._server = await loop.create_server(made, sock=sock, backlog=BACKLOG)
        listener.port = int(listener._server.sockets[0].getsockname()[1])
        return listener

    def sweep(self, now: float) -> None:
        """End what takes too long (``now`` is the time of the loop)."""
        for connection in list(self._state.connections):
            if isinstance(connection, HttpProtocol):
                connection.sweep(now)
        for secured in list(self._shaking):
            if not secured.shaking:
                self._shaking.discard(secured)
            elif now - secured.since > self._bounds.head_seconds:
                if secured.arrived and self._unheard is not None:
                    self._unheard.slow_handshake(_peer(secured), secured.arrived, self._bounds.head_seconds)
                secured.give_up()

    async def close(self) -> None:
        """Stop listening, let running requests end, then drop what is left."""
        self._server.close()
        for secured in list(self._shaking):
            secured.give_up()
        for connection in list(self._state.connections):
            connection.shutdown()
        tasks = set(self._state.tasks)
        if tasks:
            await asyncio.wait(tasks, timeout=GRACE_SECONDS)
        for connection in list(self._state.connections):
            if connection.transport is not None:
                connection.transport.abort()
        for task in tasks:
            task.cancel()
        # The loop tells the protocols in its next turn that their connections are gone.
        await asyncio.sleep(0)

    def _plain(self) -> HttpProtocol:
        return HttpProtocol(self._config, self._state, self._bounds, self._unheard)

    def _secured(self) -> Secured:
        assert self._tls is not None

        def opened() -> HttpProtocol:
            self._shaking.discard(secured)
            return self._plain()

        secured = Secured(self._tls, self._shaking.add, opened, self._failed)
        return secured

    def _failed(self, secured: Secured, error: Exception | None, arrived: bytes) -> None:
        self._shaking.discard(secured)
        if isinstance(error, Silent):
            if self._unheard is not None:
                self._unheard.silent(_peer(secured), asked_of(secured.get_extra_info("ssl_object")))
            return
        if not arrived:
            return  # somebody looked whether the port is open
        if isinstance(error, NotTls):
            if self._unheard is not None:
                self._unheard.plain(_peer(secured), arrived)
            secured.answer_plainly(TLS_WANTED)
        elif self._unheard is not None:
            asked = asked_of(secured.get_extra_info("ssl_object"))
            self._unheard.handshake(_peer(secured), error, arrived, asked)


def _peer(secured: Secured) -> str:
    name = secured.get_extra_info("peername")
    return f"{name[0]}:{name[1]}" if name else ""


def bind(host: str, port: int) -> socket.socket:
    """Return a bound TCP socket; ``port`` 0 takes a free one. Raises OSError."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # Naming the protocol lets asyncio set TCP_NODELAY on what is accepted: 40 ms less for each small answer.
    sock = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        sock.bind((host, port))
    except OSError:
        sock.close()
        raise
    sock.setblocking(False)
    return sock
