"""The FHIR form of an entry: profiles as-dp of the Annuaire Santé, without empty members.

Source: docs/sources/annuaire.md#formes (answers printed in the guide v2, profiles 1.2.0: high; what an inactive entry
keeps: high). Knows no search.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, TypeAlias

from mss_mock.directory import tables
from mss_mock.directory.parameters import AUTHORITIES, profiles_of
from mss_mock.directory.records import Activity, Box, Code, Entry, Equipment, Identifier, Person, Place, Site, Situation

__all__ = ["Resource", "kind_of", "resource_of", "subset", "summary"]

Resource: TypeAlias = dict[str, Any]

MANDATORY = frozenset({"resourceType", "id", "identifier", "active", "status"})
"""What a part of a resource keeps beside what is asked for."""
TAG = {"system": tables.SUBSETTED, "code": "SUBSETTED", "display": "Resource encoded in summary mode"}
_NAMES: dict[type[Entry], str] = {
    Person: "Practitioner",
    Situation: "PractitionerRole",
    Site: "Organization",
    Activity: "HealthcareService",
    Equipment: "Device",
}
SUMMARIES = {
    "Practitioner": {"name", "telecom"},
    "PractitionerRole": {"practitioner", "organization", "code", "telecom"},
    "Organization": {"type", "name", "partOf"},
    "HealthcareService": {"providedBy", "category", "type"},
    "Device": {"manufacturer", "serialNumber", "type"},
}
"""What ``_summary=true`` keeps of each type (FHIR R4, elements marked Σ that the directory fills)."""


def kind_of(entry: Entry) -> str:
    """Return the resource type of an entry."""
    return _NAMES[type(entry)]


def resource_of(entry: Entry, now: datetime) -> Resource:
    """Return an entry as a resource; one that is not active keeps little more than its identifiers."""
    resource = _head(entry, now)
    if isinstance(entry, Equipment):
        resource["status"] = "active" if entry.active else "inactive"
    else:
        resource["active"] = entry.active
    if isinstance(entry, Situation):
        resource["practitioner"] = {"reference": f"Practitioner/{entry.person}"}
    if not entry.active:
        return resource
    match entry:
        case Person():
            _person(resource, entry)
        case Situation():
            _situation(resource, entry)
        case Site():
            _site(resource, entry)
        case Activity():
            _activity(resource, entry)
        case Equipment():
            _equipment(resource, entry)
    return resource


def subset(resource: Resource, wanted: Iterable[str]) -> Resource:
    """Return a resource with some members beside the mandatory ones, marked as a part."""
    keep = MANDATORY | set(wanted)
    kept = {name: value for name, value in resource.items() if name in keep or name.removeprefix("_") in keep}
    meta = {**resource["meta"], "tag": [TAG]}
    kept.pop("meta", None)
    return {"resourceType": kept.pop("resourceType"), "id": kept.pop("id"), "meta": meta, **kept}


def summary(resource: Resource, wanted: str) -> Resource:
    """Return what ``_summary`` asks of a resource: ``true``, ``text`` or ``data``."""
    if wanted == "data":
        return subset(resource, resource)
    return subset(resource, SUMMARIES[resource["resourceType"]] if wanted == "true" else ())


# Parts


def _head(entry: Entry, now: datetime) -> Resource:
    touched = entry.touched(now)
    trace = [
        {"url": "autorite-enregistrement", "valueCodeableConcept": _concept(_authority(entry.source))},
        {"url": "systeme-information", "valueCode": entry.source},
    ]
    resource: Resource = {
        "resourceType": kind_of(entry),
        "id": entry.id,
        "meta": {
            "extension": [{"url": f"{tables.AS}/as-ext-data-trace", "extension": trace}],
            "versionId": str(touched.version),
            "lastUpdated": touched.at.strftime("%Y-%m-%dT%H:%M:%S.000+00:00"),
            "source": tables.SOURCE,
            "profile": list(profiles_of(entry)),
        },
        "language": "fr",
    }
    if entry.identifiers:
        resource["identifier"] = [_identifier(one) for one in entry.identifiers]
    return resource


def _authority(source: str) -> Code:
    return Code(tables.AUTHORITY, AUTHORITIES[source])


def _identifier(one: Identifier) -> Resource:
    kind = {"type": {"coding": [{"system": tables.IDENTIFIER_TYPES, "code": one.kind}]}} if one.kind else {}
    return {"use": "official", **kind, "system": one.system, "value": one.value}


def _coding(code: Code) -> Resource:
    return {"system": code.table, "code": code.code}


def _concept(*codes: Code) -> Resource:
    return {"coding": [_coding(code) for code in codes]}


def _mailbox(box: Box, rank: int) -> Resource:
    metadata = [{"url": "type", "valueCodeableConcept": _concept(Code(tables.MAILBOX_KIND, box.kind.value))}]
    return {
        "extension": [
            {
                "url": f"{tables.FR_CORE}/fr-core-contact-point-email-type",
                "valueCoding": _coding(Code(tables.MAIL_KIND, "MSSANTE")),
            },
            {"url": f"{tables.AS}/as-ext-mailbox-mss-metadata", "extension": metadata},
        ],
        "system": "email",
        "value": box.address,
        "rank": rank,
    }


def _mailboxes(resource: Resource, boxes: Iterable[Box], others: Iterable[Resource] = ()) -> None:
    if telecom := [*others, *(_mailbox(box, rank) for rank, box in enumerate(boxes, 1))]:
        resource["telecom"] = telecom


def _place(place: Place) -> Resource:
    parts = (("houseNumber", place.number), ("streetNameType", place.street_code), ("streetNameBase", place.street))
    line = [{"url": f"{tables.ISO21090}-{name}", "valueString": value} for name, value in parts if value]
    address: Resource = {"line": [place.line], "_line": [{"extension": line}], "city": place.city}
    if place.department:
        address["district"] = place.department
    address["postalCode"] = place.postal_code
    if place.cog:
        coding = _coding(Code(tables.COMMUNE, place.cog))
        address = {
            "extension": [{"url": f"{tables.FR_CORE}/fr-core-address-insee-code", "valueCoding": coding}],
            **address,
        }
    return address


# Resources


def _person(resource: Resource, one: Person) -> None:
    if one.card:
        card = [
            {"url": "type", "valueCodeableConcept": _concept(Code(tables.CARD_KIND, "CPS"))},
            {"url": "number", "valueString": one.card},
        ]
        resource["extension"] = [{"url": f"{tables.AS}/as-ext-smartcard", "extension": card}]
    name: Resource = {"use": "usual", "family": one.family, "given": list(one.given)}
    if one.civility:
        name["prefix"] = [one.civility]
    if one.title:
        name["suffix"] = [one.title]
    resource["name"] = [name]
    _mailboxes(resource, one.boxes)
    if one.qualifications:
        resource["qualification"] = [{"code": _concept(*codes)} for codes in one.qualifications]


def _situation(resource: Resource, one: Situation) -> None:
    resource["organization"] = {"reference": f"Organization/{one.site}"}
    if one.codes:
        resource["code"] = [_concept(code) for code in one.codes]
    _mailboxes(resource, one.boxes)


_TYPE_NAMES = {
    tables.ORGANIZATION_TYPES: "organizationType",
    tables.SECTOR: "secteurActiviteRASS",
    tables.LEGAL_STATUS: "statutJuridiqueINSEE",
    tables.PUBLIC_SERVICE: "sphParticipation",
}
"""What the extension of a type says it is; a category and an APE code have none in the guide's answers."""


def _type(code: Code) -> Resource:
    name = _TYPE_NAMES.get(code.table)
    extension = [{"url": f"{tables.AS}/as-ext-organization-types", "valueCode": name}]
    return {**({"extension": extension} if name else {}), **_concept(code)}


def _site(resource: Resource, one: Site) -> None:
    if one.licence:
        url = f"{tables.AS}/as-ext-organization-pharmacy-licence"
        resource["extension"] = [{"url": url, "valueString": one.licence}]
    resource["type"] = [_type(code) for code in one.types]
    resource["name"] = one.name
    others = [{"system": "phone", "value": one.phone}] if one.phone else []
    if one.email:
        others.append({"system": "email", "value": one.email})
    _mailboxes(resource, one.boxes, others)
    resource["address"] = [_place(one.place)]
    if one.parent:
        resource["partOf"] = {"reference": f"Organization/{one.parent}"}


def _authorised(date: str) -> list[Resource]:
    return [
        {"url": f"{tables.AS}/as-ext-authorization", "extension": [{"url": "dateAuthorization", "valueDate": date}]}
    ]


def _activity(resource: Resource, one: Activity) -> None:
    resource["extension"] = _authorised(one.authorised)
    if one.capacity:
        capacity = [{"url": "capacityAvailable", "valueInteger": one.capacity}]
        resource["extension"].append({"url": f"{tables.AS}/as-ext-supported-capacity", "extension": capacity})
    resource["providedBy"] = {"reference": f"Organization/{one.site}"}
    if one.category:
        resource["category"] = [_concept(one.category)]
    resource["type"] = [_concept(one.kind)]
    if one.characteristic:
        resource["characteristic"] = [_concept(one.characteristic)]


def _equipment(resource: Resource, one: Equipment) -> None:
    resource["extension"] = _authorised(one.authorised)
    resource["manufacturer"] = one.maker
    resource["serialNumber"] = one.serial
    resource["type"] = _concept(one.kind)
    resource["owner"] = {"reference": f"Organization/{one.site}"}
