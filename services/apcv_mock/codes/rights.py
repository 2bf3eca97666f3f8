"""What the rights of a beneficiary are made of: his quality towards the assuré, and the kinds of coverage.

Source: docs/sources/apcv.md#qualites (medium), #donnees (the kinds of coverage that an answer tells are ours, low).
Knows nothing.
"""

from __future__ import annotations

from enum import StrEnum

__all__ = ["ALD", "AT", "COMMON", "CSS", "GENERAL_REGIME", "MINIMUM_AGE", "QUALITIES", "Coverage"]

QUALITIES = {
    "0": "assuré",
    "1": "ascendant, descendant ou collatéral",
    "2": "conjoint",
    "3": "conjoint divorcé",
    "4": "concubin",
    "5": "conjoint séparé",
    "6": "enfant",
    "7": "bénéficiaire hors article 313",
    "8": "conjoint veuf",
    "9": "autre ayant droit",
}
"""Code of a quality → what it means."""

MINIMUM_AGE = 16
"""In years: nobody younger has the application on his own phone (docs/sources/apcv.md#age)."""

GENERAL_REGIME = "01"
"""The régime général, of whom all our personas are."""


class Coverage(StrEnum):
    """What the compulsory insurance covers a beneficiary for: its code in our answers."""

    COMMON = "DROIT_COMMUN"
    ALD = "ALD"
    AT = "AT_MP"
    CSS = "CSS"


COMMON, ALD, AT, CSS = Coverage.COMMON, Coverage.ALD, Coverage.AT, Coverage.CSS
