"""The gate before every service's application: finds the session, limits and journals the exchange, runs the checks.

Pure ASGI. A request finds its session by path prefix ``/s/{session}``, then by its client certificate or by the
token or code it carries, then by the listener. The body is read here, once and bounded; the application gets it
through ``Call``. Source: design of the project (« How a request flows »). Knows services by their contract
only.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from dataclasses import dataclass
from email.utils import format_datetime
from enum import Enum
from typing import Any

from lgo_sandbox.contract import Door, Problem, ProblemKind, Service
from lgo_sandbox.gate.record import finish, open_exchange, refuse
from lgo_sandbox.gate.tls import peer_certificate_of
from lgo_sandbox.pki import Judgement, PeerCertificate
from lgo_sandbox.sandbox import Addresses, Sandbox
from lgo_sandbox.settings import MIB
from lgo_sandbox.tenant.faults import FaultKind
from lgo_sandbox.tenant.session import Session
from lgo_sandbox.tenant.sessions import UnknownSession
from lgo_sandbox.tenant.tokens import session_of_bearer
from lgo_sandbox.watch.exchange import ABORTED, FAULTED, REFUSED, Exchange
from lgo_sandbox.watch.facts import Facts
from lgo_sandbox.watch.refusals import Refusal
from lgo_sandbox.wire.http import RawResponse

__all__ = ["Call", "FaultInjected", "Gate"]

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

PREFIX = re.compile(r"/s/([a-z0-9-]{1,32})(?=/|$)")
KEY = "lgo.call"
DRAINED = 64 * MIB
"""What is read and dropped of a body beyond the limit, so that its sender gets to the answer instead of a reset."""


class FaultInjected(Exception):
    """An armed fault replaces the answer; carries the problem to render."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.message)
        self.problem = problem


class Call:
    """One HTTP request, as a handler sees it: session, exchange, body, peer, and where we answer."""

    def __init__(
        self, scope: Scope, body: bytes, gate: Gate, session: Session, exchange: Exchange, peer: PeerCertificate | None
    ) -> None:
        self.scope = scope
        self.body = body
        self.sandbox = gate.sandbox
        self.session = session
        self.exchange = exchange
        self.peer = peer
        self.door = gate.door.name
        self.tls = scope.get("scheme") == "https"
        self.struck: frozenset[str] = frozenset()
        """Names of the service's own faults that strike this exchange (``Service.faults``)."""
        self.prefix: str = scope["lgo.prefix"]
        self._gate = gate

    @property
    def headers(self) -> dict[str, str]:
        """The request headers, names in lower case; the last of repeated ones."""
        return dict(self.exchange.request_headers)

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
        return self._gate.addresses.root(door or self.door, tls=tls) + self.prefix

    def socket(self, door: str) -> str:
        """Return the ``host:port`` of a mail door on these listeners, empty when it is not open here."""
        return self._gate.addresses.sockets.get(door, "")

    def note(self, *noted: Facts, **facts: Any) -> None:
        """Keep facts of this exchange for the checks and for people; they replace those of the same type."""
        for one in noted:
            self.exchange.noted.put(one)
        self.exchange.facts.update(facts)

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
        """Name the operation, and let the armed faults act. Raises FaultInjected."""
        self.exchange.operation = operation
        client = next(filter(None, clients), str(self.exchange.facts.get("client_id", "*")))
        for fault in self.session.faults.take(self.exchange.service, operation, client):
            self.exchange.fault = fault.id
            if fault.kind is FaultKind.NAMED:
                self.struck |= {str(fault.value)}
            elif fault.kind is FaultKind.DELAY:
                await asyncio.sleep(int(fault.value) / 1000)
            else:
                self.exchange.outcome = FAULTED
                raise FaultInjected(
                    Problem(ProblemKind.FAULT, int(fault.value), "panne simulée par une faute armée", body=self.body)
                )

    @classmethod
    def of(cls, scope: Scope) -> Call:
        """Return the call of an ASGI scope behind the gate."""
        call = scope[KEY]
        assert isinstance(call, cls)
        return call


class Gate:
    """ASGI middleware of one door for one listener. ``session`` is the one of requests that name none."""

    def __init__(
        self, app: Any, sandbox: Sandbox, service: Service, door: Door, addresses: Addresses | None = None
    ) -> None:
        self.app = app
        self.sandbox = sandbox
        self.service = service
        self.door = door
        self.addresses = addresses or sandbox.addresses

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        started = time.perf_counter()
        prefixed = _strip_prefix(scope)
        arrived = await _read(receive, self.service.max_body)
        peer = peer_certificate_of(scope.get("state", {}).get("transport"))
        headers = _text(scope["headers"])
        try:
            session = self._session(prefixed, peer, _path_and_query(scope), dict(headers), arrived.octets)
        except UnknownSession as error:
            unknown = Problem(ProblemKind.UNKNOWN_SESSION, 404, str(error), body=arrived.octets)
            await _send(send, self.service.problem(unknown))
            return
        exchange = open_exchange(session, self.service.name, self.door.name, str(scope["scheme"]))
        _fill(exchange, scope, headers, arrived.octets, peer)
        call = scope[KEY] = Call(scope, arrived.octets, self, session, exchange, peer)
        recorder = _Recorder(send, exchange, session, self.sandbox.settings.journal_body_bytes)
        try:
            if arrived.how is _How.TOO_LARGE:
                await self._refuse_size(call, recorder)
            elif arrived.how is _How.CUT:
                exchange.outcome = ABORTED
            else:
                await self.app(scope, _replay(arrived.octets, receive), recorder)
        finally:
            exchange.duration_ms = (time.perf_counter() - started) * 1000
            finish(self.service, session, exchange)

    async def _refuse_size(self, call: Call, send: Send) -> None:
        limit = self.service.max_body
        message = f"corps de requête trop volumineux : limite {limit} octets"
        refuse(
            call.exchange,
            "SANDBOX-CORPS-TROP-LONG",
            received=f"plus de {limit} octets",
            expected=f"{limit} octets au plus",
        )
        response = self.service.problem(Problem(ProblemKind.TOO_LARGE, 413, message))
        await _send(send, response, close=True)

    def _session(
        self, prefixed: str, peer: PeerCertificate | None, target: str, headers: dict[str, str], body: bytes
    ) -> Session:
        sessions = self.sandbox.sessions
        if prefixed:
            return sessions.get(prefixed)
        named = (peer.session if peer else "") or session_of_bearer(headers.get("authorization", ""))
        return sessions.get(named or self.service.session_hint(target, headers, body) or self.addresses.session)


class _Recorder:
    """The ``send`` of one exchange: adds the date, keeps what leaves."""

    def __init__(self, send: Send, exchange: Exchange, session: Session, limit: int) -> None:
        self._send = send
        self._exchange = exchange
        self._session = session
        self._room = limit

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            date = format_datetime(self._session.clock.wire().replace(microsecond=0), usegmt=True)
            message["headers"] = [*message.get("headers", ()), (b"date", date.encode())]
            self._exchange.status = message["status"]
            self._exchange.response_headers = _text(message["headers"])
        elif message["type"] == "http.response.body":
            body = message.get("body", b"")
            self._exchange.response_size += len(body)
            self._exchange.response_body += body[: self._room]
            self._room = max(self._room - len(body), 0)
        await self._send(message)


def _text(headers: Iterable[tuple[bytes, bytes]]) -> list[tuple[str, str]]:
    return [(name.decode("latin-1").lower(), value.decode("latin-1")) for name, value in headers]


def _strip_prefix(scope: Scope) -> str:
    match = PREFIX.match(scope["path"])
    scope["lgo.prefix"] = match.group(0) if match else ""
    if match is None:
        return ""
    scope["path"] = scope["path"][match.end() :] or "/"
    raw = scope.get("raw_path")
    if raw:
        scope["raw_path"] = raw[match.end() :] or b"/"
    return match.group(1)


def _path_and_query(scope: Scope) -> str:
    query = scope.get("query_string", b"").decode("latin-1")
    return f"{scope['path']}?{query}" if query else str(scope["path"])


class _How(Enum):
    """How a body arrived: whole, longer than the limit (then nothing of it is kept), or cut by the client's leaving."""

    WHOLE = "whole"
    TOO_LARGE = "too large"
    CUT = "cut"


@dataclass(frozen=True, slots=True)
class _Arrived:
    octets: bytes
    how: _How


async def _read(receive: Receive, limit: int) -> _Arrived:
    chunks: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return _Arrived(b"".join(chunks), _How.CUT)
        chunk = message.get("body", b"")
        size += len(chunk)
        ended = not message.get("more_body", False)
        if size <= limit:
            chunks.append(chunk)
            if ended:
                return _Arrived(b"".join(chunks), _How.WHOLE)
        elif ended or size > limit + DRAINED:
            return _Arrived(b"", _How.TOO_LARGE)
        else:
            chunks.clear()


def _replay(body: bytes, receive: Receive) -> Receive:
    sent = False

    async def replay() -> Message:
        nonlocal sent
        if sent:
            return await receive()
        sent = True
        return {"type": "http.request", "body": body, "more_body": False}

    return replay


async def _send(send: Send, response: RawResponse, *, close: bool = False) -> None:
    headers = [(b"content-type", response.content_type.encode()), (b"content-length", str(len(response.body)).encode())]
    headers += [(k.lower().encode(), v.encode("latin-1")) for k, v in response.headers]
    if close:
        headers.append((b"connection", b"close"))
    await send({"type": "http.response.start", "status": response.status, "headers": headers})
    await send({"type": "http.response.body", "body": response.body})


def _fill(
    exchange: Exchange, scope: Scope, headers: list[tuple[str, str]], body: bytes, peer: PeerCertificate | None
) -> None:
    query = scope.get("query_string", b"").decode("latin-1")
    exchange.target = f"{scope['method']} {scope['lgo.prefix']}{scope['path']}" + (f"?{query}" if query else "")
    exchange.peer = "{}:{}".format(*scope["client"]) if scope.get("client") else ""
    exchange.certificate = peer.subject if peer else ""
    exchange.request_headers = headers
    exchange.request_body, exchange.request_size = body, len(body)
