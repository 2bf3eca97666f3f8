"""Rules on professionals and structures: roots, numbers and their keys, profession, names.

Source: specs/cda.md §3.4 and §4; confidence high for roots and value sets, medium for the forms of internal ids, which
is why numbers are warnings. Knows no directory.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml import etree

from health_documents import oids
from health_documents.cda.read.parts import attribute, child, children, text_of
from health_documents.codes.value_sets import CIVILITIES, TITLES
from health_documents.identifiers import OID_PS_IDNAT, OID_STRUCT_IDNAT, rpps_is_valid
from health_documents.validation.rules import Faults, fault
from health_documents.validation.source import HL7, CdaSource

__all__ = ["people_rules"]

_PERSONS = ("assignedAuthor", "assignedEntity", "associatedEntity", "intendedRecipient")
_NAMES = ("assignedPerson", "associatedPerson", "informationRecipient")
_STRUCTURES = (
    *("representedOrganization", "representedCustodianOrganization", "scopingOrganization"),
    "receivedOrganization",
)
_STRUCT_IDNAT = re.compile(r"1[0-9][0-9AB][0-9]{7}|2[0-9]{9}|3[0-9]{14}|[04].+|[0-9]{14,15}")
_PS_OTHER = re.compile(r"0.{9}|[1-79].+|[0-9]+/.+")
_PROFESSIONAL = frozenset({oids.SPECIALTY, oids.FUNCTION_ROLE})


def people_rules(source: CdaSource) -> Faults:
    """Yield the faults of professionals and structures, wherever they are named."""
    for entity in _all(source.root, _PERSONS):
        yield from _professional(entity)
    for structure in _all(source.root, _STRUCTURES):
        yield from _structure(structure)


def _all(root: etree._Element, names: tuple[str, ...]) -> Iterator[etree._Element]:
    return root.iter(*(f"{HL7}{name}" for name in names))


def _professional(entity: etree._Element) -> Faults:
    if entity.get("classCode") == "AGNT":
        return
    identifier, code = child(entity, "id"), child(entity, "code")
    system = "" if code is None else code.get("codeSystem", "")
    if identifier is not None and identifier.get("root"):
        yield from _number(identifier, is_professional=system in _PROFESSIONAL)
    for part in _NAMES:
        name = child(entity, f"{part}/name")
        if name is not None:
            yield from _name(name)


def _number(identifier: etree._Element, *, is_professional: bool) -> Faults:
    root, value = identifier.get("root", ""), identifier.get("extension", "")
    if root != OID_PS_IDNAT:
        if is_professional and not _is_internal(identifier):
            yield fault("CDA-PS-01", identifier, root, OID_PS_IDNAT)
        return
    if not (rpps_is_valid(value) or _PS_OTHER.fullmatch(value)):
        yield fault("CDA-PS-02", identifier, value or "extension absente", "8 et un RPPS de clé juste")


def _is_internal(identifier: etree._Element) -> bool:
    parent = identifier.getparent()
    others = [] if parent is None else [one.get("root") for one in children(parent, "id")]
    return OID_PS_IDNAT in others


def _name(name: etree._Element) -> Faults:
    if name.get("nullFlavor"):
        return
    if not (text_of(child(name, "family")) or text_of(name)):
        yield fault("CDA-PS-05", name, "family absent")
    for part, table in (("prefix", CIVILITIES), ("suffix", TITLES)):
        for element in children(name, part):
            if text_of(element) and text_of(element) not in table:
                yield fault("CDA-PS-06", element, text_of(element), ", ".join(table.codes))


def _structure(structure: etree._Element) -> Faults:
    root, value = attribute(structure, "id", "root"), attribute(structure, "id", "extension")
    if root == OID_STRUCT_IDNAT and not _STRUCT_IDNAT.fullmatch(value):
        yield fault("CDA-PS-03", structure, value or "extension absente", "1 + FINESS, 2 + SIREN, 3 + SIRET")
