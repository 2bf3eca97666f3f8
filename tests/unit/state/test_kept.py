"""What is kept of a store is read again after every commit, of this process or of another."""

from __future__ import annotations

import contextlib
from pathlib import Path

import pytest

from lgo_sandbox.state.kept import Kept
from lgo_sandbox.state.opening import memory_store, open_store
from lgo_sandbox.state.port import Store

COUNT = "SELECT count(*) FROM thing"
ADD = [("INSERT INTO thing DEFAULT VALUES", ())]


@pytest.fixture
def store(tmp_path: Path) -> Store:
    opened = open_store(tmp_path / "a.db")
    opened.write([("CREATE TABLE thing (id INTEGER PRIMARY KEY)", ())])
    return opened


def test_it_is_read_once_while_nothing_is_committed(store: Store) -> None:
    kept: Kept[int] = Kept(limit=10)
    reads: list[int] = []

    def read() -> int:
        reads.append(1)
        return int(store.rows(COUNT)[0][0])

    assert [kept.get(store, "n", read) for _ in range(3)] == [0, 0, 0]
    store.write(ADD)
    assert [kept.get(store, "n", read) for _ in range(3)] == [1, 1, 1]
    assert len(reads) == 2


def test_what_another_process_committed_is_seen_when_its_version_was_asked(store: Store, tmp_path: Path) -> None:
    kept: Kept[int] = Kept(limit=10)
    other = open_store(tmp_path / "a.db")
    assert kept.get(store, "n", lambda: 0) == 0
    other.write(ADD)
    store.version()
    assert kept.get(store, "n", lambda: int(store.rows(COUNT)[0][0])) == 1


def test_within_a_unit_of_work_nothing_is_kept(store: Store) -> None:
    kept: Kept[int] = Kept(limit=10)
    with contextlib.suppress(ZeroDivisionError), store.begin() as connection:
        connection.exec_driver_sql(ADD[0][0])
        assert kept.get(store, "n", lambda: int(store.rows(COUNT)[0][0])) == 1
        raise ZeroDivisionError
    assert kept.get(store, "n", lambda: int(store.rows(COUNT)[0][0])) == 0


def test_stores_and_names_are_apart_and_bounded(store: Store) -> None:
    kept: Kept[int] = Kept(limit=2)
    another = memory_store()
    assert kept.get(store, "n", lambda: 1) == 1
    assert kept.get(another, "n", lambda: 2) == 2
    assert kept.get(store, "m", lambda: 3) == 3
    assert kept.get(store, "o", lambda: 4) == 4
    assert kept.get(store, "n", lambda: 5) == 5
