"""Codes of the HL7v3 messages about a patient (TD0.2, TD1.3a, TD0.5) and the states of a DMP.

Source: docs/sources/dmp.md#test-existence and #hl7v3. ``VALIDE`` is the only public value of AUTORISATION; the other
words are ours (low) and the option ``dmp.authorisation_values`` leaves the line out instead. People's tags: design of
the project.
"""

from __future__ import annotations

from enum import StrEnum

__all__ = [
    "ATTACHED",
    "ATTENTION_AUTHORISATION",
    "ATTENTION_MT",
    "BREAKING_OPPOSED",
    "EMERGENCY_OPPOSED",
    "EMERGENCY_OPPOSED_SOUGHT",
    "FROM_THE_START",
    "INTERNET_ACCOUNT",
    "NO_USED_NAME",
    "OBSERVATIONS",
    "OID_DMP",
    "OID_INS_C",
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

INTERNET_ACCOUNT, ATTACHED = "COMPTE_INTERNET_OUVERT", "RATTACHEMENT_ENS"
BREAKING_OPPOSED, EMERGENCY_OPPOSED = "OPPOSITION_BRIS_DE_GLACE", "OPPOSITION_ACCES_URGENCE"
_STATES = "1.2.250.1.213.4.1.2.3"
OBSERVATIONS = {
    INTERNET_ACCOUNT: ("1.2.250.1.213.4.1.2.9", ""),
    ATTACHED: (_STATES, "information de rattachement du DMP à un ENS"),
    BREAKING_OPPOSED: (_STATES, "opposition au mode bris de glace"),
    EMERGENCY_OPPOSED: (_STATES, "opposition à l'accès au mode urgence"),
}
"""Observation → its code system and label, "" without one."""

EMERGENCY_OPPOSED_SOUGHT = "opposition au mode Urgence"
"""The label of that observation in answers to TD0.5."""

OID_INS_C = "1.2.250.1.213.1.4.2"
NO_USED_NAME = "NON RENSEIGNE"
"""What stands for the name in use of a person who has none."""


FROM_THE_START = "20260101080000"
"""The date of the authorisations that nobody gave: those of the seeds, and of states older than these dates."""


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
TAG_OFFICIAL, TAG_OF_SAMPLES = "officiel", "exemple-officiel"
"""Of a patient; of the professional of the published samples, whom those patients authorise."""
