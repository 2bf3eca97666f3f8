"""The registry in its store: filters in SQL, versions, states of an older release."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from itertools import count
from pathlib import Path

import pytest

from dmp_mock import registry_store
from dmp_mock.codes.xds import Status
from dmp_mock.domain.criteria import Criteria, HasCode, IsLike, Period
from dmp_mock.domain.registering import Registered
from dmp_mock.domain.values import Author, Coded, Entry, Link, SubmissionSet
from lgo_sandbox.state.opening import memory_store
from lgo_sandbox.state.port import Store
from lgo_sandbox.state.schema import Schema, bring_up_to_date, mark_ready

PATIENT, OTHER = "256036330091838", "160012B02077713"
NUMBERS = count(100)
ENTRY = Entry(
    id="",
    unique_id="",
    patient_id=f"{PATIENT}^^^&1.2.250.1.213.1.4.10&ISO^NH",
    mime_type="text/xml",
    object_type="urn:uuid:7edca82f-054d-47f2-a032-9b2a5b5186c1",
    slots={"creationTime": ("20260315",), "urn:ihe:iti:xds:2013:referenceIdList": ("A^^^&1&ISO^urn:x",)},
    authors=(Author(("899700090014^VALMONT^Hélène",)),),
    codes={"event": (Coded("A", "1"), Coded("B", "2")), "type": (Coded("T", "9"),)},
)


@pytest.fixture
def db() -> Iterator[Store]:
    store = memory_store()
    mark_ready(store, bring_up_to_date(store, [Schema("dmp", (registry_store.Base.metadata,))]))
    yield store
    store.close()


def feed(db: Store, entry: Entry = ENTRY, matricule: str = PATIENT, time: str = "20260315103000") -> Entry:
    number = next(NUMBERS)
    named = replace(entry, id=f"urn:uuid:{number}", lid=f"urn:uuid:{number}", unique_id=f"1.2.{number}")
    lot = SubmissionSet(
        f"urn:uuid:s{number}",
        f"1.3.{number}",
        "1.9",
        entry.patient_id,
        submission_time=time,
        authors=entry.authors,
        content_types=(Coded("04", "1"),),
    )
    link = Link("urn:member", lot.id, named.id, ("Original",), id=f"urn:uuid:k{number}")
    with db.begin(alone=True) as connection:
        registry_store.store_lot(db, connection, Registered(lot, ((named, b"octets"),), (link,), ()), matricule, "8")
    return named


def found(db: Store, **criteria: object) -> int:
    return len(registry_store.find_entries(db, PATIENT, Criteria(**criteria)))  # type: ignore[arg-type]


def test_an_entry_comes_back_as_it_was(db: Store) -> None:
    entry = feed(db)
    feed(db, matricule=OTHER)
    assert registry_store.entries_of(db, PATIENT) == [entry]
    assert registry_store.entry_by_uuid(db, entry.id) == (PATIENT, entry)
    assert registry_store.entry_of(db, entry.unique_id) == (PATIENT, entry)
    assert registry_store.content_of(db, entry.unique_id) == b"octets"
    assert registry_store.stored_octets(db) == 12


@pytest.mark.parametrize(
    ("codes", "number"),
    [
        ((HasCode("event", (("A", "1"), ("C", "1"))),), 1),
        ((HasCode("event", (("A", "1"),)), HasCode("event", (("B", "2"),))), 1),
        ((HasCode("event", (("A", "1"),)), HasCode("event", (("C", "1"),))), 0),
        ((HasCode("event", (("A", "2"),)),), 0),
        ((HasCode("event", (("A", None),)),), 1),
        ((HasCode("type", (("A", "1"),)),), 0),
        ((HasCode("reference", (("A^^^&1&ISO^urn:x", None),)),), 1),
    ],
)
def test_values_are_alternatives_and_criteria_are_all_wanted(
    db: Store, codes: tuple[HasCode, ...], number: int
) -> None:
    feed(db)
    assert found(db, codes=codes) == number


@pytest.mark.parametrize(
    ("column", "moment", "is_from", "number"),
    [
        ("creation_time", "20260315000000", True, 1),
        ("creation_time", "20260315000001", True, 0),
        ("creation_time", "20260315000000", False, 0),
        ("creation_time", "20260315000001", False, 1),
        ("service_stop", "20200101000000", True, 0),
        ("service_stop", "20300101000000", False, 0),
    ],
)
def test_from_is_inclusive_to_is_not_and_an_absent_date_is_never_found(
    db: Store, column: str, moment: str, is_from: bool, number: int
) -> None:
    feed(db)
    assert found(db, periods=(Period(column, moment, is_from),)) == number


@pytest.mark.parametrize(
    ("pattern", "number"),
    [
        ("899700090014^VALMONT^Hélène", 1),
        ("%valmont%", 1),
        ("8997000900__^%", 1),
        ("%", 1),
        ("%HÉLÈNE", 1),
        ("89%VAL%lène", 1),
        ("valmont", 0),
        ("%valmont", 0),
        ("899700090014^VALMONT^Hélène%Hélène", 0),
        ("' OR 1=1 --", 0),
    ],
)
def test_authors_match_as_sql_like_does(db: Store, pattern: str, number: int) -> None:
    feed(db)
    assert found(db, likes=(IsLike("author", (pattern,)),)) == number


def test_a_status_is_the_one_in_force_whatever_the_entry_said_when_it_came(db: Store) -> None:
    entry = feed(db)
    with db.begin() as connection:
        assert registry_store.change_status(connection, entry.id, Status.APPROVED, Status.ARCHIVED)
        assert not registry_store.change_status(connection, entry.id, Status.APPROVED, Status.DELETED)
    assert found(db, statuses=((Status.APPROVED,),)) == 0
    assert found(db, statuses=((Status.APPROVED, Status.ARCHIVED),)) == 1
    assert registry_store.entries_of(db, PATIENT)[0].status == Status.ARCHIVED


def test_more_than_one_statement_names_is_found(db: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dmp_mock.registry_store.rows._IN_ONE", 2)
    fed = [feed(db) for _ in range(5)]
    wanted = Criteria(codes=(HasCode("type", (("T", "9"),)),))
    assert registry_store.find_entries(db, PATIENT, wanted) == fed
    assert registry_store.entries_by(db, PATIENT, "unique_id", [one.unique_id for one in fed]) == fed


def test_the_oldest_come_first_however_many_statements_it_takes(db: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dmp_mock.registry_store.rows._IN_ONE", 1)
    monkeypatch.setattr(f"{__name__}.NUMBERS", iter((9, 10, 8)))
    fed = [feed(db) for _ in range(3)]
    assert registry_store.entries_by(db, PATIENT, "unique_id", [one.unique_id for one in fed]) == fed
    lots = registry_store.sets_by(db, PATIENT, "unique_id", [f"1.3.{number}" for number in (9, 10, 8)])
    assert [lot.unique_id for lot in lots] == ["1.3.9", "1.3.10", "1.3.8"]


def test_lots_are_found_by_time_source_author_and_content(db: Store) -> None:
    feed(db, time="20260101")
    feed(db, time="20260201")
    late = Criteria(periods=(Period("submission_time", "20260115000000", True),))
    (one,) = registry_store.find_sets(db, PATIENT, late)
    assert (one.submission_time, one.source_id, one.content_types[0].code) == ("20260201", "1.9", "04")
    for attribute, code, number in (
        ("set-source", "1.9", 2),
        ("set-source", "1.8", 0),
        ("set-contentType", "04", 2),
        ("set-contentType", "05", 0),
    ):
        wanted = Criteria(codes=(HasCode(attribute, ((code, None),)),))
        assert len(registry_store.find_sets(db, PATIENT, wanted)) == number
    assert len(registry_store.find_sets(db, PATIENT, Criteria(likes=(IsLike("set-author", ("%valmont%",)),)))) == 2
    assert registry_store.find_sets(db, OTHER, Criteria()) == []
    (link,) = registry_store.links_of(db, [one.id])
    assert (link.source, link.statuses) == (one.id, ("Original",))


SEARCHES = [
    Criteria(statuses=((Status.ARCHIVED.value,),)),
    Criteria(statuses=((Status.APPROVED.value,),), periods=(Period("service_start", "20270101000000", True),)),
    Criteria(statuses=((Status.APPROVED.value,),), periods=(Period("creation_time", "20270101000000", True),)),
    Criteria(statuses=((Status.APPROVED.value,),), periods=(Period("service_stop", "20270101000000", True),)),
    Criteria(statuses=((Status.APPROVED.value,),), codes=(HasCode("event", (("X", "1"),)),)),
    Criteria(statuses=((Status.APPROVED.value,),), codes=(HasCode("event", (("X", None),)),)),
]


@pytest.mark.parametrize("criteria", SEARCHES, ids=range(len(SEARCHES)))
def test_a_filter_that_finds_nothing_looks_at_no_entry(db: Store, criteria: Criteria) -> None:
    """What costs in a search are the steps of SQLite's machine: they are as many in a large DMP as in a small one."""
    steps: list[int] = []
    for size in (3, 60):
        for _ in range(size):
            feed(db)
        steps.append(_steps(db, criteria))
    assert steps[1] <= steps[0] + 20


def _steps(db: Store, criteria: Criteria) -> int:
    taken = 0

    def count_step() -> int:
        nonlocal taken
        taken += 1
        return 0

    connection = db._connection  # type: ignore[attr-defined]
    connection.set_progress_handler(count_step, 1)
    try:
        assert registry_store.find_entries(db, PATIENT, criteria) == []
    finally:
        connection.set_progress_handler(None, 1)
    return taken


def _first_release() -> list[str]:
    """Return the statements that made the tables of this service in the first release."""
    text = (Path(__file__).parents[1] / "state" / "first_release" / "data.sql").read_text(encoding="utf-8")
    return [one for one in text.split(";\n") if one.lstrip().startswith(("CREATE TABLE dmp_", "CREATE INDEX ix_dmp_"))]


FORMER = replace(ENTRY, id="urn:uuid:e", lid="urn:uuid:e", unique_id="1.2.3", title="Bilan")


@pytest.fixture
def older() -> Iterator[Store]:
    """A state of the first release with one lot, brought up to date."""
    store = memory_store()
    told = {**FORMER.to_json(), "status": Status.DEPRECATED}
    store.write(
        [
            *((statement, ()) for statement in _first_release()),
            (
                "INSERT INTO dmp_entry VALUES ('urn:uuid:e', 'urn:uuid:e', 1, '1.2.3', ?, ?, 0, 'urn:uuid:s', 0, ?)",
                (PATIENT, Status.DEPRECATED, json.dumps(told)),
            ),
            ("INSERT INTO dmp_submission VALUES ('urn:uuid:s', '1.3', ?, '2026', '8')", (PATIENT,)),
            (
                "INSERT INTO dmp_association (type, source, target, statuses) VALUES (?, ?, ?, ?)",
                ("urn:member", "urn:uuid:s", "urn:uuid:e", '["Original"]'),
            ),
            ("INSERT INTO dmp_document VALUES ('1.2.3', '1.9', 'text/xml', 6, x'6f6374657473')", ()),
        ]
    )
    assert bring_up_to_date(store, [Schema("dmp", (registry_store.Base.metadata,))]) == frozenset()
    yield store
    store.close()


def test_what_an_older_release_wrote_is_found_by_every_filter(older: Store) -> None:
    assert found(older, codes=(HasCode("event", (("A", "1"),)),)) == 1
    assert found(older, periods=(Period("creation_time", "20260101000000", is_from=True),)) == 1
    assert found(older, object_types=((ENTRY.object_type,),)) == 1
    assert found(older, statuses=((Status.DEPRECATED,),)) == 1
    assert found(older, likes=(IsLike("author", ("%valmont%",)),)) == 1
    assert registry_store.content_of(older, "1.2.3") == b"octets"
    assert registry_store.stored_octets(older) == 6


def test_a_lot_of_an_older_release_has_the_authors_of_its_document(older: Store) -> None:
    (lot,) = registry_store.find_sets(older, PATIENT, Criteria(likes=(IsLike("set-author", ("%valmont%",)),)))
    assert (lot.title, lot.submission_time, lot.authors) == ("Bilan", "2026", ENTRY.authors)
    (link,) = registry_store.links_of(older, ["urn:uuid:s"])
    assert link.id.startswith("urn:uuid:")
    assert registry_store.links_of(older, ["urn:uuid:s"]) == [link]


def test_a_state_of_an_older_release_is_filled_in_once_and_goes_on(older: Store) -> None:
    registry_store.fill_in(older)
    assert older.rows("SELECT count(*) FROM dmp_entry WHERE indexed = 0") == [(0,)]
    assert older.rows("SELECT count(*) FROM dmp_submission WHERE indexed = 0") == [(0,)]
    fed = feed(older)
    assert [one.id for one in registry_store.entries_of(older, PATIENT)] == ["urn:uuid:e", fed.id]
    assert registry_store.stored_octets(older) == 12
