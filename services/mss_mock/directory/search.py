"""A search in the Annuaire Santé: reading what is asked, finding, paging, including. Raises ``Refused`` for the rest.

Source: docs/sources/annuaire.md#parametres, #inclusions, #pages (guide v2: high; texts of refusals as HAPI words them:
medium); FHIR R4 §3.1.1. Knows no HTTP and no FHIR form.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from difflib import get_close_matches

from mss_mock.directory import bits
from mss_mock.directory.matching import PREFIXES, NoDate, values_of
from mss_mock.directory.parameters import INCLUDES, Inclusion, Parameter, search_parameters
from mss_mock.directory.records import KINDS, Activity, Entry, Equipment, Site, Situation
from mss_mock.directory.register import Register
from mss_mock.domain import Refused

__all__ = ["DEFAULT_COUNT", "MAX_COUNT", "Asked", "Found", "asked_of", "find", "included", "known_kind", "read"]

DEFAULT_COUNT, MAX_COUNT, MAX_VALUES, MAX_CRITERIA = 50, 10_000, 500, 100
COSTLY = 5_000
"""From how many matches on a search by text says no total, unless it is asked for: ours."""
SHOWN = 10

Query = Sequence[tuple[str, str]]

_RESULTS = frozenset({"_count", "_elements", "_format", "_pretty", "_summary", "_total"})
_INCLUSIONS = frozenset({"_include", "_revinclude"})
_TOTALS = frozenset({"none", "estimate", "accurate"})
_SUMMARIES = frozenset({"true", "false", "count", "data", "text"})
_MODIFIERS: Mapping[str, frozenset[str]] = {
    "string": frozenset({"", "contains", "exact", "missing"}),
    "token": frozenset({"", "not", "missing"}),
    "reference": frozenset({"", "missing", *KINDS}),
    "date": frozenset({"", "missing"}),
    "uri": frozenset({""}),
}
_ALIASES = {
    ("HealthcareService", "_since"): ("_lastUpdated", "ge"),
    ("HealthcareService", "as-sp-data-information-system"): ("data-information-system", ""),
}
"""Names that the table of a guide's page has for a parameter, and the prefix that they imply."""
_REPEATED = re.compile(r"(_(?:rev)?include):(?:iterate|recurse)")


@dataclass(frozen=True, slots=True)
class Asked:
    """What a query asks beside its criteria. ``included`` are (key, value) in their order."""

    count: int = DEFAULT_COUNT
    total: str = ""
    summary: str = ""
    elements: frozenset[str] = frozenset()
    included: tuple[tuple[str, str], ...] = ()
    capped: str = ""
    """The ``_count`` that was asked, when it is more than is served."""


@dataclass(frozen=True, slots=True)
class Found:
    """The matches of a search, as a set; ``costly``: so many by their text that no total is said."""

    kind: str
    matches: int
    total: int
    costly: bool
    searched: tuple[tuple[str, str], ...] = field(default_factory=tuple)
    """The criteria, as they came."""


def known_kind(kind: str) -> None:
    """Refuse a resource type that the directory does not have."""
    if kind not in KINDS:
        known = ", ".join(sorted(KINDS))
        text = f"HAPI-0302: Unknown resource type '{kind[:64]}' - Server knows how to handle: [{known}]"
        raise Refused("annuaire-type", text, received=kind[:64], expected=known, where="chemin")


def read(register: Register, kind: str, identity: str) -> Entry:
    """Return an entry. Raises Refused."""
    known_kind(kind)
    entry = register.get(kind, identity)
    if entry is None:
        text = f"HAPI-2001: Resource {kind}/{identity[:64]} is not known"
        received, expected = f"{kind}/{identity[:64]}", f"l'identifiant d'un {kind} trouvé par une recherche"
        raise Refused("annuaire-ressource", text, received=received, expected=expected, where="chemin")
    return entry


# What is asked


def asked_of(query: Query) -> Asked:
    """Return what a query asks beside its criteria. Raises Refused."""
    values = dict(query)
    count = _number(values.get("_count"), "_count", DEFAULT_COUNT)
    total, summary = values.get("_total", ""), values.get("_summary", "")
    _one_of("_total", total, _TOTALS)
    _one_of("_summary", summary, _SUMMARIES)
    wanted = (name for key, value in query if key == "_elements" for name in value.split(","))
    return Asked(
        count=min(count, MAX_COUNT),
        total=total,
        summary="" if summary == "false" else summary,
        elements=frozenset(name.strip().rpartition(".")[2] for name in wanted if name.strip()),
        included=tuple((key, value) for key, value in query if _REPEATED.sub(r"\1", key) in _INCLUSIONS),
        capped=values["_count"] if count > MAX_COUNT else "",
    )


def _number(value: str | None, name: str, default: int) -> int:
    if value is None:
        return default
    if not (value.isascii() and value.isdigit() and len(value) <= 9):
        text, received = f"HAPI-0469: Invalid value of {name}", f"{name}={value[:80]}"
        raise Refused("annuaire-nombre", text, received=received, expected="un entier positif, en chiffres", where=name)
    return int(value)


def _one_of(name: str, value: str, known: Collection[str]) -> None:
    if value and value not in known:
        text, received = f"HAPI-2081: Invalid value of {name}: {value[:80]}", f"{name}={value[:80]}"
        raise Refused("annuaire-valeur", text, received=received, expected=", ".join(sorted(known)), where=name)


# Finding


def find(register: Register, kind: str, query: Query, now: datetime, *, mailbox_type: bool) -> Found:
    """Return the matches of a search. Raises Refused."""
    known_kind(kind)
    if len(query) > MAX_CRITERIA:
        received, expected = f"{len(query)} paramètres", f"{MAX_CRITERIA} au plus"
        raise Refused("annuaire-trop", received=received, expected=expected, where="requête")
    matches, by_text = register.everything(kind), False
    criteria: list[tuple[str, str]] = []
    for key, value in query:
        if key in _RESULTS or _REPEATED.sub(r"\1", key) in _INCLUSIONS:
            continue
        name, prefix = _ALIASES.get((kind, key), (key, ""))
        found, parameter = _criterion(register, kind, name, prefix + value, now, mailbox_type=mailbox_type)
        matches &= found
        by_text = by_text or parameter.type == "string"
        criteria.append((key, value))
    total = matches.bit_count()
    return Found(kind, matches, total, by_text and total > COSTLY, tuple(criteria))


def _criterion(
    register: Register, kind: str, key: str, value: str, now: datetime, *, mailbox_type: bool
) -> tuple[int, Parameter]:
    head, dot, rest = key.partition(".")
    name, _, modifier = head.partition(":")
    known = search_parameters(kind, mailbox_type=mailbox_type)
    parameter = known.get(name)
    if parameter is None or modifier not in _MODIFIERS[parameter.type] or (dot and not parameter.target):
        raise _unknown_parameter(kind, key[:80], {*known, *_RESULTS, *_INCLUSIONS})
    if parameter.type == "reference" and modifier in KINDS and modifier != parameter.target:
        raise _unknown_parameter(kind, key[:80], {*known, *_RESULTS, *_INCLUSIONS})
    if dot:
        targets, inner = _criterion(register, parameter.target, rest, value, now, mailbox_type=mailbox_type)
        return register.chained(kind, name, targets & register.everything(parameter.target)), inner
    wanted = _values(key, value, parameter, modifier)
    try:
        return register.having(kind, name, parameter, wanted, modifier, now), parameter
    except NoDate as error:
        text, received = f"HAPI-1882: Invalid date/time format: {value[:80]}", f"{key[:80]}={value[:80]}"
        expected = f"une date aaaa, aaaa-mm, aaaa-mm-jj ou complète, précédée ou non de {', '.join(PREFIXES)}"
        raise Refused("annuaire-valeur", text, received=received, expected=expected, where=key[:80]) from error


def _values(key: str, value: str, parameter: Parameter, modifier: str) -> list[str]:
    wanted = values_of(value)
    if len(wanted) > MAX_VALUES:
        received, expected = f"{len(wanted)} valeurs de {key[:80]}", f"{MAX_VALUES} au plus"
        raise Refused("annuaire-trop", received=received, expected=expected, where=key[:80])
    if modifier == "missing":
        _one_of(key[:80], value, ("true", "false"))
    if parameter.type == "token" and key.partition(":")[0] == "active":
        for one in wanted:
            _one_of(key[:80], one.rpartition("|")[2], ("true", "false"))
    return wanted


def _unknown_parameter(kind: str, key: str, known: Collection[str]) -> Refused:
    """Return the refusal of a parameter: with the one that it looks like, else with where they all are."""
    name, _, modifier = key.partition(":")
    near = get_close_matches(name, known, 1)
    if name in known and modifier in ("family", "given") and name == "name":
        expected, remedy = f"{modifier}=…", f"Écrivez « {modifier}= » à la place de « {key} »."
    elif name in known:
        expected = f"{name}, avec un modificateur de son type, ou sans"
        remedy = f"Retirez « :{modifier} » de « {key} »."
    elif near:
        expected, remedy = near[0], f"Écrivez « {near[0]} » à la place de « {name} »."
    else:
        shown = ", ".join(sorted(one for one in known if not one.startswith("_"))[:SHOWN])
        expected, remedy = f"un paramètre de {kind}, comme {shown}", ""
    text = f"Parameter {key} not found"
    return Refused("annuaire-parametre", text, received=key, expected=expected, where=key, remedy=remedy)


def page(register: Register, found: Found, offset: int, count: int) -> list[Entry]:
    """Return a slice of the matches."""
    return [register.entry(found.kind, number) for number in bits.positions(found.matches, offset, count)]


# Including


def included(register: Register, matched: Sequence[Entry], kind: str, asked: Asked) -> list[Entry]:
    """Return the entries that ``_include`` and ``_revinclude`` add, each once. Raises Refused for an unknown one."""
    found: dict[str, Entry] = {}
    seen = {one.id for one in matched}
    for key, value in asked.included:
        name = _REPEATED.sub(r"\1", key)
        origin = list(matched)
        while origin:
            fresh = [one for one in _added(register, origin, kind, name, value) if one.id not in seen]
            found.update((one.id, one) for one in fresh)
            seen |= {one.id for one in fresh}
            origin = list({one.id: one for one in fresh}.values()) if key != name else []
    return list(found.values())


def _added(register: Register, origin: Iterable[Entry], kind: str, name: str, value: str) -> Iterable[Entry]:
    if name == "_include":
        inclusions = _forward(kind, value)
        for one in origin:
            for inclusion in inclusions:
                target = _reference(one, inclusion)
                entry = register.get(inclusion.target, target) if target else None
                if entry is not None:
                    yield entry
        return
    inclusion = _backward(kind, value)
    for one in origin:
        yield from register.including(inclusion, one.id)


def _forward(kind: str, value: str) -> list[Inclusion]:
    if value == "*":
        return [one for one in INCLUDES.values() if one.source == kind]
    head, _, target = value.rpartition(":")
    inclusion = INCLUDES.get(value) or (INCLUDES.get(head) if target in KINDS else None)
    if inclusion is None:
        raise _unknown_inclusion("_include", value, [key for key, one in INCLUDES.items() if one.source == kind])
    return [inclusion]


def _backward(kind: str, value: str) -> Inclusion:
    head, _, target = value.rpartition(":")
    inclusion = INCLUDES.get(value) or (INCLUDES.get(head) if target in KINDS else None)
    if inclusion is None or inclusion.target != kind:
        raise _unknown_inclusion("_revinclude", value, [key for key, one in INCLUDES.items() if one.target == kind])
    return inclusion


def _unknown_inclusion(key: str, value: str, known: Sequence[str]) -> Refused:
    text = f"HAPI-2015: Invalid {key} parameter value: {value[:80]}"
    expected = " ou ".join(known) or f"aucun {key} pour cette ressource"
    remedy = f"Écrivez {key}={known[0]}." if known else f"Retirez {key}."
    return Refused("annuaire-inclusion", text, received=value[:80], expected=expected, where=key, remedy=remedy)


def _reference(entry: Entry, inclusion: Inclusion) -> str:
    """Return the id that an entry refers to by an inclusion; of another type than its source: nothing."""
    match entry, inclusion.source:
        case Situation(), "PractitionerRole":
            return entry.person if inclusion.parameter == "practitioner" else entry.site if entry.active else ""
        case Site(), "Organization":
            return entry.parent if entry.active else ""
        case ((Activity() | Equipment()), ("HealthcareService" | "Device")):
            return entry.site if entry.active else ""
        case _:
            return ""
