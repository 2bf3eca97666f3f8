"""The scenarios DMP-A to DMP-K, each playable by one command: runs a card, keeps its evidence, reads what came of it.

Source: specs/requirements.md §3.3. Knows the cards, not what they do.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lgo_client.control import Control
from lgo_client.environment import Environment
from lgo_client.journeys import dmp_cards, dmp_cards_more
from lgo_client.journeys.dmp_office import Office
from lgo_client.journeys.officine_day import Told
from lgo_client.journeys.steps import JourneyFailed, Narrator, Teller

__all__ = ["CARDS", "LATENCY", "Card", "in_fresh_session", "play_card"]

JOURNAL = "journal.jsonl"
LATENCY = 3000
"""Milliseconds of a slow network: what the referencing fixes."""


@dataclass(frozen=True, slots=True)
class Card:
    """A scenario: its French title, and what plays it."""

    title: str
    play: Callable[[Office], None]


CARDS = {
    "A": Card("Alimentation automatique", dmp_cards.feed_by_itself),
    "B": Card("Modifier, renvoyer, supprimer", dmp_cards.lifecycle),
    "C": Card("Visibilité et connexion secrète", dmp_cards.visibility),
    "D": Card("Opposition à l'alimentation, DMP absent, utilisateur sans droit", dmp_cards.opposition),
    "E": Card("Droits de consultation", dmp_cards.consultation_rights),
    "F": Card("Identité de l'appelant", dmp_cards.identity_of_callers),
    "G": Card("Écran du dossier", dmp_cards_more.record_screen),
    "H": Card("Réseau dégradé", dmp_cards_more.degraded_network),
    "I": Card("Versions et doublons", dmp_cards_more.versions),
    "J": Card("Reprise d'historique", dmp_cards_more.history),
    "K": Card("DMP web contextuel", dmp_cards_more.contextual_web),
}


def in_fresh_session(environment: Environment) -> Environment:
    """Return the environment of a new session, in which nothing has happened yet."""
    control = Control(environment.control, environment.session)
    try:
        return Environment(control.fresh_session())
    finally:
        control.close()


def play_card(
    letter: str,
    environment: Environment,
    narrator: Narrator,
    folder: Path,
    *,
    pause: Callable[[float], None] = time.sleep,
    latency: int = LATENCY,
) -> Told:
    """Play a card against the services of an environment; evidence goes into ``folder``. Raises KeyError."""
    card = CARDS[letter]
    teller = Teller(narrator)
    office = Office(environment, teller, folder, pause, latency)
    failure = ""
    try:
        before = len(_exchanges(office))
        teller.chapter(f"DMP-{letter} : {card.title}")
        try:
            card.play(office)
        except JourneyFailed as error:
            failure = str(error)
        exchanges = _exchanges(office)[before:]
        lines = "\n".join(json.dumps(one, ensure_ascii=False) for one in exchanges)
        office.evidence.save(JOURNAL, lines.encode())
    finally:
        office.close()
    findings = tuple({**finding, "exchange": one["id"]} for one in exchanges for finding in one["findings"])
    return Told(tuple(teller.steps), failure, exchanges, findings, folder, tuple(office.evidence.names))


def _exchanges(office: Office) -> tuple[dict[str, Any], ...]:
    text = str(office.control.of_session("exchanges.jsonl"))
    return tuple(json.loads(line) for line in text.splitlines() if line)
