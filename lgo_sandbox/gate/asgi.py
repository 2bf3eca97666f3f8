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
from email.utils import formatdate
from functools import lru_cache
from typing import Any

from lgo_sandbox.contract import Door, Service
from lgo_sandbox.gate.bodies import Arrived, How, read_body
from lgo_sandbox.gate.call import KEY, Call, FaultInjected, Message, Receive, Scope, Send
from lgo_sandbox.gate.outlet import Outlet
from lgo_sandbox.gate.paths import has_route, name_owner
from lgo_sandbox.gate.record import finish, open_exchange, store_problem
from lgo_sandbox.gate.room import Room
from lgo_sandbox.gate.tls import peer_certificate_of
from lgo_sandbox.gate.turning_away import note_cut, turned_away
from lgo_sandbox.pki import PeerCertificate
from lgo_sandbox.sandbox import Addresses, Sandbox
from lgo_sandbox.state.errors import StoreError
from lgo_sandbox.tenant.session import Session
from lgo_sandbox.tenant.sessions import UnknownSession
from lgo_sandbox.tenant.tokens import session_of_bearer
from lgo_sandbox.watch.bad_servers import BadServerMet, Weakness
from lgo_sandbox.watch.exchange import ANSWERED, Exchange
from lgo_sandbox.watch.wording import visible
from lgo_sandbox.wire.http import RawResponse

__all__ = ["Call", "FaultInjected", "Gate"]

PREFIX = re.compile(r"/s/([a-z0-9-]{1,32})(?=/|$)")
LARGE_DIGITS = 6
"""A Content-Length of more digits is a large body."""


class Gate:
    """ASGI middleware of one door for one listener. ``session`` is the one of requests that name none.

    ``weakness`` is what is wrong with the listener, when it is there to be refused.
    """

    def __init__(
        self,
        app: Any,
        sandbox: Sandbox,
        service: Service,
        door: Door,
        addresses: Addresses | None = None,
        room: Room | None = None,
        weakness: Weakness | None = None,
    ) -> None:
        self.app = app
        self.sandbox = sandbox
        self.service = service
        self.door = door
        self.addresses = addresses or sandbox.addresses
        self.weakness = weakness
        self.room = room or Room(sandbox.settings.bodies_bytes, sandbox.settings.bodies_wait_seconds)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        started = time.perf_counter()
        request = _Request(scope, started)
        arrived = await self._read(request, receive)
        try:
            session, unknown = self._found(request, arrived.octets)
            exchange = open_exchange(session, self.service.name, self.door.name, str(scope["scheme"]))
            if self.weakness:
                exchange.noted.put(BadServerMet(weakness=self.weakness, refused=False))
            await self._serve(request, arrived, session, exchange, unknown, receive, send)
        except StoreError as error:
            await _send(send, self.service.problem(store_problem(error, arrived.octets)))
        finally:
            self.room.give(arrived.room)

    async def _read(self, request: _Request, receive: Receive) -> Arrived:
        wanted = not request.may_be_large or has_route(self.app, request.scope)
        return await read_body(
            receive, request.headers, self.service.max_body, self.room, request.outlet, wanted=wanted
        )

    async def _serve(
        self,
        request: _Request,
        arrived: Arrived,
        session: Session,
        exchange: Exchange,
        unknown: str,
        receive: Receive,
        send: Send,
    ) -> None:
        scope = request.scope
        request.fill(exchange, arrived)
        call = scope[KEY] = Call(
            scope, arrived.octets, self.sandbox, self.addresses, self.door, session, exchange, request.peer
        )
        recorder = _Recorder(send, call, self.service, self.sandbox.settings.journal_body_bytes, request.outlet)
        try:
            problem = turned_away(self.service, call, arrived, unknown)
            if problem is not None:
                answer = self.service.shown(call, self.service.problem(problem))
                await _send(recorder, answer, close=arrived.how is not How.WHOLE)
            elif arrived.how is How.CUT:
                note_cut(call, arrived)
            else:
                await self.app(scope, _replay(arrived.octets, receive), recorder)
        finally:
            exchange.duration_ms = (time.perf_counter() - request.started) * 1000
            name_owner(call)
            if not (call.quiet and exchange.outcome == ANSWERED and not exchange.noted.kinds):
                finish(self.service, session, exchange)
            # The scope lives as long as its connection, and holds the call, which holds the body.
            scope.pop(KEY, None)
            call.let_go()

    def _found(self, request: _Request, body: bytes) -> tuple[Session, str]:
        """Return the session of a request; the listener's own, and what is wrong, when it names one that is unknown."""
        try:
            return self._session(request.prefixed, request.peer, request.target, request.headers, body), ""
        except UnknownSession as error:
            return self.sandbox.sessions.get(self.addresses.session), str(error)

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

    def __init__(self, send: Send, call: Call, service: Service, limit: int, outlet: Outlet | None) -> None:
        self._send = send
        self._call = call
        self._exchange = call.exchange
        self._service = service
        self._room = limit
        self._replaced = False
        self._outlet = outlet

    async def __call__(self, message: Message) -> None:
        if self._replaced:
            return
        if message["type"] == "http.response.start":
            if not self._call.entered:
                try:
                    await self._call.enter("")
                except FaultInjected as injected:
                    answer = self._service.shown(self._call, self._service.problem(injected.problem))
                    await _send(self, answer)
                    self._replaced = True
                    return
            self._start(message)
        elif message["type"] == "http.response.body":
            self._keep(message.get("body", b""))
        await self._send(message)
        if self._outlet is not None and message["type"] == "http.response.body" and not message.get("more_body"):
            self._outlet.release()

    def _start(self, message: Message) -> None:
        headers = [*message.get("headers", ()), (b"date", _date(int(self._call.session.clock.wire().timestamp())))]
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


@lru_cache(maxsize=4)
def _date(second: int) -> bytes:
    """Return a moment as a ``Date`` header has it (RFC 9110 §5.6.7)."""
    return formatdate(second, usegmt=True).encode()


def _text(headers: Iterable[tuple[bytes, bytes]]) -> list[tuple[str, str]]:
    return [(name.decode("latin-1").lower(), value.decode("latin-1")) for name, value in headers]


class _Request:
    """What the head of a request and its connection say."""

    def __init__(self, scope: Scope, started: float) -> None:
        self.scope = scope
        self.started = started
        self.prefixed = _strip_prefix(scope)
        self.lines = _text(scope["headers"])
        self.headers = dict(self.lines)
        outlet = scope.get("state", {}).get("transport")
        self.outlet = outlet if isinstance(outlet, Outlet) else None
        self.peer = self.outlet.peer if self.outlet else peer_certificate_of(outlet)

    @property
    def target(self) -> str:
        """Path and query."""
        query = self.scope.get("query_string", b"").decode("latin-1")
        return f"{self.scope['path']}?{query}" if query else str(self.scope["path"])

    @property
    def may_be_large(self) -> bool:
        """Tell whether the body is worth a look at the routes before it is kept."""
        length = self.headers.get("content-length", "0")
        return "transfer-encoding" in self.headers or (len(length) > LARGE_DIGITS and length.isdigit())

    def fill(self, exchange: Exchange, arrived: Arrived) -> None:
        """Put the request into its exchange."""
        scope = self.scope
        exchange.target = visible(f"{scope['method']} {scope['lgo.prefix']}{self.target}")
        exchange.peer = "{}:{}".format(*scope["client"]) if scope.get("client") else ""
        exchange.certificate = self.peer.subject if self.peer else ""
        exchange.request_headers = self.lines
        exchange.request_body, exchange.request_size = arrived.octets, arrived.size


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
