"""A listening mail port: a bound socket, its TLS context, its connections, counted and bounded.

Source: design of the project (doors that a service opens itself, in the running event loop). Knows no command.
"""

from __future__ import annotations

import asyncio
import logging
import socket
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

from lgo_sandbox.contract import Service
from lgo_sandbox.gate.tls import ServerContext
from lgo_sandbox.sandbox import Addresses, Sandbox
from lgo_sandbox.tenant.session import Session
from mss_mock.codes import MAX_CONNECTIONS, MAX_LINE, MEGA, SERVICE
from mss_mock.endings import Endings
from mss_mock.login import Doorkeeper
from mss_mock.stream import Stream

if TYPE_CHECKING:
    from mss_mock.dialogue import Dialogue

__all__ = ["MailPort"]

CLOSING_SECONDS = 2.0
log = logging.getLogger("lgo_sandbox.mss")


class MailPort(ABC):
    """A listening SMTP or IMAP port. The seconds bound a login, a command, a message, a handshake; an idle client."""

    name = ""
    login_seconds = 120.0
    command_seconds = 30 * 60.0
    handshake_seconds = 20.0
    max_connections = MAX_CONNECTIONS
    watch_seconds = 1.0
    """How often connections are looked at that may outlive their session."""

    def __init__(self, sandbox: Sandbox, addresses: Addresses, tls: ServerContext) -> None:
        self.sandbox = sandbox
        self.addresses = addresses
        self.tls = tls
        self.service: Service = sandbox.services[SERVICE]
        self.doorkeeper = Doorkeeper(sandbox, addresses)
        self.port = 0
        self._streams: set[Stream] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None
        self.dialogues: set[Dialogue] = set()
        self._endings = Endings(sandbox)
        self._watching: asyncio.Task[None] | None = None

    @abstractmethod
    async def converse(self, stream: Stream, *, admitted: bool) -> None:
        """Serve one connection to its end; one that is not admitted is told so."""

    async def open(self, sock: socket.socket) -> MailPort:
        """Serve a bound socket."""
        self._server = await asyncio.start_server(self._accept, sock=sock, limit=MAX_LINE)
        self.port = int(self._server.sockets[0].getsockname()[1])
        self._watching = asyncio.ensure_future(self._watch())
        return self

    async def end_outlived(self) -> None:
        """End the connections that outlive the Pro Santé Connect session of their login."""
        await self._endings.end(list(self.dialogues))

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(self.watch_seconds)
            try:
                await self.end_outlived()
            except Exception:
                log.exception("%s: sessions that ended", self.name)

    def size_limit(self, session: Session) -> int:
        """Return the largest mail that a session's operator takes, in octets."""
        return int(session.option("mss.size_limit_mo") or 10) * MEGA

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.ensure_future(self._serve(Stream(reader, writer, MAX_LINE)))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _serve(self, stream: Stream) -> None:
        self._streams.add(stream)
        try:
            await self.converse(stream, admitted=len(self._streams) <= self.max_connections)
        except Exception:
            log.exception("%s connection", self.name)
        finally:
            self._streams.discard(stream)
            await stream.close()

    async def close(self) -> None:
        """Stop listening and drop the connections."""
        if self._server is not None:
            self._server.close()
        if self._watching is not None:
            self._watching.cancel()
        for stream in list(self._streams):
            stream.abort()
        if self._tasks:
            _, left = await asyncio.wait(self._tasks, timeout=CLOSING_SECONDS)
            for task in left:
                task.cancel()
