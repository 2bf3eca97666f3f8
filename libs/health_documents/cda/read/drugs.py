"""Reads the drug lines of e-prescriptions: eP-MED-DM 2022.01, 2023.01 and 2024.01, structured posology or not.

Source: specs/cda.md §6.2, specs/eprescription.md §3.1 and §3.4 (what changed between versions); confidence high. The
posology in words is the text that people read in the narrative. Shares constants with the writer, and no code.
"""

from __future__ import annotations

from datetime import date

from lxml import etree

from health_documents import oids
from health_documents.cda.read.narrative import Narrative
from health_documents.cda.read.parts import (
    attribute,
    child,
    children,
    has_template,
    integer,
    iso_date,
    read_code,
    text_of,
)
from health_documents.cda.read.posology import read_posology
from health_documents.cda.read.products import class_of_product, code_in, coded_in, ingredients_of
from health_documents.codes.prescription import (
    DISPENSER_NOTE,
    FLAGS,
    OLD_FLAG_TEMPLATES,
    PATIENT_NOTE,
    SUBSTITUTION_REFUSED,
)
from health_documents.values.document import Code, DrugLine

__all__ = ["read_drug_lines", "read_flags", "read_line", "read_renewals"]


def read_drug_lines(root: etree._Element) -> tuple[DrugLine, ...]:
    """Return the drug lines of the prescription section, empty for a document without one."""
    sections = [
        section
        for section in root.iter(f"{{{oids.NS_HL7}}}section")
        if has_template(section, oids.T_S_DRUGS) or has_template(section, oids.T_S_DRUGS_IHE)
    ]
    return tuple(
        read_line(treatment, Narrative(section))
        for section in sections
        for treatment in children(section, "entry/substanceAdministration")
    )


def read_line(treatment: etree._Element, narrative: Narrative) -> DrugLine:
    """Return a substanceAdministration as a drug line."""
    material = child(treatment, "consumable/manufacturedProduct/manufacturedMaterial")
    reference = attribute(treatment, "text/reference", "value")
    supply = _sub_entry(treatment, "supply", oids.T_E_QUANTITY_FR)
    start, days = _period(treatment)
    flags = read_flags(treatment)
    return DrugLine(
        cis=code_in(material, oids.CIS),
        cip13=code_in(material, oids.CIP),
        name=text_of(child(material, "name")) or narrative.text(reference),
        form=read_code(child(material, "pharm:formCode")),
        posology=narrative.posology(reference),
        quantity=integer(attribute(supply, "quantity", "value")) or 0,
        unit=_unit(supply),
        renewals=read_renewals(treatment),
        start=start,
        duration_days=days,
        substitution_allowed=_substitution(treatment) != SUBSTITUTION_REFUSED.code,
        substitution_reason=_reason(treatment, narrative),
        ald=flags["ald"],
        work_accident=flags["work_accident"],
        prevention=flags["prevention"],
        not_reimbursable=flags["not_reimbursable"],
        off_label=flags["off_label"],
        patient_note=_note(treatment, narrative, PATIENT_NOTE),
        dispenser_note=_note(treatment, narrative, DISPENSER_NOTE),
        atc=class_of_product(material),
        id=attribute(treatment, "id", "root"),
        structured=read_posology(treatment, narrative),
        route=read_code(child(treatment, "routeCode")),
        site=read_code(child(treatment, "approachSiteCode")),
        virtual=coded_in(material, oids.MEDICABASE),
        ingredients=ingredients_of(material),
    )


def _sub_entry(treatment: etree._Element, name: str, template: str) -> etree._Element | None:
    candidates = children(treatment, f"entryRelationship/{name}")
    return next((one for one in candidates if has_template(one, template)), None)


def _unit(supply: etree._Element | None) -> Code | None:
    unit = attribute(supply, "quantity", "unit")
    return Code(unit, "", oids.EDQM) if unit else None


def read_renewals(treatment: etree._Element) -> int | None:
    """Return the number of renewals: 0 when nothing is said, None when they are not limited."""
    if child(treatment, "repeatNumber") is None:
        return 0
    return integer(attribute(treatment, "repeatNumber", "value"))


def _period(treatment: etree._Element) -> tuple[str, int]:
    start = iso_date(attribute(treatment, "effectiveTime/low", "value"))
    end = iso_date(attribute(treatment, "effectiveTime/high", "value"))
    width = attribute(treatment, "effectiveTime/width", "value")
    try:
        days = (date.fromisoformat(end) - date.fromisoformat(start)).days + 1
    except ValueError:
        days = integer(width) or 0
    return start, max(days, 0)


def _substitution(treatment: etree._Element) -> str:
    return attribute(_sub_entry(treatment, "act", oids.T_E_SUBSTITUTION_FR), "code", "code")


def _reason(treatment: etree._Element, narrative: Narrative) -> str:
    act = _sub_entry(treatment, "act", oids.T_E_SUBSTITUTION_FR)
    if act is None or _substitution(treatment) != SUBSTITUTION_REFUSED.code:
        return ""
    text = narrative.text(attribute(act, "code/originalText/reference", "value"))
    _, opened, reason = text.partition("(")
    return reason.rpartition(")")[0] if opened else text


def read_flags(treatment: etree._Element) -> dict[str, bool]:
    """Return the yes-or-no facts of a drug or device line, by field."""
    values = {}
    for observation in children(treatment, "entryRelationship/observation"):
        value = attribute(observation, "value", "value") == "true"
        for template in children(observation, "templateId"):
            root = template.get("root", "")
            values[OLD_FLAG_TEMPLATES.get(root, root)] = value
    return {flag.field: values.get(flag.template, False) for flag in FLAGS}


def _note(treatment: etree._Element, narrative: Narrative, kind: Code) -> str:
    acts = children(treatment, "entryRelationship/act")
    act = next((one for one in acts if attribute(one, "code", "code") == kind.code), None)
    return narrative.text(attribute(act, "text/reference", "value"))
