"""One mail connection, whatever its protocol: how it ends, and what the journal keeps of what never was a command.

A TLS hello or an HTTP request on a port that speaks text, a handshake that fails, a dialogue cut or too slow, one
connection too many: each is one exchange of the listener's session, with its cause and its remedy. Source:
docs/sources/transport.md (TLS implicite, Courriel). Knows no command.
"""

from __future__ import annotations

import contextlib
import logging
import re
from typing import TYPE_CHECKING

from lgo_sandbox.gate.handshakes import (
    Failure,
    as_refusal_of_bad,
    handshake_failure,
    not_for_clients,
    refused_in_silence,
)
from lgo_sandbox.gate.record import refuse, refuse_store
from lgo_sandbox.state.errors import StoreError
from lgo_sandbox.tenant.session import Session
from lgo_sandbox.tenant.sessions import UnknownSession
from lgo_sandbox.watch.bad_servers import BAD_SERVERS, BadServerMet, Weakness
from lgo_sandbox.watch.exchange import ABORTED, ERROR, REFUSED
from mss_mock.codes.faults import SESSION_ENDED
from mss_mock.domain import Refused
from mss_mock.endings import refusal_of
from mss_mock.facts import Outlived
from mss_mock.journaling import Record
from mss_mock.login import Login
from mss_mock.stream import Disconnected, ImplicitTls, Stream, TlsFailed

if TYPE_CHECKING:
    from mss_mock.port import MailPort

__all__ = ["Dialogue", "Ended", "HttpRequest", "NotForClients"]

log = logging.getLogger("lgo_sandbox.mss")

SHOWN = 200
_HTTP = re.compile(rb"(?:[A-Z]{3,7}|PRI) \S{1,2000} HTTP/\d(?:\.\d)?")


class Ended(Exception):
    """The operator ends the connection, and says why."""

    def __init__(self, refused: Refused) -> None:
        super().__init__(str(refused))
        self.refused = refused


class HttpRequest(Exception):
    """The client speaks HTTP. ``line`` is what it said."""

    def __init__(self, line: bytes) -> None:
        super().__init__()
        self.line = line


class NotForClients(Exception):
    """The client speaks under a certificate that cannot authenticate a client."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.received)
        self.failure = failure


class Dialogue:
    """A connection of a mail port; a protocol derives from it."""

    def __init__(self, port: MailPort, stream: Stream) -> None:
        self.port = port
        self.stream = stream
        self.login: Login | None = None
        self.doing = ""
        """What the client was in the middle of, in French, beside a line; empty between commands."""
        self._first = True
        self._spoke = False
        """Whether a command came in TLS."""
        self._endured = False
        """Whether it was journaled that the client endures a server that it should refuse."""
        self._fell = False
        self.outlived = ""
        """Why the Pro Santé Connect session of the login ended, in French, when the connection stays all the same."""
        self._used = False
        """Whether the client went on after that end."""

    # What a protocol gives

    async def converse(self) -> None:
        """Serve commands until the client goes."""
        raise NotImplementedError

    async def farewell(self, refused: Refused) -> bytes:
        """Tell the client why the connection ends, if it can be told; return what was said."""
        raise NotImplementedError

    @property
    def busy(self) -> bool:
        """Whether a command is under way that should not be cut."""
        return bool(self.doing)

    # What a protocol uses

    @property
    def name(self) -> str:
        """``smtp`` or ``imap``."""
        return self.port.name

    @property
    def session(self) -> Session:
        """The sandbox session of this connection. Raises UnknownSession when it was deleted."""
        return self.port.sandbox.sessions.get(self.login.session if self.login else self.port.addresses.session)

    def open_record(self, operation: str, session: Session | None = None) -> Record:
        """Begin an exchange, and note on it what is known of the connection."""
        record = Record.open(self.port.service, session or self.nearest_session, self.name, operation)
        certificate = self.stream.certificate
        record.exchange.peer = self.stream.peer
        record.exchange.certificate = certificate.subject if certificate else ""
        record.note(self.stream.facts)
        if self.weakness and self._spoke and not self._endured:
            record.note(BadServerMet(weakness=self.weakness, refused=False))
            self._endured = True
        if self.outlived:
            record.note(Outlived(because=self.outlived, used=True))
            self._used = True
        return record

    @property
    def weakness(self) -> Weakness | None:
        """What is wrong with the server, when it is there to be refused."""
        return self.port.tls.weakness

    @property
    def nearest_session(self) -> Session:
        """The session of this connection: of its login, its certificate, or its listener when that was deleted."""
        certificate = self.stream.certificate
        named = self.login.session if self.login else certificate.session if certificate else ""
        return self.port.doorkeeper.session(named or "")

    def examine(self, line: bytes) -> None:
        """Look at a line, and at who says it, before anything is done. Raises HttpRequest, NotForClients."""
        first, self._first = self._first, False
        if first and _HTTP.match(line):
            raise HttpRequest(line)
        self._spoke = self._spoke or self.stream.tls
        if self.stream.tls and (failure := not_for_clients(self.stream.certificate)):
            raise NotForClients(failure)

    # The connection

    async def run(self, *, admitted: bool) -> None:
        """Serve the connection until it ends; whatever ends it badly is an exchange."""
        self.port.dialogues.add(self)
        try:
            await self._run(admitted=admitted)
        finally:
            self.port.dialogues.discard(self)
        if self.weakness and self.stream.tls:
            self._on_bad_server(self.weakness)

    async def fall(self, because: str) -> None:
        """End with the Pro Santé Connect session that the login came from; later, if a command is under way."""
        if self.busy or self.login is None or self._fell:
            return
        self._fell = True
        record = self._connection_record()
        record.refuse(refusal_of(because, self.login.mailbox.address))
        said = SESSION_ENDED[self.name]
        with contextlib.suppress(Disconnected):
            await self.stream.send(said + b"\r\n")
            await self.stream.flush()
        record.finish(0, said, f"Connexion {self.name.upper()} close : {because}")
        self.stream.hang_up()

    async def _run(self, *, admitted: bool) -> None:
        try:
            if admitted:
                await self.converse()
                self._took_leave()
            else:
                received = f"une connexion de plus que les {self.port.max_connections} admises"
                await self._turn_away("complet", "SANDBOX-TROP-DE-CONNEXIONS", received)
        except ImplicitTls:
            cause = f"SANDBOX-TLS-IMPLICITE-{self.name.upper()}"
            self.report(cause, received="une poignée de main TLS (premier octet 0x16) dès la connexion")
        except HttpRequest as request:
            received = request.line[:SHOWN].decode("ascii", "backslashreplace")
            await self._turn_away("http", "SANDBOX-HTTP-SUR-COURRIEL", received, self._where_http_is())
        except TlsFailed as failed:
            failure = handshake_failure(failed.error, after_starttls=True)
            if self.weakness:
                failure = as_refusal_of_bad(failure, self.weakness, failed.error)
            self._on_handshake(failure, b"")
        except NotForClients as unfit:
            said = await self.farewell(Refused(f"{self.name}-certificat", expected=""))
            self._on_handshake(unfit.failure, said)
        except Disconnected as gone:
            self._on_cut(gone)
        except TimeoutError:
            doing = self.doing or "l'attente d'une commande"
            received = f"rien d'entier dans le délai, pendant {doing}"
            await self._turn_away("trop-lent", "SANDBOX-DIALOGUE-TROP-LENT", received)
        except Ended as ended:
            await self._end(ended.refused)
        except UnknownSession:
            await self._end(
                Refused(f"{self.name}-session-disparue", received="une session supprimée", expected="une session")
            )
        except StoreError as error:
            record = self._connection_record()
            refuse_store(record.exchange, error)
            record.finish(0, b"", f"Connexion {self.name.upper()} close : {error}")
        except Exception as error:
            log.exception("%s connection", self.name)
            self.report("SANDBOX-DEFAUT", received=type(error).__name__, outcome=ERROR)

    def _on_bad_server(self, weakness: Weakness) -> None:
        """Journal what became of a client in TLS with a server that it should refuse, unless a command told it."""
        if not self._spoke:
            self._on_handshake(refused_in_silence(weakness), b"")
        elif not self._endured:
            record = self._connection_record()
            record.finish(0, b"", f"Connexion {self.name.upper()} à un {BAD_SERVERS[weakness].title}")

    def _took_leave(self) -> None:
        """Journal that the client ends by itself a connection whose Pro Santé Connect session has ended."""
        if not self.outlived or self._used:
            return
        record = self.open_record(f"{self.name}-connection", self.session)
        record.exchange.target = f"connexion {self.name.upper()}"
        record.note(Outlived(because=self.outlived, used=False))
        record.finish(0, b"", f"Connexion {self.name.upper()} fermée par le logiciel : {self.outlived}")

    def report(self, cause: str, *, received: str, outcome: str = REFUSED, said: bytes = b"", remedy: str = "") -> None:
        """Journal what befell the connection, for one of the sandbox's causes."""
        record = self._connection_record()
        record.exchange.outcome = outcome
        refuse(record.exchange, cause, received=received, remedy=remedy, where=f"port {self.name.upper()}")
        record.finish(0, said, f"Connexion {self.name.upper()} : {received}")

    def _on_handshake(self, failure: Failure, said: bytes) -> None:
        record = self._connection_record()
        if failure.refused:
            record.note(BadServerMet(weakness=failure.refused, refused=True))
        refuse(
            record.exchange,
            failure.cause,
            received=failure.received,
            expected=failure.expected,
            remedy=failure.remedy,
            where="poignée de main après STARTTLS",
        )
        record.finish(0, said, f"Connexion {self.name.upper()} : {failure.received}")

    async def _end(self, refused: Refused) -> None:
        record = self._connection_record()
        record.refuse(refused.seen_in(self.doing or "la connexion", f"connexion {self.name.upper()}"))
        said = await self.farewell(refused)
        record.finish(0, said, f"Connexion {self.name.upper()} close : {refused.known.title}")

    def _connection_record(self) -> Record:
        record = self.open_record(f"{self.name}-connection")
        record.exchange.target = f"connexion {self.name.upper()}"
        return record

    async def _turn_away(self, key: str, cause: str, received: str, remedy: str = "") -> None:
        said = await self.farewell(Refused(f"{self.name}-{key}", expected=""))
        self.report(cause, received=received, said=said, remedy=remedy)

    def _where_http_is(self) -> str:
        """Say where the directory is, which is what speaks HTTP here; "" when it is not open."""
        try:
            root = self.port.addresses.root("annuaire")
        except KeyError:
            return ""
        return f"Appelez l'Annuaire Santé et l'autoconfiguration à {root} : ce port est celui du courriel."

    def _on_cut(self, gone: Disconnected) -> None:
        """A client that leaves between two commands is within its rights."""
        if not (gone.rest or self.doing):
            return
        came = f"{len(gone.rest)} octets sans fin de ligne" if gone.rest else "plus rien"
        received = f"{came}, puis la fin de la connexion, pendant {self.doing or 'une commande'}"
        self.report("SANDBOX-DIALOGUE-COUPE", received=received, outcome=ABORTED)
