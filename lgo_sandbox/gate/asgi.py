"""The gate before every service's application: finds the session, limits and journals the exchange, runs the checks.

Pure ASGI. A request finds its session by path prefix ``/s/{session}``, then by its client certificate or by the
token or code it carries, then by the listener. The body is read here, once and bounded; the application gets it
through ``Call``. Source: design of the project (« How a request flows »). Knows services by their contract
only.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterable
from dataclasses import dataclass
from email.utils import format_datetime
from enum import Enum
from typing import Any

from lgo_sandbox.contract import Door, Problem, ProblemKind, Service
from lgo_sandbox.gate.call import KEY, Call, FaultInjected, Message, Receive, Scope, Send
from lgo_sandbox.gate.outlet import Outlet
from lgo_sandbox.gate.record import finish, open_exchange, refuse, store_problem
from lgo_sandbox.gate.tls import peer_certificate_of
from lgo_sandbox.pki import PeerCertificate
from lgo_sandbox.sandbox import Addresses, Sandbox
from lgo_sandbox.settings import MIB
from lgo_sandbox.state.errors import StoreError
from lgo_sandbox.tenant.session import Session
from lgo_sandbox.tenant.sessions import UnknownSession
from lgo_sandbox.tenant.tokens import session_of_bearer
from lgo_sandbox.watch.exchange import ABORTED, Exchange
from lgo_sandbox.wire.http import RawResponse

__all__ = ["Call", "FaultInjected", "Gate"]

PREFIX = re.compile(r"/s/([a-z0-9-]{1,32})(?=/|$)")
DRAINED = 64 * MIB
"""What is read and dropped of a body beyond the limit, so that its sender gets to the answer instead of a reset."""


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
        except StoreError as error:
            await _send(send, self.service.problem(store_problem(error, arrived.octets)))
            return
        exchange = open_exchange(session, self.service.name, self.door.name, str(scope["scheme"]))
        _fill(exchange, scope, headers, arrived.octets, peer)
        call = scope[KEY] = Call(
            scope, arrived.octets, self.sandbox, self.addresses, self.door, session, exchange, peer
        )
        recorder = _Recorder(send, call, self.service, self.sandbox.settings.journal_body_bytes)
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
    """The ``send`` of one exchange: adds the date, keeps what leaves, lets head and body leave together.

    A fault that names no operation strikes here the requests whose operation nobody could tell.
    """

    def __init__(self, send: Send, call: Call, service: Service, limit: int) -> None:
        self._send = send
        self._call = call
        self._exchange = call.exchange
        self._service = service
        self._room = limit
        self._replaced = False
        outlet = call.scope.get("state", {}).get("transport")
        self._outlet = outlet if isinstance(outlet, Outlet) else None

    async def __call__(self, message: Message) -> None:
        if self._replaced:
            return
        if message["type"] == "http.response.start":
            if not self._call.entered:
                try:
                    await self._call.enter("")
                except FaultInjected as injected:
                    await _send(self, self._service.problem(injected.problem))
                    self._replaced = True
                    return
            self._start(message)
        elif message["type"] == "http.response.body":
            self._keep(message.get("body", b""))
        await self._send(message)
        if self._outlet is not None and message["type"] == "http.response.body" and not message.get("more_body"):
            self._outlet.release()

    def _start(self, message: Message) -> None:
        date = format_datetime(self._call.session.clock.wire().replace(microsecond=0), usegmt=True)
        headers = [*message.get("headers", ()), (b"date", date.encode())]
        if self._outlet is not None:
            if self._call.spoiling is not None:
                headers.append((b"connection", b"close"))
                self._outlet.spoil(self._call.spoiling)
            elif any(name == b"content-length" for name, _ in headers):
                self._outlet.hold()
        message["headers"] = headers
        self._exchange.status = message["status"]
        self._exchange.response_headers = _text(headers)

    def _keep(self, body: bytes) -> None:
        self._exchange.response_size += len(body)
        self._exchange.response_body += body[: self._room]
        self._room = max(self._room - len(body), 0)


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
