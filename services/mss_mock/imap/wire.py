"""The octets of one IMAP connection: bounded lines and literals in, responses out, TLS from within.

Source: RFC 3501 §6.2.1 (STARTTLS: what was sent before TLS is forgotten). Knows asyncio, no command.
"""

from __future__ import annotations

import asyncio
import contextlib
import ssl

from lgo_sandbox.gate.tls import peer_certificate_of
from lgo_sandbox.pki import PeerCertificate

__all__ = ["Disconnected", "LineTooLong", "Wire"]

DRAIN_ABOVE = 64 * 1024
DISCARDED = 8 * 1024 * 1024
CHUNK = 64 * 1024


class Disconnected(Exception):
    """The client is gone."""


class LineTooLong(Exception):
    """The client sent a line beyond the limit."""


class Wire:
    """A stream of lines and literals."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, limit: int) -> None:
        self._reader = reader
        self._writers = [writer]
        self._limit = limit
        self._unsent = 0
        self._broken = False
        self.tls = False

    @property
    def _writer(self) -> asyncio.StreamWriter:
        return self._writers[-1]

    async def line(self) -> bytes:
        """Return a line without its end. Raises Disconnected, LineTooLong."""
        try:
            line = await self._reader.readuntil(b"\n")
        except (asyncio.IncompleteReadError, OSError) as error:
            raise Disconnected from error
        except asyncio.LimitOverrunError as error:
            await self._discard()
            raise LineTooLong from error
        return line.removesuffix(b"\n").removesuffix(b"\r")

    async def _discard(self) -> None:
        """Read what is left of an endless line, within bounds: a client still writing would not see our answer."""
        for _ in range(DISCARDED // CHUNK):
            chunk = await self._reader.read(CHUNK)
            if not chunk or chunk.endswith(b"\n"):
                return

    async def exactly(self, size: int) -> bytes:
        """Return that many octets. Raises Disconnected."""
        try:
            return await self._reader.readexactly(size)
        except (asyncio.IncompleteReadError, OSError) as error:
            raise Disconnected from error

    async def send(self, octets: bytes) -> None:
        """Send octets; wait for the client when much is under way. Raises Disconnected."""
        if self._writer.is_closing():
            raise Disconnected
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

    async def start_tls(self, context: ssl.SSLContext) -> None:
        """Go on in TLS with a new reader: octets that came before it are dropped. Raises Disconnected."""
        loop = asyncio.get_running_loop()
        reader = asyncio.StreamReader(limit=self._limit, loop=loop)
        protocol = asyncio.StreamReaderProtocol(reader, loop=loop)
        try:
            transport = await loop.start_tls(self._writer.transport, protocol, context, server_side=True)
        except (OSError, ssl.SSLError) as error:
            self._broken = True  # nobody will tell the first protocol that the connection is lost
            raise Disconnected from error
        if transport is None:
            self._broken = True
            raise Disconnected
        protocol.connection_made(transport)
        self._reader = reader
        # The first writer is kept: collecting it would close the transport below.
        self._writers.append(asyncio.StreamWriter(transport, protocol, reader, loop))
        self.tls = True

    @property
    def certificate(self) -> PeerCertificate | None:
        """The certificate that the client showed."""
        return peer_certificate_of(self._writer.transport)

    @property
    def tls_facts(self) -> dict[str, str]:
        """Version and suite of the TLS connection."""
        connection = self._writer.transport.get_extra_info("ssl_object")
        if connection is None:
            return {}
        return {"tls_version": connection.version() or "", "tls_cipher": (connection.cipher() or ("",))[0]}

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
        with contextlib.suppress(OSError, ssl.SSLError):
            await self._writer.wait_closed()

    def abort(self) -> None:
        """Drop the connection."""
        self._writer.transport.abort()
