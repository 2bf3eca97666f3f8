"""Writes dispensations of medicines: CDA eDISP-MED 2024.01, level 3.

Source: specs/cda.md §6.3, specs/eprescription.md §3.2; confidence high. In real life the author is the Dossier
Pharmaceutique, not the LGO: the header says who. The dispenser of the section must be coded G15_21 and nothing finer.
Knows no service.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from lxml import etree

from health_documents import oids
from health_documents.cda.write.dispensation_lines import add_dispensed_lines
from health_documents.cda.write.elements import derived_uid
from health_documents.cda.write.header import new_document
from health_documents.cda.write.people import add_author
from health_documents.cda.write.sections import add_pdf_copy, add_section, structured_body
from health_documents.codes.prescription import SectionKind
from health_documents.codes.systems import SPECIALTIES, document_types
from health_documents.errors import InvalidContent, refuse_bad_text
from health_documents.values.clinical import DispensedLine
from health_documents.values.document import Author, Code, DocumentHeader, Identifier
from health_documents.xml import serialize

__all__ = ["DISPENSATION", "write_dispensation"]

DISPENSATION = "60593-1"
MODEL_VERSION = "2024.01"

_TEMPLATES = (
    Identifier(oids.T_PCC_DOCUMENT),
    Identifier(oids.T_IHE_DIS),
    Identifier(oids.T_EDISP, MODEL_VERSION),
)
_SECTION = SectionKind(
    (oids.T_S_DISPENSED_IHE, "2.16.840.1.113883.10.20.1.8", oids.T_S_DISPENSED),
    Code("60590-7", "Médicaments délivrés", oids.LOINC),
    "Médicaments délivrés",
)
_DISPENSER = "G15_21"


def write_dispensation(
    header: DocumentHeader,
    lines: Sequence[DispensedLine],
    *,
    dispenser: Author,
    prescription: Identifier,
    event_id: Identifier | None = None,
    pdf: bytes = b"",
) -> bytes:
    """Return an eDISP-MED 2024.01 document (UTF-8, with declaration).

    ``prescription`` is the id of the prescription document, ``event_id`` that of the dispensation. Raises
    InvalidContent for a header of another type, no line, or a line that cannot be written.
    """
    if header.code.code != DISPENSATION:
        raise InvalidContent(f"une dispensation porte le code {DISPENSATION}, pas {header.code.code}")
    if not lines:
        raise InvalidContent("une dispensation a au moins une ligne")
    completed = replace(
        header,
        orders=header.orders if prescription in header.orders else (*header.orders, prescription),
        event_code=document_types()[DISPENSATION],
        event_id=event_id or header.event_id or Identifier(derived_uid(header.id, "dispensation")),
        responsible=header.responsible or dispenser,
        performer=header.performer or dispenser,
    )
    with refuse_bad_text():
        document = new_document(completed, _TEMPLATES)
        body = structured_body(document)
        _dispensed(add_section(body, header.id, _SECTION), lines, header, dispenser)
        if pdf:
            add_pdf_copy(body, header.id, pdf)
        return serialize(document, declaration=True)


def _dispensed(
    section: etree._Element, lines: Sequence[DispensedLine], header: DocumentHeader, dispenser: Author
) -> None:
    specialty = SPECIALTIES[_DISPENSER]
    coded = replace(
        dispenser,
        specialty_code=specialty.code,
        specialty_label=specialty.label,
        specialty_system=specialty.system,
        function=None,
    )
    add_dispensed_lines(section, lines, header, lambda parent: add_author(parent, coded, header.effective_time))
