"""The sessions of a proxy e-Santé: one log-in by CIBA each, and a token of each API that its user calls.

Source: specs/psc.md §3.4 (answers of ``/connect``, ``/disconnect``), §1.6 (a proxy's session lasts 14,400 s), §11.2.
Requests come in threads: one at a time works for a session. Knows no HTTP server.
"""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import httpx

from lgo_client.ciba import CARD, MOBILE, ciba_login
from lgo_client.proxy.traces import Caller, Event, Relayed, Trace, Traces
from lgo_client.psc import ProSanteConnect, PscRefused, PscSession
from lgo_client.psc_api import ApiAccess

__all__ = ["MEMBERS", "Connection", "Proxy", "ProxyRefused", "ProxySession", "Route"]

LIFETIME_SECONDS = 14_400.0
OK, NOT_MODIFIED, BAD_REQUEST, UNAUTHORIZED, NOT_FOUND = 200, 304, 400, 401, 404
UNAVAILABLE = 503
DIGITS = 2
MEMBERS = ("nationalId", "bindingMessage", "clientId", "channel")
"""What ``POST /connect`` wants, in the order of a ``Connection``."""


class ProxyRefused(Exception):
    """The proxy says no: HTTP status, code, and what to tell (French)."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(f"{code} : {message}")
        self.status, self.code, self.message = status, code, message


@dataclass(frozen=True, slots=True)
class Route:
    """Where ``/send/<name>/…`` leads: the API that its token is for, and its root URL."""

    name: str
    api: str
    url: str


@dataclass(frozen=True, slots=True)
class Connection:
    """What ``POST /connect`` asks for."""

    national_id: str
    binding_message: str
    client_id: str
    channel: str

    @property
    def missing(self) -> tuple[str, ...]:
        """The members that are absent or empty, by the names that they have in the request."""
        told = (self.national_id, self.binding_message, self.client_id, self.channel)
        return tuple(name for name, value in zip(MEMBERS, told, strict=True) if not value)


@dataclass
class ProxySession:
    """A user who is connected."""

    id: str
    asked: Connection
    psc: PscSession
    begun: float
    access: dict[str, ApiAccess] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)


class Proxy:
    """The proxy of one client of Pro Santé Connect. ``http`` shows the certificate ``der``, whose subject is ``dn``."""

    def __init__(
        self,
        provider: ProSanteConnect,
        http: httpx.Client,
        root: str,
        routes: Mapping[str, Route],
        der: bytes,
        dn: str,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.http, self.routes, self.traces = http, routes, Traces()
        self._provider, self._root, self._der, self._dn, self._sleep = provider, root, der, dn, sleep
        self._sessions: dict[str, ProxySession] = {}
        self._lock = threading.Lock()

    def connect(self, asked: Connection, cookie: str, caller: Caller) -> tuple[int, ProxySession]:
        """Log a user in by CIBA; 304 with the session he has. Raises ProxyRefused."""
        self._check(asked, caller)
        running = self._running(cookie)
        if running is not None and running.asked.national_id == asked.national_id:
            self._trace(Event.CONNECTED_AGAIN, caller, running)
            return NOT_MODIFIED, running
        try:
            psc = ciba_login(
                self._provider,
                asked.national_id,
                lambda _digits: None,
                channel=asked.channel,
                digits=asked.binding_message,
                sleep=self._sleep,
            )
        except PscRefused as refused:
            raise self._failed(asked, caller, UNAUTHORIZED, refused.code, refused.message) from refused
        except httpx.HTTPError as error:
            raise self._failed(asked, caller, UNAVAILABLE, "psc", "Pro Santé Connect ne répond pas") from error
        session = ProxySession(secrets.token_urlsafe(32), asked, psc, self._now())
        with self._lock:
            self._sessions[session.id] = session
        self._trace(Event.CONNECTED, caller, session)
        return OK, session

    def session(self, cookie: str) -> ProxySession:
        """Return a running session. Raises ProxyRefused (401)."""
        running = self._running(cookie)
        if running is None:
            raise ProxyRefused(UNAUTHORIZED, "session", "aucune session : appelez d'abord POST /connect")
        return running

    def token(self, session: ProxySession, route: Route) -> str:
        """Return a fresh token of the API of a route. Raises ProxyRefused (401) once Pro Santé Connect says no more."""
        with session.lock:
            access = session.access.get(route.api)
            if access is None:
                access = session.access[route.api] = ApiAccess(session.psc, self._root, route.api, self._der)
            try:
                return access.token()
            except PscRefused as refused:
                self._forget(session)
                raise ProxyRefused(UNAUTHORIZED, refused.code, f"reconnectez l'utilisateur : {refused}") from refused

    def sent(self, session: ProxySession, caller: Caller, relayed: Relayed) -> None:
        """Write down what was relayed."""
        self._trace(Event.SENT, caller, session, relayed)

    def disconnect(self, cookie: str, caller: Caller) -> None:
        """Log a user out here and at Pro Santé Connect. Raises ProxyRefused (401)."""
        session = self.session(cookie)
        self._forget(session)
        self._trace(Event.DISCONNECTED, caller, session)
        with session.lock:
            try:
                session.psc.logout()
            except (PscRefused, httpx.HTTPError) as error:
                raise ProxyRefused(UNAVAILABLE, "psc", "Pro Santé Connect n'a pas fermé la session") from error

    def _check(self, asked: Connection, caller: Caller) -> None:
        if missing := asked.missing:
            # As the agency's proxy does: before anything else, and without a line in the traces.
            raise ProxyRefused(BAD_REQUEST, missing[0], f"il manque {', '.join(missing)}")
        if asked.client_id != self._provider.client.client_id:
            raise self._failed(asked, caller, NOT_FOUND, "clientId", "clientId inconnu de ce proxy")
        if asked.channel not in (MOBILE, CARD):
            raise self._failed(asked, caller, BAD_REQUEST, "channel", f"channel vaut {MOBILE} ou {CARD}")
        digits = asked.binding_message
        if len(digits) != DIGITS or not (digits.isascii() and digits.isdigit()):
            raise self._failed(asked, caller, BAD_REQUEST, "bindingMessage", "bindingMessage est fait de deux chiffres")

    def _failed(self, asked: Connection, caller: Caller, status: int, code: str, message: str) -> ProxyRefused:
        at, client_id, national_id = self._provider.workplace.now(), asked.client_id, asked.national_id
        self.traces.put(Trace(Event.NOT_CONNECTED, at, caller, client_id, national_id, "", "", self._dn))
        return ProxyRefused(status, code, message)

    def _running(self, cookie: str) -> ProxySession | None:
        with self._lock:
            session = self._sessions.get(cookie)
            if session is not None and self._now() - session.begun > LIFETIME_SECONDS:
                del self._sessions[cookie]
                return None
            return session

    def _forget(self, session: ProxySession) -> None:
        with self._lock:
            self._sessions.pop(session.id, None)

    def _trace(self, event: Event, caller: Caller, session: ProxySession, relayed: Relayed | None = None) -> None:
        at, asked, state = self._provider.workplace.now(), session.asked, state_of(session)
        trace = Trace(event, at, caller, asked.client_id, asked.national_id, session.id, state, self._dn, relayed)
        self.traces.put(trace)

    def _now(self) -> float:
        return self._provider.workplace.stopwatch()


def state_of(session: ProxySession) -> str:
    """Return the session of Pro Santé Connect behind one of the proxy."""
    claims = session.psc.claims
    return str(claims.get("sid") or claims.get("session_state") or "")
