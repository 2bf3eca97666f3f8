"""Rules on PDFs: the marks of PDF/A-1, fonts, the INS datamatrix, and the same data as in the CDA around them.

Source: ISO 19005-1 §6 (a full check needs veraPDF, see docs), specs/insi.md §4, specs/requirements.md §2.5 (CDA/DD.12);
confidence high for the marks; the comparison of texts says what it can tell and no more.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from itertools import filterfalse

from health_documents.barcodes.images import ReadCode
from health_documents.barcodes.ins_datamatrix import decode_ins, flaws_of
from health_documents.cda.read.reader import ReadDocument
from health_documents.codes.prescription import PRESCRIPTION
from health_documents.errors import InsDatamatrixError, PdfError
from health_documents.pdf.objects import PdfFile, open_pdf
from health_documents.pdf.text import codes_of, text_of_pdf
from health_documents.validation.rules import Fault, Faults
from health_documents.values.document import PatientIdentity

__all__ = ["comparable_text", "datamatrix_rules", "pdf_rules", "text_of", "text_rules"]

_PART = re.compile(rb"pdfaid:part(?:\s*=\s*[\"']|>)\s*1\b")
_CONFORMANCE = re.compile(rb"pdfaid:conformance(?:\s*=\s*[\"']|>)\s*[AB]\b")
_FORBIDDEN = (b"/JavaScript", b"/JS", b"/Launch", b"/EmbeddedFile", b"/RichMedia", b"/XFA")
_SIMPLE_FONT = re.compile(rb"/Subtype\s*/(?:Type1|TrueType|MMType1)\b")
_TRANSPARENT = re.compile(rb"/SMask\s+\d|/S\s*/Transparency\b|/[Cc][Aa]\s+0?\.\d")
_TRAITS = ("matricule", "oid", "birth_name", "first_names", "sex", "birth_date", "birth_place")
_NEW_FEATURES = (b"ObjStm", b"XRef")
_MIN_TEXT = 20


def pdf_rules(data: bytes, document: ReadDocument | None = None) -> Faults:
    """Yield the faults of a PDF; with the document around it, also what they do not say alike."""
    try:
        pdf = open_pdf(data)
    except PdfError as error:
        yield Fault("PDF-01", str(error))
        return
    yield from _marks(pdf)
    yield from _fonts(pdf)
    if document is not None:
        yield from datamatrix_rules(codes_of(pdf) if document.patient.is_qualified else (), document)
        yield from _text(pdf, document)


def _marks(pdf: PdfFile) -> Faults:
    if not _PART.search(pdf.data) or not _CONFORMANCE.search(pdf.data):
        yield Fault("PDF-02", "pdfaid:part 1 et pdfaid:conformance absents des métadonnées", "PDF/A-1A ou PDF/A-1B")
    if b"/Encrypt" in pdf.marks:
        yield Fault("PDF-04", "/Encrypt")
    for name in _FORBIDDEN:
        if re.search(name + rb"\b", pdf.marks):
            yield Fault("PDF-05", name.decode())
    if b"/GTS_PDFA1" not in pdf.marks:
        yield Fault("PDF-06", "OutputIntent GTS_PDFA1 absent")
    if found := _TRANSPARENT.search(pdf.marks):
        yield Fault("PDF-07", found[0].decode("latin-1"))
    for name in _NEW_FEATURES:
        if pdf.with_type(name):
            yield Fault("PDF-08", f"/Type /{name.decode()}", "PDF 1.4")


def _fonts(pdf: PdfFile) -> Faults:
    for font in pdf.with_type(b"Font"):
        if _SIMPLE_FONT.search(font.head) and b"/FontDescriptor" not in font.head:
            yield Fault("PDF-03", _font_name(font.head))
    for descriptor in pdf.with_type(b"FontDescriptor"):
        if b"/FontFile" not in descriptor.head:
            yield Fault("PDF-03", _font_name(descriptor.head))


def _font_name(head: bytes) -> str:
    match = re.search(rb"/(?:BaseFont|FontName)\s*/([^\s/<>\[\]()]{1,80})", head)
    return match[1].decode("latin-1") if match else "police sans nom"


def datamatrix_rules(codes: Iterable[ReadCode], document: ReadDocument) -> Faults:
    """Yield what is wrong with the INS datamatrix among the codes of a PDF; nothing for a patient without an INS."""
    patient = document.patient
    if not patient.is_qualified:
        return
    found = [code.text for code in codes if code.format == "DataMatrix" and code.text.startswith("IS")]
    if not found:
        if document.code.code != PRESCRIPTION:  # no datamatrix is asked of prescriptions (DOC/va1.10)
            yield Fault("PDF-10", "aucun datamatrix INS trouvé dans les images du PDF")
        return
    try:
        printed = decode_ins(found[0])
    except InsDatamatrixError as error:
        yield Fault("PDF-11", str(error))
        return
    yield from (Fault("PDF-11", flaw) for flaw in flaws_of(printed))
    for trait in _TRAITS:
        if (said := getattr(printed, trait)) != (expected := getattr(patient, trait)):
            yield Fault("PDF-11", f"{trait} : {_shown(said)}", _shown(expected))


def _shown(value: str | tuple[str, ...]) -> str:
    return value if isinstance(value, str) else " ".join(value)


def comparable_text(data: bytes) -> str:
    """Return the text of a PDF without accents and case, "" when it cannot be extracted. Raises PdfError."""
    return text_of(open_pdf(data))


def text_of(pdf: PdfFile) -> str:
    """Return the same of an open PDF."""
    text = _plain(text_of_pdf(pdf))
    return text if len(text) >= _MIN_TEXT else ""


def _text(pdf: PdfFile, document: ReadDocument) -> Faults:
    text = text_of(pdf)
    if not text:
        yield Fault("PDF-15", "texte du PDF non extrait")
        return
    yield from text_rules(text, document)


def text_rules(text: str, document: ReadDocument) -> Faults:
    """Yield what the text of a PDF (``comparable_text``) does not say as the document around it does."""
    yield from _patient(text, document.patient)
    if document.replaces and "annule et remplace" not in text:
        yield Fault("PDF-13", "mention absente", "Annule et remplace")
    for recipient in document.recipients:
        if recipient.family_name and _plain(recipient.family_name) not in text:
            yield Fault("PDF-14", "nom absent", recipient.family_name)
    for line in document.drug_lines:
        if line.cis and (name := _plain(line.name)) and name.split()[0] not in text:
            yield Fault("PDF-16", "médicament absent", line.name)


def _patient(text: str, patient: PatientIdentity) -> Faults:
    squeezed = re.sub(r"[^0-9a-z]", "", text)
    born = "".join(reversed(patient.birth_date.split("-")))
    expected = {
        "nom de naissance": patient.birth_name,
        "premier prénom": patient.first_name,
        "date de naissance": born,
    }
    for label, value in expected.items():
        if value and re.sub(r"[^0-9a-z]", "", _plain(value)) not in squeezed:
            yield Fault("PDF-12", f"{label} absent", value)
    others = re.findall(r"(?<![0-9])[1-478][0-9]{4}[0-9ab]{2}[0-9]{8}(?![0-9])", squeezed)
    if patient.is_qualified and others and patient.matricule.lower() not in squeezed:
        yield Fault("PDF-12", f"matricule {others[0].upper()}", patient.matricule)


def _plain(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text)
    bare = "".join(filterfalse(unicodedata.combining, decomposed))
    return " ".join(re.sub(r"[-'’]", " ", bare).casefold().split())
