"""The port: nothing outside the room of an engine knows it, and a store does what the port promises."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Column, Integer, LargeBinary, MetaData, String, Table, insert, select, text

from lgo_sandbox.state.errors import StoreReadOnly
from lgo_sandbox.state.opening import memory_store, open_store, stores_of
from lgo_sandbox.state.port import Store

ROOT = Path(__file__).parents[3]
SOURCES = ("lgo_sandbox", "services", "libs", "bench", "examples")
"""Not the client: it stands for an editor's software, which keeps what it likes where it likes."""
ENGINE = re.compile(
    r"sqlite3|dialects\.sqlite|\bPRAGMA\b|BEGIN IMMEDIATE|data_version|\browid\b|sqlite_|on_conflict|\.sqlite\b",
)
ROOM = "lgo_sandbox/state/"

THINGS = MetaData()
things = Table(
    "thing",
    THINGS,
    Column("id", Integer, primary_key=True),
    Column("name", String, nullable=False, unique=True),
    Column("size", Integer, nullable=False),
    Column("octets", LargeBinary),
)


@pytest.fixture
def store() -> Iterator[Store]:
    made = memory_store()
    with made.begin() as connection:
        THINGS.create_all(connection)
    yield made
    made.close()


def put(store: Store, name: str, size: int = 1) -> None:
    with store.begin() as connection:
        connection.execute(insert(things).values(name=name, size=size))


def names(store: Store) -> list[str]:
    return [name for (name,) in store.rows("SELECT name FROM thing ORDER BY id")]


def test_nothing_outside_its_room_names_the_engine() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()}"
        for folder in SOURCES
        for path in (ROOT / folder).rglob("*.py")
        if not str(path.relative_to(ROOT)).startswith(ROOM)
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if ENGINE.search(line)
    ]
    assert found == []


def test_a_unit_of_work_is_kept_whole_or_not_at_all(store: Store) -> None:
    put(store, "a")
    with pytest.raises(ZeroDivisionError):
        _put_then_fail(store)
    assert names(store) == ["a"]


def _put_then_fail(store: Store) -> None:
    with store.begin() as connection:
        connection.execute(insert(things).values(name="b", size=1 // 0))


def test_an_upsert_changes_the_row_with_the_same_key_or_leaves_it(store: Store) -> None:
    add = store.upsert(things, ("name",), lambda new, old: {"size": old.size + new.size})
    leave = store.upsert(things)
    for statement, size in ((add, 1), (add, 2), (leave, 9)):
        with store.begin() as connection:
            connection.execute(statement.values(name="a", size=size))
    assert store.rows("SELECT size FROM thing") == [(3,)]


def test_reading_within_a_unit_of_work_sees_it_and_leaves_it_open(store: Store) -> None:
    with store.transaction() as transaction:
        transaction.execute(insert(things).values(name="a", size=1))
        with store.reading() as connection:
            assert connection.execute(select(things.c.name)).scalars().all() == ["a"]
        transaction.execute(insert(things).values(name="b", size=1))
        assert store.in_transaction
    assert names(store) == ["a", "b"]


def test_reading_within_a_unit_of_work_does_not_keep_what_it_takes_back(store: Store) -> None:
    with pytest.raises(ZeroDivisionError), store.transaction() as transaction:
        _read_then_fail(store, transaction)
    assert names(store) == []


def _read_then_fail(store: Store, transaction: object) -> None:
    transaction.execute(insert(things).values(name="a", size=1))  # type: ignore[attr-defined]
    with store.reading() as connection:
        assert len(connection.execute(select(things)).all()) // 0


def test_hot_writes_are_one_unit_of_work(store: Store) -> None:
    add = "INSERT INTO thing (name, size) VALUES (?, ?)"
    store.write([(add, ("a", 1)), (add, ("b", 1))])
    with pytest.raises(Exception, match="UNIQUE"):
        store.write([(add, ("c", 1)), (add, ("a", 1))])
    assert names(store) == ["a", "b"]


def test_a_clone_is_a_copy(store: Store) -> None:
    put(store, "a")
    copy = memory_store()
    copy.clone_from(store)
    put(store, "b")
    assert (names(copy), copy.tables()) == (["a"], frozenset({"thing"}))
    copy.close()


def test_the_version_changes_when_another_connection_commits(tmp_path: Path) -> None:
    mine, theirs = open_store(tmp_path / "s"), open_store(tmp_path / "s")
    with mine.begin() as connection:
        THINGS.create_all(connection)
    before = theirs.version()
    assert theirs.version() == before
    put(mine, "a")
    assert theirs.version() != before
    mine.close()
    theirs.close()


async def test_who_waits_is_woken_by_a_notification(store: Store) -> None:
    waiting = asyncio.create_task(store.changed(60))
    await asyncio.sleep(0)
    store.notify()
    async with asyncio.timeout(10):
        await waiting


async def test_who_waits_in_vain_goes_on(store: Store) -> None:
    async with asyncio.timeout(10):
        await store.changed(0.001)


def test_the_durable_stores_of_a_session_are_listed_and_deleted(tmp_path: Path) -> None:
    stores = stores_of(tmp_path)
    assert (stores.names(), stores.exists("essai")) == (set(), False)
    with stores.opening("essai"):
        store = stores.open("essai", "core")
        store.version()
    assert store.durable
    store.close()
    assert stores.names() == {"essai"}
    stores.delete("essai")
    assert not stores.exists("essai")


def test_every_commit_makes_another_generation_and_nothing_else_does(store: Store) -> None:
    before = store.generation()
    names(store)
    with pytest.raises(RuntimeError), store.begin():
        raise RuntimeError
    assert store.generation() == before
    put(store, "a")
    after = store.generation()
    assert after != before
    store.write([("UPDATE thing SET size = 2", ())])
    assert store.generation() not in (before, after)


def test_a_commit_of_another_process_makes_another_generation(tmp_path: Path) -> None:
    mine, other = open_store(tmp_path / "a.db"), open_store(tmp_path / "a.db")
    with mine.begin() as connection:
        THINGS.create_all(connection)
    before = mine.generation()
    put(other, "a")
    assert mine.generation() == before, "only whoever asked for the version knows of others"
    mine.version()
    assert mine.generation() != before
    mine.close()
    other.close()


def test_stores_share_what_statements_were_compiled_to_and_nothing_else(tmp_path: Path) -> None:
    first, second = open_store(tmp_path / "first"), open_store(tmp_path / "second")
    for store in (first, second):
        store.write([("CREATE TABLE t (name TEXT)", ())])
        store.rows("PRAGMA query_only=ON")
    for store, name in ((first, "first"), (second, "second")):
        with pytest.raises(StoreReadOnly, match=name), store.begin() as connection:
            connection.execute(text("INSERT INTO t VALUES ('a')"))
    first.rows("PRAGMA query_only=OFF")
    with first.begin() as connection:
        connection.execute(text("INSERT INTO t VALUES ('a')"))
    assert [store.rows("SELECT count(*) FROM t")[0][0] for store in (first, second)] == [1, 0]
    first.close()
    second.close()
