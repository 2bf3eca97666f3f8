"""No text that the services write for a reader has a plural in brackets, or hides what it asks for."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

SERVICES = Path(__file__).parents[3] / "services"
BAD = re.compile(
    r"[a-zé]\(s\)(?=[ \"',]+(?!for ))|\} (?:caractères|messages|résultats)\)?[\"']"
    r"|Corrigez l'élément désigné|méthode attendue|Corrigez attribut|au milieu de \{"
)


@pytest.mark.parametrize("service", sorted(one.name for one in SERVICES.iterdir() if one.is_dir()))
def test_texts_agree_with_their_numbers_and_name_what_they_ask_for(service: str) -> None:
    found = [
        f"{path.name}:{number}: {line.strip()}"
        for path in sorted((SERVICES / service).rglob("*.py"))
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if BAD.search(line)
    ]
    assert found == []
