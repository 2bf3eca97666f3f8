"""What markers say of an INS that leaves: the last one of each line is in force, and decides."""

from __future__ import annotations

import pytest

from lgo_sandbox.watch.findings import Observed, evaluate
from lgo_sandbox.watch.ins_flows import FlowChecks, flow_checks, flow_facts
from lgo_sandbox.watch.markers import Marker

CHECKS = flow_checks(FlowChecks("status", "verification", "partner", "datamatrix"))
ONE, OTHER = "256036330091838", "2560A2B30091838"


def judged(*said: str, carried: tuple[str, ...] = (ONE,), subject: str = ONE, **facts: object) -> tuple[set, set]:
    markers = [Marker("2026-01-05T09:00:00+00:00", name, subject) for name in said]
    noted = {**flow_facts(markers, carried, ["DMP"]), **facts}
    evaluation = evaluate(CHECKS, Observed("dmp", "td2.1", "https", "dmp", noted, {}))
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
    markers = [Marker("", "identité qualifiée", ONE), Marker("", "identité provisoire", OTHER.lower())]
    facts = flow_facts(markers, [ONE, OTHER], ["DMP"])
    (finding,) = evaluate(CHECKS, Observed("dmp", "td2.1", "https", "dmp", facts, {})).findings
    assert finding.received == f"{OTHER} après le marqueur « identité provisoire »"


def test_a_flow_without_ins_has_no_partner_and_concerns_no_check() -> None:
    assert judged("identité provisoire", carried=("",)) == (set(), set())
    assert flow_facts([], [""], ["DMP"]) == {"ins_flow": [], "ins_partners": []}


def test_a_datamatrix_that_could_be_read_is_judged() -> None:
    assert judged(carried=(), printed_ins=[]) == (set(), set())
    assert judged(carried=(), printed_ins=[""]) == (set(), {"datamatrix"})
    assert judged(carried=(), printed_ins=["", "aucun"]) == ({"datamatrix"}, set())
