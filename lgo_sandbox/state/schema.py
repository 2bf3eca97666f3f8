"""The tables of a store and their versions: made when they are missing, brought up to date when they are older.

A store says of each owner of tables (the core, the agenda, every service) which version and which shape it has. What
a release only *adds* (a table, a column, an index) is added by comparing the store with the ``MetaData``; what it
*changes* is a numbered ``Migration`` of that owner. All of it is one unit of work: an upgrade that fails leaves the old
state.
Source: docs/decisions/0008-own-migrations.md. Must not know any table but its own.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from sqlalchemy import Column, Integer, MetaData, String, Table, delete, insert, inspect, literal, select, update
from sqlalchemy.types import TypeDecorator

from lgo_sandbox.state.errors import StoreNewer
from lgo_sandbox.state.port import Store

if TYPE_CHECKING:
    from sqlalchemy import Connection

__all__ = ["VERSIONS", "Migration", "Row", "Schema", "bring_up_to_date", "default_of", "kind_of", "mark_ready"]

Row = Mapping[str, Any]

VERSIONS = MetaData()
versions = Table(
    "schema_version",
    VERSIONS,
    Column("owner", String, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("shape", String, nullable=False),
    Column("state", String, nullable=False),
)
NEW, READY = "new", "ready"
"""The seeds of a new owner are not all there; they are."""


@dataclass(frozen=True, slots=True)
class Migration:
    """What a release changed in the tables of an owner, or added to its seeds. Numbers go up from 1, never given twice.

    ``act`` changes a store, before what is missing is added. ``row`` changes a row of an archive that an older release
    wrote: (table, values) → values, None to drop it. ``seeds`` adds, once the tables are up to date, what new stores
    have from the start since then: in stores and archives alike, once, and only where nothing stands under the same
    key, so that it neither overwrites what a user changed nor brings back what he deleted.
    """

    number: int
    title: str
    act: Callable[[Connection], None] = lambda _connection: None
    row: Callable[[str, Row], Row | None] = lambda _table, row: row
    seeds: Callable[[Connection], None] = lambda _connection: None


@dataclass(frozen=True)
class Schema:
    """The tables of one owner in one store, as this release has them."""

    owner: str
    metadata: tuple[MetaData, ...]
    migrations: tuple[Migration, ...] = ()

    @property
    def version(self) -> int:
        """The number of the last migration, 0 when there was none yet."""
        return self.migrations[-1].number if self.migrations else 0

    def after(self, number: int) -> tuple[Migration, ...]:
        """Return the migrations that a store of a version has not seen."""
        return tuple(migration for migration in self.migrations if migration.number > number)

    @cached_property
    def tables(self) -> tuple[Table, ...]:
        """The tables, those that others refer to first."""
        return tuple(table for metadata in self.metadata for table in metadata.sorted_tables)

    @cached_property
    def shape(self) -> str:
        """A digest of tables, columns and indexes: another one, and there is something to add."""
        lines = [
            f"{table.name}.{column.name}:{type(column.type).__name__}:{column.nullable}"
            for table in self.tables
            for column in table.columns
        ]
        lines += sorted(str(index.name) for table in self.tables for index in table.indexes)
        return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:16]


def bring_up_to_date(store: Store, schemas: Iterable[Schema]) -> frozenset[str]:
    """Make or upgrade the tables; return the owners whose tables are new, to be seeded and marked ready.

    Raises StoreNewer when a newer release wrote them.
    """
    wanted = tuple(schemas)
    stored = _stored(store)
    stale = [schema for schema in wanted if stored.get(schema.owner) != (schema.version, schema.shape, READY)]
    if not stale:
        return frozenset()
    with store.begin(alone=True) as connection:
        VERSIONS.create_all(connection)
        stored = _versions(connection)
        return frozenset(schema.owner for schema in stale if _upgrade(connection, schema, stored.get(schema.owner)))


def mark_ready(store: Store, owners: Iterable[str]) -> None:
    """Say that the seeds of new owners are there."""
    names = tuple(owners)
    if names:
        with store.begin() as connection:
            connection.execute(update(versions).where(versions.c.owner.in_(names)).values(state=READY))


_Stored = tuple[int, str, str]


def _stored(store: Store) -> dict[str, _Stored]:
    if versions.name not in store.tables():
        return {}
    with store.reading() as connection:
        return _versions(connection)


def _versions(connection: Connection) -> dict[str, _Stored]:
    return {row.owner: (row.version, row.shape, row.state) for row in connection.execute(select(versions))}


def _upgrade(connection: Connection, schema: Schema, stored: _Stored | None) -> bool:
    """Bring one owner's tables up to date; tell whether they are new."""
    number, _shape, state = stored or (0, "", READY)
    if number > schema.version:
        raise StoreNewer(f"l'état de « {schema.owner} » (version {number})")
    existing = frozenset(inspect(connection).get_table_names())
    new = state == NEW or not any(table.name in existing for table in schema.tables)
    if new:
        _make(connection, schema)
    else:
        later = schema.after(number)
        for migration in later:
            migration.act(connection)
        _add_what_is_missing(connection, schema.tables)
        for migration in later:
            migration.seeds(connection)
    _record(connection, schema, NEW if new else READY)
    return new


def _make(connection: Connection, schema: Schema) -> None:
    """Make the tables; those of a first start that was cut before its seeds were whole are made again."""
    for metadata in schema.metadata:
        metadata.drop_all(connection)
        metadata.create_all(connection)


def _record(connection: Connection, schema: Schema, state: str) -> None:
    connection.execute(delete(versions).where(versions.c.owner == schema.owner))
    values = {"owner": schema.owner, "version": schema.version, "shape": schema.shape, "state": state}
    connection.execute(insert(versions).values(values))


def _add_what_is_missing(connection: Connection, tables: Sequence[Table]) -> None:
    inspector = inspect(connection)
    existing = frozenset(inspector.get_table_names())
    for table in tables:
        if table.name not in existing:
            table.create(connection)
            continue
        columns = {column["name"]: column for column in inspector.get_columns(table.name)}
        for column in table.columns:
            if column.name not in columns:
                connection.exec_driver_sql(_add_column(connection, table, column))
        indexes = {index["name"] for index in inspector.get_indexes(table.name)}
        _drop_what_hinders(connection, table, columns)
        for index in table.indexes:
            if index.name not in indexes:
                index.create(connection)


def _add_column(connection: Connection, table: Table, column: Column[Any]) -> str:
    quote = connection.dialect.identifier_preparer.quote
    kind = column.type.compile(connection.dialect)
    sql = f"ALTER TABLE {quote(table.name)} ADD COLUMN {quote(column.name)} {kind}"
    return sql if column.nullable else f"{sql} NOT NULL DEFAULT {_literal(connection, column)}"


def _literal(connection: Connection, column: Column[Any]) -> str:
    value = default_of(column)
    return str(literal(value, column.type).compile(connection, compile_kwargs={"literal_binds": True}))


def kind_of(column: Column[Any]) -> type[Any]:
    """Return the Python type of a column's values."""
    kind: Any = column.type
    while isinstance(kind, TypeDecorator):
        kind = kind.impl_instance
    found: type[Any] = kind.python_type
    return found


def default_of(column: Column[Any]) -> Any:
    """Return what a row that does not tell a column has there: its default, else the empty value of its type."""
    value = getattr(column.default, "arg", None)
    return kind_of(column)() if value is None or callable(value) else value


def _drop_what_hinders(connection: Connection, table: Table, columns: Mapping[str, Any]) -> None:
    """Drop the columns that this release knows no more and that every new row would have to fill."""
    quote = connection.dialect.identifier_preparer.quote
    for name, column in columns.items():
        if name not in table.columns and not column["nullable"] and column.get("default") is None:
            for index in inspect(connection).get_indexes(table.name):
                if name in index["column_names"]:
                    connection.exec_driver_sql(f"DROP INDEX {quote(str(index['name']))}")
            connection.exec_driver_sql(f"ALTER TABLE {quote(table.name)} DROP COLUMN {quote(name)}")
