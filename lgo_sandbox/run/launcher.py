"""Runs a sandbox: binds the ports, opens the listeners, writes the ready-file, commits the journals, closes it all.

One *group* of listeners is one set of doors for one session; the first group is the process's own, the control API may
open more (free ports) for tests that must reach their session with nothing but another address.
Source: design of the project (Ports, Commands). Knows services by their contract only.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

from lgo_sandbox.contract import Door, Running, Service
from lgo_sandbox.gate.asgi import Gate
from lgo_sandbox.gate.bounds import Bounds
from lgo_sandbox.gate.deferred import Deferred
from lgo_sandbox.gate.room import Room
from lgo_sandbox.gate.serving import HttpListener, bind
from lgo_sandbox.gate.tls import ServerContext, server_context
from lgo_sandbox.gate.unheard import Unheard
from lgo_sandbox.pki import Kind, Pki
from lgo_sandbox.run.bad_listeners import BadListeners, bad_port
from lgo_sandbox.run.hosts import PublicBindRefused, check_host
from lgo_sandbox.run.supervised import Supervised
from lgo_sandbox.sandbox import Addresses, Sandbox
from lgo_sandbox.settings import Settings
from lgo_sandbox.watch.bad_servers import Weakness
from lgo_sandbox.wire.system import reason

__all__ = ["CONTROL", "Launcher", "PortTaken", "PublicBindRefused"]

CONTROL = "control"
DEFAULT_BASE = 8080
TLS_OFFSET = 400
SWEEP_SECONDS = 1.0

ControlFactory = Callable[["Launcher"], Any]


class PortTaken(OSError):
    """A port cannot be bound; the message names it and what to do."""


@dataclass(frozen=True, slots=True)
class _Bound:
    """A door (None: control) with its bound socket."""

    service: Service | None
    door: Door
    tls: bool
    sock: socket.socket

    @property
    def port(self) -> int:
        return int(self.sock.getsockname()[1])


class Launcher:
    """The listeners of one process."""

    def __init__(self, settings: Settings, services: Sequence[Service], served: frozenset[str]) -> None:
        self.settings = settings
        self.sandbox: Sandbox
        self.ready = False
        self.closing = False
        self._services = services
        self._served = served
        self._running: list[Running] = []
        self._groups: dict[str, list[Running]] = {}
        self._further: dict[str, Addresses] = {}
        self._opening = asyncio.Lock()
        self._room = Room(settings.bodies_bytes, settings.bodies_wait_seconds)
        self._upkeep = Supervised("tenue des sessions", settings.journal_flush_seconds, self._tend, self._ill_tended)
        self._sweeper = Supervised("délais des connexions", SWEEP_SECONDS, self._sweep, self._ill_tended)
        self._tls: ServerContext
        self._tls_for_browsers: ServerContext
        self._bad = BadListeners([one for one in services if one.name in served], self._open_bad)

    async def start(self, control: ControlFactory) -> Sandbox:
        """Bind every port, then open everything. Raises PortTaken, PublicBindRefused."""
        check_host(self.settings)
        bound = self._bind_group(self.settings.port_base, with_control=CONTROL in self._served)
        try:
            addresses = self._prepare(bound)
        except BaseException:
            for entry in bound:
                entry.sock.close()
            raise
        await self._open_group(bound, addresses, self._running, Deferred(lambda: control(self)))
        if self.settings.bad_servers:
            await self.open_bad_servers()
        self._upkeep.start()
        self._sweeper.start()
        self.ready = True
        return self.sandbox

    def _prepare(self, bound: Sequence[_Bound]) -> Addresses:
        """Make what the doors need: certificates, the sandbox, the session that is always there."""
        addresses = self._addresses(bound, self.settings.session)
        if self.settings.published_host and self.settings.port_base != 0:
            self._add_published(addresses)
        pki = Pki.open(
            self.settings.state / "pki",
            crl_base_url=f"{addresses.control or self._foreign_control()}/_sandbox/v1/pki/crl",
        )
        server = pki.issue(Kind.SERVER, hosts=self.settings.public_names)
        self._tls = server_context(pki, server)
        self._tls_for_browsers = server_context(pki, server, for_browsers=True)
        self.sandbox = Sandbox(self.settings, self._services, pki)
        self.sandbox.addresses = addresses
        self.sandbox.served = frozenset(entry.door.name for entry in bound if entry.service is not None)
        self.sandbox.sessions.get(self.settings.session)
        return addresses

    def addresses_of(self, session: str) -> Addresses:
        """Return where a session answers: at its own doors, at the process's, or below ``/s/{session}`` there."""
        main = self.sandbox.addresses
        if session in self._further:
            return self._further[session]
        if session == main.session:
            return main
        plain, tls = ({door: f"{url}/s/{session}" for door, url in urls.items()} for urls in (main.plain, main.tls))
        bad = {
            weakness: {door: f"{at}/s/{session}" if "://" in at else at for door, at in doors.items()}
            for weakness, doors in main.bad.items()
        }
        return Addresses(session, main.control, plain, tls, dict(main.sockets), bad, dict(main.bad_absent))

    def has_own_doors(self, session: str) -> bool:
        """Tell whether doors were opened for this session."""
        return session in self._further

    async def open_for(self, session: str) -> Addresses:
        """Open one more set of doors, on free ports, for a session; return where they answer."""
        self.sandbox.sessions.get(session)
        async with self._opening:
            bound = self._bind_group(0, with_control=False)
            addresses = self._addresses(bound, session)
            addresses.control = self.sandbox.addresses.control
            await self.close_for(session)
            self._groups[session] = []
            await self._open_group(bound, addresses, self._groups[session], None)
            self._further[session] = addresses
        return addresses

    async def close_for(self, session: str) -> None:
        """Close the doors that were opened for a session, if there are any."""
        self._further.pop(session, None)
        await _close_all(self._groups.pop(session, []))

    async def open_bad_servers(self) -> None:
        """Open the listeners that a client must refuse, unless they are open. Raises PortTaken."""
        await self._bad.open(self.sandbox.pki, self.settings.public_names)
        self._tell_bad_servers()

    async def close_bad_servers(self) -> None:
        """Close the listeners that a client must refuse."""
        await self._bad.close()
        self._tell_bad_servers()

    def _tell_bad_servers(self) -> None:
        self.sandbox.addresses.bad, self.sandbox.addresses.bad_absent = self._bad.addresses, self._bad.absent

    async def _open_bad(
        self, service: Service, door: Door, weakness: Weakness, tls: ServerContext
    ) -> tuple[Running, str]:
        base = DEFAULT_BASE if self.settings.port_base is None else self.settings.port_base
        bound = self._bound(service, door, bad_port(door, weakness, base), tls=door.protocol == "http")
        address = f"{self._host}:{bound.port}"
        listener = await self._open(bound, service, self.sandbox.addresses, tls)
        return listener, f"https://{address}" if bound.tls else address

    async def close(self) -> None:
        """Close all doors, then the sandbox."""
        self.closing = True
        await self._sweeper.stop()
        await self._upkeep.stop()
        for session in list(self._groups):
            await self.close_for(session)
        await self._bad.close()
        await _close_all(self._running)
        await self.sandbox.close()

    def _bind_group(self, base: int | None, *, with_control: bool) -> list[_Bound]:
        bound: list[_Bound] = []
        try:
            if with_control:
                bound.append(self._bind(None, Door(CONTROL, 0, "Contrôle"), base, tls=False))
            for service in self._services:
                if service.name in self._served:
                    for door in service.doors:
                        bound.extend(self._bind_door(service, door, base))
        except OSError:
            for entry in bound:
                entry.sock.close()
            raise
        return bound

    def _bind_door(self, service: Service, door: Door, base: int | None) -> list[_Bound]:
        if door.protocol != "http":
            return [self._bind(service, door, base, tls=False)]
        secured = [self._bind(service, door, base, tls=True)]
        return [self._bind(service, door, base, tls=False), *secured] if self.settings.plain_ports else secured

    def _bind(self, service: Service | None, door: Door, base: int | None, *, tls: bool) -> _Bound:
        return self._bound(service, door, _port(door, base, tls=tls), tls=tls)

    def _bound(self, service: Service | None, door: Door, port: int, *, tls: bool) -> _Bound:
        try:
            return _Bound(service, door, tls, bind(self.settings.host, port))
        except OSError as error:
            raise PortTaken(
                f"le port {port} ({door.name}) ne peut pas être ouvert : {reason(error)}. "
                "Choisissez-en d'autres avec --port-base N (0 : ports libres)."
            ) from error

    @property
    def _host(self) -> str:
        return f"[{self.settings.host}]" if ":" in self.settings.host else _shown(self.settings.host)

    def _addresses(self, bound: Sequence[_Bound], session: str) -> Addresses:
        addresses = Addresses(session, control=self.settings.service_urls.get(CONTROL, ""))
        host = self._host
        for entry in bound:
            if entry.service is None:
                addresses.control = f"http://{host}:{entry.port}"
            elif entry.door.protocol != "http":
                addresses.sockets[entry.door.name] = f"{host}:{entry.port}"
            elif entry.tls:
                addresses.tls[entry.door.name] = f"https://{host}:{entry.port}"
            else:
                addresses.plain[entry.door.name] = f"http://{host}:{entry.port}"
        return addresses

    def _add_published(self, addresses: Addresses) -> None:
        """Add the doors of the services that other processes serve."""
        host, base = self.settings.published_host, self.settings.port_base
        for door in (d for s in self._services if s.name not in self._served for d in s.doors):
            if door.protocol != "http":
                addresses.sockets[door.name] = f"{host}:{_port(door, base, tls=False)}"
                continue
            addresses.tls[door.name] = f"https://{host}:{_port(door, base, tls=True)}"
            if self.settings.plain_ports:
                addresses.plain[door.name] = f"http://{host}:{_port(door, base, tls=False)}"

    async def _open_group(
        self, bound: Sequence[_Bound], addresses: Addresses, running: list[Running], control: Any
    ) -> None:
        for entry in bound:
            if entry.service is None:
                running.append(await HttpListener.open(control, entry.sock, bounds=Bounds.of(self.settings)))
            else:
                tls = self._tls_for_browsers if entry.door.for_browsers else self._tls
                running.append(await self._open(entry, entry.service, addresses, tls))

    async def _open(self, entry: _Bound, service: Service, addresses: Addresses, tls: ServerContext) -> Running:
        if entry.door.protocol != "http":
            assert service.serve is not None
            return await service.serve(self.sandbox, entry.door, entry.sock, addresses, tls)
        gate = Gate(self._app(service), self.sandbox, service, entry.door, addresses, self._room, tls.weakness)
        unheard = Unheard(self.sandbox, service, entry.door, addresses, entry.tls, tls.weakness)
        bounds = Bounds.of(self.settings)
        return await HttpListener.open(gate, entry.sock, tls if entry.tls else None, bounds, unheard)

    def _app(self, service: Service) -> Any:
        """Return the application of a service: one for all its doors and sessions."""
        if service.name not in self.sandbox.apps:
            self.sandbox.apps[service.name] = service.create_app(self.sandbox)
        return self.sandbox.apps[service.name]

    async def _tend(self) -> None:
        """Write the journals, let happen what is due, and begin what follows from it on the wire."""
        await self.sandbox.sessions.tend()
        self.sandbox.follow_up()

    def _ill_tended(self, error: Exception) -> None:
        self.sandbox.sessions.note_defect(error)

    def _sweep(self) -> None:
        """End the connections that take too long, on all listeners."""
        now = asyncio.get_running_loop().time()
        for listener in [
            *self._running,
            *self._bad.running,
            *(one for group in self._groups.values() for one in group),
        ]:
            if isinstance(listener, HttpListener):
                listener.sweep(now)

    def _foreign_control(self) -> str:
        return self.settings.service_urls.get(CONTROL, f"http://127.0.0.1:{self.settings.port_base or DEFAULT_BASE}")


def _port(door: Door, base: int | None, *, tls: bool) -> int:
    if base == 0:
        return 0
    if base is None and door.default_port is not None:
        return door.default_port
    return (base or DEFAULT_BASE) + door.offset + (TLS_OFFSET if tls else 0)


def _shown(host: str) -> str:
    return "127.0.0.1" if host in ("0.0.0.0", "") else host


async def _close_all(running: Sequence[Running]) -> None:
    closing: list[Awaitable[None]] = [listener.close() for listener in running]
    await asyncio.gather(*closing)
