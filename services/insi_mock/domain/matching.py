"""Whom traits designate: nobody, one person, or several.

Source: docs/sources/insi.md#rapprochement (equality of name, sex and date, high; how first names match, low: hence the
strategies, and what each does by default is written in the service's README). The service never guesses by sound or by
likeness.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal

from health_documents.identifiers import OID_INS_NIA
from insi_mock.codes import ReturnCode
from insi_mock.domain.values import Answer, Identity, Known, Traits

__all__ = ["EXACT", "Key", "Run", "Strategy", "is_run", "key_of", "search", "with_root", "words"]

Run = Literal["leading", "any"]
"""Where in the list of first names the asked ones must stand: at its start, or anywhere."""
Key = tuple[str, str, str]
"""Words of the birth name, sex, birth year: what people are looked up by before the strategies decide."""

_SEPARATORS = re.compile("[ '-]+")
UNKNOWN_PART = re.compile("00|2[0-9]|3[0-9]|4[0-2]|[5-9][0-9]")
"""A day or month that the civil registry ignores: 00, or a pseudo-month from 20 on."""


@dataclass(frozen=True, slots=True)
class Strategy:
    """How the asked traits are compared. ``birth_name`` ``separators``: a hyphen and an apostrophe count as a space.

    ``birth_date`` ``completed``: a date of which the registry ignores a part is also found as the RNIV completes it.
    """

    first_names: Run = "leading"
    birth_name: Literal["exact", "separators"] = "exact"
    birth_date: Literal["exact", "completed"] = "exact"


EXACT = Strategy()


def key_of(birth_name: str, sex: str, birth_date: str) -> Key:
    """Return the key under which a person is looked up, whatever the strategy."""
    return " ".join(words(birth_name)), sex, birth_date[:4]


def search(people: Iterable[Known], traits: Traits, strategy: Strategy = EXACT) -> Answer:
    """Return whom the traits designate among people."""
    found = [person.answer for person in people if _designates(traits, person.key, strategy)]
    if len(found) == 1:
        return Answer(ReturnCode.ONE, found[0])
    return Answer(ReturnCode.SEVERAL if found else ReturnCode.NONE)


def _designates(traits: Traits, key: Identity, strategy: Strategy) -> bool:
    return (
        traits.sex == key.sex
        and _same_name(traits.birth_name, key.birth_name, strategy)
        and _same_date(traits.birth_date, key.birth_date, strategy)
        and traits.birth_place in ("", key.birth_place)
        and is_run(words(traits.first_names), words(" ".join(key.first_names)), strategy.first_names)
    )


def _same_name(asked: str, known: str, strategy: Strategy) -> bool:
    return asked == known or (strategy.birth_name == "separators" and words(asked) == words(known))


def _same_date(asked: str, known: str, strategy: Strategy) -> bool:
    return asked == known or (strategy.birth_date == "completed" and asked == completed(known))


def completed(date: str) -> str:
    """Return a date as EXI ID 11 completes it: day unknown 01, month unknown 01, both unknown 31 December."""
    year, month, day = date.split("-")
    month_unknown, day_unknown = UNKNOWN_PART.fullmatch(month), day == "00"
    if month_unknown and day_unknown:
        return f"{year}-12-31"
    return f"{year}-{'01' if month_unknown else month}-{'01' if day_unknown else day}"


def words(names: str) -> list[str]:
    """Cut names into words; a hyphen and an apostrophe count as a space (RNIV, EXI ID 10)."""
    return [word for word in _SEPARATORS.split(names) if word]


def is_run(asked: list[str], listed: list[str], run: Run = "leading") -> bool:
    """Tell whether the asked words stand together in the listed ones."""
    starts = range(1 if run == "leading" else len(listed))
    return any(asked == listed[start : start + len(asked)] for start in starts)


def with_root(identity: Identity, nir_root: str) -> Identity:
    """Return an identity whose NIRs have the root that this installation answers with; a NIA keeps its own."""
    history = tuple(replace(former, oid=_root_of(former.oid, nir_root)) for former in identity.history)
    return replace(identity, oid=_root_of(identity.oid, nir_root), history=history)


def _root_of(oid: str, nir_root: str) -> str:
    return oid if oid == OID_INS_NIA else nir_root
