"""Generated professionals, situations, structures, activities and equipments: computed from an index, never stored.

Each attribute of an entry is a cycle over its index (family names turn every 900, given names every 127, trades every
101…); lengths share no divisor, so all combinations come up, and 100 000 people have 100 000 addresses. That makes
both ways arithmetic: from an index to its entry, and from a value to the entries that have it (``matching``). Nothing
is built at the start, nothing kept but a few short lists. Source: own choice. Knows no search and no form.

Entries stand in *blocks*: within one, an attribute of a given period repeats. People are one block; situations two
(the first of everybody, the second of one in seventeen); structures a block for each kind.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property

from health_documents.identifiers import luhn_is_valid
from mss_mock.codes import BoxKind
from mss_mock.directory import tables
from mss_mock.directory.crowd_care import CARES, EQUIPMENTS, Cares, activity_id, equipment_id
from mss_mock.directory.crowd_sites import BOXES, INACTIVE, INACTIVE_AT, Block, keyed, site_id, site_number
from mss_mock.directory.records import NIGHTS, Box, Code, Entry, Identifier, Person, Situation
from mss_mock.directory.vocabulary import CLASSES, FAMILIES, GIVEN, REGIONS, Trade

__all__ = ["DOMAINS", "PERSONAL_BOXES", "ROLE_BOXES", "SIZES", "TRADES", "Crowd", "crowd_of"]

SIZES = (0, 1_000, 100_000)
"""How many generated professionals there may be; structures are three for ten of them."""

TRADES, SECOND, DOMAINS = 101, 17, 13
"""Cycles: trades, who has a second situation, which domain."""
SECOND_AT = 5
PERSONAL_BOXES, ROLE_BOXES = frozenset(range(6)), frozenset({6, 7, 8})
"""In the cycle of mailboxes: personal ones, ones of a situation; nine and ten have none."""


@dataclass(frozen=True, slots=True)
class _Class:
    """A trade and the numbers of its holders in the cycle of trades."""

    trade: Trade
    first: int


@cache
def _classes() -> tuple[_Class, ...]:
    """Return, for each number in the cycle of trades, whose it is."""
    found: list[_Class] = []
    for trade in CLASSES:
        found += [_Class(trade, len(found))] * trade.share
    return tuple(found)


def _person_id(index: int) -> str:
    return f"003-{5_000_000 + index}-{7_000_000 + index}"


class Crowd(Cares):
    """The generated entries of a directory of so many professionals (one of SIZES)."""

    def __init__(self, size: int) -> None:
        super().__init__(size)
        self.seconds = max((size - SECOND_AT + SECOND - 1) // SECOND, 0)

    @cached_property
    def blocks(self) -> dict[str, tuple[Block, ...]]:
        """The blocks of each resource type."""
        hospitals, homes = self.kinds["hopital"].count, self.kinds["ehpad"].count
        return {
            "Practitioner": (Block(0, self.size),),
            "PractitionerRole": (Block(0, self.size), Block(self.size, self.seconds)),
            "Organization": tuple(self.kinds.values()),
            "HealthcareService": (Block(0, hospitals * CARES), Block(hospitals * CARES, homes)),
            "Device": (Block(0, hospitals * EQUIPMENTS),),
        }

    def count(self, kind: str) -> int:
        """Return how many generated entries a resource type has."""
        return sum(block.count for block in self.blocks[kind])

    def entry(self, kind: str, index: int) -> Entry:
        """Return one entry."""
        match kind:
            case "Practitioner":
                return self.person(index)
            case "PractitionerRole":
                return self.situation(index)
            case "Organization":
                return self.site(index)
            case "HealthcareService":
                return self.activity(index)
            case _:
                return self.equipment(index)

    # People

    @staticmethod
    def rpps(index: int) -> str:
        """Return a number of the series 9971…, whose keys are right; reference people have 9970…"""
        return keyed(f"9971{index:06d}")

    def index_of_rpps(self, rpps: str) -> int | None:
        """Return the index of a number, None when it is nobody's."""
        if not (len(rpps) == 11 and rpps.startswith("9971") and luhn_is_valid(rpps)):
            return None
        index = int(rpps[4:10])
        return index if index < self.size else None

    @staticmethod
    def card(index: int) -> str:
        """Return the number of a card."""
        return f"29{index:08d}"

    @cached_property
    def _cards(self) -> str:
        """All numbers of cards, a line each."""
        return "\n".join(["", *map(self.card, range(self.size)), ""])

    def carded(self, number: str, modifier: str) -> Iterator[int]:
        """Yield who has a card whose number begins so, is it (``exact``) or holds it (``contains``)."""
        if not (number.isascii() and number.isdigit()):
            return
        wanted = {"": f"\n{number}", "exact": f"\n{number}\n", "contains": number}[modifier]
        text, width = self._cards, len(self.card(0)) + 1
        at = text.find(wanted)
        while at >= 0:
            index = at // width if wanted.startswith("\n") else (at - 1) // width
            if self.trade(index).diploma:
                yield index
            at = text.find(wanted, (index + 1) * width)

    @staticmethod
    def active(index: int) -> bool:
        """Tell whether somebody still exercises."""
        return index % INACTIVE != INACTIVE_AT

    @staticmethod
    def trade(index: int) -> Trade:
        """Return what somebody is."""
        return _classes()[index % TRADES].trade

    @staticmethod
    def local_part(index: int) -> tuple[str, str]:
        """Return the two halves of the local part of somebody's addresses: a dot comes between them."""
        return GIVEN[index % len(GIVEN)].local, FAMILIES[index % len(FAMILIES)].lower()

    def domain(self, index: int, *, of_situation: bool) -> str:
        """Return the domain of somebody's mailbox; a situation's is often that of a region."""
        turn = index % DOMAINS
        name = REGIONS[turn] if of_situation and turn >= 5 else self.trade(index).domain
        return f"{name}.mssante.fr"

    def _box(self, index: int, *, of_situation: bool) -> tuple[Box, ...]:
        if index % BOXES not in (ROLE_BOXES if of_situation else PERSONAL_BOXES):
            return ()
        local = ".".join(self.local_part(index))
        return (Box(f"{local}@{self.domain(index, of_situation=of_situation)}", BoxKind.PERSON),)

    def person(self, index: int) -> Person:
        """Return a professional."""
        rpps, trade, given = self.rpps(index), self.trade(index), GIVEN[index % len(GIVEN)]
        return Person(
            id=_person_id(index),
            identifiers=(Identifier("IDNPS", tables.IDNPS, "8" + rpps), Identifier("RPPS", tables.RPPS, rpps)),
            active=self.active(index),
            night=index % NIGHTS,
            national_id="8" + rpps,
            civility=given.civility,
            title=trade.title,
            family=FAMILIES[index % len(FAMILIES)],
            given=(given.name,),
            qualifications=_qualifications(trade),
            card=self.card(index) if trade.diploma else "",
            boxes=self._box(index, of_situation=False),
            label=trade.label,
        )

    # Situations

    def holder(self, index: int) -> int:
        """Return the index of the professional of a situation."""
        return index if index < self.size else SECOND_AT + SECOND * (index - self.size)

    def site_of(self, index: int) -> int:
        """Return the index of the structure of a situation: those of one kind in turn."""
        person = self.holder(index)
        own = _classes()[person % TRADES]
        block = self.kinds[own.trade.kind]
        rank = person // TRADES * own.trade.share + person % TRADES - own.first
        shift = block.count // 2 if index >= self.size else 0
        return block.start + (rank + shift) % block.count

    def situation(self, index: int) -> Situation:
        """Return a situation of exercise."""
        person, active = self.holder(index), self.active(self.holder(index))
        second = index >= self.size
        return Situation(
            id=self.identity("PractitionerRole", index),
            identifiers=(Identifier("", tables.RPPS, f"{1_100_000_000 + index}"),),
            active=active,
            night=person % NIGHTS,
            person=_person_id(person),
            site=site_id(self.site_of(index)),
            codes=_situation_codes(self.trade(person)),
            boxes=() if second else self._box(person, of_situation=True),
        )

    def situations_of(self, person: int) -> Iterator[int]:
        """Yield the situations of a professional."""
        yield person
        if person % SECOND == SECOND_AT:
            yield self.size + person // SECOND

    def situations_at(self, site: int) -> Iterator[int]:
        """Yield the situations at a structure: the way back of ``site_of``."""
        kind, block = self._kind_at(site)
        for own in dict.fromkeys(_classes()):
            if own.trade.kind != kind.key:
                continue
            yield from self._turns(own, site - block.start, block.count)
            for person in self._turns(own, (site - block.start - block.count // 2) % block.count, block.count):
                if person % SECOND == SECOND_AT:
                    yield self.size + person // SECOND

    def _turns(self, own: _Class, first: int, step: int) -> Iterator[int]:
        """Yield the active holders of a trade whose rank among them is ``first``, then each ``step`` further."""
        share = own.trade.share
        for rank in range(first, (self.size // TRADES + 1) * share, step):
            person = rank // share * TRADES + own.first + rank % share
            if person < self.size and self.active(person):
                yield person

    # From an id or a number

    def index_of_id(self, kind: str, identity: str) -> int | None:
        """Return the index of a technical id, None when it is nobody's."""
        bases = {"Practitioner": 5_000_000, "PractitionerRole": 3_000_000, "Organization": 2_000_000}
        base = {**bases, "HealthcareService": 1_000_000, "Device": 4_000_000}[kind]
        parts = identity.split("-")
        if len(parts) < 2 or not (parts[1].isascii() and parts[1].isdigit()) or len(parts[1]) > 7:
            return None
        index = int(parts[1]) - base
        return index if 0 <= index < self.count(kind) and self.identity(kind, index) == identity else None

    def identity(self, kind: str, index: int) -> str:
        """Return the technical id of an entry, without making the entry."""
        match kind:
            case "Practitioner":
                return _person_id(index)
            case "PractitionerRole":
                return f"005-{3_000_000 + index}-{8_000_000 + self.holder(index)}"
            case "Organization":
                return site_id(index)
            case "HealthcareService":
                cares = self.kinds["hopital"].count * CARES
                return activity_id(index, cares)
            case _:
                return equipment_id(index)

    def numbered(self, kind: str, number: str) -> list[int]:
        """Return the entries of which one identifier has this value."""
        candidates = [self._index_in(kind, number)]
        return [
            index
            for index in candidates
            if index is not None
            and 0 <= index < self.count(kind)
            and any(one.value == number for one in self.entry(kind, index).identifiers)
        ]

    def _index_in(self, kind: str, number: str) -> int | None:
        """Return the only index that an identifier may belong to, by its form."""
        if kind == "Practitioner":
            return self.index_of_rpps(number[1:] if len(number) == 12 else number)
        digits = number if number.isascii() and number.isdigit() else ""
        if kind == "PractitionerRole":
            return int(digits) - 1_100_000_000 if len(digits) == 10 else None
        if kind == "Organization":
            return site_number(number)
        last = number.rpartition("-")[2]
        base = 40_000 if kind == "HealthcareService" else 60_000
        return int(last) - base if last.isascii() and last.isdigit() and len(last) < 9 else None


@cache
def _qualifications(trade: Trade) -> tuple[tuple[Code, ...], ...]:
    found: list[tuple[Code, ...]] = []
    if trade.diploma:
        found.append((Code(tables.DIPLOMA, trade.diploma), Code(tables.DIPLOMA_TYPE, "DE")))
    if trade.profession:
        found.append((Code(tables.PROFESSION, trade.profession), Code(tables.CATEGORY, "C")))
    if trade.skill:
        found.append((Code(tables.SPECIALTY, trade.skill), Code(tables.SKILL_TYPE, "S")))
    return tuple(found)


@cache
def _situation_codes(trade: Trade) -> tuple[Code, ...]:
    found = (
        (tables.PROFESSION, trade.profession),
        (tables.ACTIVITY_KIND, "GENR01"),
        (tables.EXERCISE_MODE, trade.mode),
        (tables.FUNCTION, trade.function),
        (tables.CARE_ROLE, trade.care_role),
        (tables.SECTION, trade.section),
    )
    return tuple(Code(table, code) for table, code in found if code)


@cache
def crowd_of(size: int) -> Crowd:
    """Return the crowd of a size."""
    return Crowd(size)
