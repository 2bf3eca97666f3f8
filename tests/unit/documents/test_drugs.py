from decimal import Decimal

import pytest

from health_documents.codes.drugs import drug, drug_of_cip13, drugs
from health_documents.identifiers import cip13_of


def test_the_extract_holds_58_medicines_whose_cip13_is_right():
    assert len(drugs()) == 58
    assert all(one.cip13 == cip13_of(one.cip13[5:12]) for one in drugs())
    assert len({one.cip13 for one in drugs()}) == 58


def test_a_medicine_is_found_by_its_cis_and_its_cip13():
    doliprane = drug("60234100")
    assert doliprane.name == "DOLIPRANE 1000 mg, comprimé"
    assert doliprane.price == Decimal("1.16")
    assert drug_of_cip13("3400935955838") is doliprane


def test_a_generic_group_joins_the_princeps_and_its_generics():
    group = [one.generic_type for one in drugs() if one.generic_group == "914"]
    assert sorted(group) == ["0", "1"]


def test_an_opioid_needs_a_secure_prescription_and_paracetamol_does_not():
    assert drug("61644643").needs_secure_prescription
    assert not drug("60234100").needs_secure_prescription


def test_an_unknown_medicine_is_a_key_error():
    with pytest.raises(KeyError):
        drug("00000000")
