"""Findings of the DMP, as pure functions of facts: what cannot, or need not, be seen through a door."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import pytest
from support.dmp_facts import VIHF

import dmp_mock
from dmp_mock.codes.faults import FAULTS, About, codes_about
from dmp_mock.codes.trust import FAMILIES, SIGNATURES, VERDICTS
from dmp_mock.codes.xds_errors import XDS_CODES, XDS_LINES, XdsCode
from dmp_mock.domain.errors import XdsError, as_fault
from dmp_mock.facts import ExistenceTested, PatientSeen, QueryAsked, Reading
from dmp_mock.service import SERVICE
from lgo_sandbox.pki import Family, Judgement
from lgo_sandbox.watch.checks import Evaluation, evaluate
from lgo_sandbox.watch.exchange import Exchange
from lgo_sandbox.watch.facts import Facts
from lgo_sandbox.watch.history import History
from lgo_sandbox.watch.markers import Marker, Markers
from lgo_sandbox.wire.signature import SignatureProblem

NOW = datetime(2026, 3, 15, 10, tzinfo=UTC)
ROOT = Path(dmp_mock.__path__[0])


class NoMarkers(Markers):
    """The markers of a session that has none."""

    def __init__(self) -> None:
        """Keep nothing."""

    def known(self) -> tuple[Marker, ...]:
        """Return none."""
        return ()


def exchange(operation: str, *facts: Facts, transport: str = "https") -> Exchange:
    made = Exchange("x1", "dmp", "dmp", transport, "", NOW.isoformat(), operation=operation)
    for one in facts:
        made.noted.put(one)
    return made


def evaluated(made: Exchange, *before: Exchange) -> Evaluation:
    history = History(NoMarkers())
    history.forget()
    for one in before:
        history.add(one)
    return evaluate(SERVICE.checks, made, history, {}, NOW, SERVICE.spec_version)


def broken(evaluation: Evaluation) -> set[str]:
    return {check.id for check in evaluation.broken}


def test_an_exchange_that_says_nothing_concerns_no_check() -> None:
    evaluation = evaluated(exchange("td2.1"))
    assert (evaluation.broken, evaluation.kept) == ([], [])


def test_a_feed_by_card_says_nothing_of_organisation_certificates() -> None:
    evaluation = evaluated(exchange("td2.1", replace(VIHF, mode="DIRECTE")))
    assert "DMP-FEED-ORG" not in broken(evaluation) | {check.id for check in evaluation.kept}


@pytest.mark.parametrize(
    ("name_id", "found"),
    [
        ("899700090014", False),
        ("30B0990033/CPET00001", False),
        ("f:40e647b3-325b-45d5-9479-99a4d15d34db:899700090014", True),
        ("9B6D600B-2654-507E-8CBF-14108BFC30DC", True),
    ],
)
def test_a_sub_of_pro_sante_connect_is_no_identity(name_id: str, found: bool) -> None:
    assert ("DMP-VIHF-SUB" in broken(evaluated(exchange("td0.2", replace(VIHF, name_id=name_id))))) is found


def _tested(holder: str, matricule: str = "1") -> Exchange:
    return exchange(
        "td0.2",
        ExistenceTested(matricule=matricule, holder=holder, status="actif", authorisation="VALIDE", oddities=()),
    )


@pytest.mark.parametrize(
    ("before", "found"),
    [([], True), ([_tested("8")], False), ([_tested("9")], True), ([_tested("8", "2")], True)],
)
def test_the_existence_test_that_counts_is_this_professionals_for_this_patient(
    before: list[Exchange], found: bool
) -> None:
    consulted = exchange("td3.1", Reading(matricule="1", holder="8", consults=True))
    assert ("DMP-ORDER" in broken(evaluated(consulted, *before))) is found


def test_asking_for_a_technical_id_is_no_consultation() -> None:
    assert broken(evaluated(exchange("td3.1b", Reading(matricule="1", holder="8", consults=False)))) == set()


@pytest.mark.parametrize(
    ("root", "own", "found"),
    [
        ("1.2.250.1.213.1.4.8", "1.2.250.1.213.1.4.8", False),
        ("1.2.250.1.213.1.4.9", "1.2.250.1.213.1.4.8", True),
        ("1.2.250.1.213.1.4.10", "1.2.250.1.213.1.4.8", False),
        ("1.2.250.1.213.1.4.8", "1.2.250.1.213.1.4.9", True),
    ],
)
def test_the_oid_of_an_ins_is_the_persons_or_one_of_the_tests(root: str, own: str, found: bool) -> None:
    seen = PatientSeen(matricule="1", root=root, known=True, own_root=own)
    assert ("DMP-INS-OID" in broken(evaluated(exchange("td0.2", seen)))) is found


def test_a_refused_query_says_nothing_of_what_it_would_have_found() -> None:
    asked = QueryAsked(name="q", return_type="ObjectRef", parameters=(), wanted=("1",), remarks=(), found=None)
    assert broken(evaluated(exchange("td3.1b", asked))) == set()


# --- catalogues


def test_every_fault_is_explained_by_one_check_or_is_the_sandboxs_own() -> None:
    explained = {code for check in SERVICE.checks for code in check.explains}
    assert set(FAULTS) - explained == codes_about(About.SANDBOX)


def test_every_xds_code_is_explained_in_a_lot_and_in_a_reading() -> None:
    by_check = {check.id: check.explains for check in SERVICE.checks}
    assert by_check["DMP-QUERY"] >= XDS_CODES
    assert by_check["DMP-METADATA"] | by_check["DMP-FEED-STATE"] >= XDS_CODES


@pytest.mark.parametrize("code", XdsCode)
def test_every_xds_error_has_a_remedy_and_a_source(code: XdsCode) -> None:
    error = XdsError(code, "contexte", "où", received="reçu", expected="attendu")
    refusal = error.refusal()
    assert refusal.remedy == XDS_LINES[code].remedy
    assert refusal.source.startswith("docs/sources/")
    assert as_fault([error]).subcode == code


def test_a_nearer_remedy_replaces_that_of_the_catalogue() -> None:
    error = XdsError(XdsCode.REPLACE_FAILED, "c", received="r", expected="e", remedy="Mettez ceci.")
    assert (error.told_remedy, error.refusal().remedy) == ("Mettez ceci.", "Mettez ceci.")


def test_what_pki_and_signatures_say_is_said_in_french() -> None:
    assert set(FAMILIES) == set(Family)
    assert set(VERDICTS) == set(Judgement) - {Judgement.OK}
    assert set(SIGNATURES) == set(SignatureProblem)


def test_a_fault_with_our_own_code_is_never_called_public() -> None:
    assert [
        key for key, line in FAULTS.items() if line.public and line.subcode == "DMPCodeNonPublic" and key != "xds"
    ] == []


@cache
def _sources() -> tuple[tuple[Path, ast.Module], ...]:
    return tuple((path, ast.parse(path.read_text(encoding="utf-8"))) for path in sorted(ROOT.rglob("*.py")))


def _calls(name: str) -> Iterator[tuple[str, ast.Call]]:
    for path, tree in _sources():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == name:
                yield f"{path.relative_to(ROOT)}:{node.lineno}", node


@pytest.mark.parametrize("name", ["Refused", "XdsError"])
def test_every_refusal_in_the_code_states_what_came_and_what_was_expected(name: str) -> None:
    sites = list(_calls(name))
    assert len(sites) > 10
    wanting = [
        site for site, call in sites if not {"received", "expected"} <= {keyword.arg for keyword in call.keywords}
    ]
    assert wanting == []


def test_every_fault_of_the_catalogue_is_raised_somewhere_and_no_other() -> None:
    raised = {call.args[0].value for _, call in _calls("Refused") if isinstance(call.args[0], ast.Constant)}
    from_tables = {"vihf", "vihf-specialty"}
    assert raised | from_tables == set(FAULTS)


def test_every_xds_code_is_used_somewhere() -> None:
    used = {
        node.attr
        for path, tree in _sources()
        if path.name != "xds_errors.py"
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "XdsCode"
    }
    assert used == set(XdsCode.__members__)


def test_nothing_is_refused_but_by_the_two_shapes() -> None:
    allowed = {"Refused", "XdsFailure", "HTTPException", "Refusal", "ValueError", "TypeError"}
    allowed |= {"Told", "NoAuthorisation", "unusable"}  # a page that says no, one that asks, a form that cannot be used
    found = {
        (str(path.relative_to(ROOT)), ast.unparse(node.exc.func))
        for path, tree in _sources()
        for node in ast.walk(tree)
        if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call)
        if not ast.unparse(node.exc.func).startswith("_") and ast.unparse(node.exc.func) not in {*allowed, "as_fault"}
    }
    assert found == set()
