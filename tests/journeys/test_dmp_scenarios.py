"""The scenarios DMP-A to DMP-K, played end to end by the reference client: each succeeds and raises no finding."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from lgo_client.environment import Environment
from lgo_client.journeys.dmp_scenarios import CARDS, play_card
from lgo_sandbox.run.pytest_plugin import SandboxSession

from .conftest import Silent

LATENCY = 20
REMARKS = {"H": {"SANDBOX-PANNE", "DMP-REFERENCE"}}
"""What the sandbox says, and reproaches not: the faults that a card arms, a question about a document that is lost."""


KEPT = {
    "A": {
        "DMP-FEED-AUTO",
        "DMP-FEED-AUTO-VAC",
        "DMP-RECIPIENTS",
        "DMP-AUTHORISATION-FEED",
        "DMP-NOTE-N3",
        "DMP-TYPE-FORMAT",
        "DMP-PDF-DATA",
        "DMP-PDF-NOTICE",
        "DMP-CERT",
        "DMP-MTOM",
        "DMP-FEED-ORG",
    },
    "B": {"DMP-REPLACED", "DMP-DELETED", "DMP-FEED-BLOCKED", "DMP-DELETE"},
    "C": {"DMP-HIDDEN", "DMP-HIDDEN-PATIENT", "DMP-HIDDEN-LEGAL", "DMP-VISIBILITY", "DMP-VIHF-SECRET"},
    "D": set(),
    "E": {"DMP-AUTHORISATION-NEEDED", "DMP-ORDER", "DMP-RIGHTS"},
    "F": {"DMP-TWO-USERS", "DMP-AIR-TLS"},
    "G": {"DMP-RECORD", "DMP-CRITERIA", "DMP-DELTA"},
    "H": {"DMP-QUEUE"},
    "I": {"DMP-DELTA", "DMP-IMPORTED"},
    "J": {"DMP-HISTORY-DATE", "DMP-HISTORY-RATE", "DMP-HISTORY-ONCE", "DMP-HISTORY-AUTHOR"},
    "K": {"DMP-WEBPS"},
}
"""The rules that a card shows to be kept."""


def kept_in(session: SandboxSession) -> set[str]:
    report = session.control("GET", "/report.json")
    checks = [check for one in report["requirements"] for check in one["checks"]]
    return {str(check["id"]) for check in checks if check["passed"] and not check["failed"]}


def passing(session: SandboxSession) -> Callable[[float], None]:
    """Return what lets time pass for a session instead of waiting."""

    def pause(seconds: float) -> None:
        session.move_clock(by=seconds)

    return pause


@pytest.mark.parametrize("letter", sorted(CARDS))
def test_a_card_is_played_without_a_finding(sandbox_session: SandboxSession, tmp_path: Path, letter: str) -> None:
    environment = Environment(sandbox_session.ready)
    told = play_card(letter, environment, Silent(), tmp_path, pause=passing(sandbox_session), latency=LATENCY)
    assert told.failure == ""
    found = [(one["check_id"], one["received"]) for one in told.findings if one["severity"] != "information"]
    assert found == []
    assert {one["check_id"] for one in told.findings} <= REMARKS.get(letter, set())
    assert told.steps
    assert [one.requirement for one in told.verdicts] == list(CARDS[letter].covers)
    assert "FAIL" not in {one.verdict for one in told.verdicts}
    assert kept_in(sandbox_session) >= KEPT[letter]
    assert (tmp_path / "journal.jsonl").read_text(encoding="utf-8").count("\n") == len(told.exchanges) - 1


def test_all_cards_of_the_catalogue_are_there() -> None:
    assert "".join(CARDS) == "ABCDEFGHIJK"


def test_a_card_that_fails_says_which_step_and_why(sandbox_session: SandboxSession, tmp_path: Path) -> None:
    sandbox_session.arm("status", 503, service="dmp", operation="td2.1")
    told = play_card("B", Environment(sandbox_session.ready), Silent(), tmp_path)
    assert told.failure.startswith("étape 1 (Premier versement (TD2.1))")
    assert "ne répond pas" in told.failure
