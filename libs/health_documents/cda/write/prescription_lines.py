"""Writes the drug lines of an e-prescription: the table that people read and the entries that software reads.

Source: specs/cda.md §6.2 (FR-Traitement-prescrit and its sub-entries), specs/eprescription.md §3.1; confidence high.
The ids of the narrative follow the official samples: ``med-001``, ``med-001-posologie``… Knows no header.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from lxml import etree

from health_documents import oids
from health_documents.cda.write.elements import (
    XSI_TYPE,
    add,
    add_code,
    add_id,
    add_reference,
    add_templates,
    add_time,
    derived_uid,
)
from health_documents.cda.write.posology import (
    add_doses,
    add_frequency,
    add_maximum,
    add_precondition,
    add_route,
    add_step_narrative,
    add_steps,
)
from health_documents.cda.write.products import Product, add_product
from health_documents.codes.prescription import (
    BOX,
    DISPENSER_NOTE,
    DRUG,
    FLAGS,
    PATIENT_NOTE,
    SUBSTITUTION_ALLOWED,
    SUBSTITUTION_REFUSED,
    Flag,
)
from health_documents.errors import InvalidContent
from health_documents.quoting import quoted
from health_documents.values.document import Code, DocumentHeader, DrugLine
from health_documents.values.posology import Mode, Posology

__all__ = ["add_flag", "add_lines", "add_renewals"]

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
    if line.structured and not line.structured.steps:
        raise InvalidContent("une posologie structurée a au moins une étape")
    if not (line.substitution_allowed or line.substitution_reason):
        raise InvalidContent("le refus de substitution doit être motivé")


def _period(line: DrugLine, header: DocumentHeader) -> tuple[date, date | None]:
    try:
        start = date.fromisoformat(line.start) if line.start else header.effective_time.date()
    except ValueError as error:
        raise InvalidContent(f"début de traitement {quoted(line.start)} : AAAA-MM-JJ attendu") from error
    return start, start + timedelta(days=line.duration_days - 1) if line.duration_days > 0 else None


def _narrative(text: etree._Element, line: DrugLine, anchor: str, header: DocumentHeader) -> None:
    table = add(text, "table", border="0")
    headings = add(add(table, "thead"), "tr")
    for heading in (*_HEADINGS, *(flag.heading for flag in FLAGS)):
        add(headings, "th", heading)
    body = add(table, "tbody")
    _narrative_line(add(body, "tr"), line, anchor, header)
    for title, note, suffix in _notes(line):
        add(_wide_cell(body, title), "content", note, ID=f"{anchor}-{suffix}")
    for rank, step in enumerate(line.structured.steps if line.structured else (), start=1):
        add_step_narrative(_wide_cell(body, f"Posologie détaillée, étape {rank}"), step, anchor, rank)


def _wide_cell(body: etree._Element, title: str) -> etree._Element:
    row = add(body, "tr")
    add(row, "td", title, colspan="4")
    return add(row, "td", colspan="6")


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
        ("Voie d'administration", line.route.label if line.route else "", "voie"),
        ("Région d'administration", line.site.label if line.site else "", "region"),
        ("Précondition", line.structured.precondition if line.structured else "", "precondition"),
    ]
    return [note for note in notes if note[1]]


def _treatment(entry: etree._Element, line: DrugLine, anchor: str, header: DocumentHeader) -> None:
    treatment = add(entry, "substanceAdministration", classCode="SBADM", moodCode="INT")
    add_templates(treatment, _templates(line.structured))
    add_id(treatment, line.id or derived_uid(header.id, anchor))
    add_code(treatment, DRUG)
    add_reference(treatment, anchor)
    add(treatment, "statusCode", code="completed")
    _treatment_time(treatment, *_period(line, header))
    single = line.structured.steps[0] if line.structured and len(line.structured.steps) == 1 else None
    if single:
        add_frequency(treatment, single, anchor, 1)
    add_renewals(treatment, line.renewals)
    add_route(treatment, line.route, line.site, anchor)
    if single:
        add_doses(treatment, single, anchor, 1)
    if line.structured:
        add_maximum(treatment, line.structured)
    _product(treatment, line, anchor)
    if line.structured:
        add_steps(treatment, line.structured, anchor, header.id)
    _instructions(treatment, line, anchor)
    _supply(treatment, line)
    _substitution(treatment, line, anchor)
    for flag in FLAGS:
        add_flag(treatment, flag, on=getattr(line, flag.field), anchor=anchor, header=header)
    if line.structured and line.structured.precondition:
        add_precondition(treatment, anchor)


def _templates(posology: Posology | None) -> tuple[str, ...]:
    structured = (oids.T_E_STRUCTURED_DOSAGE,) if posology else ()
    mode = posology.mode if posology else Mode.NORMAL
    return (*oids.T_E_TREATMENT_BASE, *structured, mode.value)


def add_renewals(parent: etree._Element, renewals: int | None) -> None:
    """Append the number of renewals; None is written as not limited."""
    if renewals is None:
        add(parent, "repeatNumber", nullFlavor="NI")
    else:
        add(parent, "repeatNumber", value=str(renewals))


def _treatment_time(treatment: etree._Element, start: date, end: date | None) -> None:
    period = add(treatment, "effectiveTime")
    period.set(XSI_TYPE, "IVL_TS")
    add(period, "low", value=f"{start:%Y%m%d}")
    if end:
        add(period, "high", value=f"{end:%Y%m%d}")
    else:
        add(period, "high", nullFlavor="UNK")


def _product(treatment: etree._Element, line: DrugLine, anchor: str) -> None:
    translations = [line.virtual] if line.virtual else []
    if line.cip13:
        translations.append(Code(line.cip13, line.name, oids.CIP))
    product = Product(
        name=line.name,
        cis=line.cis,
        anchor=anchor,
        translations=tuple(translations),
        form=line.form,
        atc=line.atc,
        ingredients=line.ingredients,
    )
    add_product(add(treatment, "consumable"), product)


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
    add_reference(act, anchor)
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
    add_reference(code, f"{anchor}-substitution", name="originalText")
    add(act, "statusCode", code="completed")


def add_flag(parent: etree._Element, flag: Flag, *, on: bool, anchor: str, header: DocumentHeader) -> None:
    """Append a yes-or-no fact of a line."""
    relation = add(parent, "entryRelationship", typeCode="COMP")
    observation = add(relation, "observation", classCode="OBS", moodCode="EVN")
    add_templates(observation, (*oids.T_E_OBSERVATION, flag.template))
    add_id(observation, derived_uid(header.id, f"{anchor}/{flag.anchor}"))
    add_code(observation, flag.code)
    add_reference(observation, f"{anchor}-{flag.anchor}")
    add(observation, "statusCode", code="completed")
    add_time(observation, "effectiveTime", header.effective_time)
    add(observation, "value", value=str(on).lower()).set(XSI_TYPE, "BL")
