"""Reads the coded entries of all sections: each by the template that it claims, the others kept as they came.

Source: specs/cda.md §6 (templates of entries), cda-outlines (what the official samples hold); confidence high. A
container (act, organizer) is opened; a statement that no reader claims becomes an UnknownEntry. Knows no document type.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from lxml import etree

from health_documents import oids
from health_documents.cda.read.body import section_name, sections_of
from health_documents.cda.read.clinical import read_allergy, read_device, read_problem, read_procedure, read_treatment
from health_documents.cda.read.narrative import Narrative
from health_documents.cda.read.parts import child, children, has_template, read_code
from health_documents.cda.read.pharmacy import read_device_line, read_dispensed_line, read_rapid_tests, read_vaccination
from health_documents.cda.read.results import Place, read_result
from health_documents.cda.read.templates import KNOWN_INSIDE
from health_documents.values.clinical import (
    Allergy,
    Device,
    DeviceLine,
    DispensedLine,
    Problem,
    Procedure,
    RapidTest,
    Result,
    Treatment,
    UnknownEntry,
    Vaccination,
)

__all__ = ["Entries", "read_entries"]

_HL7 = f"{{{oids.NS_HL7}}}"
_CONTAINERS = frozenset({"act", "organizer"})
_STATEMENTS = (
    *("act", "encounter", "observation", "observationMedia", "organizer", "procedure"),
    *("regionOfInterest", "substanceAdministration", "supply"),
)


@dataclass(frozen=True, slots=True)
class Entries:
    """All that the sections of a document say in codes, by kind and in their order."""

    device_lines: list[DeviceLine] = field(default_factory=list)
    dispensed_lines: list[DispensedLine] = field(default_factory=list)
    vaccinations: list[Vaccination] = field(default_factory=list)
    rapid_tests: list[RapidTest] = field(default_factory=list)
    results: list[Result] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    allergies: list[Allergy] = field(default_factory=list)
    procedures: list[Procedure] = field(default_factory=list)
    devices: list[Device] = field(default_factory=list)
    treatments: list[Treatment] = field(default_factory=list)
    unknown: list[UnknownEntry] = field(default_factory=list)


def read_entries(root: etree._Element) -> Entries:
    """Read the entries of all sections of a document; nothing for level 1."""
    entries = Entries()
    for section in sections_of(root):
        place = Place(section_name(section), _section_code(section), Narrative(section))
        for entry in children(section, "entry"):
            for statement in _statements(entry):
                _read(statement, place, entries)
    return entries


def _section_code(section: etree._Element) -> str:
    code = read_code(child(section, "code"))
    return code.code if code else ""


def _statements(parent: etree._Element) -> Iterator[etree._Element]:
    for element in parent.iterchildren(tag=etree.Element):
        if etree.QName(element).localname in _STATEMENTS:
            yield element


def _read(statement: etree._Element, place: Place, entries: Entries) -> None:
    name = etree.QName(statement).localname
    if name == "observationMedia" or has_template(statement, oids.T_E_TREATMENT_FR):
        if name != "observationMedia":
            _keep_unknown_parts(statement, place, entries)
        return
    inner = [one for relation in _relations(statement) for one in _statements(relation)]
    if name in _CONTAINERS and inner:
        _read_container(statement, inner, place, entries)
        return
    reader = _READERS.get(name)
    if reader and reader(statement, place, entries):
        _keep_unknown_parts(statement, place, entries)
    else:
        entries.unknown.append(_unknown(statement, place))


def _relations(statement: etree._Element) -> Iterator[etree._Element]:
    yield from children(statement, "entryRelationship")
    yield from children(statement, "component")


def _read_container(container: etree._Element, inner: list[etree._Element], place: Place, entries: Entries) -> None:
    code = read_code(child(container, "code"))
    named = place.inside(code.label if code else "")
    entries.rapid_tests.extend(read_rapid_tests(container, named.narrative))
    for statement in inner:
        if not _is_known_part(statement):
            _read(statement, named, entries)


def _keep_unknown_parts(statement: etree._Element, place: Place, entries: Entries) -> None:
    for relation in _relations(statement):
        for part in _statements(relation):
            if not _is_known_part(part):
                entries.unknown.append(_unknown(part, place))


def _is_known_part(part: etree._Element) -> bool:
    return any(one.get("root") in KNOWN_INSIDE for one in children(part, "templateId"))


def _unknown(statement: etree._Element, place: Place) -> UnknownEntry:
    return UnknownEntry(
        section=place.section,
        element=etree.QName(statement).localname,
        templates=tuple(one.get("root", "") for one in children(statement, "templateId")),
        code=read_code(child(statement, "code")),
        xml=etree.tostring(statement, encoding="UTF-8", with_tail=False),
    )


def _observation(element: etree._Element, place: Place, entries: Entries) -> bool:
    if has_template(element, oids.T_E_ATTACHED_TYPE):
        return True
    if has_template(element, oids.T_E_ALLERGY_FR):
        entries.allergies.append(read_allergy(element, place))
    elif has_template(element, oids.T_E_PROBLEM_FR) or has_template(element, oids.T_E_PROBLEM_PCC):
        entries.problems.append(read_problem(element, place))
    else:
        result = read_result(element, place)
        if result is None:
            return False
        entries.results.append(result)
    return True


def _administration(element: etree._Element, place: Place, entries: Entries) -> bool:
    if has_template(element, oids.T_E_VACCINATION_FR):
        entries.vaccinations.append(read_vaccination(element, place.narrative))
        return True
    if has_template(element, oids.T_E_TREATMENT_PCC) or has_template(element, oids.T_E_TREATMENT_GIVEN):
        entries.treatments.append(read_treatment(element, place))
        return True
    return False


def _supply(element: etree._Element, place: Place, entries: Entries) -> bool:
    if has_template(element, oids.T_E_DISPENSED_FR):
        entries.dispensed_lines.append(read_dispensed_line(element, place.narrative))
    elif not has_template(element, oids.T_E_DEVICE_FR):
        return False
    elif element.get("moodCode") == "INT":
        entries.device_lines.append(read_device_line(element, place.narrative))
    else:
        entries.devices.append(read_device(element, place))
    return True


def _procedure(element: etree._Element, place: Place, entries: Entries) -> bool:
    if read_code(child(element, "code")) is None:
        return False
    entries.procedures.append(read_procedure(element, place))
    return True


_READERS: dict[str, Callable[[etree._Element, Place, Entries], bool]] = {
    "observation": _observation,
    "substanceAdministration": _administration,
    "supply": _supply,
    "procedure": _procedure,
}
