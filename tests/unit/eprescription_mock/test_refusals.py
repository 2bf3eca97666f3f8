"""Every refusal of the catalogue, and every place that raises one, says what came, what was expected and the remedy."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import eprescription_mock
from eprescription_mock.codes.errors import ERROR_OF_STATUS, ERRORS
from eprescription_mock.domain.values import Refused
from eprescription_mock.wire.parts import invalid

PACKAGE = Path(next(iter(eprescription_mock.__path__)))
ROOT = PACKAGE.parents[1]
MODULES = sorted(path for path in PACKAGE.rglob("*.py") if "codes" not in path.relative_to(PACKAGE).parts)
BY_THE_SANDBOX = {*ERROR_OF_STATUS.values(), "indisponible"}


def raised(path: Path) -> Iterator[ast.Call]:
    """The places of a module that make a refusal."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Refused":
            yield node


def words(path: Path) -> set[str]:
    return {
        n.value
        for n in ast.walk(ast.parse(path.read_text()))
        if isinstance(n, ast.Constant) and isinstance(n.value, str)
    }


def targets() -> set[str]:
    from eprescription_mock.codes.states import TRANSITIONS

    return {target for row in TRANSITIONS.values() for target in row.values()}


@pytest.mark.parametrize("code", sorted(ERRORS))
def test_every_refusal_of_the_catalogue_explains_itself_and_links_to_its_rule(code: str) -> None:
    refusal = Refused(code, received="ceci", where="Bundle.entry").explained()
    assert (refusal.code, refusal.received) == (code, "ceci")
    assert refusal.expected
    assert refusal.remedy.endswith(".")
    assert refusal.message == ERRORS[code].text
    page, _, anchor = refusal.source.partition("#")
    assert f'id="{anchor}"' in (ROOT / page).read_text()


@pytest.mark.parametrize("path", [pytest.param(p, id=str(p.relative_to(PACKAGE))) for p in MODULES])
def test_every_place_that_refuses_names_its_code_and_says_what_came_and_where(path: Path) -> None:
    for call in raised(path):
        given = {keyword.arg for keyword in call.keywords}
        assert {"received", "where"} <= given, f"{path.name}:{call.lineno}"
        first = call.args[0]
        if isinstance(first, ast.Constant):
            assert first.value in ERRORS, f"{path.name}:{call.lineno}"


def test_no_entry_of_the_catalogue_is_without_a_place_that_raises_it() -> None:
    said = set().union(*(words(path) for path in MODULES)) | targets()
    assert set(ERRORS) <= said | BY_THE_SANDBOX


def test_only_a_place_inside_the_resource_stands_in_the_answer() -> None:
    assert Refused("date-invalide", received="x", where="MedicationRequest.authoredOn").expression
    assert not Refused("secret-faux", received="x", where="paramètre secret").expression


@pytest.mark.parametrize(
    ("detail", "expected"),
    [("un nombre est attendu", "un nombre"), ("une durée est attendue", "une durée"), ("déjà donné", "déjà donné")],
)
def test_an_unfit_element_is_told_what_to_put_there(detail: str, expected: str) -> None:
    refused = invalid("Bundle.entry", detail, "x")
    assert (refused.expected, refused.remedy) == (expected, f"Mettez dans Bundle.entry : {expected}.")
