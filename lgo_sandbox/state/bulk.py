"""Many rows into one table, without what SQLAlchemy does for each of them: for the journal, which writes all the time.

The statement is SQLAlchemy's, compiled once for each table and dialect, so that every engine gets its own. Values must
be what the driver takes: texts, numbers, octets. Source: design of the project (State: group commits with Core).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, Dialect, Table, insert
from sqlalchemy.sql.compiler import SQLCompiler

__all__ = ["insert_rows"]


def insert_rows(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows that have the same columns, within the unit of work of a connection."""
    if not rows:
        return
    sql, names = _statement(table, tuple(rows[0]), connection.dialect)
    if names is None:
        connection.exec_driver_sql(sql, [dict(row) for row in rows])
    else:
        connection.exec_driver_sql(sql, [tuple(row[name] for name in names) for row in rows])


@lru_cache(maxsize=32)
def _statement(table: Table, columns: tuple[str, ...], dialect: Dialect) -> tuple[str, tuple[str, ...] | None]:
    """Return the statement, and the order of its parameters; None where they go by name."""
    compiled = insert(table).compile(dialect=dialect, column_keys=list(columns))
    assert isinstance(compiled, SQLCompiler)
    return str(compiled), tuple(compiled.positiontup) if compiled.positiontup is not None else None
