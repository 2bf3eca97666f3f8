"""Schema versions: new stores are made and seeded, old ones upgraded with their data, newer ones refused."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import Boolean, Column, Index, Integer, MetaData, String, Table

from lgo_sandbox.population.people import population
from lgo_sandbox.sandbox import installed_services
from lgo_sandbox.settings import Settings
from lgo_sandbox.state.errors import StoreNewer
from lgo_sandbox.state.opening import memory_store
from lgo_sandbox.state.port import Store
from lgo_sandbox.state.schema import Migration, Schema, bring_up_to_date, mark_ready
from lgo_sandbox.tenant.sessions import Sessions

if TYPE_CHECKING:
    from sqlalchemy import Connection

FIRST_RELEASE = Path(__file__).parent / "first_release"


def table(*more: Column[object], name: str = "svc_thing") -> MetaData:
    metadata = MetaData()
    Table(name, metadata, Column("id", Integer, primary_key=True), Column("name", String, nullable=False), *more)
    return metadata


@pytest.fixture
def store() -> Iterator[Store]:
    made = memory_store()
    yield made
    made.close()


def made(store: Store, schema: Schema) -> None:
    new = bring_up_to_date(store, [schema])
    mark_ready(store, new)
    store.write([("INSERT INTO svc_thing (id, name) VALUES (?, ?)", (1, "avant"))])


def test_the_tables_of_a_new_owner_are_made_and_seeded_once(store: Store) -> None:
    schema = Schema("svc", (table(),))
    assert bring_up_to_date(store, [schema]) == {"svc"}
    mark_ready(store, {"svc"})
    assert bring_up_to_date(store, [schema]) == frozenset()


def test_seeds_that_were_cut_by_a_kill_are_made_again(store: Store) -> None:
    schema = Schema("svc", (table(),))
    bring_up_to_date(store, [schema])
    store.write([("INSERT INTO svc_thing (id, name) VALUES (?, ?)", (1, "la moitié"))])
    assert bring_up_to_date(store, [schema]) == {"svc"}
    assert store.rows("SELECT * FROM svc_thing") == []


def test_what_a_release_adds_is_added_and_filled(store: Store) -> None:
    made(store, Schema("svc", (table(),)))
    more = table(
        Column("seed", String),
        Column("word", String, nullable=False, default="l'usage"),
        Column("size", Integer, nullable=False),
        Column("open", Boolean, nullable=False, default=True),
        Index("svc_thing_word", "word"),
    )
    Table("svc_other", more, Column("id", Integer, primary_key=True))
    assert bring_up_to_date(store, [Schema("svc", (more,))]) == frozenset()
    assert store.rows("SELECT id, name, seed, word, size, open FROM svc_thing") == [(1, "avant", None, "l'usage", 0, 1)]
    assert "svc_other" in store.tables()
    assert store.rows("SELECT count(*) FROM sqlite_master WHERE name = 'svc_thing_word'") == [(1,)]


def test_a_column_that_new_rows_would_have_to_fill_is_dropped(store: Store) -> None:
    former = table(Column("gone", String, nullable=False), Index("svc_thing_gone", "gone"))
    mark_ready(store, bring_up_to_date(store, [Schema("svc", (former,))]))
    store.write([("INSERT INTO svc_thing (id, name, gone) VALUES (?, ?, ?)", (1, "avant", "x"))])
    bring_up_to_date(store, [Schema("svc", (table(),))])
    store.write([("INSERT INTO svc_thing (id, name) VALUES (?, ?)", (2, "après"))])
    assert store.rows("SELECT * FROM svc_thing") == [(1, "avant"), (2, "après")]


def rename(connection: Connection) -> None:
    connection.exec_driver_sql("UPDATE svc_thing SET name = 'changé : ' || name")


def fail(connection: Connection) -> None:
    rename(connection)
    raise ValueError("non")


def test_migrations_run_once_in_order(store: Store) -> None:
    made(store, Schema("svc", (table(),)))
    steps = (Migration(1, "un", rename), Migration(2, "deux", rename))
    for migrations in (steps[:1], steps[:1], steps, steps):
        bring_up_to_date(store, [Schema("svc", (table(),), migrations)])
    assert store.rows("SELECT name FROM svc_thing") == [("changé : changé : avant",)]


def plant(connection: Connection) -> None:
    if connection.exec_driver_sql("SELECT 1 FROM svc_thing WHERE id = 2").first() is None:
        connection.exec_driver_sql("INSERT INTO svc_thing (id, name, word) VALUES (2, 'semé', '')")


def test_a_seed_that_a_release_adds_comes_once_after_the_columns(store: Store) -> None:
    made(store, Schema("svc", (table(),)))
    later = Schema("svc", (table(Column("word", String, nullable=False)),), (Migration(1, "semis", seeds=plant),))
    assert bring_up_to_date(store, [later]) == frozenset()
    assert store.rows("SELECT name FROM svc_thing ORDER BY id") == [("avant",), ("semé",)]
    store.write([("DELETE FROM svc_thing WHERE id = 2", ())])
    bring_up_to_date(store, [later])
    assert store.rows("SELECT name FROM svc_thing") == [("avant",)]


def test_a_new_store_needs_no_migration(store: Store) -> None:
    made(store, Schema("svc", (table(),), (Migration(1, "un", fail),)))
    assert bring_up_to_date(store, [Schema("svc", (table(),), (Migration(1, "un", fail),))]) == frozenset()


def test_an_upgrade_that_fails_leaves_the_old_state(store: Store) -> None:
    made(store, Schema("svc", (table(),)))
    more = table(Column("seed", String))
    with pytest.raises(ValueError, match="non"):
        bring_up_to_date(store, [Schema("svc", (more,), (Migration(1, "un", rename), Migration(2, "deux", fail)))])
    assert store.rows("SELECT * FROM svc_thing") == [(1, "avant")]


def test_the_state_of_a_newer_release_is_refused(store: Store) -> None:
    made(store, Schema("svc", (table(),), (Migration(1, "un", rename),)))
    with pytest.raises(StoreNewer, match="plus récente"):
        bring_up_to_date(store, [Schema("svc", (table(),))])


@pytest.fixture
def upgraded(tmp_path: Path) -> Iterator[Sessions]:
    """The session that the first release left, opened by this one."""
    folder = tmp_path / "sessions" / "default"
    folder.mkdir(parents=True)
    for name in ("core", "data"):
        with closing(sqlite3.connect(folder / f"{name}.sqlite")) as old:
            old.executescript((FIRST_RELEASE / f"{name}.sql").read_text(encoding="utf-8"))
    sessions = Sessions(Settings(state=tmp_path), population(), installed_services())
    yield sessions
    sessions.close()


def test_the_state_of_the_first_release_survives_with_its_data(upgraded: Sessions) -> None:
    session = upgraded.get("default")
    assert (session.config.seed, session.option("insi.gateway")) == ("graine", "former")
    assert [(marker.name, marker.subject) for marker in session.markers.all()] == [("document validé", "d1")]
    (fault,) = session.faults.armed()
    assert (fault.id, fault.service, fault.kind.value, fault.value, fault.remaining) == ("f1", "insi", "status", 503, 2)
    (kept,) = session.journal.read(bodies=True)
    assert (kept.service, kept.request_body, kept.seq) == ("insi", b"\x00\xff<a/>", 1)
    assert session.ids.octets(6) != bytes.fromhex(kept.id[1:])  # the sequence goes on
    counted = {name: session.db.rows(f"SELECT count(*) FROM {name}")[0][0] for name in ("psc_client", "dmp_patient")}
    # No seed came a second time; lgo-api and two published patients are those that a later release added.
    assert counted == {"psc_client": 3, "dmp_patient": 5}
    dates = session.db.rows("SELECT DISTINCT started, acted FROM dmp_authorisation")
    assert dates == [("20260101080000", "20260101080000")]  # columns of a later release
    assert session.db.rows("SELECT octets FROM mss_content") == [(b"Subject: x\r\n\r\ncorps",)]


def test_the_state_of_the_first_release_can_be_used_on(upgraded: Sessions) -> None:
    session = upgraded.get("default")
    session.faults.disarm()
    session.configure(session.config)
    for table_of_service in (table for schema in upgraded._schemas for table in schema.tables):
        with session.db.reading() as connection:
            connection.execute(table_of_service.select())
    upgraded.reset("default")
    assert session.db.rows("SELECT count(*) FROM dmp_patient")[0][0] > 3


def clients(sessions: Sessions) -> dict[str, str]:
    rows = sessions.get("default").db.rows("SELECT client_id, title FROM psc_client")
    return {str(name): str(title) for name, title in rows}


def test_every_seed_that_the_first_release_had_not_is_added_to_its_state(upgraded: Sessions) -> None:
    """A release that adds a seed adds a migration: without one, older states would lack it."""
    first = json.loads((FIRST_RELEASE / "seeds.json").read_text(encoding="utf-8"))
    new, old = upgraded.create("neuf").db, upgraded.get("default").db
    added = []
    for service in installed_services():
        tables = [table for metadata in service.tables() for table in metadata.sorted_tables]
        is_new = not any(table.name in first for table in tables)
        for table in tables:
            keys = ", ".join(column.name for column in table.primary_key)
            today, there = ({*db.rows(f"SELECT {keys} FROM {table.name}")} for db in (new, old))
            later = today - {tuple(key) for key in first.get(table.name, ())}
            assert later <= there, f"{table.name} : {later - there} manque aux anciens états"
            added += [] if is_new else sorted(later)
    published = {"153078987658513", "899900063480", "277076322082910"}
    assert [key for key in added if not published & {*key}] == [("lgo-api",)]
    assert any(published & {*key} for key in added)


def old_state(tmp_path: Path, *changes: str) -> Sessions:
    folder = tmp_path / "sessions" / "default"
    folder.mkdir(parents=True)
    for name in ("core", "data"):
        with closing(sqlite3.connect(folder / f"{name}.sqlite")) as old:
            old.executescript((FIRST_RELEASE / f"{name}.sql").read_text(encoding="utf-8"))
            if name == "data":
                old.executescript(";".join(changes))
    return Sessions(Settings(state=tmp_path), population(), installed_services())


def test_an_upgrade_brings_back_no_client_that_was_struck_off_and_changes_none(tmp_path: Path) -> None:
    mine = "UPDATE psc_client SET client_id = 'lgo-api', title = 'le mien' WHERE client_id = 'lgo-mtls'"
    with closing(old_state(tmp_path, "DELETE FROM psc_client WHERE client_id = 'dmp'", mine)) as sessions:
        known = clients(sessions)
    assert known["lgo-api"] == "le mien"
    assert {"dmp", "lgo-mtls"}.isdisjoint(known)


def test_what_an_upgrade_added_and_the_user_struck_off_stays_struck_off(tmp_path: Path) -> None:
    with closing(old_state(tmp_path)) as sessions:
        assert "lgo-api" in clients(sessions)
        sessions.get("default").db.write([("DELETE FROM psc_client WHERE client_id = ?", ("lgo-api",))])
    with closing(Sessions(Settings(state=tmp_path), population(), installed_services())) as again:
        assert "lgo-api" not in clients(again)
