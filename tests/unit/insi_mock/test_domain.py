"""Which traits are acceptable, and whom they designate."""

from __future__ import annotations

from dataclasses import replace

import pytest

from health_documents.identifiers import OID_INS_NIA, OID_INS_NIR, OID_INS_NIR_TEST
from insi_mock.codes import ERRORS, PUBLISHED_IDAM, ReturnCode
from insi_mock.domain import (
    Identity,
    Known,
    Run,
    Strategy,
    Traits,
    broken_rules,
    check_idam,
    check_rules,
    search,
    with_root,
)
from lgo_sandbox.population.people import FormerMatricule
from lgo_sandbox.watch.refusals import Refused

GOOD = Traits("D'ARTAGNAN DE L'HERAULT", "PIERRE-ALAIN", "M", "2001-06-17", "63220")

REFUSED = [
    ("birth_name", "", "insi_19"),
    ("birth_name", "Durand", "insi_simule_nom_naissance"),
    ("birth_name", "LEFÈVRE", "insi_simule_nom_naissance"),
    ("birth_name", "D'ÆION", "insi_simule_nom_naissance"),
    ("birth_name", "FRANÇOIS", "insi_simule_nom_naissance"),
    ("birth_name", "DUPONT2", "insi_simule_nom_naissance"),
    ("birth_name", "DUPONT.", "insi_simule_nom_naissance"),
    ("birth_name", "D’ARTAGNAN", "insi_simule_nom_naissance"),
    ("birth_name", "DUPONT\n", "insi_simule_nom_naissance"),
    ("birth_name", " DUPONT", "insi_simule_nom_naissance"),
    ("birth_name", "-DUPONT", "insi_simule_nom_naissance"),
    ("birth_name", "DE  VINCI", "insi_simule_nom_naissance"),
    ("birth_name", "D''ARTAGNAN", "insi_simule_nom_naissance"),
    ("birth_name", "D' ARTAGNAN", "insi_simule_nom_naissance"),
    ("birth_name", "D 'ARTAGNAN", "insi_simule_nom_naissance"),
    ("birth_name", "DUPONT---DURAND", "insi_simule_nom_naissance"),
    ("first_names", "", "insi_simule_prenom"),
    ("first_names", "Zoé", "insi_simule_prenom"),
    ("first_names", "JEAN--PAUL", "insi_simule_prenom"),
    ("first_names", "JEAN-", "insi_simule_prenom"),
    ("first_names", "JEAN'", "insi_simule_prenom"),
    ("first_names", " JEAN", "insi_simule_prenom"),
    ("first_names", "JEAN  PAUL", "insi_simule_prenom"),
    ("sex", "", "insi_24"),
    ("sex", " ", "insi_24"),
    ("sex", "I", "insi_24"),
    ("sex", "m", "insi_24"),
    ("sex", "M\n", "insi_24"),
    ("birth_date", "", "insi_simule_date_naissance"),
    ("birth_date", "17/06/2001", "insi_simule_date_naissance"),
    ("birth_date", "2001-6-17", "insi_simule_date_naissance"),
    ("birth_date", "٢٠٠١-06-17", "insi_simule_date_naissance"),
    ("birth_date", "2001-06-17T00:00:00", "insi_simule_date_naissance"),
    ("birth_place", "6322", "insi_simule_lieu_naissance"),
    ("birth_place", "2C020", "insi_simule_lieu_naissance"),
    ("birth_place", "VICHY", "insi_simule_lieu_naissance"),
]

ACCEPTED = [
    ("birth_name", "DUPONT--DURAND"),
    ("birth_name", "'T HOOFT"),
    ("birth_name", "DUPONT-"),
    ("birth_name", "DE LA TOUR D'AUVERGNE"),
    ("first_names", "JEAN PAUL MARIE-LOUISE"),
    ("first_names", "N'GUESSAN"),
    ("sex", "F"),
    ("birth_date", "1951-20-00"),
    ("birth_place", ""),
    ("birth_place", "2A004"),
    ("birth_place", "99243"),
]


@pytest.mark.parametrize(("field", "value", "code"), REFUSED)
def test_each_broken_format_rule_is_refused_with_its_code(field: str, value: str, code: str) -> None:
    with pytest.raises(Refused) as refused:
        check_rules(broken_rules(replace(GOOD, **{field: value})))
    assert refused.value.code == code
    assert code in ERRORS


@pytest.mark.parametrize(("field", "value"), ACCEPTED)
def test_what_the_format_rules_allow_is_accepted(field: str, value: str) -> None:
    assert broken_rules(replace(GOOD, **{field: value})) == []


def test_all_broken_rules_are_told_though_the_first_one_answers() -> None:
    broken = broken_rules(Traits("durand", "", "X", "hier", "Vichy"))
    assert [rule.element for rule in broken] == ["NomNaissance", "Prenom", "Sexe", "DateNaissance", "LieuNaissance"]


def person(first_names: str, place: str = "63220", matricule: str = "101066322075460") -> Known:
    identity = Identity(matricule, OID_INS_NIR, "DURAND", tuple(first_names.split()), "M", "1980-02-01", place)
    return Known(identity, identity)


def found(asked: str, listed: str, run: Run = "leading") -> bool:
    return search([person(listed)], Traits("DURAND", asked, "M", "1980-02-01"), Strategy(run)).code is ReturnCode.ONE


@pytest.mark.parametrize(
    ("asked", "listed", "leading", "anywhere"),
    [
        ("CATARINA", "CATARINA BELLA", True, True),
        ("CATARINA BELLA", "CATARINA BELLA", True, True),
        ("BELLA", "CATARINA BELLA", False, True),
        ("BELLA CATARINA", "CATARINA BELLA", False, False),
        ("OLA", "CATARINA BELLA", False, False),
        ("CATA", "CATARINA BELLA", False, False),
        ("CATARINA BELLA ANNA", "CATARINA BELLA", False, False),
        ("PIERRE-ALAIN", "PIERRE-ALAIN MURIEL FLORIANT", True, True),
        ("PIERRE ALAIN", "PIERRE-ALAIN MURIEL FLORIANT", True, True),
        ("PIERRE-ALAIN-MURIEL", "PIERRE-ALAIN MURIEL FLORIANT", True, True),
        ("ANNE-MARIE", "ANNE MARIE LOUISE", True, True),
        ("ANNE LOUISE", "ANNE MARIE LOUISE", False, False),
        ("MURIEL FLORIANT", "PIERRE-ALAIN MURIEL FLORIANT", False, True),
        ("N GUESSAN", "N'GUESSAN", True, True),
    ],
)
def test_first_names_match_a_run_of_the_list(asked: str, listed: str, leading: bool, anywhere: bool) -> None:
    assert (found(asked, listed), found(asked, listed, "any")) == (leading, anywhere)


@pytest.mark.parametrize(
    "other",
    [
        {"birth_name": "DURANT"},
        {"birth_name": "DU RAND"},
        {"sex": "F"},
        {"birth_date": "1980-01-02"},
        {"birth_place": "63113"},
    ],
)
def test_name_sex_date_and_given_place_must_be_equal(other: dict[str, str]) -> None:
    traits = replace(Traits("DURAND", "PAUL", "M", "1980-02-01", "63220"), **other)
    assert search([person("PAUL")], traits).code is ReturnCode.NONE


def test_two_homonyms_without_birthplace_answer_02_and_tell_nobody() -> None:
    people = [person("PAUL"), person("PAUL", "63113", "101066322075461")]
    answer = search(people, Traits("DURAND", "PAUL", "M", "1980-02-01"))
    assert (answer.code, answer.identity) == (ReturnCode.SEVERAL, None)


def test_the_birthplace_separates_two_homonyms() -> None:
    people = [person("PAUL"), person("PAUL", "63113", "101066322075461")]
    answer = search(people, Traits("DURAND", "PAUL", "M", "1980-02-01", "63113"))
    assert answer.identity is not None
    assert answer.identity.matricule == "101066322075461"


def test_a_person_without_known_birthplace_is_not_found_with_one() -> None:
    traits = Traits("DURAND", "PAUL", "M", "1980-02-01", "63220")
    assert search([person("PAUL", "")], traits).code is ReturnCode.NONE


@pytest.mark.parametrize(
    ("idam", "tolerant", "strict", "free"),
    [
        (PUBLISHED_IDAM, True, True, True),
        ("ABC123def456", True, False, True),
        ("REFUS0000000", False, False, False),
        ("", False, False, False),
        ("ABC123DEF45", False, False, True),
        ("ABC123DEF45É", False, False, True),
        ("ABC123DEF4567", False, False, True),
    ],
)
def test_an_authorisation_number_is_known_or_not(idam: str, tolerant: bool, strict: bool, free: bool) -> None:
    assert [is_known(idam, taken) for taken in ("yes", "no", "free")] == [tolerant, strict, free]


def is_known(idam: str, taken: str) -> bool:
    try:
        check_idam(idam, taken)
    except Refused as refused:
        return refused.code != "desir_550"
    return True


def test_the_answered_root_replaces_that_of_a_nir_and_never_that_of_a_nia() -> None:
    former = FormerMatricule("185059913998070", OID_INS_NIA)
    identity = replace(person("PAUL").key, history=(former, replace(former, oid=OID_INS_NIR)))
    rooted = with_root(identity, OID_INS_NIR_TEST)
    assert [rooted.oid, *(each.oid for each in rooted.history)] == [OID_INS_NIR_TEST, OID_INS_NIA, OID_INS_NIR_TEST]
