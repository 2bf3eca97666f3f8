"""The IMAP port.

Source: RFC 3501 §5.4 (half an hour of silence), RFC 2177 §3 (29 minutes of IDLE). Knows no command.
"""

from __future__ import annotations

from mss_mock.imap.commands import COMMANDS
from mss_mock.imap.connection import Connection
from mss_mock.imap.sessions import greeting
from mss_mock.port import MailPort
from mss_mock.stream import Stream

__all__ = ["ImapDoor"]


class ImapDoor(MailPort):
    """A listening IMAP port. ``poll_seconds`` is how often IDLE looks at other processes."""

    name = "imap"
    idle_seconds = 29 * 60.0
    poll_seconds = 2.0
    commands = COMMANDS
    greeting = staticmethod(greeting)

    async def converse(self, stream: Stream, *, admitted: bool) -> None:
        """Serve one connection."""
        await Connection(self, stream).run(admitted=admitted)
