"""The SMTP listener: a bound socket, its TLS context, its connections.

Source: design of the project (doors that a service opens itself, in the running event loop). Knows no command.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl

from lgo_sandbox.sandbox import Addresses, Sandbox
from lgo_sandbox.tenant.session import Session
from mss_mock.codes import MAX_CONNECTIONS, MEGA, SERVICE
from mss_mock.login import Doorkeeper
from mss_mock.smtp.protocol import MailConnection

__all__ = ["SmtpDoor"]

CLOSING_SECONDS = 2.0


class SmtpDoor:
    """A listening SMTP port."""

    def __init__(self, sandbox: Sandbox, addresses: Addresses, tls: ssl.SSLContext) -> None:
        self.sandbox = sandbox
        self.addresses = addresses
        self.tls = tls
        self.service = sandbox.services[SERVICE]
        self.doorkeeper = Doorkeeper(sandbox, addresses)
        self.connections: set[MailConnection] = set()
        self.port = 0
        self._server: asyncio.Server | None = None

    async def open(self, sock: socket.socket) -> SmtpDoor:
        """Serve a bound socket."""
        self._server = await asyncio.get_running_loop().create_server(lambda: MailConnection(self), sock=sock)
        self.port = int(self._server.sockets[0].getsockname()[1])
        return self

    def admit(self, connection: MailConnection) -> bool:
        """Count a connection in, unless there are too many."""
        if len(self.connections) >= MAX_CONNECTIONS:
            return False
        self.connections.add(connection)
        return True

    def size_limit(self, session: Session) -> int:
        """Return the largest mail that a session's operator takes, in octets."""
        return int(session.option("mss.size_limit_mo") or 10) * MEGA

    async def close(self) -> None:
        """Stop listening and drop the connections."""
        if self._server is not None:
            self._server.close()
        for connection in list(self.connections):
            if connection.transport is not None:
                connection.transport.close()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(CLOSING_SECONDS):
                while self.connections:
                    await asyncio.sleep(0.01)
        for connection in list(self.connections):
            if isinstance(connection.transport, asyncio.WriteTransport):
                connection.transport.abort()
