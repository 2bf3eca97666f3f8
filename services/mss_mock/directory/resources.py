"""The FHIR form of an entry: profiles as-dp of the Annuaire Santé, without empty members.

A form is written as the JSON text of each member: most of it is the same in thousands of resources (origin, types of
identifiers, qualifications, extensions of mailboxes), so it is encoded once. Source: docs/sources/annuaire.md#formes
(answers printed in the guide v2, profiles 1.2.0: high; what an inactive entry keeps: high). Knows no search.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import lru_cache
from json.encoder import encode_basestring as quoted
from typing import Any, TypeAlias

from lgo_sandbox.wire.json import write_json
from mss_mock.directory import tables
from mss_mock.directory.parameters import AUTHORITIES, profiles_of
from mss_mock.directory.records import (
    Activity,
    Base,
    Box,
    Code,
    Entry,
    Equipment,
    Identifier,
    Person,
    Place,
    Site,
    Situation,
)

__all__ = ["Form", "form_of", "kind_of", "subset", "summary", "text_of"]

Form: TypeAlias = dict[str, str]
"""The members of a resource in their order, each as JSON text."""

MANDATORY = frozenset({"resourceType", "id", "meta", "identifier", "active", "status"})
"""What a part of a resource keeps beside what is asked for."""
TAG = (
    f',"tag":[{{"system":"{tables.SUBSETTED}","code":"SUBSETTED","display":"Resource encoded in summary mode"}}]' + "}"
)
"""What marks a resource as a part: the end of its ``meta``."""
_NAMES: dict[type[Base], str] = {
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


def form_of(entry: Entry, now: datetime) -> Form:
    """Return an entry as a resource; one that is not active keeps little more than its identifiers."""
    form = _head(entry, now)
    if isinstance(entry, Equipment):
        form["status"] = '"active"' if entry.active else '"inactive"'
    else:
        form["active"] = "true" if entry.active else "false"
    if isinstance(entry, Situation):
        form["practitioner"] = _reference("Practitioner", entry.person)
    if entry.active:
        _complete(form, entry)
    return form


def _complete(form: Form, entry: Entry) -> None:
    match entry:
        case Person():
            _person(form, entry)
        case Situation():
            _situation(form, entry)
        case Site():
            _site(form, entry)
        case Activity():
            _activity(form, entry)
        case Equipment():
            _equipment(form, entry)


def text_of(form: Mapping[str, str]) -> str:
    """Return a resource as JSON text."""
    return "{" + ",".join([f'"{name}":{text}' for name, text in form.items()]) + "}"


def subset(form: Form, wanted: Iterable[str]) -> Form:
    """Return a resource with some members beside the mandatory ones, marked as a part."""
    keep = MANDATORY.union(wanted)
    kept = {name: text for name, text in form.items() if name in keep}
    kept["meta"] = kept["meta"][:-1] + TAG
    return kept


def summary(form: Form, kind: str, wanted: str) -> Form:
    """Return what ``_summary`` asks of a resource: ``true``, ``text`` or ``data``."""
    if wanted == "data":
        return subset(form, form)
    return subset(form, SUMMARIES[kind] if wanted == "true" else ())


# Parts


def _json(value: Any) -> str:
    return write_json(value).decode()


@lru_cache(maxsize=16)
def _traced(source: str, profiles: tuple[str, ...]) -> tuple[str, str]:
    """Return what stands before and after the version and the date in ``meta``."""
    trace = [
        {
            "url": "autorite-enregistrement",
            "valueCodeableConcept": _concept(Code(tables.AUTHORITY, AUTHORITIES[source])),
        },
        {"url": "systeme-information", "valueCode": source},
    ]
    extension = _json([{"url": f"{tables.AS}/as-ext-data-trace", "extension": trace}])
    after = f'"source":"{tables.SOURCE}","profile":{_json(list(profiles))}' + "}"
    return f'{{"extension":{extension},"versionId":"', after


def _head(entry: Entry, now: datetime) -> Form:
    touched = entry.touched(now)
    before, after = _traced(entry.source, profiles_of(entry))
    updated = touched.at.isoformat(timespec="milliseconds")
    form = {
        "resourceType": f'"{kind_of(entry)}"',
        "id": f'"{entry.id}"',
        "meta": f'{before}{touched.version}","lastUpdated":"{updated}",{after}',
        "language": '"fr"',
    }
    if entry.identifiers:
        form["identifier"] = "[" + ",".join([_identifier(one) for one in entry.identifiers]) + "]"
    return form


@lru_cache(maxsize=64)
def _numbered(kind: str, system: str) -> str:
    """Return what stands before the value of an identifier."""
    type_of_number = {"type": {"coding": [{"system": tables.IDENTIFIER_TYPES, "code": kind}]}} if kind else {}
    return _json({"use": "official", **type_of_number, "system": system})[:-1] + ',"value":'


def _identifier(one: Identifier) -> str:
    return _numbered(one.kind, one.system) + quoted(one.value) + "}"


def _coding(code: Code) -> dict[str, Any]:
    return {"system": code.table, "code": code.code}


def _concept(*codes: Code) -> dict[str, Any]:
    return {"coding": [_coding(code) for code in codes]}


@lru_cache(maxsize=1024)
def _concepts(codes: tuple[Code, ...]) -> str:
    """Return a list of concepts of one code each."""
    return _json([_concept(code) for code in codes])


@lru_cache(maxsize=256)
def _qualifications(held: tuple[tuple[Code, ...], ...]) -> str:
    return _json([{"code": _concept(*codes)} for codes in held])


def _reference(kind: str, identity: str) -> str:
    return f'{{"reference":"{kind}/{identity}"}}'


@lru_cache(maxsize=8)
def _boxed(kind: str) -> str:
    """Return what stands before the address of a mailbox."""
    metadata = [{"url": "type", "valueCodeableConcept": _concept(Code(tables.MAILBOX_KIND, kind))}]
    mail_kind = _coding(Code(tables.MAIL_KIND, "MSSANTE"))
    extension = [
        {"url": f"{tables.FR_CORE}/fr-core-contact-point-email-type", "valueCoding": mail_kind},
        {"url": f"{tables.AS}/as-ext-mailbox-mss-metadata", "extension": metadata},
    ]
    return _json({"extension": extension, "system": "email"})[:-1] + ',"value":'


def _mailbox(box: Box, rank: int) -> str:
    return f'{_boxed(box.kind.value)}{quoted(box.address)},"rank":{rank}' + "}"


def _mailboxes(form: Form, boxes: tuple[Box, ...], others: tuple[str, ...] = ()) -> None:
    if boxes or others:
        form["telecom"] = "[" + ",".join([*others, *map(_mailbox, boxes, range(1, len(boxes) + 1))]) + "]"


@lru_cache(maxsize=8192)
def _place(place: Place) -> str:
    parts = (("houseNumber", place.number), ("streetNameType", place.street_code), ("streetNameBase", place.street))
    line = [{"url": f"{tables.ISO21090}-{name}", "valueString": value} for name, value in parts if value]
    address: dict[str, Any] = {}
    if place.cog:
        coding = _coding(Code(tables.COMMUNE, place.cog))
        address["extension"] = [{"url": f"{tables.FR_CORE}/fr-core-address-insee-code", "valueCoding": coding}]
    address |= {"line": [place.line], "_line": [{"extension": line}], "city": place.city}
    if place.department:
        address["district"] = place.department
    return _json([{**address, "postalCode": place.postal_code}])


# Resources


_CARD = _json({"url": "type", "valueCodeableConcept": {"coding": [{"system": tables.CARD_KIND, "code": "CPS"}]}})


def _person(form: Form, one: Person) -> None:
    if one.card:
        number = f'{{"url":"number","valueString":{quoted(one.card)}}}'
        form["extension"] = f'[{{"url":"{tables.AS}/as-ext-smartcard","extension":[{_CARD},{number}]}}]'
    given = ",".join(map(quoted, one.given))
    name = f'"use":"usual","family":{quoted(one.family)},"given":[{given}]'
    if one.civility:
        name += f',"prefix":[{quoted(one.civility)}]'
    if one.title:
        name += f',"suffix":[{quoted(one.title)}]'
    form["name"] = f"[{{{name}}}]"
    _mailboxes(form, one.boxes)
    if one.qualifications:
        form["qualification"] = _qualifications(one.qualifications)


def _situation(form: Form, one: Situation) -> None:
    form["organization"] = _reference("Organization", one.site)
    if one.codes:
        form["code"] = _concepts(one.codes)
    _mailboxes(form, one.boxes)


_TYPE_NAMES = {
    tables.ORGANIZATION_TYPES: "organizationType",
    tables.SECTOR: "secteurActiviteRASS",
    tables.LEGAL_STATUS: "statutJuridiqueINSEE",
    tables.PUBLIC_SERVICE: "sphParticipation",
}
"""What the extension of a type says it is; a category and an APE code have none in the guide's answers."""


@lru_cache(maxsize=128)
def _types(codes: tuple[Code, ...]) -> str:
    return _json([_type(code) for code in codes])


def _type(code: Code) -> dict[str, Any]:
    name = _TYPE_NAMES.get(code.table)
    extension = [{"url": f"{tables.AS}/as-ext-organization-types", "valueCode": name}]
    return {**({"extension": extension} if name else {}), **_concept(code)}


def _site(form: Form, one: Site) -> None:
    if one.licence:
        url = f"{tables.AS}/as-ext-organization-pharmacy-licence"
        form["extension"] = f'[{{"url":"{url}","valueString":{quoted(one.licence)}}}]'
    form["type"] = _types(one.types)
    form["name"] = quoted(one.name)
    others = (("phone", one.phone), ("email", one.email))
    telecom = tuple(f'{{"system":"{system}","value":{quoted(value)}}}' for system, value in others if value)
    _mailboxes(form, one.boxes, telecom)
    form["address"] = _place(one.place)
    if one.parent:
        form["partOf"] = _reference("Organization", one.parent)


def _authorised(date: str) -> dict[str, Any]:
    return {"url": f"{tables.AS}/as-ext-authorization", "extension": [{"url": "dateAuthorization", "valueDate": date}]}


def _activity(form: Form, one: Activity) -> None:
    extension = [_authorised(one.authorised)]
    if one.capacity:
        capacity = [{"url": "capacityAvailable", "valueInteger": one.capacity}]
        extension.append({"url": f"{tables.AS}/as-ext-supported-capacity", "extension": capacity})
    form["extension"] = _json(extension)
    form["providedBy"] = _reference("Organization", one.site)
    if one.category:
        form["category"] = _concepts((one.category,))
    form["type"] = _concepts((one.kind,))
    if one.characteristic:
        form["characteristic"] = _concepts((one.characteristic,))


def _equipment(form: Form, one: Equipment) -> None:
    form["extension"] = _json([_authorised(one.authorised)])
    form["manufacturer"] = quoted(one.maker)
    form["serialNumber"] = quoted(one.serial)
    form["type"] = _concepts((one.kind,))[1:-1]
    form["owner"] = _reference("Organization", one.site)
