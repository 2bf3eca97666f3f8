"""The scenarios MSS-B to MSS-K and ANN-A, played by the reference client: each succeeds without a finding."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from lgo_client.environment import Environment
from lgo_client.journeys.mss_scenarios import AMONG_LISTENERS, CARDS, play_card
from lgo_sandbox.run.pytest_plugin import SandboxSession

from .conftest import Silent

LATENCY = 20
DECIDED = {"PASS", "MANUAL"}
OPEN = {"MSS/CONF.14"}
"""Requirements that no scenario of the sandbox decides alone: it says itself what it does not check."""
REMARKS: dict[str, set[str]] = {}
"""What the sandbox says, and reproaches not."""
RAW = {
    "B": {"premier-message.eml", "reponse.eml"},
    "D": {"document.eml", "document-IHE_XDM.zip"},
    "E": {"document-patient.eml", "document-patient-IHE_XDM.zip"},
    "F": set(),
    "G": {"fin.eml", "fin-document.eml"},
    "H": {"reponse-patient.eml", "message-patient.eml", "reponse-officine.eml"},
}
"""The artefacts of a card, beside the journal."""


def passing(session: SandboxSession) -> Callable[[float], None]:
    """Return what lets time pass for a session instead of waiting."""

    def pause(seconds: float) -> None:
        session.move_clock(by=seconds)

    return pause


@pytest.mark.parametrize("letter", sorted(CARDS.keys() - AMONG_LISTENERS))
def test_a_card_is_played_without_a_finding(sandbox_session: SandboxSession, tmp_path: Path, letter: str) -> None:
    environment = Environment(sandbox_session.ready)
    told = play_card(letter, environment, Silent(), tmp_path, pause=passing(sandbox_session), latency=LATENCY)
    assert told.failure == ""
    found = [(one["check_id"], one["received"]) for one in told.findings if one["severity"] != "information"]
    assert found == []
    assert {one["check_id"] for one in told.findings} <= REMARKS.get(letter, set())
    assert [one.requirement for one in told.verdicts if one.verdict not in DECIDED] == sorted(
        OPEN & {*CARDS[letter].covers}
    )
    assert RAW[letter] | {"journal.jsonl"} <= {*told.files}


def test_a_card_fails_where_the_operator_refuses_and_says_why(sandbox_session: SandboxSession, tmp_path: Path) -> None:
    sandbox_session.arm("status", 554, service="mss", operation="smtp-message")
    told = play_card("B", Environment(sandbox_session.ready), Silent(), tmp_path)
    assert told.failure.startswith("étape 1 (Premier message à la généraliste) : mis de côté : Insuline de Mme Martin")
    assert "554" in told.failure


def test_a_refusal_that_is_not_kept_is_seen(
    sandbox_session: SandboxSession, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lgo_client.mss.records.MailRecords.refuses", lambda *_: False)
    told = play_card("F", Environment(sandbox_session.ready), Silent(), tmp_path)
    assert told.failure.endswith("le logiciel aurait envoyé")
