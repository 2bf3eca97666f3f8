"""Whom a search without an INS finds, and the INS-C that stands for a person."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dmp_mock.domain.hl7 import ins_c
from dmp_mock.domain.searching import fits, plain_name
from lgo_sandbox.population.people import Patient

SOPHIE = Patient(
    id="x",
    matricule="2",
    oid="1",
    birth_name="D'ÂGE-NOËL",
    first_names=("SOPHIE", "ANNE"),
    sex="F",
    birth_date="1987-11-05",
    birth_place="",
    story="",
    used_name="LE GOFF",
    city="SAINT-ÉTIENNE",
    postal_code="42000",
)


@pytest.mark.parametrize(
    ("criteria", "found"),
    [
        ({}, True),
        ({"family": "d age noel"}, True),
        ({"family": "Le Goff"}, True),
        ({"family": "GOFF"}, False),
        ({"family": "LE GOFF", "given": "anne"}, True),
        ({"family": "LE GOFF", "given": "MARIE"}, False),
        ({"birth": "198711"}, True),
        ({"birth": "19871106"}, False),
        ({"sex": "F"}, True),
        ({"sex": "M"}, False),
        ({"city": "saint etienne", "postalCode": "42000"}, True),
        ({"city": "LYON"}, False),
        ({"postalCode": "42100"}, False),
    ],
)
def test_each_criterion_finds_or_leaves_out(criteria: dict[str, str], found: bool) -> None:
    assert fits(SOPHIE, criteria) is found


def test_a_name_in_use_that_is_missing_is_found_by_no_name() -> None:
    assert not fits(replace(SOPHIE, used_name=""), {"family": "-"})


def test_a_plain_name_has_letters_and_single_spaces_alone() -> None:
    assert plain_name(" d'Âge--Noël ") == "D AGE NOEL"


@pytest.mark.parametrize("matricule", ["207058575627097", "160012B02077713", ""])
def test_an_ins_c_has_twenty_digits_and_the_key_that_goes_with_them(matricule: str) -> None:
    number = ins_c(matricule)
    assert (len(number), number.isdecimal()) == (22, True)
    assert int(number[20:]) == 97 - int(number[:20]) % 97
    assert ins_c(matricule) == number
