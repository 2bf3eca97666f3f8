"""The end of an exchange: checked, journaled; and journaled unchecked when it was cut short."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from lgo_sandbox.contract import Service
from lgo_sandbox.gate.record import finish, open_exchange, refuse
from lgo_sandbox.population.people import population
from lgo_sandbox.settings import Settings
from lgo_sandbox.tenant.session import Session, SessionConfig
from lgo_sandbox.tenant.sessions import Sessions
from lgo_sandbox.watch.checks import Check, Observed, Outcome, Violation
from lgo_sandbox.watch.facts import Facts
from lgo_sandbox.watch.refusals import Refusal


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> Service:
    monkeypatch.syspath_prepend(str(Path(__file__).parents[1] / "dummy"))
    from sixth_mock import SERVICE

    found: Service = SERVICE
    return found


def greeted(name: str) -> Facts:
    from sixth_mock import Greeted

    facts: Facts = Greeted(name=name)
    return facts


@pytest.fixture
def session(service: Service, tmp_path: Path) -> Session:
    return Sessions(Settings(state=tmp_path), population(), [service]).create("essai")


def test_a_finished_exchange_has_its_findings(service: Service, session: Session) -> None:
    exchange = open_exchange(session, "sixieme", "sixieme", "https")
    exchange.operation = "saluer"
    exchange.noted.put(greeted("marc"))
    finish(service, session, exchange)
    assert [f.check_id for f in session.journal.read()[0].findings] == ["SIXIEME-MAJUSCULE"]
    assert [(o.passed, o.failed) for o in session.journal.observations()] == [(0, 1)]


@pytest.mark.parametrize("outcome", ["fault", "error"])
def test_an_exchange_cut_short_is_journaled_unchecked(service: Service, session: Session, outcome: str) -> None:
    exchange = open_exchange(session, "sixieme", "sixieme", "https")
    exchange.operation, exchange.outcome = "saluer", outcome
    finish(service, session, exchange)
    assert len(session.journal.read()) == 1
    assert session.journal.observations() == []


def test_a_defective_check_is_heard_and_the_exchange_is_kept(service: Service, session: Session) -> None:
    def defective(_seen: Observed[Any]) -> Outcome:
        raise KeyError("défaut")

    (check,) = service.checks
    exchange = open_exchange(session, "sixieme", "sixieme", "https")
    exchange.operation = "saluer"
    exchange.noted.put(greeted("marc"))
    with pytest.raises(KeyError):
        finish(replace(service, checks=(replace(check, test=defective),)), session, exchange)
    assert len(session.journal.read()) == 1


def test_an_exchange_without_the_facts_that_a_check_reads_does_not_concern_it(
    service: Service, session: Session
) -> None:
    exchange = open_exchange(session, "sixieme", "sixieme", "https")
    exchange.operation = "saluer"
    finish(service, session, exchange)
    assert exchange.findings == ()
    assert session.journal.observations() == []


@pytest.mark.parametrize(
    ("outcome", "status", "found"),
    [
        ("refused", 200, "SANDBOX-INEXPLIQUE"),
        ("answered", 500, "SANDBOX-INEXPLIQUE"),
        ("fault", 503, "SANDBOX-PANNE"),
        ("aborted", 0, "SANDBOX-REQUETE-COUPEE"),
        ("error", 500, "SANDBOX-DEFAUT"),
    ],
)
def test_no_error_ends_without_a_finding(
    service: Service, session: Session, outcome: str, status: int, found: str
) -> None:
    exchange = open_exchange(session, "sixieme", "sixieme", "https")
    exchange.outcome, exchange.status = outcome, status
    finish(service, session, exchange)
    assert [f.check_id for f in exchange.findings] == [found]


def test_a_refusal_that_no_check_explains_is_a_finding_of_its_service(service: Service, session: Session) -> None:
    exchange = open_exchange(session, "sixieme", "sixieme", "https")
    refusal = Refusal(code="inconnu", received="« x »", expected="« y »", remedy="Écrivez y.", where="corps")
    exchange.noted.put(refusal)
    exchange.outcome = "refused"
    finish(service, session, exchange)
    (finding,) = exchange.findings
    assert finding.check_id == "SIXIEME-REFUS"
    assert (finding.received, finding.expected) == ("« x »", "« y »")
    assert (finding.remedy, finding.where) == ("Écrivez y.", "corps")
    assert finding.source == "docs/sources/requirements.md#refus"


def test_a_check_that_explains_the_refusal_speaks_alone(service: Service, session: Session) -> None:
    def explains(seen: Observed[Refusal]) -> Outcome:
        return Violation(seen.facts.received, seen.facts.expected)

    explaining = Check(id="SIXIEME-MOTIF", title="Motif", reads=Refusal, test=explains, source="x.md#y", remedy="z")
    exchange = open_exchange(session, "sixieme", "sixieme", "https")
    exchange.noted.put(Refusal(code="inconnu", received="x", expected="y", remedy="z"))
    exchange.outcome = "refused"
    finish(replace(service, checks=(explaining,)), session, exchange)
    assert [f.check_id for f in exchange.findings] == ["SIXIEME-MOTIF"]


@pytest.mark.parametrize(
    ("explains", "found"),
    [({"nom"}, ["SIXIEME-MAJUSCULE"]), ({"autre"}, ["SIXIEME-MAJUSCULE", "SIXIEME-REFUS"])],
)
def test_a_broken_check_explains_the_refusals_that_it_names(
    service: Service, session: Session, explains: set[str], found: list[str]
) -> None:
    (check,) = service.checks
    named = replace(service, checks=(replace(check, explains=frozenset(explains)),))
    exchange = open_exchange(session, "sixieme", "sixieme", "https")
    exchange.operation, exchange.outcome = "saluer", "refused"
    exchange.noted.put(greeted("marc"))
    exchange.noted.put(Refusal(code="nom", received="marc", expected="Marc", remedy="z"))
    finish(named, session, exchange)
    assert [f.check_id for f in exchange.findings] == found


def test_a_refusal_may_link_to_its_own_rule(service: Service, session: Session) -> None:
    exchange = open_exchange(session, "sixieme", "sixieme", "https")
    exchange.noted.put(Refusal(code="nom", received="x", expected="y", remedy="z", source="docs/sources/psc.md#refus"))
    exchange.outcome = "refused"
    finish(service, session, exchange)
    assert [f.source for f in exchange.findings] == ["docs/sources/psc.md#refus"]


def test_the_reason_of_the_service_is_not_replaced_by_that_of_the_sandbox(session: Session) -> None:
    exchange = open_exchange(session, "sixieme", "sixieme", "https")
    exchange.noted.put(Refusal(code="inconnu", received="x", expected="y", remedy="z"))
    refuse(exchange, "SANDBOX-CHEMIN", received="/ailleurs")
    found = exchange.noted.get(Refusal)
    assert found is not None
    assert found.code == "inconnu"


def test_a_check_of_another_version_is_silent(service: Service, session: Session) -> None:
    (check,) = service.checks
    old = replace(service, checks=(replace(check, versions=frozenset({"0.9"})),))
    for versions, found in (({}, 0), ({"sixieme": "0.9"}, 1)):
        session.configure(SessionConfig(spec_versions=versions))
        exchange = open_exchange(session, "sixieme", "sixieme", "https")
        exchange.operation = "saluer"
        exchange.noted.put(greeted("marc"))
        finish(old, session, exchange)
        assert len(exchange.findings) == found


def test_ids_of_exchanges_repeat_in_a_seeded_session(service: Service, tmp_path: Path) -> None:
    sessions = Sessions(Settings(state=tmp_path), population(), [service])
    made = [sessions.create(name, SessionConfig(seed="graine")) for name in ("un", "deux")]
    one, two = ([open_exchange(s, "sixieme", "sixieme", "http").id for _ in range(3)] for s in made)
    assert one == two
    assert len(set(one)) == 3
