"""The journal when its store cannot be written, when one service talks too much, when a record is defective."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from lgo_sandbox.state.errors import StoreError, StoreFull, StoreLocked, StoreReadOnly
from lgo_sandbox.state.port import Store
from lgo_sandbox.tenant.session import open_core
from lgo_sandbox.watch import journal as journal_module
from lgo_sandbox.watch.checks import Check, Evaluation, Observed, Outcome, evaluate
from lgo_sandbox.watch.exchange import Exchange
from lgo_sandbox.watch.facts import Facts
from lgo_sandbox.watch.history import History
from lgo_sandbox.watch.journal import Filter, Journal, JournalLimits
from lgo_sandbox.watch.markers import Markers
from lgo_sandbox.watch.records import OVERHEAD, Record
from lgo_sandbox.watch.shares import fair
from lgo_sandbox.watch.waiting import Waiting

MOMENT = "2026-01-01T00:00:00.000+00:00"
BODY = b"x" * 10_000


def exchange(number: int, service: str = "svc", body: bytes = b"") -> Exchange:
    return Exchange(
        f"{service}-{number:04}", service, service, "http", MOMENT, MOMENT, operation="lire", request_body=body
    )


def write(journal: Journal, *numbers: int, service: str = "svc", body: bytes = b"") -> None:
    for number in numbers:
        journal.close(exchange(number, service, body), Evaluation())


def ids(journal: Journal, service: str = "") -> list[str]:
    return [one.id for one in journal.read(Filter(service=service, limit=10_000))]


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the journal try again whenever it is asked."""
    monkeypatch.setattr(journal_module, "RETRY_SECONDS", 0.0)


@pytest.fixture
def core(tmp_path: Path) -> Iterator[Store]:
    store = open_core(tmp_path / "core")
    yield store
    store.close()


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold the write lock, as a stranger's program does."""
    with closing(sqlite3.connect(path)) as held:
        held.execute("BEGIN IMMEDIATE")
        yield
        held.rollback()


@contextmanager
def full(store: Store) -> Iterator[None]:
    """Let the store grow no more."""
    pages = store.rows("PRAGMA page_count")[0][0]
    store.rows(f"PRAGMA max_page_count={pages}")
    yield
    store.rows("PRAGMA max_page_count=1073741823")


@contextmanager
def read_only(store: Store) -> Iterator[None]:
    store.rows("PRAGMA query_only=ON")
    yield
    store.rows("PRAGMA query_only=OFF")


def test_a_locked_store_makes_nobody_wait_and_is_written_when_it_is_free(core: Store, tmp_path: Path) -> None:
    journal = Journal(core, JournalLimits(group=1))
    write(journal, 1)
    with locked(tmp_path / "core"):
        write(journal, 2, 3)
        assert ids(journal) == ["svc-0001"]
        health = journal.health()
        assert (health.waiting, health.lost) == (2, 0)
        assert health.failures >= 2
        assert health.trouble.startswith(f"le fichier {tmp_path / 'core'} est verrouillé par un autre programme")
    assert ids(journal) == ["svc-0001", "svc-0002", "svc-0003"]
    assert (journal.health().waiting, journal.health().trouble) == (0, "")


def test_a_full_store_keeps_what_it_has_and_goes_on_when_there_is_room(core: Store) -> None:
    journal = Journal(core, JournalLimits(group=1))
    write(journal, 1)
    with full(core):
        write(journal, *range(2, 60), body=BODY)
        assert ids(journal)[0] == "svc-0001"
        assert "disque plein" in journal.health().trouble
    assert len(ids(journal)) == 59


def test_a_read_only_store_is_named(core: Store) -> None:
    journal = Journal(core, JournalLimits())
    with read_only(core):
        write(journal, 1)
        journal.flush()
        assert "lecture seule" in journal.health().trouble
    assert ids(journal) == ["svc-0001"]


def test_the_end_of_the_process_does_not_wait_for_a_locked_store(
    core: Store, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    journal = Journal(core, JournalLimits())
    write(journal, 1)
    with locked(tmp_path / "core"), caplog.at_level(logging.WARNING):
        journal.finish()
    assert "1 échanges ne sont pas au journal" in caplog.text


@pytest.mark.parametrize(("spoil", "kind"), [(full, StoreFull), (read_only, StoreReadOnly)])
def test_what_is_wrong_with_a_store_is_one_exception(core: Store, spoil: object, kind: type[StoreError]) -> None:
    add = "INSERT INTO core_value (name, value) VALUES (?, ?)"
    with spoil(core):  # type: ignore[operator]
        with pytest.raises(kind):
            core.write([(add, (str(n), "x" * 5_000)) for n in range(20)])
        with pytest.raises(kind), core.begin() as connection:
            connection.exec_driver_sql("INSERT INTO core_value SELECT 'y', hex(randomblob(500000))")
        with pytest.raises(kind), core.transaction() as transaction:
            transaction.connection().exec_driver_sql("INSERT INTO core_value SELECT 'z', hex(randomblob(500000))")
    core.write([(add, ("a", "b"))])
    assert core.rows("SELECT name FROM core_value") == [("a",)]


def test_a_store_known_to_be_locked_is_not_waited_for_again(core: Store, tmp_path: Path) -> None:
    add = [("INSERT INTO core_value (name, value) VALUES (?, ?)", ("a", "b"))]
    with locked(tmp_path / "core"):
        for _ in range(2):
            with pytest.raises(StoreLocked):
                core.write(add)
        assert core.rows("PRAGMA busy_timeout")[0][0] < 100
    core.write(add)
    core.write([("DELETE FROM core_value", ())])
    assert core.rows("PRAGMA busy_timeout")[0][0] == 1_000


def test_what_waits_is_bounded_first_by_bodies_then_by_number() -> None:
    waiting = Waiting(records=5, octets=30_000)
    for number in range(8):
        waiting.add(Record(exchange(number, body=BODY), Evaluation(), 1_000_000))
    assert (len(waiting), waiting.lost, waiting.cut) == (5, 3, 6)
    assert waiting.octets <= 30_000
    kept = waiting.first(10, 1_000_000)
    assert [record.row["id"] for record in kept] == [f"svc-{number:04}" for number in range(3, 8)]
    assert [bool(record.row["request_body"]) for record in kept] == [False, False, False, True, True]


def test_what_waits_is_given_in_groups_of_bounded_weight() -> None:
    waiting = Waiting()
    for number in range(4):
        waiting.add(Record(exchange(number, body=BODY), Evaluation(), 1_000_000))
    assert len(waiting.first(10, 2 * (len(BODY) + OVERHEAD))) == 2
    assert len(waiting.first(10, 1)) == 1
    waiting.written(4)
    assert (len(waiting), waiting.octets) == (0, 0)


def test_a_body_is_let_go_of_when_its_record_is_written() -> None:
    journal = Journal(open_core(None), JournalLimits(body=1_000))
    write(journal, 1, body=BODY)
    assert journal._waiting.octets == 1_000 + OVERHEAD
    journal.flush()
    assert journal._waiting.octets == 0


def test_a_record_that_cannot_be_written_is_the_only_one_lost(core: Store, caplog: pytest.LogCaptureFixture) -> None:
    journal = Journal(core, JournalLimits())
    write(journal, 1)
    journal.flush()
    write(journal, 2, 1, 3)  # 1 has an id that is taken
    assert ids(journal) == ["svc-0001", "svc-0002", "svc-0003"]
    assert journal.health().lost == 1


async def test_groups_are_written_off_the_path_of_requests_one_per_turn(core: Store) -> None:
    journal = Journal(core, JournalLimits(group=10))
    write(journal, *range(30))
    counted = []
    for _ in range(4):
        counted.append(core.rows("SELECT count(*) FROM core_exchange")[0][0])
        await asyncio.sleep(0)
    assert counted == [0, 10, 20, 30]


async def test_who_waits_for_news_is_woken_by_the_end_of_an_exchange(core: Store) -> None:
    journal = Journal(core, JournalLimits())
    waiting = asyncio.create_task(journal.news(60))
    await asyncio.sleep(0)
    write(journal, 1)
    async with asyncio.timeout(10):
        await waiting


def test_a_chatty_service_evicts_only_itself() -> None:
    journal = Journal(open_core(None), JournalLimits(exchanges=100, group=10))
    write(journal, *range(20), service="discret")
    write(journal, *range(1000), service="bavard")
    journal.flush()
    assert len(ids(journal, "discret")) == 20
    assert len(ids(journal, "bavard")) == 80
    assert ids(journal, "bavard")[-1] == "bavard-0999"


def test_a_heavy_service_evicts_only_itself() -> None:
    journal = Journal(open_core(None), JournalLimits(octets=1_000_000, group=10))
    write(journal, *range(40), service="leger")
    write(journal, *range(400), service="lourd", body=BODY)
    journal.flush()
    assert len(ids(journal, "leger")) == 40
    assert 60 < len(ids(journal, "lourd")) < 100


def test_services_that_talk_as_much_share_the_journal() -> None:
    journal = Journal(open_core(None), JournalLimits(exchanges=100, group=10))
    for number in range(300):
        write(journal, number, service="un")
        write(journal, number, service="deux")
    journal.flush()
    assert abs(len(ids(journal, "un")) - len(ids(journal, "deux"))) <= 10
    assert len(ids(journal)) <= 100


@pytest.mark.parametrize(
    ("counts", "kept"),
    [
        ({"un": 50, "deux": 50}, {"un": 30, "deux": 30}),
        ({"un": 10, "deux": 90}, {"un": 10, "deux": 50}),
        ({"un": 0, "deux": 61, "trois": 1}, {"un": 0, "deux": 59, "trois": 1}),
        ({"un": 40, "deux": 41, "trois": 42}, {"un": 20, "deux": 20, "trois": 20}),
        ({"un": 20, "deux": 40}, {"un": 20, "deux": 40}),
    ],
)
def test_what_a_full_journal_keeps_is_shared(counts: dict[str, int], kept: dict[str, int]) -> None:
    assert fair(counts, 60) == kept


def test_a_fair_share_holds_when_two_processes_write(tmp_path: Path) -> None:
    limits = JournalLimits(exchanges=100, group=1)
    mine, theirs = (Journal(open_core(tmp_path / "core"), limits) for _ in range(2))
    write(mine, *range(20), service="discret")
    write(theirs, *range(500), service="bavard")
    write(mine, 20, service="discret")
    assert len(ids(mine, "discret")) == 21
    assert len(ids(mine)) <= 101


def test_findings_go_with_their_exchange(core: Store) -> None:
    journal = Journal(core, JournalLimits(exchanges=10, group=1))
    for number in range(30):
        journal.close(exchange(number), evaluate([NEVER], noted(exchange(number)), history(core), {}, None, "1"))  # type: ignore[arg-type]
    assert core.rows("SELECT count(*) FROM core_finding") == core.rows("SELECT count(*) FROM core_exchange")


def test_a_report_cites_no_exchange_that_is_gone(core: Store) -> None:
    journal = Journal(core, JournalLimits(exchanges=10, group=1))
    first = exchange(0, "discret")
    journal.close(first, evaluate([NEVER], noted(first), history(core), {}, None, "1"))  # type: ignore[arg-type]
    assert journal.observations()[0].exchanges == ("discret-0000",)
    core.write([("DELETE FROM core_exchange", ())])
    (seen,) = journal.observations()
    assert (seen.failed, seen.exchanges) == (1, ())


class Seen(Facts):
    """Anything."""


def never(_seen: Observed[Seen]) -> Outcome:
    from lgo_sandbox.watch.checks import Violation

    return Violation("ceci", "cela")


NEVER = Check(
    id="SVC-JAMAIS", title="Jamais", reads=Seen, test=never, source="docs/sources/requirements.md#lgo", remedy="Rien."
)


def noted(one: Exchange) -> Exchange:
    one.noted.put(Seen())
    return one


def history(core: Store) -> History:
    return History(Markers(core))
