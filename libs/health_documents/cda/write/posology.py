"""Writes structured posologies: time, route, dose, rate, maximum, and the steps of a varying treatment.

Source: specs/cda.md §6.2 (FR-Traitement-prescrit and its subordinates), §6.3 (changed dosage); confidence high. One
step is written in the treatment itself, several as subordinate treatments. Knows no document.
"""

from __future__ import annotations

from datetime import date

from lxml import etree

from health_documents import oids
from health_documents.cda.write.elements import (
    XSI_TYPE,
    add,
    add_code,
    add_id,
    add_quantity,
    add_reference,
    add_templates,
    derived_uid,
)
from health_documents.errors import InvalidContent
from health_documents.quoting import quoted
from health_documents.values.document import Code
from health_documents.values.posology import Dosage, Posology, QuantityRange

__all__ = [
    "add_doses",
    "add_frequency",
    "add_maximum",
    "add_no_product",
    "add_precondition",
    "add_route",
    "add_step_narrative",
    "add_steps",
]


def add_frequency(treatment: etree._Element, step: Dosage, anchor: str, rank: int) -> None:
    """Append how often, as a time that restricts the period before it."""
    if step.start or step.days:
        _composed_time(treatment, step, f"{anchor}-frequence-{rank}", operator="A")
    elif step.every or step.event:
        _repeated_time(add(treatment, "effectiveTime"), step, f"{anchor}-frequence-{rank}")


def add_route(treatment: etree._Element, route: Code | None, site: Code | None, anchor: str) -> None:
    """Append the route and the site of administration."""
    if route:
        add_reference(add_code(treatment, route, name="routeCode"), f"{anchor}-voie", name="originalText")
    if site:
        add_reference(add_code(treatment, site, name="approachSiteCode"), f"{anchor}-region", name="originalText")


def add_doses(treatment: etree._Element, step: Dosage, anchor: str, rank: int) -> None:
    """Append the dose and the rate of a step."""
    for name, label, amount in (("doseQuantity", "dose", step.dose), ("rateQuantity", "rate", step.rate)):
        if amount:
            _range(add(treatment, name), amount, f"{anchor}-{label}", rank)


def add_maximum(treatment: etree._Element, posology: Posology) -> None:
    """Append the dose that may not be exceeded in a time."""
    if posology.maximum:
        ratio = add(treatment, "maxDoseQuantity")
        add_quantity(ratio, "numerator", posology.maximum[0])
        add_quantity(ratio, "denominator", posology.maximum[1])


def add_precondition(treatment: etree._Element, anchor: str) -> None:
    """Append the condition under which the treatment is taken; the narrative says it."""
    add_reference(add(add(treatment, "precondition"), "criterion"), f"{anchor}-precondition")


def add_steps(treatment: etree._Element, posology: Posology, anchor: str, document_id: str) -> None:
    """Append the subordinate treatments of a posology of several steps."""
    if len(posology.steps) < 2:
        return
    for rank, step in enumerate(posology.steps, start=1):
        relation = add(treatment, "entryRelationship", typeCode="COMP")
        add(relation, "sequenceNumber", value=str(rank))
        inner = add(relation, "substanceAdministration", classCode="SBADM", moodCode="INT")
        add_templates(inner, (oids.T_E_TREATMENT_STEP,))
        add_id(inner, derived_uid(document_id, f"{anchor}/{rank}"))
        add_reference(inner, f"{anchor}-etape-{rank}")
        add(inner, "statusCode", code="completed")
        _composed_time(inner, step, f"{anchor}-frequence-{rank}")
        add_doses(inner, step, anchor, rank)
        add_no_product(add(inner, "consumable", typeCode="CSM"))


def add_no_product(parent: etree._Element) -> None:
    """Append the product that is said elsewhere: everything NA."""
    product = add(parent, "manufacturedProduct", classCode="MANU")
    add_templates(product, oids.T_E_PRODUCT)
    material = add(product, "manufacturedMaterial", classCode="MMAT", determinerCode="KIND", nullFlavor="NA")
    add_templates(material, (oids.T_E_MATERIAL,))
    add(material, "code", nullFlavor="NA")
    add(material, "name", nullFlavor="NA")


def add_step_narrative(cell: etree._Element, step: Dosage, anchor: str, rank: int) -> None:
    """Write a step in words, each part where its entry refers to."""
    holder = add(cell, "content", ID=f"{anchor}-etape-{rank}")
    add(holder, "content", step.frequency, ID=f"{anchor}-frequence-{rank}")
    for label, amount in (("dose", step.dose), ("rate", step.rate)):
        if amount is None:
            continue
        for bound, quantity in (("Min", amount.low), ("Max", amount.high)):
            if quantity:
                add(holder, "content", f" {quantity}", ID=f"{anchor}-{label}{bound}-{rank}")


def _range(element: etree._Element, amount: QuantityRange, anchor: str, rank: int) -> None:
    for name, bound, quantity in (("low", "Min", amount.low), ("high", "Max", amount.high)):
        if quantity:
            add_quantity(element, name, quantity, f"{anchor}{bound}-{rank}")


def _composed_time(treatment: etree._Element, step: Dosage, anchor: str, **attributes: str) -> None:
    time = add(treatment, "effectiveTime", **attributes)
    time.set(XSI_TYPE, "SXPR_TS")
    period = add(time, "comp", operator="A")
    period.set(XSI_TYPE, "IVL_TS")
    if step.start:
        add(period, "low", value=_day(step.start))
    if step.days:
        add(period, "width", value=str(step.days), unit="d")
    if step.every or step.event:
        _repeated_time(add(time, "comp"), step, anchor)


def _repeated_time(element: etree._Element, step: Dosage, anchor: str) -> None:
    element.set(XSI_TYPE, "PIVL_TS" if step.every else "EIVL_TS")
    element.set("operator", "A")
    if step.every:
        add_quantity(element, "period", step.every, anchor)
    else:
        add(element, "event", code=step.event)


def _day(text: str) -> str:
    try:
        return f"{date.fromisoformat(text):%Y%m%d}"
    except ValueError as error:
        raise InvalidContent(f"début d'étape {quoted(text)} : AAAA-MM-JJ attendu") from error
