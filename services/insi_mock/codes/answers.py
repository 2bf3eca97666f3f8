"""What INSi answers: return codes of a search and of a verification, reasons of a fault.

Source: docs/sources/insi.md#codes-retour (high), #fautes (high), #verification (ours). Knows nothing.
"""

from __future__ import annotations

from enum import StrEnum

__all__ = ["LABELS", "REASONS", "VERIFIED", "ReturnCode"]


class ReturnCode(StrEnum):
    """``CodeCR``: how many identities the traits designate."""

    ONE = "00"
    NONE = "01"
    SEVERAL = "02"


LABELS = {
    ReturnCode.ONE: "OK",
    ReturnCode.NONE: "Aucune identite trouvee",
    ReturnCode.SEVERAL: "Plusieurs identites trouvees",
}
"""``LibelleCR``; the service writes no accents here."""

VERIFIED = {True: (ReturnCode.ONE, "Identite verifiee"), False: (ReturnCode.NONE, "Identite non verifiee")}
"""Outcome of a verification → its return code and label: ours, the real ones are not public."""

REASONS = {
    "siram_10": "La demande comporte une donnée absente ou incorrecte. Corrigez-la avant de renouveler la demande.",
    "siram_40": (
        "Le service est temporairement inaccessible. Veuillez renouveler votre demande ultérieurement. "
        "Si le problème persiste, contactez l'éditeur du progiciel ou votre responsable informatique."
    ),
    "siram_100": (
        "L'accès par ce progiciel au service n'est pas autorisé. "
        "Contactez l'éditeur du progiciel ou votre responsable informatique."
    ),
}
"""Reason of a fault by its subcode; the text of siram_10 is ours (not public)."""
