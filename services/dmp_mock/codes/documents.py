"""Which documents the DMP itself looks into, and by which rules.

Source: docs/sources/dmp.md#note-de-vaccination (EX_2.1-2035, quoted by a third party; medium). Rules are named by the
ids of ``health_documents``.
"""

from __future__ import annotations

__all__ = ["JUDGED_BY_SERVER", "NOTE_VERSIONS", "VACCINATION_NOTE"]

VACCINATION_NOTE = "87273-9"
NOTE_VERSIONS = frozenset({"2023.01"})
"""The versions of the model that are taken: those of 2021 and 2022 went with the packages 02.07 and 02.08."""

JUDGED_BY_SERVER = ("CDA-VAC-", "CDA-COD-", "CDA-PS-")
"""Beginnings of the ids of the rules that the server judges: cardinalities, code triplets, identifiers of people."""
