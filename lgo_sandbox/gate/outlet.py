"""The way out of a connection: head and body of an answer leave in one write, or spoiled by an armed wire fault.

Stands between uvicorn's protocol and the transport, TLS or not. Must not know any session or service.
"""

from __future__ import annotations

import asyncio
from functools import cached_property
from typing import Any

from lgo_sandbox.gate.handshakes import Failure
from lgo_sandbox.gate.spoiling import play, spoil
from lgo_sandbox.gate.tls import peer_certificate_of
from lgo_sandbox.pki import PeerCertificate
from lgo_sandbox.tenant.faults import Fault

__all__ = ["Outlet"]

HEAD_END = b"\r\n\r\n"


class Outlet(asyncio.Transport):
    """A transport that can hold back what is written."""

    def __init__(self, transport: asyncio.Transport) -> None:
        self.late = False
        """The body of the request does not come in time."""
        self.misread: Failure | None = None
        """What the parser cannot read in the body of the request."""
        self.stuck_since = 0.0
        """Since when the client does not read (time of the loop); 0: it does."""
        self._transport = transport
        self._held: list[bytes] | None = None
        self._fault: Fault | None = None
        self._closing = False
        self._gone: asyncio.Future[None] | None = None
        self._playing: asyncio.Task[None] | None = None

    @cached_property
    def peer(self) -> PeerCertificate | None:
        """The certificate that the client showed when the connection was made."""
        return peer_certificate_of(self)

    def hold(self) -> None:
        """Keep what is written until ``release``."""
        if self._held is None:
            self._held = []

    def spoil(self, fault: Fault) -> None:
        """Keep the answer until ``release``; it then leaves as the fault wants, and the connection ends with it."""
        self.hold()
        self._fault = fault

    def release(self) -> None:
        """Write what was held, at once."""
        held, self._held = self._held, None
        if held is None:
            return
        if self._fault is not None:
            self._play(self._fault, b"".join(held))
        elif held and not self._transport.is_closing():
            self._transport.write(held[0] if len(held) == 1 else b"".join(held))
        if self._closing and self._playing is None:
            self._transport.close()

    def lost(self) -> None:
        """The connection is gone."""
        self._held = None
        if self._gone is not None and not self._gone.done():
            self._gone.set_result(None)

    def write(self, data: Any) -> None:
        """Write, or hold."""
        if self._held is not None:
            self._held.append(bytes(data))
        elif self._playing is None:
            self._transport.write(data)

    def close(self) -> None:
        """Close once what is held has left."""
        self._closing = True
        if self._held is None and self._playing is None:
            self._transport.close()

    def abort(self) -> None:
        """Drop the connection."""
        self._held = None
        if self._playing is not None:
            self._playing.cancel()
        self._transport.abort()

    def is_closing(self) -> bool:
        """Tell whether nothing more will be read or written."""
        return self._closing or self._transport.is_closing()

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        """Return what the transport says."""
        return self._transport.get_extra_info(name, default)

    def pause_reading(self) -> None:
        """Read no more for now."""
        self._transport.pause_reading()

    def resume_reading(self) -> None:
        """Read again."""
        self._transport.resume_reading()

    def _play(self, fault: Fault, answer: bytes) -> None:
        head, end, body = answer.partition(HEAD_END)
        loop = asyncio.get_running_loop()
        self._closing, self._gone = True, loop.create_future()
        self._playing = loop.create_task(play(spoil(fault, head + end, body), self._transport, self._gone))
