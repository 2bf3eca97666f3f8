"""Reads the drug lines of e-prescriptions: eP-MED-DM 2022.01, 2023.01 and 2024.01, structured posology or not.

Source: specs/cda.md §6.2, specs/eprescription.md §3.1 and §3.4 (what changed between versions); confidence high. The
posology is the text that people read in the narrative. Shares constants with the writer, and no code.
"""

from __future__ import annotations

from datetime import date

from lxml import etree

from lgo_sandbox.documents import oids
from lgo_sandbox.documents.cda_reader_parts import child, children, iso_date, read_code, text_of
from lgo_sandbox.documents.prescription_codes import (
    DISPENSER_NOTE,
    FLAGS,
    OLD_FLAG_TEMPLATES,
    PATIENT_NOTE,
    SUBSTITUTION_REFUSED,
)
from lgo_sandbox.documents.values import Code, DrugLine

__all__ = ["read_drug_lines"]

_POSOLOGY_HEADINGS = ("Posologie", "Fréquence", "Dose", "Rythme")
_NOTHING = ("", "-")


def read_drug_lines(root: etree._Element) -> tuple[DrugLine, ...]:
    """Return the drug lines of the prescription section, empty for a document without one."""
    sections = [
        section
        for section in root.iter(f"{{{oids.NS_HL7}}}section")
        if _has_template(section, oids.T_S_DRUGS) or _has_template(section, oids.T_S_DRUGS_IHE)
    ]
    return tuple(
        _line(treatment, _Narrative(section))
        for section in sections
        for treatment in children(section, "entry/substanceAdministration")
    )


class _Narrative:
    """The table of a section, looked up by the ids that entries refer to."""

    def __init__(self, section: etree._Element) -> None:
        self._by_id: dict[str, etree._Element] = {}
        for element in section.iterfind(f"{{{oids.NS_HL7}}}text//*[@ID]"):
            self._by_id.setdefault(element.get("ID", ""), element)

    def text(self, reference: str) -> str:
        """Return the text behind a reference; official samples forget the ``#`` now and then."""
        text = text_of(self._by_id.get(reference.removeprefix("#")))
        return "" if text in _NOTHING else text

    def posology(self, reference: str) -> str:
        """Return the cells of the line's row that tell frequency and dose, joined."""
        if text := self.text(f"{reference}-posologie"):
            return text
        row = self._row(reference)
        return " ; ".join(
            text for heading, text in row if heading.startswith(_POSOLOGY_HEADINGS) and text not in _NOTHING
        )

    def _row(self, reference: str) -> list[tuple[str, str]]:
        element = self._by_id.get(reference.removeprefix("#"))
        row = None if element is None else next(element.iterancestors(f"{{{oids.NS_HL7}}}tr"), None)
        table = None if row is None else next(row.iterancestors(f"{{{oids.NS_HL7}}}table"), None)
        headings = [text_of(one) for one in children(table, "thead/tr/th")]
        return list(zip(headings, [text_of(one) for one in children(row, "td")], strict=False))


def _line(treatment: etree._Element, narrative: _Narrative) -> DrugLine:
    material = child(treatment, "consumable/manufacturedProduct/manufacturedMaterial")
    reference = _attribute(treatment, "text/reference", "value")
    supply = _sub_entry(treatment, "supply", oids.T_E_QUANTITY_FR)
    start, days = _period(treatment)
    return DrugLine(
        cis=_code_in(material, oids.CIS),
        cip13=_code_in(material, oids.CIP),
        name=text_of(child(material, "name")) or narrative.text(reference),
        form=read_code(child(material, "pharm:formCode")),
        posology=narrative.posology(reference),
        quantity=_integer(_attribute(supply, "quantity", "value")) or 0,
        unit=_unit(supply),
        renewals=_renewals(treatment),
        start=start,
        duration_days=days,
        substitution_allowed=_substitution(treatment) != SUBSTITUTION_REFUSED.code,
        substitution_reason=_reason(treatment, narrative),
        **_flags(treatment),
        patient_note=_note(treatment, narrative, PATIENT_NOTE),
        dispenser_note=_note(treatment, narrative, DISPENSER_NOTE),
        atc=read_code(child(material, "pharm:asSpecializedKind/pharm:generalizedMedicineClass/pharm:code")),
        id=_attribute(treatment, "id", "root"),
    )


def _has_template(element: etree._Element, template: str) -> bool:
    return any(one.get("root") == template for one in children(element, "templateId"))


def _attribute(parent: etree._Element | None, path: str, attribute: str) -> str:
    element = child(parent, path)
    return "" if element is None else element.get(attribute, "")


def _sub_entry(treatment: etree._Element, name: str, template: str) -> etree._Element | None:
    candidates = children(treatment, f"entryRelationship/{name}")
    return next((one for one in candidates if _has_template(one, template)), None)


def _code_in(material: etree._Element | None, system: str) -> str:
    codes = [*children(material, "code"), *children(material, "code/translation")]
    return next((one.get("code", "") for one in codes if one.get("codeSystem") == system), "")


def _integer(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


def _unit(supply: etree._Element | None) -> Code | None:
    unit = _attribute(supply, "quantity", "unit")
    return Code(unit, "", oids.EDQM) if unit else None


def _renewals(treatment: etree._Element) -> int | None:
    if child(treatment, "repeatNumber") is None:
        return 0
    return _integer(_attribute(treatment, "repeatNumber", "value"))


def _period(treatment: etree._Element) -> tuple[str, int]:
    start = iso_date(_attribute(treatment, "effectiveTime/low", "value"))
    end = iso_date(_attribute(treatment, "effectiveTime/high", "value"))
    width = _attribute(treatment, "effectiveTime/width", "value")
    try:
        days = (date.fromisoformat(end) - date.fromisoformat(start)).days + 1
    except ValueError:
        days = _integer(width) or 0
    return start, max(days, 0)


def _substitution(treatment: etree._Element) -> str:
    return _attribute(_sub_entry(treatment, "act", oids.T_E_SUBSTITUTION_FR), "code", "code")


def _reason(treatment: etree._Element, narrative: _Narrative) -> str:
    act = _sub_entry(treatment, "act", oids.T_E_SUBSTITUTION_FR)
    if act is None or _substitution(treatment) != SUBSTITUTION_REFUSED.code:
        return ""
    text = narrative.text(_attribute(act, "code/originalText/reference", "value"))
    _, opened, reason = text.partition("(")
    return reason.rpartition(")")[0] if opened else text


def _flags(treatment: etree._Element) -> dict[str, bool]:
    values = {}
    for observation in children(treatment, "entryRelationship/observation"):
        value = _attribute(observation, "value", "value") == "true"
        for template in children(observation, "templateId"):
            root = template.get("root", "")
            values[OLD_FLAG_TEMPLATES.get(root, root)] = value
    return {flag.field: values.get(flag.template, False) for flag in FLAGS}


def _note(treatment: etree._Element, narrative: _Narrative, kind: Code) -> str:
    acts = children(treatment, "entryRelationship/act")
    act = next((one for one in acts if _attribute(one, "code", "code") == kind.code), None)
    return narrative.text(_attribute(act, "text/reference", "value"))
