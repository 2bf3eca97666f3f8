"""The IMAP listener: a bound socket, its TLS context, its connections.

Source: design of the project (doors that a service opens itself, in the running event loop). Knows no command.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl

from lgo_sandbox.sandbox import Addresses, Sandbox
from lgo_sandbox.tenant.session import Session
from mss_mock.codes import MAX_CONNECTIONS, MAX_LINE, MEGA, SERVICE
from mss_mock.imap.commands import COMMANDS
from mss_mock.imap.connection import Connection
from mss_mock.imap.sessions import greeting
from mss_mock.imap.wire import Disconnected, Wire
from mss_mock.login import Doorkeeper

__all__ = ["ImapDoor"]

CLOSING_SECONDS = 2.0


class ImapDoor:
    """A listening IMAP port. ``poll_seconds`` is how often IDLE asks the store."""

    idle_seconds = 29 * 60.0
    poll_seconds = 0.25
    commands = COMMANDS

    def __init__(self, sandbox: Sandbox, addresses: Addresses, tls: ssl.SSLContext) -> None:
        self.sandbox = sandbox
        self.addresses = addresses
        self.tls = tls
        self.service = sandbox.services[SERVICE]
        self.doorkeeper = Doorkeeper(sandbox, addresses)
        self.port = 0
        self._wires: set[Wire] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None

    async def open(self, sock: socket.socket) -> ImapDoor:
        """Serve a bound socket."""
        self._server = await asyncio.start_server(self._accept, sock=sock, limit=MAX_LINE)
        self.port = int(self._server.sockets[0].getsockname()[1])
        return self

    def size_limit(self, session: Session) -> int:
        """Return the largest mail that a session's operator takes, in octets."""
        return int(session.option("mss.size_limit_mo") or 10) * MEGA

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.ensure_future(self._serve(Wire(reader, writer, MAX_LINE)))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _serve(self, wire: Wire) -> None:
        self._wires.add(wire)
        try:
            if len(self._wires) > MAX_CONNECTIONS:
                with contextlib.suppress(Disconnected):
                    await wire.send(b"* BYE Too many connections\r\n")
                return
            connection = Connection(self, wire)
            await connection.run(greeting(connection))
        finally:
            self._wires.discard(wire)
            await wire.close()

    async def close(self) -> None:
        """Stop listening and drop the connections."""
        if self._server is not None:
            self._server.close()
        for wire in list(self._wires):
            wire.abort()
        if self._tasks:
            _, left = await asyncio.wait(self._tasks, timeout=CLOSING_SECONDS)
            for task in left:
                task.cancel()
