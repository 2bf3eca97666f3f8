"""TLS on the connections of a listener, over an ordinary transport, so that a handshake that fails can be explained.

The event loops hide why a handshake failed, and uvloop's layer cannot be told from the transport below it. This one is
a protocol towards the socket and a transport towards HTTP; OpenSSL does the work in memory. Source: Python's ``ssl``
(SSLObject, MemoryBIO); RFC 8446. Must not know HTTP, sessions or services.
"""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from collections.abc import Callable
from typing import Any, cast

from lgo_sandbox.gate.handshakes import CLIENT_HELLO

__all__ = ["NotTls", "Secured", "Silent"]

READ = 256 * 1024
KEPT = 4096
"""What is kept of a handshake, to show when it fails."""

Opened = Callable[[], asyncio.Protocol]
Made = Callable[["Secured"], None]
Failed = Callable[["Secured", Exception | None, bytes], None]


class NotTls(Exception):
    """What came is no TLS: the connection is still open for an answer that the client may understand."""


class Silent(Exception):
    """The handshake was done, and the client left without a word."""


class Secured(asyncio.Transport, asyncio.Protocol):
    """One connection.

    ``made`` is told of it, ``opened`` makes its protocol once the handshake is done, ``failed`` is told why it is not.
    """

    def __init__(self, context: ssl.SSLContext, made: Made, opened: Opened, failed: Failed) -> None:
        self.arrived = b""
        """What came during the handshake."""
        self.since = 0.0
        """When the connection was made (time of the loop)."""
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._context = context
        self._tls = context.wrap_bio(self._incoming, self._outgoing, server_side=True)
        self._made = made
        self._opened = opened
        self._failed = failed
        self._protocol: asyncio.Protocol | None = None
        self._raw: asyncio.Transport
        self._over = False
        self._heard = False

    # towards the socket

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """A client has connected."""
        self._raw = cast(asyncio.Transport, transport)
        self.since = asyncio.get_running_loop().time()
        self._made(self)

    def data_received(self, data: bytes) -> None:
        """Octets of TLS came."""
        if self._over:
            return
        if self._protocol is None and not self.arrived and data[0] != CLIENT_HELLO:
            self._over = True
            self._failed(self, NotTls(), data[:KEPT])
            return
        self._incoming.write(data)
        if self._protocol is None:
            if len(self.arrived) < KEPT:
                self.arrived += data[: KEPT - len(self.arrived)]
            if not self._shake():
                return
        self._read()

    def eof_received(self) -> None:
        """The client sends nothing more."""
        if self._protocol is not None:
            self._protocol.eof_received()

    def connection_lost(self, exc: Exception | None) -> None:
        """The connection is gone."""
        if self._protocol is not None:
            self._protocol.connection_lost(exc)
            if not self._heard:
                self._failed(self, Silent(), b"")
        elif not self._over:
            self._over = True
            self._failed(self, None, self.arrived)

    def pause_writing(self) -> None:
        """Tell the protocol that its client reads too slowly."""
        if self._protocol is not None:
            self._protocol.pause_writing()

    def resume_writing(self) -> None:
        """Tell the protocol that its client reads again."""
        if self._protocol is not None:
            self._protocol.resume_writing()

    @property
    def shaking(self) -> bool:
        """Tell whether the handshake is under way."""
        return self._protocol is None and not self._over

    def give_up(self) -> None:
        """End a connection whose handshake is not to go on."""
        self._over = True
        self._raw.abort()

    def answer_plainly(self, octets: bytes) -> None:
        """Answer without TLS a client that does not speak it, and close."""
        self._over = True
        self._raw.write(octets)
        self._raw.close()

    # towards the protocol

    def write(self, data: bytes | bytearray | memoryview) -> None:
        """Send octets to the client."""
        if self._over or not data:
            return
        try:
            self._tls.write(data)
        except (ssl.SSLError, OSError):
            self.abort()
            return
        self._flush()

    def close(self) -> None:
        """Say goodbye and close once all is sent."""
        if self._over:
            return
        self._over = True
        with contextlib.suppress(ssl.SSLError, OSError, ValueError):  # its client's goodbye is not waited for
            self._tls.unwrap()
        self._flush()
        self._raw.close()

    def abort(self) -> None:
        """Drop the connection."""
        self._over = True
        self._raw.abort()

    def is_closing(self) -> bool:
        """Tell whether nothing more is read or written."""
        return self._over or self._raw.is_closing()

    def pause_reading(self) -> None:
        """Read no more for now."""
        self._raw.pause_reading()

    def resume_reading(self) -> None:
        """Read again."""
        if not self._raw.is_closing():
            self._raw.resume_reading()

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        """Return a fact of the connection."""
        if name == "ssl_object":
            return self._tls
        return self._context if name == "sslcontext" else self._raw.get_extra_info(name, default)

    def _shake(self) -> bool:
        try:
            self._tls.do_handshake()
        except ssl.SSLWantReadError:
            self._flush()
            return False
        except (ssl.SSLError, OSError) as error:
            self._flush()
            self._over = True
            self._failed(self, error, self.arrived)
            self._raw.close()
            return False
        self._flush()
        self.arrived = b""
        self._protocol = self._opened()
        self._protocol.connection_made(self)
        return True

    def _read(self) -> None:
        assert self._protocol is not None
        while not self._over:
            try:
                data = self._tls.read(READ)
            except ssl.SSLWantReadError:
                break
            except (ssl.SSLError, OSError):
                self.close()
                return
            if not data:
                self.close()
                return
            self._heard = True
            self._protocol.data_received(data)
        self._flush()

    def _flush(self) -> None:
        if self._outgoing.pending and not self._raw.is_closing():
            self._raw.write(self._outgoing.read())
