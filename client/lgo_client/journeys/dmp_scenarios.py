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
    "A": Card("Alimentation automatique", dmp_cards.feed_by_itself, ("LGO.DMP.03", "LGO.DMP.04", "ALI/PROG.02")),
    "B": Card("Modifier, renvoyer, supprimer", dmp_cards.lifecycle, ("DMP/va1.16", "DMP/CONF.03")),
    "C": Card("Visibilité et connexion secrète", dmp_cards.visibility, ("DMP/va1.17", "DMP/va1.10")),
    "D": Card(
        "Opposition à l'alimentation, DMP absent, utilisateur sans droit",
        dmp_cards.opposition,
        ("DMP/CONF.09", "ALI/PROG.04"),
    ),
    "E": Card(
        "Droits de consultation",
        dmp_cards.consultation_rights,
        ("DMP/CONF.05", "DMP/CONF.06", "DMP/UX.06", "DMP/UX.08", "DMP/UX.50"),
    ),
    "F": Card("Identité de l'appelant", dmp_cards.identity_of_callers, ("DMP/AIRS.06", "DMP/PSC.01")),
    "G": Card(
        "Écran du dossier",
        dmp_cards_more.record_screen,
        ("DMP/UX.11", "DMP/UX.12", "DMP/UX.14", "DMP/UX.15", "DMP/UX.17", "DMP/UX.27"),
    ),
    "H": Card("Réseau dégradé", dmp_cards_more.degraded_network, ("DMP/UX.10", "ALI/PROG.06", "ALI/PROG.07")),
    "I": Card("Versions et doublons", dmp_cards_more.versions, ("CDA/DD.04", "CDA/DD.05")),
    "J": Card(
        "Reprise d'historique", dmp_cards_more.history, ("DMP/HISTO.03", "DMP/HISTO.04", "DMP/HISTO.05", "DMP/HISTO.06")
    ),
    "K": Card("DMP web contextuel", dmp_cards_more.contextual_web, ("LGO.DMP.07", "DMP/UX.49")),
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
