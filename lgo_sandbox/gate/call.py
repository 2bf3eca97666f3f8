"""One HTTP request, as a handler sees it; and how armed faults reach it.

Source: design of the project (« How a request flows »). Knows services by their contract only.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from typing import Any

from lgo_sandbox.contract import Door, Problem, ProblemKind
from lgo_sandbox.gate.spoiling import note_fault
from lgo_sandbox.pki import Judgement, PeerCertificate
from lgo_sandbox.sandbox import Addresses, Sandbox
from lgo_sandbox.tenant.faults import Fault, FaultKind
from lgo_sandbox.tenant.session import Session
from lgo_sandbox.watch.exchange import REFUSED, Exchange
from lgo_sandbox.watch.facts import Facts
from lgo_sandbox.watch.refusals import Refusal

__all__ = ["KEY", "Call", "FaultInjected", "Message", "Receive", "Scope", "Send"]

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

KEY = "lgo.call"


class FaultInjected(Exception):
    """An armed fault replaces the answer; carries the problem to render."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.message)
        self.problem = problem


class Call:
    """One HTTP request: session, exchange, body, peer, and where we answer. ``tls`` is a fact of the listener."""

    def __init__(
        self,
        scope: Scope,
        body: bytes,
        sandbox: Sandbox,
        addresses: Addresses,
        door: Door,
        session: Session,
        exchange: Exchange,
        peer: PeerCertificate | None,
    ) -> None:
        self.scope = scope
        self.body = body
        self.sandbox = sandbox
        self.session = session
        self.exchange = exchange
        self.peer = peer
        self.door = door.name
        self.tls = exchange.transport == "https"
        self.struck: frozenset[str] = frozenset()
        """Names of the service's own faults that strike this exchange (``Service.faults``)."""
        self.prefix: str = scope["lgo.prefix"]
        self.spoiling: Fault | None = None
        """The wire fault that will strike the answer."""
        self.entered = False
        self.quiet = False
        """A page of ours only asks whether something changed: answered without facts, this is no evidence to keep."""
        self._addresses = addresses
        self._headers: dict[str, str] = {}

    @property
    def headers(self) -> Mapping[str, str]:
        """The request headers, names in lower case; the last of repeated ones."""
        if not self._headers:
            self._headers = dict(self.exchange.request_headers)
        return self._headers

    @property
    def method(self) -> str:
        """The HTTP method."""
        return str(self.scope["method"])

    @property
    def path_params(self) -> dict[str, str]:
        """The parameters that the route found in the path."""
        return dict(self.scope.get("path_params", {}))

    @property
    def query(self) -> str:
        """The raw query string."""
        return str(self.scope.get("query_string", b"").decode("latin-1"))

    def url(self, door: str | None = None, *, tls: bool = True) -> str:
        """Return the public root URL of a door on these listeners, with the prefix the request came with."""
        return self._addresses.root(door or self.door, tls=tls) + self.prefix

    def socket(self, door: str) -> str:
        """Return the ``host:port`` of a mail door on these listeners, empty when it is not open here."""
        return self._addresses.sockets.get(door, "")

    def note(self, *noted: Facts) -> None:
        """Keep facts of this exchange for the checks and for people; they replace those of the same type."""
        for one in noted:
            self.exchange.noted.put(one)

    def refuse(self, refusal: Refusal) -> None:
        """Note why this exchange is refused, for the finding that explains it."""
        self.exchange.outcome = REFUSED
        self.exchange.noted.put(refusal)

    def summarise(self, summary: str) -> None:
        """Say in one French line, for the list of exchanges, what was asked and answered."""
        self.exchange.summary = summary

    def judge_peer(self) -> Judgement | None:
        """Judge the client certificate in age time; None when there is none."""
        return self.sandbox.pki.judge(self.peer, self.session.clock.age()) if self.peer else None

    async def enter(self, operation: str, *clients: str) -> None:
        """Name the operation, and let the armed faults act. Raises FaultInjected.

        ``clients`` are names that the client goes by, beside those in its certificate.
        """
        self.exchange.operation = operation
        self.entered = True
        for fault in self.session.faults.take(self.exchange.service, operation, *clients, *self._names()):
            note_fault(self.exchange, fault)
            if fault.kind is FaultKind.NAMED:
                self.struck |= {str(fault.value)}
            elif fault.kind is FaultKind.DELAY:
                await asyncio.sleep(int(fault.value) / 1000)
            elif fault.kind.on_the_wire:
                self.spoiling = fault
            else:
                raise FaultInjected(
                    Problem(ProblemKind.FAULT, int(fault.value), "panne simulée par une faute armée", body=self.body)
                )

    def let_go(self) -> None:
        """Let the body die with the request: what follows needs no more than the journal keeps."""
        self.body = b""
        self.exchange.request_body = self.exchange.request_body[: self.sandbox.settings.journal_body_bytes]

    def _names(self) -> list[str]:
        return [self.peer.common_name, self.peer.organisational_unit] if self.peer else []

    @classmethod
    def of(cls, scope: Scope) -> Call:
        """Return the call of an ASGI scope behind the gate."""
        call = scope[KEY]
        assert isinstance(call, cls)
        return call
