"""The octets of one mail connection: bounded lines and blocks in, answers out, TLS from within.

Source: RFC 3207 §4.2, RFC 3501 §6.2.1 (STARTTLS: what was sent before TLS is forgotten); RFC 8446 §5.1 (a TLS record
that opens a connection begins with 0x16). Knows asyncio and TLS, no command.
"""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from typing import cast

from lgo_sandbox.gate.spoiling import play, spoil
from lgo_sandbox.gate.tls import peer_certificate_of
from lgo_sandbox.pki import PeerCertificate
from lgo_sandbox.tenant.faults import Fault
from mss_mock.facts import MailConnection

__all__ = ["Disconnected", "ImplicitTls", "LineTooLong", "Stream", "TlsFailed"]

DRAIN_ABOVE = READ_AT_ONCE = 64 * 1024
DISCARDED = 8 * 1024 * 1024
HANDSHAKE_RECORD = b"\x16"


class Disconnected(Exception):
    """The client is gone. ``rest`` is what had come of an unfinished line or block."""

    def __init__(self, rest: bytes = b"") -> None:
        super().__init__(f"{len(rest)} octets")
        self.rest = rest


class ImplicitTls(Exception):
    """The client opens with a TLS handshake where text is expected."""


class TlsFailed(Exception):
    """The handshake after STARTTLS failed; ``error`` is what the TLS library or the system says."""

    def __init__(self, error: Exception) -> None:
        super().__init__(str(error))
        self.error = error


class LineTooLong(Exception):
    """The client sent a line beyond the limit; ``ended``: its end was found, so that what follows can be read."""

    def __init__(self, *, ended: bool) -> None:
        super().__init__()
        self.ended = ended


class Stream:
    """A stream of lines and blocks."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, limit: int) -> None:
        self._reader = reader
        self._writers = [writer]
        self._limit = limit
        self._came: bytearray = bytearray()
        self._waiting: bytearray = bytearray()
        self._broken = False
        self._begun = False
        self._bare_lf = False
        self._facts: MailConnection | None = None
        self._spoiling: Fault | None = None
        self._held = bytearray()
        self.tls = False

    @property
    def _writer(self) -> asyncio.StreamWriter:
        return self._writers[-1]

    # Reading

    async def line(self) -> bytes:
        """Return a line without its end. Raises Disconnected, LineTooLong, ImplicitTls."""
        searched = 0
        while (end := self._came.find(b"\n", searched)) < 0:
            if len(self._came) > self._limit:
                raise LineTooLong(ended=await self._discard())
            searched = len(self._came)
            await self._more()
        if end > self._limit:
            del self._came[: end + 1]
            raise LineTooLong(ended=True)
        line = bytes(self._came[:end])
        del self._came[: end + 1]
        self._bare_lf = self._bare_lf or not line.endswith(b"\r")
        return line.removesuffix(b"\r")

    async def _more(self) -> None:
        """Wait for further octets. Raises Disconnected, and ImplicitTls when the connection opens with a TLS hello."""
        self._came += await self._read()
        begun, self._begun = self._begun, True
        if not begun and self._came.startswith(HANDSHAKE_RECORD):
            raise ImplicitTls

    async def _read(self) -> bytes:
        try:
            octets = await self._reader.read(READ_AT_ONCE)
        except OSError as error:
            raise Disconnected from error
        if not octets:
            raise Disconnected(bytes(self._came))
        return octets

    async def _discard(self) -> bool:
        """Drop an endless line up to its end, within bounds: a client still writing would not see our answer."""
        dropped = 0
        while dropped < DISCARDED:
            dropped += len(self._came)
            self._came.clear()
            try:
                self._came += await self._read()
            except Disconnected:
                return False
            if (end := self._came.find(b"\n")) >= 0:
                del self._came[: end + 1]
                return True
        return False

    async def exactly(self, size: int) -> bytes:
        """Return that many octets. Raises Disconnected."""
        while len(self._came) < size:
            try:
                self._came += await self._read()
            except Disconnected as gone:
                raise Disconnected(gone.rest or b"{") from gone
        octets = bytes(self._came[:size])
        del self._came[:size]
        return octets

    async def chunk(self) -> bytes:
        """Return the octets that came, at least one. Raises Disconnected."""
        if not self._came:
            return await self._read()
        octets = bytes(self._came)
        self._came.clear()
        return octets

    def put_back(self, octets: bytes) -> None:
        """Let octets come again that ``chunk`` returned."""
        self._came[:0] = octets

    # Writing

    async def send(self, octets: bytes) -> None:
        """Send octets, with others when they are few; wait for the client when they are many. Raises Disconnected."""
        if self._writer.is_closing():
            raise Disconnected
        if self._spoiling is not None:
            self._held += octets
            return
        self._waiting += octets
        if len(self._waiting) > DRAIN_ABOVE:
            await self.flush()
            await asyncio.sleep(
                0
            )  # others have their turn; never in flush, for what follows STARTTLS would be read here

    async def flush(self) -> None:
        """Send what waits, and wait until it is under way. Raises Disconnected."""
        self._write()
        try:
            await self._writer.drain()
        except OSError as error:
            raise Disconnected from error

    def _write(self) -> None:
        if self._waiting:
            self._writer.write(bytes(self._waiting))
            self._waiting.clear()

    @property
    def spoiled(self) -> bool:
        """Tell whether an armed wire fault waits for the answer."""
        return self._spoiling is not None

    def spoil(self, fault: Fault) -> None:
        """Keep what is sent from now on until ``release``."""
        self._write()
        self._spoiling = fault

    async def release(self) -> bool:
        """Let a spoiled answer leave as its fault wants, and the connection end with it; False when there is none."""
        fault, self._spoiling = self._spoiling, None
        if fault is None:
            return False
        # Every transport of a stream is an asyncio.Transport, uvloop's too, though not by inheritance.
        transport = cast(asyncio.Transport, self._writer.transport)
        gone = asyncio.ensure_future(self._until_gone())
        await play(spoil(fault, b"", bytes(self._held)), transport, gone)
        gone.cancel()
        self._held.clear()
        return True

    async def _until_gone(self) -> None:
        with contextlib.suppress(OSError):
            while await self._reader.read(DRAIN_ABOVE):
                pass

    async def start_tls(self, context: ssl.SSLContext, seconds: float) -> None:
        """Go on in TLS with a new reader: octets that came before it are dropped. Raises TlsFailed."""
        loop = asyncio.get_running_loop()
        reader = asyncio.StreamReader(limit=self._limit, loop=loop)
        protocol = asyncio.StreamReaderProtocol(reader, loop=loop)
        try:
            transport = await loop.start_tls(
                self._writer.transport, protocol, context, server_side=True, ssl_handshake_timeout=seconds
            )
        except (OSError, RuntimeError) as error:
            self._broken = True  # nobody will tell the first protocol that the connection is lost
            raise TlsFailed(error) from error
        if transport is None:
            self._broken = True
            raise TlsFailed(ConnectionResetError())
        protocol.connection_made(transport)
        self._reader = reader
        self._came.clear()
        self._facts = None
        # The first writer is kept: collecting it would close the transport below.
        self._writers.append(asyncio.StreamWriter(transport, protocol, reader, loop))
        self.tls = True

    # The connection

    @property
    def certificate(self) -> PeerCertificate | None:
        """The certificate that the client showed."""
        return peer_certificate_of(self._writer.transport)

    @property
    def facts(self) -> MailConnection:
        """Version and suite of the TLS connection."""
        known = self._facts
        if known is None or known.bare_lf is not self._bare_lf:
            connection = self._writer.transport.get_extra_info("ssl_object")
            version = connection.version() or "" if connection else ""
            suite = (connection.cipher() or ("",))[0] if connection else ""
            known = self._facts = MailConnection(tls_version=version, tls_cipher=suite, bare_lf=self._bare_lf)
        return known

    @property
    def peer(self) -> str:
        """The client's address."""
        peer = self._writer.transport.get_extra_info("peername")
        return str(peer[0]) if isinstance(peer, tuple) else ""

    async def close(self) -> None:
        """Send what is left and close."""
        if self._broken:
            self.abort()
            return
        if not self._writer.is_closing():
            self._write()
        self._writer.close()
        with contextlib.suppress(OSError):
            await self._writer.wait_closed()

    def hang_up(self) -> None:
        """Say goodbye; whoever reads here finds the client gone."""
        self._writer.close()
        self._reader.feed_eof()

    def abort(self) -> None:
        """Drop the connection."""
        self._writer.transport.abort()
