"""Generated structures: their numbers, names, places, mailboxes, and whose *entité juridique* is whose.

Source: own choice; see ``crowd``. Knows no professional.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache, cached_property

from mss_mock.codes import APPLICATION_SUFFIX, BoxKind
from mss_mock.directory import bits, tables
from mss_mock.directory.records import NIGHTS, Box, Code, Identifier, Place, Site
from mss_mock.directory.vocabulary import COMMUNES, KINDS, NAMES, STREETS, Kind

__all__ = ["BOXES", "INACTIVE", "INACTIVE_AT", "SITE_DIGITS", "Block", "Sites", "keyed", "site_id", "site_number"]

BOXES, INACTIVE = 11, 53
"""Cycles: who has a mailbox, and who is not active any more."""
INACTIVE_AT = 7
SITE_BOXES, SITE_APPLICATIONS = 8, 3
"""Of eleven structures: how many have a mailbox of their own, and one for their software."""
SITE_DIGITS = 5
"""Of the number in the address of a structure."""
NUMBERS = 61


@dataclass(frozen=True, slots=True)
class Block:
    """A range of entries within which attributes are periodic."""

    start: int
    count: int


_DOUBLED = dict(zip("0123456789", (0, 2, 4, 6, 8, 1, 3, 5, 7, 9), strict=True))


def site_id(index: int) -> str:
    return f"001-{2_000_000 + index}"


def keyed(digits: str) -> str:
    """Return digits with their Luhn key."""
    total = sum(map(_DOUBLED.__getitem__, digits[::-2])) + sum(map(int, digits[-2::-2]))
    return f"{digits}{-total % 10}"


class Sites:
    """The generated structures of a directory of so many professionals."""

    def __init__(self, size: int) -> None:
        self.size = size

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

    def _by_key(self) -> Iterator[tuple[Kind, Block]]:
        return zip(KINDS, self.kinds.values(), strict=True)

    def _kind_at(self, site: int) -> tuple[Kind, Block]:
        at = bisect_right(self._starts, site) - 1
        kind = KINDS[at]
        return kind, self.kinds[kind.key]

    @cached_property
    def _starts(self) -> list[int]:
        return [block.start for block in self.kinds.values()]

    @staticmethod
    def finess(index: int) -> str:
        """Return a FINESS of an invented department."""
        return f"0B{1_000_000 + index}"

    @staticmethod
    def siret(index: int) -> str:
        """Return a SIRET of a series that nobody has."""
        return keyed(keyed(f"99{index:06d}") + "0001")

    def site(self, index: int) -> Site:
        """Return a structure."""
        kind, block = self._kind_at(index)
        rank = index - block.start
        commune, street = COMMUNES[rank % len(COMMUNES)], STREETS[rank % len(STREETS)]
        parent = self.kinds[kind.parent].start + rank % self.kinds[kind.parent].count if kind.parent else None
        return Site(
            id=site_id(index),
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
            parent=site_id(parent) if parent is not None else "",
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

    def children(self, site: int) -> Iterator[int]:
        """Yield the structures whose *entité juridique* a structure is."""
        for kind, block in self._by_key():
            if not kind.parent:
                continue
            parents = self.kinds[kind.parent]
            if parents.start <= site < parents.start + parents.count:
                yield from range(block.start + site - parents.start, block.start + block.count, parents.count)


def site_number(number: str) -> int | None:
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
