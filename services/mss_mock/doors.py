"""Opens the doors that are not HTTP: SMTP and IMAP, on bound sockets, in the running event loop.

Source: contract of the sandbox (``Service.serve``). TLS comes within the connection (STARTTLS), as the
launcher wants it.
"""

from __future__ import annotations

import socket

from lgo_sandbox.contract import Door, Running
from lgo_sandbox.gate.tls import ServerContext
from lgo_sandbox.sandbox import Addresses, Sandbox
from mss_mock.imap.server import ImapDoor
from mss_mock.smtp.server import SmtpDoor

__all__ = ["serve"]


async def serve(sandbox: Sandbox, door: Door, sock: socket.socket, addresses: Addresses, tls: ServerContext) -> Running:
    """Open the door named ``smtp`` or ``imap``."""
    tls.num_tickets = 0  # a session that is resumed would outlive the certificate that opened it
    if door.name == "smtp":
        return await SmtpDoor(sandbox, addresses, tls).open(sock)
    return await ImapDoor(sandbox, addresses, tls).open(sock)
