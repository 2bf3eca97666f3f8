import io
import re
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import fpdf.output
import pytest
from PIL import Image

from health_documents.barcodes.images import write_qr
from health_documents.errors import InvalidContent
from health_documents.pdf.write import PdfContent, PdfSection, PdfTable, pdf_file_name, render_pdf
from health_documents.values.document import Author, DocumentHeader


@pytest.fixture
def content(header: DocumentHeader, pharmacist: Author) -> PdfContent:
    table = PdfTable(("Médicament", "Posologie"), (("DOLIPRANE 1000 mg", "1 comprimé ≤ 3 fois par jour"),), (2, 1))
    return PdfContent(
        title="Bilan partagé de médication",
        patient=header.patient,
        author=pharmacist,
        created=header.effective_time,
        sections=(PdfSection("Synthèse", ("Observance satisfaisante.", table)),),
        recipients=header.recipients,
        replaces="du 01/09/2026, version 1",
        qr_png=write_qr("SBX0000000000000001"),
    )


def images_of(pdf: bytes) -> int:
    return pdf.count(b"/Subtype /Image")


def test_the_file_claims_pdf_a_1b_and_names_its_title(content: PdfContent):
    pdf = render_pdf(content)
    assert pdf.startswith(b"%PDF-1.4")
    assert b"<pdfaid:part>1</pdfaid:part>" in pdf
    assert b"<pdfaid:conformance>B</pdfaid:conformance>" in pdf
    assert "Bilan partagé de médication</rdf:li>".encode() in pdf
    assert b"/GTS_PDFA1" in pdf


def test_every_font_is_embedded_and_nothing_forbidden_is_there(content: PdfContent):
    pdf = render_pdf(content)
    assert set(re.findall(rb"/BaseFont /(?:\w+\+)?(\w+)", pdf)) == {b"DejaVuSansBook", b"DejaVuSansBold"}
    assert pdf.count(b"/FontFile2") == 2
    for forbidden in (b"/Encrypt", b"/JavaScript", b"/SMask", b"/EmbeddedFile", b"/LZWDecode"):
        assert forbidden not in pdf


def test_the_same_content_gives_the_same_bytes_at_any_time(content: PdfContent, monkeypatch: pytest.MonkeyPatch):
    first = render_pdf(content)

    class LaterDatetime(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> "LaterDatetime":
            return cls(2040, 1, 1, tzinfo=tz or UTC)

    monkeypatch.setattr(fpdf.output, "datetime", LaterDatetime)
    assert render_pdf(content) == first


def test_another_creation_date_gives_other_bytes(content: PdfContent):
    assert render_pdf(content) != render_pdf(replace(content, created=datetime(2027, 1, 1, tzinfo=UTC)))


def test_a_qualified_identity_has_a_datamatrix_and_another_has_none(content: PdfContent):
    unqualified = replace(content.patient, matricule="", oid="", local_id="42", local_oid="1.2.3")
    assert images_of(render_pdf(content)) == 2
    assert images_of(render_pdf(replace(content, patient=unqualified))) == 1
    assert images_of(render_pdf(replace(content, patient=unqualified, qr_png=None))) == 0


def test_an_image_with_transparency_loses_it(content: PdfContent):
    output = io.BytesIO()
    Image.new("RGBA", (50, 50), (0, 0, 0, 128)).save(output, "PNG")
    assert b"/SMask" not in render_pdf(replace(content, qr_png=output.getvalue()))


def test_a_long_document_breaks_into_numbered_pages(content: PdfContent):
    table = PdfTable(("Médicament", "Posologie"), tuple((f"Ligne {rank}", "1 comprimé") for rank in range(120)))
    pdf = render_pdf(replace(content, sections=(PdfSection("Traitements", (table,)),)))
    assert len(re.findall(rb"/Type /Page\b", pdf)) >= 4


@pytest.mark.parametrize("text", ["", "éàç €≥µ œ", "العربية 漢字 🙂", "x" * 1000, "a\x00b\n\tc", "**gras** {nb}"])
def test_any_text_of_the_body_is_drawn(content: PdfContent, text: str):
    sections = (PdfSection(text, (text, PdfTable((text,), ((text,),)))),)
    assert render_pdf(replace(content, sections=sections)).startswith(b"%PDF-1.4")


@pytest.mark.parametrize(
    "change",
    [
        {"title": ""},
        {"title": "nul \x00"},
        {"created": datetime(2026, 9, 14)},
        {"sections": (PdfSection("", (PdfTable(("a", "b"), (("1",),)),)),)},
        {"sections": (PdfSection("", (PdfTable((), ()),)),)},
        {"sections": (PdfSection("", (PdfTable(("a",), (("x" * 20_000,),)),)),)},
        {"qr_png": b"no image"},
    ],
)
def test_a_content_that_cannot_be_drawn_is_refused(content: PdfContent, change: dict[str, object]):
    with pytest.raises(InvalidContent):
        render_pdf(replace(content, **change))


def test_the_name_of_the_file_follows_the_rule_of_mssante():
    name = pdf_file_name(datetime(2022, 5, 31), "CR d'imagerie médicale", "PAT-TROIS", "Dominique", "123")
    assert name == "20220531_CR d'imagerie médicale_PAT-TROIS_Dominique_123.pdf"


def test_what_file_systems_refuse_leaves_the_name_of_the_file():
    name = pdf_file_name(datetime(2022, 5, 31), "../../etc\\passwd", "A_B:C", "x" * 200, " \x00")
    assert name == f"20220531_etc passwd_A B C_{'x' * 80}.pdf"
