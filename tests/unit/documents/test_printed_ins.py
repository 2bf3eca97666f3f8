from dataclasses import replace

import pytest

from health_documents.cda.write.n1 import write_n1
from health_documents.pdf.write import PdfContent, PdfSection, render_pdf
from health_documents.validation import printed_ins as module
from health_documents.validation.printed_ins import PHARMACY_TYPES, printed_in
from health_documents.values.document import Author, DocumentHeader, PatientIdentity


def printed(
    header: DocumentHeader, author: Author, on_paper: PatientIdentity, type_code: str = "56445-0"
) -> str | None:
    sections = (PdfSection("Synthèse", ("Observance satisfaisante.",)),)
    pdf = render_pdf(PdfContent("Bilan", on_paper, author, header.effective_time, sections))
    coded = replace(header, code=replace(header.code, code=type_code))
    return printed_in(write_n1(coded, pdf))


@pytest.mark.parametrize("type_code", sorted(PHARMACY_TYPES))
def test_a_datamatrix_that_says_the_header_is_right(header: DocumentHeader, pharmacist: Author, type_code: str):
    assert printed(header, pharmacist, header.patient, type_code) == ""


def test_another_identity_on_paper_is_told_trait_by_trait(header: DocumentHeader, pharmacist: Author):
    other = replace(header.patient, birth_name="AUTRE")
    assert printed(header, pharmacist, other) == f"birth_name : AUTRE au lieu de {header.patient.birth_name}"


def test_a_paper_without_datamatrix_is_told(header: DocumentHeader, pharmacist: Author):
    traits = replace(header.patient, matricule="", oid="")
    assert printed(header, pharmacist, traits) == "aucun datamatrix INS trouvé dans les images du PDF"


def test_nothing_is_told_of_what_is_not_concerned_or_not_readable(header: DocumentHeader, pharmacist: Author):
    traits = replace(header.patient, matricule="", oid="")
    assert printed(header, pharmacist, traits, "11502-2") is None
    assert (
        printed(replace(header, patient=replace(traits, local_id="417", local_oid="1.2.3")), pharmacist, traits) is None
    )
    assert printed_in(write_n1(header, b"%PDF-1.4 not one")) is None
    assert printed_in(b"<no cda>") is None


def test_large_images_are_not_read_and_then_nothing_is_told(
    header: DocumentHeader, pharmacist: Author, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(module, "MAX_PIXELS", 1)
    assert printed(header, pharmacist, header.patient) is None
