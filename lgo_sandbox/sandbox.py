"""What every service is given: settings, people, PKI, sessions, and where the other doors are.

Source: design of the project. Services meet only on the wire, so this offers addresses and an HTTP client,
never another service's store.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Protocol
from weakref import WeakKeyDictionary

from lgo_sandbox.contract import Service
from lgo_sandbox.installed import found
from lgo_sandbox.population.people import Population, population
from lgo_sandbox.population.personas import read_personas, with_personas
from lgo_sandbox.settings import DEFAULT_SESSION, Settings
from lgo_sandbox.tenant.session import Session
from lgo_sandbox.tenant.sessions import Sessions

if TYPE_CHECKING:
    import httpx

    from lgo_sandbox.pki import Pki
    from lgo_sandbox.tenant.agenda import FollowUp

__all__ = ["Addresses", "Listeners", "Sandbox", "installed_services"]

LOG = logging.getLogger(__name__)


@dataclass(slots=True)
class Addresses:
    """Where one set of listeners answers. ``plain`` and ``tls`` map a door to a root URL without final slash;
    ``sockets`` maps ``smtp`` and ``imap`` to ``host:port``; ``bad`` maps what is wrong with a server that a client must
    refuse to such maps of both, ``bad_absent`` to why there is none."""

    session: str
    control: str = ""
    plain: dict[str, str] = field(default_factory=dict)
    tls: dict[str, str] = field(default_factory=dict)
    sockets: dict[str, str] = field(default_factory=dict)
    bad: dict[str, dict[str, str]] = field(default_factory=dict)
    bad_absent: dict[str, str] = field(default_factory=dict)

    def root(self, door: str, *, tls: bool = True) -> str:
        """Return the root URL of a door; of its other listener when only that one is open. KeyError when unknown."""
        first, second = (self.tls, self.plain) if tls else (self.plain, self.tls)
        return first[door] if door in first else second[door]


class Sandbox:
    """One running sandbox: its services and what they share."""

    def __init__(
        self, settings: Settings, services: Iterable[Service], pki: Pki, people: Population | None = None
    ) -> None:
        self.settings = settings
        self.services: Mapping[str, Service] = {service.name: service for service in services}
        self.pki = pki
        self.people = people or _people(settings)
        self.sessions = Sessions(settings, self.people, list(self.services.values()))
        self.addresses = Addresses(settings.session)
        self.served: frozenset[str] = frozenset()
        """The doors that this process opened itself."""
        self.apps: dict[str, Any] = {}
        """The applications of the services of this process, whose routes tell whose an address is."""
        self.inside: dict[tuple[str, str], Any] = {}
        """Gates of the handlers that services of this process ask each other (``gate.inside``)."""
        self._following: set[asyncio.Future[None]] = set()
        self.introspected: WeakKeyDictionary[Session, dict[Any, Any]] = WeakKeyDictionary()
        """What was said of tokens a moment ago (``gate.introspection``)."""

    def url(self, door: str, session: str = DEFAULT_SESSION) -> str:
        """Return the address at which a service of this sandbox calls a door on behalf of a session."""
        root = self.settings.service_urls.get(door) or self.addresses.root(door, tls=False)
        return root if session == self.addresses.session else f"{root}/s/{session}"

    @cached_property
    def http(self) -> httpx.AsyncClient:
        """The client for calls between services."""
        import ssl

        import httpx

        trust = ssl.create_default_context(cafile=str(self.pki.ca_bundle))
        return httpx.AsyncClient(verify=trust, timeout=10.0, trust_env=False)

    def follow_up(self) -> None:
        """Begin what events that happened left to be done on the wire; it holds up nobody."""
        for act in self.sessions.take_follow_ups():
            task = asyncio.ensure_future(self._followed(act))
            self._following.add(task)
            task.add_done_callback(self._following.discard)

    async def followed_up(self) -> None:
        """Wait until all that events left to be done on the wire is done."""
        self.follow_up()
        while self._following:
            await asyncio.wait(self._following)

    async def _followed(self, act: FollowUp) -> None:
        try:
            await act(self)
        except Exception as error:
            LOG.exception("what an event left to do failed")
            self.sessions.note_defect(error)

    async def close(self) -> None:
        """Close the client, if it was used, and the sessions."""
        for task in self._following:
            task.cancel()
        if "http" in self.__dict__:
            await self.http.aclose()
        await self.sessions.settle()
        self.sessions.close()


class Listeners(Protocol):
    """The listeners of one process, as the control API may know them (``run.launcher`` is their implementation)."""

    settings: Settings
    sandbox: Sandbox
    ready: bool
    closing: bool

    def addresses_of(self, session: str) -> Addresses:
        """Return where a session answers."""

    def has_own_doors(self, session: str) -> bool:
        """Tell whether doors were opened for this session."""

    async def open_for(self, session: str) -> Addresses:
        """Open one more set of doors for a session."""

    async def close_for(self, session: str) -> None:
        """Close the doors that were opened for a session."""

    async def open_bad_servers(self) -> None:
        """Open the listeners that a client must refuse, unless they are open. Raises OSError."""

    async def close_bad_servers(self) -> None:
        """Close the listeners that a client must refuse."""


def _people(settings: Settings) -> Population:
    """Return the reference people and those of the user's file. Raises BadPersona."""
    return with_personas(population(), read_personas(settings.personas)) if settings.personas else population()


def installed_services(names: Iterable[str] = ()) -> list[Service]:
    """Return the services found under the entry point, all or the named ones, in the order of their first port.

    Raises LookupError when a name is not installed.
    """
    services: list[Service] = [point.load() for point in found(names).values()]
    return sorted(services, key=lambda service: min(door.offset for door in service.doors))
