"""Many rows at once say the same as one by one."""

from __future__ import annotations

from sqlalchemy import Column, Integer, LargeBinary, MetaData, String, Table, insert, select
from sqlalchemy.dialects import postgresql

from lgo_sandbox.state.bulk import _statement, insert_rows
from lgo_sandbox.state.opening import memory_store

TABLES = MetaData()


def _table(name: str) -> Table:
    columns = (Column("id", Integer, primary_key=True), Column("select", String), Column("octets", LargeBinary))
    return Table(name, TABLES, *columns)


one, many = _table("one"), _table("many")
ROWS = [{"octets": b"\0\xff", "id": 2, "select": "d'é"}, {"octets": b"", "id": 1, "select": None}]


def test_rows_are_those_of_single_inserts() -> None:
    store = memory_store()
    with store.begin() as connection:
        TABLES.create_all(connection)
        insert_rows(connection, many, ROWS)
        insert_rows(connection, many, [])
        for row in ROWS:
            connection.execute(insert(one).values(row))
        assert connection.execute(select(one)).all() == connection.execute(select(many)).all()
    store.close()


def test_an_engine_with_named_parameters_gets_them_by_name() -> None:
    sql, names = _statement(many, ("id", "select"), postgresql.dialect(paramstyle="pyformat"))
    assert names is None
    assert "%(id)s" in sql
    assert '"select"' in sql
