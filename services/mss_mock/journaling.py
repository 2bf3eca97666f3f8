"""Mail exchanges in the session's journal, and the faults armed on them.

Source: design of the project (« SMTP and IMAP open exchanges in the same journal »). Knows the contract of the sandbox.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from lgo_sandbox.contract import Service
from lgo_sandbox.gate.record import finish, open_exchange
from lgo_sandbox.gate.spoiling import note_fault
from lgo_sandbox.tenant.faults import Fault, FaultKind
from lgo_sandbox.tenant.session import Session
from lgo_sandbox.watch.exchange import REFUSED, Exchange
from lgo_sandbox.watch.facts import Facts
from lgo_sandbox.watch.refusals import Refusal
from mss_mock.codes import SERVICE, SERVICE_CLOSING
from mss_mock.stream import Stream

__all__ = ["FaultStruck", "Record", "strike"]


class FaultStruck(Exception):
    """An armed fault replaces the answer; ``value`` is the reply code asked for, ``imap`` what IMAP says instead."""

    def __init__(self, value: int, imap: bytes = b"NO [SERVERBUG] Internal error occurred (simulated fault)") -> None:
        super().__init__(str(value))
        self.value = value
        self.imap = imap


@dataclass(slots=True)
class Record:
    """An exchange under way."""

    service: Service
    session: Session
    exchange: Exchange
    started: float = field(default_factory=time.perf_counter)

    @classmethod
    def open(cls, service: Service, session: Session, door: str, operation: str) -> Record:
        """Begin an exchange of a mail door, whose name is its transport too."""
        exchange = open_exchange(session, SERVICE, door, door)
        exchange.operation = exchange.target = operation
        return cls(service, session, exchange)

    def request(self, octets: bytes) -> None:
        """Keep what came."""
        self.exchange.request_body, self.exchange.request_size = octets, len(octets)

    def note(self, facts: Facts) -> None:
        """Note facts, in the place of others of their type."""
        self.exchange.noted.put(facts)

    def refuse(self, refusal: Refusal) -> None:
        """Note why this exchange is refused."""
        self.exchange.noted.put(refusal)
        self.exchange.outcome = REFUSED

    def finish(self, status: int, answer: bytes, summary: str, *, outcome: str = "") -> None:
        """End the exchange: run the checks and give it to the journal."""
        exchange = self.exchange
        exchange.status, exchange.summary = status, summary
        exchange.outcome = outcome or exchange.outcome
        exchange.response_body = answer
        exchange.response_size = exchange.response_size or len(answer)
        exchange.duration_ms = (time.perf_counter() - self.started) * 1000
        finish(self.service, self.session, exchange)


def _effect(fault: Fault) -> str:
    """Say what a status does to a protocol that has no codes; "" for what it does to all."""
    if fault.kind is not FaultKind.STATUS:
        return ""
    return "dialogue clos par BYE" if fault.value == SERVICE_CLOSING else "réponse remplacée par NO [SERVERBUG]"


async def strike(
    session: Session, operation: str, client: str, struck: Callable[[], Exchange], stream: Stream
) -> tuple[Fault, ...]:
    """Let the armed faults act on an operation; return the operator's own, which the caller plays. Raises FaultStruck.

    ``struck`` gives the exchange that they strike, once one does. A wire fault lets the operation go on, and spoils its
    answer when the stream is released.
    """
    named = []
    for fault in session.faults.take(SERVICE, operation, client):
        if fault.kind is FaultKind.NAMED:
            named.append(fault)
            continue
        exchange = struck()
        note_fault(exchange, fault, _effect(fault) if exchange.transport == "imap" else "")
        if fault.kind is FaultKind.DELAY:
            await asyncio.sleep(int(fault.value) / 1000)
        elif fault.kind.on_the_wire:
            stream.spoil(fault)
        elif fault.kind is FaultKind.STATUS:
            raise FaultStruck(int(fault.value))
    return tuple(named)
