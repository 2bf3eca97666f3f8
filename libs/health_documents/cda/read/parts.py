"""Reads the parts that recur in CDA headers: identifiers, codes, people, structures, times.

Source: specs/cda.md §4; confidence high. Lenient: absent is empty. Shares constants with the writers, and no code.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, tzinfo
from functools import lru_cache

from lxml import etree

from health_documents import oids
from health_documents.dtm import moment_of_digits
from health_documents.identifiers import ROOTS_OF_INS
from health_documents.values.document import (
    Author,
    Code,
    Identifier,
    Organization,
    Participant,
    PatientIdentity,
    Recipient,
    RelatedPerson,
)

__all__ = [
    "attribute",
    "child",
    "children",
    "has_template",
    "integer",
    "iso_date",
    "moment_of",
    "read_author",
    "read_code",
    "read_identifier",
    "read_informant",
    "read_organization",
    "read_participant",
    "read_patient",
    "read_recipient",
    "text_of",
]

_NAMESPACES = {"": oids.NS_HL7, "pharm": oids.NS_PHARM}
_ADDRESS_PARTS = ("streetAddressLine", "houseNumber", "streetNameType", "streetName", "unitID", "additionalLocator")
_PLAIN_PATH = re.compile(r"(?:pharm:)?[A-Za-z]+(?:/(?:pharm:)?[A-Za-z]+)*")
_LINE_BREAK = f"{{{oids.NS_HL7}}}br"
_DAY = re.compile(r"([0-9]{4})(?:([0-9]{2})([0-9]{2})?)?")
_FULL_TIME = re.compile(r"[0-9]{14}(\.[0-9]+)?[+-][0-9]{4}")


def child(parent: etree._Element | None, path: str) -> etree._Element | None:
    """Return the first element at a path of HL7 names, None when it or its parent is absent."""
    if parent is None:
        return None
    tags = _tags(path)
    if len(tags) == 1:
        return next(parent.iterchildren(tags[0]), None)
    return next(_walked(parent, tags) if tags else parent.iterfind(path, _NAMESPACES), None)


def children(parent: etree._Element | None, path: str) -> list[etree._Element]:
    """Return all elements at a path of HL7 names."""
    return list(_found(parent, path))


def _found(parent: etree._Element | None, path: str) -> Iterator[etree._Element]:
    """Yield the elements at a path; a plain one is walked, which costs half of what ``iterfind`` does."""
    if parent is None:
        return iter(())
    tags = _tags(path)
    if not tags:
        return parent.iterfind(path, _NAMESPACES)
    return parent.iterchildren(tags[0]) if len(tags) == 1 else _walked(parent, tags)


def _walked(parent: etree._Element, tags: tuple[str, ...]) -> Iterator[etree._Element]:
    first, *rest = tags
    for one in parent.iterchildren(first):
        if len(rest) == 1:
            yield from one.iterchildren(rest[0])
        else:
            yield from _walked(one, tuple(rest))


@lru_cache(maxsize=1024)
def _tags(path: str) -> tuple[str, ...]:
    """Return the tags of a path of plain names, none for one with predicates, wildcards or descendants."""
    if not _PLAIN_PATH.fullmatch(path):
        return ()
    steps = (step.rpartition(":") for step in path.split("/"))
    return tuple(f"{{{_NAMESPACES[prefix]}}}{name}" for prefix, _, name in steps)


def attribute(parent: etree._Element | None, path: str, name: str) -> str:
    """Return an attribute of the first element at a path, empty when there is none."""
    element = child(parent, path)
    return "" if element is None else element.get(name, "")


def has_template(element: etree._Element, template: str) -> bool:
    """Tell whether an element claims a template."""
    return any(one.get("root") == template for one in _found(element, "templateId"))


def integer(text: str) -> int | None:
    """Return a natural number, None for any other text."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


def text_of(element: etree._Element | None) -> str:
    """Return the text of an element and of those inside, with white space made single."""
    if element is None:
        return ""
    text = "".join(_pieces(element)) if len(element) else element.text or ""
    return " ".join(text.split())


def _pieces(element: etree._Element) -> Iterator[str]:
    yield element.text or ""
    for inner in element:
        if isinstance(inner.tag, str):
            yield " " if inner.tag == _LINE_BREAK else ""
            yield from _pieces(inner)
        yield inner.tail or ""


def read_identifier(element: etree._Element | None) -> Identifier | None:
    """Return an instance identifier, None when it is absent or has no root."""
    if element is None or not element.get("root"):
        return None
    return Identifier(element.get("root", ""), element.get("extension", ""))


def read_code(element: etree._Element | None) -> Code | None:
    """Return a code, None when it is absent or null."""
    if element is None or not element.get("code"):
        return None
    return Code(element.get("code", ""), element.get("displayName", ""), element.get("codeSystem", ""))


def moment_of(time: str) -> datetime | None:
    """Return an HL7 time as an aware datetime, None when it is not complete."""
    if not _FULL_TIME.fullmatch(time):
        return None
    try:
        return moment_of_digits(time[:14]).replace(tzinfo=_zone(time[-5:]))
    except ValueError:
        return None


@lru_cache(maxsize=128)
def _zone(offset: str) -> tzinfo | None:
    return datetime.strptime(offset, "%z").tzinfo


def iso_date(time: str) -> str:
    """Return the day of an HL7 time as ``AAAA-MM-JJ`` (or the month, or the year), empty when it has none."""
    digits = _DAY.match(time)
    return "-".join(part for part in digits.groups() if part) if digits else ""


def read_organization(element: etree._Element | None) -> Organization | None:
    """Return a structure, None when it is absent. Its sector, which CDA does not say there, is empty."""
    if element is None:
        return None
    identifier = read_identifier(child(element, "id")) or Identifier("")
    return Organization(
        id_nat=identifier.extension,
        name=text_of(child(element, "name")),
        sector="",
        **_place(element),
        root=identifier.root,
    )


def read_author(entity: etree._Element, *, person: str = "assignedPerson") -> Author:
    """Return the professional or the device of an assignedAuthor, an assignedEntity or an associatedEntity."""
    identifier = read_identifier(child(entity, "id")) or Identifier("")
    specialty = read_code(child(entity, "code")) or Code("", "", "")
    name = child(entity, f"{person}/name")
    structure = child(entity, "representedOrganization")
    return Author(
        national_id=identifier.extension,
        family_name=text_of(child(name, "family")),
        given_name=text_of(child(name, "given")),
        specialty_code=specialty.code,
        specialty_label=specialty.label,
        structure=read_organization(child(entity, "scopingOrganization") if structure is None else structure),
        prefix=text_of(child(name, "prefix")),
        suffix=text_of(child(name, "suffix")),
        root=identifier.root,
        specialty_system=specialty.system,
        device=text_of(child(entity, "assignedAuthoringDevice/softwareName")),
        device_model=text_of(child(entity, "assignedAuthoringDevice/manufacturerModelName")),
        function=None if person != "assignedPerson" else read_code(child(entity.getparent(), "functionCode")),
    )


def read_recipient(element: etree._Element) -> Recipient:
    """Return a recipient: who, where, and the mail address when there is one."""
    identifier = read_identifier(child(element, "id")) or Identifier("")
    name = child(element, "informationRecipient/name")
    return Recipient(
        national_id=identifier.extension,
        family_name=text_of(child(name, "family")),
        given_name=text_of(child(name, "given")),
        prefix=text_of(child(name, "prefix")),
        suffix=text_of(child(name, "suffix")),
        mailbox=_telecom(element, "mailto:"),
        structure=read_organization(child(element, "receivedOrganization")),
        root=identifier.root,
    )


def read_patient(root: etree._Element) -> PatientIdentity | None:
    """Return the identity of the patient, None when the document has no patientRole."""
    role = child(root, "recordTarget/patientRole")
    if role is None:
        return None
    ins, local = _patient_ids(role)
    person = child(role, "patient")
    name = child(person, "name")
    return PatientIdentity(
        matricule=ins.extension,
        oid=ins.root,
        birth_name=_name_part(name, "family", "BR") or text_of(child(name, "family")),
        first_names=tuple(_given_names(name).split()),
        sex=attribute(person, "administrativeGenderCode", "code"),
        birth_date=iso_date(attribute(person, "birthTime", "value")),
        birth_place=text_of(child(person, "birthplace/place/addr/county")),
        used_name=_name_part(name, "family", "CL"),
        used_first_name=_name_part(name, "given", "CL"),
        **_place(role),
        local_id=local.extension,
        local_oid=local.root,
        guardian=_guardian(child(person, "guardian")),
    )


def _guardian(element: etree._Element | None) -> RelatedPerson | None:
    if element is None:
        return None
    return _related(element, "GUARD", "guardianPerson/name")


def read_informant(element: etree._Element) -> RelatedPerson:
    """Return the person of a relatedEntity."""
    return _related(element, element.get("classCode", ""), "relatedPerson/name")


def read_participant(element: etree._Element) -> Participant:
    """Return a participant of the header; the person is None when nobody is identified."""
    entity = child(element, "associatedEntity")
    named = entity is not None and (child(entity, "associatedPerson") is not None or attribute(entity, "id", "root"))
    return Participant(
        kind=element.get("typeCode", ""),
        person=read_author(entity, person="associatedPerson") if entity is not None and named else None,
        function=read_code(child(element, "functionCode")),
        start=moment_of(attribute(element, "time/low", "value") or attribute(element, "time", "value")),
        stop=moment_of(attribute(element, "time/high", "value")),
        role="" if entity is None else entity.get("classCode", ""),
    )


def _related(element: etree._Element, kind: str, path: str) -> RelatedPerson:
    name = child(element, path)
    return RelatedPerson(
        kind=kind,
        family_name=text_of(child(name, "family")),
        given_name=text_of(child(name, "given")),
        prefix=text_of(child(name, "prefix")),
        relation=read_code(child(element, "code")),
        **_place(element),
    )


def _patient_ids(role: etree._Element) -> tuple[Identifier, Identifier]:
    ids = [one for one in map(read_identifier, children(role, "id")) if one]
    nothing = Identifier("")
    ins = next((one for one in ids if one.root in ROOTS_OF_INS), nothing)
    return ins, next((one for one in ids if one.root not in ROOTS_OF_INS), nothing)


def _name_part(name: etree._Element | None, part: str, qualifier: str) -> str:
    return text_of(next((one for one in _found(name, part) if one.get("qualifier") == qualifier), None))


def _given_names(name: etree._Element | None) -> str:
    full = next((one for one in children(name, "given") if one.get("qualifier") is None), None)
    return text_of(full) or _name_part(name, "given", "BR")


def _place(element: etree._Element) -> dict[str, str]:
    address = child(element, "addr")
    parts = () if address is None else address.iterchildren(tag=etree.Element)
    return {
        "address": " ".join(text_of(one) for one in parts if etree.QName(one).localname in _ADDRESS_PARTS),
        "postal_code": text_of(child(address, "postalCode")),
        "city": text_of(child(address, "city")),
        "phone": _telecom(element, "tel:"),
    }


def _telecom(element: etree._Element, scheme: str) -> str:
    values = (one.get("value", "") for one in children(element, "telecom"))
    return next((value.removeprefix(scheme) for value in values if value.startswith(scheme)), "")
