"""What the user tells of his patients' choices: the names of the markers that the checks of the DMP read.

Source: docs/sources/requirements.md#dmp-consentement. Knows nothing.
"""

from __future__ import annotations

__all__ = ["FEED_OPPOSED", "LIFTED", "MARKERS", "OPPOSED", "READING_OPPOSED"]

OPPOSED = "patient opposé"
READING_OPPOSED = "opposition à la consultation"
FEED_OPPOSED = "opposition à l'alimentation"
LIFTED = "opposition levée"

MARKERS = dict.fromkeys((OPPOSED, READING_OPPOSED, FEED_OPPOSED, LIFTED), "le matricule")
"""Name of a marker → its subject. The last one said about a patient is in force; the first opposes to both."""
