"""The catalogue of refusals, and every place that raises one: nothing beside it, nothing unexplained."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import psc_mock
from psc_mock.codes import DEAD_ENDPOINTS, DEAD_GRANTS
from psc_mock.codes.errors import ERRORS, ORDINARY, PAGES
from psc_mock.domain.addresses import compared, nearest
from psc_mock.domain.refusals import Redirected, Refused, ReturnAddress, Shown, explained

ROOT = Path(psc_mock.__file__).parent
RAISERS = {"Refused", "Shown", "Redirected"}
CODES = {*ERRORS, *PAGES}


def _calls() -> Iterator[tuple[str, ast.Call]]:
    for path in sorted(ROOT.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in RAISERS:
                yield f"{path.relative_to(ROOT)}:{node.lineno}", node


def _strings() -> set[str]:
    found = set()
    for path in sorted(ROOT.rglob("*.py")):
        if path.parent.name != "errors":
            nodes = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
            found |= {node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    return found


def test_every_raise_site_says_what_was_received_and_where() -> None:
    calls = list(_calls())
    assert len(calls) > 60
    for where, call in calls:
        given = {keyword.arg for keyword in call.keywords}
        assert {"received", "where"} <= given, where


def test_every_code_that_is_written_at_a_raise_site_is_in_a_catalogue() -> None:
    for where, call in _calls():
        code = call.args[0]
        if isinstance(code, ast.Constant):
            known = PAGES if isinstance(call.func, ast.Name) and call.func.id == "Shown" else ERRORS
            assert code.value in known, where


def test_every_refusal_of_the_catalogues_is_raised_somewhere() -> None:
    assert CODES - _strings() == set()
    assert {*DEAD_GRANTS.values(), *DEAD_ENDPOINTS.values()} <= set(ERRORS)


@pytest.mark.parametrize("code", sorted(CODES))
def test_every_refusal_has_its_french_title_expectation_remedy_and_source(code: str) -> None:
    known = ERRORS.get(code) or PAGES[code]
    assert known.title
    assert known.expected
    assert known.remedy.endswith(".")
    page = (ROOT.parents[1] / "docs" / "sources" / "psc.md").read_text(encoding="utf-8")
    assert f'<a id="{known.anchor}"></a>' in page


def test_ordinary_answers_are_refusals_of_the_catalogues() -> None:
    assert CODES >= ORDINARY


@pytest.mark.parametrize(
    "refused",
    [
        Refused("secret_wrong", received="r", where="w"),
        Shown("form_forged", received="r", where="w"),
        Redirected("scope_unknown", ReturnAddress("https://a"), received="r", where="w"),
    ],
)
def test_what_a_refusal_tells_comes_from_the_catalogue(refused: Refused) -> None:
    told = explained(refused)
    known = ERRORS.get(told.code) or PAGES[told.code]
    assert (told.expected, told.remedy, told.message) == (known.expected, known.remedy, known.title)
    assert (told.received, told.where) == ("r", "w")


def test_the_nearest_enrolled_address_is_the_one_that_looks_most_alike() -> None:
    enrolled = ("https://lgo.example/retour", "http://127.0.0.1:8765/callback")
    assert nearest("http://127.0.0.1:8765/callback/", enrolled) == enrolled[1]
    assert nearest("", ()) == ""


@pytest.mark.parametrize(
    ("sent", "received", "expected"),
    [
        ("https://a/cb/", "cb⟨/⟩ : diffère au caractère 13 (« / »)", "cb⟨⟩ (« fin » au caractère 13)"),
        ("https://a/c\tb", "c⟨\t⟩b : diffère au caractère 12 (« U+0009 »)", "c⟨b⟩ (« b » au caractère 12)"),
    ],
)
def test_an_address_is_compared_to_the_character(sent: str, received: str, expected: str) -> None:
    assert compared("u", sent, ["https://a/cb"])[:2] == (f"u=https://a/{received}", f"https://a/{expected}")


def test_an_absent_address_is_told_the_nearest() -> None:
    assert compared("u", None, ["https://a/cb"]) == ("u absente", "https://a/cb", "Envoyer u=https://a/cb.")


def test_without_an_enrolled_address_the_comparison_says_so() -> None:
    received, expected, remedy = compared("u", "https://a", [])
    assert (received, remedy) == ("u=https://a", "")
    assert "aucune adresse" in expected
