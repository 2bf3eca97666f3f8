"""A session: configuration, counters, options; and the same session in two processes."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from lgo_sandbox.population.people import population
from lgo_sandbox.state.opening import memory_store, open_store
from lgo_sandbox.tenant.faults import Fault, FaultKind
from lgo_sandbox.tenant.session import Session, SessionConfig, open_core, valid_name
from lgo_sandbox.watch.journal import JournalLimits
from lgo_sandbox.watch.markers import Marker

DEFAULTS = {"svc.mot": "bonjour"}


def opened(folder: Path | None = None) -> Session:
    core = open_core(folder / "core" if folder else None)
    data = open_store(folder / "data") if folder else memory_store()
    return Session("essai", core, data, population(), JournalLimits(), DEFAULTS)


@pytest.mark.parametrize("name", ["a", "0", "default", "a-b", "a" * 32, "s-1-2"])
def test_these_name_a_session(name: str) -> None:
    assert valid_name(name)


@pytest.mark.parametrize("name", ["", "-", "a-", "-a", "A", "é", "a_b", "a/b", "..", "a" * 33, "a\n", "a b"])
def test_these_do_not_name_a_session(name: str) -> None:
    assert not valid_name(name)


def test_reserved_numbers_are_never_given_again_not_even_after_a_reset(tmp_path: Path) -> None:
    first, second = opened(tmp_path), opened(tmp_path)
    assert first.reserve("n", 100) == 100
    assert second.reserve("n", 5, 3) == 101
    first.clear_journal()
    assert (first.reserve("n", 1), first.reserve("autre", 1), first.reserve("n", 500)) == (104, 1, 500)


def test_a_secret_is_the_same_for_all_processes_of_a_session_and_no_other(tmp_path: Path) -> None:
    first, second = opened(tmp_path), opened(tmp_path)
    secret = first.secret("n")
    first.clear_journal()
    assert (second.secret("n"), first.secret("n")) == (secret, secret)
    assert len({secret, first.secret("autre"), opened().secret("n")}) == 3


def test_options_have_defaults_and_can_be_set() -> None:
    session = opened()
    assert session.option("svc.mot") == "bonjour"
    session.configure(replace(session.config, options={"svc.mot": "bonsoir"}))
    assert session.option("svc.mot") == session.options["svc.mot"] == "bonsoir"
    assert session.option("svc.inconnue") == ""


def test_a_configuration_survives_json() -> None:
    config = SessionConfig("graine", opened().clock.moved(by=timedelta(1)), {"a": "b"}, {"c": "d"}, {"e": "f"})
    assert SessionConfig.from_json(config.to_json()) == config
    assert SessionConfig.from_json({}) == SessionConfig()


def test_a_seeded_session_goes_on_with_its_sequence_in_another_process(tmp_path: Path) -> None:
    reference = opened()
    reference.configure(SessionConfig(seed="graine"))
    sequence = [reference.ids.uuid() for _ in range(4)]
    mine = opened(tmp_path)
    mine.configure(SessionConfig(seed="graine"))
    theirs = opened(tmp_path)
    assert [mine.ids.uuid(), theirs.ids.uuid(), theirs.ids.uuid(), mine.ids.uuid()] == sequence


def test_what_one_process_sets_the_other_sees_at_its_next_exchange(tmp_path: Path) -> None:
    mine, theirs = opened(tmp_path), opened(tmp_path)
    moment = datetime(2031, 1, 1, tzinfo=UTC)
    mine.move_clock(to=moment, frozen=True)
    mine.faults.arm(Fault("f1", "*", FaultKind.STATUS, 503))
    mine.markers.put(Marker("2031", "jalon"))
    theirs.refresh()
    assert theirs.clock.age() == moment
    assert [fault.id for fault in theirs.faults.armed()] == ["f1"]
    assert [marker.name for marker in theirs.markers.all()] == ["jalon"]


def test_a_counter_is_shared(tmp_path: Path) -> None:
    mine, theirs = opened(tmp_path), opened(tmp_path)
    assert [mine.count("n"), theirs.count("n"), mine.count("n"), mine.count("autre")] == [1, 2, 3, 1]


def test_clearing_keeps_the_configuration_alone() -> None:
    session = opened()
    session.configure(SessionConfig(seed="graine"))
    first = session.ids.uuid()
    session.faults.arm(Fault("f1", "*", FaultKind.STATUS, 503))
    session.markers.put(Marker("2031", "jalon", detail={"vu": ["é"]}))
    session.clear_journal()
    assert session.config.seed == "graine"
    assert session.ids.uuid() == first
    assert (session.faults.armed(), session.markers.all()) == ((), [])


def test_markers_are_found_by_name_and_subject() -> None:
    session = opened()
    session.markers.put(Marker("1", "document validé", "d1"))
    session.markers.put(Marker("2", "patient opposé", "p1", {"motif": "é"}))
    assert [m.at for m in session.markers.all("patient opposé")] == ["2"]
    assert [m.detail for m in session.markers.all(subject="p1")] == [{"motif": "é"}]
    assert session.markers.all("patient opposé", "d1") == []


def test_a_session_in_memory_is_not_durable(tmp_path: Path) -> None:
    assert not opened().durable
    assert opened(tmp_path).durable
