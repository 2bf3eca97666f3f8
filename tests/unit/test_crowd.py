"""A crowd of any size is computed both ways, holds together, and meets no reference patient."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from health_documents.identifiers import OID_INS_NIA, matricule_is_valid
from lgo_sandbox.population.crowd import CAPACITY, GROUPS, Crowd
from lgo_sandbox.population.crowd_names import PLACES
from lgo_sandbox.population.people import population

EVERYBODY = Crowd(CAPACITY)
INDEXES = st.integers(0, CAPACITY - 1)


@given(index=INDEXES)
def test_everybody_is_found_by_matricule_and_by_traits(index: int) -> None:
    person = EVERYBODY.person(index)
    assert EVERYBODY.with_matricule(person.matricule) == person
    assert person in EVERYBODY.having(person.birth_name, person.sex, person.birth_date)


@given(index=INDEXES)
def test_a_matricule_is_valid_and_tells_sex_birth_and_place(index: int) -> None:
    person = EVERYBODY.person(index)
    year, month, day = person.birth_date.split("-")
    assert matricule_is_valid(person.matricule)
    assert person.matricule[:10] == {"M": "1", "F": "2"}[person.sex] + year[2:] + month + person.birth_place
    assert 1 <= int(day) <= 28
    assert int(person.matricule[10:13]) >= 900


@given(index=INDEXES, size=st.integers(0, CAPACITY))
def test_a_person_is_in_every_crowd_that_is_large_enough_and_in_no_other(index: int, size: int) -> None:
    crowd, person = Crowd(size), EVERYBODY.person(index)
    there = index < size
    assert (crowd.with_matricule(person.matricule) is not None) is there
    assert (person in crowd.having(person.birth_name, person.sex, person.birth_date)) is there


def test_matricules_of_a_crowd_are_unique() -> None:
    crowd = Crowd(20_000)
    assert len({crowd.person(index).matricule for index in range(crowd.size)}) == crowd.size


def test_no_generated_person_can_have_the_matricule_of_a_reference_patient() -> None:
    assert not {patient.birth_place for patient in population().patients} & set(PLACES)
    assert len(set(PLACES)) == len(PLACES)


def test_a_crowd_has_corsicans_people_of_overseas_of_abroad_and_waiting_numbers() -> None:
    people = [EVERYBODY.person(index) for index in range(0, 400_000, 97)]
    places = {person.birth_place[:2] for person in people}
    assert places >= {"2A", "2B", "97", "99", "69"}
    assert any(person.oid == OID_INS_NIA for person in people)
    assert {len(person.first_names) for person in people} == {1, 2, 3}


def test_a_large_crowd_has_homonyms_whom_only_the_place_tells_apart() -> None:
    first, second = EVERYBODY.person(498 * GROUPS), EVERYBODY.person(499 * GROUPS)
    assert EVERYBODY.having(first.birth_name, first.sex, first.birth_date) == [first, second]
    assert (first.first_names, first.sex) == (second.first_names, second.sex)
    assert first.birth_place != second.birth_place


@pytest.mark.parametrize(
    ("name", "sex", "date"),
    [
        ("MARTIN", "F", "1956-03-12"),
        ("AUBEBOIS", "X", "1956-03-12"),
        ("AUBEBOIS", "", "1956-03-12"),
        ("AUBEBOIS", "MF", "1956-03-12"),
        ("AUBEBOIS", "F", "1929-03-12"),
        ("AUBEBOIS", "F", "2020-03-12"),
        ("AUBEBOIS", "F", "1956-20-00"),
        ("AUBEBOIS", "F", "1956-03-29"),
        ("AUBEBOIS", "F", "1956-03-00"),
        ("AUBEBOIS", "F", "hier"),
        ("AUBEBOIS", "F", ""),
    ],
)
def test_traits_of_nobody_find_nobody(name: str, sex: str, date: str) -> None:
    assert EVERYBODY.having(name, sex, date) == []


@pytest.mark.parametrize(
    "matricule",
    ["", "160012B02077713", "1" * 15, "359100105390084", "259100105390085", "259130105390084", "259100105389984"],
)
def test_a_matricule_of_nobody_finds_nobody(matricule: str) -> None:
    assert EVERYBODY.with_matricule(matricule) is None


@pytest.mark.parametrize("size", [-1, CAPACITY + 1])
def test_a_crowd_of_an_impossible_size_is_refused(size: int) -> None:
    with pytest.raises(ValueError, match=str(CAPACITY)):
        Crowd(size)


@pytest.mark.parametrize("index", [-1, 10])
def test_nobody_is_outside_the_crowd(index: int) -> None:
    with pytest.raises(IndexError):
        Crowd(10).person(index)
