"""The registry of sessions: makes, opens, resets, dumps and forgets them.

``default`` (and the session that a listener was opened for) always exist and are durable; others are ephemeral
unless asked. Source: design of the project (Session = tenant, State). Services are known by their contract
only.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property

from lgo_sandbox import __version__
from lgo_sandbox.contract import Service
from lgo_sandbox.population.people import Population
from lgo_sandbox.settings import Settings
from lgo_sandbox.state.archive import BadArchive, Part, read_archive, write_archive
from lgo_sandbox.state.opening import stores_of
from lgo_sandbox.state.port import Store
from lgo_sandbox.state.schema import Schema, bring_up_to_date, mark_ready
from lgo_sandbox.state.tables import AGENDA
from lgo_sandbox.tenant.agenda import EventHandler, FollowUp
from lgo_sandbox.tenant.health import Health, Trouble, troubles_of
from lgo_sandbox.tenant.session import CORE_SCHEMA, Session, SessionConfig, prepare_core, valid_name
from lgo_sandbox.watch.journal import JournalLimits
from lgo_sandbox.wire.quoting import quoted

__all__ = ["BadDump", "InvalidName", "SessionError", "SessionExists", "Sessions", "TooManySessions", "UnknownSession"]

# SessionError
#   UnknownSession · SessionExists · InvalidName · TooManySessions · BadDump


class SessionError(Exception):
    """A session cannot be given or made; the message is French."""


class UnknownSession(SessionError):
    """No session has this name (or it was ephemeral and its process ended)."""


class SessionExists(SessionError):
    """A session has this name already."""


class InvalidName(SessionError):
    """The string cannot name a session."""


class TooManySessions(SessionError):
    """The registry is full."""


class BadDump(SessionError):
    """The octets are no dump of a session."""


class Sessions:
    """All sessions of one process; durable ones are shared with other processes through their files."""

    def __init__(self, settings: Settings, people: Population, services: Sequence[Service]) -> None:
        self._settings = settings
        self._people = people
        self._services = services
        self._open: dict[str, Session] = {}
        self._defects, self._defect = 0, ""
        self._stores = stores_of(settings.state)
        self._always = {settings.session, "default"}

    def get(self, name: str) -> Session:
        """Return a session, opened if need be. Raises UnknownSession."""
        session = self._open.get(name)
        if session is None:
            if not valid_name(name) or not (name in self._always or self._stores.exists(name)):
                raise UnknownSession(f"session inconnue : {quoted(name)}")
            session = self._open[name] = self._open_durable(name)
        session.refresh()
        session.agenda.run_due()
        return session

    def current(self, name: str) -> Session:
        """Return a session as the gate left it a moment ago, else like ``get``: no second look at other processes."""
        return self._open.get(name) or self.get(name)

    def names(self) -> list[str]:
        """Return the names of all sessions, durable ones of other processes included."""
        return sorted(self._stores.names() | set(self._open) | self._always)

    def create(self, name: str, config: SessionConfig | None = None, *, durable: bool = False) -> Session:
        """Make a session. Raises InvalidName, SessionExists, TooManySessions."""
        if not valid_name(name):
            raise InvalidName(f"nom de session invalide : {quoted(name)} (a-z, 0-9, tiret ; 32 caractères au plus)")
        if name in self._open or self._stores.exists(name):
            raise SessionExists(f"la session {quoted(name)} existe déjà")
        if len(self._open) >= self._settings.max_sessions:
            raise TooManySessions(f"{len(self._open)} sessions sont ouvertes : supprimez-en")
        session = self._open_durable(name) if durable or name in self._always else self._new_in_memory(name)
        self._open[name] = session
        if config is not None:
            session.configure(config)
        return session

    def reset(self, name: str) -> Session:
        """Put a session's data back to the seeds and clear its journal; its configuration stays."""
        session = self.get(name)
        session.replace_with(None, self._template.db)
        session.clear_journal()
        return session

    def delete(self, name: str) -> None:
        """Forget a session and its files; ``default`` is reset instead. Raises UnknownSession."""
        if name in self._always:
            self.reset(name)
            return
        session = self.get(name)
        session.looking.drop()
        session.close()
        del self._open[name]
        self._stores.delete(name)

    def dump(self, name: str) -> bytes:
        """Return a session as an archive (docs/archives.md)."""
        session = self.get(name)
        core, data = session.stores()
        return write_archive({"sandbox": __version__, "session": name}, self._parts(core, data))

    def load(self, name: str, dump: bytes) -> Session:
        """Put what ``dump`` returned into a session, made if need be. Raises BadDump."""
        core, data = self._new_core(), self._stores.memory("data")
        try:
            data.clone_from(self._template.db)
            read_archive(dump, self._parts(core, data))
            exists = name in self._open or self._stores.exists(name) or name in self._always
            session = self.get(name) if exists else self.create(name)
            session.replace_with(core, data)
        except BadArchive as error:
            raise BadDump(str(error)) from error
        finally:
            core.close()
            data.close()
        return session

    async def tend(self) -> None:
        """Write what waits and let happen what is due in the sessions that are open, a little per turn of the loop."""
        for name in list(self._open):
            while (session := self._open.get(name)) is not None and self._tend(session):
                await asyncio.sleep(0)

    def _tend(self, session: Session) -> bool:
        """Do a portion of what waits in a session; tell whether there may be more."""
        written = session.journal.flush_group()
        return session.agenda.run_due() > 0 or written

    def take_follow_ups(self) -> list[FollowUp]:
        """Return what events of the open sessions left to be done on the wire, and forget it."""
        return [one for session in self._open.values() for one in session.agenda.take_follow_ups()]

    def note_defect(self, error: Exception) -> None:
        """Remember that the upkeep met a defect of ours."""
        self._defects += 1
        self._defect = f"{type(error).__name__}: {error}"

    def health(self) -> Health:
        """Return how the sessions that are open fare."""
        troubles = [trouble for session in self._open.values() for trouble in troubles_of(session)]
        if self._defects:
            troubles.append(Trouble("", "upkeep", self._defect, failures=self._defects))
        return Health(sum(session.journal.health().waiting for session in self._open.values()), tuple(troubles))

    async def settle(self) -> None:
        """Wait until the exchanges that ended are in their journals."""
        for session in list(self._open.values()):
            await session.looking.settle()

    def close(self) -> None:
        """Close every session."""
        for session in self._open.values():
            session.close()
        self._open.clear()

    @property
    def limits(self) -> JournalLimits:
        """The journal limits of a durable session."""
        s = self._settings
        return JournalLimits(s.journal_exchanges, s.journal_bytes, s.journal_body_bytes, s.journal_flush_exchanges)

    def _limits_of(self, core: Store) -> JournalLimits:
        """Return the journal limits of a session; one that lives in memory keeps less."""
        room = self._settings.journal_memory_bytes
        return self.limits if core.durable else replace(self.limits, octets=min(room, self.limits.octets))

    @cached_property
    def option_defaults(self) -> dict[str, str]:
        """All options of all services with their default, by full name."""
        return {f"{service.name}.{o.name}": o.default for service in self._services for o in service.options}

    @cached_property
    def events(self) -> dict[str, EventHandler]:
        """What the events of all services do, by full name."""
        return {f"{service.name}.{name}": act for service in self._services for name, act in service.events.items()}

    @cached_property
    def _schemas(self) -> tuple[Schema, ...]:
        """Whose tables a data store has, those that others may refer to first."""
        services = (Schema(service.name, service.tables(), service.migrations) for service in self._services)
        return (Schema("agenda", (AGENDA,)), *services)

    def _parts(self, core: Store, data: Store) -> tuple[Part, Part]:
        return Part("core", core, (CORE_SCHEMA,)), Part("data", data, self._schemas)

    @cached_property
    def _template(self) -> Session:
        return self._prepared("template", self._stores.memory("core"), self._stores.memory("data"))

    @cached_property
    def _empty_core(self) -> Store:
        return prepare_core(self._stores.memory("core"))

    def _new_core(self) -> Store:
        """Return a core store with nothing in its tables: to copy them is far cheaper than to make them."""
        core = self._stores.memory("core")
        core.clone_from(self._empty_core)
        return core

    def _session(self, name: str, core: Store, data: Store) -> Session:
        return Session(name, core, data, self._people, self._limits_of(core), self.option_defaults, self.events)

    def _new_in_memory(self, name: str) -> Session:
        core, data = self._new_core(), self._stores.memory("data")
        data.clone_from(self._template.db)
        return self._session(name, core, data)

    def _open_durable(self, name: str) -> Session:
        with self._stores.opening(name):
            return self._prepared(name, self._stores.open(name, "core"), self._stores.open(name, "data"))

    def _prepared(self, name: str, core: Store, data: Store) -> Session:
        """Return a session whose tables are there and up to date, and whose new services are seeded."""
        new = bring_up_to_date(data, self._schemas)
        session = self._session(name, prepare_core(core), data)
        for service in self._services:
            if service.name in new:
                service.seed(session)
        mark_ready(data, new)
        return session
