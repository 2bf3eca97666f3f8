"""One SMTP connection: aiosmtpd's command loop with what it gets wrong, or does not know, done here.

Source: specs/mssante.md §5.1 (the overrides and why: high, measured), §1.1 (STARTTLS first, XOAUTH2, how a token is
refused), RFC 5321, RFC 3207, RFC 4954, RFC 2034. MAIL, RCPT, DATA and AUTH are ours: parameters keep their case, data
keeps its octets, nothing is accepted before TLS and login. Knows the wire of SMTP; what a mail becomes is
``transaction``'s.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import logging
import re
from typing import TYPE_CHECKING, Any

from aiosmtpd.smtp import MISSING, SMTP, TLSSetupException

from lgo_sandbox.gate.tls import peer_certificate_of
from lgo_sandbox.pki import Family, PeerCertificate
from lgo_sandbox.tenant.session import Session
from lgo_sandbox.tenant.sessions import UnknownSession
from mss_mock.codes import ENHANCED, MAX_LINE, OPERATOR_HOST, REFUSED_TOKEN
from mss_mock.domain import Refused
from mss_mock.journaling import FaultStruck, Record, strike
from mss_mock.login import Login, LoginRefused, LoginUnavailable
from mss_mock.smtp.octets import read_message
from mss_mock.smtp.transaction import Transaction
from mss_mock.wire.sasl import is_xoauth2, without_secret

if TYPE_CHECKING:
    from mss_mock.smtp.server import SmtpDoor

__all__ = ["MailConnection"]

log = logging.getLogger("lgo_sandbox.mss.smtp")

PATH_COMMAND = 2048
"""Longest MAIL or RCPT line: RFC 3461 §4 adds up to 600 octets to the 512 of RFC 5321."""

MAX_LOGINS = 10
SERVICE_CLOSING = 421
_UNENHANCED = re.compile(r"([245]\d\d) (?!\d\.\d{1,3}\.\d{1,3} )(.*)", re.DOTALL)
_HOST = re.compile(r"[^A-Za-z0-9.\-\[\]:_]")


class MailConnection(SMTP):
    """The protocol of one connection of an SMTP door."""

    line_length_limit = MAX_LINE

    def __init__(self, door: SmtpDoor) -> None:
        self.door = door
        self.login: Login | None = None
        self.failed_logins = 0
        self.transaction: Transaction | None = None
        self.command_size_limits = {}
        super().__init__(
            self,
            data_size_limit=None,
            hostname=OPERATOR_HOST,
            ident="ESMTP LGO sandbox (SIMULATION)",
            tls_context=door.tls,
            require_starttls=True,
            auth_required=True,
            auth_exclude_mechanism=("PLAIN", "LOGIN"),
            loop=asyncio.get_running_loop(),
        )
        self.command_size_limits = _CommandLimits(AUTH=MAX_LINE, MAIL=PATH_COMMAND, RCPT=PATH_COMMAND)

    # Connection

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take a connection, or turn it away when there are too many."""
        if self._tls_protocol is None and not self.door.admit(self):
            assert isinstance(transport, asyncio.WriteTransport)
            transport.write(b"421 4.3.2 Too many connections\r\n")
        super().connection_made(transport)
        if self._tls_protocol is None and self not in self.door.connections:
            transport.close()

    def connection_lost(self, error: Exception | None) -> None:
        """Forget the connection; a transaction that had refusals is journalled."""
        self.door.connections.discard(self)
        if self.session is not None and self._timeout_handle is not None and self._handler_coroutine is not None:
            self._abandon()
            super().connection_lost(error)

    async def push(self, status: Any) -> None:
        """Send a reply, with an enhanced status code if it has none."""
        if isinstance(status, str) and (match := _UNENHANCED.fullmatch(status)):
            code = int(match[1])
            greeting = self.session is not None and not self.session.host_name and code in (220, 250)
            status = status if greeting else f"{code} {ENHANCED.get(code, f'{code // 100}.0.0')} {match[2]}"
        await super().push(status)

    async def handle_exception(self, error: Exception) -> str:
        """Answer a defect without detail; the log has it."""
        if isinstance(error, UnknownSession):
            assert self.transport is not None
            asyncio.get_running_loop().call_soon(self.transport.close)
            return "421 4.3.2 Session is gone"
        if isinstance(error, TLSSetupException):
            return "454 4.7.0 TLS handshake failed"
        log.error("SMTP connection", exc_info=error)
        return "451 4.3.0 Internal error"

    def _set_rset_state(self) -> None:
        self._abandon()
        super()._set_rset_state()  # type: ignore[no-untyped-call]

    def _abandon(self) -> None:
        transaction, self.transaction = self.transaction, None
        if transaction is not None:
            transaction.abandon()

    def mail_session(self) -> Session:
        """The sandbox session of this connection. Raises UnknownSession when it was deleted."""
        return self.door.sandbox.sessions.get(self.login.session if self.login else self.door.addresses.session)

    def peer_certificate(self) -> PeerCertificate | None:
        """The certificate that the client showed in the TLS handshake."""
        return peer_certificate_of(self.transport)

    def peer_address(self) -> str:
        """The client's address, for traces."""
        peer = self.session.peer if self.session else None
        return str(peer[0]) if isinstance(peer, tuple) else ""

    def describe(self, record: Record) -> None:
        """Note on an exchange what is known of the connection."""
        exchange, certificate = record.exchange, self.peer_certificate()
        exchange.peer = self.peer_address()
        exchange.certificate = certificate.subject if certificate else ""
        tls = self.transport.get_extra_info("ssl_object") if self.transport else None
        if tls is not None:
            exchange.facts.update(tls_version=tls.version(), tls_cipher=(tls.cipher() or ("",))[0])

    # Greeting

    async def smtp_HELO(self, hostname: str) -> None:
        """Refuse: without extensions there is no TLS, and nothing is done without TLS."""
        await self.push("502 5.5.1 Use EHLO")

    async def smtp_EHLO(self, hostname: str) -> None:
        """Announce what is honoured, and only that."""
        if not hostname:
            await self.push("501 5.5.4 Syntax: EHLO hostname")
            return
        self._set_rset_state()
        assert self.session is not None
        self.session.extended_smtp, self.session.host_name = True, _HOST.sub("", hostname)[:255] or "unknown"
        limit = self.door.size_limit(self.mail_session())
        lines = [OPERATOR_HOST, "PIPELINING", f"SIZE {limit}", "ENHANCEDSTATUSCODES", "8BITMIME", "DSN"]
        lines.append(f"AUTH {' '.join(self._mechanisms())}" if self._tls_protocol else "STARTTLS")
        for line in lines[:-1]:
            await self.push(f"250-{line}".encode())
        await self.push(f"250 {lines[-1]}".encode())

    def _mechanisms(self) -> list[str]:
        certificate = self.peer_certificate()
        application = certificate is not None and certificate.family is Family.ORGANISATION_AUTH
        return ["XOAUTH2", "PLAIN"] if application else ["XOAUTH2"]

    async def smtp_STARTTLS(self, arg: str) -> None:
        """Begin TLS, once."""
        if self._tls_protocol is not None:
            await self.push("503 5.5.1 TLS already active")
            return
        await super().smtp_STARTTLS(arg)

    async def smtp_VRFY(self, arg: str) -> None:
        """Tell nothing about addresses."""
        if not await self._not_ready():
            await self.push("252 2.5.0 Cannot VRFY user")

    async def _not_ready(self) -> bool:
        return await self.check_helo_needed("EHLO") or await self.check_auth_needed("")

    # Authentication

    async def smtp_AUTH(self, arg: str) -> None:
        """Open a mailbox: XOAUTH2 with a PSC token, PLAIN with an application's certificate."""
        if await self.check_helo_needed("EHLO"):
            return
        mechanism, _, initial = (arg or "").partition(" ")
        if self.login is not None or self.transaction is not None:
            await self.push(
                "503 5.5.1 Already authenticated" if self.login else "503 5.5.1 Mail transaction in progress"
            )
        elif mechanism.upper() not in self._mechanisms():
            await self.push("504 5.5.4 Unrecognized authentication type")
        elif (response := await self._response(initial.strip())) is not None:
            await self._authenticate_with(mechanism.upper(), response, initial=bool(initial))

    async def _response(self, initial: str) -> bytes | None:
        if not initial:
            answer = await self.challenge_auth("")
            return None if answer is MISSING else bytes(answer)
        try:
            return b"" if initial == "=" else base64.b64decode(initial, validate=True)
        except binascii.Error:
            await self.push("501 5.5.2 Cannot decode base64")
            return None

    async def _authenticate_with(self, mechanism: str, response: bytes, *, initial: bool) -> None:
        keeper = self.door.doorkeeper
        try:
            login = await keeper.by_token(response) if mechanism == "XOAUTH2" else self._by_certificate(response)
        except LoginRefused as refusal:
            record = self._auth_record(keeper.session(refusal.session), mechanism, response, initial, refusal.user)
            await self._refuse_login(record, refusal, mechanism)
            return
        record = self._auth_record(keeper.session(login.session), mechanism, response, initial, login.mailbox.address)
        try:
            await strike(record.session, "smtp-auth", login.mailbox.address, record.exchange)
        except FaultStruck as fault:
            await self._answer_fault(record, fault, "Authentification SMTP : panne simulée")
            return
        self.login = login
        assert self.session is not None
        self.session.authenticated = True
        record.exchange.facts["subject"] = login.subject
        record.finish(235, b"235", f"{login.mailbox.address} ouvre une session SMTP ({mechanism})")
        await self.push("235 2.7.0 Authentication successful")

    def _by_certificate(self, response: bytes) -> Login:
        return self.door.doorkeeper.by_certificate(response, self.peer_certificate())

    def _auth_record(self, session: Session, mechanism: str, response: bytes, initial: bool, user: str) -> Record:
        record = Record.open(self.door.service, session, "smtp", "smtp-auth")
        record.exchange.target = f"AUTH {mechanism}"
        record.exchange.facts.update(
            mechanism=mechanism, user=user, initial_response=initial, well_formed=is_xoauth2(response)
        )
        record.request(without_secret(response))
        self.describe(record)
        return record

    async def _refuse_login(self, record: Record, refusal: LoginRefused, mechanism: str) -> None:
        record.exchange.facts["reason"] = refusal.reason
        self.failed_logins += 1
        if isinstance(refusal, LoginUnavailable):
            code, reply = 454, "454 4.7.0 Temporary authentication failure"
        elif self.failed_logins > MAX_LOGINS:
            code, reply = SERVICE_CLOSING, "421 4.7.0 Too many authentication failures"
        else:
            code, reply = 535, "535 5.7.8 Error: authentication failed"
        drops = mechanism == "XOAUTH2" and code == 535 and record.session.option("mss.token_refuse") != "535"
        record.finish(
            334 if drops else code,
            reply.encode(),
            f"Authentification SMTP refusée : {refusal.reason}",
            outcome="refused",
        )
        assert self.transport is not None
        if mechanism == "XOAUTH2" and code == 535:
            await self._push_token_error(drop=drops)
        if not drops:
            await self.push(reply)
            if code == SERVICE_CLOSING:
                self.transport.close()

    async def _push_token_error(self, *, drop: bool) -> None:
        await self.push(b"334 " + base64.b64encode(REFUSED_TOKEN))
        if drop:
            assert self.transport is not None
            self.transport.close()
        else:
            await self._reader.readline()

    async def _answer_fault(self, record: Record, fault: FaultStruck, summary: str) -> None:
        reply = f"{fault.value} {ENHANCED.get(fault.value, f'{fault.value // 100}.3.0')} Simulated fault"
        record.finish(fault.value, reply.encode(), summary, outcome="fault")
        await self.push(reply)
        if fault.value == SERVICE_CLOSING and self.transport is not None:
            self.transport.close()

    # Mail

    async def smtp_MAIL(self, arg: str | None) -> None:
        """Begin a mail."""
        if await self._not_ready():
            return
        if self.transaction is not None:
            await self.push("503 5.5.1 Nested MAIL command")
            return
        assert self.login is not None
        assert self.session is not None
        record = Record.open(self.door.service, self.mail_session(), "smtp", "smtp-message")
        self.describe(record)
        limit = self.door.size_limit(record.session)
        self.transaction = Transaction(
            record, self.login, limit, helo=self.session.host_name or "", peer=self.peer_address()
        )
        if not await self._step("smtp-mail", lambda transaction: transaction.begin(arg)):
            self._abandon()

    async def smtp_RCPT(self, arg: str | None) -> None:
        """Add a recipient."""
        if await self._not_ready():
            return
        if self.transaction is None:
            await self.push("503 5.5.1 Need MAIL command")
            return
        await self._step("smtp-rcpt", lambda transaction: transaction.add(arg))

    async def _step(self, operation: str, act: Any) -> bool:
        transaction = self.transaction
        assert transaction is not None
        assert self.login is not None
        try:
            await strike(transaction.session, operation, self.login.mailbox.address, transaction.record.exchange)
            act(transaction)
        except FaultStruck as fault:
            self.transaction = None
            await self._answer_fault(transaction.record, fault, "Envoi d'un message : panne simulée")
        except Refused as refusal:
            transaction.note_refusal(refusal)
            await self.push(refusal.reply)
        else:
            await self.push("250 2.1.0 Ok" if operation == "smtp-mail" else "250 2.1.5 Ok")
            return True
        return False

    async def smtp_DATA(self, arg: str | None) -> None:
        """Take the octets of the mail and deliver them; 250 is only said of what is committed."""
        if await self._not_ready():
            return
        transaction = self.transaction
        if transaction is None or not transaction.envelope.targets:
            await self.push("503 5.5.1 Need RCPT command" if transaction else "503 5.5.1 Need MAIL command")
            return
        if arg:
            await self.push("501 5.5.4 Syntax: DATA")
            return
        await self.push("354 End data with <CR><LF>.<CR><LF>")
        bare = transaction.session.option("mss.bare_newline") == "accept"
        try:
            message = await read_message(self._reader, transaction.limit, bare_newlines=bare)
            self._reset_timeout()
            await strike(
                transaction.session, "smtp-message", transaction.login.mailbox.address, transaction.record.exchange
            )
            reply = transaction.complete(message)
        except FaultStruck as fault:
            self.transaction = None
            await self._answer_fault(transaction.record, fault, "Envoi d'un message : panne simulée")
            return
        except Refused as refusal:
            transaction.refuse_data(refusal)
            reply = refusal.reply
        self.transaction = None
        await self.push(reply)


class _CommandLimits(dict[str, int]):
    """Longest line of each command; aiosmtpd shares one such table between all connections and clears it."""

    def __missing__(self, command: str) -> int:
        return SMTP.command_size_limit
