"""The scenarios MSS-A to MSS-K and ANN-A, each playable by one command.

Source: specs/requirements.md §3.2, §3.4. Knows the cards and what they cover, not what they do.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from lgo_client.environment import Environment
from lgo_client.journeys import directory_card, mailbox_card, mss_cards, partners_cards, servers_card
from lgo_client.journeys.mss_office import MailOffice
from lgo_client.journeys.officine_day import Told
from lgo_client.journeys.playing import Card, play_on
from lgo_client.journeys.stage import LATENCY
from lgo_client.journeys.steps import Narrator, Teller

__all__ = ["AMONG_LISTENERS", "CARDS", "DIRECTORY", "named_card", "play_card"]

DIRECTORY = "ANN"
"""The card on the directory, beside those of the mail."""
MAIL = ("LGO.MSS.01", "LGO.MSS.08", "LGO.MSS.10", "LGO.MSS.12", "MSS/CONF.16")
DOCUMENTS = ("LGO.MSS.14", "MSS/CONF.14", "MSS/CONF.15", "MSS/CONF.16", "MSS/CONF.23", "MSS/CONF.25", "LGO.DOC.01")

CARDS = {
    "A": Card(
        "Matrice TLS de l'opérateur",
        servers_card.tls_matrix,
        (
            *(f"LGO.MSS.0{number}" for number in range(1, 7)),
            *(f"MSS/CONF.{number}" for number in ("01", "02", "03", "22", "27")),
        ),
        provokes=("SANDBOX-SERVEUR-FAUTIF-ACCEPTE",),
    ),
    "B": Card("Premier message, réponse, corps", mss_cards.first_mail, (*MAIL, "LGO.MSS.09")),
    "C": Card("Accusés", partners_cards.receipts, ("LGO.MSS.13", "MSS/UX.33", "MSS/UX.34", "MSS/va1.14")),
    "D": Card("Document à un professionnel", mss_cards.document_to_a_professional, (*DOCUMENTS, "MSS/CONF.20")),
    "E": Card(
        "Document au patient",
        mss_cards.document_to_the_patient,
        ("LGO.MSS.11", "MSS/va1.01", "MSS/UX.32", "INS/va1.53", "MSS/CONF.15", "MSS/CONF.16"),
    ),
    "F": Card("Refus du patient", mss_cards.refusals, ("LGO.MSS.17", "MSS/va1.22")),
    "G": Card("Fin d'échange", mss_cards.end_of_exchange, ("MSS/CONF.21",)),
    "H": Card("Le patient répond", mss_cards.patient_answers, ("LGO.MSS.09", "MSS/UX.25", "MSS/UX.31")),
    "I": Card("Nouvelle version, suppression", partners_cards.versions, ("LGO.MSS.15", "LGO.MSS.16", "MSS/UX.05")),
    "J": Card(
        "Boîte par Pro Santé Connect",
        mailbox_card.psc_mailbox,
        tuple(f"MSS/CONF.{number}" for number in ("01", "04", "05", "06", "07", "08", "09", "10", "11")),
    ),
    "K": Card(
        "Corpus de mails reçus",
        partners_cards.inbound_corpus,
        ("MSS/CONF.24", *(f"MSS/UX.{number}" for number in ("01", "02", "05", "07", "34", "39"))),
    ),
    DIRECTORY: Card(
        "Annuaire : charger, mettre à jour, chercher, panne",
        directory_card.directory,
        (*(f"SC.ANN/va1.0{number}" for number in range(1, 6)), "MSS/CONF.20", "SSI/IE.30"),
    ),
}


AMONG_LISTENERS = frozenset({"A"})
"""The cards that only the session of the sandbox's own doors can hold: what comes before any login is told there."""


def named_card(typed: str) -> str:
    """Return a card as it is named here: « ANN-A » and « ann » are the card on the directory."""
    return DIRECTORY if typed.upper() in (DIRECTORY, f"{DIRECTORY}-A") else typed


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
    name = "ANN-A" if letter == DIRECTORY else f"MSS-{letter}"
    office = MailOffice(environment, Teller(narrator), folder, pause, latency)
    return play_on(office, card, f"{name} : {card.title}")
