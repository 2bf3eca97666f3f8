"""Reading the body of a request: once, bounded in size, time and in the room that all bodies share.

A body that nobody will read (too long, for an unknown address, without room) is read and dropped, so that its sender
reaches the answer instead of a reset. Source: RFC 9112 §6 and §9.3; docs/sources/transport.md. Knows no service.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from lgo_sandbox.gate.call import Receive
from lgo_sandbox.gate.handshakes import Failure
from lgo_sandbox.gate.outlet import Outlet
from lgo_sandbox.gate.room import Room
from lgo_sandbox.settings import KIB, MIB

__all__ = ["Arrived", "How", "read_body"]

DRAINED = 64 * MIB
"""What is read and dropped of a body beyond the limit."""
SMALL = 64 * KIB
"""Bodies up to here take no room: the connections hold more."""
STEP = 4 * MIB
"""How much room a body takes at once that does not say how long it is."""


class How(Enum):
    """How a body arrived: whole, or why nothing of it is kept."""

    WHOLE = "whole"
    TOO_LARGE = "too large"
    CUT = "cut"
    LATE = "late"
    NO_ROOM = "no room"
    MISREAD = "misread"


@dataclass(slots=True)
class Arrived:
    """A body, how many octets came, the room it takes until it is given back, and what the parser cannot read in it."""

    octets: bytes
    size: int
    how: How
    room: int = 0
    misread: Failure | None = None


class _Held:
    """What was read so far."""

    def __init__(self) -> None:
        self.size = 0
        self.kept = True
        self._first = b""
        self._more: io.BytesIO | None = None

    def add(self, chunk: bytes) -> None:
        self.size += len(chunk)
        if not self.kept or not chunk:
            return
        if self._more is None and not self._first:
            self._first = chunk
            return
        if self._more is None:
            self._more = io.BytesIO()
            self._more.write(self._first)
            self._first = b""
        self._more.write(chunk)

    def drop(self) -> None:
        self.kept, self._first, self._more = False, b"", None

    @property
    def octets(self) -> bytes:
        """The whole body; what grew in a BytesIO is not copied."""
        return self._more.getvalue() if self._more is not None else self._first


async def read_body(
    receive: Receive,
    headers: Mapping[str, str],
    limit: int,
    room: Room,
    outlet: Outlet | None,
    *,
    wanted: bool = True,
) -> Arrived:
    """Read a body of at most ``limit`` octets; one that is not ``wanted`` is dropped, and whole all the same."""
    if "content-length" not in headers and "transfer-encoding" not in headers:
        return Arrived(b"", 0, How.WHOLE)  # RFC 9112 §6.3: such a request has no body
    held, taken, without_room = _Held(), 0, False
    declared = _declared(headers)
    if not wanted or declared > limit:
        held.drop()
    while True:
        if held.kept and (needed := _needed(declared, held.size)) > taken:
            more = await room.take(needed - taken)
            without_room = more is None
            taken += more or 0
            if without_room:
                held.drop()
        message = await receive()
        if message["type"] == "http.disconnect":
            return Arrived(held.octets, held.size, How.CUT, taken)
        held.add(message.get("body", b""))
        if held.size > limit:
            held.drop()
        if outlet is not None and outlet.misread is not None:
            return Arrived(b"", held.size, How.MISREAD, taken, outlet.misread)
        if outlet is not None and outlet.late:
            return Arrived(b"", held.size, How.LATE, taken)
        if not message.get("more_body", False) or held.size > limit + DRAINED:
            how = How.TOO_LARGE if held.size > limit else How.NO_ROOM if without_room else How.WHOLE
            return Arrived(held.octets, held.size, how, taken)


def _declared(headers: Mapping[str, str]) -> int:
    length = headers.get("content-length", "")
    return int(length) if length.isascii() and length.isdigit() else 0


def _needed(declared: int, size: int) -> int:
    """Return how much room a body should have: what it declares, else a step more than what came."""
    needed = max(declared, size)
    if needed <= SMALL:
        return 0
    return declared if declared >= size else (size // STEP + 1) * STEP
