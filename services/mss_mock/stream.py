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

DRAIN_ABOVE = 64 * 1024
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
        self._unsent = 0
        self._broken = False
        self._begun = False
        self._bare_lf = False
        self._spoiling: Fault | None = None
        self._held = bytearray()
        self.tls = False

    @property
    def _writer(self) -> asyncio.StreamWriter:
        return self._writers[-1]

    # Reading

    async def line(self) -> bytes:
        """Return a line without its end. Raises Disconnected, LineTooLong, ImplicitTls."""
        try:
            first = b"" if self._begun else await self._first()
            line = first if first == b"\n" else first + await self._reader.readuntil(b"\n")
        except asyncio.IncompleteReadError as error:
            raise Disconnected(error.partial) from error
        except OSError as error:
            raise Disconnected from error
        except asyncio.LimitOverrunError as error:
            raise LineTooLong(ended=await self._discard()) from error
        self._bare_lf = self._bare_lf or not line.endswith(b"\r\n")
        return line.removesuffix(b"\n").removesuffix(b"\r")

    async def _first(self) -> bytes:
        """Return the first octet of the connection: a TLS hello may never bring the end of a line."""
        self._begun = True
        octet = await self._reader.readexactly(1)
        if octet == HANDSHAKE_RECORD:
            raise ImplicitTls
        return octet

    async def _discard(self) -> bool:
        """Drop an endless line up to its end, within bounds: a client still writing would not see our answer."""
        dropped = 0
        while dropped < DISCARDED:
            try:
                await self._reader.readuntil(b"\n")
                return True
            except asyncio.LimitOverrunError as error:
                dropped += len(await self._reader.read(error.consumed))
            except (asyncio.IncompleteReadError, OSError):
                return False
        return False

    async def exactly(self, size: int) -> bytes:
        """Return that many octets. Raises Disconnected."""
        try:
            return await self._reader.readexactly(size)
        except asyncio.IncompleteReadError as error:
            raise Disconnected(error.partial or b"{") from error
        except OSError as error:
            raise Disconnected from error

    async def readuntil(self, separator: bytes = b"\n") -> bytes:
        """Return octets up to a separator, included. Raises Disconnected, asyncio.LimitOverrunError."""
        try:
            return await self._reader.readuntil(separator)
        except asyncio.IncompleteReadError as error:
            raise Disconnected(error.partial) from error
        except OSError as error:
            raise Disconnected from error

    async def read(self, n: int = -1) -> bytes:
        """Return at most ``n`` octets."""
        return await self._reader.read(n)

    # Writing

    async def send(self, octets: bytes) -> None:
        """Send octets; wait for the client when much is under way. Raises Disconnected."""
        if self._writer.is_closing():
            raise Disconnected
        if self._spoiling is not None:
            self._held += octets
            return
        self._writer.write(octets)
        self._unsent += len(octets)
        if self._unsent > DRAIN_ABOVE:
            await self.flush()
            await asyncio.sleep(
                0
            )  # others have their turn; never in flush, for what follows STARTTLS would be read here

    async def flush(self) -> None:
        """Wait until what was sent is under way. Raises Disconnected."""
        self._unsent = 0
        try:
            await self._writer.drain()
        except OSError as error:
            raise Disconnected from error

    @property
    def spoiled(self) -> bool:
        """Tell whether an armed wire fault waits for the answer."""
        return self._spoiling is not None

    def spoil(self, fault: Fault) -> None:
        """Keep what is sent from now on until ``release``."""
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
        connection = self._writer.transport.get_extra_info("ssl_object")
        if connection is None:
            return MailConnection(tls_version="", tls_cipher="", bare_lf=self._bare_lf)
        version, suite = connection.version() or "", (connection.cipher() or ("",))[0]
        return MailConnection(tls_version=version, tls_cipher=suite, bare_lf=self._bare_lf)

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
