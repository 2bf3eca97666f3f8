"""Which value would be right in the place of a malformed one: what a remedy advises, when it can be told.

Source: docs/sources/insi.md#traits, #date-de-naissance. A proposal is only made where one value alone is likely: the
service itself normalises nothing. Knows no rule: whoever proposes asks ``formats`` whether the proposal is good.
"""

from __future__ import annotations

import re
import unicodedata

__all__ = ["proposed"]

_LIGATURES = str.maketrans({"Œ": "OE", "œ": "OE", "Æ": "AE", "æ": "AE", "ß": "SS", "’": "'", "ʼ": "'", "_": " "})
_SEXES = {"M": "M", "H": "M", "HOMME": "M", "MASCULIN": "M", "1": "M", "F": "F", "FEMME": "F", "FEMININ": "F", "2": "F"}
_FRENCH_DATE = re.compile(r"\s*([0-9]{1,2})[/.-]([0-9]{1,2})[/.-]([0-9]{4})\s*", re.ASCII)
_LOOSE_DATE = re.compile(r"\s*([0-9]{4})[/.-]?([0-9]{1,2})[/.-]?([0-9]{1,2})(?:T.*)?\s*", re.ASCII)


def proposed(field: str, value: str) -> str:
    """Return the value that was meant in a field of that name, "" when it cannot be told."""
    return _PROPOSALS[field](value) if field in _PROPOSALS else ""


def _letters(value: str) -> str:
    plain = unicodedata.normalize("NFD", value.translate(_LIGATURES)).encode("ascii", "ignore").decode().upper()
    kept = re.sub("[^A-Z' -]", " ", plain)
    kept = re.sub(r"\s*'[\s']*", "'", kept)
    return re.sub("-{2,}", "-", re.sub(r"\s+", " ", kept)).strip(" -")


def _first_names(value: str) -> str:
    return _letters(value).strip(" '-")


def _sex(value: str) -> str:
    return _SEXES.get(_letters(value) or value.strip(), "")


def _date(value: str) -> str:
    if found := _FRENCH_DATE.fullmatch(value):
        day, month, year = found.groups()
    elif found := _LOOSE_DATE.fullmatch(value):
        year, month, day = found.groups()
    else:
        return ""
    return f"{year}-{month:0>2}-{day:0>2}"


def _code(value: str) -> str:
    return re.sub(r"[\s.-]", "", value).upper()


def _matricule(value: str) -> str:
    """Return a matricule without what separates its digits, nor its key a second time."""
    digits = _code(value)
    return digits[:15] if digits[15:] == digits[13:15] else digits


_PROPOSALS = {
    "birth_name": _letters,
    "first_names": _first_names,
    "sex": _sex,
    "birth_date": _date,
    "birth_place": _code,
    "individual": _matricule,
    "holder": _matricule,
}
