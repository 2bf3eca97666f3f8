"""Small things of the pages: dates in French and in local time, searches, the names of those who act."""

from __future__ import annotations

from datetime import date

import pytest

from dmp_mock.codes.citizens import APPOINTMENTS
from dmp_mock.web.documents import Search
from dmp_mock.web.pages import day, moment_of
from dmp_mock.web.people import full_name, named
from lgo_sandbox.population.people import population
from lgo_sandbox.population.representatives import REPRESENTATIVES


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("20260301", "1er mars 2026"),
        ("20261231233000", "1er janvier 2027"),
        ("202607", "1er juillet 2026"),
        ("1956-03-12", "12 mars 1956"),
        ("1951-20-00", "1951-20-00"),
        (date(2026, 8, 2), "2 août 2026"),
        ("", ""),
        ("<b>", "<b>"),
    ],
)
def test_a_date_is_said_in_french(value: str | date, said: str) -> None:
    assert day(value) == said


def test_what_is_no_moment_is_none() -> None:
    assert (moment_of("20261399"), moment_of("demain")) == (None, None)


def test_a_search_takes_what_it_knows() -> None:
    search = Search.of({"q": " grippe ", "type": "x" * 300, "archives": "", "autre": "1"})
    assert (search.text, len(search.kind), search.archived, search.narrows) == ("grippe", 100, True, True)
    assert not Search.of({}).narrows


def test_those_who_act_are_named() -> None:
    people = population()
    child, mother = people.patient_named("nessi-michelangelo"), people.patient_named("nessi-ruth")
    assert named(people, "899700090014", "10B0990017")[0] == "Hélène VALMONT"
    assert named(people, mother.matricule, "", child.matricule) == ("Ruth NESSI", "représentante légale")
    assert named(people, mother.matricule, "", mother.matricule) == ("Ruth NESSI", "titulaire du dossier")
    assert named(people, "bernard-elodie") == ("Élodie BERNARD", "représentante légale")
    assert named(people, "10B0990017") == ("PHARMACIE DE LA FONTAINE", "structure")
    assert named(people, "inconnu") == ("inconnu", "")


def test_representatives_and_appointments_are_of_people_that_exist() -> None:
    people = population()
    for one in REPRESENTATIVES:
        children = [people.patient_named(child) for child in one.children]
        assert all("mineur" in child.tags for child in children)
        assert not one.patient or full_name(people.patient_named(one.patient)) == one.name
    assert all(people.patient_named(one.patient).matricule for one in APPOINTMENTS)
