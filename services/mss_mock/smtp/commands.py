"""The table of SMTP commands, and what each does.

Source: RFC 5321 §4.1.1, RFC 3207 §4, RFC 3461 §4; docs/sources/mssante.md (Émission). What is not in the table is
refused. Knows no socket.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from lgo_sandbox.tenant.faults import Fault
from mss_mock.codes import MAX_LINE, OPERATOR_HOST
from mss_mock.codes.faults import FULL, FULL_SMTP, GREYLISTED
from mss_mock.domain import Refused
from mss_mock.journaling import FaultStruck, strike
from mss_mock.smtp.login import authenticate
from mss_mock.smtp.octets import read_message
from mss_mock.smtp.transaction import Transaction

if TYPE_CHECKING:
    from mss_mock.smtp.connection import SmtpConnection

__all__ = ["COMMANDS", "Command", "Need"]

USUAL = 512
PATH_COMMAND = 2048
"""Longest MAIL or RCPT line: RFC 3461 §4 adds up to 600 octets to the 512 of RFC 5321."""

Handler = Callable[["SmtpConnection", str], Awaitable[None]]


class Need(Enum):
    """What must have come before a command."""

    NOTHING = "nothing"
    TLS = "TLS"
    GREETING = "greeting"
    LOGIN = "login"


@dataclass(frozen=True, slots=True)
class Command:
    """A command: its operation in journal and faults, the longest line."""

    verb: str
    need: Need
    run: Handler
    operation: str = "smtp-command"
    longest: int = USUAL


# Greeting


async def ehlo(connection: SmtpConnection, argument: str) -> None:
    """Announce what is honoured, and only that."""
    if not argument:
        raise Refused("smtp-ehlo-sans-nom", expected="EHLO <nom d'hôte>", where="EHLO")
    connection.greet(argument)
    limit = connection.limit
    lines = [OPERATOR_HOST, "PIPELINING", f"SIZE {limit}", "ENHANCEDSTATUSCODES", "8BITMIME", "DSN"]
    lines.append(f"AUTH {' '.join(connection.mechanisms)}" if connection.stream.tls else "STARTTLS")
    await connection.say(*(f"250-{line}" for line in lines[:-1]), f"250 {lines[-1]}")


async def helo(_connection: SmtpConnection, argument: str) -> None:
    """Refuse: without extensions there is no TLS, and nothing is done without TLS."""
    raise Refused("smtp-helo", expected=f"EHLO {argument}".strip(), where="HELO")


async def starttls(connection: SmtpConnection, argument: str) -> None:
    """Begin TLS, once."""
    _no_argument("STARTTLS", argument)
    if connection.stream.tls:
        raise Refused("smtp-tls-deja", expected="la suite du dialogue, dans TLS", where="STARTTLS")
    await connection.say("220 2.0.0 Ready to start TLS")
    connection.doing = "la poignée de main TLS"
    await connection.secure()


# Mail


async def mail(connection: SmtpConnection, argument: str) -> None:
    """Begin a mail."""
    if connection.transaction is not None:
        raise Refused("smtp-mail-imbrique", expected="RCPT TO, DATA ou RSET", where="MAIL FROM")
    assert connection.login is not None
    session = connection.session
    record, limit = connection.open_record("smtp-message", session), connection.port.size_limit(session)
    transaction = Transaction(record, connection.login, limit, helo=connection.helo, peer=connection.stream.peer)
    if await _undisturbed(connection, transaction, "smtp-mail") is not None:
        transaction.begin(argument)
        connection.transaction = transaction
        await _accepted(connection, transaction, "250 2.1.0 Ok")


async def rcpt(connection: SmtpConnection, argument: str) -> None:
    """Add a recipient."""
    transaction = _current(connection, "RCPT TO")
    named = await _undisturbed(connection, transaction, "smtp-rcpt")
    if named is None:
        return
    for fault in named:
        if fault.value == FULL or not transaction.passes_the_grey_list(argument):
            reply = FULL_SMTP if fault.value == FULL else GREYLISTED
            await connection.fail("smtp-rcpt", f"RCPT {argument}", fault, reply)
            return
    transaction.add(argument)
    await _accepted(connection, transaction, "250 2.1.5 Ok")


async def data(connection: SmtpConnection, argument: str) -> None:
    """Take the octets of the mail and deliver them; 250 is only said of what is committed."""
    transaction = _current(connection, "DATA")
    if not transaction.envelope.targets:
        raise Refused("smtp-rcpt-d-abord", expected="RCPT TO accepté, puis DATA", where="DATA")
    _no_argument("DATA", argument)
    await connection.say("354 End data with <CR><LF>.<CR><LF>")
    connection.doing = "l'envoi d'un message"
    connection.transaction = None
    bare = transaction.session.option("mss.bare_newline") == "accept"
    try:
        message = await connection.block(read_message(connection.stream, transaction.limit, bare_newlines=bare))
        named = await _undisturbed(connection, transaction, "smtp-message")
        if named is not None:
            await connection.say(transaction.complete(message, named))
    except Refused as refused:
        transaction.refuse(refused)
        await connection.say(refused.smtp)


async def _accepted(connection: SmtpConnection, transaction: Transaction, reply: str) -> None:
    """Say yes; a mail that ends here because a wire fault spoils the reply is journaled."""
    await connection.say(reply)
    if connection.stream.spoiled:
        transaction.record.finish(int(reply[:3]), reply.encode(), "Envoi d'un message : panne simulée")
        connection.transaction = None


def _current(connection: SmtpConnection, verb: str) -> Transaction:
    if connection.transaction is None:
        raise Refused("smtp-mail-d-abord", expected=f"MAIL FROM accepté, puis {verb}", where=verb)
    return connection.transaction


async def _undisturbed(
    connection: SmtpConnection, transaction: Transaction, operation: str
) -> tuple[Fault, ...] | None:
    """Let the armed faults act, and return the operator's own; None when one has answered, and ended the mail."""
    try:
        address, record = transaction.login.mailbox.address, transaction.record
        return await strike(transaction.session, operation, address, lambda: record.exchange, connection.stream)
    except FaultStruck as fault:
        connection.transaction = None
        await connection.answer_fault(transaction.record, fault, "Envoi d'un message : panne simulée")
        return None


# The rest


async def rset(connection: SmtpConnection, argument: str) -> None:
    """Drop the mail in progress."""
    _no_argument("RSET", argument)
    connection.transaction = None
    await connection.say("250 2.0.0 OK")


async def noop(connection: SmtpConnection, _argument: str) -> None:
    """Do nothing."""
    await connection.say("250 2.0.0 OK")


async def vrfy(connection: SmtpConnection, _argument: str) -> None:
    """Tell nothing about addresses."""
    await connection.say("252 2.5.0 Cannot VRFY user")


async def expn(_connection: SmtpConnection, _argument: str) -> None:
    """Refuse: there are no lists."""
    raise Refused("smtp-non-offerte", expected="une commande annoncée", where="EXPN")


async def help_(connection: SmtpConnection, _argument: str) -> None:
    """Tell which commands there are."""
    await connection.say(f"214 2.0.0 Supported commands: {' '.join(sorted(COMMANDS))}")


async def quit_(connection: SmtpConnection, argument: str) -> None:
    """End the connection."""
    _no_argument("QUIT", argument)
    connection.open = False
    await connection.say("221 2.0.0 Bye")


def _no_argument(verb: str, argument: str) -> None:
    if argument:
        raise Refused("smtp-argument", f"Syntax: {verb}", expected=f"{verb} seul", where=verb)


_TABLE = (
    Command("EHLO", Need.NOTHING, ehlo),
    Command("HELO", Need.TLS, helo),
    Command("STARTTLS", Need.NOTHING, starttls),
    Command("AUTH", Need.GREETING, authenticate, "smtp-auth", MAX_LINE),
    Command("MAIL", Need.LOGIN, mail, "smtp-mail", PATH_COMMAND),
    Command("RCPT", Need.LOGIN, rcpt, "smtp-rcpt", PATH_COMMAND),
    Command("DATA", Need.LOGIN, data, "smtp-data"),
    Command("RSET", Need.TLS, rset),
    Command("NOOP", Need.NOTHING, noop),
    Command("VRFY", Need.LOGIN, vrfy),
    Command("EXPN", Need.LOGIN, expn),
    Command("HELP", Need.LOGIN, help_),
    Command("QUIT", Need.NOTHING, quit_),
)
COMMANDS: Mapping[str, Command] = {command.verb: command for command in _TABLE}
