"""Any number of synthetic people beside the reference patients: computed, never stored.

Person ``i`` and the way back from a matricule or from traits are arithmetic: a birth month and a sex (a *group*) hold
ten thousand numbers (a place and an order, which make the matricule); a modular bijection turns such a number into a
day, a name, a first name. So a crowd of a million costs no memory, no start and the same time to search as one of a
hundred. Source: own choice; form and key of a matricule: specs/insi.md §1.5 and §4 (high). Orders from 900 and places
that no reference patient has: nobody real, no collision. Knows no service and no session.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

from health_documents.identifiers import OID_INS_NIA, OID_INS_NIR, nir_key
from lgo_sandbox.population.crowd_names import FIRST_NAMES, NAME_ENDS, NAME_STARTS, PLACES
from lgo_sandbox.population.people import Patient

__all__ = ["CAPACITY", "Crowd"]

SEXES = "MF"
FIRST_YEAR, YEARS = 1930, 90
GROUPS = len(SEXES) * YEARS * 12
FIRST_ORDER, ORDERS = 900, 100
NUMBERS = len(PLACES) * ORDERS
"""Of one group: a place and an order each."""
CAPACITY = GROUPS * NUMBERS

NAMES = tuple(start + end for start, end in product(NAME_STARTS, NAME_ENDS))
NAME_INDEX = {name: index for index, name in enumerate(NAMES)}
PLACE_INDEX = {place: index for index, place in enumerate(PLACES)}
DAYS = 28
CHOICES = len(FIRST_NAMES["M"])
HOMONYM_EVERY = 500
"""The last of so many numbers of a group has the traits of the one before: only the birth place tells them apart."""
TRAITS = DAYS * len(NAMES) * CHOICES

GROUP_STEP = 7919
NUMBER_STEP = 1_299_709
GROUP_OFFSET = 2_750_159
"""Primes that divide neither GROUPS nor TRAITS: multiplying by them is a bijection."""
GROUP_BACK = pow(GROUP_STEP, -1, GROUPS)
NUMBER_BACK = pow(NUMBER_STEP, -1, TRAITS)


class Crowd:
    """The first ``size`` people of a fixed sequence. Raises ValueError for a size below 0 or above CAPACITY."""

    def __init__(self, size: int) -> None:
        if not 0 <= size <= CAPACITY:
            raise ValueError(f"a crowd has 0 to {CAPACITY} people, not {size}")
        self.size = size

    def person(self, index: int) -> Patient:
        """Return one person; IndexError outside the crowd."""
        if not 0 <= index < self.size:
            raise IndexError(index)
        number, group = divmod(index, GROUPS)
        return _person(index, group * GROUP_STEP % GROUPS, number)

    def having(self, birth_name: str, sex: str, birth_date: str) -> list[Patient]:
        """Return the people with this birth name, sex and birth date (``AAAA-MM-JJ``)."""
        group, day, name = _group_of(sex, birth_date), birth_date[8:], NAME_INDEX.get(birth_name)
        if group is None or name is None or not (day.isdecimal() and 1 <= int(day) <= DAYS):
            return []
        found = (self._index(group, number) for number in _numbers(group, int(day) - 1, name))
        return [self.person(index) for index in found if index < self.size]

    def with_matricule(self, matricule: str) -> Patient | None:
        """Return the person who has this 15-character matricule."""
        place, order = PLACE_INDEX.get(matricule[5:10]), matricule[10:13]
        if len(matricule) != 15 or place is None or not matricule[:5].isdecimal() or not order.isdecimal():
            return None
        year = FIRST_YEAR + (int(matricule[1:3]) - FIRST_YEAR) % 100
        group = _group_of({"1": "M", "2": "F"}.get(matricule[0], ""), f"{year}-{matricule[3:5]}-01")
        rank = int(order) - FIRST_ORDER
        if group is None or rank < 0 or (index := self._index(group, rank * len(PLACES) + place)) >= self.size:
            return None
        found = self.person(index)
        return found if found.matricule == matricule else None

    @staticmethod
    def _index(group: int, number: int) -> int:
        return number * GROUPS + group * GROUP_BACK % GROUPS


def _group_of(sex: str, birth_date: str) -> int | None:
    year, month = birth_date[:4], birth_date[5:7]
    if sex not in tuple(SEXES) or not (year.isdecimal() and month.isdecimal() and 1 <= int(month) <= 12):
        return None
    past = int(year) - FIRST_YEAR
    return (past * 12 + int(month) - 1) * len(SEXES) + SEXES.index(sex) if 0 <= past < YEARS else None


def _numbers(group: int, day: int, name: int) -> Iterator[int]:
    """Yield the numbers of a group whose traits have this day and name, whatever the first names."""
    number = (day + DAYS * name - group * GROUP_OFFSET) * NUMBER_BACK % TRAITS
    step = DAYS * len(NAMES) * NUMBER_BACK % TRAITS
    for _ in range(CHOICES):
        if number < NUMBERS and number % HOMONYM_EVERY != HOMONYM_EVERY - 1:
            yield number
            if (number + 2) % HOMONYM_EVERY == 0:
                yield number + 1
        number = (number + step) % TRAITS


def _person(index: int, group: int, number: int) -> Patient:
    month_number, sex_index = divmod(group, len(SEXES))
    year, month = FIRST_YEAR + month_number // 12, month_number % 12 + 1
    model = number - 1 if (number + 1) % HOMONYM_EVERY == 0 else number
    rest, day = divmod((model * NUMBER_STEP + group * GROUP_OFFSET) % TRAITS, DAYS)
    choice, name = divmod(rest, len(NAMES))
    sex, place, order = SEXES[sex_index], PLACES[number % len(PLACES)], FIRST_ORDER + number // len(PLACES)
    nir = f"{sex_index + 1}{year % 100:02d}{month:02d}{place}{order}"
    waiting = place.startswith("99") and number % 7 == 0
    return Patient(
        id=f"p{index}",
        matricule=nir + nir_key(nir),
        oid=OID_INS_NIA if waiting else OID_INS_NIR,
        birth_name=NAMES[name],
        first_names=_first_names(sex, choice, rest),
        sex=sex,
        birth_date=f"{year}-{month:02d}-{day + 1:02d}",
        birth_place=place,
        story="",
    )


def _first_names(sex: str, first: int, rest: int) -> tuple[str, ...]:
    """Return one to three first names; the later ones follow from the traits, so that they need no place in them."""
    names = FIRST_NAMES[sex]
    others = (rest * 31 + 17) % len(names), (rest * 57 + 5) % len(names)
    chosen = dict.fromkeys((names[first], *(names[other] for other in others[: rest % 3])))
    return tuple(chosen)
