"""Reads problems, allergies, acts, devices and lists of treatments.

Source: specs/cda.md §6.5 and §6.6 (IPS-FR, VSM, letters), cda-outlines; confidence high. Lenient.
"""

from __future__ import annotations

from lxml import etree

from health_documents import oids
from health_documents.cda.read.drugs import read_line
from health_documents.cda.read.parts import (
    attribute,
    child,
    children,
    has_template,
    read_code,
    read_identifier,
    text_of,
)
from health_documents.cda.read.results import Place, comment_of, value_text
from health_documents.values.clinical import Allergy, Device, Problem, Procedure, Treatment
from health_documents.values.document import Code

__all__ = ["read_allergy", "read_device", "read_problem", "read_procedure", "read_treatment"]

_NO_ALLERGY = "no-known"


def read_problem(element: etree._Element, place: Place) -> Problem:
    """Return a problem, a diagnosis or an antecedent."""
    code = read_code(child(element, "value"))
    return Problem(
        section=place.section,
        kind=read_code(child(element, "code")),
        code=code,
        name=(code.label if code else "") or _value(element, place) or place.narrative.of(element),
        start=attribute(element, "effectiveTime/low", "value") or attribute(element, "effectiveTime", "value"),
        stop=attribute(element, "effectiveTime/high", "value"),
        status=_part(element, oids.T_E_STATUS_FR, place),
        severity=_part(element, oids.T_E_SEVERITY_FR, place),
        certainty=_part(element, oids.T_E_CERTAINTY_FR, place),
        comment=comment_of(element, place.narrative),
    )


def read_allergy(element: etree._Element, place: Place) -> Allergy:
    """Return an allergy, or the statement that none is known."""
    agent = child(element, "participant/participantRole/playingEntity")
    value = read_code(child(element, "value"))
    reactions = (
        read_code(child(relation, "observation/value"))
        for relation in children(element, "entryRelationship")
        if relation.get("typeCode") == "MFST"
    )
    return Allergy(
        section=place.section,
        kind=read_code(child(element, "code")),
        agent=read_code(child(agent, "code")),
        name=text_of(child(agent, "name"))
        or _agent_label(agent)
        or _value(element, place)
        or place.narrative.of(element),
        reactions=tuple(one for one in reactions if one),
        start=attribute(element, "effectiveTime/low", "value"),
        status=_part(element, oids.T_E_STATUS_FR, place),
        criticality=_part(element, oids.T_E_CRITICALITY_FR, place),
        certainty=_part(element, oids.T_E_CERTAINTY_FR, place),
        absent=value is not None and value.code.startswith(_NO_ALLERGY),
        comment=comment_of(element, place.narrative),
    )


def read_procedure(element: etree._Element, place: Place) -> Procedure:
    """Return an act done or planned."""
    code = read_code(child(element, "code"))
    return Procedure(
        section=place.section,
        code=code,
        name=(code.label if code else "") or place.narrative.of(element),
        time=attribute(element, "effectiveTime", "value") or attribute(element, "effectiveTime/low", "value"),
        mood=element.get("moodCode", ""),
    )


def read_device(element: etree._Element, place: Place) -> Device:
    """Return a device that the patient has."""
    role = child(element, "participant/participantRole")
    code = read_code(child(role, "playingDevice/code"))
    return Device(
        section=place.section,
        code=code,
        name=(code.label if code else "") or place.narrative.of(element),
        id=read_identifier(child(role, "id")),
        start=attribute(element, "effectiveTime/low", "value") or attribute(element, "effectiveTime", "value"),
    )


def read_treatment(element: etree._Element, place: Place) -> Treatment:
    """Return a drug of a list of treatments, with its reason."""
    relations = children(element, "entryRelationship")
    reasons = (read_code(child(one, "act/code")) for one in relations if one.get("typeCode") == "RSON")
    return Treatment(
        section=place.section,
        section_code=place.section_code,
        line=read_line(element, place.narrative),
        status=attribute(element, "statusCode", "code"),
        reason=next((one for one in reasons if one), None),
    )


def _part(element: etree._Element, template: str, place: Place) -> str:
    parts = children(element, "entryRelationship/observation")
    found = next((one for one in parts if has_template(one, template)), None)
    value = child(found, "value")
    return "" if value is None else value_text(value, place.narrative)


def _value(element: etree._Element, place: Place) -> str:
    value = child(element, "value")
    return "" if value is None else value_text(value, place.narrative)


def _agent_label(agent: etree._Element | None) -> str:
    code: Code | None = read_code(child(agent, "code"))
    return code.label if code else ""
