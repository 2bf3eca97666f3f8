"""Which documents the DMP itself looks into, and by which rules.

Source: docs/sources/dmp.md#note-de-vaccination (EX_2.1-2035, quoted by a third party; medium). Rules are named by the
ids of ``health_documents``.
"""

from __future__ import annotations

from types import MappingProxyType

__all__ = ["FORMATS_OF", "JUDGED_BY_SERVER", "NOTE_VERSIONS", "PRESCRIPTION", "VACCINATION_NOTE"]

VACCINATION_NOTE, PRESCRIPTION = "87273-9", "57833-6"
_PDF = "urn:ihe:iti:xds-sd:pdf:2008"
FORMATS_OF = MappingProxyType(
    {
        "56445-0": {_PDF: "N1"},
        "78601-2": {_PDF: "N1"},
        VACCINATION_NOTE: {"urn:asip:ci-sis:vac-note:2021": "N3", _PDF: "N1"},
    }
)
"""typeCode of what a pharmacy writes → formatCode that it may have → level of the CDA (value set J60)."""
NOTE_VERSIONS = frozenset({"2023.01"})
"""The versions of the model that are taken: those of 2021 and 2022 went with the packages 02.07 and 02.08."""

JUDGED_BY_SERVER = ("CDA-VAC-", "CDA-COD-", "CDA-PS-")
"""Beginnings of the ids of the rules that the server judges: cardinalities, code triplets, identifiers of people."""
