"""The Ségur referencing requirements that the sandbox can speak about, read from ``data/*.json``, one file per family.

Source: docs/sources/requirements.md (EXI PSC: numbers of the référentiel v1.8.4). Each record carries its own link and
confidence: H read in a published or ANS working source, M draft or numbered by order in a group, L inferred. The texts
are ours, never the official wording.
Knows no check, no verdict, no service: checks cite these ids, not the other way round.

    CatalogueError
      MalformedCatalogue (ValueError)
      UnknownFamily (LookupError)
      UnknownRequirement (LookupError)
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Literal, get_args

__all__ = [
    "Catalogue",
    "CatalogueError",
    "Confidence",
    "LgoStatus",
    "MalformedCatalogue",
    "Requirement",
    "UnknownFamily",
    "UnknownRequirement",
    "Wave",
    "Wire",
    "catalogue",
]

Confidence = Literal["H", "M", "L"]
LgoStatus = Literal["known", "inferred", "no"]
Wave = Literal["1", "2-draft"]
Wire = Literal["Y", "YP", "P", "N"]

CORRIDORS = frozenset({"LGO", "LGC", "SGL", "RIS", "DPI", "RI", "PFI", "DRIMbox"})
"""The kinds of product that the dossier names (specs/requirements.md §2.7)."""

FAMILIES = ("ins", "mss", "dmp", "doc", "psc", "dp", "eprescription", "dashboards", "others")
"""The data files, in the order of the reports."""

TRUNK_PREFIX = "sc."
"""``SC.`` marks the common trunk of the corridors and is often left out when an id is quoted."""

_CHOICES = {"confidence": Confidence, "lgo": LgoStatus, "wave": Wave, "wire": Wire}
_TEXTS = ("id", "family", "text", "proof", "source")


class CatalogueError(Exception):
    """Anything that goes wrong with the requirement catalogue."""


class MalformedCatalogue(CatalogueError, ValueError):
    """A record is incomplete, or an id or alias names two requirements."""


class UnknownFamily(CatalogueError, LookupError):
    """No family has this name."""


class UnknownRequirement(CatalogueError, LookupError):
    """No requirement has this id or alias."""


@dataclass(frozen=True, slots=True)
class Requirement:
    """One demand of the Ségur referencing.

    ``id`` is the LGO number where one is known, else the number of the common trunk; ``aliases`` are its other numbers.
    ``text`` is one French sentence of ours. ``who`` are the corridors that have it; ``lgo`` tells whether that of the
    pharmacies is known, inferred or out of scope. ``wire`` tells whether traffic alone decides: Y yes, YP one part of
    it, which another completes, P in part only, N no.
    ``proof`` is what an editor files, in French. ``source`` links to its section of docs/sources.
    """

    id: str
    aliases: tuple[str, ...]
    family: str
    text: str
    who: tuple[str, ...]
    lgo: LgoStatus
    wave: Wave
    wire: Wire
    proof: str
    source: str
    confidence: Confidence

    def __post_init__(self) -> None:
        for name, choices in _CHOICES.items():
            if getattr(self, name) not in get_args(choices):
                raise MalformedCatalogue(f"{self.id}: {name} is {getattr(self, name)!r}")
        for name in _TEXTS:
            if not _is_text(getattr(self, name)):
                raise MalformedCatalogue(f"{self.id!r}: {name} is empty or not printable")
        if not self.who or not set(self.who) <= CORRIDORS:
            raise MalformedCatalogue(f"{self.id}: unknown corridor in {self.who!r}")
        if ("LGO" in self.who) is (self.lgo == "no"):
            raise MalformedCatalogue(f"{self.id}: who and lgo contradict each other")

    @property
    def numbers(self) -> tuple[str, ...]:
        """The id and the aliases."""
        return (self.id, *self.aliases)


class Catalogue:
    """An immutable, ordered set of requirements, found by any of their numbers."""

    def __init__(self, requirements: Iterable[Requirement], titles: Mapping[str, str]) -> None:
        """Index the requirements; ``titles`` gives each family its French title, in order.

        Raises MalformedCatalogue when a number names two requirements, or a family has no title.
        """
        self._requirements = tuple(requirements)
        self._titles = dict(titles)
        for family, title in self._titles.items():
            if not _is_text(family) or not _is_text(title):
                raise MalformedCatalogue(f"family {family!r}: its name or title is empty or not printable")
        self._by_number: dict[str, Requirement] = {}
        for requirement in self._requirements:
            self._index(requirement)

    def __len__(self) -> int:
        return len(self._requirements)

    def __iter__(self) -> Iterator[Requirement]:
        return iter(self._requirements)

    def __contains__(self, number: object) -> bool:
        return isinstance(number, str) and _key(number) in self._by_number

    def all(self) -> tuple[Requirement, ...]:
        """Return every requirement, by family, in the order of the data files."""
        return self._requirements

    def get(self, number: str) -> Requirement:
        """Return the requirement of an id or alias; case and the prefix ``SC.`` do not matter.

        Raises UnknownRequirement.
        """
        try:
            return self._by_number[_key(number)]
        except KeyError:
            raise UnknownRequirement(f"no requirement is numbered {number!r}") from None

    def families(self) -> tuple[str, ...]:
        """Return the names of the families, in the order of the reports."""
        return tuple(self._titles)

    def title(self, family: str) -> str:
        """Return the French title of a family. Raises UnknownFamily."""
        try:
            return self._titles[family]
        except KeyError:
            raise UnknownFamily(f"no family is named {family!r}") from None

    def of(self, family: str) -> tuple[Requirement, ...]:
        """Return the requirements of a family. Raises UnknownFamily."""
        self.title(family)
        return tuple(requirement for requirement in self._requirements if requirement.family == family)

    def _index(self, requirement: Requirement) -> None:
        if requirement.family not in self._titles:
            raise MalformedCatalogue(f"{requirement.id}: family {requirement.family!r} has no title")
        for number in requirement.numbers:
            other = self._by_number.setdefault(_key(number), requirement)
            if other is not requirement:
                raise MalformedCatalogue(f"{number} names both {other.id} and {requirement.id}")


@cache
def catalogue() -> Catalogue:
    """Return the catalogue shipped with the sandbox. Raises MalformedCatalogue when its data are damaged."""
    documents = [_read(family) for family in FAMILIES]
    titles = {document["family"]: document["title"] for document in documents}
    return Catalogue(
        (_requirement(document["family"], row) for document in documents for row in document["requirements"]), titles
    )


def _read(family: str) -> dict[str, Any]:
    text = files("lgo_sandbox.requirements").joinpath("data", f"{family}.json").read_text(encoding="utf-8")
    document: dict[str, Any] = json.loads(text)
    return document


def _requirement(family: str, row: dict[str, Any]) -> Requirement:
    try:
        return Requirement(**{**row, "family": family, "aliases": tuple(row["aliases"]), "who": tuple(row["who"])})
    except (KeyError, TypeError) as error:
        raise MalformedCatalogue(f"{row.get('id', family)}: {error}") from error


def _key(number: str) -> str:
    return number.strip().casefold().removeprefix(TRUNK_PREFIX)


def _is_text(value: object) -> bool:
    return isinstance(value, str) and value.strip() == value != "" and value.isprintable()
