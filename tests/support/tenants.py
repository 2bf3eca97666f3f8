"""One running sandbox for many tests: each test is a tenant, a fresh session that sees nothing of the others.

Starting a sandbox costs most of a test; a session costs milliseconds. Built on what the pytest plugin runs.
"""

from __future__ import annotations

import itertools
import ssl
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar

from lgo_sandbox.gate.tls import client_context
from lgo_sandbox.pki import Issued, Kind
from lgo_sandbox.pki.holders import Holder, organisation_holder, person_holder
from lgo_sandbox.population.people import Population
from lgo_sandbox.run.background import Background
from lgo_sandbox.run.launcher import Launcher
from lgo_sandbox.settings import Settings
from lgo_sandbox.tenant.session import Session
from lgo_sandbox.watch.exchange import Exchange
from lgo_sandbox.watch.journal import Filter
from support.keys import with_keys

__all__ = ["Runner", "Tenant", "running_in_background"]

T = TypeVar("T")
_numbers = itertools.count(1)


class Runner:
    """A sandbox that runs in its own thread; whatever touches it is done there."""

    def __init__(self, background: Background) -> None:
        self._background = background
        self.launcher: Launcher = background.launcher

    @property
    def people(self) -> Population:
        """The reference people."""
        return self.launcher.sandbox.people

    def do(self, action: Callable[[], T]) -> T:
        """Return what an action gives, done between two requests of the sandbox."""
        return self._background.do(action)

    def wait(self, coroutine: Coroutine[Any, Any, T]) -> T:
        """Return what a coroutine gives in the loop of the sandbox."""
        given: T = self._background.wait(coroutine)
        return given

    def settle(self, session: Session) -> None:
        """Wait until every exchange that ended is in the journal."""
        self.wait(session.looking.settle())

    def issue(self, kind: str, who: str = "officine", variant: str = "good", session: str = "default") -> Issued:
        """Return a certificate of a structure, or of a professional (kinds ``cps-…``)."""
        people, pki = self.people, self.launcher.sandbox.pki
        holder: Holder = (
            person_holder(people.persona(who)) if kind.startswith("cps") else organisation_holder(people.structure(who))
        )
        return self.do(lambda: pki.issue(Kind(kind), holder=holder, variant=variant, session=session))

    def trust(self, certificate: Issued | None = None) -> ssl.SSLContext:
        """Return the TLS context of a client that trusts the sandbox and may show a certificate."""
        return client_context(self.launcher.sandbox.pki.ca_bundle, certificate)

    def tenant(self, prefix: str = "t", *, durable: bool = False) -> Tenant:
        """Return a fresh session; ``durable``: in files."""
        name = f"{prefix}{next(_numbers)}"
        self.do(lambda: self.launcher.sandbox.sessions.create(name, durable=durable))
        return Tenant(self, name)

    @contextmanager
    def tenant_with_doors(self) -> Iterator[Tenant]:
        """Give a fresh session that has doors of its own within the block, for what reaches no session by its path."""
        tenant = self.tenant("d")
        self.wait(self.launcher.open_for(tenant.name))
        try:
            yield tenant
        finally:
            self.wait(self.launcher.close_for(tenant.name))


class Tenant:
    """A session of a running sandbox, with the tester's hand on it."""

    def __init__(self, runner: Runner, name: str) -> None:
        self.runner, self.name = runner, name

    @property
    def session(self) -> Session:
        """The session itself; use it within ``do``."""
        return self.runner.launcher.sandbox.sessions.get(self.name)

    def url(self, door: str, *, tls: bool = True) -> str:
        """Return the root URL of a door in this session."""
        return self.runner.launcher.addresses_of(self.name).root(door, tls=tls)

    def do(self, act: Callable[[Session], T]) -> T:
        """Return what an act on the session gives."""
        return self.runner.do(lambda: act(self.session))

    def option(self, **options: str) -> None:
        """Set options by full name, ``__`` for the point: ``insi__gateway="former"``."""
        named = {name.replace("__", "."): value for name, value in options.items()}
        self.do(lambda s: s.configure(replace(s.config, options={**s.config.options, **named})))

    def move(self, **by: float) -> None:
        """Move the age time by a duration (``hours=4``)."""
        self.do(lambda s: s.move_clock(by=timedelta(**by)))

    def delete(self) -> None:
        """Delete the session, unless it is gone already."""
        sessions = self.runner.launcher.sandbox.sessions
        self.runner.do(lambda: sessions.delete(self.name) if self.name in sessions.names() else None)

    def exchanges(self, operation: str = "") -> list[Exchange]:
        """Return the exchanges with their bodies, oldest first, once all that ended is journaled."""
        self.runner.settle(self.do(lambda s: s))
        return self.do(lambda s: s.journal.read(Filter(operation=operation), bodies=True))

    def findings(self) -> list[str]:
        """Return the ids of all findings, in order."""
        return [finding.check_id for exchange in self.exchanges() for finding in exchange.findings]


@contextmanager
def running_in_background(state: Path, *served: str, **settings: object) -> Iterator[Runner]:
    """Run services (all without any) on free ports within the block."""
    background = Background(Settings(state=with_keys(state), port_base=0, **settings), served)  # type: ignore[arg-type]
    background.start()
    try:
        yield Runner(background)
    finally:
        background.stop()
