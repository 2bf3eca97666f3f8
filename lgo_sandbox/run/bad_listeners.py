"""The listeners that a client must refuse: every door, with one thing wrong each, opened when somebody asks for them.

Source: design of the project (Ports: « bad-certificate listeners N+30…49 »), docs/sources/transport.md
#serveur-fautif-accepte. An HTTP door has its ten at TLS ports further up. Knows services by their contract only.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass

from lgo_sandbox.contract import Door, Running, Service
from lgo_sandbox.gate.tls import ServerContext, bad_server_context, why_mute
from lgo_sandbox.pki import Pki
from lgo_sandbox.watch.bad_servers import Weakness

__all__ = ["BadListeners", "bad_port", "doors_to_be_refused", "speaking"]

FIRST_MAIL, FIRST_HTTP = 30, 420
MAIL_DOORS = 20
"""The offset of the first door that is not HTTP."""
EACH = len(Weakness)

Opened = Callable[[Service, Door, Weakness, ServerContext], Awaitable[tuple[Running, str]]]
"""Opens a door; returns the listener and its address."""


def bad_port(door: Door, weakness: Weakness, base: int) -> int:
    """Return the port of a bad listener: ten a door, in the order of the weaknesses. 0 for a base of 0."""
    if base == 0:
        return 0
    rank = [*Weakness].index(weakness)
    if door.protocol != "http":
        return base + FIRST_MAIL + EACH * (door.offset - MAIL_DOORS) + rank
    return base + FIRST_HTTP + EACH * door.offset + rank


def doors_to_be_refused(services: Iterator[Service] | list[Service]) -> Iterator[tuple[Service, Door]]:
    """Yield the doors that software calls; what browsers alone call is left out."""
    for service in services:
        for door in service.doors:
            if not door.for_browsers:
                yield service, door


@dataclass(frozen=True, slots=True)
class Speaking:
    """The contexts of the bad listeners, and why some cannot be had."""

    contexts: dict[Weakness, ServerContext]
    absent: dict[str, str]


def speaking(pki: Pki, hosts: tuple[str, ...]) -> Speaking:
    """Make the contexts: certificates on disk, one handshake in memory each. Some tens of milliseconds."""
    contexts = {weakness: bad_server_context(pki, weakness, hosts) for weakness in Weakness}
    absent = {weakness.value: why for weakness, context in contexts.items() if (why := why_mute(context))}
    return Speaking({one: context for one, context in contexts.items() if one.value not in absent}, absent)


class BadListeners:
    """The bad listeners of one process: none until ``open``."""

    def __init__(self, services: list[Service], opened: Opened) -> None:
        self.addresses: dict[str, dict[str, str]] = {}
        """Weakness → door → address."""
        self.absent: dict[str, str] = {}
        """Weakness → why there is none."""
        self.running: list[Running] = []
        self._services = services
        self._opened = opened
        self._lock = asyncio.Lock()

    async def open(self, pki: Pki, hosts: tuple[str, ...]) -> None:
        """Open them all, unless they are. Raises OSError when a port is taken; none stays open then."""
        async with self._lock:
            if self.running:
                return
            made = await asyncio.to_thread(speaking, pki, hosts)
            try:
                for weakness, context in made.contexts.items():
                    await self._open(weakness, context)
            except BaseException:
                await self.close()
                raise
            self.absent = made.absent

    async def close(self) -> None:
        """Close them all."""
        running, self.running, self.addresses, self.absent = self.running, [], {}, {}
        await asyncio.gather(*(listener.close() for listener in running))

    async def _open(self, weakness: Weakness, context: ServerContext) -> None:
        for service, door in doors_to_be_refused(self._services):
            listener, address = await self._opened(service, door, weakness, context)
            self.running.append(listener)
            self.addresses.setdefault(weakness.value, {})[door.name] = address
