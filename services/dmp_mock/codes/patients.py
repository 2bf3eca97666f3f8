"""Codes of the existence test (TD0.2) and the states of a DMP.

Source: docs/sources/dmp.md#test-existence. ``VALIDE`` is the only public value of AUTORISATION; the other words are
ours (low) and the option ``dmp.authorisation_values`` leaves the line out instead. People's tags: design of the
project.
"""

from __future__ import annotations

from enum import StrEnum

__all__ = [
    "ATTENTION_AUTHORISATION",
    "ATTENTION_MT",
    "OBSERVATIONS",
    "OID_DMP",
    "REASON_SYSTEM",
    "TAG_ABSENT",
    "TAG_BLOCKED",
    "TAG_CLOSED",
    "TAG_FEED_OPPOSED",
    "TAG_OPPOSED",
    "TAG_UNAUTHORISED",
    "Authorisation",
    "DmpStatus",
]

OID_DMP = "1.2.250.1.213.4.1.1.1"
REASON_SYSTEM = "1.2.250.1.213.1.1.4.11"
_ATTENTION = "1.2.250.1.213.4.1.2.6"
ATTENTION_AUTHORISATION = ("AUTORISATION", f"{_ATTENTION}.1", f"{_ATTENTION}.2")
"""Keyword, its code system, the code system of the value."""
ATTENTION_MT = ("STATUT_MT", f"{_ATTENTION}.3")

OBSERVATIONS = {
    "COMPTE_INTERNET_OUVERT": "1.2.250.1.213.4.1.2.9",
    "RATTACHEMENT_ENS": "1.2.250.1.213.4.1.2.3",
    "OPPOSITION_BRIS_DE_GLACE": "1.2.250.1.213.4.1.2.3",
    "OPPOSITION_ACCES_URGENCE": "1.2.250.1.213.4.1.2.3",
}
"""Observation → its code system, in the order of the answer."""


class DmpStatus(StrEnum):
    """Whether a person has a DMP."""

    ACTIVE = "actif"
    CLOSED = "ferme"
    ABSENT = "absent"


class Authorisation(StrEnum):
    """What the caller may expect; only ``VALIDE`` is a public code."""

    VALID = "VALIDE"
    BLOCKED = "INTERDITE"
    EXPIRED = "EXPIREE"
    NONE = "INEXISTANTE"


TAG_CLOSED, TAG_ABSENT = "dmp-ferme", "dmp-absent"
TAG_UNAUTHORISED, TAG_BLOCKED = "dmp-non-autorise", "dmp-bloque-titulaire"
TAG_OPPOSED, TAG_FEED_OPPOSED = "opposition", "opposition-alimentation"
