"""HTTP listeners: uvicorn's protocol on our own sockets, many in one event loop, the client certificate kept at hand.

uvicorn's ``Server`` installs signal handlers and ticks once a second for each port; a dozen ports in one process want
neither, so the protocol is used directly. Must not know any service.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
from typing import Any

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.server import ServerState

from lgo_sandbox.gate.outlet import Outlet
from lgo_sandbox.settings import KIB

__all__ = ["HttpListener", "bind"]

KEEP_ALIVE_SECONDS = 30
BACKLOG = 512
SHUTDOWN_SECONDS = 2.0
HEAD_TOO_LARGE = b"HTTP/1.1 431 Request Header Fields Too Large\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"


class PeerProtocol(HttpToolsProtocol):
    """uvicorn's HTTP protocol that tells the application over which transport a request came, and bounds its head.

    The parser collects request line and headers without a limit of its own.
    """

    head_limit = 64 * KIB
    _head_octets = 0
    _in_head = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Keep the way out in the state that each request gets a copy of."""
        self.outlet = Outlet(transport)
        self.app_state = {**self.app_state, "transport": self.outlet}
        super().connection_made(self.outlet)

    def connection_lost(self, exc: Exception | None) -> None:
        """The client has left, or we have closed."""
        self.outlet.lost()
        super().connection_lost(exc)

    def on_message_begin(self) -> None:
        """A request head begins."""
        self._in_head, self._head_octets = True, 0
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """The request head is whole."""
        self._in_head = False
        super().on_headers_complete()

    def data_received(self, data: bytes) -> None:
        """Take octets; refuse a head that does not end."""
        super().data_received(data)
        if self._in_head:
            self._head_octets += len(data)
            if self._head_octets > self.head_limit and not self.transport.is_closing():
                self.transport.write(HEAD_TOO_LARGE)
                self.transport.close()


class HttpListener:
    """One listening HTTP or HTTPS port."""

    def __init__(self, server: asyncio.Server, state: ServerState) -> None:
        self._server = server
        self._state = state
        self.port: int = server.sockets[0].getsockname()[1]

    @classmethod
    async def open(
        cls, app: Any, sock: socket.socket, tls: ssl.SSLContext | None = None, *, head_limit: int = 64 * KIB
    ) -> HttpListener:
        """Serve an ASGI application on a bound socket; a request head longer than ``head_limit`` octets is refused."""
        config = uvicorn.Config(
            app,
            lifespan="off",
            ws="none",
            log_config=None,
            access_log=False,
            server_header=False,
            date_header=False,
            timeout_keep_alive=KEEP_ALIVE_SECONDS,
        )
        config.load()
        state = ServerState()

        def protocol() -> PeerProtocol:
            made = PeerProtocol(config=config, server_state=state, app_state={})
            made.head_limit = head_limit
            return made

        loop = asyncio.get_running_loop()
        server = await loop.create_server(protocol, sock=sock, ssl=tls, backlog=BACKLOG)
        return cls(server, state)

    async def close(self) -> None:
        """Stop listening, let running requests end, then drop what is left."""
        self._server.close()
        for connection in list(self._state.connections):
            connection.shutdown()
        try:
            async with asyncio.timeout(SHUTDOWN_SECONDS):
                while self._state.connections:
                    await asyncio.sleep(0.01)
        except TimeoutError:
            for connection in list(self._state.connections):
                if connection.transport is not None:
                    connection.transport.abort()


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
