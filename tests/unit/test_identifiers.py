"""Formats and keys of identifiers, on the published vectors (specs/insi.md §4–5, psc.md §2.4, eprescription.md §6)."""

from __future__ import annotations

import pytest

from health_documents import identifiers
from health_documents.identifiers import (
    ROOTS_OF_INS,
    cip13_of,
    finess_is_valid,
    gtin_check_digit,
    luhn_is_valid,
    matricule_is_valid,
    nir_key,
    rpps_is_valid,
)

PUBLISHED_KEYS = [
    ("2360663220836", "56"),
    ("1090763220834", "89"),
    ("2090763220834", "39"),
    ("2090663220123", "55"),
    ("1100863220830", "60"),
    ("2751263220749", "74"),
    ("1010663220754", "60"),
    ("1810163220751", "40"),
    ("1090763220888", "35"),
    ("2790351215189", "89"),
]
CORSICAN_KEYS = [("160012B020777", "13"), ("180032B020401", "23"), ("297022A020778", "78")]


@pytest.mark.parametrize(("nir", "key"), PUBLISHED_KEYS)
def test_published_keys_are_computed(nir: str, key: str) -> None:
    assert nir_key(nir) == key


@pytest.mark.parametrize(("nir", "key"), CORSICAN_KEYS)
def test_corsican_letters_count_19_and_18(nir: str, key: str) -> None:
    assert nir_key(nir) == key


def test_a_key_below_ten_keeps_its_zero() -> None:
    assert nir_key("1140963300923") == "06"


@pytest.mark.parametrize("nir", ["", "123", "279035121518", "27903512151890", "279035C215189", "27903é1215189"])
def test_what_is_not_a_nir_has_no_key(nir: str) -> None:
    with pytest.raises(ValueError, match="13-character NIR"):
        nir_key(nir)


@pytest.mark.parametrize(("published", "computed"), [("181036322045660", "76"), ("281036322045610", "26")])
def test_the_wrong_keys_of_the_official_hermann_are_seen_as_wrong(published: str, computed: str) -> None:
    assert not matricule_is_valid(published)
    assert matricule_is_valid(published[:13] + computed)


@pytest.mark.parametrize("matricule", ["279035121518989", "160012B02077713", "297022A02077878"])
def test_matricules_with_the_right_key_are_valid(matricule: str) -> None:
    assert matricule_is_valid(matricule)


@pytest.mark.parametrize("matricule", ["", "2790351215189", "279035121518988", "2790351215189 89", "279035121518989 "])
def test_matricules_of_another_length_or_key_are_invalid(matricule: str) -> None:
    assert not matricule_is_valid(matricule)


@pytest.mark.parametrize("digits", ["79927398713", "18", "0"])
def test_luhn_accepts_its_own_check_digit(digits: str) -> None:
    assert luhn_is_valid(digits)


@pytest.mark.parametrize("digits", ["79927398710", "19", "", "7992739871A"])
def test_luhn_refuses_another_digit_and_what_is_not_digits(digits: str) -> None:
    assert not luhn_is_valid(digits)


def test_luhn_of_a_ps_idnat_is_judged_without_its_leading_eight() -> None:
    assert rpps_is_valid("899700090014")
    assert not luhn_is_valid("899700090014")


@pytest.mark.parametrize("national_id", ["899700090015", "099700090014", "99700090014", "8997000900140"])
def test_a_ps_idnat_of_another_type_length_or_digit_is_refused(national_id: str) -> None:
    assert not rpps_is_valid(national_id)


@pytest.mark.parametrize("struct_idnat", ["10B0127189", "1750712184", "12A0000123"])
def test_finess_forms_are_accepted(struct_idnat: str) -> None:
    assert finess_is_valid(struct_idnat)


@pytest.mark.parametrize("struct_idnat", ["30B0127189", "0B0127189", "10B01271890", "10C0127189", "10b0127189"])
def test_other_structure_ids_are_not_finess(struct_idnat: str) -> None:
    assert not finess_is_valid(struct_idnat)


@pytest.mark.parametrize(
    ("cip7", "cip13"),
    [
        ("3595583", "3400935955838"),
        ("3232018", "3400932320189"),
        ("3461546", "3400934615467"),
        ("3648546", "3400936485464"),
        ("3351639", "3400933516390"),
        ("3327581", "3400933275815"),
    ],
)
def test_cip13_of_published_drugs(cip7: str, cip13: str) -> None:
    assert cip13_of(cip7) == cip13


def test_an_ean13_check_digit_weighs_one_and_three() -> None:
    assert gtin_check_digit("400638133393") == "1"


def test_the_four_ins_roots_are_the_arcs_8_to_11() -> None:
    assert {root.rsplit(".", 1)[1] for root in ROOTS_OF_INS} == {"8", "9", "10", "11"}
    assert {root.rsplit(".", 1)[0] for root in ROOTS_OF_INS} == {"1.2.250.1.213.1.4"}


def test_everything_exported_exists_and_is_sorted() -> None:
    assert all(hasattr(identifiers, name) for name in identifiers.__all__)
    assert sorted(identifiers.__all__) == identifiers.__all__
