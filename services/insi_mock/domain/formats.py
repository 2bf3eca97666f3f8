"""Which values the service accepts in a request: refused, never normalised.

Source: specs/insi.md §1.4 (traits, medium; the search by card has the same date, its other formats are those of the
schema of COUVERTURE §1.3). The rules themselves are data (``codes``).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from insi_mock.codes import CARD_FIELDS, FIELDS, PUBLISHED_IDAM, REFUSED_IDAM_PREFIX, Field
from insi_mock.domain.cards import CardRequest
from insi_mock.domain.values import Refused, Traits

__all__ = ["BrokenRule", "broken_card_rules", "broken_rules", "check_card_request", "check_idam", "check_traits"]

_IDAM = re.compile("[0-9A-Za-z]{12}")
_EXPECTED = "les formats du guide INSi"


@dataclass(frozen=True, slots=True)
class BrokenRule:
    """A value that the service does not accept: the element, its value, what is wrong with it, the error."""

    element: str
    value: str
    what: str
    code: str


def broken_rules(traits: Traits) -> list[BrokenRule]:
    """Return every format rule that the traits break, in the order of the fields."""
    return _broken(traits, FIELDS)


def broken_card_rules(request: CardRequest) -> list[BrokenRule]:
    """Return every format rule that a request by card breaks; one matricule at least is wanted."""
    none = [] if request.individual or request.holder else [_missing(CARD_FIELDS[0], "insi_simule_matricule")]
    return [*none, *_broken(request, CARD_FIELDS)]


def _broken(value: Any, fields: Sequence[Field]) -> list[BrokenRule]:
    return [rule for field in fields for rule in _broken_by(field, getattr(value, field.name))]


def _broken_by(field: Field, value: str) -> Iterable[BrokenRule]:
    if not value:
        return [_missing(field, field.missing)] if field.missing else []
    found = [rule.what for rule in field.forbidden if rule.pattern.search(value)]
    return [BrokenRule(field.element, value, what, field.malformed) for what in found]


def _missing(field: Field, code: str) -> BrokenRule:
    return BrokenRule(field.element, "", "une valeur absente", code)


def check_traits(traits: Traits) -> None:
    """Raise Refused on the first trait that is missing or malformed."""
    _check(broken_rules(traits))


def check_card_request(request: CardRequest) -> None:
    """Raise Refused on the first value of a request by card that is missing or malformed."""
    _check(broken_card_rules(request))


def _check(broken: Iterable[BrokenRule]) -> None:
    for rule in broken:
        raise Refused(rule.code, f"{rule.element} « {rule.value} » : {rule.what}", _EXPECTED)


def check_idam(idam: str, *, any_idam: bool) -> None:
    """Raise Refused for an authorisation number that is not known: twelve alphanumerics, not the refused prefix.

    Without ``any_idam`` only the published one is known.
    """
    well_formed = _IDAM.fullmatch(idam) and not idam.startswith(REFUSED_IDAM_PREFIX)
    if not (well_formed if any_idam else idam == PUBLISHED_IDAM):
        raise Refused("desir_550", f"IDAM « {idam} »", f"le numéro d'autorisation {PUBLISHED_IDAM}")
