"""The end of an exchange: checked, journaled; and journaled unchecked when it was cut short."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from lgo_sandbox.contract import Service
from lgo_sandbox.gate.record import finish, open_exchange
from lgo_sandbox.population.people import population
from lgo_sandbox.settings import Settings
from lgo_sandbox.tenant.session import Session, SessionConfig
from lgo_sandbox.tenant.sessions import Sessions


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> Service:
    monkeypatch.syspath_prepend(str(Path(__file__).parents[1] / "dummy"))
    from sixth_mock import SERVICE

    found: Service = SERVICE
    return found


@pytest.fixture
def session(service: Service, tmp_path: Path) -> Session:
    return Sessions(Settings(state=tmp_path), population(), [service]).create("essai")


def test_a_finished_exchange_has_its_findings(service: Service, session: Session) -> None:
    exchange = open_exchange(session, "sixieme", "sixieme", "https")
    exchange.operation, exchange.facts = "saluer", {"name": "marc"}
    finish(service, session, exchange)
    assert [f.check_id for f in session.journal.read()[0].findings] == ["sixieme.majuscule"]
    assert [(o.passed, o.failed) for o in session.journal.observations()] == [(0, 1)]


@pytest.mark.parametrize("outcome", ["fault", "error"])
def test_an_exchange_cut_short_is_journaled_unchecked(service: Service, session: Session, outcome: str) -> None:
    exchange = open_exchange(session, "sixieme", "sixieme", "https")
    exchange.operation, exchange.outcome = "saluer", outcome
    finish(service, session, exchange)
    assert len(session.journal.read()) == 1
    assert session.journal.observations() == []


def test_a_defective_check_is_heard_and_the_exchange_is_kept(service: Service, session: Session) -> None:
    exchange = open_exchange(session, "sixieme", "sixieme", "https")
    exchange.operation = "saluer"
    with pytest.raises(KeyError):
        finish(service, session, exchange)
    assert len(session.journal.read()) == 1


def test_a_check_of_another_version_is_silent(service: Service, session: Session) -> None:
    (check,) = service.checks
    old = replace(service, checks=(replace(check, versions=frozenset({"0.9"})),))
    for versions, found in (({}, 0), ({"sixieme": "0.9"}, 1)):
        session.configure(SessionConfig(spec_versions=versions))
        exchange = open_exchange(session, "sixieme", "sixieme", "https")
        exchange.operation, exchange.facts = "saluer", {"name": "marc"}
        finish(old, session, exchange)
        assert len(exchange.findings) == found


def test_ids_of_exchanges_repeat_in_a_seeded_session(service: Service, tmp_path: Path) -> None:
    sessions = Sessions(Settings(state=tmp_path), population(), [service])
    made = [sessions.create(name, SessionConfig(seed="graine")) for name in ("un", "deux")]
    one, two = ([open_exchange(s, "sixieme", "sixieme", "http").id for _ in range(3)] for s in made)
    assert one == two
    assert len(set(one)) == 3
