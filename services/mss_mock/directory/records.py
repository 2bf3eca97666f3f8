"""What an entry of the Annuaire Santé is, before any form: a person, a situation of exercise, a structure, and so on.

Source: docs/sources/annuaire.md (guide v2, profiles as-dp 1.2.0: high). Reference people and generated ones are the
same records. Knows no FHIR, no file.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import TypeAlias

from mss_mock.codes import BoxKind

__all__ = [
    "KINDS",
    "Activity",
    "Box",
    "Code",
    "Entry",
    "Equipment",
    "Identifier",
    "Person",
    "Place",
    "Site",
    "Situation",
    "Touched",
    "touched",
]

KINDS = ("Practitioner", "PractitionerRole", "Organization", "HealthcareService", "Device")

NIGHTS = 211
"""A generated entry is updated once in so many nights."""
NIGHT = timedelta(hours=3)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Touched:
    """When an entry was last updated, and how often it has been."""

    at: datetime
    version: int


def touched(slot: int, now: datetime) -> Touched:
    """Return the last update of a generated entry: each night at three (UTC), those of one slot are updated."""
    return _touched((now - NIGHT - _EPOCH).days)[slot]


@lru_cache(maxsize=32)
def _touched(night: int) -> tuple[Touched, ...]:
    """Return the last update of each slot after a night, counted from 1970."""
    lasts = (night - (night - slot) % NIGHTS for slot in range(NIGHTS))
    return tuple(Touched(_EPOCH + timedelta(days=last) + NIGHT, max(last // NIGHTS - 90, 1)) for last in lasts)


@dataclass(frozen=True, slots=True)
class Code:
    """A code of a table (``tables``)."""

    table: str
    code: str


@dataclass(frozen=True, slots=True)
class Identifier:
    """An identifier: kind (fr-core-cs-v2-0203; empty: none), system, value."""

    kind: str
    system: str
    value: str


@dataclass(frozen=True, slots=True)
class Box:
    """An MSSanté mailbox."""

    address: str
    kind: BoxKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Base:
    """What all entries have. ``night`` is the slot of its updates; ``fixed`` replaces them, for reference people."""

    id: str
    identifiers: tuple[Identifier, ...]
    active: bool = True
    source: str = "RPPS"
    night: int = 0
    fixed: Touched | None = None

    def touched(self, now: datetime) -> Touched:
        """Return its last update."""
        return self.fixed or touched(self.night, now)


@dataclass(frozen=True, slots=True, kw_only=True)
class Person(Base):
    """A professional (Practitioner). ``boxes`` are those that hang on nothing but his RPPS."""

    national_id: str
    civility: str
    title: str
    family: str
    given: tuple[str, ...]
    qualifications: tuple[tuple[Code, ...], ...] = ()
    card: str = ""
    boxes: tuple[Box, ...] = ()
    label: str = ""
    """His profession, in French."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation(Base):
    """A situation of exercise (PractitionerRole). ``boxes`` hang on the person and the structure."""

    person: str
    site: str
    codes: tuple[Code, ...] = ()
    boxes: tuple[Box, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """An address: COG, postal code, city, department; the street in its parts."""

    number: str
    street_code: str
    street_label: str
    street: str
    postal_code: str
    city: str
    cog: str = ""
    department: str = ""

    @property
    def line(self) -> str:
        """Number, kind and name of the street."""
        return " ".join(part for part in (self.number, self.street_label, self.street) if part)


@dataclass(frozen=True, slots=True, kw_only=True)
class Site(Base):
    """A structure (Organization). ``parent`` is the id of its *entité juridique*; ``technical_id`` as files have it."""

    name: str
    sector: str
    sector_label: str
    place: Place
    phone: str
    legal: bool = False
    types: tuple[Code, ...] = ()
    parent: str = ""
    email: str = ""
    licence: str = ""
    boxes: tuple[Box, ...] = ()
    technical_id: str = ""

    def identifier(self, system: str, kind: str = "") -> str:
        """Return its identifier of a system (and kind), else nothing."""
        found = (one.value for one in self.identifiers if one.system == system and kind in ("", one.kind))
        return next(found, "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Activity(Base):
    """An authorised activity of care, or a social equipment (HealthcareService)."""

    site: str
    social: bool
    kind: Code
    category: Code | None = None
    characteristic: Code | None = None
    capacity: int = 0
    authorised: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Equipment(Base):
    """A heavy equipment (Device)."""

    site: str
    kind: Code
    maker: str
    serial: str
    authorised: str


Entry: TypeAlias = Person | Situation | Site | Activity | Equipment

TYPES: Mapping[str, type[Entry]] = dict(zip(KINDS, (Person, Situation, Site, Activity, Equipment), strict=True))
"""The record of each resource type."""
