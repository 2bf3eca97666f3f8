"""Everybody whom a session's directory knows, as one numbered sequence per resource type, and which of them match.

The people of the sandbox come first, the generated entries after them. A set of entries is an integer (``bits``); what
a parameter finds is one, made of a short pattern for each block of the crowd. Source: FHIR R4 §3.1.1; own choice of
means. Knows no HTTP and no FHIR form.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from operator import itemgetter
from typing import Any

from lgo_sandbox.population.people import Population
from mss_mock.directory import addresses, bits
from mss_mock.directory.changes import Change
from mss_mock.directory.crowd import Crowd, crowd_of
from mss_mock.directory.matching import dated, string, tokens, unescaped
from mss_mock.directory.parameters import INCLUDES, PARAMETERS, Inclusion, Parameter
from mss_mock.directory.records import NIGHTS, Entry, Person, Situation, touched
from mss_mock.directory.reference import LACKING, person_id, reference_entries

__all__ = ["Gaps", "Register", "register_of"]

LACKING_EVERY, LACKING_AT = 97, 13
"""Of the generated professionals, by option: those whom the extraction has and the API lacks."""
TWICE = "adjoint"
"""The persona whose entry is there twice, by option."""

ANY = "any"
"""In the place of a modifier: whatever the value."""
PRESENT = {"card": 101}
"""After how many entries it repeats who has a value of his own; most have one, or none, in a whole block."""

Test = Callable[[Any], bool]


@dataclass(frozen=True, slots=True)
class Gaps:
    """What is wrong with the directory, by option: entries that only the extraction has, an entry that is doubled."""

    lacking: bool = False
    doubled: bool = False


class Register:
    """The entries of a directory, and the sets of them that parameters find; ``now`` decides what was updated."""

    def __init__(self, people: Population, crowd: Crowd, gaps: Gaps, changes: tuple[Change, ...] = ()) -> None:
        self.crowd = crowd
        self._gaps = gaps
        self._known: Mapping[str, Mapping[str, Entry]] = _with_gaps(people, gaps, changes)
        self._active: dict[str, int] = {}
        self._listed = {kind: list(entries.values()) for kind, entries in self._known.items()}
        self._numbers = {
            kind: {one: number for number, one in enumerate(entries)} for kind, entries in self._known.items()
        }

    # One entry

    def own(self, kind: str) -> int:
        """Return how many entries of a type come from the people of the sandbox."""
        return len(self._listed[kind])

    def entry(self, kind: str, number: int) -> Entry:
        """Return an entry by its number."""
        own = self._listed[kind]
        return own[number] if number < len(own) else self.crowd.entry(kind, number - len(own))

    def number_of(self, kind: str, identity: str) -> int | None:
        """Return the number of the entry with a technical id, None when the API does not have it."""
        known = self._numbers[kind].get(identity)
        if known is not None:
            return known
        index = self.crowd.index_of_id(kind, identity)
        if index is None or (self._gaps.lacking and bool(self._missing(kind) >> index & 1)):
            return None
        return index + self.own(kind)

    def get(self, kind: str, identity: str) -> Entry | None:
        """Return the entry with a technical id."""
        number = self.number_of(kind, identity)
        return None if number is None else self.entry(kind, number)

    def boxed_elsewhere(self, person: Person) -> bool:
        """Tell whether one of a professional's situations has a mailbox."""
        situations = self.including(INCLUDES["PractitionerRole:practitioner"], person.id)
        return any(isinstance(one, Situation) and one.active and one.boxes for one in situations)

    # Sets

    def everything(self, kind: str) -> int:
        """Return all entries that the API has."""
        whole = (1 << self.own(kind) + self.crowd.count(kind)) - 1
        return whole & ~(self._missing(kind) << self.own(kind)) if self._gaps.lacking else whole

    def _missing(self, kind: str) -> int:
        def missing(index: int) -> bool:
            person = index if kind == "Practitioner" else self.crowd.holder(index)
            return person % LACKING_EVERY == LACKING_AT

        if kind not in ("Practitioner", "PractitionerRole"):
            return 0
        return self._over_blocks(kind, LACKING_EVERY, missing)

    def active(self, kind: str) -> int:
        """Return the entries that are active."""
        if kind not in self._active:
            parameter = PARAMETERS[kind].get("active") or PARAMETERS[kind]["status"]
            self._active[kind] = self._found(kind, "active", parameter, ("true", "active"), "")
        return self._active[kind]

    def having(
        self, kind: str, name: str, parameter: Parameter, wanted: Sequence[str], modifier: str, now: datetime
    ) -> int:
        """Return the entries that one of some values matches. Raises NoDate."""
        if modifier == "missing":
            return self._without(kind, name, parameter, missing="true" in wanted)
        found = 0
        if parameter.period:
            found = self._found(kind, name, parameter, tuple(wanted), modifier)
        else:
            for one in wanted:
                found |= self._having_one(kind, name, parameter, one, modifier, now)
        return self.everything(kind) & ~found if modifier == "not" else found

    def _having_one(self, kind: str, name: str, parameter: Parameter, wanted: str, modifier: str, now: datetime) -> int:
        if parameter.parts:
            found = 0
            for part in parameter.parts:
                found |= self.having(kind, part, PARAMETERS[kind][part], [wanted], modifier, now)
            return found
        if parameter.type == "date":
            return self._updated(kind, dated(wanted, now), now)
        if parameter.type == "reference":
            return self._referring(kind, name, parameter, wanted)
        test = _any_of(parameter.type, [wanted], modifier)
        own = self._among_own(kind, parameter, test)
        crowd = self._looked_up(kind, parameter, wanted, modifier, test) if parameter.lookup else 0
        if parameter.while_active:
            crowd &= self.active(kind) >> self.own(kind)
        return own | crowd << self.own(kind)

    def _without(self, kind: str, name: str, parameter: Parameter, *, missing: bool) -> int:
        if parameter.lookup == "mailbox":
            present = self.having(kind, name, parameter, ["@"], "contains", _ANY_TIME)
        elif parameter.parts:
            present = self.active(kind)
        elif parameter.lookup in ("id", "updated"):
            present = self.everything(kind)
        else:
            repeated = parameter.period or PRESENT.get(parameter.lookup, 1)
            present = self._found(kind, f"{name}:missing", replace(parameter, period=repeated), (), ANY)
        return self.everything(kind) & ~present if missing else present

    # Cycles

    def _found(self, kind: str, name: str, parameter: Parameter, wanted: tuple[str, ...], modifier: str) -> int:
        """Return who has a periodic value that is one of some."""
        own = self._among_own(kind, parameter, _any_of(parameter.type, wanted, modifier))
        crowd = _in_cycles(self.crowd, kind, name, parameter, wanted, modifier)
        if parameter.while_active:
            crowd &= self.active(kind) >> self.own(kind)
        return own | crowd << self.own(kind)

    def _among_own(self, kind: str, parameter: Parameter, test: Test) -> int:
        return bits.of_flags(_has(entry, parameter, test) for entry in self._listed[kind])

    def _over_blocks(self, kind: str, period: int, test: Callable[[int], bool]) -> int:
        """Return which generated entries pass a test of their index that repeats."""
        found = 0
        for block in self.crowd.blocks[kind]:
            pattern = bits.of_flags(test(block.start + at) for at in range(min(period, block.count)))
            found |= bits.tiled(pattern, period, block.count) << block.start
        return found

    def _updated(self, kind: str, test: Test, now: datetime) -> int:
        own = bits.of_flags(test(entry.touched(now).at) for entry in self._listed[kind])
        nights = [test(touched(night, now).at) for night in range(NIGHTS)]
        crowd = 0
        for block, column in zip(self.crowd.blocks[kind], _nights(self.crowd, kind), strict=True):
            pattern = bits.of_flags(nights[night] for night in column)
            crowd |= bits.tiled(pattern, len(column), block.count) << block.start
        return own | crowd << self.own(kind)

    # Values of one's own

    def _looked_up(self, kind: str, parameter: Parameter, wanted: str, modifier: str, test: Test) -> int:
        """Return the generated entries whose own value passes a test."""
        match parameter.lookup:
            case "id":
                index = self.crowd.index_of_id(kind, wanted.rpartition("|")[2])
                return 0 if index is None else 1 << index
            case "identifier":
                return self._identified(kind, wanted, test)
            case "mailbox":
                return addresses.having(self.crowd, kind, unescaped(wanted), modifier)
            case "card":
                return bits.of_positions(self.crowd.carded(unescaped(wanted), modifier))
            case _:
                return bits.of_positions(index for index in self.crowd.licensed() if test(self.crowd.licence(index)))

    def _identified(self, kind: str, wanted: str, test: Test) -> int:
        """Return who has an identifier; of a system alone, all whose entries have one."""
        number = unescaped(wanted.rpartition("|")[2])
        if number:
            numbered = self.crowd.numbered(kind, number)
            return bits.of_positions(index for index in numbered if self._has_identifier(kind, index, test))
        found = 0
        for block in self.crowd.blocks[kind]:
            if block.count and self._has_identifier(kind, block.start, test):
                found |= ((1 << block.count) - 1) << block.start
        return found

    def _has_identifier(self, kind: str, index: int, test: Test) -> bool:
        return any(test((one.system, one.value)) for one in self.crowd.entry(kind, index).identifiers)

    # References

    def _referring(self, kind: str, name: str, parameter: Parameter, wanted: str) -> int:
        head, _, identity = unescaped(wanted).rpartition("/")
        if head and head.rpartition("/")[2] != parameter.target:
            return 0
        target = f"{parameter.target}/{identity}"
        own = self._among_own(kind, parameter, target.__eq__)
        index = self.crowd.index_of_id(parameter.target, identity)
        if index is None:
            return own
        return own | bits.of_positions(self._sources(kind, name, index)) << self.own(kind)

    def _sources(self, kind: str, name: str, target: int) -> Iterator[int]:
        """Yield the generated entries that refer to a generated one."""
        match kind, name:
            case "PractitionerRole", "practitioner":
                yield from self.crowd.situations_of(target)
            case "PractitionerRole", _:
                yield from self.crowd.situations_at(target)
            case "Organization", _:
                yield from self.crowd.children(target)
            case _:
                active = self.active(kind) >> self.own(kind)
                yield from (index for index in self.crowd.attached(kind, target) if active >> index & 1)

    def chained(self, kind: str, name: str, targets: int) -> int:
        """Return the entries that refer by a parameter to one of a set."""
        parameter = PARAMETERS[kind][name]

        def within(value: str) -> bool:
            number = self.number_of(parameter.target, value.rpartition("/")[2])
            return number is not None and bool(targets >> number & 1)

        own = self._among_own(kind, parameter, within)
        generated = targets >> self.own(parameter.target)
        return own | self._chained_crowd(kind, name, generated) << self.own(kind)

    def _chained_crowd(self, kind: str, name: str, targets: int) -> int:
        if kind == "PractitionerRole":
            flags = bin(targets)[:1:-1].ljust(max(self.crowd.count("Organization"), self.crowd.size) + 1, "0")
            found = int("".join(_of_roles(self.crowd, name)(flags))[::-1] or "0", 2)
            return found if name == "practitioner" else found & self.active(kind) >> self.own(kind)
        return bits.of_positions(
            source for target in bits.positions(targets) for source in self._sources(kind, name, target)
        )

    def including(self, inclusion: Inclusion, identity: str) -> Iterator[Entry]:
        """Yield the entries that refer to one of an id, as ``_revinclude`` adds them."""
        kind, name = inclusion.source, inclusion.parameter
        parameter, target = PARAMETERS[kind][name], f"{inclusion.target}/{identity}"
        yield from (one for one in self._listed[kind] if _has(one, parameter, target.__eq__))
        index = self.crowd.index_of_id(inclusion.target, identity)
        if index is None:
            return
        missing = self._missing(kind) if self._gaps.lacking else 0
        for number in sorted(self._sources(kind, name, index)):
            if not missing >> number & 1:
                yield self.crowd.entry(kind, number)


_ANY_TIME = datetime.min


def _has(entry: Entry, parameter: Parameter, test: Test) -> bool:
    return (entry.active or not parameter.while_active) and any(map(test, parameter.values(entry)))


def _any_of(kind: str, wanted: Sequence[str], modifier: str) -> Test:
    """Return the test of a value by its FHIR type: that it is one of some, or (ANY) that there is one."""
    if modifier == ANY:
        return lambda _value: True
    if kind == "string":
        tests = [string(one, modifier) for one in wanted]
        return tests[0] if len(tests) == 1 else lambda value: any(test(value) for test in tests)
    if kind == "token":
        return tokens(wanted)
    return {unescaped(one) for one in wanted}.__contains__


def _with_gaps(people: Population, gaps: Gaps, changes: tuple[Change, ...]) -> dict[str, dict[str, Entry]]:
    known = reference_entries(people, changes)
    by_persona = {p.id: person_id(p) for p in people.professionals}
    if gaps.lacking:
        gone = by_persona.get(LACKING, "")
        known = {
            kind: {one: entry for one, entry in entries.items() if not _is_of(entry, gone)}
            for kind, entries in known.items()
        }
    twice = known["Practitioner"].get(by_persona.get(TWICE, ""))
    if gaps.doubled and twice is not None:
        again = replace(twice, id=f"{twice.id}-2")
        known = {**known, "Practitioner": dict(sorted({**known["Practitioner"], again.id: again}.items()))}
    return known


def _is_of(entry: Entry, person: str) -> bool:
    return person in (entry.id, entry.person if isinstance(entry, Situation) else "")


@lru_cache(maxsize=512)
def _in_cycles(crowd: Crowd, kind: str, name: str, parameter: Parameter, wanted: tuple[str, ...], modifier: str) -> int:
    """Return which generated entries have a periodic value that is one of some; kept: pages ask the same again."""
    test, found = _any_of(parameter.type, wanted, modifier), 0
    for block, column in zip(crowd.blocks[kind], _columns(crowd, kind, name, parameter), strict=True):
        pattern = bits.of_flags(any(map(test, values)) for values in column)
        found |= bits.tiled(pattern, len(column), block.count) << block.start
    return found


@lru_cache(maxsize=256)
def _columns(crowd: Crowd, kind: str, name: str, parameter: Parameter) -> list[list[tuple[Any, ...]]]:
    """Return, for each block, what its first entries have of a periodic parameter; kept, as they never change."""
    return [
        [
            tuple(parameter.values(crowd.entry(kind, block.start + at)))
            for at in range(min(parameter.period, block.count))
        ]
        for block in crowd.blocks[kind]
    ]


@lru_cache(maxsize=16)
def _nights(crowd: Crowd, kind: str) -> list[list[int]]:
    return [
        [crowd.entry(kind, block.start + at).night for at in range(min(NIGHTS, block.count))]
        for block in crowd.blocks[kind]
    ]


@lru_cache(maxsize=4)
def _of_roles(crowd: Crowd, name: str) -> Callable[[str], Sequence[str]]:
    """Return what picks, for each situation, the flag of its practitioner or structure out of all flags."""
    numbered = crowd.holder if name == "practitioner" else crowd.site_of
    numbers = [numbered(index) for index in range(crowd.count("PractitionerRole"))]
    return itemgetter(*numbers) if len(numbers) > 1 else lambda _flags: ()


@lru_cache(maxsize=64)
def register_of(people: Population, size: int, gaps: Gaps, changes: tuple[Change, ...] = ()) -> Register:
    """Return the register of some people, as they were changed, and a crowd."""
    return Register(people, crowd_of(size), gaps, changes)
