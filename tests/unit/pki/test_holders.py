from __future__ import annotations

import pytest

from lgo_sandbox.pki.holders import OrganisationHolder, PersonHolder, card_holders, organisation_holder
from lgo_sandbox.population.people import Professional, Structure


def professional(**changes: object) -> Professional:
    values: dict[str, object] = {
        "id": "titulaire",
        "national_id": "899700090014",
        "civility": "MME",
        "title": "DR",
        "family_name": "Valmont",
        "given_name": "Hélène",
        "label": "Pharmacien titulaire d'officine",
        "profession": "21",
        "category": "C",
        "structure": "officine",
        "exercise_mode": "L",
        "mailbox": "",
    }
    return Professional(**(values | changes))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("postal_code", "department"),
    [("75011", "Paris (75)"), ("97410", "La Réunion (974)"), ("63998", "Puy-de-Dôme (63)"), ("", ""), ("99999", "")],
)
def test_a_structure_is_in_the_department_of_its_postal_code(postal_code: str, department: str) -> None:
    structure = Structure("officine", "10B0990017", "PHARMACIE", "SA33", "", postal_code, "", "")
    assert organisation_holder(structure) == OrganisationHolder("officine", "10B0990017", "PHARMACIE", department)


def test_only_professionals_with_a_card_hold_one() -> None:
    found = card_holders([professional(), professional(id="preparateur", has_card=False)])
    assert found == (PersonHolder("titulaire", "899700090014", "VALMONT", "HÉLÈNE", "Pharmacien"),)


def test_a_profession_outside_the_table_keeps_its_label() -> None:
    (holder,) = card_holders([professional(profession="", label="Secrétaire médicale")])
    assert holder.title == "Secrétaire médicale"
