"""No false pass: each requirement with a check, what must turn it to FAIL, and what must leave it undecided."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

import pytest

from lgo_sandbox.conformance import PROOFS, UNSEEN, Judgement, Link, Observation, Part, Proof, Verdict, judge
from lgo_sandbox.requirements import Catalogue, catalogue
from lgo_sandbox.sandbox import installed_services

NOW = datetime(2026, 3, 2, tzinfo=UTC)
SERVICES = installed_services()
LINKS = [Link.of(check) for service in SERVICES for check in service.checks]
ADVISORY = {link.check_id for link in LINKS if link.advisory}
BY_NAME = {name: link for link in LINKS for name in (link.check_id, *link.aliases)}
PORTED = tuple(f"{service.prefix}-" for service in SERVICES if service.prefix)


def cited() -> dict[str, list[str]]:
    """Return the ids of the checks that cite each requirement, by any of its numbers."""
    found: dict[str, list[str]] = {requirement.id: [] for requirement in catalogue()}
    for link in LINKS:
        for requirement in {catalogue().get(number).id for number in link.requirements}:
            found[requirement].append(link.check_id)
    return found


CITED = cited()
DECIDED = [r.id for r in catalogue() if CITED[r.id]]
BY_WIRE = [r.id for r in catalogue() if CITED[r.id] and r.wire in ("Y", "YP")]


def verdict(number: str, seen: Iterable[Observation] = (), markers: Iterable[str] = ()) -> Judgement:
    """Judge one requirement as the whole catalogue would be, at a hundredth of the time."""
    named = {*CITED[number], *(check for part in proof_of(number).parts for check in part.checks)}
    links = [link for link in LINKS if not named.isdisjoint((link.check_id, *link.aliases))]
    (judgement,) = judge(alone(number), seen, [], generated_at=NOW, links=links, markers=markers).judgements
    return judgement


def alone(number: str) -> Catalogue:
    requirement = catalogue().get(number)
    return Catalogue([requirement], {requirement.family: catalogue().title(requirement.family)})


def kept(check: str) -> Observation:
    link = BY_NAME.get(check)
    return Observation(check, link.requirements if link else (), 1, 0)


def broken(check: str) -> Observation:
    return Observation(check, BY_NAME[check].requirements, 3, 1)


def evidence(parts: Iterable[Part]) -> tuple[list[Observation], list[str]]:
    """What shows some parts, and nothing more."""
    seen = [part for part in parts if part.checked]
    return [kept(part.checks[0]) for part in seen if part.checks], [part.markers[0] for part in seen if part.markers]


@pytest.mark.parametrize("number", DECIDED)
def test_one_broken_check_fails_its_requirement_whatever_else_was_kept(number: str) -> None:
    for check in CITED[number]:
        others = [kept(other) for other in CITED[number] if other != check]
        judgement = verdict(number, [*others, broken(check)])
        assert (judgement.verdict is Verdict.FAIL) is (check not in ADVISORY)
        assert check in judgement.explanation or check in ADVISORY


@pytest.mark.parametrize("number", DECIDED)
def test_without_an_exchange_nothing_is_decided(number: str) -> None:
    judgement = verdict(number, markers=[name for part in proof_of(number).parts for name in part.markers])
    by_hand = judgement.requirement.wire == "N"
    assert judgement.verdict is (Verdict.MANUAL if by_hand else Verdict.NOT_OBSERVED)


@pytest.mark.parametrize("number", sorted(PROOFS))
def test_all_parts_prove_it_and_each_missing_one_leaves_it_undecided(number: str) -> None:
    proof = proof_of(number)
    whole = verdict(number, *evidence(proof.parts)).verdict
    assert whole is expected(number, proof)
    for part in proof.parts if CITED[number] else ():
        rest = [other for other in proof.parts if other is not part]
        judgement = verdict(number, *evidence(rest))
        assert judgement.verdict is Verdict.NOT_OBSERVED, part.what
        assert part.what in judgement.explanation


@pytest.mark.parametrize("number", [n for n in sorted(PROOFS) if any(p.markers for p in PROOFS[n].parts)])
def test_a_situation_that_nobody_staged_proves_nothing(number: str) -> None:
    seen, _ = evidence(proof_of(number).parts)
    assert verdict(number, seen).verdict is Verdict.NOT_OBSERVED


def proof_of(number: str) -> Proof:
    return PROOFS.get(number, Proof(parts=()))


def expected(number: str, proof: Proof) -> Verdict:
    if not CITED[number]:
        return Verdict.NOT_CHECKED
    if not all(part.checked for part in proof.parts):
        return Verdict.NOT_OBSERVED
    if proof.rest or catalogue().get(number).wire != "Y":
        return Verdict.MANUAL
    return Verdict.NOT_APPLICABLE if catalogue().get(number).lgo == "no" else Verdict.PASS


def test_what_is_asked_of_others_than_pharmacies_never_passes_and_says_so() -> None:
    seen = [Observation(link.check_id, link.requirements, 3, 0) for link in LINKS]
    markers = {name for proof in PROOFS.values() for part in proof.parts for name in part.markers}
    report = judge(catalogue(), seen, [], generated_at=NOW, links=LINKS, markers=markers)
    passed = {one.requirement.id for one in report.judgements if one.verdict is Verdict.PASS}
    assert len(passed) > 20
    assert [number for number in passed if catalogue().get(number).lgo == "no"] == []
    (centre,) = [one for one in report.judgements if one.requirement.id == "INS/va1.14"]
    assert centre.verdict is Verdict.NOT_APPLICABLE
    assert centre.explanation.startswith("Hors du couloir officine : demandée à LGC.")


@pytest.mark.parametrize("number", [n for n in BY_WIRE if catalogue().get(n).wire == "Y"])
def test_what_the_wire_decides_has_a_proof(number: str) -> None:
    assert proof_of(number).parts


def test_a_proof_is_of_a_requirement_that_the_wire_decides_and_its_checks_exist() -> None:
    for number, proof in PROOFS.items():
        requirement = catalogue().get(number)
        assert requirement.id == number
        assert requirement.wire in ("Y", "YP", "P")
        for check in (check for part in proof.parts for check in part.checks):
            assert check in BY_NAME or not check.startswith(PORTED), f"{number}: {check}"


def test_what_no_check_decides_is_not_yet_checked() -> None:
    report = judge(catalogue(), [], [], generated_at=NOW, links=LINKS)
    mute = {one.requirement.id for one in report.judgements if one.verdict is Verdict.NOT_CHECKED}
    assert mute == {r.id for r in catalogue() if r.wire != "N" and not CITED[r.id]} - set(UNSEEN)
    assert not [number for number in mute if catalogue().get(number).family in ("dmp", "doc", "mss")]


@pytest.mark.parametrize("number", sorted(UNSEEN))
def test_what_no_traffic_decides_says_why_and_is_no_pharmacys_pass(number: str) -> None:
    assert not CITED[number]
    judgement = verdict(number)
    elsewhere = catalogue().get(number).lgo == "no"
    assert judgement.verdict is (Verdict.NOT_APPLICABLE if elsewhere else Verdict.MANUAL)
    assert UNSEEN[number] in judgement.explanation


@pytest.mark.parametrize(
    ("number", "checks", "markers", "found"),
    [
        ("INS/va1.34", ["INSI-RECHERCHE-TRAITS"], [], Verdict.NOT_OBSERVED),
        ("INS/va1.34", ["INSI-VITALE"], [], Verdict.NOT_OBSERVED),
        ("INS/va1.34", ["INSI-RECHERCHE-TRAITS", "INSI-VITALE"], [], Verdict.PASS),
        ("INS/va1.20", ["INSI-DOUTE"], [], Verdict.NOT_OBSERVED),
        ("INS/va1.20", ["INSI-DOUTE"], ["Identité douteuse"], Verdict.PASS),
        ("LGO.MSS.11", ["MSS-CITIZEN-INS"], [], Verdict.NOT_OBSERVED),
        ("LGO.MSS.11", ["MSS-CITIZEN-INS"], ["identité récupérée"], Verdict.MANUAL),
        ("DMP/va1.10", ["DMP-METADATA", "DMP-METADATA-FORM"], [], Verdict.NOT_OBSERVED),
        ("EXI-PSC-24", ["PSC-TLS-01", "PSC-API-01"], [], Verdict.NOT_OBSERVED),
        ("EXI-PSC-24", ["PSC-TOK-02"], [], Verdict.PASS),
        ("EXI-RIE-PS-13", ["PSC-SES-03"], [], Verdict.NOT_OBSERVED),
        ("LGO.ePresc.03", ["EPRESC-QR"], [], Verdict.NOT_OBSERVED),
        ("LGO.ePresc.03", ["EPRESC-QR", "EPRESC-CONSULTATION"], [], Verdict.MANUAL),
        ("MSS/CONF.07", ["MSS-XOAUTH2"], [], Verdict.NOT_OBSERVED),
        ("MSS/CONF.07", ["MSS-XOAUTH2-ORGANISATION"], [], Verdict.NOT_OBSERVED),
        ("MSS/CONF.07", ["MSS-XOAUTH2", "MSS-XOAUTH2-ORGANISATION"], [], Verdict.PASS),
        ("LGO.DMP.07", ["DMP-WEBPS"], [], Verdict.NOT_OBSERVED),
        ("LGO.DMP.07", ["DMP-WEBPS"], ["identité récupérée"], Verdict.MANUAL),
        ("LGO.DOC.06", ["DMP-CDA"], [], Verdict.NOT_OBSERVED),
        ("LGO.DOC.06", ["DMP-NOTE-N3"], [], Verdict.PASS),
        ("DMP/va1.17", ["DMP-HIDDEN", "DMP-VISIBILITY"], [], Verdict.NOT_OBSERVED),
        ("LGO.DOC.01", ["MSS-PDF-A1"], [], Verdict.NOT_OBSERVED),
        ("LGO.DOC.01", ["MSS-PDF-A1", "MSS-PDF-NAME"], [], Verdict.MANUAL),
    ],
)
def test_the_demands_that_passed_too_easily(number: str, checks: list[str], markers: list[str], found: Verdict) -> None:
    assert verdict(number, [kept(check) for check in checks], markers).verdict is found
