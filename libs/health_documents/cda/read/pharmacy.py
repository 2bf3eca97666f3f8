"""Reads what a pharmacy writes or executes: vaccinations, dispensed lines, device lines, rapid tests.

Source: specs/cda.md §6.1–6.4; confidence high. Lenient. Shares constants with the writers, and no code.
"""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from health_documents import oids
from health_documents.cda.read.drugs import read_flags, read_renewals
from health_documents.cda.read.narrative import Narrative
from health_documents.cda.read.parts import (
    attribute,
    child,
    children,
    has_template,
    integer,
    iso_date,
    moment_of,
    read_author,
    read_code,
    text_of,
)
from health_documents.cda.read.posology import read_posology, read_quantity
from health_documents.cda.read.products import class_of_product, code_in, coded_in, ingredients_of
from health_documents.cda.read.results import comment_of
from health_documents.codes.prescription import DISPENSER_NOTE, PATIENT_NOTE
from health_documents.values.clinical import DeviceLine, DispensedLine, RapidTest, Vaccination
from health_documents.values.document import Author, Code

__all__ = ["read_device_line", "read_dispensed_line", "read_rapid_tests", "read_vaccination"]

_MATERIAL = "manufacturedProduct/manufacturedMaterial"


def read_vaccination(element: etree._Element, narrative: Narrative) -> Vaccination:
    """Return an injection."""
    material = child(element, f"consumable/{_MATERIAL}")
    vaccine, presentation = coded_in(material, oids.CIS), coded_in(material, oids.CIP)
    name = (vaccine.label if vaccine else "") or narrative.of(element) or text_of(child(material, "name"))
    brand = text_of(child(material, "name"))
    reaction = _inner(element, "observation", oids.T_E_REACTION[1])
    label = presentation.label if presentation else ""
    return Vaccination(
        name=name,
        cis=vaccine.code if vaccine else "",
        atc=coded_in(material, oids.ATC),
        lot=text_of(child(material, "lotNumberText")),
        date=iso_date(attribute(element, "effectiveTime", "value")),
        author=_person(child(element, "author/assignedAuthor")),
        cip13=presentation.code if presentation else "",
        presentation="" if label == name else label,
        kind=read_code(child(element, "code")),
        route=read_code(child(element, "routeCode")),
        site=read_code(child(element, "approachSiteCode")),
        rank=integer(attribute(_inner(element, "observation", oids.T_E_RANK_FR), "value", "value")),
        performer=_person(child(element, "performer/assignedEntity")),
        reaction=read_code(child(reaction, "value")),
        reaction_date=iso_date(attribute(reaction, "effectiveTime/low", "value")),
        comment=comment_of(element, narrative),
        brand="" if brand == name else brand,
        validated=moment_of(attribute(element, "author/time", "value")),
        id=attribute(element, "id", "root"),
    )


def read_dispensed_line(element: etree._Element, narrative: Narrative) -> DispensedLine:
    """Return a line of a dispensation."""
    material = child(element, f"product/{_MATERIAL}")
    item = _inner(element, "substanceAdministration", oids.T_E_ITEM_REFERENCE_FR)
    dosage = _inner(element, "substanceAdministration", oids.T_E_NEW_DOSAGE[-1])
    reference = attribute(material, "code/originalText/reference", "value")
    return DispensedLine(
        name=text_of(child(material, "name")) or narrative.text(reference),
        cip13=code_in(material, oids.CIP),
        quantity=integer(attribute(element, "quantity", "value")) or 0,
        cis=code_in(material, oids.CIS),
        unit=_unit(element),
        form=read_code(child(material, "pharm:formCode")),
        lot=text_of(child(material, "lotNumberText")),
        expiry=iso_date(attribute(material, "pharm:expirationTime", "value")),
        atc=class_of_product(material),
        ingredients=ingredients_of(material),
        line_id=attribute(item, "id", "root"),
        prescription_id=attribute(item, "reference/externalDocument/id", "root"),
        prescriber=_person(child(item, "author/assignedAuthor")),
        prescribed_at=moment_of(attribute(item, "author/time", "value")),
        patient_note=_note(element, narrative, PATIENT_NOTE),
        dispenser_note=_note(element, narrative, DISPENSER_NOTE),
        substituted=_inner(element, "act", oids.T_E_SUBSTITUTED_FR) is not None,
        new_posology=None if dosage is None else read_posology(dosage, narrative),
        route=read_code(child(dosage, "routeCode")),
        start=iso_date(attribute(dosage, "effectiveTime/low", "value")),
        end=iso_date(attribute(dosage, "effectiveTime/high", "value")),
        id=attribute(element, "id", "root"),
    )


def read_device_line(element: etree._Element, narrative: Narrative) -> DeviceLine:
    """Return a line of a prescription of devices."""
    code = child(element, "participant/participantRole/playingDevice/code")
    lpp = next((read_code(one) for one in children(code, "translation") if one.get("codeSystem") == oids.LPP), None)
    reference = attribute(code, "translation/originalText/reference", "value")
    emdn = read_code(code) or Code("", "", "")
    flags = read_flags(element)
    return DeviceLine(
        name=narrative.text(reference) or emdn.label or narrative.of(element),
        emdn=emdn,
        lpp=lpp,
        quantity=integer(attribute(element, "quantity", "value")) or 0,
        renewals=read_renewals(element),
        start=iso_date(attribute(element, "effectiveTime/low", "value")),
        end=iso_date(attribute(element, "effectiveTime/high", "value")),
        rental_days=integer(attribute(element, "expectedUseTime/width", "value")) or 0,
        ald=flags["ald"],
        work_accident=flags["work_accident"],
        prevention=flags["prevention"],
        not_reimbursable=flags["not_reimbursable"],
        id=attribute(element, "id", "root"),
    )


def read_rapid_tests(act: etree._Element, narrative: Narrative) -> Iterator[RapidTest]:
    """Yield the rapid tests of a laboratory act: none when it has no device, or no complete time."""
    roles = (child(one, "participantRole") for one in children(act, "participant") if one.get("typeCode") == "DEV")
    role, family = next(roles, None), read_code(child(act, "code"))
    if role is None or family is None:
        return
    for observation in children(act, "entryRelationship/observation"):
        if has_template(observation, oids.T_E_LAB_RESULT_FR):
            test = _rapid_test(family, role, observation, narrative)
            yield from (test,) if test else ()


def _rapid_test(
    family: Code, role: etree._Element, observation: etree._Element, narrative: Narrative
) -> RapidTest | None:
    at = moment_of(attribute(observation, "effectiveTime", "value"))
    value = read_code(child(observation, "value")) or read_quantity(child(observation, "value"))
    examination = read_code(child(observation, "code"))
    if at is None or not (value and examination):
        return None
    return RapidTest(
        family=family,
        examination=examination,
        label=narrative.text(attribute(observation, "code/originalText/reference", "value")),
        value=value,
        at=at,
        comment=comment_of(observation, narrative),
        udi=attribute(role, "id", "extension"),
        device=narrative.text(attribute(role, "playingDevice/code/originalText/reference", "value")),
    )


def _inner(element: etree._Element, name: str, template: str) -> etree._Element | None:
    candidates = children(element, f"entryRelationship/{name}")
    return next((one for one in candidates if has_template(one, template)), None)


def _person(entity: etree._Element | None) -> Author | None:
    return None if entity is None else read_author(entity)


def _unit(element: etree._Element) -> Code | None:
    unit = attribute(element, "quantity", "unit")
    return Code(unit, "", oids.EDQM) if unit else None


def _note(element: etree._Element, narrative: Narrative, kind: Code) -> str:
    acts = children(element, "entryRelationship/act")
    return narrative.of(next((one for one in acts if attribute(one, "code", "code") == kind.code), None))
