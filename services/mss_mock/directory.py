"""The Annuaire Santé as the people have it, and its search rules: resources as values, no HTTP.

Source: specs/mssante.md §4.1 (identifiers, parameters, mailbox extension: high; where a personal mailbox hangs: the
practitioner, and the role when the address is in the structure's domain: simplified). FHIR R4 search (string, token,
reference).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache

from health_documents.identifiers import OID_PS_IDNAT, OID_STRUCT_IDNAT
from lgo_sandbox.population.people import Population, Professional, Structure
from mss_mock.codes import BoxKind
from mss_mock.directory_parameters import KINDS, Resource, search_parameters
from mss_mock.domain import Refused, application_mailbox

__all__ = ["Page", "capped_count", "elements_of", "find", "included", "known_kind", "read"]

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
UPDATED = "2026-01-05T03:00:00.000+00:00"
"""When everybody was last changed: the sandbox's people never are."""

STRUCK_OFF, NO_RPPS = "radie", "sans-rpps"
DEFAULT_COUNT, MAX_COUNT, MAX_VALUES = 50, 10_000, 100
SHOWN = 10


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
    meta = {"lastUpdated": UPDATED, "source": SOURCE, "profile": [f"{AS}/{profile}"]}
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
    identifiers = [_identifier("IDNST", f"urn:oid:{OID_STRUCT_IDNAT}", s.id_nat)]
    if s.finess:
        identifiers.append(_identifier("FINEG", FINESS, s.finess))
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
    groups = (map(_practitioner, known), roles, map(_organization, people.structures), (), ())
    return {kind: {one["id"]: one for one in group} for kind, group in zip(KINDS, groups, strict=True)}


# Searching


_CONTROLS = frozenset({"_count", "_elements", "_format", "_include", "_offset", "_pretty", "_revinclude", "_total"})
_MODIFIERS = frozenset({"", "contains", "exact"})
SUBSETTED = {"system": "http://terminology.hl7.org/CodeSystem/v3-ObservationValue", "code": "SUBSETTED"}
_INCLUDES = {"PractitionerRole:practitioner": "practitioner", "PractitionerRole:organization": "organization"}


def known_kind(kind: str) -> None:
    """Refuse a resource type that the directory does not have."""
    if kind not in KINDS:
        known = ", ".join(sorted(KINDS))
        text = f"HAPI-0302: Unknown resource type '{kind[:64]}' - Server knows how to handle: [{known}]"
        raise Refused("annuaire-type", text, received=kind[:64], expected=known, where="chemin")


def read(people: Population, kind: str, identity: str) -> Resource:
    """Return a resource. Raises Refused."""
    known_kind(kind)
    resource = _resources(people)[kind].get(identity)
    if resource is None:
        text = f"HAPI-2001: Resource {kind}/{identity[:64]} is not known"
        received, expected = f"{kind}/{identity[:64]}", f"l'identifiant d'un {kind} trouvé par une recherche"
        raise Refused("annuaire-ressource", text, received=received, expected=expected, where="chemin")
    return resource


def _unknown_parameter(kind: str, key: str, known: Collection[str]) -> Refused:
    """Return the refusal of a parameter: with the one that it looks like, else with where they all are."""
    name, _, modifier = key.partition(":")
    near = get_close_matches(name, known, 1)
    if name in known:
        expected, remedy = (
            f"{name}, {name}:exact ou {name}:contains",
            f"Retirez « :{modifier} », ou écrivez {name}:exact.",
        )
    elif near:
        expected, remedy = near[0], f"Écrivez « {near[0]} » à la place de « {name} »."
    else:
        shown = ", ".join(sorted(one for one in known if not one.startswith("_"))[:SHOWN])
        expected, remedy = f"un paramètre de {kind}, comme {shown}", ""
    text = f"Parameter {key} not found"
    return Refused("annuaire-parametre", text, received=key, expected=expected, where=key, remedy=remedy)


def find(people: Population, kind: str, query: Sequence[tuple[str, str]], *, mailbox_type: bool) -> Page:
    """Return a page of matches, by id. Raises Refused."""
    known_kind(kind)
    if len(query) > MAX_VALUES:
        received, expected = f"{len(query)} paramètres", f"{MAX_VALUES} au plus"
        raise Refused("annuaire-trop", received=received, expected=expected, where="requête")
    parameters = search_parameters(kind, mailbox_type=mailbox_type)
    matches = list(_resources(people)[kind].values())
    for key, value in query:
        name, _, modifier = key.partition(":")
        if name in _CONTROLS:
            continue
        if name not in parameters or modifier not in _MODIFIERS:
            raise _unknown_parameter(kind, key[:80], {*parameters, *_CONTROLS})
        wanted = [one for one in value.split(",")[:MAX_VALUES] if one]
        try:
            matches = [r for r in matches if any(parameters[name](r, one, modifier) for one in wanted)]
        except ValueError as error:
            text, received = f"Invalid value of {key[:80]}", f"{key[:80]}={value[:80]}"
            expected = "une date aaaa-mm-jj, précédée ou non de eq, ne, ge, gt, le ou lt"
            raise Refused("annuaire-valeur", text, received=received, expected=expected, where=key[:80]) from error
    matches.sort(key=lambda resource: str(resource["id"]))
    offset, count = _number(query, "_offset", 0), min(_number(query, "_count", DEFAULT_COUNT), MAX_COUNT)
    return Page(matches[offset : offset + count], len(matches), offset, count)


def _number(query: Sequence[tuple[str, str]], name: str, default: int) -> int:
    value = dict(query).get(name)
    if value is None:
        return default
    if not (value.isascii() and value.isdigit() and len(value) <= 9):
        text, received = f"HAPI-0469: Invalid value of {name}", f"{name}={value[:80]}"
        raise Refused("annuaire-nombre", text, received=received, expected="un entier positif, en chiffres", where=name)
    return int(value)


def capped_count(query: Sequence[tuple[str, str]]) -> str:
    """Return the ``_count`` that is asked, when it is more than is served."""
    asked = dict(query).get("_count", "")
    return asked if _number(query, "_count", DEFAULT_COUNT) > MAX_COUNT else ""


def elements_of(resource: Resource, query: Sequence[tuple[str, str]]) -> Resource:
    """Return a resource with what ``_elements`` asks for, marked as a part."""
    wanted = {name for key, value in query if key == "_elements" for name in value.split(",") if name}
    if not wanted:
        return resource
    kept = {name: value for name, value in resource.items() if name in wanted | {"resourceType", "id"}}
    return {**kept, "meta": {**resource["meta"], "tag": [SUBSETTED]}}


def included(people: Population, page: Page, query: Sequence[tuple[str, str]]) -> list[Resource]:
    """Return the resources that ``_include`` and ``_revinclude`` add. Raises Refused for an unknown one."""
    found: dict[str, Resource] = {}
    for key, value in query:
        if key not in ("_include", "_revinclude"):
            continue
        if value not in _INCLUDES:
            text = f"HAPI-2015: Invalid {key} parameter value: {value[:80]}"
            raise Refused("annuaire-inclusion", text, received=value[:80], expected=" ou ".join(_INCLUDES), where=key)
        more = _targets(people, page, value) if key == "_include" else _sources(people, page, value)
        found.update((f"{one['resourceType']}/{one['id']}", one) for one in more)
    for resource in page.resources:
        found.pop(f"{resource['resourceType']}/{resource['id']}", None)
    return [found[reference] for reference in sorted(found)]


def _reference(resource: Resource, include: str) -> str:
    return str(resource.get(_INCLUDES[include], {}).get("reference", ""))


def _targets(people: Population, page: Page, include: str) -> list[Resource]:
    references = [_reference(one, include) for one in page.resources]
    return [read(people, *reference.split("/")) for reference in references if reference]


def _sources(people: Population, page: Page, include: str) -> list[Resource]:
    matched = {f"{one['resourceType']}/{one['id']}" for one in page.resources}
    roles = _resources(people)[include.partition(":")[0]].values()
    return [role for role in roles if _reference(role, include) in matched]
