"""A session is a tenant: everything that changes hangs from one — data, clock, faults, journal, markers, options.

``default`` always exists. Durable sessions have two stores under ``<state>``; ephemeral ones live in memory. A new
session is a copy of a template (tables and seeds of all services), so that it costs milliseconds. What a session is set
to (clock, options, spec versions) is in its core store and read again when another process changed it.
Source: design of the project (Session = tenant, State). Must not know any service by name.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select

from lgo_sandbox.population.people import Population
from lgo_sandbox.population.personas import read_persona, with_personas
from lgo_sandbox.state.opening import memory_store, open_store
from lgo_sandbox.state.port import Store
from lgo_sandbox.state.schema import Schema, bring_up_to_date, mark_ready
from lgo_sandbox.state.tables import CORE, counters, values
from lgo_sandbox.tenant.agenda import Agenda, EventHandler
from lgo_sandbox.tenant.clock import Clock, ClockState
from lgo_sandbox.tenant.faults import Faults
from lgo_sandbox.tenant.ids import Ids
from lgo_sandbox.watch.history import History
from lgo_sandbox.watch.journal import Journal, JournalLimits
from lgo_sandbox.watch.looking import Looking
from lgo_sandbox.watch.markers import Markers

__all__ = ["CORE_SCHEMA", "SESSION_NAME", "Session", "SessionConfig", "open_core", "prepare_core", "valid_name"]

SESSION_NAME = re.compile(r"[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?")
CONFIG = "config"
CORE_SCHEMA = Schema("core", (CORE,))


def valid_name(name: str) -> bool:
    """Tell whether a string can name a session."""
    return SESSION_NAME.fullmatch(name) is not None


@dataclass(frozen=True, slots=True)
class SessionConfig:
    """What a session is set to. ``seed`` makes its identifiers repeatable."""

    seed: str = ""
    clock: ClockState = field(default_factory=ClockState)
    options: Mapping[str, str] = field(default_factory=dict)
    spec_versions: Mapping[str, str] = field(default_factory=dict)
    declarations: Mapping[str, str] = field(default_factory=dict)
    """Requirements declared not applicable, with the reason."""
    personas: tuple[Mapping[str, Any], ...] = ()
    """Further professionals of this session, as records (``personas.read_persona``)."""

    def to_json(self) -> dict[str, Any]:
        """Return the configuration as JSON values."""
        return {
            "seed": self.seed,
            "clock": self.clock.to_json(),
            "options": dict(self.options),
            "spec_versions": dict(self.spec_versions),
            "declarations": dict(self.declarations),
            "personas": [dict(record) for record in self.personas],
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> SessionConfig:
        """Read what ``to_json`` wrote; missing members take their default."""
        return cls(
            seed=str(value.get("seed", "")),
            clock=ClockState.from_json(dict(value.get("clock", {}))),
            options=dict(value.get("options", {})),
            spec_versions=dict(value.get("spec_versions", {})),
            declarations=dict(value.get("declarations", {})),
            personas=tuple(value.get("personas", ())),
        )


class Session:
    """One tenant. Services read ``db``, ``clock``, ``ids``, ``people`` and ``option``; the rest is the sandbox's."""

    def __init__(
        self,
        name: str,
        core: Store,
        data: Store,
        people: Population,
        limits: JournalLimits,
        option_defaults: Mapping[str, str],
        events: Mapping[str, EventHandler] | None = None,
    ) -> None:
        self.name = name
        self.db = data
        self.people = self._reference = people
        self._added: tuple[Mapping[str, Any], ...] = ()
        self.faults = Faults(core)
        self.markers = Markers(core)
        self.journal = Journal(core, limits)
        self.history = History(self.markers, self.journal.remembered)
        self.looking = Looking()
        self.agenda = Agenda(self, events or {})
        self._core = core
        self._option_defaults = option_defaults
        self._version = -1
        self.refresh()

    @property
    def durable(self) -> bool:
        """Tell whether the session outlives the process."""
        return self._core.durable

    def refresh(self) -> None:
        """Read the configuration again if another process changed it: cheap, called for every exchange."""
        version = self._core.version()
        if version != self._version:
            self._version = version
            self._apply(self._load())
            self.faults.refresh()
            self.markers.refresh()

    def configure(self, config: SessionConfig) -> None:
        """Replace the configuration and keep it."""
        statement = self._core.upsert(values, ("name",), lambda new, _old: {"value": new.value})
        with self._core.begin() as connection:
            connection.execute(statement.values(name=CONFIG, value=json.dumps(config.to_json())))
        self._apply(config)

    def move_clock(self, *, by: timedelta | None = None, to: datetime | None = None, frozen: bool = False) -> None:
        """Move the age time, and let happen what it passes."""
        self.configure(replace(self.config, clock=self.clock.moved(by=by, to=to, frozen=frozen)))
        for _ in self.agenda.catch_up():
            pass

    def option(self, name: str) -> str:
        """Return the value of an option ``service.option``; its default when the session does not set it."""
        return self.config.options.get(name) or self._option_defaults.get(name, "")

    @property
    def options(self) -> Mapping[str, str]:
        """All options in force."""
        return {**self._option_defaults, **self.config.options}

    def count(self, name: str) -> int:
        """Return the next value of a counter that every process of this session shares, from 1."""
        statement = self._core.upsert(counters, ("name",), lambda _new, old: {"value": old.value + 1})
        with self._core.begin() as connection:
            first = statement.values(name=name, value=1)
            return int(connection.execute(first.returning(counters.c.value)).scalar_one())

    def reserve(self, name: str, floor: int, count: int = 1) -> int:
        """Return the first of some numbers that were never given under a name, from ``floor`` on.

        Every process of this session shares them, and a reset does not give them again.
        """
        name = f"reserved.{name}"
        statement = self._core.upsert(values, ("name",), lambda new, _old: {"value": new.value})
        with self._core.begin(alone=True) as connection:
            known = connection.execute(select(values.c.value).where(values.c.name == name)).scalar()
            first = max(floor, int(known) + 1 if known else floor)
            connection.execute(statement.values(name=name, value=str(first + count - 1)))
        return first

    def secret(self, name: str) -> str:
        """Return a secret that every process of this session shares, made when it is first asked for.

        It is random in a seeded session too: what keeps strangers out is not to be computed.
        """
        name = f"secret.{name}"
        known = select(values.c.value).where(values.c.name == name)
        with self._core.reading() as connection:
            found = connection.execute(known).scalar()
        if found is None:
            with self._core.begin() as connection:
                connection.execute(self._core.upsert(values, ("name",)).values(name=name, value=Ids().token()))
                found = connection.execute(known).scalar_one()
        return str(found)

    def stores(self) -> tuple[Store, Store]:
        """Return both stores, *core* and *data*, with all that waited written."""
        self.journal.flush()
        return self._core, self.db

    def replace_with(self, core: Store | None, data: Store) -> None:
        """Take the content of other stores (of a template at reset, of a dump at load)."""
        self.looking.finish()
        self.journal.flush()
        if core is not None:
            self._core.clone_from(core)
        self.db.clone_from(data)
        self._read_all_again()

    def clear_journal(self) -> None:
        """Forget exchanges, findings, observations, markers and faults; the configuration stays."""
        self.looking.finish()
        self.journal.flush()
        with self._core.begin() as connection:
            for table in CORE.sorted_tables:
                if table is not values:
                    connection.execute(table.delete())
        self._read_all_again()

    def close(self) -> None:
        """Write what waits and close the stores."""
        self.looking.finish()
        self.journal.finish()
        self._core.close()
        self.db.close()

    def _read_all_again(self) -> None:
        self._version = -1
        self.refresh()
        self.agenda.refresh()
        self.journal.recount()
        self.history.reread(self.journal.remembered)

    def _load(self) -> SessionConfig:
        with self._core.reading() as connection:
            value = connection.execute(select(values.c.value).where(values.c.name == CONFIG)).scalar()
        return SessionConfig.from_json(json.loads(value)) if value else SessionConfig()

    def _apply(self, config: SessionConfig) -> None:
        self.config = config
        if config.personas != self._added:
            self._added = config.personas
            self.people = with_personas(self._reference, map(read_persona, config.personas))
        self.clock = Clock(config.clock)
        self.ids = Ids(config.seed, lambda: self.count("ids"))


def prepare_core(core: Store) -> Store:
    """Make or upgrade the tables of a core store; return it."""
    mark_ready(core, bring_up_to_date(core, [CORE_SCHEMA]))
    return core


def open_core(path: Path | None) -> Store:
    """Open a core store, at a path or in memory, for programs and tests that have no session."""
    return prepare_core(open_store(path) if path else memory_store())
