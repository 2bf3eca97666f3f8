"""The octets of ApCV: an answer that must stay as it is, what the answer leaves out, its agreement with the WSDL."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from apcv_mock import wire
from apcv_mock.codes import ERRORS
from apcv_mock.domain import rights_on
from apcv_mock.seeds import personas
from lgo_sandbox.contract import Problem, ProblemKind
from lgo_sandbox.population.people import population
from lgo_sandbox.wire.soap import read_envelope

GOLDEN = Path(__file__).parents[2] / "golden" / "apcv"
DAY = date(2026, 11, 28)
ENDS = datetime(2026, 11, 28, 16, tzinfo=UTC)
MESSAGE = "uuid:0a1b2c3d-0000-4000-8000-00000000000a"
ASKED = "uuid:0a1b2c3d-0000-4000-8000-00000000000b"


def told(persona: str, *, whole: bool = True) -> wire.Told:
    found = personas(population())[persona]
    people = [(one, rights_on(one, DAY) if whole else None) for one in found.covered]
    return wire.Told("c-1", "jeton", ENDS, found.insured, people)


def test_the_answer_to_an_authentication_is_byte_exact() -> None:
    answer = wire.authenticated(told("jumeaux"), MESSAGE, ASKED)
    assert answer.body == (GOLDEN / "authentifier_reponse.xml").read_bytes().rstrip(b"\n")
    assert answer.content_type == "application/soap+xml;charset=utf-8"


def test_an_answer_without_rights_has_neither_rights_nor_contract() -> None:
    body = wire.authenticated(told("jumeaux", whole=False), MESSAGE, None).body
    assert b"DroitAMO" not in body
    assert b"ContratAMC" not in body
    assert b"NIRCertifie" in body


@pytest.mark.parametrize("persona", [name for name, one in personas(population()).items() if one.insured])
def test_every_answer_is_as_the_description_has_it(persona: str) -> None:
    for answer in (
        wire.authenticated(told(persona), MESSAGE, ASKED),
        wire.restored([told(persona), told("ald")], MESSAGE, ASKED),
        wire.destroyed("c-1", MESSAGE, ASKED),
        wire.signed("c-1", "00", ENDS, MESSAGE, ASKED),
    ):
        envelope = read_envelope(answer.body)
        assert (wire.stray_of(envelope), envelope.relates_to) == ("", ASKED)
        assert answer.headers == (("X-Simulation", "APCV-REPONSE-NON-PUBLIQUE"),)


@pytest.mark.parametrize("code", ERRORS)
def test_every_fault_says_that_its_code_is_ours(code: str) -> None:
    answer = wire.fault(code)
    assert read_envelope(answer.body).body is not None
    assert f'code="{code}"'.encode() in answer.body
    assert answer.headers == (("X-Simulation", "APCV-CODE-NON-PUBLIC"),)


@pytest.mark.parametrize("kind", ProblemKind)
def test_every_problem_of_the_sandbox_is_a_fault(kind: ProblemKind) -> None:
    answer = wire.problem(Problem(kind, 413, "disque plein", {"Retry-After": "5"}))
    assert b"apcv_simule_" in answer.body
    assert ("Retry-After", "5") in answer.headers
    assert (b"disque plein" in answer.body) is (kind is ProblemKind.STORE)


def test_the_description_names_where_it_answers() -> None:
    body = wire.wsdl("https://[::1]:8487/s/a&b").body
    assert body.count(b"https://[::1]:8487/s/a&amp;b/wssoap/apcv/") == 2
    assert b"_ADDRESS" not in body
