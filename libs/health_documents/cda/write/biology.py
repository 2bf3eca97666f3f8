"""Writes laboratory reports: CDA CR-BIO 2024.01, level 3, one chapter of measured results.

Source: specs/cda.md §6.7 and the outline of ANS's sample (fasting glucose); confidence high. Batteries, isolates and
specimens are not written. Knows no service.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

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
    add_time,
    derived_uid,
)
from health_documents.cda.write.header import new_document
from health_documents.cda.write.sections import add_pdf_copy, add_section, add_table, structured_body
from health_documents.codes.biology import (
    BIOCHEMISTRY,
    BIOLOGY_REPORT,
    BIOLOGY_TITLE,
    INTERPRETATIONS,
    MODEL_VERSION,
)
from health_documents.codes.prescription import SectionKind
from health_documents.errors import InvalidContent, refuse_bad_text
from health_documents.values.clinical import Result
from health_documents.values.document import Code, DocumentHeader, Identifier
from health_documents.xml import serialize

__all__ = ["write_biology_report"]

_TEMPLATES = (Identifier(oids.T_IHE_LAB), Identifier(oids.T_CR_BIO, MODEL_VERSION))
_AMBULATORY = "AMB"


def write_biology_report(
    header: DocumentHeader, results: Sequence[Result], *, pdf: bytes, chapter: Code = BIOCHEMISTRY
) -> bytes:
    """Return a CR-BIO 2024.01 document (UTF-8, with declaration).

    The chapter becomes the event of the header, its author the responsible biologist; results are dated by the
    beginning of the event. Raises InvalidContent for a header of another type or title, no PDF, no result, one that is
    not a measured quantity, or an interpretation that is not known.
    """
    if header.code.code != BIOLOGY_REPORT or header.title != BIOLOGY_TITLE:
        raise InvalidContent(
            f"un compte rendu de biologie porte le code {BIOLOGY_REPORT} et le titre « {BIOLOGY_TITLE} »"
        )
    if not (results and pdf):
        raise InvalidContent("un compte rendu de biologie a au moins un résultat, et une copie PDF")
    completed = replace(
        header,
        event_code=chapter,
        event_stop=header.event_stop or header.effective_time,
        encounter=header.encounter or _AMBULATORY,
        responsible=header.responsible or header.authors[0],
    )
    with refuse_bad_text():
        document = new_document(completed, _TEMPLATES)
        _complete_event(document, chapter)
        body = structured_body(document)
        kind = SectionKind((oids.T_S_LAB_CHAPTER_IHE, oids.T_S_LAB_CHAPTER), chapter, chapter.label)
        section = add_section(body, header.id, kind)
        _narrative(add(section, "text"), results)
        _results(section, results, completed, chapter)
        add_pdf_copy(body, header.id, pdf)
        return serialize(document, declaration=True)


def _complete_event(document: etree._Element, chapter: Code) -> None:
    """Say that the act is over, and that its performer is the laboratory, as IHE wants it."""
    event = document.find(f"{{{oids.NS_HL7}}}documentationOf/{{{oids.NS_HL7}}}serviceEvent")
    code = event.find(f"{{{oids.NS_HL7}}}code") if event is not None else None
    performer = event.find(f"{{{oids.NS_HL7}}}performer") if event is not None else None
    if code is None or performer is None:
        raise InvalidContent(f"l'acte n'a pas de chapitre ({chapter.code}) ou pas d'exécutant")
    code.addnext(etree.Element(f"{{{oids.NS_LAB}}}statusCode", {"code": "completed"}, {"lab": oids.NS_LAB}))
    template = etree.Element(f"{{{oids.NS_HL7}}}templateId", {"root": oids.T_IHE_LAB_PERFORMER})
    performer.insert(0, template)


def _narrative(text: etree._Element, results: Sequence[Result]) -> None:
    rows = add_table(text, ("Examen", "Résultat", "Valeurs de référence", "Interprétation"))
    for rank, one in enumerate(results, start=1):
        row = add(rows, "tr")
        add(add(row, "td"), "content", one.code.label if one.code else "", ID=f"examen-{rank}")
        add(add(row, "td"), "content", str(one.quantity or ""), ID=f"resultat-{rank}")
        add(row, "td", f"{one.low} à {one.high}" if one.low and one.high else "")
        add(row, "td", _interpretation(one).label if one.interpretation else "")


def _interpretation(one: Result) -> Code:
    if one.interpretation not in INTERPRETATIONS:
        raise InvalidContent(f"interprétation inconnue : {one.interpretation} ; attendu : {', '.join(INTERPRETATIONS)}")
    return INTERPRETATIONS[one.interpretation]


def _results(section: etree._Element, results: Sequence[Result], header: DocumentHeader, chapter: Code) -> None:
    entry = add(section, "entry", typeCode="DRIV")
    add_templates(entry, oids.T_E_LAB_RESULTS)
    act = add(entry, "act", classCode="ACT", moodCode="EVN")
    add_code(act, chapter)
    add(act, "statusCode", code="completed")
    for rank, one in enumerate(results, start=1):
        _observation(add(act, "entryRelationship", typeCode="COMP"), one, rank, header)


def _observation(relation: etree._Element, one: Result, rank: int, header: DocumentHeader) -> None:
    if one.code is None or one.quantity is None:
        raise InvalidContent("un résultat a un code et une quantité")
    observation = add(relation, "observation", classCode="OBS", moodCode="EVN")
    add_templates(observation, oids.T_E_LAB_RESULT)
    add_id(observation, derived_uid(header.id, f"examen-{rank}"))
    add_reference(add_code(observation, one.code), f"examen-{rank}", name="originalText")
    add(observation, "statusCode", code="completed")
    add_time(observation, "effectiveTime", header.event_start)
    add_quantity(observation, "value", one.quantity, f"resultat-{rank}").set(XSI_TYPE, "PQ")
    if one.interpretation:
        add_code(observation, _interpretation(one), name="interpretationCode")
    if one.low and one.high:
        _range(observation, one)


def _range(observation: etree._Element, one: Result) -> None:
    reference = add(observation, "referenceRange", typeCode="REFV")
    told = add(reference, "observationRange", classCode="OBS", moodCode="EVN.CRT")
    interval = add(told, "value")
    interval.set(XSI_TYPE, "IVL_PQ")
    for name, bound in (("low", one.low), ("high", one.high)):
        if bound is not None:
            add_quantity(interval, name, bound)
    add_code(told, INTERPRETATIONS["N"], name="interpretationCode")
