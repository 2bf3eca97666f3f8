"""What the Annuaire Santé can be searched by: parameters and how each matches a resource.

Source: specs/mssante.md §4.1 (names of parameters: high; RPPS and FINESS as information systems: medium). FHIR R4
search (string, token, reference, date). Parameters of which the people have no data are known and match nothing.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

__all__ = ["KINDS", "Match", "Resource", "parameter_type", "search_parameters", "without_data"]

KINDS = ("Practitioner", "PractitionerRole", "Organization", "HealthcareService", "Device")

Resource = dict[str, Any]
Match = Callable[[Resource, str, str], bool]


def _plain(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text)
    return "".join(c for c in decomposed if not unicodedata.combining(c)).lower()


def _string(values: Iterable[str], wanted: str, modifier: str) -> bool:
    if modifier == "exact":
        return wanted in values
    plain = _plain(wanted)
    return any(plain in text if modifier == "contains" else text.startswith(plain) for text in map(_plain, values))


def _names(resource: Resource, *members: str) -> list[str]:
    found: list[str] = []
    for name in resource.get("name", ()):
        for member in members:
            value = name.get(member, [])
            found += value if isinstance(value, list) else [value]
    return found


def _token(pairs: Iterable[tuple[str, str]], wanted: str) -> bool:
    system, bar, value = wanted.rpartition("|")
    return any(one == value and (not bar or its_system == system) for its_system, one in pairs)


def _codings(concepts: Iterable[Resource]) -> list[tuple[str, str]]:
    return [(coding["system"], coding["code"]) for concept in concepts for coding in concept["coding"]]


def _mss_addresses(resource: Resource) -> list[str]:
    return [one["value"] for one in resource.get("telecom", ()) if one["system"] == "email"]


def _box_kinds(resource: Resource) -> list[tuple[str, str]]:
    boxes = [one for one in resource.get("telecom", ()) if one["system"] == "email"]
    return _codings(box["extension"][1]["extension"][0]["valueCodeableConcept"] for box in boxes)


def _refers(member: str) -> Match:
    def match(resource: Resource, wanted: str, _modifier: str) -> bool:
        reference = str(resource.get(member, {}).get("reference", ""))
        return wanted in (reference, reference.partition("/")[2])

    return match


def _updated(resource: Resource, wanted: str, _modifier: str) -> bool:
    prefix, text = (wanted[:2], wanted[2:]) if wanted[:1].isalpha() else ("eq", wanted)
    since = datetime.fromisoformat(text)
    since = since if since.tzinfo else since.replace(tzinfo=UTC)
    if prefix not in _ORDERS:
        raise ValueError(prefix)
    return _ORDERS[prefix](datetime.fromisoformat(resource["meta"]["lastUpdated"]), since)


_ORDERS: Mapping[str, Callable[[datetime, datetime], bool]] = {
    "eq": lambda one, other: one == other,
    "ne": lambda one, other: one != other,
    "ge": lambda one, other: one >= other,
    "gt": lambda one, other: one > other,
    "le": lambda one, other: one <= other,
    "lt": lambda one, other: one < other,
}


def _is(value: str) -> Match:
    return lambda _resource, wanted, _modifier: wanted.rpartition("|")[2] == value


def _unrecorded(_resource: Resource, _wanted: str, _modifier: str) -> bool:
    return False


def _address(*members: str) -> Match:
    def match(resource: Resource, wanted: str, modifier: str) -> bool:
        values = [one[member] for one in resource.get("address", ()) for member in members]
        return _string([text for v in values for text in (v if isinstance(v, list) else [v])], wanted, modifier)

    return match


def _without_data(*names: str) -> dict[str, Match]:
    return dict.fromkeys(names, _unrecorded)


_COMMON: Mapping[str, Match] = {
    "_id": lambda r, wanted, _: r["id"] == wanted,
    "_lastUpdated": _updated,
    "active": lambda r, wanted, _: wanted == ("true" if r["active"] else "false"),
    "identifier": lambda r, wanted, _: _token(((i["system"], i["value"]) for i in r["identifier"]), wanted),
    "identifier-type": lambda r, wanted, _: _token(_codings(i["type"] for i in r["identifier"]), wanted),
    "mailbox-mss": lambda r, wanted, modifier: _string(_mss_addresses(r), wanted, modifier),
}
_PARAMETERS: Mapping[str, Mapping[str, Match]] = {
    "Practitioner": {
        **_COMMON,
        "data-information-system": _is("RPPS"),
        **_without_data("data-registration-authority", "number-smartcard", "type-smartcard"),
        "family": lambda r, wanted, modifier: _string(_names(r, "family"), wanted, modifier),
        "given": lambda r, wanted, modifier: _string(_names(r, "given"), wanted, modifier),
        "name": lambda r, wanted, modifier: _string(_names(r, "family", "given", "prefix", "suffix"), wanted, modifier),
        "qualification-code": lambda r, wanted, _: _token(
            _codings(q["code"] for q in r.get("qualification", ())), wanted
        ),
    },
    "PractitionerRole": {
        **_COMMON,
        "data-information-system": _is("RPPS"),
        **_without_data("data-registration-authority"),
        "organization": _refers("organization"),
        "practitioner": _refers("practitioner"),
        "role": lambda r, wanted, _: _token(_codings(r["code"]), wanted),
    },
    "Organization": {
        **_COMMON,
        "data-information-system": _is("FINESS"),
        **_without_data("data-registration-authority", "partof", "pharmacy-licence"),
        "name": lambda r, wanted, modifier: _string([r["name"]], wanted, modifier),
        "type": lambda r, wanted, _: _token(_codings(r["type"]), wanted),
        "address": _address("line", "city", "postalCode"),
        "address-city": _address("city"),
        "address-line": _address("line"),
        "address-postalcode": _address("postalCode"),
    },
    "HealthcareService": _without_data(
        "_id",
        "_lastUpdated",
        "active",
        "characteristic",
        "identifier",
        "organization",
        "service-category",
        "service-type",
    ),
    "Device": _without_data(
        "_id", "_lastUpdated", "identifier", "manufacturer", "model", "organization", "status", "type"
    ),
}
_TYPES: Mapping[str, frozenset[str]] = {
    "date": frozenset({"_lastUpdated"}),
    "reference": frozenset({"organization", "partof", "practitioner"}),
    "string": frozenset(
        {"address", "address-city", "address-line", "address-postalcode", "family", "given", "mailbox-mss"}
        | {"manufacturer", "model", "name", "pharmacy-licence"}
    ),
}


def parameter_type(name: str) -> str:
    """Return the FHIR type of a parameter."""
    return next((kind for kind, names in _TYPES.items() if name in names), "token")


def without_data(kind: str) -> frozenset[str]:
    """Return the parameters of a resource type that are accepted and match nobody."""
    return frozenset(name for name, match in _PARAMETERS[kind].items() if match is _unrecorded)


def search_parameters(kind: str, *, mailbox_type: bool) -> Mapping[str, Match]:
    """Return the parameters of a resource type; ``mailbox_type``: with the one that is specified but not there."""
    extra: dict[str, Match] = {"mailbox-mss-type": lambda r, wanted, _: _token(_box_kinds(r), wanted)}
    return {**_PARAMETERS[kind], **(extra if mailbox_type and "mailbox-mss" in _PARAMETERS[kind] else {})}
