"""One SMTP connection: reads command lines, checks that they may come now, runs them, answers.

Source: RFC 5321 §4.1–4.5, RFC 3207, RFC 4954, RFC 2034, RFC 2920; docs/sources/mssante.md (STARTTLS first, XOAUTH2).
Nothing is accepted before TLS and login. What handlers raise becomes a reply here, and an exchange that explains it;
never a trace. Knows no command by name but AUTH, whose line holds a secret.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable

from lgo_sandbox.gate.record import refuse
from lgo_sandbox.gate.spoiling import note_fault
from lgo_sandbox.pki import Family
from lgo_sandbox.state.errors import StoreError
from lgo_sandbox.tenant.faults import Fault
from lgo_sandbox.tenant.sessions import UnknownSession
from lgo_sandbox.watch.exchange import ERROR, FAULTED
from mss_mock.codes import ENHANCED, OPERATOR_HOST, SERVICE_CLOSING
from mss_mock.dialogue import Dialogue, Ended, log
from mss_mock.domain import Refused
from mss_mock.facts import SmtpCommand
from mss_mock.journaling import FaultStruck, Record
from mss_mock.smtp.commands import COMMANDS, Command, Need
from mss_mock.smtp.transaction import Transaction
from mss_mock.stream import Disconnected, LineTooLong, TlsFailed
from mss_mock.unstored import unstored_by_smtp

__all__ = ["SmtpConnection"]

IDENT = "ESMTP LGO sandbox (SIMULATION)"
MAX_UNKNOWN = 5
SHOWN_LINE = 2048
_HOST = re.compile(r"[^A-Za-z0-9.\-\[\]:_]")
_VERB = re.compile(r"[\x21-\x7e]+")


class SmtpConnection(Dialogue):
    """A connection of an SMTP port."""

    helo = ""
    transaction: Transaction | None = None
    failed_logins = 0
    unknown = 0
    open = True

    @property
    def limit(self) -> int:
        """The largest mail, in octets."""
        return self.port.size_limit(self.session)

    @property
    def mechanisms(self) -> tuple[str, ...]:
        """How a mailbox may be opened on this connection."""
        certificate = self.stream.certificate
        application = certificate is not None and certificate.family is Family.ORGANISATION_AUTH
        return ("XOAUTH2", "PLAIN") if application else ("XOAUTH2",)

    # Talking

    async def say(self, *lines: str) -> None:
        """Send the lines of a reply."""
        await self.stream.send("".join(f"{line}\r\n" for line in lines).encode("ascii", "replace"))
        await self.stream.flush()

    async def farewell(self, refused: Refused) -> bytes:
        """Reply, since nothing follows."""
        try:
            await self.say(refused.smtp)
        except Disconnected:
            return b""
        return refused.smtp.encode()

    async def line(self) -> bytes:
        """Return the next line, in time. Raises Disconnected, LineTooLong, TimeoutError."""
        async with asyncio.timeout(self.port.command_seconds if self.login else self.port.login_seconds):
            return await self.stream.line()

    async def block(self, reading: Awaitable[bytes]) -> bytes:
        """Return a message, in time. Raises TimeoutError."""
        async with asyncio.timeout(self.port.command_seconds):
            return await reading

    async def secure(self) -> None:
        """Begin TLS: what was said before is forgotten (RFC 3207 §4.2)."""
        await self.stream.start_tls(self.port.tls, self.port.handshake_seconds)
        self.helo, self.transaction = "", None

    def greet(self, host: str) -> None:
        """Remember who the client says it is; a mail in progress is dropped."""
        self.helo, self.transaction = _HOST.sub("", host)[:255] or "unknown", None

    # The loop

    async def converse(self) -> None:
        """Serve commands until the client goes."""
        await self.say(f"220 {OPERATOR_HOST} {IDENT}")
        while self.open:
            try:
                line = await self.line()
            except LineTooLong as long:
                await self._on_long_line(ended=long.ended)
                continue
            self.examine(line)
            await self._obey(line)

    async def _on_long_line(self, *, ended: bool) -> None:
        refused = Refused("smtp-ligne-trop-longue", received="plus de 65 536 octets", expected="512 octets")
        if not ended:
            raise Ended(refused)
        await self.refuse(refused, b"(ligne trop longue)")

    async def _obey(self, line: bytes) -> None:
        try:
            command, argument = self._read(line)
            self.doing = f"la commande {command.verb}"
            await command.run(self, argument)
        except Refused as refused:
            await self.refuse(refused, line)
        except StoreError as error:
            await self.refuse(unstored_by_smtp(error), line)
        except LineTooLong as long:
            await self._on_long_line(ended=long.ended)
        except (Disconnected, Ended, TimeoutError, TlsFailed, UnknownSession):
            raise
        except OSError as error:
            raise Disconnected from error
        except Exception as error:
            await self._on_defect(line, error)
        self.doing = ""
        self.open = not await self.stream.release() and self.open

    def _read(self, line: bytes) -> tuple[Command, str]:
        word, _, rest = line.partition(b" ")
        verb = word.upper().decode("ascii", "replace")
        if not _VERB.fullmatch(verb):
            raise Refused("smtp-ligne-illisible", expected="un verbe SMTP, puis ses arguments")
        argument = rest.strip()
        if not argument.isascii():
            raise Refused("smtp-non-ascii", expected="de l'ASCII seulement", where=verb)
        command = COMMANDS.get(verb)
        longest = command.longest if command else SHOWN_LINE
        if len(line) > longest:
            received, expected = f"{len(line)} octets", f"{longest} octets au plus"
            raise Refused("smtp-ligne-trop-longue", received=received, expected=expected, where=verb)
        if not self.stream.tls and (command is None or command.need is not Need.NOTHING):
            raise Refused("smtp-starttls-d-abord", expected="STARTTLS, puis EHLO dans TLS", where=verb)
        if command is None:
            raise self._unknown(verb)
        self._check_order(command)
        return command, argument.decode("ascii")

    def _check_order(self, command: Command) -> None:
        if command.need in (Need.GREETING, Need.LOGIN) and not self.helo:
            raise Refused("smtp-ehlo-d-abord", expected=f"EHLO, puis {command.verb}", where=command.verb)
        if command.need is Need.LOGIN and self.login is None:
            raise Refused("smtp-auth-d-abord", expected=f"AUTH XOAUTH2, puis {command.verb}", where=command.verb)

    def _unknown(self, verb: str) -> Refused:
        self.unknown += 1
        expected = ", ".join(COMMANDS)
        if self.unknown >= MAX_UNKNOWN:
            self.open = False
            return Refused("smtp-trop-d-inconnues", expected=expected, where=verb)
        return Refused(
            "smtp-commande-inconnue", f'Error: command "{verb[:40]}" not recognized', expected=expected, where=verb
        )

    # What goes wrong

    async def refuse(self, refused: Refused, line: bytes) -> None:
        """Answer a refusal, and journal it."""
        verb, shown = _shown(line)
        record = self.open_record(COMMANDS[verb].operation if verb in COMMANDS else "smtp-command")
        record.exchange.target = verb or "ligne SMTP"
        record.request(shown.encode())
        record.note(SmtpCommand(verb=verb, line=shown))
        self._explain(record, refused, verb, shown)
        record.finish(refused.status, refused.smtp.encode(), f"{verb or 'Ligne'} refusé : {refused.known.title}")
        await self.say(refused.smtp)

    def _explain(self, record: Record, refused: Refused, verb: str, shown: str) -> None:
        if verb == "AUTH" and refused.code == "smtp-starttls-d-abord":
            refuse(record.exchange, "SANDBOX-AUTH-AVANT-STARTTLS", received=f"{shown} en clair", where="AUTH")
        else:
            record.refuse(refused.seen_in(shown or "une ligne vide", verb))

    async def answer_fault(self, record: Record, fault: FaultStruck, summary: str) -> None:
        """Answer what an armed fault asks for."""
        reply = f"{fault.value} {ENHANCED.get(fault.value, f'{fault.value // 100}.3.0')} Simulated fault"
        record.finish(fault.value, reply.encode(), summary, outcome=FAULTED)
        await self.say(reply)
        self.open = self.open and fault.value != SERVICE_CLOSING

    async def fail(self, operation: str, line: str, fault: Fault, reply: str) -> None:
        """Answer one command as a fault of the operator wants it; a mail in progress goes on."""
        record = self.open_record(operation)
        record.exchange.target = line.partition(" ")[0]
        record.request(line.encode())
        note_fault(record.exchange, fault, f"{line} refusé par {reply}")
        record.finish(int(reply[:3]), reply.encode(), f"{record.exchange.target} : panne simulée", outcome=FAULTED)
        await self.say(reply)

    async def _on_defect(self, line: bytes, error: Exception) -> None:
        log.error("SMTP command", exc_info=error)
        verb, shown = _shown(line)
        record = self.open_record("smtp-command")
        record.exchange.target = verb
        record.request(shown.encode())
        record.finish(451, b"451 4.3.0 Internal error", f"{verb} : défaut du bac à sable", outcome=ERROR)
        await self.say("451 4.3.0 Internal error")


def _shown(line: bytes) -> tuple[str, str]:
    """Return the verb of a line, and the line fit for the journal: the credentials of AUTH are a secret."""
    text = line[:SHOWN_LINE].decode("ascii", "backslashreplace")
    verb, _, rest = text.partition(" ")
    verb = verb.upper()[:40]
    if verb == "AUTH":
        mechanism, _, secret = rest.strip().partition(" ")
        return verb, f"AUTH {mechanism[:40]}{' …' if secret else ''}".strip()
    return verb, text
