"""The rules of the second validation layer, as data: stable ids, severity, Ségur requirements, source, how to mend.

Source: ``data/validation-rules.csv``; each rule links to its section of docs/sources, which says its confidence. Knows
no document.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType

from lxml import etree

from health_documents.findings import Severity

__all__ = ["Fault", "Faults", "Rule", "fault", "rules"]


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: ``title`` is what it asks for, in French."""

    id: str
    severity: Severity
    title: str
    requirements: tuple[str, ...]
    source: str
    remedy: str


@dataclass(frozen=True, slots=True)
class Fault:
    """A rule that a document breaks: where, what was found, what is expected. ``line`` is 0 when it means nothing."""

    rule: str
    received: str
    expected: str = ""
    line: int = 0
    path: str = ""


Faults = Iterator[Fault]

_MAX_TEXT = 200


@cache
def rules() -> MappingProxyType[str, Rule]:
    """Return all rules by id, in the order of the table."""
    text = files("health_documents").joinpath("data/validation-rules.csv").read_text(encoding="utf-8")
    rows = csv.DictReader(text.splitlines())
    return MappingProxyType({row["id"]: _rule(row) for row in rows})


def _rule(row: dict[str, str]) -> Rule:
    return Rule(
        id=row["id"],
        severity=Severity(row["severity"]),
        title=row["title"],
        requirements=tuple(row["requirements"].split()),
        source=row["source"],
        remedy=row["remedy"],
    )


def fault(rule: str, element: etree._Element | None, received: str, expected: str = "") -> Fault:
    """Return a fault at an element; long texts are cut."""
    line = 0 if element is None else int(element.sourceline or 0)
    return Fault(rule, _cut(received), _cut(expected), line, "" if element is None else path_of(element))


def path_of(element: etree._Element) -> str:
    """Return where an element stands, by the local names above it."""
    chain = [element, *element.iterancestors()]
    return "/".join(etree.QName(one).localname for one in reversed(chain))


def _cut(text: str) -> str:
    return text if len(text) <= _MAX_TEXT else text[: _MAX_TEXT - 1] + "…"
