"""People that a user adds: read with defaults, refused with a reason, known to every service of the session."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from lgo_sandbox.population.people import population
from lgo_sandbox.population.personas import BadPersona, read_persona, read_personas, with_personas
from lgo_sandbox.population.records import BadFile
from lgo_sandbox.sandbox import Sandbox
from lgo_sandbox.settings import Settings

RIGHT = {"id": "lucie", "national_id": "899700099999", "family_name": "ESSAI", "given_name": "Lucie"}


def test_a_persona_defaults_to_a_pharmacist_of_the_main_pharmacy() -> None:
    person = read_persona(RIGHT)
    assert (person.profession, person.section, person.structure, person.has_ecps) == ("21", "D", "officine", True)
    assert read_persona({**RIGHT, "profession": "60"}).section == ""


@pytest.mark.parametrize(
    ("record", "said"),
    [
        (3, "objet"),
        ({}, "absents : id, national_id"),
        ({**RIGHT, "surprise": 1}, "surprise"),
        ({**RIGHT, "id": "Lucie"}, "minuscules"),
        ({**RIGHT, "national_id": "é"}, "national_id"),
        ({**RIGHT, "family_name": 3}, "textes courts"),
        ({**RIGHT, "family_name": "X" * 300}, "textes courts"),
        ({**RIGHT, "has_card": "oui"}, "booléens"),
        ({**RIGHT, "tags": "radie"}, "tags"),
    ],
)
def test_a_wrong_persona_is_explained(record: Any, said: str) -> None:
    with pytest.raises(BadPersona, match=said):
        read_persona(record)


@pytest.mark.parametrize("changes", [{"id": "titulaire"}, {"national_id": "899700090014"}, {"structure": "ailleurs"}])
def test_a_second_of_a_name_and_an_unknown_structure_are_refused(changes: dict[str, str]) -> None:
    with pytest.raises(BadPersona):
        with_personas(population(), [read_persona({**RIGHT, **changes})])


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("p.yaml", "personas:\n- {id: lucie, national_id: '899700099999', family_name: ESSAI, given_name: Lucie}\n"),
        ("p.json", json.dumps({"personas": [RIGHT]})),
        ("p.toml", "[[personas]]\nid='lucie'\nnational_id='899700099999'\nfamily_name='ESSAI'\ngiven_name='Lucie'\n"),
    ],
)
def test_a_file_of_personas_is_known_to_the_whole_sandbox(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")
    settings = Settings(state=tmp_path / "state", personas=tmp_path / name)
    sandbox = Sandbox(settings, [], None)  # type: ignore[arg-type]
    assert sandbox.people.persona("lucie").name == "Lucie ESSAI"
    assert sandbox.sessions.get("default").people.persona("lucie").family_name == "ESSAI"


@pytest.mark.parametrize(
    "text", ["personas: 3", "[1, 2", "personas:\n- id: x\n", "- 3", "!!python/object:os.system {}"]
)
def test_a_wrong_file_of_personas_is_explained(tmp_path: Path, text: str) -> None:
    path = tmp_path / "p.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(BadFile):
        read_personas(path)
    with pytest.raises(BadFile):
        read_personas(tmp_path / "absent.yaml")
