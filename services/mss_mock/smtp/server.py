"""The SMTP port.

Source: RFC 5321 §4.5.3.2.7 (five minutes between commands). Knows no command.
"""

from __future__ import annotations

from mss_mock.port import MailPort
from mss_mock.smtp.connection import SmtpConnection
from mss_mock.stream import Stream

__all__ = ["SmtpDoor"]


class SmtpDoor(MailPort):
    """A listening SMTP port."""

    name = "smtp"
    login_seconds = command_seconds = 300.0

    async def converse(self, stream: Stream, *, admitted: bool) -> None:
        """Serve one connection."""
        await SmtpConnection(self, stream).run(admitted=admitted)
