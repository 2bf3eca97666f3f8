"""The page of Pro Santé Connect tells its personas as they are; with REWRITE set it is written again."""

from __future__ import annotations

import os
import re
from pathlib import Path

from lgo_sandbox.population.people import Professional, population
from psc_mock.codes import MODE_CARD, MODE_MOBILE
from psc_mock.domain.identity import login_obstacle

PAGE = Path(__file__).parents[3] / "docs" / "services" / "psc.md"
MARK = "<!-- personas -->\n"


def _row(person: Professional) -> str:
    means = " ".join(mode for mode in (MODE_MOBILE, MODE_CARD) if not login_obstacle(person, mode)) or "–"
    codes = " ".join(filter(None, (person.profession, person.category if person.profession else "")))
    detail = person.section or person.savoir_faire
    words = [person.id, person.name, person.national_id, person.label, codes or "–", detail or "–", means]
    return "| " + " | ".join([f"`{words[0]}`", words[1], f"`{words[2]}`", *words[3:]]) + " |"


def _table() -> str:
    names = ("persona", "name", "identifier", "who", "profession", "section or savoir-faire", "logs in by")
    head = [f"| {' | '.join(names)} |", "|" + "---|" * len(names)]
    return "\n".join([*head, *map(_row, population().professionals)]) + "\n"


def test_the_personas_of_the_page_are_those_of_the_sandbox() -> None:
    text = PAGE.read_text(encoding="utf-8")
    written = re.sub(rf"{MARK}(\|.*\n)*", lambda _: MARK + _table(), text)
    if os.environ.get("REWRITE"):
        PAGE.write_text(written, encoding="utf-8")
    assert written.count(MARK) == 1
    assert text == written
