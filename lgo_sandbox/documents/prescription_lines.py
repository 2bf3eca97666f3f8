"""Writes the drug lines of an e-prescription: the table that people read and the entries that software reads.

Source: specs/cda.md §6.2 (FR-Traitement-prescrit and its sub-entries), specs/eprescription.md §3.1; confidence high.
The ids of the narrative follow the official samples: ``med-001``, ``med-001-posologie``… Knows no header.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from lxml import etree

from lgo_sandbox.documents import oids
from lgo_sandbox.documents.cda_elements import (
    XSI_TYPE,
    add,
    add_code,
    add_id,
    add_templates,
    add_time,
    derived_uid,
)
from lgo_sandbox.documents.errors import InvalidContent
from lgo_sandbox.documents.prescription_codes import (
    BOX,
    DISPENSER_NOTE,
    DRUG,
    FLAGS,
    PATIENT_NOTE,
    SUBSTITUTION_ALLOWED,
    SUBSTITUTION_REFUSED,
    Flag,
)
from lgo_sandbox.documents.values import Code, DocumentHeader, DrugLine

__all__ = ["add_lines"]

_HEADINGS = ("Durée du traitement", "Médicament", "Posologie", "Substitution", "Nombre de renouvellements")


def add_lines(section: etree._Element, lines: Sequence[DrugLine], header: DocumentHeader) -> None:
    """Append the narrative, then one entry a line. Raises InvalidContent for a line without name or posology."""
    text = add(section, "text")
    for rank, line in enumerate(lines, start=1):
        _refuse_incomplete(line)
        _narrative(text, line, _anchor(rank), header)
    for rank, line in enumerate(lines, start=1):
        _treatment(add(section, "entry"), line, _anchor(rank), header)


def _anchor(rank: int) -> str:
    return f"med-{rank:03d}"


def _refuse_incomplete(line: DrugLine) -> None:
    if not (line.name and line.posology and line.quantity > 0):
        raise InvalidContent("une ligne a un nom de médicament, une posologie et une quantité positive")
    if not (line.substitution_allowed or line.substitution_reason):
        raise InvalidContent("le refus de substitution doit être motivé")


def _period(line: DrugLine, header: DocumentHeader) -> tuple[date, date | None]:
    try:
        start = date.fromisoformat(line.start) if line.start else header.effective_time.date()
    except ValueError as error:
        raise InvalidContent(f"début de traitement {line.start!r} : AAAA-MM-JJ attendu") from error
    return start, start + timedelta(days=line.duration_days - 1) if line.duration_days > 0 else None


def _narrative(text: etree._Element, line: DrugLine, anchor: str, header: DocumentHeader) -> None:
    table = add(text, "table", border="0")
    headings = add(add(table, "thead"), "tr")
    for heading in (*_HEADINGS, *(flag.heading for flag in FLAGS)):
        add(headings, "th", heading)
    body = add(table, "tbody")
    _narrative_line(add(body, "tr"), line, anchor, header)
    for title, note, suffix in _notes(line):
        row = add(body, "tr")
        add(row, "td", title, colspan="4")
        add(add(row, "td", colspan="6"), "content", note, ID=f"{anchor}-{suffix}")


def _narrative_line(row: etree._Element, line: DrugLine, anchor: str, header: DocumentHeader) -> None:
    add(row, "td", _period_in_words(*_period(line, header)))
    add(add(row, "td"), "content", line.name, ID=anchor)
    add(add(row, "td"), "content", line.posology, ID=f"{anchor}-posologie")
    substitution = "Oui" if line.substitution_allowed else f"Non ({line.substitution_reason})"
    add(add(row, "td"), "content", substitution, ID=f"{anchor}-substitution")
    add(row, "td", "Illimité" if line.renewals is None else str(line.renewals))
    for flag in FLAGS:
        add(add(row, "td"), "content", "Oui" if getattr(line, flag.field) else "Non", ID=f"{anchor}-{flag.anchor}")


def _period_in_words(start: date, end: date | None) -> str:
    return f"du {start:%d/%m/%Y} au {end:%d/%m/%Y}" if end else f"à partir du {start:%d/%m/%Y}"


def _notes(line: DrugLine) -> list[tuple[str, str, str]]:
    notes = [
        ("Instruction au patient", line.patient_note, "instrPatient"),
        ("Instruction au dispensateur", line.dispenser_note, "instrDisp"),
    ]
    return [note for note in notes if note[1]]


def _treatment(entry: etree._Element, line: DrugLine, anchor: str, header: DocumentHeader) -> None:
    treatment = add(entry, "substanceAdministration", classCode="SBADM", moodCode="INT")
    add_templates(treatment, oids.T_E_TREATMENT)
    add_id(treatment, line.id or derived_uid(header.id, anchor))
    add_code(treatment, DRUG)
    _reference(treatment, anchor)
    add(treatment, "statusCode", code="completed")
    _treatment_time(treatment, *_period(line, header))
    if line.renewals is None:
        add(treatment, "repeatNumber", nullFlavor="NI")
    else:
        add(treatment, "repeatNumber", value=str(line.renewals))
    _product(treatment, line, anchor)
    _instructions(treatment, line, anchor)
    _supply(treatment, line)
    _substitution(treatment, line, anchor)
    for flag in FLAGS:
        _flag(treatment, line, flag, anchor, header)


def _reference(parent: etree._Element, anchor: str, *, name: str = "text") -> None:
    add(add(parent, name), "reference", value=f"#{anchor}")


def _treatment_time(treatment: etree._Element, start: date, end: date | None) -> None:
    period = add(treatment, "effectiveTime")
    period.set(XSI_TYPE, "IVL_TS")
    add(period, "low", value=f"{start:%Y%m%d}")
    if end:
        add(period, "high", value=f"{end:%Y%m%d}")
    else:
        add(period, "high", nullFlavor="UNK")


def _product(treatment: etree._Element, line: DrugLine, anchor: str) -> None:
    product = add(add(treatment, "consumable"), "manufacturedProduct", classCode="MANU")
    add_templates(product, oids.T_E_PRODUCT)
    material = add(product, "manufacturedMaterial", classCode="MMAT", determinerCode="KIND")
    add_templates(material, (oids.T_E_MATERIAL,))
    _product_code(material, line, anchor)
    if line.cis:
        add(material, "name", line.name)
    else:
        add(material, "name", nullFlavor="NA")
    if line.form:
        add_code(material, line.form, name="formCode", ns=oids.NS_PHARM)
    if line.atc:
        _class(material, line.atc)


def _product_code(material: etree._Element, line: DrugLine, anchor: str) -> None:
    if line.cis:
        code = add_code(material, Code(line.cis, line.name, oids.CIS))
    else:
        code = add(material, "code", nullFlavor="NA")
    _reference(code, anchor, name="originalText")
    if line.cip13:
        add_code(code, Code(line.cip13, line.name, oids.CIP), name="translation")


def _class(material: etree._Element, atc: Code) -> None:
    kind = add(material, "asSpecializedKind", ns=oids.NS_PHARM, classCode="GRIC")
    medicine = add(kind, "generalizedMedicineClass", ns=oids.NS_PHARM, classCode="MMAT")
    add_code(medicine, atc, ns=oids.NS_PHARM)
    add(medicine, "name", atc.label, ns=oids.NS_PHARM)


def _instructions(treatment: etree._Element, line: DrugLine, anchor: str) -> None:
    if line.patient_note:
        _instruction(treatment, oids.T_E_PATIENT_NOTE, PATIENT_NOTE, f"{anchor}-instrPatient")
    if line.dispenser_note:
        _instruction(treatment, oids.T_E_DISPENSER_NOTE, DISPENSER_NOTE, f"{anchor}-instrDisp")


def _instruction(treatment: etree._Element, templates: tuple[str, ...], code: Code, anchor: str) -> None:
    relation = add(treatment, "entryRelationship", typeCode="SUBJ", inversionInd="true")
    act = add(relation, "act", classCode="ACT", moodCode="INT")
    add_templates(act, templates)
    add_code(act, code)
    _reference(act, anchor)
    add(act, "statusCode", code="completed")


def _supply(treatment: etree._Element, line: DrugLine) -> None:
    relation = add(treatment, "entryRelationship", typeCode="COMP")
    supply = add(relation, "supply", classCode="SPLY", moodCode="RQO")
    add_templates(supply, oids.T_E_QUANTITY)
    add(supply, "independentInd", value="false")
    add(supply, "quantity", value=str(line.quantity), unit=(line.unit or BOX).code)


def _substitution(treatment: etree._Element, line: DrugLine, anchor: str) -> None:
    relation = add(treatment, "entryRelationship", typeCode="COMP")
    act = add(relation, "act", classCode="ACT", moodCode="DEF")
    add_templates(act, oids.T_E_SUBSTITUTION)
    code = add_code(act, SUBSTITUTION_ALLOWED if line.substitution_allowed else SUBSTITUTION_REFUSED)
    _reference(code, f"{anchor}-substitution", name="originalText")
    add(act, "statusCode", code="completed")


def _flag(treatment: etree._Element, line: DrugLine, flag: Flag, anchor: str, header: DocumentHeader) -> None:
    relation = add(treatment, "entryRelationship", typeCode="COMP")
    observation = add(relation, "observation", classCode="OBS", moodCode="EVN")
    add_templates(observation, (*oids.T_E_OBSERVATION, flag.template))
    add_id(observation, derived_uid(header.id, f"{anchor}/{flag.anchor}"))
    add_code(observation, flag.code)
    _reference(observation, f"{anchor}-{flag.anchor}")
    add(observation, "statusCode", code="completed")
    add_time(observation, "effectiveTime", header.effective_time)
    add(observation, "value", value=str(bool(getattr(line, flag.field))).lower()).set(XSI_TYPE, "BL")
