"""Whether the PDF of a pharmacy's level 1 document shows the INS of its header as a datamatrix.

Source: specs/requirements.md §2.1 (rule 32), specs/insi.md §4; confidence medium. The whole rules are those of
``validation``; this is read while a service answers, so bounded: large images are not read, and a PDF that has some
and no datamatrix says nothing.
"""

from __future__ import annotations

from contextlib import suppress

from health_documents.barcodes.images import ReadCode
from health_documents.barcodes.ins_datamatrix import decode_ins
from health_documents.cda.read.reader import read_document
from health_documents.cda.read.values import ReadDocument
from health_documents.errors import DocumentError, InsDatamatrixError, PdfError
from health_documents.pdf.objects import PdfFile, open_pdf
from health_documents.pdf.text import codes_of, pixels_of
from health_documents.validation.pdf_rules import datamatrix_rules
from health_documents.validation.rules import Fault
from health_documents.values.document import PatientIdentity

__all__ = ["MAX_PDF", "PHARMACY_TYPES", "identities_of", "printed_in", "printed_ins"]

PHARMACY_TYPES = frozenset({"56445-0", "78601-2"})
"""Bilan partagé de médication, compte rendu d'entretien."""
_INS = "IS"
MAX_PDF = 4 * 1024 * 1024
MAX_IMAGES, MAX_SEEN = 3, 40
MAX_PIXELS = 160_000
"""A datamatrix INS of two centimetres at 400 dpi has fewer."""


def printed_in(content: bytes) -> str | None:
    """Return the same of the octets of a CDA, None also when they cannot be read."""
    try:
        return printed_ins(read_document(content))
    except DocumentError:
        return None


def printed_ins(document: ReadDocument) -> str | None:
    """Return what is wrong with the INS datamatrix of the document, "" when it says what the header says.

    None: another type or level, no INS in the header, or it cannot be told.
    """
    if document.code.code not in PHARMACY_TYPES or not document.patient.is_qualified or not document.body:
        return None
    if len(document.body) > MAX_PDF:
        return None
    try:
        pdf = open_pdf(document.body)
    except PdfError:
        return None
    codes, all_seen = _codes(pdf)
    if not all_seen and not any(code.text.startswith(_INS) for code in codes):
        return None
    return " ; ".join(_shown(fault) for fault in datamatrix_rules(codes, document))


def identities_of(pdf: PdfFile) -> tuple[PatientIdentity, ...]:
    """Return the patients whose INS datamatrix a PDF shows; those that cannot be read are left out."""
    found: list[PatientIdentity] = []
    for code in _codes(pdf)[0]:
        if code.format == "DataMatrix" and code.text.startswith(_INS):
            with suppress(InsDatamatrixError):
                found.append(decode_ins(code.text))
    return tuple(found)


def _codes(pdf: PdfFile) -> tuple[list[ReadCode], bool]:
    """Return the codes in the small images of a PDF, and whether these are all its images."""
    images = pdf.with_subtype(b"Image")
    small = [image for image in images[:MAX_SEEN] if pixels_of(image) <= MAX_PIXELS][:MAX_IMAGES]
    return list(codes_of(pdf, small)), len(small) == len(images)


def _shown(fault: Fault) -> str:
    return f"{fault.received} au lieu de {fault.expected}" if fault.expected else fault.received
