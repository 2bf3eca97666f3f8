"""The rules of INSi as pure functions: which traits are acceptable, which identities they designate.

Source: specs/insi.md §1.4 (formats: refused, never normalised; medium) and §4 (search: equality of name, sex and date
high; how first names match low, hence the option). Knows people as values; knows no XML, no HTTP and no store.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from typing import Literal

from insi_mock.codes import FIELDS, PUBLISHED_IDAM, REFUSED_IDAM_PREFIX, Field, ReturnCode
from lgo_sandbox.identifiers import OID_INS_NIA
from lgo_sandbox.people import FormerMatricule

__all__ = [
    "Answer",
    "BrokenRule",
    "Identity",
    "Known",
    "Refused",
    "Run",
    "Traits",
    "broken_rules",
    "check_idam",
    "check_traits",
    "search",
    "with_root",
]

Run = Literal["leading", "any"]
"""Where in the list of first names the asked ones must stand: at its start, or anywhere."""

_SEPARATORS = re.compile("[ '-]+")
_IDAM = re.compile("[0-9A-Za-z]{12}")


class Refused(Exception):
    """The service refuses: ``code`` is a key of ERRORS; the rest tells people why (French)."""

    def __init__(self, code: str, received: str, expected: str) -> None:
        super().__init__(f"{code} : {received}")
        self.code = code
        self.received = received
        self.expected = expected


@dataclass(frozen=True, slots=True)
class Traits:
    """What a client asks with; an absent and an empty element are both "". Several Prenom are joined by a space."""

    birth_name: str = ""
    first_names: str = ""
    sex: str = ""
    birth_date: str = ""
    birth_place: str = ""


@dataclass(frozen=True, slots=True)
class Identity:
    """What the service answers of a person; "" for what it leaves out. ``matricule`` has 15 characters."""

    matricule: str
    oid: str
    birth_name: str
    first_names: tuple[str, ...]
    sex: str
    birth_date: str
    birth_place: str = ""
    history: tuple[FormerMatricule, ...] = ()


@dataclass(frozen=True, slots=True)
class Known:
    """A person the service knows: found by ``key``, told as ``answer``; they differ where an answer is odd."""

    key: Identity
    answer: Identity


@dataclass(frozen=True, slots=True)
class Answer:
    """The outcome of a search; ``identity`` only when exactly one was found."""

    code: ReturnCode
    identity: Identity | None = None


@dataclass(frozen=True, slots=True)
class BrokenRule:
    """A trait that the service does not accept: the element, its value, what is wrong with it, the error."""

    element: str
    value: str
    what: str
    code: str


def broken_rules(traits: Traits) -> list[BrokenRule]:
    """Return every format rule that the traits break, in the order of the fields."""
    values = asdict(traits)
    return [rule for field in FIELDS for rule in _broken_by(field, values[field.name])]


def _broken_by(field: Field, value: str) -> Iterable[BrokenRule]:
    if not value:
        return [BrokenRule(field.element, "", "une valeur absente", field.missing)] if field.missing else []
    found = [rule.what for rule in field.forbidden if rule.pattern.search(value)]
    return [BrokenRule(field.element, value, what, field.malformed) for what in found]


def check_traits(traits: Traits) -> None:
    """Raise Refused on the first trait that is missing or malformed."""
    for rule in broken_rules(traits):
        raise Refused(rule.code, f"{rule.element} « {rule.value} » : {rule.what}", "les formats du guide INSi")


def check_idam(idam: str, *, any_idam: bool) -> None:
    """Raise Refused for an authorisation number that is not known: twelve alphanumerics, not the refused prefix.

    Without ``any_idam`` only the published one is known.
    """
    well_formed = _IDAM.fullmatch(idam) and not idam.startswith(REFUSED_IDAM_PREFIX)
    if not (well_formed if any_idam else idam == PUBLISHED_IDAM):
        raise Refused("desir_550", f"IDAM « {idam} »", f"le numéro d'autorisation {PUBLISHED_IDAM}")


def search(people: Iterable[Known], traits: Traits, run: Run = "leading") -> Answer:
    """Return whom the traits designate among people: nobody, one person, or several."""
    found = [person.answer for person in people if _designates(traits, person.key, run)]
    if len(found) == 1:
        return Answer(ReturnCode.ONE, found[0])
    return Answer(ReturnCode.SEVERAL if found else ReturnCode.NONE)


def _designates(traits: Traits, key: Identity, run: Run) -> bool:
    return (
        (traits.birth_name, traits.sex, traits.birth_date) == (key.birth_name, key.sex, key.birth_date)
        and traits.birth_place in ("", key.birth_place)
        and _is_run(_words(traits.first_names), _words(" ".join(key.first_names)), run)
    )


def _words(names: str) -> list[str]:
    """Cut first names into words; a hyphen and an apostrophe count as a space (RNIV, EXI ID 10)."""
    return [word for word in _SEPARATORS.split(names) if word]


def _is_run(asked: list[str], listed: list[str], run: Run) -> bool:
    starts = range(1 if run == "leading" else len(listed))
    return any(asked == listed[start : start + len(asked)] for start in starts)


def with_root(identity: Identity, nir_root: str) -> Identity:
    """Return an identity whose NIRs have the root that this installation answers with; a NIA keeps its own."""
    history = tuple(replace(former, oid=_root_of(former.oid, nir_root)) for former in identity.history)
    return replace(identity, oid=_root_of(identity.oid, nir_root), history=history)


def _root_of(oid: str, nir_root: str) -> str:
    return oid if oid == OID_INS_NIA else nir_root
