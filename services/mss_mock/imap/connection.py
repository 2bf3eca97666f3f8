"""One IMAP connection: reads commands, checks that they may come now, runs them, answers.

Source: RFC 3501 §3 (states) and §7.1 (responses). A command that may not come in a state is refused by the table in
``commands``; what handlers raise becomes NO or BAD here, never a trace. Knows no command by name.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable
from enum import StrEnum
from typing import TYPE_CHECKING

from lgo_sandbox.contract import Service
from lgo_sandbox.gate.record import refuse_store
from lgo_sandbox.state.errors import StoreError
from lgo_sandbox.tenant.session import Session
from lgo_sandbox.tenant.sessions import UnknownSession
from mss_mock.codes import MAX_LINE, MAX_MESSAGE
from mss_mock.delivery import store_of
from mss_mock.imap.framing import Command, Framer, Limits, LiteralTooLarge
from mss_mock.imap.names import BadName
from mss_mock.imap.syntax import BadSyntax, Cursor
from mss_mock.imap.view import FolderGone, View
from mss_mock.imap.wire import Disconnected, LineTooLong, Wire
from mss_mock.journaling import FaultStruck, Record, strike
from mss_mock.login import Login
from mss_mock.store import FolderError, Store

if TYPE_CHECKING:
    from mss_mock.imap.commands import Spec
    from mss_mock.imap.server import ImapDoor

__all__ = ["Bye", "Connection", "No", "State"]

log = logging.getLogger("lgo_sandbox.mss.imap")

MAX_BAD = 20
IDLE_SECONDS = 30 * 60
LOGIN_SECONDS = 120
TRANSCRIPT = 16 * 1024
SERVICE_CLOSING = 421
BEFORE_LOGIN = Limits(line=MAX_LINE, literals=16 * 1024, append=16 * 1024)
AFTER_LOGIN = Limits(line=MAX_LINE, literals=MAX_LINE, append=MAX_MESSAGE)


class State(StrEnum):
    """The states of RFC 3501 §3."""

    NOT_AUTHENTICATED = "not authenticated"
    AUTHENTICATED = "authenticated"
    SELECTED = "selected"
    LOGOUT = "logout"


class No(Exception):
    """A command fails: the text after the tag and NO, with a response code if there is one."""

    def __init__(self, text: str, code: str = "") -> None:
        super().__init__(f"[{code}] {text}" if code else text)


class Bye(Exception):
    """The server ends the connection, and says why."""


class Connection:
    """A connection of the IMAP door."""

    def __init__(self, door: ImapDoor, wire: Wire) -> None:
        self.door = door
        self.wire = wire
        self.state = State.NOT_AUTHENTICATED
        self.login: Login | None = None
        self.view: View | None = None
        self.tag = b""
        self.record: Record | None = None
        self.summary = ""
        self.quiet = False
        self.failed_logins = 0
        self._framer = Framer(BEFORE_LOGIN)
        self._bad = 0
        self._transcript = bytearray()
        self._answered = 0

    # What handlers use

    @property
    def service(self) -> Service:
        """The service, for the journal."""
        return self.door.service

    @property
    def session(self) -> Session:
        """The sandbox session of the mailbox. Raises UnknownSession when it was deleted."""
        return self.door.sandbox.sessions.get(self.login.session if self.login else self.door.addresses.session)

    @property
    def store(self) -> Store:
        """The mail of the session."""
        return store_of(self.session)

    @property
    def mailbox(self) -> str:
        """The address of the mailbox that is open."""
        assert self.login is not None
        return self.login.mailbox.address

    async def send(self, line: bytes) -> None:
        """Send a response line."""
        if self.record is not None:
            self._answered += len(line) + 2
            if len(self._transcript) < TRANSCRIPT:
                self._transcript += line[:TRANSCRIPT] + b"\r\n"
        await self.wire.send(line + b"\r\n")

    async def send_all(self, lines: Iterable[bytes]) -> None:
        """Send response lines."""
        for line in lines:
            await self.send(line)

    def note(self, summary: str, **facts: object) -> None:
        """Say what the command does, for the journal."""
        self.summary = summary
        if self.record is not None:
            self.record.exchange.facts.update(facts)

    def logged_in(self, login: Login) -> None:
        """Go on in the authenticated state."""
        self.login, self.state = login, State.AUTHENTICATED
        self._framer.limits = AFTER_LOGIN

    def deselect(self) -> None:
        """Leave the selected folder."""
        self.view = None
        if self.state is State.SELECTED:
            self.state = State.AUTHENTICATED

    # The loop

    async def run(self, greeting: bytes) -> None:
        """Serve the connection until it ends."""
        try:
            await self.send(greeting)
            while self.state is not State.LOGOUT:
                await self.wire.flush()
                await self._next()
        except Disconnected:
            return
        except TimeoutError:
            await self._farewell("Autologout: idle for too long")
        except LineTooLong:
            await self._farewell("Line too long")
        except FolderGone:
            await self._farewell("The selected mailbox is gone")
        except UnknownSession:
            await self._farewell("The session is gone")
        except Bye as bye:
            await self._farewell(str(bye))

    async def _farewell(self, text: str) -> None:
        try:
            await self.wire.send(b"* BYE " + text.encode("ascii", "replace") + b"\r\n")
            await self.wire.flush()
        except Disconnected:
            return

    async def _next(self) -> None:
        try:
            async with asyncio.timeout(LOGIN_SECONDS if self.login is None else IDLE_SECONDS):
                command = await self._read()
        except LiteralTooLarge as error:
            if error.fatal or not error.tag:
                raise Bye("[TOOBIG] Literal too large") from error
            await self.send(error.tag + b" NO [TOOBIG] Literal too large")
            return
        await self._dispatch(command)

    async def _read(self) -> Command:
        while True:
            need = self._framer.line(await self.wire.line())
            if isinstance(need, Command):
                return need
            if need.ask:
                await self.wire.send(b"+ Ready for literal\r\n")
                await self.wire.flush()
            self._framer.literal(await self.wire.exactly(need.size))

    async def _dispatch(self, command: Command) -> None:
        self.tag = command.tag
        if not self.tag:
            await self._count_bad(b"* BAD Missing or bad tag")
            return
        cursor = Cursor(command)
        try:
            cursor.expect(self.tag.upper())
            cursor.space()
            spec = self._spec(cursor)
        except BadSyntax as error:
            await self._count_bad(self.tag + b" BAD " + str(error).encode("ascii", "replace"))
            return
        await self._execute(spec, cursor, command)

    def _spec(self, cursor: Cursor) -> Spec:
        name = cursor.word()
        if name == "UID":
            cursor.space()
            name = f"UID {cursor.word()}"
        spec = self.door.commands.get(name)
        if spec is None:
            raise BadSyntax("Unknown command")
        if self.state not in spec.states:
            raise BadSyntax(f"{name} is not allowed in the {self.state} state")
        return spec

    async def _execute(self, spec: Spec, cursor: Cursor, command: Command) -> None:
        self._open_record(spec, command)
        try:
            answer = await self._outcome(spec, cursor)
            if answer is not None:
                if self.view is not None and self.state is State.SELECTED:
                    await self.send_all(self.view.news(expunge=spec.expunge))
                await self.send(self.tag + b" " + answer)
        finally:
            self.record = None
        if answer is not None and answer.startswith(b"BAD"):
            await self._count_bad(b"")

    async def _outcome(self, spec: Spec, cursor: Cursor) -> bytes | None:
        answer: bytes | None
        outcome, status = "answered", 0
        try:
            await self._strike(spec)
            if self.view is not None and spec.on_folder:
                await self.send_all(self.view.news(expunge=False))
            answer = await spec.handler(self, cursor)
        except BadSyntax as error:
            answer, outcome = b"BAD " + _ascii(error), "refused"
        except BadName as error:
            answer, outcome = b"NO [CANNOT] " + _ascii(error), "refused"
        except No as error:
            answer, outcome = b"NO " + _ascii(error), "refused"
        except FolderError as error:
            answer, outcome = f"NO [{error.code}] {error}".encode("ascii", "replace"), "refused"
        except FaultStruck as fault:
            answer, outcome, status = b"NO [SERVERBUG] Internal error occurred (simulated fault)", "fault", fault.value
        except StoreError as error:
            answer, outcome = b"NO [UNAVAILABLE] The store cannot be written now", "refused"
            if self.record is not None:
                refuse_store(self.record.exchange, error)
        except (Bye, Disconnected, TimeoutError, LineTooLong, FolderGone, UnknownSession):
            raise
        except Exception as error:
            log.error("IMAP command %s", spec.name, exc_info=error)
            answer, outcome = b"NO [SERVERBUG] Internal error", "error"
        self._close_record(spec, answer or b"", status, outcome)
        if status == SERVICE_CLOSING:
            raise Bye("Service closing (simulated fault)")
        return answer

    async def _strike(self, spec: Spec) -> None:
        if self.login is not None:
            await strike(self.session, spec.operation, self.mailbox, self.record.exchange if self.record else None)

    # The journal

    def _open_record(self, spec: Spec, command: Command) -> None:
        self.summary, self.quiet, self._answered = "", False, 0
        self._transcript.clear()
        if not spec.journal or self.login is None:
            return
        self.record = Record.open(self.service, self.session, "imap", spec.operation)
        self.describe(self.record)
        self.record.exchange.target = spec.name
        self.record.exchange.facts.update(mailbox=self.mailbox)
        self.record.request(_octets(command))

    def describe(self, record: Record) -> None:
        """Note on an exchange what is known of the connection."""
        certificate = self.wire.certificate
        record.exchange.peer = self.wire.peer
        record.exchange.certificate = certificate.subject if certificate else ""
        record.exchange.facts.update(self.wire.tls_facts)

    def _close_record(self, spec: Spec, answer: bytes, status: int, outcome: str) -> None:
        if self.record is None or (self.quiet and outcome == "answered"):
            return
        self.record.exchange.response_size = self._answered + len(answer)
        summary = self.summary or spec.name
        said = summary if outcome == "answered" else f"{summary} : {answer.decode('ascii', 'replace')}"
        self.record.finish(status, bytes(self._transcript) + self.tag + b" " + answer, said, outcome=outcome)

    async def _count_bad(self, line: bytes) -> None:
        if line:
            await self.send(line)
        self._bad += 1
        if self._bad >= MAX_BAD:
            raise Bye("Too many bad commands")


def _ascii(error: Exception) -> bytes:
    return str(error).encode("ascii", "replace")


def _octets(command: Command) -> bytes:
    joined = bytearray(command.texts[0])
    for literal, text in zip(command.literals, command.texts[1:], strict=True):
        joined += b"{%d}\r\n" % len(literal) + literal + text
    return bytes(joined)
