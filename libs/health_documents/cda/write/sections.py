"""The sections of level 3 documents that the writers share: head of a section, comments, copy in PDF.

Source: specs/cda.md §6 (section and entry templates); confidence high. Ids of sections and entries derive from the id
of the document, so that the same values give the same bytes. Knows no document type.
"""

from __future__ import annotations

from lxml import etree

from health_documents import oids
from health_documents.cda.write.elements import (
    XSI_TYPE,
    add,
    add_binary,
    add_code,
    add_id,
    add_reference,
    add_templates,
    derived_uid,
)
from health_documents.codes.prescription import COMMENT, DOCUMENT_ATTACHED, DOCUMENT_TYPE, PDF_SECTION, SectionKind

__all__ = ["add_comment", "add_pdf_copy", "add_section", "add_table", "structured_body"]

_COPY_ANCHOR = "copie-pdf"
_COPY_TITLE_ANCHOR = "titre-copie-pdf"


def structured_body(document: etree._Element) -> etree._Element:
    """Append and return the structured body of a document."""
    return add(add(document, "component"), "structuredBody")


def add_section(body: etree._Element, document_id: str, kind: SectionKind) -> etree._Element:
    """Append and return a section: its templates, id, code and title."""
    section = add(add(body, "component"), "section")
    add_templates(section, kind.templates)
    add_id(section, derived_uid(document_id, kind.code.code))
    add_code(section, kind.code)
    add(section, "title", kind.title)
    return section


def add_table(text: etree._Element, headings: tuple[str, ...]) -> etree._Element:
    """Append a table with its headings to a narrative and return its body."""
    table = add(text, "table", border="0")
    row = add(add(table, "thead"), "tr")
    for heading in headings:
        add(row, "th", heading)
    return add(table, "tbody")


def add_comment(parent: etree._Element, anchor: str, *, inverted: bool = False) -> None:
    """Append a comment (FR-Commentaire-ER) that the narrative holds."""
    attributes = {"inversionInd": "true"} if inverted else {}
    act = add(add(parent, "entryRelationship", typeCode="SUBJ", **attributes), "act", classCode="ACT", moodCode="EVN")
    add_templates(act, oids.T_E_COMMENT)
    add_code(act, COMMENT)
    add_reference(act, anchor)
    add(act, "statusCode", code="completed")


def add_pdf_copy(body: etree._Element, document_id: str, pdf: bytes) -> None:
    """Append the section « Copie du document »: the same document as people read it."""
    section = add_section(body, document_id, PDF_SECTION)
    rows = add(add(add(section, "text"), "table", border="0"), "tbody")
    add(add(add(rows, "tr"), "td"), "content", "Copie PDF du document", ID=_COPY_TITLE_ANCHOR)
    add(add(add(rows, "tr"), "td"), "renderMultiMedia", referencedObject=_COPY_ANCHOR)
    organizer = add(add(section, "entry"), "organizer", classCode="CLUSTER", moodCode="EVN")
    add_templates(organizer, (oids.T_E_ATTACHED,))
    add_id(organizer, derived_uid(document_id, "copie"))
    add_code(organizer, DOCUMENT_ATTACHED)
    add(organizer, "statusCode", code="completed")
    _copy_type(add(organizer, "component"), document_id)
    media = add(add(organizer, "component"), "observationMedia", classCode="OBS", moodCode="EVN", ID=_COPY_ANCHOR)
    add_binary(media, "value", pdf, "application/pdf")


def _copy_type(component: etree._Element, document_id: str) -> None:
    observation = add(component, "observation", classCode="OBS", moodCode="EVN")
    add_templates(observation, (*oids.T_E_OBSERVATION, oids.T_E_ATTACHED_TYPE))
    add_id(observation, derived_uid(document_id, "copie/type"))
    add_code(observation, DOCUMENT_TYPE)
    add_reference(observation, _COPY_TITLE_ANCHOR)
    add(observation, "statusCode", code="completed")
    add(observation, "effectiveTime", nullFlavor="NA")
    add_code(observation, PDF_SECTION.code, name="value").set(XSI_TYPE, "CD")
