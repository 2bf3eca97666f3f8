"""Codes and titles of laboratory reports (CR-BIO): chapters, interpretations of results.

Source: specs/cda.md §6.7; labels are those of the ANS value set ``ObservationInterpretation``; confidence high. Knows
no behaviour.
"""

from __future__ import annotations

from types import MappingProxyType

from health_documents import oids
from health_documents.values.document import Code

__all__ = ["BIOCHEMISTRY", "BIOLOGY_REPORT", "BIOLOGY_TITLE", "CRITICAL", "INTERPRETATIONS", "MODEL_VERSION"]

MODEL_VERSION = "2024.01"
BIOLOGY_REPORT = "11502-2"
BIOLOGY_TITLE = "Compte rendu d'examens biologiques"
"""The title is fixed."""

BIOCHEMISTRY = Code("18719-5", "Biochimie", oids.LOINC)

INTERPRETATIONS = MappingProxyType(
    {
        code: Code(code, label, oids.INTERPRETATION)
        for code, label in {
            "N": "Normal",
            "H": "Anormalement haut",
            "L": "Anormalement bas",
            "HH": "Très anormalement haut, alerte",
            "LL": "Très anormalement bas, alerte",
        }.items()
    }
)
"""How a result stands to its reference range; ``HH`` and ``LL``: beyond its critical limits."""

CRITICAL = frozenset({"HH", "LL"})
