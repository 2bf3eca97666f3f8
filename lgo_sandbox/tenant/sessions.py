"""The registry of sessions: makes, opens, resets, dumps and forgets them.

``default`` (and the session that a listener was opened for) always exist and are durable; others are ephemeral
unless asked. Source: design of the project (Session = tenant, State). Services are known by their contract
only.
"""

from __future__ import annotations

import io
import json
import shutil
import sqlite3
import zipfile
import zlib
from collections.abc import Iterable, Sequence
from functools import cached_property
from pathlib import Path

from lgo_sandbox.contract import Service
from lgo_sandbox.pki.files import locked
from lgo_sandbox.population.people import Population
from lgo_sandbox.settings import Settings
from lgo_sandbox.state.database import Database
from lgo_sandbox.state.tables import AGENDA
from lgo_sandbox.tenant.agenda import EventHandler
from lgo_sandbox.tenant.session import Session, SessionConfig, core_tables, open_core, valid_name
from lgo_sandbox.watch.journal import JournalLimits

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


MANIFEST = "session.json"
LOCK = "opening.lock"
MAX_DUMP = 512 * 1024 * 1024


class Sessions:
    """All sessions of one process; durable ones are shared with other processes through their files."""

    def __init__(self, settings: Settings, people: Population, services: Sequence[Service]) -> None:
        self._settings = settings
        self._people = people
        self._services = services
        self._open: dict[str, Session] = {}
        self._root = settings.state / "sessions"
        self._always = {settings.session, "default"}

    def get(self, name: str) -> Session:
        """Return a session, opened if need be. Raises UnknownSession."""
        session = self._open.get(name)
        if session is None:
            if not valid_name(name) or not (name in self._always or self._folder(name).is_dir()):
                raise UnknownSession(f"session inconnue : {name[:64]!r}")
            session = self._open[name] = self._open_durable(name)
        session.refresh()
        session.agenda.run_due()
        return session

    def names(self) -> list[str]:
        """Return the names of all sessions, durable ones of other processes included."""
        stored = {path.name for path in self._root.glob("*") if path.is_dir()} if self._root.is_dir() else set()
        return sorted(stored | set(self._open) | self._always)

    def create(self, name: str, config: SessionConfig | None = None, *, durable: bool = False) -> Session:
        """Make a session. Raises InvalidName, SessionExists, TooManySessions."""
        if not valid_name(name):
            raise InvalidName(f"nom de session invalide : {name[:64]!r} (a-z, 0-9, tiret ; 32 caractères au plus)")
        if name in self.names() and (name in self._open or self._folder(name).is_dir()):
            raise SessionExists(f"la session {name!r} existe déjà")
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
        self.get(name).close()
        del self._open[name]
        shutil.rmtree(self._folder(name), ignore_errors=True)

    def dump(self, name: str) -> bytes:
        """Return a session as a zip of its stores."""
        session = self.get(name)
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(MANIFEST, json.dumps({"name": name, "config": session.config.to_json()}))
            for store, octets in session.octets().items():
                archive.writestr(f"{store}.sqlite", octets)
        return buffer.getvalue()

    def load(self, name: str, dump: bytes) -> Session:
        """Put what ``dump`` returned into a session, made if need be. Raises BadDump."""
        stores = _read_dump(dump)
        core, data = Database(), Database()
        try:
            core.replace_with(stores["core.sqlite"])
            data.replace_with(stores["data.sqlite"])
            if not (self._template.db.tables() <= data.tables() and core_tables() <= core.tables()):
                raise BadDump("ce fichier n'est pas la sauvegarde d'une session de cette version")
            exists = name in self._open or self._folder(name).is_dir() or name in self._always
            session = self.get(name) if exists else self.create(name)
            session.replace_with(core, data)
        except (KeyError, OSError, ValueError, sqlite3.Error) as error:
            raise BadDump("ce fichier n'est pas la sauvegarde d'une session") from error
        finally:
            core.close()
            data.close()
        return session

    def flush(self) -> None:
        """Write the journals' waiting exchanges."""
        for session in self._open.values():
            session.journal.flush()

    def tick(self) -> None:
        """Let happen what is due in the sessions that are open."""
        for session in list(self._open.values()):
            session.agenda.run_due()

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
        """The journal limits of every session."""
        s = self._settings
        return JournalLimits(s.journal_exchanges, s.journal_bytes, s.journal_body_bytes, s.journal_flush_exchanges)

    @cached_property
    def option_defaults(self) -> dict[str, str]:
        """All options of all services with their default, by full name."""
        return {f"{service.name}.{o.name}": o.default for service in self._services for o in service.options}

    @cached_property
    def events(self) -> dict[str, EventHandler]:
        """What the events of all services do, by full name."""
        return {f"{service.name}.{name}": act for service in self._services for name, act in service.events.items()}

    @cached_property
    def _template(self) -> Session:
        template = self._session("template", open_core(None), Database())
        self._prepare(template, self._services)
        return template

    def _folder(self, name: str) -> Path:
        return self._root / name

    def _session(self, name: str, core: Database, data: Database) -> Session:
        return Session(name, core, data, self._people, self.limits, self.option_defaults, self.events)

    def _new_in_memory(self, name: str) -> Session:
        data = Database()
        data.copy_from(self._template.db)
        return self._session(name, open_core(None), data)

    def _open_durable(self, name: str) -> Session:
        folder = self._folder(name)
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with locked(folder / LOCK):
            session = self._session(name, open_core(folder / "core.sqlite"), Database(folder / "data.sqlite"))
            self._prepare(session, [s for s in self._services if not _has_tables(s, session.db)])
        return session

    def _prepare(self, session: Session, services: Iterable[Service]) -> None:
        AGENDA.create_all(session.db.engine)
        for service in services:
            for metadata in service.tables():
                metadata.create_all(session.db.engine)
            service.seed(session)


def _has_tables(service: Service, db: Database) -> bool:
    wanted = {table.name for metadata in service.tables() for table in metadata.sorted_tables}
    return wanted <= db.tables()


def _read_dump(dump: bytes) -> dict[str, bytes]:
    try:
        with zipfile.ZipFile(io.BytesIO(dump)) as archive:
            if sum(info.file_size for info in archive.infolist()) > MAX_DUMP:
                raise BadDump("sauvegarde trop volumineuse")
            return {info.filename: archive.read(info) for info in archive.infolist()}
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
        raise BadDump("ce fichier n'est pas une archive zip") from error
