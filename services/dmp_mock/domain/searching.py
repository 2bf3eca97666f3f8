"""Whom a search without an INS finds: names without accents or case, the start of a date of birth.

Source: docs/sources/dmp.md#recherche-sans-ins: that the name of birth and the name in use both count is seen (high);
how the real service compares is not public (low).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping

from lgo_sandbox.population.people import Patient

__all__ = ["fits", "plain_name"]

_NO_LETTER = re.compile(r"[^A-Z]+")


def plain_name(text: str) -> str:
    """Return a name in capitals without accents, hyphens and apostrophes."""
    decomposed = unicodedata.normalize("NFKD", text.upper())
    return _NO_LETTER.sub(" ", "".join(c for c in decomposed if not unicodedata.combining(c))).strip()


def fits(patient: Patient, criteria: Mapping[str, str]) -> bool:
    """Tell whether a person is whom the criteria describe; an empty criterion describes everybody."""
    names = {plain_name(patient.birth_name), plain_name(patient.used_name)}
    given = {plain_name(name) for name in (*patient.first_names, patient.used_first_name)}
    told = {name: text for name, text in criteria.items() if text}
    return all(
        (
            "family" not in told or plain_name(told["family"]) in names - {""},
            "given" not in told or plain_name(told["given"]) in given - {""},
            patient.birth_date.replace("-", "").startswith(told.get("birth", "")),
            told.get("sex", patient.sex) == patient.sex,
            plain_name(told.get("city", patient.city)) == plain_name(patient.city),
            told.get("postalCode", patient.postal_code) == patient.postal_code,
        )
    )
