"""The contract between the sandbox and a service: all that launcher, control, console and reports may know of it.

A service publishes one ``Service`` value under the entry point group ``lgo_sandbox.services``; adding one needs
no change here. Source: design of the project (« Every service has the same rooms »).
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING, Any, Protocol

from lgo_sandbox.settings import MIB
from lgo_sandbox.watch.checks import Check
from lgo_sandbox.watch.exchange import Exchange
from lgo_sandbox.wire.http import RawResponse

if TYPE_CHECKING:
    import socket

    from sqlalchemy import MetaData

    from lgo_sandbox.gate.asgi import Call
    from lgo_sandbox.gate.tls import ServerContext
    from lgo_sandbox.sandbox import Addresses, Sandbox
    from lgo_sandbox.state.schema import Migration
    from lgo_sandbox.tenant.agenda import EventHandler
    from lgo_sandbox.tenant.session import Session

__all__ = [
    "Decoded",
    "Door",
    "Handler",
    "NamedFault",
    "Operation",
    "Option",
    "PersonPage",
    "Problem",
    "ProblemKind",
    "Refusal",
    "Resource",
    "ResourceRequest",
    "Running",
    "Service",
    "Situation",
]


@dataclass(frozen=True, slots=True)
class Door:
    """A listener of a service. ``offset`` is added to the port base; an HTTP door has its TLS twin 400 above.

    ``default_port`` replaces the sum when no port base is set (``smtp`` and ``imap``). ``for_browsers``: nobody is
    asked for a client certificate in its handshakes; a browser that has none drops the first ones, or asks its user.
    """

    name: str
    offset: int
    title: str
    protocol: str = "http"
    default_port: int | None = None
    for_browsers: bool = False


@dataclass(frozen=True, slots=True)
class Operation:
    """One thing a client may ask; ``title`` is French. ``wire`` and ``serves`` say its messages and extent.

    ``armable``: faults may strike it; not the name of what went wrong, which has no answer that one could spoil.
    """

    name: str
    title: str
    wire: str = ""
    serves: str = ""
    armable: bool = True


@dataclass(frozen=True, slots=True)
class Option:
    """A named choice where the real service is unknown or has generations. Full name: ``<service>.<name>``."""

    name: str
    default: str
    choices: tuple[str, ...]
    title: str


@dataclass(frozen=True, slots=True)
class NamedFault:
    """A fault that the service itself plays on one operation (``*``: any); ``title`` is French. Kind ``named``."""

    name: str
    operation: str
    title: str


@dataclass(frozen=True, slots=True)
class Situation:
    """A situation that a tester triggers with a known identity; ``how`` says with which input (French)."""

    id: str
    title: str
    how: str


@dataclass(frozen=True, slots=True)
class PersonPage:
    """A page about one fictitious patient, at an HTTP door: consoles link to it. ``title`` is French.

    ``path`` stands after the door's address; ``{id}`` and ``{matricule}`` in it are those of the patient.
    """

    title: str
    door: str
    path: str


class ProblemKind(StrEnum):
    """What the sandbox itself must refuse before, or instead of, the service's own code."""

    TOO_LARGE = "too_large"
    UNKNOWN_SESSION = "unknown_session"
    REQUEST = "request"
    """A request that cannot be taken as it came: compressed, or too slow."""
    CERTIFICATE = "certificate"
    """A client certificate that is not for clients: no service is asked."""
    FAULT = "fault"
    STORE = "store"
    """The state cannot be written or read now (disk full, read-only, locked): the message says what, in French."""
    INTERNAL = "internal"


@dataclass(frozen=True, slots=True)
class Problem:
    """A refusal to be put in the service's own dialect. ``status`` is a proposal; ``body`` what had arrived."""

    kind: ProblemKind
    status: int
    message: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class Decoded:
    """An exchange for people: a one-line French summary, then labelled values and readable bodies."""

    summary: str
    request: tuple[tuple[str, str], ...] = ()
    response: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class ResourceRequest:
    """A call to ``/_sandbox/v1/<service>/<resource>[/<tail>]``. ``body`` is parsed JSON, or None."""

    method: str
    tail: str
    query: Mapping[str, str]
    body: Any = None


class Refusal(Exception):
    """A resource handler refuses: ``status`` is an HTTP status, the message is French."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


@dataclass(frozen=True, slots=True)
class Resource:
    """What a service publishes of a session: ``handle`` gets the request and returns JSON values or a RawResponse.

    ``actors``: the console can make its members act. GET lists them (``id``, ``title``, ``name``, ``structure``,
    ``acts`` of ``act`` and ``title``); POST on one (``act``, ``patient``, ``to``, ``delay`` in minutes of age time)
    lets it act; GET of one has ``done`` (``due``, ``act``, ``subject``, ``to``, ``state``). ``""``: not; else the
    French label of the button.
    """

    name: str
    title: str
    handle: Callable[[Sandbox, Session, ResourceRequest], Any]
    actors: str = ""


class Running(Protocol):
    """A listener that a service opened itself (SMTP, IMAP)."""

    port: int

    async def close(self) -> None:
        """Stop listening and drop the connections."""


Serve = Callable[["Sandbox", Door, "socket.socket", "Addresses", "ServerContext"], Awaitable[Running]]
"""Open a non-HTTP door on a bound socket; the addresses say whose listeners these are (their session), the context how
TLS is spoken there, well or badly."""


Handler = Callable[["Call"], Awaitable[RawResponse]]
"""Answers one HTTP request."""


def _no_facts(_sandbox: Sandbox, _session: Session) -> Mapping[str, Any]:
    return {}


def _as_it_is(_call: Any, answer: RawResponse) -> RawResponse:
    return answer


def _no_tables() -> tuple[MetaData, ...]:
    return ()


def _no_seed(_session: Session) -> None:
    return None


def _plain_problem(problem: Problem) -> RawResponse:
    return RawResponse(problem.status, problem.message.encode(), "text/plain; charset=utf-8")


def _plain_decode(exchange: Exchange) -> Decoded:
    return Decoded(exchange.operation or exchange.target)


def _no_hint(_target: str, _headers: Mapping[str, str], _body: bytes) -> str:
    return ""


@dataclass(frozen=True)
class Service:
    """One national service.

    ``create_app(sandbox)`` returns the ASGI application behind all HTTP doors. ``tables()`` are the MetaData of
    its store, ``seed(session)`` fills a new store. ``problem`` renders the sandbox's refusals in the service's
    dialect. ``session_hint`` may name the session that a code or token in a request was issued in (beside the
    bearer token, which is always looked at); it gets the path with its query, the headers and the body. ``serve``
    opens the doors that are not HTTP. Beside it, the package may have a room ``commands``, whose Typer application
    ``app`` becomes ``lgo-sandbox <name>``: it is found by its place, so that no command imports the others' services.
    """

    name: str
    title: str
    create_app: Callable[[Sandbox], Any]
    doors: tuple[Door, ...]
    operations: tuple[Operation, ...] = ()
    checks: tuple[Check[Any], ...] = ()
    prefix: str = ""
    """How the ids of its checks begin (``DMP``)."""
    page: str = ""
    """The page of ``docs/sources`` that explains its rules."""
    options: tuple[Option, ...] = ()
    faults: tuple[NamedFault, ...] = ()
    situations: tuple[Situation, ...] = ()
    resources: tuple[Resource, ...] = ()
    person_pages: tuple[PersonPage, ...] = ()
    events: Mapping[str, EventHandler] = field(default_factory=dict)
    """What its events do when they are due: ``session.agenda.at(when, "<service>.<name>", payload)``."""
    spec_version: str = ""
    simulated: str = ""
    """In French, what of the contract is simulated; empty when the wire is the real one."""
    max_body: int = MIB
    judges_coding: bool = False
    """The service itself refuses a compressed body (``Content-Encoding``), in its own words."""
    tables: Callable[[], tuple[MetaData, ...]] = _no_tables
    migrations: tuple[Migration, ...] = ()
    """What releases changed in its tables; what they only add needs none."""
    seed: Callable[[Session], None] = _no_seed
    problem: Callable[[Problem], RawResponse] = _plain_problem
    shown: Callable[[Call, RawResponse], RawResponse] = _as_it_is
    """What a browser shows of a problem before the application: ``shown(call, answer)``; a program gets the answer."""
    decode: Callable[[Exchange], Decoded] = _plain_decode
    session_hint: Callable[[str, Mapping[str, str], bytes], str] = _no_hint
    connection_facts: Callable[[Sandbox, Session], Mapping[str, Any]] = _no_facts
    """Members that the ready-file gains: client ids, keys and numbers that a client is configured with."""
    serve: Serve | None = None
    inside: Mapping[str, Handler] = field(default_factory=dict)
    """Path → handler, for what the other services of the same process may ask without a socket."""

    def checks_of(self, operation: str, version: str) -> Sequence[Check[Any]]:
        """Return the checks that look at an operation under a spec version; chosen once."""
        key = (operation, version)
        if key not in self._chosen:
            self._chosen[key] = tuple(check for check in self.checks if check.concerns(operation, version))
        return self._chosen[key]

    @cached_property
    def _chosen(self) -> dict[tuple[str, str], Sequence[Check[Any]]]:
        return {}
