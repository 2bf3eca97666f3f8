"""What markers say of an INS that leaves: the last one of each line is in force, and decides."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from lgo_sandbox.watch.checks import Evaluation, evaluate
from lgo_sandbox.watch.exchange import Exchange
from lgo_sandbox.watch.facts import Lazy
from lgo_sandbox.watch.history import History
from lgo_sandbox.watch.ins_flows import FlowIds, InsFlow, flow_checks
from lgo_sandbox.watch.markers import Marker, Markers

IDS = FlowIds(status="status", verification="verification", partner="partner", datamatrix="datamatrix")
CHECKS = flow_checks(IDS)
ONE, OTHER = "256036330091838", "2560A2B30091838"
NOW = datetime(2026, 1, 5, 9, tzinfo=UTC)


class Said(Markers):
    """Markers that no store keeps."""

    def __init__(self, *said: tuple[str, str]) -> None:
        """Keep pairs of name and subject."""
        self._said = tuple(Marker("2026-01-05T09:00:00+00:00", name, subject) for name, subject in said)

    def known(self) -> tuple[Marker, ...]:
        """Return them."""
        return self._said


def evaluated(flow: InsFlow, *said: tuple[str, str]) -> Evaluation:
    exchange = Exchange("x1", "dmp", "dmp", "https", "", NOW.isoformat(), operation="td2.1")
    exchange.noted.put(flow)
    return evaluate(CHECKS, exchange, History(Said(*said)), {}, NOW)


def judged(*names: str, flow: InsFlow | None = None, subject: str = ONE) -> tuple[set[str], set[str]]:
    evaluation = evaluated(flow or InsFlow.of([ONE], ["DMP"]), *((name, subject) for name in names))
    return {check.id for check in evaluation.broken}, {check.id for check in evaluation.kept}


@pytest.mark.parametrize("name", ["identité provisoire", "IDENTITE-RECUPEREE", "identité validée"])
def test_an_ins_may_not_leave_before_its_identity_is_qualified(name: str) -> None:
    assert judged(name) == ({"status"}, {"partner"})
    assert judged(name, "identité qualifiée") == (set(), {"status", "partner"})
    assert judged("identité qualifiée", name) == ({"status"}, {"partner"})


def test_an_ins_may_not_leave_after_a_ko_until_an_ok() -> None:
    assert judged("vérification KO") == ({"verification"}, {"partner"})
    assert judged("vérification KO", "verification OK") == (set(), {"verification", "partner"})


def test_the_two_lines_of_markers_do_not_mix() -> None:
    assert judged("vérification KO", "identité qualifiée") == ({"verification"}, {"status", "partner"})
    assert judged("identité récupérée", "vérification OK") == ({"status"}, {"verification", "partner"})


def test_a_marker_about_somebody_else_or_about_another_thing_says_nothing() -> None:
    assert judged("identité récupérée", subject=OTHER) == (set(), {"partner"})
    assert judged("document-valide", "identite-controlee") == (set(), {"partner"})


def test_one_wrong_matricule_among_several_is_named_whatever_its_case() -> None:
    said = (("identité qualifiée", ONE), ("identité provisoire", OTHER.lower()))
    (finding,) = evaluated(InsFlow.of([ONE, OTHER.lower()], ["DMP"]), *said).findings
    assert finding.received == f"{OTHER} après le marqueur « identité provisoire »"


def test_a_flow_without_ins_has_no_partner_and_concerns_no_check() -> None:
    assert judged("identité provisoire", flow=InsFlow.of([""], ["DMP"])) == (set(), set())


def test_a_flow_without_partner_is_no_exchange_with_one() -> None:
    assert judged(flow=InsFlow.of([ONE], [])) == (set(), set())


def test_a_datamatrix_that_could_be_read_is_judged() -> None:
    def printed(*seen: str) -> InsFlow:
        return InsFlow.of([], [], Lazy.known(seen))

    assert judged(flow=printed()) == (set(), set())
    assert judged(flow=printed("")) == (set(), {"datamatrix"})
    assert judged(flow=printed("", "aucun")) == ({"datamatrix"}, set())


def test_the_former_ids_are_aliases() -> None:
    former = FlowIds(status="a", verification="b", partner="c", datamatrix="d")
    assert [check.aliases for check in flow_checks(IDS, former=former)] == [("a",), ("b",), ("c",), ("d",)]


def test_a_flow_is_about_the_persons_it_carries() -> None:
    assert InsFlow.of([OTHER.lower(), ONE, ONE, ""], ["b", "a", "b"]).subjects == (ONE, OTHER)
