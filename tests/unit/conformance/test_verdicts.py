"""Every verdict, and which wins over which."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from lgo_sandbox.conformance import (
    CheckCount,
    Declaration,
    InvalidDeclaration,
    InvalidObservation,
    Judgement,
    Link,
    Observation,
    Report,
    UnknownLink,
    Verdict,
    judge,
)
from lgo_sandbox.requirements import UnknownFamily, UnknownRequirement, catalogue

Judge = Callable[..., Report]


def verdict_on(report: Report, number: str) -> Judgement:
    return next(judgement for judgement in report.judgements if judgement.requirement.id == number)


@pytest.mark.parametrize(
    ("number", "passed", "failed", "declared", "expected"),
    [
        ("LGO.MSS.08", 0, 0, False, Verdict.NOT_OBSERVED),
        ("LGO.MSS.08", 1, 0, False, Verdict.PASS),
        ("LGO.MSS.08", 9, 1, False, Verdict.FAIL),
        ("LGO.MSS.08", 0, 0, True, Verdict.NOT_APPLICABLE),
        ("LGO.MSS.08", 1, 0, True, Verdict.NOT_APPLICABLE),
        ("LGO.MSS.08", 0, 1, True, Verdict.FAIL),
        ("LGO.TBB.01", 0, 0, False, Verdict.NOT_OBSERVED),
        ("LGO.TBB.01", 1, 0, False, Verdict.MANUAL),
        ("LGO.TBB.01", 1, 1, False, Verdict.FAIL),
        ("LGO.TBB.01", 1, 0, True, Verdict.NOT_APPLICABLE),
        ("LGO.TBB.01", 0, 1, True, Verdict.FAIL),
        ("INS/va1.36", 0, 0, False, Verdict.MANUAL),
        ("INS/va1.36", 1, 0, False, Verdict.MANUAL),
        ("INS/va1.36", 0, 1, False, Verdict.FAIL),
        ("INS/va1.36", 0, 0, True, Verdict.NOT_APPLICABLE),
        ("INS/va1.36", 0, 1, True, Verdict.FAIL),
    ],
)
def test_failure_wins_over_declaration_and_declaration_over_the_wire(
    judged: Judge, number: str, passed: int, failed: int, declared: bool, expected: Verdict
) -> None:
    report = judged(
        Observation("c", (number,), passed, failed), declared={number: "hors périmètre"} if declared else None
    )
    assert verdict_on(report, number).verdict is expected


def test_without_any_observation_nothing_passes(judged: Judge) -> None:
    assert {j.requirement.id: j.verdict for j in judged().judgements} == {
        "INS/va1.36": Verdict.MANUAL,
        "LGO.MSS.08": Verdict.NOT_CHECKED,
        "MSS/CONF.09": Verdict.NOT_CHECKED,
        "LGO.TBB.01": Verdict.NOT_CHECKED,
    }


def test_what_no_check_decides_is_not_said_to_be_unobserved(judged: Judge) -> None:
    judgement = verdict_on(judged(), "LGO.MSS.08")
    assert judgement.verdict.label == "PAS ENCORE CONTRÔLÉ"
    assert judgement.explanation.startswith("Pas encore contrôlé par le bac à sable")


def test_a_check_that_waits_makes_a_requirement_unobserved(judged: Judge) -> None:
    judgement = verdict_on(judged(links=[Link("c", ("LGO.MSS.08",))]), "LGO.MSS.08")
    assert judgement.verdict is Verdict.NOT_OBSERVED
    assert "Il reste à voir : un courriel." in judgement.explanation
    assert judgement.checks == (CheckCount("c", 0, 0),)


def test_without_a_proof_nothing_passes(judged: Judge) -> None:
    judgement = verdict_on(judged(Observation("c", ("MSS/CONF.09",), 9, 0)), "MSS/CONF.09")
    assert judgement.verdict is Verdict.NOT_OBSERVED
    assert "Pas encore contrôlé par le bac à sable : ce qui la prouve." in judgement.explanation


def test_an_observation_stands_for_what_its_check_cites_now_under_its_present_id(judged: Judge) -> None:
    old = Observation("mss.former", ("NOPE.01",), 1, 0, ("e1",))
    report = judged(old, links=[Link("c", ("LGO.MSS.08",), ("mss.former",))])
    assert report.unknown_links == ()
    judgement = verdict_on(report, "LGO.MSS.08")
    assert (judgement.verdict, judgement.checks) == (Verdict.PASS, (CheckCount("c", 1, 0),))


def test_a_remark_for_information_fails_nothing(judged: Judge) -> None:
    remarked = [Observation("a", ("LGO.MSS.08",), 0, 3), Observation("c", ("LGO.MSS.08",), 1, 0)]
    advisory = Link("a", ("LGO.MSS.08",), advisory=True)
    assert verdict_on(judged(*remarked, links=[advisory]), "LGO.MSS.08").verdict is Verdict.PASS
    assert verdict_on(judged(*remarked), "LGO.MSS.08").verdict is Verdict.FAIL


def test_one_failing_check_among_passing_ones_fails_the_requirement(judged: Judge) -> None:
    report = judged(Observation("a", ("LGO.MSS.08",), 5, 0), Observation("b", ("LGO.MSS.08",), 5, 2))
    judgement = verdict_on(report, "LGO.MSS.08")
    assert judgement.verdict is Verdict.FAIL
    assert "b (2 sur 7)" in judgement.explanation
    assert "a (" not in judgement.explanation
    assert judgement.checks == (CheckCount("a", 5, 0), CheckCount("b", 5, 2))


def test_a_partly_decided_requirement_says_that_its_wire_part_was_without_fault(judged: Judge) -> None:
    judgement = verdict_on(judged(Observation("c", ("LGO.TBB.01",), 2, 0)), "LGO.TBB.01")
    assert "observée sans faute (2 contrôles réussis)" in judgement.explanation
    assert "tableau de bord" in judgement.explanation


def test_a_failure_against_a_declaration_says_so_and_repeats_the_reason(judged: Judge) -> None:
    report = judged(Observation("c", ("LGO.MSS.08",), 0, 1), declared={"LGO.MSS.08": "aucune boîte"})
    explanation = verdict_on(report, "LGO.MSS.08").explanation
    assert "« aucune boîte »" in explanation
    assert "l'emporte sur la déclaration" in explanation


def test_a_declaration_contradicted_by_passing_traffic_is_flagged(judged: Judge) -> None:
    quiet = judged(declared={"LGO.MSS.08": "aucune boîte"})
    busy = judged(Observation("c", ("LGO.MSS.08",), 1, 0), declared={"LGO.MSS.08": "aucune boîte"})
    assert verdict_on(quiet, "LGO.MSS.08").explanation == "Déclarée sans objet : aucune boîte."
    assert "déclaration à relire" in verdict_on(busy, "LGO.MSS.08").explanation


def test_an_alias_links_a_check_or_a_declaration_like_the_id(judged: Judge) -> None:
    seen = judged(Observation("c", ("MSS/va1.12", "SC.MSS/va1.12", "lgo.mss.08"), 1, 0))
    assert verdict_on(seen, "LGO.MSS.08").checks == (CheckCount("c", 1, 0),)
    declared = judged(declared={"MSS/va1.12": "aucune boîte"})
    assert verdict_on(declared, "LGO.MSS.08").verdict is Verdict.NOT_APPLICABLE


def test_observations_of_the_same_check_add_up(judged: Judge) -> None:
    report = judged(Observation("c", ("LGO.MSS.08",), 1, 0), Observation("c", ("LGO.MSS.08",), 2, 3))
    assert verdict_on(report, "LGO.MSS.08").checks == (CheckCount("c", 3, 3),)


def test_exchanges_of_failed_checks_come_first_once_each_and_bounded(judged: Judge) -> None:
    report = judged(
        Observation("good", ("LGO.MSS.08",), 1, 0, ("e1", "e2")),
        Observation("bad", ("LGO.MSS.08",), 0, 1, ("e3", "e2")),
        Observation("many", ("LGO.MSS.08",), 50, 0, tuple(f"m{n}" for n in range(50))),
    )
    exchanges = verdict_on(report, "LGO.MSS.08").exchanges
    assert exchanges[:4] == ("e3", "e2", "e1", "m0")
    assert len(exchanges) == 20


def test_a_check_that_cites_an_unknown_requirement_is_reported_once(judged: Judge) -> None:
    report = judged(Observation("c", ("NOPE.01", "LGO.MSS.08"), 1, 0), Observation("c", ("NOPE.01",), 1, 0))
    assert report.unknown_links == (UnknownLink("c", "NOPE.01"),)
    assert verdict_on(report, "LGO.MSS.08").verdict is Verdict.PASS


def test_a_declaration_on_an_unknown_requirement_is_refused(judged: Judge) -> None:
    with pytest.raises(UnknownRequirement):
        judged(declared={"NOPE.01": "raison"})


def test_a_declaration_without_reason_is_refused() -> None:
    with pytest.raises(InvalidDeclaration):
        Declaration("LGO.MSS.08", " \n")


@pytest.mark.parametrize(("check", "passed", "failed"), [("", 1, 0), ("c", -1, 0), ("c", 0, -1)])
def test_an_observation_without_check_or_below_zero_is_refused(check: str, passed: int, failed: int) -> None:
    with pytest.raises(InvalidObservation):
        Observation(check, (), passed, failed)


def test_words_from_outside_are_one_printable_bounded_line(judged: Judge) -> None:
    reason = "a\nb\x1b[2J\x00\ud800\u202e" + "x" * 10_000
    judgement = verdict_on(judged(declared={"LGO.MSS.08": reason}), "LGO.MSS.08")
    assert judgement.explanation.isprintable()
    assert judgement.explanation.startswith("Déclarée sans objet : a b\ufffd[2J\ufffd\ufffd\ufffdx")
    assert len(judgement.explanation) < 2_100


def test_totals_count_every_verdict_and_every_requirement(full: Report) -> None:
    assert full.totals == {
        Verdict.PASS: 0,
        Verdict.FAIL: 1,
        Verdict.NOT_OBSERVED: 0,
        Verdict.NOT_CHECKED: 1,
        Verdict.NOT_APPLICABLE: 1,
        Verdict.MANUAL: 1,
    }
    assert full.totals_of("mss")[Verdict.FAIL] == 1
    assert sum(full.totals_of("dashboards").values()) == 1


def test_the_shipped_catalogue_is_judged_entirely() -> None:
    report = judge(catalogue(), [], [], generated_at=datetime(2025, 1, 1, tzinfo=UTC))
    assert [j.requirement for j in report.judgements] == list(catalogue())
    assert report.totals[Verdict.PASS] == report.totals[Verdict.FAIL] == 0
    assert all(j.explanation.isprintable() for j in report.judgements)


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({}, ["INS/va1.36", "LGO.MSS.08", "MSS/CONF.09", "LGO.TBB.01"]),
        ({"families": ["mss"]}, ["LGO.MSS.08", "MSS/CONF.09"]),
        ({"lgo_only": True}, ["INS/va1.36", "LGO.MSS.08", "LGO.TBB.01"]),
        ({"verdicts": [Verdict.FAIL, Verdict.MANUAL]}, ["LGO.MSS.08", "LGO.TBB.01"]),
        ({"families": ["mss"], "lgo_only": True, "verdicts": [Verdict.FAIL]}, ["LGO.MSS.08"]),
        ({"families": ["ins"], "verdicts": [Verdict.FAIL]}, []),
    ],
)
def test_a_report_is_narrowed_by_family_pharmacy_and_verdict(
    full: Report, options: dict[str, object], expected: list[str]
) -> None:
    narrowed = full.select(**options)  # type: ignore[arg-type]
    assert [j.requirement.id for j in narrowed.judgements] == expected
    assert sum(narrowed.totals.values()) == len(expected)
    assert len(narrowed.filters) == len(options)


def test_a_report_cannot_be_narrowed_to_an_unknown_family(full: Report) -> None:
    with pytest.raises(UnknownFamily):
        full.select(families=["nope"])
