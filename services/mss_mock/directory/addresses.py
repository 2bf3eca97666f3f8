"""Which generated entries have a mailbox whose address matches: ``given.family@domain``, of which each part is a cycle.

Source: own choice of means; matching of strings: FHIR R4 §3.1.1.4.7. A dot and an at sign stand nowhere else in a local
part, so that a fragment falls apart into what it says of each part. Knows no FHIR.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache

from mss_mock.codes import APPLICATION_SUFFIX
from mss_mock.directory import bits
from mss_mock.directory.crowd import DOMAINS, PERSONAL_BOXES, ROLE_BOXES, TRADES, Crowd
from mss_mock.directory.crowd_sites import BOXES, SITE_DIGITS
from mss_mock.directory.matching import folded
from mss_mock.directory.records import Person, Site
from mss_mock.directory.vocabulary import CLASSES, FAMILIES, GIVEN, KINDS, REGIONS

__all__ = ["generated_domains", "having", "owner_of"]

Test = Callable[[str], bool]
Split = tuple[Test, Test, Test]
"""What a fragment wants of given name, family name and domain."""


def _any(_text: str) -> bool:
    return True


@lru_cache(maxsize=256)
def having(crowd: Crowd, kind: str, wanted: str, modifier: str) -> int:
    """Return the generated entries of a type with such a mailbox."""
    if modifier != "exact":
        wanted = folded(wanted)
    if kind == "Organization":
        return _of_sites(crowd, wanted, modifier)
    of_situation = kind == "PractitionerRole"
    found = 0
    for given, family, domain in _splits(wanted, modifier):
        some = _cycle(crowd.size, [given(one.local) for one in GIVEN])
        some &= _cycle(crowd.size, [family(one.lower()) for one in FAMILIES])
        some &= _cycle(crowd.size, [domain(one) for one in _domains(crowd, of_situation)])
        found |= some
    boxes = ROLE_BOXES if of_situation else PERSONAL_BOXES
    return found & _cycle(crowd.size, [turn in boxes for turn in range(BOXES)])


def owner_of(crowd: Crowd, address: str) -> Person | Site | None:
    """Return the active professional or structure whose mailbox has this address (in lower case)."""
    for kind in ("Practitioner", "PractitionerRole"):
        found = having(crowd, kind, address, "exact")
        if found:
            person = crowd.person((found & -found).bit_length() - 1)
            return person if person.active else None
    digits = address.partition("@")[0].rpartition(".")[2].removesuffix(APPLICATION_SUFFIX)
    index = int(digits) if len(digits) == SITE_DIGITS and digits.isascii() and digits.isdigit() else -1
    if 0 <= index < crowd.count("Organization") and address in crowd.site_addresses(index):
        site = crowd.site(index)
        return site if site.active else None
    return None


def generated_domains() -> frozenset[str]:
    """Return the domains of all generated mailboxes."""
    names = {*REGIONS, *(trade.domain for trade in CLASSES), *(kind.domain for kind in KINDS)}
    return frozenset(f"{name}.mssante.fr" for name in names)


def _cycle(size: int, flags: Sequence[bool]) -> int:
    return bits.tiled(bits.of_flags(flags), len(flags), size)


@lru_cache(maxsize=4)
def _domains(crowd: Crowd, of_situation: bool) -> list[str]:
    return [crowd.domain(index, of_situation=of_situation) for index in range(TRADES * DOMAINS)]


def _splits(wanted: str, modifier: str) -> list[Split]:
    """Return the ways in which a fragment may lie in an address."""
    local, at, domain = wanted.partition("@")
    before, dot, after = local.partition(".")
    if modifier == "exact":
        return [(before.__eq__, after.__eq__, domain.__eq__)] if at and dot else []
    if modifier != "contains":
        if at:
            return [(before.__eq__, after.__eq__, _begins(domain))] if dot else []
        return [(before.__eq__, _begins(after), _any)] if dot else [(_begins(before), _any, _any)]
    if at:
        ends = (_ends(before), after.__eq__) if dot else (_any, _ends(before))
        return [(*ends, _begins(domain))]
    ways: list[Split] = [(_any, _any, _holds(wanted))]
    if dot:
        ways.append((_ends(before), _begins(after), _any))
    else:
        ways += [(_holds(wanted), _any, _any), (_any, _holds(wanted), _any)]
    return ways


def _begins(start: str) -> Test:
    return lambda text: text.startswith(start)


def _ends(end: str) -> Test:
    return lambda text: text.endswith(end)


def _holds(part: str) -> Test:
    return lambda text: part in text


def _of_sites(crowd: Crowd, wanted: str, modifier: str) -> int:
    """Return the structures: looked at one by one, as each address holds a number, unless a domain is wanted."""
    if modifier == "contains" and wanted.startswith("@"):
        return crowd.boxed_sites(lambda domain: f"@{domain}".startswith(wanted))
    tests: dict[str, Test] = {"exact": wanted.__eq__, "contains": _holds(wanted)}
    test = tests.get(modifier, _begins(wanted))
    return bits.of_flags(any(map(test, boxes)) for boxes in _site_boxes(crowd))


@lru_cache(maxsize=2)
def _site_boxes(crowd: Crowd) -> list[tuple[str, ...]]:
    return [tuple(crowd.site_addresses(index)) for index in range(crowd.count("Organization"))]
