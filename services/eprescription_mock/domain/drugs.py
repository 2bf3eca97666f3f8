"""The medicines of the extract, found by the codes of a line.

Source: docs/sources/eprescription.md#cip13. Knows no rule.
"""

from __future__ import annotations

from eprescription_mock.domain.values import Line
from health_documents.codes.drugs import Drug, drug, drug_of_cip13

__all__ = ["drug_of_line", "known_drug"]


def known_drug(*, cis: str = "", cip13: str = "") -> Drug | None:
    """Return the medicine of the extract with this CIP13 or CIS, None when it has it not."""
    try:
        return drug_of_cip13(cip13) if cip13 else drug(cis)
    except KeyError:
        return None


def drug_of_line(line: Line) -> Drug | None:
    """Return the medicine that a line prescribes, None when the extract has it not."""
    return known_drug(cis=line.cis, cip13=line.cip13)
