"""What the user tells of his patients' choices and of his own gestures: the markers that the checks of the DMP read.

Source: docs/sources/requirements.md#dmp-consentement; docs/sources/dmp.md#gestes. Knows nothing.
"""

from __future__ import annotations

__all__ = [
    "AGREED",
    "BLOCKED",
    "DELETION",
    "FEED_OPPOSED",
    "HISTORY",
    "IDENTITIES",
    "IMPORTED",
    "LIFTED",
    "LOGGED_IN",
    "MARKERS",
    "OPENED",
    "OPPOSED",
    "QUALIFIED",
    "READING_OPPOSED",
    "SEARCHED",
    "UNBLOCKED",
    "VALIDATED",
]

OPPOSED = "patient opposé"
READING_OPPOSED = "opposition à la consultation"
FEED_OPPOSED = "opposition à l'alimentation"
LIFTED = "opposition levée"
AGREED = "accord du patient"
OPENED = "dossier ouvert"
SEARCHED = "recherche multicritère"
VALIDATED = "document validé"
BLOCKED, UNBLOCKED = "envoi bloqué", "envoi débloqué"
DELETION = "suppression demandée"
LOGGED_IN = "utilisateur connecté"
HISTORY = "reprise d'historique"
IMPORTED = "document importé"
QUALIFIED = "identité qualifiée"
IDENTITIES = ("identité provisoire", "identité récupérée", "identité validée", QUALIFIED)
"""The markers of identity that the flows of an INS read, too; of a patient the last one is in force."""

_PATIENT, _DOCUMENT = "le matricule", "l'uniqueId du document"
MARKERS = {
    **dict.fromkeys((OPPOSED, READING_OPPOSED, FEED_OPPOSED, LIFTED, AGREED, OPENED, SEARCHED), _PATIENT),
    **dict.fromkeys((VALIDATED, BLOCKED, UNBLOCKED, DELETION, IMPORTED), _DOCUMENT),
    LOGGED_IN: "l'identifiant national de l'utilisateur",
    HISTORY: "aucun",
}
"""Name of a marker → its subject. The last one of a kind about a subject is in force; the first opposes to both."""
