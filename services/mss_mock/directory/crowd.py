"""Generated professionals, situations, structures, activities and equipments: computed from an index, never stored.

Each attribute of an entry is a cycle over its index (family names turn every 900, given names every 127, trades every
101…); lengths share no divisor, so all combinations come up, and 100 000 people have 100 000 addresses. That makes
both ways arithmetic: from an index to its entry, and from a value to the entries that have it (``matching``). Nothing
is built at the start, nothing kept but a few short lists. Source: own choice. Knows no search and no form.

Entries stand in *blocks*: within one, an attribute of a given period repeats. People are one block; situations two
(the first of everybody, the second of one in seventeen); structures a block for each kind.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache, cached_property

from health_documents.identifiers import luhn_is_valid
from mss_mock.codes import APPLICATION_SUFFIX, BoxKind
from mss_mock.directory import bits, tables
from mss_mock.directory.records import (
    NIGHTS,
    Activity,
    Box,
    Code,
    Entry,
    Equipment,
    Identifier,
    Person,
    Place,
    Site,
    Situation,
)
from mss_mock.directory.vocabulary import (
    CLASSES,
    COMMUNES,
    FAMILIES,
    GIVEN,
    KINDS,
    NAMES,
    REGIONS,
    STREETS,
    Kind,
    Trade,
)

__all__ = ["SIZES", "Block", "Crowd", "crowd_of"]

SIZES = (0, 1_000, 100_000)
"""How many generated professionals there may be; structures are three for ten of them."""

TRADES = 101
BOXES, SECOND, INACTIVE, DOMAINS = 11, 17, 53, 13
"""Cycles: who has a mailbox, a second situation, no exercise any more; which domain."""
SECOND_AT, INACTIVE_AT = 5, 7
PERSONAL_BOXES, ROLE_BOXES = frozenset(range(6)), frozenset({6, 7, 8})
"""In the cycle of mailboxes: personal ones, ones of a situation; nine and ten have none."""
SITE_BOXES, SITE_APPLICATIONS = 8, 3
"""Of eleven structures: how many have a mailbox of their own, and one for their software."""
SITE_DIGITS = 5
"""Of the number in the address of a structure."""
NUMBERS, CARES, EQUIPMENTS = 61, 3, 2

CARE = (("01", "80", "01"), ("02", "81", "07"), ("04", "80", "02"))
"""Activity (R277), mode (R275), form (R276) of the three activities of a hospital."""
MACHINES = (("05602", "IMAGEX"), ("06201", "MAGNETA"))
"""Equipment (R272) and maker of the two of a hospital: scanner, MRI."""


@dataclass(frozen=True, slots=True)
class Block:
    """A range of entries within which attributes are periodic."""

    start: int
    count: int


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


_DOUBLED = dict(zip("0123456789", (0, 2, 4, 6, 8, 1, 3, 5, 7, 9), strict=True))


def _person_id(index: int) -> str:
    return f"003-{5_000_000 + index}-{7_000_000 + index}"


def _site_id(index: int) -> str:
    return f"001-{2_000_000 + index}"


def _keyed(digits: str) -> str:
    """Return digits with their Luhn key."""
    total = sum(map(_DOUBLED.__getitem__, digits[::-2])) + sum(map(int, digits[-2::-2]))
    return f"{digits}{-total % 10}"


class Crowd:
    """The generated entries of a directory of so many professionals (one of SIZES)."""

    def __init__(self, size: int) -> None:
        self.size = size
        self.seconds = max((size - SECOND_AT + SECOND - 1) // SECOND, 0)

    # Blocks

    @cached_property
    def kinds(self) -> dict[str, Block]:
        """The block of each kind of structure."""
        found: dict[str, Block] = {}
        start = 0
        for kind in KINDS:
            count = max(kind.share * self.size // 100_000, 1) if self.size else 0
            found[kind.key] = Block(start, count)
            start += count
        return found

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
        return _keyed(f"9971{index:06d}")

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
            site=_site_id(self.site_of(index)),
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

    def _by_key(self) -> Iterator[tuple[Kind, Block]]:
        return zip(KINDS, self.kinds.values(), strict=True)

    def _kind_at(self, site: int) -> tuple[Kind, Block]:
        at = bisect_right(self._starts, site) - 1
        kind = KINDS[at]
        return kind, self.kinds[kind.key]

    @cached_property
    def _starts(self) -> list[int]:
        return [block.start for block in self.kinds.values()]

    # Structures

    @staticmethod
    def finess(index: int) -> str:
        """Return a FINESS of an invented department."""
        return f"0B{1_000_000 + index}"

    @staticmethod
    def siret(index: int) -> str:
        """Return a SIRET of a series that nobody has."""
        return _keyed(_keyed(f"99{index:06d}") + "0001")

    def site(self, index: int) -> Site:
        """Return a structure."""
        kind, block = self._kind_at(index)
        rank = index - block.start
        commune, street = COMMUNES[rank % len(COMMUNES)], STREETS[rank % len(STREETS)]
        parent = self.kinds[kind.parent].start + rank % self.kinds[kind.parent].count if kind.parent else None
        return Site(
            id=_site_id(index),
            identifiers=self._site_identifiers(kind, index),
            active=rank % INACTIVE != INACTIVE_AT or kind.key not in ("officine", "cabinet"),
            source=kind.source,
            night=rank % NIGHTS,
            name=f"{kind.word} {NAMES[rank % len(NAMES)]}",
            sector=kind.sector,
            sector_label=kind.sector_label,
            place=Place(
                number=str(rank % NUMBERS + 1),
                street_code=street[0],
                street_label=street[1],
                street=street[2],
                postal_code=commune.postal_code,
                city=commune.name,
                cog=commune.cog,
                department=commune.department,
            ),
            phone=f"046571{index % 10_000:04d}",
            legal=kind.legal,
            types=_types(kind),
            parent=_site_id(parent) if parent is not None else "",
            email=f"contact@{kind.domain}-{rank % NUMBERS + 1}.example" if rank % 5 == 0 else "",
            licence=self.licence(index) if kind.domain == "officine" else "",
            boxes=self._site_boxes(kind, index, rank),
            technical_id=f"F{self.finess(index)}" if kind.source == "FINESS" else self._technical_id(index),
        )

    @staticmethod
    def licence(index: int) -> str:
        """Return the number of the licence of an officine."""
        return f"0B#{index:06d}"

    @staticmethod
    def _technical_id(index: int) -> str:
        return f"R10100{index:09d}"

    def _site_identifiers(self, kind: Kind, index: int) -> tuple[Identifier, ...]:
        if kind.source == "FINESS":
            finess = self.finess(index)
            type_of_number = "FINEJ" if kind.legal else "FINEG"
            return (
                Identifier("IDNST", tables.IDNST, "1" + finess),
                Identifier(type_of_number, tables.FINESS, finess),
            )
        siret = self.siret(index)
        return (
            Identifier("IDNST", tables.IDNST, "3" + siret),
            Identifier("SIRET", tables.SIRENE, siret),
            Identifier("INTRN", tables.RPPS_RANK, self._technical_id(index)),
        )

    @staticmethod
    def _site_boxes(kind: Kind, index: int, rank: int) -> tuple[Box, ...]:
        turn = rank % BOXES
        local, domain = f"{kind.key}.{index:0{SITE_DIGITS}d}", f"{kind.domain}.mssante.fr"
        boxes = [Box(f"{local}@{domain}", BoxKind.ORGANISATION)] if turn < SITE_BOXES else []
        if turn < SITE_APPLICATIONS and not kind.legal:
            boxes.append(Box(f"{local}{APPLICATION_SUFFIX}@{domain}", BoxKind.APPLICATION))
        return tuple(boxes)

    def site_addresses(self, index: int) -> list[str]:
        """Return the addresses of a structure."""
        kind, block = self._kind_at(index)
        return [box.address for box in self._site_boxes(kind, index, index - block.start)]

    def boxed_sites(self, test: Callable[[str], bool]) -> int:
        """Return the set of the structures with a mailbox in a domain that passes a test."""
        found = 0
        for kind, block in self._by_key():
            if test(f"{kind.domain}.mssante.fr"):
                pattern = bits.tiled((1 << SITE_BOXES) - 1, BOXES, block.count)
                found |= pattern << block.start
        return found

    def licensed(self) -> Iterator[int]:
        """Yield the structures that have the licence of an officine."""
        for kind, block in self._by_key():
            if kind.domain == "officine":
                yield from range(block.start, block.start + block.count)

    # Activities and equipments

    def activity(self, index: int) -> Activity:
        """Return an activity of care, or a social equipment."""
        cares = self.kinds["hopital"].count * CARES
        if index < cares:
            site = self.kinds["hopital"].start + index // CARES
            activity, mode, form = CARE[index % CARES]
            return Activity(
                id=self.identity("HealthcareService", index),
                identifiers=(Identifier("", tables.ARHGOS, f"0B-{index % 97 + 1:02d}-{40_000 + index}"),),
                active=index % INACTIVE != INACTIVE_AT,
                source="FINESS",
                night=index % NIGHTS,
                site=_site_id(site),
                social=False,
                kind=Code(tables.CARE_ACTIVITY, activity),
                category=Code(tables.CARE_MODE, mode),
                characteristic=Code(tables.CARE_FORM, form),
                authorised=f"20{10 + index % 13}-03-01",
            )
        rank = index - cares
        return Activity(
            id=self.identity("HealthcareService", index),
            identifiers=(),
            active=rank % INACTIVE != INACTIVE_AT,
            source="FINESS",
            night=rank % NIGHTS,
            site=_site_id(self.kinds["ehpad"].start + rank),
            social=True,
            kind=Code(tables.SOCIAL_ACTIVITY, "924"),
            characteristic=Code(tables.SOCIAL_MODE, "11" if rank % 13 else "21"),
            capacity=20 + rank % 61,
            authorised=f"20{10 + rank % 13}-09-01",
        )

    def equipment(self, index: int) -> Equipment:
        """Return a heavy equipment."""
        code, maker = MACHINES[index % EQUIPMENTS]
        return Equipment(
            id=self.identity("Device", index),
            identifiers=(Identifier("", tables.ARHGOS, f"0B-{index % 97 + 1:02d}-{60_000 + index}"),),
            active=index % INACTIVE != INACTIVE_AT,
            source="FINESS",
            night=index % NIGHTS,
            site=_site_id(self.kinds["hopital"].start + index // EQUIPMENTS),
            kind=Code(tables.HEAVY_EQUIPMENT, code),
            maker=maker,
            serial=f"SN{index:06d}",
            authorised=f"20{10 + index % 13}-06-01",
        )

    def attached(self, kind: str, site: int) -> range:
        """Return the activities (HealthcareService) or equipments (Device) of a structure."""
        hospitals, homes = self.kinds["hopital"], self.kinds["ehpad"]
        each = CARES if kind == "HealthcareService" else EQUIPMENTS
        if hospitals.start <= site < hospitals.start + hospitals.count:
            first = (site - hospitals.start) * each
            return range(first, first + each)
        if kind == "HealthcareService" and homes.start <= site < homes.start + homes.count:
            first = hospitals.count * CARES + site - homes.start
            return range(first, first + 1)
        return range(0)

    def children(self, site: int) -> Iterator[int]:
        """Yield the structures whose *entité juridique* a structure is."""
        for kind, block in self._by_key():
            if not kind.parent:
                continue
            parents = self.kinds[kind.parent]
            if parents.start <= site < parents.start + parents.count:
                yield from range(block.start + site - parents.start, block.start + block.count, parents.count)

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
                return _site_id(index)
            case "HealthcareService":
                cares = self.kinds["hopital"].count * CARES
                return f"004-{1_000_000 + index}-{index % CARES + 1 if index < cares else 1:02d}"
            case _:
                return f"002-{4_000_000 + index}"

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
            return _site_number(number)
        last = number.rpartition("-")[2]
        base = 40_000 if kind == "HealthcareService" else 60_000
        return int(last) - base if last.isascii() and last.isdigit() and len(last) < 9 else None


def _site_number(number: str) -> int | None:
    """Return the index in a FINESS, a SIRET, or a technical id, with or without the figure of its kind."""
    for prefix, start in (("0B", 2), ("10B", 3)):
        if number.startswith(prefix) and number[start:].isascii() and number[start:].isdigit():
            return int(number[start:]) - 1_000_000 if len(number) == start + 7 else None
    siret = number[1:] if len(number) == 15 else number
    if len(siret) == 14 and siret.startswith("99") and siret.isascii() and siret.isdigit():
        return int(siret[2:8])
    if number.startswith("R10100") and number[6:].isascii() and number[6:].isdigit():
        return int(number[6:]) if len(number) == 15 else None
    return None


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
def _types(kind: Kind) -> tuple[Code, ...]:
    found = (
        (tables.ORGANIZATION_TYPES, tables.LEGAL if kind.legal else tables.GEOGRAPHICAL),
        (tables.SECTOR, kind.sector),
        (tables.ESTABLISHMENT, kind.category),
        (tables.LEGAL_STATUS, kind.status),
        (tables.PUBLIC_SERVICE, kind.public),
        (tables.NAF, kind.naf),
    )
    return tuple(Code(table, code) for table, code in found if code)


@cache
def crowd_of(size: int) -> Crowd:
    """Return the crowd of a size."""
    return Crowd(size)
