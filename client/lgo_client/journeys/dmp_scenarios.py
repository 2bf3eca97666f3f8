"""The scenarios DMP-A to DMP-K, each playable by one command: runs a card, keeps its evidence, reads what came of it.

Source: specs/requirements.md §3.3. Knows the cards, not what they do.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from lgo_client.environment import Environment
from lgo_client.journeys import dmp_cards, dmp_cards_more
from lgo_client.journeys.dmp_office import Office
from lgo_client.journeys.officine_day import Told
from lgo_client.journeys.playing import Card, play_on
from lgo_client.journeys.stage import LATENCY
from lgo_client.journeys.steps import Narrator, Teller

__all__ = ["CARDS", "play_card"]

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
    office = Office(environment, Teller(narrator), folder, pause, latency)
    return play_on(office, card, f"DMP-{letter} : {card.title}")
