"""Each check: broken by what breaks its rule, kept by a right request, silent when not concerned."""

from __future__ import annotations

from typing import Any

import pytest

from eprescription_mock.checks import CHECKS
from lgo_sandbox.requirements import catalogue
from lgo_sandbox.watch.findings import Observed, evaluate

QR = "EPU-SIMU:99SIMUABCDEFGHJKLM"
OFFICINE = {"professionnel": "899700090014", "structure": "10B0990017"}


def dispense(**changes: Any) -> dict[str, Any]:
    right = {"ligne": "1", "cip13": "3400934306815", "quantite": 1, "refus": "", "reste": 1, "dispositif": False}
    return {**right, **changes}


def looked_at(operation: str, **facts: Any) -> tuple[set[str], set[str]]:
    result = evaluate(CHECKS, Observed("eprescription", operation, "https", "eprescription", facts, {}))
    return {check.id for check in result.broken}, {check.id for check in result.kept}


def execution(**changes: Any) -> dict[str, Any]:
    right = {"etat": "EN_COURS", "detenteur": "10B0990017", "dispensations": [dispense()], "executants": []}
    return {**OFFICINE, **right, **changes}


@pytest.mark.parametrize(
    ("operation", "facts", "broken"),
    [
        ("consulter", {"par": "qr", "lu": QR.lower()}, "EPRESC-QR"),
        ("consulter", {"par": "numero", "lu": QR}, "EPRESC-QR"),
        ("executer", execution(etat="CREEE", detenteur=""), "EPRESC-CONSULTATION"),
        ("executer", execution(dispensations=[dispense(cip13="3400934306816")]), "EPRESC-CIP13"),
        ("executer", execution(dispensations=[dispense(cip13="")]), "EPRESC-CIP13"),
        ("executer", execution(dispensations=[dispense(quantite=2)]), "EPRESC-QUANTITE"),
        ("executer", execution(dispensations=[dispense(quantite=-1)]), "EPRESC-QUANTITE"),
        ("executer", execution(dispensations=[dispense(), dispense()]), "EPRESC-QUANTITE"),
        ("executer", execution(executants=["899700090022"]), "EPRESC-EXECUTANT"),
        ("abandonner", {"motif": ""}, "EPRESC-ABANDON"),
        ("abandonner", {"motif": "autre"}, "EPRESC-ABANDON"),
        ("creer", {"matricule": "180032B02040123", "patient_connu": False}, "EPRESC-PATIENT"),
    ],
)
def test_a_client_that_breaks_one_rule_gets_its_finding_alone(
    operation: str, facts: dict[str, Any], broken: str
) -> None:
    assert looked_at(operation, **facts)[0] == {broken}


@pytest.mark.parametrize(
    ("operation", "facts", "kept"),
    [
        ("consulter", {"par": "qr", "lu": QR}, {"EPRESC-QR"}),
        ("consulter", {"par": "numero", "lu": "99SIMUABCDEFGHJKLM"}, set()),
        ("consulter", {}, set()),
        (
            "executer",
            execution(executants=["899700090014", "99700090014", "10B0990017", "0B0990017"]),
            {"EPRESC-CONSULTATION", "EPRESC-CIP13", "EPRESC-QUANTITE", "EPRESC-EXECUTANT"},
        ),
        (
            "executer",
            execution(dispensations=[dispense(refus="rupture", cip13="", quantite=0)]),
            {"EPRESC-CONSULTATION"},
        ),
        ("executer", execution(etat="EXPIREE", dispensations=[]), set()),
        ("executer", execution(detenteur="10B0990025", dispensations=[]), set()),
        ("executer", {}, set()),
        ("abandonner", {"motif": "papier-different"}, {"EPRESC-ABANDON"}),
        ("creer", {"patient_connu": True}, set()),
    ],
)
def test_a_right_client_gets_no_finding(operation: str, facts: dict[str, Any], kept: set[str]) -> None:
    assert looked_at(operation, **facts) == (set(), kept)


def test_checks_cite_requirements_that_exist_under_stable_ids() -> None:
    assert len({check.id for check in CHECKS}) == len(CHECKS)
    for check in CHECKS:
        for number in check.requirements:
            assert number in catalogue()
