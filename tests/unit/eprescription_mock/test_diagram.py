"""The diagram of the page is that of the state table."""

from __future__ import annotations

from pathlib import Path

from eprescription_mock.codes.states import RESTING, TRANSITIONS, State
from eprescription_mock.diagram import diagram, rewritten

PAGE = Path(__file__).parents[3] / "docs" / "services" / "eprescription.md"


def test_the_page_shows_the_diagram_of_the_table() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert diagram() in text
    assert rewritten(text) == text


def test_every_change_that_the_table_admits_is_drawn() -> None:
    drawn = diagram()
    for state, events in TRANSITIONS.items():
        for event, target in events.items():
            if target == RESTING or (isinstance(target, State) and target is not state):
                goal = "repos" if target == RESTING else target
                assert f"{state} --> {goal} : {event}" in drawn
