"""What the user tells of his bills: the markers that the checks of the ApCV service read.

Source: docs/sources/apcv.md#fse. Nothing of an invoice is looked at: the software says that it made one, and how. Knows
nothing.
"""

from __future__ import annotations

__all__ = ["CONTEXT", "FSE", "MARKERS", "WITHOUT", "WITH_APCV"]

FSE = "FSE émise"
WITH_APCV = "apcv"
"""The member of its detail that says whether it was made with ApCV: « oui », « non »."""
CONTEXT = "contexte"
"""The member of its detail that names the context."""
WITHOUT = "non"

MARKERS = {FSE: "le numéro de la FSE ; détail : apcv (oui ou non), contexte (son identifiant, si oui)"}
"""Name of a marker → its subject. Accents, case and punctuation do not count."""
