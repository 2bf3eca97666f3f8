"""Wire faults: what leaves in the place of an answer, and how it leaves. HTTP, SMTP and IMAP doors play the same.

``spoil`` is a pure function of the fault and of the whole answer; ``play`` writes the result to a transport, TLS or
not. The service has acted already: only what its client sees differs. Source: design of the project (Faults). Must not
know any protocol.
"""

from __future__ import annotations

import asyncio
import hashlib
import socket
import struct
import sys
from collections.abc import Awaitable
from dataclasses import dataclass
from enum import Enum

from lgo_sandbox.tenant.faults import Fault, FaultKind
from lgo_sandbox.watch.causes import Struck
from lgo_sandbox.watch.exchange import FAULTED, Exchange

__all__ = ["End", "Spoiled", "note_fault", "play", "reset", "spoil"]

NOISE = hashlib.shake_128(b"no protocol begins like this").digest(256)
"""The same noise each time: a test that meets it can be repeated."""
STEPS_PER_SECOND = 10
NO_LINGER = struct.pack("hh" if sys.platform == "win32" else "ii", 1, 0)
HELD_SECONDS = 600.0
"""How long a connection without an answer is kept; most clients give up long before."""

TITLES = {
    FaultKind.DELAY: "réponse retardée de {value} ms",
    FaultKind.STATUS: "réponse remplacée par le code {value}",
    FaultKind.NAMED: "panne du service : {value}",
    FaultKind.RESET: "connexion rompue (RST) à la place de la réponse",
    FaultKind.CUT: "réponse coupée après {value} octets",
    FaultKind.EMPTY: "connexion close sans un octet de réponse",
    FaultKind.TRUNCATED: "réponse tronquée à la moitié de son corps",
    FaultKind.GARBAGE: "octets sans signification à la place de la réponse",
    FaultKind.DRIP: "réponse envoyée à {value} octets par seconde",
    FaultKind.STALL: "réponse arrêtée à sa moitié, connexion laissée ouverte",
    FaultKind.NO_ANSWER: "aucune réponse, connexion laissée ouverte",
}


class End(Enum):
    """What follows the octets."""

    CLOSE = "close"
    RESET = "reset"
    HANG = "hang"


@dataclass(frozen=True, slots=True)
class Spoiled:
    """What leaves instead of an answer: octets, how fast (octets per second; 0: at once), and what follows."""

    octets: bytes
    end: End = End.CLOSE
    rate: int = 0


def spoil(fault: Fault, head: bytes, body: bytes) -> Spoiled:
    """Return what a wire fault makes of an answer; a protocol without heads gives it as body."""
    whole = head + body
    match fault.kind:
        case FaultKind.RESET:
            return Spoiled(b"", End.RESET)
        case FaultKind.CUT:
            return Spoiled(whole[: int(fault.value)])
        case FaultKind.TRUNCATED:
            return Spoiled(head + body[: len(body) // 2])
        case FaultKind.GARBAGE:
            return Spoiled(NOISE)
        case FaultKind.DRIP:
            return Spoiled(whole, rate=max(int(fault.value), 1))
        case FaultKind.STALL:
            return Spoiled(whole[: len(whole) // 2], End.HANG)
        case FaultKind.NO_ANSWER:
            return Spoiled(b"", End.HANG)
        case _:
            return Spoiled(b"")


async def play(spoiled: Spoiled, transport: asyncio.Transport, gone: Awaitable[object]) -> None:
    """Write what is spoiled and end as it says; ``gone`` is done when the client has left."""
    await _write(spoiled, transport)
    if spoiled.end is End.RESET:
        reset(transport)
        return
    if spoiled.end is End.HANG:
        await asyncio.wait({asyncio.ensure_future(gone)}, timeout=HELD_SECONDS)
    transport.close()


async def _write(spoiled: Spoiled, transport: asyncio.Transport) -> None:
    if not spoiled.rate:
        if spoiled.octets:
            transport.write(spoiled.octets)
        return
    step = max(spoiled.rate // STEPS_PER_SECOND, 1)
    for start in range(0, len(spoiled.octets), step):
        if transport.is_closing():
            return
        transport.write(spoiled.octets[start : start + step])
        await asyncio.sleep(step / spoiled.rate)


def reset(transport: asyncio.Transport) -> None:
    """Drop a connection with RST instead of FIN, over TLS too."""
    found = transport.get_extra_info("socket")
    if found is not None and found.fileno() >= 0:
        # Lingering for no time makes the system send RST (socket(7)); on a copy, as loops lend theirs only to look at.
        with socket.fromfd(found.fileno(), found.family, found.type) as copy:
            copy.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, NO_LINGER)
    transport.abort()


def note_fault(exchange: Exchange, fault: Fault, effect: str = "") -> None:
    """Note that a fault strikes an exchange, beside others: when it ends, a finding says so.

    ``effect`` is French, where the protocol has no code such as the one that was armed.
    """
    exchange.fault = fault.id
    if fault.kind is FaultKind.STATUS:
        exchange.outcome = FAULTED
    before = exchange.noted.get(Struck)
    effect = effect or TITLES[fault.kind].format(value=fault.value)
    exchange.noted.put(
        Struck(
            id=fault.id,
            effect=f"{before.effect} ; {effect}" if before else effect,
            on_the_wire=fault.kind.on_the_wire or (before is not None and before.on_the_wire),
        )
    )
