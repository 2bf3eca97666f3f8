"""The journal: groups, filters, eviction, observations, and two processes that write one."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import pytest

from lgo_sandbox.tenant.session import open_core
from lgo_sandbox.watch.checks import Check, Evaluation, Outcome, Violation, finding
from lgo_sandbox.watch.exchange import Exchange
from lgo_sandbox.watch.facts import Facts
from lgo_sandbox.watch.journal import Filter, Journal, JournalLimits


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted(Facts):
    number: int


def is_even(number: int) -> Outcome:
    return number % 2 == 0 or Violation(str(number), "un nombre pair")


CHECK = Check(
    id="SVC-PAIR",
    title="Le nombre est pair",
    reads=Counted,
    test=lambda seen: is_even(seen.facts.number),
    requirements=("R.1",),
    source="docs/sources/svc.md#pair",
    remedy="Ajouter un.",
)


def exchange(number: int, service: str = "svc", operation: str = "lire", body: bytes = b"") -> Exchange:
    moment = "2026-01-01T00:00:00.000+00:00"
    made = Exchange(f"x{number:04}", service, "svc", "http", moment, moment)
    made.operation, made.request_body = operation, body
    made.noted.put(Counted(number=number))
    made.request_headers, made.response_headers = [("a", "é")], [("b", "1"), ("b", "2")]
    return made


def write(journal: Journal, *exchanges: Exchange) -> None:
    for one in exchanges:
        journal.close(one, judged(one))


def judged(one: Exchange) -> Evaluation:
    facts = one.noted.get(Counted)
    assert facts is not None
    outcome = is_even(facts.number)
    if isinstance(outcome, Violation):
        return Evaluation(findings=[finding(CHECK, outcome)], broken=[CHECK])
    return Evaluation(kept=[CHECK])


def ids(journal: Journal, wanted: Filter | None = None) -> list[str]:
    return [one.id for one in journal.read(wanted)]


@pytest.fixture
def journal() -> Journal:
    return Journal(open_core(None), JournalLimits())


def test_an_exchange_comes_back_as_it_was(journal: Journal) -> None:
    written = exchange(1, body=b"\x00\xff")
    write(journal, written)
    kept = journal.one("x0001")
    assert kept is not None
    assert kept.to_json(bodies=True) == {**written.to_json(bodies=True), "seq": 1}
    assert kept.request_body == b"\x00\xff"
    assert journal.one("x9999") is None


def test_a_group_is_written_when_it_is_full_and_by_flush(tmp_path: Path) -> None:
    limits = JournalLimits(group=3)
    mine, theirs = (Journal(open_core(tmp_path / "core"), limits) for _ in range(2))
    write(mine, exchange(1), exchange(2))
    assert ids(theirs) == []
    write(mine, exchange(3))
    assert len(ids(theirs)) == 3
    write(mine, exchange(4))
    mine.flush()
    assert len(ids(theirs)) == 4


def test_two_processes_number_one_journal(tmp_path: Path) -> None:
    mine, theirs = (Journal(open_core(tmp_path / "core"), JournalLimits()) for _ in range(2))
    write(mine, exchange(1))
    write(theirs, exchange(2))
    write(mine, exchange(3))
    mine.flush()
    theirs.flush()
    write(mine, exchange(4))
    assert [one.seq for one in theirs.read()] == [1, 2, 3]
    assert [one.seq for one in mine.read()] == [1, 2, 3, 4]
    assert mine.last_seq() == theirs.last_seq() == 4


def test_filters_choose_exchanges(journal: Journal) -> None:
    write(journal, exchange(2), exchange(3), exchange(4, service="autre"), exchange(5, operation="ecrire"))
    assert ids(journal, Filter(service="svc")) == ["x0002", "x0003", "x0005"]
    assert ids(journal, Filter(operation="ecrire")) == ["x0005"]
    assert ids(journal, Filter(with_findings=True)) == ["x0003", "x0005"]
    assert ids(journal, Filter(after=2, limit=1)) == ["x0004"]
    assert ids(journal, Filter(newest_first=True, limit=2)) == ["x0005", "x0004"]


def test_findings_come_with_their_exchange(journal: Journal) -> None:
    write(journal, exchange(2), exchange(3))
    even, odd = journal.read()
    assert even.findings == ()
    assert [(f.check_id, f.received, f.requirements) for f in odd.findings] == [("SVC-PAIR", "3", ("R.1",))]


def test_the_oldest_go_when_there_are_too_many() -> None:
    journal = Journal(open_core(None), JournalLimits(exchanges=20, group=1))
    write(journal, *(exchange(number) for number in range(1, 51)))
    kept = journal.read()
    assert len(kept) <= 20
    assert kept[-1].seq == 50
    assert [one.seq for one in kept] == list(range(kept[0].seq, 51))
    assert {f.check_id for one in kept for f in one.findings} == {"SVC-PAIR"}


def test_the_oldest_go_when_they_weigh_too_much() -> None:
    journal = Journal(open_core(None), JournalLimits(octets=100_000, group=1))
    write(journal, *(exchange(number, body=b"x" * 10_000) for number in range(1, 31)))
    kept = journal.read(bodies=True)
    assert 0 < sum(len(one.request_body) + 1024 for one in kept) <= 100_000
    assert kept[-1].seq == 30


def test_one_exchange_too_heavy_for_the_journal_does_not_stop_it() -> None:
    journal = Journal(open_core(None), JournalLimits(octets=5_000, group=1))
    write(journal, exchange(1, body=b"x" * 10_000), exchange(2))
    assert ids(journal) == ["x0002"]


def test_a_body_is_cut_at_the_limit() -> None:
    journal = Journal(open_core(None), JournalLimits(body=10))
    write(journal, exchange(1, body=b"x" * 100))
    kept = journal.one("x0001")
    assert kept is not None
    assert kept.request_body == b"x" * 10


def test_numbers_do_not_begin_again_after_eviction() -> None:
    journal = Journal(open_core(None), JournalLimits(exchanges=2, group=1))
    write(journal, *(exchange(number) for number in range(1, 10)))
    assert journal.last_seq() == 9


def test_observations_outlive_eviction(journal: Journal) -> None:
    small = Journal(open_core(None), JournalLimits(exchanges=5, group=1))
    write(small, *(exchange(number) for number in range(1, 31)))
    (seen,) = small.observations()
    assert (seen.check_id, seen.requirements, seen.passed, seen.failed) == ("SVC-PAIR", ("R.1",), 15, 15)


def test_a_failing_exchange_is_named_first_even_when_many_kept_the_rule_since(journal: Journal) -> None:
    write(journal, exchange(1), *(exchange(number) for number in range(2, 60, 2)))
    (seen,) = journal.observations()
    assert seen.exchanges[0] == "x0001"
    assert seen.exchanges[1] == "x0058"


def test_the_export_is_one_json_object_per_exchange(journal: Journal) -> None:
    write(journal, *(exchange(number, body="é".encode()) for number in range(250)))
    records = [json.loads(line) for line in journal.export()]
    assert [record["id"] for record in records] == [f"x{number:04}" for number in range(250)]
    assert records[0]["request_body"] == "é"


def test_an_exchange_without_any_check_is_kept(journal: Journal) -> None:
    journal.close(exchange(1), Evaluation())
    assert ids(journal) == ["x0001"]
    assert journal.observations() == []
