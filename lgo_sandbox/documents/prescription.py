"""Writes e-prescriptions of medicines: CDA eP-MED-DM 2024.01, level 3, posology as text.

Source: specs/cda.md §6.2, specs/eprescription.md §3.1 and §3.3; confidence high. Knows neither the prescription
service nor who may prescribe: numbers, dates and lines are given.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from lxml import etree

from lgo_sandbox.documents import oids
from lgo_sandbox.documents.cda_elements import (
    XSI_TYPE,
    add,
    add_binary,
    add_code,
    add_id,
    add_templates,
    derived_uid,
)
from lgo_sandbox.documents.cda_header import new_document
from lgo_sandbox.documents.code_systems import document_types
from lgo_sandbox.documents.errors import InvalidContent, refuse_bad_text
from lgo_sandbox.documents.prescription_codes import (
    BARCODE_SECTION,
    DOCUMENT_ATTACHED,
    DOCUMENT_TYPE,
    DRUGS_SECTION,
    MODEL_VERSION,
    PDF_SECTION,
    PRESCRIPTION,
    SectionKind,
)
from lgo_sandbox.documents.prescription_lines import add_lines
from lgo_sandbox.documents.values import DocumentHeader, DrugLine, Identifier
from lgo_sandbox.identifiers import OID_EPU
from lgo_sandbox.wire.xml import serialize

__all__ = ["write_prescription"]

_TEMPLATES = (
    Identifier(oids.T_IHE_PRE),
    Identifier(oids.T_PCC_DOCUMENT),
    Identifier(oids.T_EP_MED_DM, MODEL_VERSION),
)
_BARCODE_ANCHOR = "code-2d"
_COPY_ANCHOR = "copie-pdf"
_COPY_TITLE_ANCHOR = "titre-copie-pdf"


def write_prescription(
    header: DocumentHeader,
    lines: Sequence[DrugLine],
    *,
    epu_number: str,
    qr_png: bytes | None,
    pdf: bytes,
    validity_end: datetime | None,
) -> bytes:
    """Return an eP-MED-DM 2024.01 document (UTF-8, with declaration).

    The number and the validity (from ``header.event_start`` to ``validity_end``, None: not known) take the place of
    the event of the header. Raises InvalidContent for a header of another type, no number, no line or no PDF copy.
    """
    if header.code.code != PRESCRIPTION:
        raise InvalidContent(f"une e-prescription porte le code {PRESCRIPTION}, pas {header.code.code}")
    if not (lines and pdf and epu_number):
        raise InvalidContent("une e-prescription a un numéro, au moins une ligne et une copie PDF")
    numbered = _with_event(header, epu_number, validity_end)
    with refuse_bad_text():
        document = new_document(numbered, _TEMPLATES, unknown_stop=validity_end is None)
        body = add(add(document, "component"), "structuredBody")
        if qr_png:
            _barcode(_section(body, header.id, BARCODE_SECTION), qr_png)
        add_lines(_section(body, header.id, DRUGS_SECTION), lines, header)
        _pdf_copy(_section(body, header.id, PDF_SECTION), pdf, header.id)
        return serialize(document, declaration=True)


def _with_event(header: DocumentHeader, number: str, end: datetime | None) -> DocumentHeader:
    event = Identifier(OID_EPU, number)
    return replace(header, event_id=event, event_code=document_types()[PRESCRIPTION], event_stop=end)


def _section(body: etree._Element, document_id: str, kind: SectionKind) -> etree._Element:
    section = add(add(body, "component"), "section")
    add_templates(section, kind.templates)
    add_id(section, derived_uid(document_id, kind.code.code))
    add_code(section, kind.code)
    add(section, "title", kind.title)
    return section


def _barcode(section: etree._Element, image: bytes) -> None:
    add(add(section, "text"), "renderMultiMedia", referencedObject=_BARCODE_ANCHOR)
    entry = add(section, "entry")
    media = add(entry, "observationMedia", classCode="OBS", moodCode="EVN", ID=_BARCODE_ANCHOR)
    add_templates(media, oids.T_E_BARCODE)
    add_binary(media, "value", image, "image/png")


def _pdf_copy(section: etree._Element, pdf: bytes, document_id: str) -> None:
    _copy_narrative(add(section, "text"))
    organizer = add(add(section, "entry"), "organizer", classCode="CLUSTER", moodCode="EVN")
    add_templates(organizer, (oids.T_E_ATTACHED,))
    add_id(organizer, derived_uid(document_id, "copie"))
    add_code(organizer, DOCUMENT_ATTACHED)
    add(organizer, "statusCode", code="completed")
    _copy_type(add(organizer, "component"), document_id)
    media = add(add(organizer, "component"), "observationMedia", classCode="OBS", moodCode="EVN", ID=_COPY_ANCHOR)
    add_binary(media, "value", pdf, "application/pdf")


def _copy_narrative(text: etree._Element) -> None:
    body = add(add(text, "table", border="0"), "tbody")
    add(add(add(body, "tr"), "td"), "content", "Copie PDF du document", ID=_COPY_TITLE_ANCHOR)
    add(add(add(body, "tr"), "td"), "renderMultiMedia", referencedObject=_COPY_ANCHOR)


def _copy_type(component: etree._Element, document_id: str) -> None:
    observation = add(component, "observation", classCode="OBS", moodCode="EVN")
    add_templates(observation, (*oids.T_E_OBSERVATION, oids.T_E_ATTACHED_TYPE))
    add_id(observation, derived_uid(document_id, "copie/type"))
    add_code(observation, DOCUMENT_TYPE)
    add(add(observation, "text"), "reference", value=f"#{_COPY_TITLE_ANCHOR}")
    add(observation, "statusCode", code="completed")
    add(observation, "effectiveTime", nullFlavor="NA")
    add_code(observation, PDF_SECTION.code, name="value").set(XSI_TYPE, "CD")
