"""Whom a carte Vitale covers, as the application on a phone tells it: identities, rights, the complementary insurance.

Source: docs/sources/apcv.md#donnees (what is told: medium; how: ours), #ins (certified NIR), #age. Knows codes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from apcv_mock.codes import COMMON, MINIMUM_AGE, Coverage

__all__ = ["Beneficiary", "Complementary", "Persona", "Right", "certified_of", "may_hold", "rights_on"]


@dataclass(frozen=True, slots=True)
class Right:
    """One right of the compulsory insurance: ``end`` empty for one without end. Dates are ``AAAA-MM-JJ``."""

    coverage: Coverage
    start: str
    end: str = ""


@dataclass(frozen=True, slots=True)
class Complementary:
    """The contract of a complementary insurer: its number, its name, the end of the contract."""

    number: str
    name: str
    end: str


@dataclass(frozen=True, slots=True)
class Beneficiary:
    """A person whom the card covers. ``matricule`` is 15 characters; ``certified_on`` is empty without certified INS.

    ``rank`` is the order among twins; ``quality`` a code of QUALITIES.
    """

    matricule: str
    birth_name: str
    first_names: tuple[str, ...]
    sex: str
    birth_date: str
    birth_place: str
    quality: str = "0"
    rank: str = "1"
    used_name: str = ""
    certified_on: str = "2022-01-10"
    rights: tuple[Right, ...] = (Right(COMMON, "2020-01-01"),)
    complementary: Complementary | None = None


@dataclass(frozen=True, slots=True)
class Persona:
    """Somebody with a phone: ``insured`` is the 15-character number of the assuré, ``holder`` who holds the phone.

    ``situation`` is a French title, ``story`` one French sentence for whoever plays the patient.
    """

    id: str
    situation: str
    story: str
    insured: str
    holder: Beneficiary
    others: tuple[Beneficiary, ...] = ()

    @property
    def covered(self) -> tuple[Beneficiary, ...]:
        """Everybody whom the phone tells of, its holder first."""
        return (self.holder, *self.others)

    @property
    def name(self) -> str:
        """First name and name, for people."""
        return f"{self.holder.first_names[0]} {self.holder.used_name or self.holder.birth_name}"


def certified_of(person: Beneficiary) -> str:
    """Return the certified NIR with its key, empty for whose INS is not certified."""
    return person.matricule if person.certified_on else ""


def rights_on(person: Beneficiary, day: date) -> Sequence[Right]:
    """Return the rights that are in force on a day."""
    now = day.isoformat()
    return [right for right in person.rights if right.start <= now and (not right.end or now <= right.end)]


def may_hold(person: Beneficiary, day: date) -> bool:
    """Tell whether a person is old enough on a day, and has the number, to have the application."""
    if not person.matricule:
        return False
    year, month, day_of_birth = (int(part) for part in person.birth_date.split("-"))
    had_birthday = (day.month, day.day) >= (month, day_of_birth)
    return day.year - year - (not had_birthday) >= MINIMUM_AGE
