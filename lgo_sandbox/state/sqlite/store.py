"""One SQLite database as a store.

One connection serves the whole process, without threads: whoever holds the lock of the file from another process makes
everybody wait, so that the wait is short, and almost none while the file is known to be locked.
"""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Dialect, Engine, Table, create_engine, event, make_url
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.pool import StaticPool
from sqlalchemy.util import LRUCache

from lgo_sandbox.state.errors import StoreLocked
from lgo_sandbox.state.port import Change, Store
from lgo_sandbox.state.sqlite.faults import meaning

if TYPE_CHECKING:
    from sqlmodel import Session as Transaction

__all__ = ["SqliteStore"]

PATIENCE_MS = 1_000
"""How long a write waits for another process's: a hundred times what a commit takes."""
IMPATIENCE_MS = 20
"""How long it waits while the file is known to be locked, and for what can be tried again later."""
COMPILED_STATEMENTS = 2_000
PRAGMAS = ("journal_mode=WAL", "synchronous=NORMAL", f"busy_timeout={PATIENCE_MS}", "foreign_keys=ON")

_COMPILED: LRUCache[Any, Any] = LRUCache(COMPILED_STATEMENTS)
_NAMES: WeakKeyDictionary[Engine, str] = WeakKeyDictionary()
"""How each store is named in errors."""


class SqliteStore(Store):
    """One SQLite database. ``path`` None: in memory. ``what`` names it in errors."""

    def __init__(self, path: Path | None = None, what: str = "") -> None:
        self._path = path
        self._what = what or (f"le fichier {path}" if path else "l'état en mémoire")
        self._engine = _engine(path, self._what)
        self._raw: sqlite3.Connection | None = None
        self._waiters: set[asyncio.Future[None]] = set()
        self._current: Callable[[], Connection] | None = None
        self._wait_ms = PATIENCE_MS
        self._known_locked = False
        self._open = False
        self._commits = 0
        self._version = 0

    @property
    def durable(self) -> bool:
        """Tell whether the store outlives the process."""
        return self._path is not None

    @property
    def in_transaction(self) -> bool:
        """Tell whether a unit of work is open: with one connection, a second one would commit the first."""
        return self._open

    @contextmanager
    def transaction(self, *, alone: bool = False) -> Iterator[Transaction]:
        """Open a unit of work with the ORM."""
        from sqlmodel import Session as Transaction

        with (
            self._unit(patient=True),
            Transaction(self._engine, expire_on_commit=False) as transaction,
            transaction.begin(),
        ):
            self._current = transaction.connection
            if alone:
                transaction.connection().exec_driver_sql("BEGIN IMMEDIATE")
            yield transaction

    @contextmanager
    def begin(self, *, alone: bool = False, patient: bool = True) -> Iterator[Connection]:
        """Open a unit of work without the ORM."""
        with self._unit(patient=patient), self._engine.begin() as connection:
            self._current = lambda: connection
            if alone:
                connection.exec_driver_sql("BEGIN IMMEDIATE")
            yield connection

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Give the connection of the unit of work that is open, else one of our own, which ends with a rollback."""
        if self._current is not None:
            yield self._current()
            return
        with self._engine.connect() as connection:
            yield connection

    def rows(self, sql: str, *parameters: str | float | bytes) -> list[tuple[Any, ...]]:
        """Return the rows of a plain query."""
        try:
            return self._connection.execute(sql, parameters).fetchall()
        except sqlite3.Error as error:
            raise self._meant(error) from error

    def write(self, statements: Iterable[tuple[str, Sequence[Any]]]) -> None:
        """Execute plain statements in one unit of work."""
        with self._unit(patient=True), self._translated(), self._connection as connection:
            for sql, parameters in statements:
                connection.execute(sql, parameters)

    def upsert(self, table: Table, key: Sequence[str] = (), change: Change | None = None) -> Any:
        """Return an INSERT … ON CONFLICT."""
        statement = insert(table)
        if change is None:
            return statement.on_conflict_do_nothing(index_elements=list(key) or None)
        return statement.on_conflict_do_update(index_elements=list(key), set_=dict(change(statement.excluded, table.c)))

    def version(self) -> int:
        """Return SQLite's own counter of the commits of others."""
        if self._path is None:
            return 0
        try:
            self._version = int(self._connection.execute("PRAGMA data_version").fetchone()[0])
        except sqlite3.Error as error:
            raise self._meant(error) from error
        return self._version

    def generation(self) -> tuple[int, int]:
        """Return SQLite's counter of the commits of others, and ours."""
        return self._version or self.version(), self._commits

    def notify(self) -> None:
        """Wake those who wait in this process; another process sees the new version when it looks."""
        for waiter in self._waiters:
            if not waiter.done():
                waiter.set_result(None)

    async def changed(self, seconds: float) -> None:
        """Wait for ``notify``, or some seconds."""
        waiter = asyncio.get_running_loop().create_future()
        self._waiters.add(waiter)
        try:
            await asyncio.wait([waiter], timeout=seconds)
        finally:
            self._waiters.discard(waiter)
            waiter.cancel()

    def tables(self) -> frozenset[str]:
        """Return the names of the tables that exist."""
        return frozenset(name for (name,) in self.rows("SELECT name FROM sqlite_master WHERE type = 'table'"))

    def clone_from(self, template: Store) -> None:
        """Become an exact copy of another SQLite store."""
        assert isinstance(template, SqliteStore)
        with self._unit(patient=True), self._translated():
            template._connection.backup(self._connection)

    def close(self) -> None:
        """Close the connection."""
        self.notify()
        self._raw = None
        with contextlib.suppress(sqlite3.Error):
            self._engine.dispose()

    @property
    def _connection(self) -> sqlite3.Connection:
        """The connection itself, the only one of the pool."""
        if self._raw is None:
            connection = self._engine.raw_connection().driver_connection
            assert isinstance(connection, sqlite3.Connection)
            self._raw = connection
        return self._raw

    @contextmanager
    def _unit(self, *, patient: bool) -> Iterator[None]:
        if self._open:
            raise RuntimeError("a unit of work of this store is open: it would be committed with ours")
        patient = patient and not self._known_locked
        self._wait(PATIENCE_MS if patient else IMPATIENCE_MS)
        self._open = True
        try:
            yield
            self._known_locked = False
            self._commits += 1
        except StoreLocked:
            self._known_locked = self._known_locked or patient
            raise
        finally:
            self._open, self._current = False, None

    def _wait(self, milliseconds: int) -> None:
        """Let the next statements wait so long for a lock."""
        if milliseconds != self._wait_ms:
            self._wait_ms = milliseconds
            self._connection.execute(f"PRAGMA busy_timeout={milliseconds}").close()

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise self._meant(error) from error

    def _meant(self, error: sqlite3.Error) -> Exception:
        return meaning(error, self._what) or error


@cache
def _dialect() -> Dialect:
    """Return the dialect of all engines: what a statement was compiled to for one store serves the others."""
    template = create_engine("sqlite://", poolclass=StaticPool)
    with template.connect():
        pass  # the dialect asks its questions at the first connection
    template.dispose()
    event.listen(template, "handle_error", _translate)
    return template.dialect


def _engine(path: Path | None, what: str) -> Engine:
    def connected() -> sqlite3.Connection:
        return sqlite3.connect(path or ":memory:", timeout=PATIENCE_MS / 1000, check_same_thread=False)

    pool = StaticPool(connected, dialect=_dialect())  # type: ignore[arg-type]
    url = make_url(f"sqlite:///{path}" if path else "sqlite://")
    engine = Engine(pool, _dialect(), url, execution_options={"compiled_cache": _COMPILED})
    _NAMES[engine] = what
    event.listen(engine, "connect", _on_connect)
    return engine


def _translate(context: ExceptionContext) -> BaseException | None:
    """Return what SQLAlchemy shall raise instead of its own; None: its own. All engines share it with their dialect."""
    what = _NAMES.get(context.engine, "l'état") if context.engine else "l'état"
    return meaning(context.original_exception, what)


def _on_connect(connection: sqlite3.Connection, _record: object) -> None:
    for pragma in PRAGMAS:
        connection.execute(f"PRAGMA {pragma}").close()
