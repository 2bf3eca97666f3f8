"""One IMAP connection: reads commands, checks that they may come now, runs them, answers.

Source: RFC 3501 §3 (states) and §7.1 (responses). A command that may not come in a state is refused by the table in
``commands``; what handlers raise becomes NO or BAD here, and an exchange that explains it, never a trace. Knows no
command by name, but those whose arguments are secret.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import TYPE_CHECKING

from lgo_sandbox.gate.record import refuse
from lgo_sandbox.gate.spoiling import note_fault
from lgo_sandbox.state.errors import StoreError
from lgo_sandbox.tenant.sessions import UnknownSession
from lgo_sandbox.watch.exchange import ABORTED, ERROR, FAULTED, Exchange
from mss_mock.codes import MAX_LINE, MAX_MESSAGE, SERVICE_CLOSING
from mss_mock.codes.faults import FULL_IMAP
from mss_mock.delivery import store_of
from mss_mock.dialogue import Dialogue, Ended, log
from mss_mock.domain import Refused
from mss_mock.facts import ImapCommand
from mss_mock.imap.framing import Command, Framer, Limits, LiteralTooLarge
from mss_mock.imap.syntax import Cursor
from mss_mock.imap.view import FolderGone, View
from mss_mock.journaling import FaultStruck, Record, strike
from mss_mock.login import Login
from mss_mock.store import FolderError, Store
from mss_mock.stream import Disconnected, LineTooLong, TlsFailed
from mss_mock.unstored import unstored_by_imap

if TYPE_CHECKING:
    from mss_mock.imap.commands import Spec
    from mss_mock.imap.server import ImapDoor
    from mss_mock.stream import Stream

__all__ = ["Connection", "State"]

MAX_BAD = 20
TRANSCRIPT = 16 * 1024
SHOWN_LINE = 2048
NOTED_UIDS = 100
BEFORE_LOGIN = Limits(line=MAX_LINE, literals=16 * 1024, append=16 * 1024)
AFTER_LOGIN = Limits(line=MAX_LINE, literals=MAX_LINE, append=MAX_MESSAGE)
SECRET = frozenset({"LOGIN", "AUTHENTICATE"})
OPENING = "imap-starttls-d-abord"
FOLDER_ERRORS = {
    "ALREADYEXISTS": ("imap-dossier-existe", "un nom qui n'est pas pris"),
    "CANNOT": ("imap-dossier-interdit", "un autre dossier qu'INBOX, hors de lui-même"),
    "LIMIT": ("imap-trop-de-dossiers", "moins de dossiers"),
    "NONEXISTENT": ("imap-dossier-absent", "un dossier que LIST montre"),
    "TRYCREATE": ("imap-dossier-a-creer", "un dossier que LIST montre"),
}
"""Response code of RFC 5530 → the refusal, and what was expected."""


class State(StrEnum):
    """The states of RFC 3501 §3."""

    NOT_AUTHENTICATED = "not authenticated"
    AUTHENTICATED = "authenticated"
    SELECTED = "selected"
    LOGOUT = "logout"


STATES = {
    State.NOT_AUTHENTICATED: "avant l'ouverture d'une boîte",
    State.AUTHENTICATED: "dans une boîte ouverte, sans dossier choisi",
    State.SELECTED: "dans un dossier choisi",
    State.LOGOUT: "après LOGOUT",
}


class Connection(Dialogue):
    """A connection of the IMAP port."""

    port: ImapDoor

    def __init__(self, port: ImapDoor, stream: Stream) -> None:
        super().__init__(port, stream)
        self.state = State.NOT_AUTHENTICATED
        self.view: View | None = None
        self.tag = b""
        self.record: Record | None = None
        self.summary = ""
        self.quiet = False
        self.condstore = False
        self.failed_logins = 0
        self._framer = Framer(BEFORE_LOGIN)
        self._bad = 0
        self._transcript = bytearray()
        self._answered = 0

    # What handlers use

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
        await self.stream.send(line + b"\r\n")

    async def send_all(self, lines: Iterable[bytes]) -> None:
        """Send response lines."""
        for line in lines:
            await self.send(line)

    def note(
        self, summary: str, *, folder: str = "", target: str = "", uids: Sequence[int] = (), size: int = 0
    ) -> None:
        """Say what the command does, for the journal."""
        self.summary = summary
        if self.record is not None:
            name, mailbox = self.record.exchange.target, self.mailbox
            noted = ImapCommand(
                name=name, mailbox=mailbox, folder=folder, target=target, uids=tuple(uids[:NOTED_UIDS]), size=size
            )
            self.record.note(noted)

    def logged_in(self, login: Login) -> None:
        """Go on in the authenticated state."""
        self.login, self.state = login, State.AUTHENTICATED
        self._framer.limits = AFTER_LOGIN

    async def enable_condstore(self) -> None:
        """Tell change numbers from now on; a selected folder tells where it stands first (RFC 7162 §3.1.2)."""
        if self.condstore:
            return
        self.condstore = True
        if self.view is not None:
            await self.send(b"* OK [HIGHESTMODSEQ %d] Highest" % self.view.modseq)

    def highest(self, view: View, changed: bool) -> bytes:
        """Return the response code that tells where a folder stands after a removal, to who asked for it."""
        state = view.store.state(view.folder.id) if changed and self.condstore else None
        return b"[HIGHESTMODSEQ %d] " % state.modseq if state is not None else b""

    def deselect(self) -> None:
        """Leave the selected folder."""
        self.view = None
        if self.state is State.SELECTED:
            self.state = State.AUTHENTICATED

    # The loop

    async def converse(self) -> None:
        """Serve commands until the client goes."""
        await self.send(self.port.greeting(self))
        while self.state is not State.LOGOUT:
            await self.stream.flush()
            try:
                await self._next()
            except LineTooLong as error:
                received, expected = f"plus de {MAX_LINE} octets sans fin de ligne", f"{MAX_LINE} octets au plus"
                raise Ended(Refused("imap-ligne-trop-longue", received=received, expected=expected)) from error
            except FolderGone as error:
                received, expected = "un dossier supprimé par une autre connexion", "un dossier qui existe"
                raise Ended(Refused("imap-dossier-disparu", received=received, expected=expected)) from error

    @property
    def busy(self) -> bool:
        """Whether a command is under way that should not be cut; IDLE, which is not journaled, may be."""
        return super().busy or self.record is not None

    async def farewell(self, refused: Refused) -> bytes:
        """Say BYE."""
        said = b"* " + refused.imap.encode("ascii", "replace")
        try:
            await self.stream.send(said + b"\r\n")
            await self.stream.flush()
        except Disconnected:
            return b""
        return said

    async def _next(self) -> None:
        try:
            async with asyncio.timeout(self.port.login_seconds if self.login is None else self.port.command_seconds):
                command = await self._read()
        except LiteralTooLarge as error:
            await self._on_large_literal(error)
            return
        await self._dispatch(command)

    async def _on_large_literal(self, error: LiteralTooLarge) -> None:
        received, expected = f"un littéral de {error.size} octets", f"{error.room} octets au plus"
        if error.fatal or not error.tag:
            raise Ended(Refused("imap-litteral-impossible", received=received, expected=expected)) from error
        self.tag = error.tag
        refused = Refused("imap-litteral-trop-grand", received=received, expected=expected)
        await self._refuse_unread(refused, Command([error.tag]))

    async def _read(self) -> Command:
        self.doing = ""
        while True:
            line = await self.stream.line()
            self.examine(line)
            need = self._framer.line(line)
            if isinstance(need, Command):
                return need
            self.doing = f"un littéral de {need.size} octets"
            if need.ask:
                await self.stream.send(b"+ Ready for literal\r\n")
                await self.stream.flush()
            self._framer.literal(await self.stream.exactly(need.size))
            self.doing = "une commande, après un littéral"

    async def _dispatch(self, command: Command) -> None:
        self.tag = command.tag
        cursor = Cursor(command)
        try:
            if not self.tag:
                raise Refused("imap-etiquette", expected="une étiquette, une espace, une commande")
            cursor.expect(self.tag.upper())
            cursor.space()
            spec = self._spec(cursor)
        except Refused as refused:
            await self._refuse_unread(refused, command)
            return
        cursor.secret = spec.name in SECRET
        await self._execute(spec, cursor, command)

    def _spec(self, cursor: Cursor) -> Spec:
        name = cursor.word()
        if name == "UID":
            cursor.space()
            name = f"UID {cursor.word()}"
        spec = self.port.commands.get(name)
        if spec is None:
            raise Refused("imap-commande-inconnue", received=name[:80], expected=", ".join(self.port.commands))
        if self.state not in spec.states:
            text = f"{name} is not allowed in the {self.state} state"
            expected = " ou ".join(STATES[state] for state in State if state in spec.states)
            raise Refused("imap-etat", text, received=f"{name} {STATES[self.state]}", expected=f"{name} {expected}")
        return spec

    async def _refuse_unread(self, refused: Refused, command: Command) -> None:
        record = self.open_record("imap-command")
        shown = shown_line(command)
        record.exchange.target = shown.partition(" ")[2].partition(" ")[0][:40] or "ligne IMAP"
        record.request(shown.encode())
        record.refuse(refused.seen_in(shown or "une ligne vide", "commande IMAP"))
        answer = (self.tag or b"*") + b" " + refused.imap.encode("ascii", "replace")
        record.finish(0, answer, f"Commande IMAP refusée : {refused.known.title}")
        await self.send(answer)
        if refused.imap.startswith("BAD"):
            self._count_bad()

    async def _execute(self, spec: Spec, cursor: Cursor, command: Command) -> None:
        self._open_record(spec, command)
        try:
            answer = await self._outcome(spec, cursor, command)
            if answer is not None:
                if self.view is not None and self.state is State.SELECTED:
                    await self.send_all(self.view.news(expunge=spec.expunge, with_modseq=self.condstore))
                await self.send(self.tag + b" " + answer)
        finally:
            self.record = None
        if await self.stream.release():
            self.state = State.LOGOUT
        if answer is not None and answer.startswith(b"BAD"):
            self._count_bad()

    async def _outcome(self, spec: Spec, cursor: Cursor, command: Command) -> bytes | None:
        try:
            await self._strike(spec, command)
            if self.view is not None and spec.on_folder:
                await self.send_all(self.view.news(expunge=False, with_modseq=self.condstore))
            answer = await spec.handler(self, cursor)
        except Refused as refused:
            return self._refused(spec, command, refused)
        except FolderError as error:
            return self._refused(spec, command, _of_folder(error))
        except FaultStruck as fault:
            answer = fault.imap
            self._close_record(spec, answer, 0, FAULTED)
            if fault.value == SERVICE_CLOSING:
                await self.farewell_of_fault()
                return None
        except StoreError as error:
            return self._refused(spec, command, unstored_by_imap(error))
        except TimeoutError:
            raise
        except (Disconnected, OSError) as error:
            self._cut_short(spec)
            raise Disconnected from error
        except (Ended, LineTooLong, TlsFailed, FolderGone, UnknownSession):
            raise
        except Exception as error:
            log.error("IMAP command %s", spec.name, exc_info=error)
            answer = b"NO [SERVERBUG] Internal error"
            self._record_at_last(spec, command)
            self._close_record(spec, answer, 0, ERROR)
        else:
            self._close_record(spec, answer or b"", 0)
        return answer

    async def farewell_of_fault(self) -> None:
        """Say BYE as an armed fault wants it, and end."""
        await self.stream.send(b"* BYE Service closing (simulated fault)\r\n")
        self.state = State.LOGOUT

    async def _strike(self, spec: Spec, command: Command) -> None:
        if self.login is not None:

            def struck() -> Exchange:
                return self._record_at_last(spec, command).exchange

            for fault in await strike(self.session, spec.operation, self.mailbox, struck, self.stream):
                note_fault(struck(), fault, f"réponse remplacée par {FULL_IMAP}")
                raise FaultStruck(0, FULL_IMAP.encode())

    # The journal

    def _open_record(self, spec: Spec, command: Command) -> None:
        self.summary, self.quiet, self._answered = "", False, 0
        self._transcript.clear()
        if spec.journal and self.login is not None:
            self.record = self.open_record(spec.operation, self.session)
            self.record.exchange.target = spec.name
            self.record.request(_octets(command))
            self.note("")

    def _record_at_last(self, spec: Spec, command: Command) -> Record:
        """Return the exchange of this command; commands that are not journaled have one when they are refused."""
        if self.record is None:
            self.record = self.open_record(spec.operation)
            self.record.exchange.target = spec.name
            self.record.request(shown_line(command).encode())
        return self.record

    def _refused(self, spec: Spec, command: Command, refused: Refused) -> bytes:
        answer = refused.imap.encode("ascii", "replace")
        if not refused.told:
            record = self._record_at_last(spec, command)
            if refused.code == OPENING:
                refuse(
                    record.exchange, "SANDBOX-AUTH-AVANT-STARTTLS", received=f"{spec.name} en clair", where=spec.name
                )
            else:
                record.refuse(refused.seen_in(shown_line(command), spec.name))
            self._close_record(spec, answer, 0, title=refused.known.title)
        return answer

    def _close_record(self, spec: Spec, answer: bytes, status: int, outcome: str = "", *, title: str = "") -> None:
        fine = not outcome and not title
        if self.record is None or (self.quiet and fine and not self.record.exchange.fault):
            return
        self.record.exchange.response_size = self._answered + len(answer)
        summary = self.summary or spec.name
        said = summary if fine else f"{summary} : {title or answer.decode('ascii', 'replace')}"
        self.record.finish(status, bytes(self._transcript) + self.tag + b" " + answer, said, outcome=outcome)

    def _cut_short(self, spec: Spec) -> None:
        if self.record is not None:
            received = "la fin de la connexion pendant la réponse"
            self.record.exchange.outcome = ABORTED
            refuse(self.record.exchange, "SANDBOX-DIALOGUE-COUPE", received=received, where=spec.name)
            self._close_record(spec, b"", 0, title=received)

    def _count_bad(self) -> None:
        self._bad += 1
        if self._bad >= MAX_BAD:
            raise Ended(Refused("imap-trop-de-bad", received=f"{self._bad} commandes refusées", expected="moins"))


def _of_folder(error: FolderError) -> Refused:
    key, expected = FOLDER_ERRORS[error.code]
    return Refused(key, str(error), expected=expected)


def shown_line(command: Command) -> str:
    """Return a command fit for the journal: without literals, nor the arguments that are secret."""
    text = command.texts[0][:SHOWN_LINE].decode("ascii", "backslashreplace")
    words = text.split(" ", 2)
    if len(words) > 1 and words[1].upper() in SECRET:
        mechanism = words[2].partition(" ")[0][:40] if len(words) > 2 and words[1].upper() == "AUTHENTICATE" else ""
        return " ".join(filter(None, (words[0], words[1], mechanism, "…")))
    return text + "".join(f" {{{len(literal)}}}" for literal in command.literals)


def _octets(command: Command) -> bytes:
    joined = bytearray(command.texts[0])
    for literal, text in zip(command.literals, command.texts[1:], strict=True):
        joined += b"{%d}\r\n" % len(literal) + literal + text
    return bytes(joined)
