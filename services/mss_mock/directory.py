"""The Annuaire Santé as the people have it, and its search rules: resources as values, no HTTP.

Source: specs/mssante.md §4.1 (identifiers, parameters, mailbox extension: high; where a personal mailbox hangs: the
practitioner, and the role when the address is in the structure's domain: simplified). FHIR R4 search (string, token,
reference).
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from lgo_sandbox.identifiers import OID_PS_IDNAT, OID_STRUCT_IDNAT
from lgo_sandbox.people import Population, Professional, Structure

from .codes import BoxKind
from .domain import application_mailbox

__all__ = ["KINDS", "Page", "SearchError", "find", "included", "read", "search_parameters"]

KINDS = ("Practitioner", "PractitionerRole", "Organization")
FR_CORE = "https://hl7.fr/ig/fhir/core/StructureDefinition"
AS = "https://interop.esante.gouv.fr/ig/fhir/annuaire/StructureDefinition"
TRE = "https://mos.esante.gouv.fr/NOS"
IDENTIFIER_TYPES = "https://hl7.fr/ig/fhir/core/CodeSystem/fr-core-cs-v2-0203"
SOURCE = "https://annuaire.esante.gouv.fr"
RPPS, RPPS_RANK, FINESS = (
    "https://rpps.esante.gouv.fr",
    "https://rppsrang.esante.gouv.fr",
    "https://finess.esante.gouv.fr",
)
STRUCK_OFF, NO_RPPS = "radie", "sans-rpps"
DEFAULT_COUNT, MAX_COUNT, MAX_VALUES = 50, 10_000, 100

Resource = dict[str, Any]
Match = Callable[[Resource, str, str], bool]


class SearchError(ValueError):
    """A search is refused: HTTP status, issue type, diagnostics as the server words them."""

    def __init__(self, status: int, code: str, diagnostics: str) -> None:
        super().__init__(diagnostics)
        self.status = status
        self.code = code


@dataclass(frozen=True, slots=True)
class Page:
    """A slice of the matches of a search."""

    resources: Sequence[Resource]
    total: int
    offset: int
    count: int


# Resources


def _id(prefix: str, number: str) -> str:
    return f"{prefix}-{''.join(c if c.isalnum() else '-' for c in number)}"


def _identifier(kind: str, system: str, value: str) -> Resource:
    return {"type": {"coding": [{"system": IDENTIFIER_TYPES, "code": kind}]}, "system": system, "value": value}


def _coding(table: str, code: str, **more: str) -> Resource:
    return {"coding": [{"system": f"{TRE}/{table}/FHIR/{table.replace('_', '-', 1)}", "code": code, **more}]}


def _mailbox(address: str, kind: BoxKind) -> Resource:
    metadata = [{"url": "type", "valueCodeableConcept": _coding("TRE_R257-TypeBAL", kind.value)}]
    kind_of_mail = _coding("TRE_R256-TypeMessagerie", "MSSANTE")["coding"][0]
    return {
        "extension": [
            {"url": f"{FR_CORE}/fr-core-contact-point-email-type", "valueCoding": kind_of_mail},
            {"url": f"{AS}/as-ext-mailbox-mss-metadata", "extension": metadata},
        ],
        "system": "email",
        "value": address,
    }


def _base(kind: str, identity: str, profile: str, identifiers: Sequence[Resource], *, active: bool = True) -> Resource:
    meta = {"source": SOURCE, "profile": [f"{AS}/{profile}"]}
    return {"resourceType": kind, "id": identity, "meta": meta, "identifier": list(identifiers), "active": active}


def _practitioner(p: Professional) -> Resource:
    identifiers = [
        _identifier("IDNPS", f"urn:oid:{OID_PS_IDNAT}", p.national_id),
        _identifier("RPPS", RPPS, p.national_id[1:]),
    ]
    active = STRUCK_OFF not in p.tags
    resource = _base("Practitioner", _id("003", p.national_id), "as-dp-practitioner", identifiers, active=active)
    if not active:
        return resource
    name = {
        "family": p.family_name,
        "given": [p.given_name],
        "prefix": [p.civility],
        "suffix": [p.title] if p.title else [],
    }
    return {
        **resource,
        "name": [name],
        "telecom": [_mailbox(p.mailbox, BoxKind.PERSON)] if p.mailbox else [],
        "qualification": [{"code": _coding("TRE_G15-ProfessionSante", p.profession, display=p.label)}],
    }


def _role(p: Professional, structure: Structure) -> Resource:
    identifiers = [_identifier("INTRN", RPPS_RANK, f"{p.national_id[1:]}-1")]
    own_domain = p.mailbox.rpartition("@")[2] == structure.mailbox.rpartition("@")[2]
    return {
        **_base("PractitionerRole", _id("005", p.national_id), "as-dp-practitionerrole", identifiers),
        "practitioner": {"reference": f"Practitioner/{_id('003', p.national_id)}"},
        "organization": {"reference": f"Organization/{_id('001', structure.id_nat)}"},
        "code": [_coding("TRE_G15-ProfessionSante", p.profession, display=p.label)],
        "telecom": [_mailbox(p.mailbox, BoxKind.PERSON)] if p.mailbox and own_domain else [],
    }


def _organization(s: Structure) -> Resource:
    identifiers = [
        _identifier("IDNST", f"urn:oid:{OID_STRUCT_IDNAT}", s.id_nat),
        _identifier("FINEG", FINESS, s.finess),
    ]
    boxes = (
        [(s.mailbox, BoxKind.ORGANISATION), (application_mailbox(s).address, BoxKind.APPLICATION)] if s.mailbox else []
    )
    return {
        **_base("Organization", _id("001", s.id_nat), "as-dp-organization", identifiers),
        "type": [_coding("TRE_R02-SecteurActivite", s.sector)],
        "name": s.name,
        "telecom": [{"system": "phone", "value": s.phone}, *(_mailbox(*box) for box in boxes)],
        "address": [{"line": [s.address], "postalCode": s.postal_code, "city": s.city}],
    }


@cache
def _resources(people: Population) -> Mapping[str, Mapping[str, Resource]]:
    known = [p for p in people.professionals if NO_RPPS not in p.tags]
    roles = [_role(p, people.structure(p.structure)) for p in known if p.structure and STRUCK_OFF not in p.tags]
    groups = (map(_practitioner, known), roles, map(_organization, people.structures))
    return {kind: {one["id"]: one for one in group} for kind, group in zip(KINDS, groups, strict=True)}


# Searching


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


_COMMON: Mapping[str, Match] = {
    "_id": lambda r, wanted, _: r["id"] == wanted,
    "active": lambda r, wanted, _: wanted == ("true" if r["active"] else "false"),
    "identifier": lambda r, wanted, _: _token(((i["system"], i["value"]) for i in r["identifier"]), wanted),
    "mailbox-mss": lambda r, wanted, modifier: _string(_mss_addresses(r), wanted, modifier),
}
_PARAMETERS: Mapping[str, Mapping[str, Match]] = {
    "Practitioner": {
        **_COMMON,
        "family": lambda r, wanted, modifier: _string(_names(r, "family"), wanted, modifier),
        "given": lambda r, wanted, modifier: _string(_names(r, "given"), wanted, modifier),
        "name": lambda r, wanted, modifier: _string(_names(r, "family", "given", "prefix", "suffix"), wanted, modifier),
        "qualification-code": lambda r, wanted, _: _token(
            _codings(q["code"] for q in r.get("qualification", ())), wanted
        ),
    },
    "PractitionerRole": {
        **_COMMON,
        "organization": _refers("organization"),
        "practitioner": _refers("practitioner"),
        "role": lambda r, wanted, _: _token(_codings(r["code"]), wanted),
    },
    "Organization": {
        **_COMMON,
        "name": lambda r, wanted, modifier: _string([r["name"]], wanted, modifier),
        "type": lambda r, wanted, _: _token(_codings(r["type"]), wanted),
        "address-city": lambda r, wanted, modifier: _string([a["city"] for a in r["address"]], wanted, modifier),
        "address-postalcode": lambda r, wanted, modifier: _string(
            [a["postalCode"] for a in r["address"]], wanted, modifier
        ),
    },
}
_CONTROLS = frozenset({"_count", "_total", "_include", "_format", "_pretty", "_offset"})
_MODIFIERS = frozenset({"", "contains", "exact"})
_INCLUDES = {"PractitionerRole:practitioner": "practitioner", "PractitionerRole:organization": "organization"}


def search_parameters(kind: str, *, mailbox_type: bool) -> Mapping[str, Match]:
    """Return the parameters of a resource type; ``mailbox_type``: with the one that is specified but not there."""
    extra: dict[str, Match] = {"mailbox-mss-type": lambda r, wanted, _: _token(_box_kinds(r), wanted)}
    return {**_PARAMETERS[kind], **(extra if mailbox_type else {})}


def known_kind(kind: str) -> None:
    """Refuse a resource type that the directory does not have."""
    if kind not in KINDS:
        known = ", ".join(sorted(KINDS))
        text = f"HAPI-0302: Unknown resource type '{kind[:64]}' - Server knows how to handle: [{known}]"
        raise SearchError(404, "not-found", text)


def read(people: Population, kind: str, identity: str) -> Resource:
    """Return a resource. Raises SearchError."""
    known_kind(kind)
    resource = _resources(people)[kind].get(identity)
    if resource is None:
        raise SearchError(404, "not-found", f"HAPI-2001: Resource {kind}/{identity[:64]} is not known")
    return resource


def find(people: Population, kind: str, query: Sequence[tuple[str, str]], *, mailbox_type: bool) -> Page:
    """Return a page of matches, by id. Raises SearchError."""
    known_kind(kind)
    if len(query) > MAX_VALUES:
        raise SearchError(400, "invalid", "Too many parameters")
    parameters = search_parameters(kind, mailbox_type=mailbox_type)
    matches = list(_resources(people)[kind].values())
    for key, value in query:
        name, _, modifier = key.partition(":")
        if name in _CONTROLS:
            continue
        if name not in parameters or modifier not in _MODIFIERS:
            raise SearchError(400, "invalid", f"Parameter {key[:80]} not found")
        wanted = [one for one in value.split(",")[:MAX_VALUES] if one]
        matches = [r for r in matches if any(parameters[name](r, one, modifier) for one in wanted)]
    matches.sort(key=lambda resource: str(resource["id"]))
    offset, count = _number(query, "_offset", 0), min(_number(query, "_count", DEFAULT_COUNT), MAX_COUNT)
    return Page(matches[offset : offset + count], len(matches), offset, count)


def _number(query: Sequence[tuple[str, str]], name: str, default: int) -> int:
    value = dict(query).get(name)
    if value is None:
        return default
    if not (value.isascii() and value.isdigit() and len(value) <= 9):
        raise SearchError(400, "invalid", f"HAPI-0469: Invalid value of {name}")
    return int(value)


def included(people: Population, page: Page, query: Sequence[tuple[str, str]]) -> list[Resource]:
    """Return the resources that ``_include`` adds. Raises SearchError for an unknown one."""
    wanted = [value for name, value in query if name == "_include"]
    found: dict[str, Resource] = {}
    for value in wanted:
        if value not in _INCLUDES:
            raise SearchError(400, "invalid", f"HAPI-2015: Invalid _include parameter value: {value[:80]}")
        for resource in page.resources:
            reference = str(resource.get(_INCLUDES[value], {}).get("reference", ""))
            kind, _, identity = reference.partition("/")
            if identity:
                found[reference] = read(people, kind, identity)
    return [found[reference] for reference in sorted(found)]
