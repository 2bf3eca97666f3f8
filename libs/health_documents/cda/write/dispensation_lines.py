"""Writes the lines of a dispensation: what was handed out, for which prescribed line, with which changes.

Source: specs/cda.md §6.3 (FR-Traitement-dispense and its sub-entries); confidence high. Knows no header but what
entries repeat of it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date

from lxml import etree

from health_documents import oids
from health_documents.cda.write.elements import (
    XSI_TYPE,
    add,
    add_code,
    add_id,
    add_reference,
    add_templates,
    derived_uid,
)
from health_documents.cda.write.people import add_author
from health_documents.cda.write.posology import add_doses, add_frequency, add_no_product, add_route, add_step_narrative
from health_documents.cda.write.products import Product, add_product
from health_documents.cda.write.sections import add_table
from health_documents.codes.prescription import BOX, DISPENSER_NOTE, PATIENT_NOTE, SUBSTITUTION_ALLOWED
from health_documents.errors import InvalidContent
from health_documents.quoting import quoted
from health_documents.values.clinical import DispensedLine
from health_documents.values.document import Code, DocumentHeader
from health_documents.values.posology import Posology

__all__ = ["add_dispensed_lines"]

_ITEM = Code("PREItem", "Prescription Item", oids.IHE_PHARMACY_ITEM)
_HEADINGS = ("Médicament", "Quantité délivrée", "Lot", "Péremption", "Substitution")


def add_dispensed_lines(
    section: etree._Element,
    lines: Sequence[DispensedLine],
    header: DocumentHeader,
    add_dispenser: Callable[[etree._Element], None],
) -> None:
    """Append the narrative, the dispenser, then one entry a line. Raises InvalidContent for an incomplete line."""
    text = add(section, "text")
    for rank, line in enumerate(lines, start=1):
        _refuse_incomplete(line)
        _narrative(text, line, _anchor(rank))
    add_dispenser(section)
    for rank, line in enumerate(lines, start=1):
        _supply(add(section, "entry"), line, _anchor(rank), header)


def _anchor(rank: int) -> str:
    return f"med-{rank:03d}"


def _refuse_incomplete(line: DispensedLine) -> None:
    if not (line.name and line.quantity > 0):
        raise InvalidContent("une ligne délivrée a un nom de médicament et une quantité positive")
    if line.line_id and not (line.prescription_id and line.prescriber):
        raise InvalidContent("la référence à une ligne prescrite demande la prescription et le prescripteur")
    if line.new_posology and len(line.new_posology.steps) != 1:
        raise InvalidContent("une posologie modifiée a une étape")


def _narrative(text: etree._Element, line: DispensedLine, anchor: str) -> None:
    rows = add_table(text, _HEADINGS)
    row = add(rows, "tr", ID=anchor)
    add(add(row, "td"), "content", line.name, ID=f"{anchor}-delivre")
    add(row, "td", f"{line.quantity} {(line.unit or BOX).label}".strip())
    add(row, "td", line.lot)
    add(row, "td", line.expiry)
    told = "Substitution par un générique" if line.substituted else "Non"
    add(add(row, "td"), "content", told, ID=f"{anchor}-substitution")
    notes = (
        ("Instruction au patient", line.patient_note, "instrPatient"),
        ("Notes du dispensateur", line.dispenser_note, "notes"),
        ("Voie d'administration", line.route.label if line.route else "", "voie"),
    )
    for title, note, suffix in notes:
        if note:
            add(_wide_cell(rows, title), "content", note, ID=f"{anchor}-{suffix}")
    for rank, step in enumerate(line.new_posology.steps if line.new_posology else (), start=1):
        add_step_narrative(_wide_cell(rows, "Posologie modifiée"), step, anchor, rank)


def _wide_cell(rows: etree._Element, title: str) -> etree._Element:
    row = add(rows, "tr")
    add(row, "td", title)
    return add(row, "td", colspan="4")


def _supply(entry: etree._Element, line: DispensedLine, anchor: str, header: DocumentHeader) -> None:
    supply = add(entry, "supply", classCode="SPLY", moodCode="EVN")
    add_templates(supply, oids.T_E_DISPENSED)
    add_id(supply, line.id or derived_uid(header.id, anchor))
    add_reference(supply, anchor)
    add(supply, "quantity", value=str(line.quantity), unit=(line.unit or BOX).code)
    add_product(add(supply, "product"), _product(line, anchor))
    if line.line_id:
        _item(add(supply, "entryRelationship", typeCode="REFR", inversionInd="false"), line, header)
    if line.patient_note:
        _note(supply, oids.T_E_PATIENT_NOTE, PATIENT_NOTE, f"{anchor}-instrPatient")
    if line.dispenser_note:
        _note(supply, oids.T_E_DISPENSER_REMARK, DISPENSER_NOTE, f"{anchor}-notes")
    if line.new_posology:
        _new_posology(add(supply, "entryRelationship", typeCode="COMP"), line, line.new_posology, anchor, header)
    if line.substituted:
        _substituted(add(supply, "entryRelationship", typeCode="COMP"), anchor)


def _product(line: DispensedLine, anchor: str) -> Product:
    return Product(
        name=line.name,
        cis=line.cis,
        anchor=f"{anchor}-delivre",
        translations=(Code(line.cip13, line.name, oids.CIP),) if line.cip13 else (),
        form=line.form,
        lot=line.lot,
        expiry=line.expiry,
        atc=line.atc,
        ingredients=line.ingredients,
    )


def _item(relation: etree._Element, line: DispensedLine, header: DocumentHeader) -> None:
    item = add(relation, "substanceAdministration", classCode="SBADM", moodCode="INT")
    add_templates(item, oids.T_E_ITEM_REFERENCE)
    add_id(item, line.line_id)
    add_code(item, _ITEM)
    product = add(add(item, "consumable"), "manufacturedProduct")
    add(add(product, "manufacturedMaterial", nullFlavor="NA"), "name", nullFlavor="NA")
    if line.prescriber:
        add_author(item, line.prescriber, line.prescribed_at or header.effective_time)
    document = add(add(item, "reference", typeCode="XCRPT"), "externalDocument")
    add_id(document, line.prescription_id)


def _note(supply: etree._Element, templates: tuple[str, ...], code: Code, anchor: str) -> None:
    relation = add(supply, "entryRelationship", typeCode="SUBJ", inversionInd="true")
    act = add(relation, "act", classCode="ACT", moodCode="INT")
    add_templates(act, templates)
    add_code(act, code)
    add_reference(act, anchor)
    add(act, "statusCode", code="completed")


def _new_posology(
    relation: etree._Element, line: DispensedLine, posology: Posology, anchor: str, header: DocumentHeader
) -> None:
    step = posology.steps[0]
    treatment = add(relation, "substanceAdministration", classCode="SBADM", moodCode="INT")
    add_templates(treatment, (*oids.T_E_NEW_DOSAGE, posology.mode.value))
    add_id(treatment, derived_uid(header.id, f"{anchor}/posologie"))
    add_reference(treatment, f"{anchor}-etape-1")
    add(treatment, "statusCode", code="completed")
    period = add(treatment, "effectiveTime")
    period.set(XSI_TYPE, "IVL_TS")
    for name, day in (("low", line.start), ("high", line.end)):
        written = _day(day)
        add(period, name, value=written, nullFlavor="" if written else "UNK")
    add_frequency(treatment, step, anchor, 1)
    add_route(treatment, line.route, None, anchor)
    add_doses(treatment, step, anchor, 1)
    add_no_product(add(treatment, "consumable"))


def _day(text: str) -> str:
    try:
        return f"{date.fromisoformat(text):%Y%m%d}" if text else ""
    except ValueError as error:
        raise InvalidContent(f"date {quoted(text)} : AAAA-MM-JJ attendu") from error


def _substituted(relation: etree._Element, anchor: str) -> None:
    act = add(relation, "act", classCode="ACT", moodCode="EVN")
    add_templates(act, oids.T_E_SUBSTITUTED)
    add_reference(add_code(act, SUBSTITUTION_ALLOWED), f"{anchor}-substitution", name="originalText")
    add(act, "statusCode", code="completed")
