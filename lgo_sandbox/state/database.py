"""Stores of a session: SQLite databases, durable in a file or living in memory, used inline by one event loop.

A session has two: *core* (what the sandbox itself keeps: settings, faults, markers, journal), so that the
journal's group commits never wait for a service, and *data* (the services' tables, one ``MetaData`` and one
table prefix each). Source: design of the project (State). WAL with ``synchronous=NORMAL`` keeps every committed
transaction when the process is killed. A transaction must not span an ``await``: one connection serves the
whole process. Must not know any table.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.pool import StaticPool

if TYPE_CHECKING:
    from sqlmodel import Session as Transaction

__all__ = ["Database"]

BUSY_TIMEOUT_MS = 10_000
SQLITE_MAGIC = b"SQLite format 3\0"


class Database:
    """One SQLite database. ``path`` None: in memory, gone with the process."""

    def __init__(self, path: Path | None = None) -> None:
        self.path = path
        self.engine = _engine(path)
        self._raw: sqlite3.Connection | None = None
        self.in_transaction = False
        """Whether a ``transaction`` is open: there is one connection, a second one would commit the first."""

    @contextmanager
    def transaction(self) -> Iterator[Transaction]:
        """Open a unit of work that commits at the end of the block and rolls back when it raises.

        Not within another one: RuntimeError.
        """
        from sqlmodel import Session as Transaction

        if self.in_transaction:
            raise RuntimeError("a transaction of this store is open: its commit would be ours")
        self.in_transaction = True
        try:
            with Transaction(self.engine, expire_on_commit=False) as transaction, transaction.begin():
                yield transaction
        finally:
            self.in_transaction = False

    @property
    def raw(self) -> sqlite3.Connection:
        """The SQLite connection itself, the only one of the pool, for backup, serialisation and pragmas."""
        if self._raw is None:
            connection = self.engine.raw_connection().driver_connection
            assert isinstance(connection, sqlite3.Connection)
            self._raw = connection
        return self._raw

    def rows(self, sql: str, *parameters: str | float) -> list[tuple[Any, ...]]:
        """Return the rows of a query, outside of any transaction: for hot reads, twenty times cheaper than the ORM."""
        return self.raw.execute(sql, parameters).fetchall()

    def write(self, statements: Iterable[tuple[str, Sequence[Any]]]) -> None:
        """Execute statements in one transaction of their own: for hot writes. Not within ``transaction``."""
        with self.raw as connection:
            for sql, parameters in statements:
                connection.execute(sql, parameters)

    def version(self) -> int:
        """Return a number that changes when *another* connection has committed."""
        return int(self.raw.execute("PRAGMA data_version").fetchone()[0])

    def tables(self) -> frozenset[str]:
        """Return the names of the tables that exist."""
        rows = self.raw.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        return frozenset(name for (name,) in rows)

    def copy_from(self, other: Database) -> None:
        """Make this database an exact copy of another one."""
        other.raw.backup(self.raw)

    def octets(self) -> bytes:
        """Return the whole database as SQLite file bytes."""
        return self.raw.serialize()

    def replace_with(self, octets: bytes) -> None:
        """Make this database what ``octets`` wrote; sqlite3.DatabaseError when they are no database."""
        source = sqlite3.connect(":memory:")
        try:
            source.deserialize(_without_wal(octets))
            source.execute("SELECT count(*) FROM sqlite_master").fetchone()
            source.backup(self.raw)
        finally:
            source.close()

    def close(self) -> None:
        """Close the connection; a database in memory is gone."""
        self._raw = None
        self.engine.dispose()


def _without_wal(octets: bytes) -> bytes:
    """Return a database file whose header asks for no WAL, which a database in memory cannot have (format §1.3.3)."""
    if not octets.startswith(SQLITE_MAGIC):
        raise sqlite3.DatabaseError("not a database")
    return octets[:18] + b"\x01\x01" + octets[20:]


def _engine(path: Path | None) -> Engine:
    engine = create_engine(
        f"sqlite:///{path}" if path else "sqlite://",
        poolclass=StaticPool,
        connect_args={"check_same_thread": False, "timeout": BUSY_TIMEOUT_MS / 1000},
    )
    event.listen(engine, "connect", _on_connect)
    return engine


def _on_connect(connection: sqlite3.Connection, _record: object) -> None:
    for pragma in ("journal_mode=WAL", "synchronous=NORMAL", f"busy_timeout={BUSY_TIMEOUT_MS}", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}").close()
