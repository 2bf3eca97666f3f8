"""uvicorn's HTTP/1.1 protocol with bounds: on the head of a request, on the time that head, body and answer may take.

What is no request, too long, too slow or cut is answered here and told to ``Unheard``; nothing of uvicorn's is printed.
Security facts (scheme, address, certificate) are those of the connection. Source: RFC 9112; docs/sources/transport.md.
Must not know any service.
"""

from __future__ import annotations

import asyncio
import logging
from typing import Any

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.server import ServerState

from lgo_sandbox.gate.bounds import Bounds
from lgo_sandbox.gate.misread import misread_chunk
from lgo_sandbox.gate.outlet import Outlet
from lgo_sandbox.gate.unheard import Unheard

__all__ = ["HttpProtocol", "plain_answer", "protocol_config"]

KEPT = 4096
URL_OCTETS = 65_535
"""The parser reads no longer address."""
SILENT = logging.getLogger("lgo_sandbox.gate.uvicorn")
SILENT.addHandler(logging.NullHandler())
SILENT.propagate = False

REASONS = {
    400: "Bad Request",
    408: "Request Timeout",
    414: "URI Too Long",
    431: "Request Header Fields Too Large",
}


def plain_answer(status: int, text: str) -> bytes:
    """Return a whole answer to what is no request for an application; the connection ends with it."""
    body = f"{text}\n".encode()
    head = (
        f"HTTP/1.1 {status} {REASONS[status]}\r\ncontent-type: text/plain; charset=utf-8\r\n"
        f"content-length: {len(body)}\r\nconnection: close\r\n\r\n"
    )
    return head.encode("ascii") + body


class _HeadTooLong(Exception):
    """The head is beyond a bound; the message names the bound in French."""


class HttpProtocol(HttpToolsProtocol):
    """One HTTP connection."""

    def __init__(self, config: uvicorn.Config, state: ServerState, bounds: Bounds, unheard: Unheard | None) -> None:
        super().__init__(config=config, server_state=state, app_state={})
        self.logger = SILENT
        self.access_log = False
        self.outlet: Outlet
        self._bounds = bounds
        self._unheard = unheard
        self._head = b""
        self._last = b""
        self._in_head = False
        self._head_octets = 0
        self._body_octets = 0
        self._since = 0.0
        self._too_long = ""
        self._over = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Keep the way out in the state that each request gets a copy of."""
        self.outlet = Outlet(transport)
        self.app_state = {**self.app_state, "transport": self.outlet}
        self._since = self.loop.time()
        super().connection_made(self.outlet)
        # As it was when the connection came: the socket of one that was reset knows no peer any more.
        name = transport.get_extra_info("peername")
        self.client = (str(name[0]), int(name[1])) if name else None

    def connection_lost(self, exc: Exception | None) -> None:
        """The client has left, or we have closed."""
        if self._in_head and not self._over and self._unheard is not None:
            self._unheard.cut_head(self._peer(), self._head)
        self.outlet.lost()
        super().connection_lost(exc)

    def pause_writing(self) -> None:
        """The client does not read what we write."""
        self.outlet.stuck_since = self.loop.time()
        super().pause_writing()

    def resume_writing(self) -> None:
        """The client reads again."""
        self.outlet.stuck_since = 0.0
        super().resume_writing()

    def data_received(self, data: bytes) -> None:
        """Take octets."""
        if self._over:
            return
        self._last = data[:KEPT]
        self._head = self._head + data[: KEPT - len(self._head)] if self._in_head else self._last
        super().data_received(data)
        if self._in_head and not self._over:
            self._head_octets += len(data)
            if self._head_octets > self._bounds.head_octets:
                self._refuse_long(f"{self._bounds.head_octets} octets")

    def on_message_begin(self) -> None:
        """A request head begins."""
        self._in_head, self._head_octets, self._since = True, 0, self.loop.time()
        super().on_message_begin()

    def on_header(self, name: bytes, value: bytes) -> None:
        """A header is whole."""
        if len(self.headers) >= self._bounds.head_lines:
            self._too_long = f"{self._bounds.head_lines} en-têtes"
            raise _HeadTooLong(self._too_long)
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """The request head is whole."""
        self._in_head, self._body_octets, self._since = False, 0, self.loop.time()
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """A part of the body came."""
        self._body_octets += len(body)
        super().on_body(body)

    def send_400_response(self, msg: str) -> None:
        """Refuse what the parser does not read, and say why."""
        if len(self.url) > URL_OCTETS:
            self._too_long = f"{URL_OCTETS} octets d'adresse"
        if self._too_long:
            self._refuse_long(self._too_long)
            return
        if not self._in_head and self.cycle is not None and self._awaits_body():
            self._over = True
            self.outlet.misread = misread_chunk(self._last)
            self.cycle.message_event.set()
            return
        if self._unheard is not None:
            self._unheard.unreadable(self._peer(), self._head)
        self._refuse(400, "Requête illisible : ce port attend une requête HTTP/1.1.")

    def sweep(self, now: float) -> None:
        """End what takes too long: a head, a body, an answer that nobody reads, a connection that asks nothing."""
        bounds, waited = self._bounds, now - self._since
        if self._over or self.outlet.is_closing():
            return
        if self.outlet.stuck_since and now - self.outlet.stuck_since > bounds.answer_seconds:
            self.outlet.abort()
        elif self._in_head:
            if waited > bounds.head_seconds:
                self._refuse_slow()
        elif self.cycle is None:
            if waited > bounds.idle_seconds:
                self.outlet.close()
        elif self._awaits_body() and waited > bounds.body_deadline(self._body_octets):
            self.outlet.late = True
            self.cycle.message_event.set()

    def _awaits_body(self) -> bool:
        return self.cycle.more_body and not self.cycle.response_complete

    def _refuse_long(self, limit: str) -> None:
        if self._unheard is not None:
            self._unheard.long_head(self._peer(), self._head, limit)
        self._refuse(431, f"Tête de requête trop longue : {limit} au plus.")

    def _refuse_slow(self) -> None:
        if self._unheard is not None:
            self._unheard.slow_head(self._peer(), self._head, self._bounds.head_seconds)
        self._refuse(408, f"Tête de requête trop lente : {self._bounds.head_seconds:g} s au plus.")

    def _refuse(self, status: int, text: str) -> None:
        """Answer and close; an answer that is under way to an earlier request goes before, and ends the connection."""
        self._over = True
        if self.cycle is not None and not self.cycle.response_complete:
            self.cycle.keep_alive = False
            return
        self.outlet.write(plain_answer(status, text))
        self.outlet.close()

    def _peer(self) -> str:
        return "{}:{}".format(*self.client) if self.client else ""


def protocol_config(app: Any, keep_alive_seconds: int) -> uvicorn.Config:
    """Return uvicorn's configuration: no header decides who the client is or whether TLS is spoken."""
    config = uvicorn.Config(
        app,
        lifespan="off",
        ws="none",
        log_config=None,
        access_log=False,
        server_header=False,
        date_header=False,
        proxy_headers=False,
        timeout_keep_alive=keep_alive_seconds,
    )
    config.load()
    return config
