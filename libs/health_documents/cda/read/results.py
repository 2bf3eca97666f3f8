"""Reads observations: laboratory results, vital signs, life style, statements; values, units, ranges, interpretation.

Source: specs/cda.md §6.4 and §6.7 (FR-Resultat-examens-de-biologie), §6.2 and §6.5 (vital signs, life style),
§6.6 (statements of letters); confidence high. Lenient.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from lxml import etree

from health_documents import oids
from health_documents.cda.read.narrative import Narrative
from health_documents.cda.read.parts import attribute, child, children, has_template, read_code, text_of
from health_documents.cda.read.posology import read_quantity
from health_documents.values.clinical import Result
from health_documents.values.document import Code
from health_documents.values.posology import Quantity

__all__ = ["Place", "comment_of", "read_result", "value_text"]

_TYPE = f"{{{oids.NS_XSI}}}type"
_YES_NO = {"true": "oui", "false": "non"}


@dataclass(frozen=True, slots=True)
class Place:
    """Where an entry stands: the section, its code, its narrative, and the battery around it."""

    section: str
    section_code: str
    narrative: Narrative
    battery: str = ""

    def inside(self, battery: str) -> Place:
        """Return the place inside a container."""
        return replace(self, battery=battery or self.battery)


def read_result(element: etree._Element, place: Place) -> Result | None:
    """Return an observation with a value or a text, None when it says nothing."""
    value = child(element, "value")
    told = " ; ".join(text for one in children(element, "value") if (text := value_text(one, place.narrative)))
    text = told or place.narrative.of(element)
    code = read_code(child(element, "code"))
    if not (text or code):
        return None
    low, high = _range(element)
    return Result(
        section=place.section,
        code=code,
        value=text,
        quantity=read_quantity(value) if value is not None and value.get(_TYPE) == "PQ" else None,
        coded=read_code(value) if value is not None else None,
        low=low,
        high=high,
        range_text=place.narrative.of(element, "referenceRange/observationRange/text"),
        interpretation=attribute(element, "interpretationCode", "code"),
        time=attribute(element, "effectiveTime", "value") or attribute(element, "effectiveTime/low", "value"),
        battery=place.battery,
        comment=comment_of(element, place.narrative),
        templates=tuple(one.get("root", "") for one in children(element, "templateId")),
    )


def comment_of(element: etree._Element, narrative: Narrative) -> str:
    """Return the comment of an entry (FR-Commentaire-ER)."""
    acts = children(element, "entryRelationship/act")
    act = next((one for one in acts if has_template(one, oids.T_E_COMMENT_FR)), None)
    return narrative.of(act)


def value_text(value: etree._Element, narrative: Narrative) -> str:
    """Return a value of any type as people read it."""
    kind = value.get(_TYPE, "")
    if kind == "BL":
        return _YES_NO.get(value.get("value", ""), "")
    if kind in ("IVL_PQ", "IVL_INT", "IVL_REAL", "RTO", "RTO_PQ_PQ"):
        return _interval(value)
    if code := read_code(value):
        return _label(value, code, narrative)
    if quantity := read_quantity(value):
        return str(quantity)
    return narrative.text(attribute(value, "originalText/reference", "value")) or text_of(value)


def _label(value: etree._Element, code: Code, narrative: Narrative) -> str:
    return code.label or narrative.text(attribute(value, "originalText/reference", "value")) or code.code


def _interval(value: etree._Element) -> str:
    if child(value, "numerator") is not None:
        parts = (read_quantity(child(value, "numerator")), read_quantity(child(value, "denominator")))
        return " / ".join(str(one) for one in parts if one)
    low, high = read_quantity(child(value, "low")), read_quantity(child(value, "high"))
    if low and high:
        return f"{low} à {high}"
    if low:
        return f"{_sign('>', value, 'low')} {low}"
    return f"{_sign('<', value, 'high')} {high}" if high else ""


def _sign(sign: str, value: etree._Element, bound: str) -> str:
    return sign if attribute(value, bound, "inclusive") == "false" else {"<": "≤", ">": "≥"}[sign]


def _range(element: etree._Element) -> tuple[Quantity | None, Quantity | None]:
    interval = child(element, "referenceRange/observationRange/value")
    return read_quantity(child(interval, "low")), read_quantity(child(interval, "high"))
