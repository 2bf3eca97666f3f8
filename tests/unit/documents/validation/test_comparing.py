"""Whether two places speak of the same patient, author and document: what differs, and what only looks so."""

from __future__ import annotations

from dataclasses import replace

import pytest

from health_documents.validation.comparing import (
    Person,
    matricules_in,
    names_in,
    person_of,
    plain,
    unlike_print,
    unlike_traits,
)
from health_documents.values.document import PatientIdentity

CLAIRE = person_of(
    PatientIdentity(
        matricule="256036330091838",
        oid="1.2.250.1.213.1.4.8",
        birth_name="LE GOFF",
        first_names=("CLAIRE", "ANNE MARIE"),
        sex="F",
        birth_date="1956-03-30",
        birth_place="63300",
        used_name="Dupré-Lebœuf",
    )
)


def test_words_are_plain_without_accents_case_ligatures_and_punctuation():
    assert plain("  Œdème d'Hélène, NÉE  Lebœuf-Dupré ") == "oedeme d helene nee leboeuf dupre"


@pytest.mark.parametrize(
    ("text", "there"),
    [
        ("bilan le goff claire", True),
        ("bilan legoff claire", True),
        ("bilan dupre leboeuf claire", True),
        ("bilan goff claire", False),
        ("bilan picard bruno", False),
    ],
)
def test_a_name_is_found_as_whole_words_or_without_its_spaces(text, there):
    assert names_in(text, CLAIRE.names) is there


def test_a_short_name_is_not_found_inside_a_word():
    assert not names_in("bilan de medication", ("li",))
    assert names_in("bilan li mei", ("li",))


@pytest.mark.parametrize(
    ("changes", "unlike"),
    [
        ({}, False),
        ({"names": ("legoff",)}, False),
        ({"names": ("dupre leboeuf", "autre")}, False),
        ({"names": ()}, False),
        ({"birth_date": ""}, False),
        ({"first_names": ("anne marie",)}, False),
        ({"names": ("picard",)}, True),
        ({"first_names": ("bruno",)}, True),
        ({"birth_date": "1956-03-31"}, True),
    ],
)
def test_people_are_unlike_when_a_trait_that_both_have_has_nothing_in_common(changes, unlike):
    assert unlike_traits(CLAIRE, replace(CLAIRE, **changes)) is unlike


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("patiente le goff claire, ne(e) le 30/03/1956", ""),
        ("ins 2 56 03 63 300 918 38", ""),
        ("compte rendu sans nom de personne", ""),
        ("legoff, nee le 30 / 03 / 1956", ""),
        ("mme dupre lebœuf, date de naissance : 30.03.1956", ""),
        ("fille de le goff, nee le 01/01/1990, mere nee le 30/03/1956", ""),
        ("ins 155128002194517, le goff", "matricule 155128002194517"),
        ("le goff claire ne(e) le 31/03/1956", "né(e) le 31/03/1956"),
        ("patient : picard bruno", "aucun « LE GOFF » dans le texte"),
    ],
)
def test_a_print_contradicts_by_another_matricule_another_birth_or_no_name(text, said):
    assert unlike_print(text, (CLAIRE,)) == said


def test_a_print_that_agrees_with_one_of_two_people_contradicts_nobody():
    other = Person(matricule="155128002194517", names=("picard",), first_names=("bruno",), birth_date="1955-12-24")
    assert unlike_print("patient : picard", (CLAIRE, other)) == ""
    assert unlike_print("patient : durand", (CLAIRE, other)) != ""
    assert unlike_print("patient : durand", ()) == ""


def test_only_numbers_with_a_right_key_are_matricules():
    assert matricules_in("2 56 03 63 300 918 38, 256036330091838 et 256036330091839") == ("256036330091838",)
    assert matricules_in("réf. 12345678901234567") == ()
