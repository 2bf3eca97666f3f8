"""Which values the service accepts in a request: refused, never normalised.

Source: docs/sources/insi.md#traits (medium), #recherche-par-carte-vitale (the same date; its other formats are those
of the schema of COUVERTURE), #idam (high). The rules themselves are data (``codes``).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from insi_mock.codes import CARD_FIELDS, ERRORS, FIELDS, PUBLISHED_IDAM, REFUSED_IDAM_PREFIX, Field
from insi_mock.domain.cards import CardRequest
from insi_mock.domain.mending import proposed
from insi_mock.domain.values import Stray, Traits
from lgo_sandbox.watch.refusals import Refused

__all__ = ["BrokenRule", "broken_card_rules", "broken_rules", "check_idam", "check_rules"]

_IDAM_LENGTH = 12
_IDAM = re.compile(f"[0-9A-Za-z]{{{_IDAM_LENGTH}}}")
_MATRICULES = ("individual", "holder")
_WHERE_IDAM = "ContexteLPS/LPS/IDAM"


@dataclass(frozen=True, slots=True)
class BrokenRule:
    """A value that the service does not accept: the element, its value ("" when missing), what is wrong with it.

    ``code`` is the error that refuses it. ``received``, ``expected`` and ``remedy`` are for people.
    """

    element: str
    value: str
    what: str
    code: str
    received: str
    expected: str
    remedy: str


def broken_rules(traits: Traits, strays: Sequence[Stray] = ()) -> list[BrokenRule]:
    """Return every format rule that the traits break, in the order of the fields; ``strays`` may explain why."""
    return _broken(traits, FIELDS, strays)


def broken_card_rules(request: CardRequest, strays: Sequence[Stray] = ()) -> list[BrokenRule]:
    """Return every format rule that a request by card breaks; one matricule at least is wanted."""
    none = [] if request.individual or request.holder else [_missing(CARD_FIELDS[0], "insi_simule_matricule", strays)]
    return [*none, *_broken(request, CARD_FIELDS, strays)]


def _broken(value: Any, fields: Sequence[Field], strays: Sequence[Stray]) -> list[BrokenRule]:
    return [rule for field in fields for rule in _broken_by(field, getattr(value, field.name), strays)]


def _broken_by(field: Field, value: str, strays: Sequence[Stray]) -> Iterable[BrokenRule]:
    if not value:
        return [_missing(field, field.missing, strays)] if field.missing else []
    found = _forbidden(field, value)
    if not found:
        return []
    remedy = _remedy(field, value)
    return [BrokenRule(field.element, value, " et ".join(found), field.malformed, value, field.expected, remedy)]


def _forbidden(field: Field, value: str) -> list[str]:
    return [rule.what for rule in field.forbidden if rule.pattern.search(value)]


def _remedy(field: Field, value: str) -> str:
    """Return the sentence that names the right value where one alone is likely, else that of the error."""
    right = proposed(field.name, value)
    if right and right != value and not _forbidden(field, right) and field.name in _MATRICULES:
        return f"Envoyez « {right[:13]} » dans NumIdentifiant et « {right[13:]} » dans Cle, dans {field.element}."
    if right and right != value and not _forbidden(field, right):
        return f"Envoyez « {right} » dans {field.element}, à la place de « {value} »."
    return ERRORS[field.malformed].remedy


def _missing(field: Field, code: str, strays: Sequence[Stray]) -> BrokenRule:
    near = next((stray for stray in strays if stray.like == field.element), None)
    received, remedy = _seen_as(near) if near else ("absent", field.fill)
    return BrokenRule(field.element, "", "une valeur absente", code, received, field.expected, remedy)


def _seen_as(near: Stray) -> tuple[str, str]:
    """Return how a missing element was seen nevertheless, and how to mend that."""
    if near.wanted and near.wanted != near.namespace:
        received = f"{near.name} dans {namespace_for_people(near.namespace)}"
        return received, f'Déclarez xmlns="{near.wanted}" sur {near.parent}, ou sur chacun de ses éléments.'
    return near.name, f"Écrivez l'élément {near.like}, à la place de {near.name}."


def namespace_for_people(namespace: str) -> str:
    """Return a namespace as people are told it."""
    return f"l'espace de noms « {namespace} »" if namespace else "aucun espace de noms"


def check_rules(broken: Iterable[BrokenRule]) -> None:
    """Raise Refused on the first value that is missing or malformed."""
    for rule in broken:
        raise Refused(rule.code, received=rule.received, expected=rule.expected, where=rule.element, remedy=rule.remedy)


def check_idam(idam: str, taken: str, strays: Sequence[Stray] = ()) -> None:
    """Raise Refused for an authorisation number that is not known; ``strays`` may explain why none was read.

    ``taken`` ``yes``: any twelve alphanumerics, not the refused prefix; ``no``: only the published one; ``free``: any
    number at all, not the refused prefix.
    """
    if idam and _KNOWN_IDAMS[taken](idam):
        return
    near = next((stray for stray in strays if stray.like in ("IDAM", "LPS")), None)
    received, remedy = idam or "absent", ""
    if not idam and near is not None:
        received, remedy = _seen_as(near)
    elif idam != idam.strip() and _KNOWN_IDAMS[taken](idam.strip()):
        received, remedy = f"« {idam} », avec des espaces", f"Envoyez « {idam.strip()} », sans espace, dans IDAM."
    expected = _idam_expected(idam, taken)
    raise Refused("desir_550", received=received, expected=expected, where=_WHERE_IDAM, remedy=remedy)


def _is_not_refused(idam: str) -> bool:
    return not idam.startswith(REFUSED_IDAM_PREFIX)


_KNOWN_IDAMS: Mapping[str, Callable[[str], bool]] = {
    "yes": lambda idam: bool(_IDAM.fullmatch(idam)) and _is_not_refused(idam),
    "no": lambda idam: idam == PUBLISHED_IDAM,
    "free": _is_not_refused,
}


def _idam_expected(idam: str, taken: str) -> str:
    if taken == "no":
        return f"{PUBLISHED_IDAM}, le seul que l'option insi.any_idam à « no » laisse passer"
    if idam and not _is_not_refused(idam):
        return f"un numéro qui ne commence pas par {REFUSED_IDAM_PREFIX}, préfixe des numéros inconnus"
    counted = f", et non {len(idam)}" if idam and len(idam) != _IDAM_LENGTH else ""
    return f"douze lettres ou chiffres{counted} (l'option insi.any_idam à « free » laisse passer toute valeur)"
