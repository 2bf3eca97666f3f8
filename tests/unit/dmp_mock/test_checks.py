"""Findings: each check is broken by facts that break it alone, and silent for a right exchange."""

from __future__ import annotations

import json
from importlib.resources import files
from typing import Any

import pytest

from dmp_mock import checks
from dmp_mock.codes.faults import FAULTS
from dmp_mock.codes.operations import OPERATIONS
from dmp_mock.service import SERVICE
from lgo_sandbox.watch.findings import Check, Evaluation, Observed, evaluate

CHECKS = tuple(check for check in checks.CHECKS if isinstance(check, Check))
"""Those of the former shape."""
VIHF = {"mode": "INDIRECTE", "name_id": "899700090014", "structure": "10B0990017", "issuer": "CN=X"}
BPM = {"type": "56445-0", "level": "N1", "media_type": "application/pdf", "is_pdf": True, "is_n1_template": True}
RIGHT: dict[str, Any] = {
    "td": "td2.1",
    "soap": "1.2",
    "packaged": True,
    "truncated": False,
    "action": {"received": "a", "expected": "a"},
    "action_is_right": True,
    "path": {"received": "repository", "expected": "repository"},
    "without_certificate": False,
    "vihf": VIHF,
    "vihf_remarks": [],
    "certificate": {"family": "organisation-auth", "verdict": "ok", "subject": "CN=X"},
    "issuer_matches": True,
    "patient": "1",
    "patient_known": True,
    "documents": [BPM],
    "remarks": [],
    "existence_tested": True,
}


def _refusal(key: str) -> dict[str, Any]:
    return {"refusal": {"key": key, "code": "", "reason": "r", "rule": key, "received": "x", "expected": "y"}}


ERRORS = {"xds_errors": [{"code": "XDSUnknownStoredQuery", "context": "c", "location": ""}]}
BROKEN: dict[str, tuple[str, str, dict[str, Any]]] = {
    "DMP-TRANSPORT": ("td2.1", "https", _refusal("wsa-absent")),
    "DMP-PATH": ("td2.1", "https", {"path": {"received": "registry", "expected": "repository"}}),
    "DMP-ACTION": ("td2.1", "https", {"action_is_right": False}),
    "DMP-SOAP11": ("td2.1", "https", {"soap": "1.1"}),
    "DMP-MTOM": ("td2.1", "https", {"packaged": False}),
    "DMP-LENGTH": ("td2.1", "https", {"truncated": True}),
    "DMP-CERT": ("td2.1", "https", _refusal("client-certificate")),
    "DMP-PLAIN": ("td2.1", "http", {}),
    "DMP-VIHF": ("td2.1", "https", _refusal("vihf-stale")),
    "DMP-VIHF-FORM": ("td2.1", "https", {"vihf_remarks": [{"rule": "a", "expected": "b"}]}),
    "DMP-VIHF-ISSUER": ("td2.1", "https", {"issuer_matches": False}),
    "DMP-VIHF-PS": ("td0.2", "https", {**_refusal("professional"), "vihf": {**VIHF, "mode": "DIRECTE"}}),
    "DMP-PATIENT": ("td2.1", "https", {"patient_known": False}),
    "DMP-RIGHTS": ("td2.1", "https", _refusal("rights")),
    "DMP-ORDER": ("td3.1", "https", {"existence_tested": False}),
    "DMP-QUERY": ("td3.1", "https", ERRORS),
    "DMP-AIR-FEED": ("td2.1", "https", {"vihf": {**VIHF, "mode": "INDIRECTE_RENFORCEE"}}),
    "DMP-FEED-STATE": ("td2.1", "https", _refusal("feed-opposed")),
    "DMP-METADATA": ("td2.1", "https", ERRORS),
    "DMP-METADATA-FORM": ("td2.1", "https", {"remarks": ["r"]}),
    "DMP-FEED-N1": ("td2.1", "https", {"documents": [{**BPM, "is_pdf": False}]}),
    "DMP-FEED-ORG": (
        "td2.1",
        "https",
        {"certificate": {"family": "professional-auth", "verdict": "ok", "subject": ""}},
    ),
}
OBSERVED: set[str] = set()
"""Never broken: what it keeps is a list of reference."""
ALONG = {"DMP-VIHF-PS": {"DMP-VIHF"}}
"""An unknown professional is also a refused VIHF."""


def _evaluated(operation: str, transport: str, facts: dict[str, Any]) -> Evaluation:
    return evaluate(CHECKS, Observed("dmp", operation, transport, "dmp", {**RIGHT, **facts}, {}), SERVICE.spec_version)


def test_every_check_has_its_breaking_client() -> None:
    assert {check.id for check in CHECKS} == set(BROKEN) | OBSERVED
    assert len(CHECKS) == len(BROKEN) + len(OBSERVED)


@pytest.mark.parametrize("check_id", sorted(BROKEN))
def test_each_check_finds_what_breaks_it_and_nothing_else(check_id: str) -> None:
    found = {finding.check_id for finding in _evaluated(*BROKEN[check_id]).findings}
    assert found == {check_id} | ALONG.get(check_id, set())


@pytest.mark.parametrize("operation", ["td0.2", "td2.1", "td3.1", "td3.2"])
def test_a_right_exchange_has_no_finding(operation: str) -> None:
    assert _evaluated(operation, "https", {}).findings == []


def test_a_right_feed_proves_the_requirements_that_it_shows() -> None:
    kept = {requirement for check in _evaluated("td2.1", "https", {}).kept for requirement in check.requirements}
    assert kept >= {"LGO.DMP.01", "LGO.DMP.02", "LGO.DOC.02", "DMP/va1.10"}


def test_a_feed_by_card_says_nothing_of_organisation_certificates() -> None:
    evaluation = _evaluated("td2.1", "https", {"vihf": {**VIHF, "mode": "DIRECTE"}})
    assert "DMP-FEED-ORG" not in {check.id for check in evaluation.kept + evaluation.broken}


def test_an_exchange_that_says_nothing_concerns_no_check() -> None:
    nothing = Observed("dmp", "", "https", "dmp", {}, {})
    assert evaluate(CHECKS, nothing, SERVICE.spec_version).kept == []
    assert evaluate(CHECKS, nothing, SERVICE.spec_version).findings == []


def test_every_requirement_of_a_check_is_in_the_catalogue() -> None:
    data = files("lgo_sandbox.requirements").joinpath("data")
    known = {
        requirement["id"]
        for source in data.iterdir()
        if source.name.endswith(".json")
        for requirement in json.loads(source.read_text(encoding="utf-8"))["requirements"]
    }
    assert {requirement for check in CHECKS for requirement in check.requirements} <= known


def test_transactions_are_told_apart() -> None:
    assert len({(t.qname, t.variant) for t in OPERATIONS}) == len(OPERATIONS)
    assert len({t.name for t in OPERATIONS}) == len(OPERATIONS)


def test_a_fault_with_our_own_code_is_never_called_public() -> None:
    assert [
        key for key, line in FAULTS.items() if line.public and line.subcode == "DMPCodeNonPublic" and key != "xds"
    ] == []
