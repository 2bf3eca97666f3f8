"""Reads structured posologies: frequency, dose, rate, maximum, steps, mode.

Source: specs/cda.md §6.2; confidence high. Lenient: what is absent is empty. Shares constants with the writer, and no
code.
"""

from __future__ import annotations

from lxml import etree

from health_documents import oids
from health_documents.cda.read.narrative import Narrative
from health_documents.cda.read.parts import attribute, child, children, has_template, integer, iso_date
from health_documents.values.posology import Dosage, Mode, Posology, Quantity, QuantityRange

__all__ = ["read_posology", "read_quantity", "read_range"]

_TYPE = f"{{{oids.NS_XSI}}}type"
_REPEATED = ("PIVL_TS", "EIVL_TS")


def read_posology(treatment: etree._Element, narrative: Narrative) -> Posology | None:
    """Return the structured posology of a treatment, None when it has none."""
    if not has_template(treatment, oids.T_E_STRUCTURED_DOSAGE):
        return None
    inner = [
        one
        for one in children(treatment, "entryRelationship/substanceAdministration")
        if has_template(one, oids.T_E_TREATMENT_STEP)
    ]
    steps = tuple(_step(one, narrative) for one in (inner or [treatment]))
    return Posology(
        steps, _mode(treatment), _maximum(treatment), narrative.of(treatment, "precondition/criterion/text")
    )


def read_quantity(element: etree._Element | None) -> Quantity | None:
    """Return a physical quantity, None when it is absent or null."""
    if element is None or not element.get("value"):
        return None
    unit = element.get("unit", "")
    return Quantity(element.get("value", ""), "" if unit == "1" else unit)


def read_range(element: etree._Element | None) -> QuantityRange | None:
    """Return a range: its bounds, or one value twice; None when it is absent."""
    if element is None:
        return None
    single = read_quantity(element)
    low, high = read_quantity(child(element, "low")), read_quantity(child(element, "high"))
    return QuantityRange(low or single, high or single) if low or high or single else None


def _mode(treatment: etree._Element) -> Mode:
    roots = {one.get("root", "") for one in children(treatment, "templateId")}
    return next((mode for mode in Mode if mode.value in roots), Mode.NORMAL)


def _maximum(treatment: etree._Element) -> tuple[Quantity, Quantity] | None:
    dose = read_quantity(child(treatment, "maxDoseQuantity/numerator"))
    time = read_quantity(child(treatment, "maxDoseQuantity/denominator"))
    return (dose, time) if dose and time else None


def _step(treatment: etree._Element, narrative: Narrative) -> Dosage:
    times = children(treatment, "effectiveTime")
    composed = next((one for one in times if one.get(_TYPE) == "SXPR_TS"), None)
    parts = times if composed is None else children(composed, "comp")
    repeated = next((one for one in parts if one.get(_TYPE) in _REPEATED), None)
    bounds = None if composed is None else next((one for one in parts if one.get(_TYPE) == "IVL_TS"), None)
    reference = attribute(repeated, "period/translation/originalText/reference", "value")
    return Dosage(
        frequency=narrative.text(reference) or _frequency_by_name(treatment, narrative),
        every=read_quantity(child(repeated, "period")),
        event=attribute(repeated, "event", "code"),
        start=iso_date(attribute(bounds, "low", "value")),
        days=integer(attribute(bounds, "width", "value")) or 0,
        dose=read_range(child(treatment, "doseQuantity")),
        rate=read_range(child(treatment, "rateQuantity")),
    )


def _frequency_by_name(treatment: etree._Element, narrative: Narrative) -> str:
    # An event of the day has no room for a reference (XSD, EIVL.event): the anchors are named after the line's.
    line = attribute(treatment, "text/reference", "value")
    return narrative.text(line.replace("-etape-", "-frequence-") if "-etape-" in line else f"{line}-frequence-1")
