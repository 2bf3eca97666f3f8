"""The pages: PDF/A-1B by veraPDF, codes decoded from the rendered page by another reader, text in reading order."""

import os
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from health_documents.barcodes.images import write_qr
from health_documents.barcodes.ins_datamatrix import encode_ins
from health_documents.cda.write.prescription import Extras
from health_documents.codes.models import document_models
from health_documents.pdf.objects import open_pdf
from health_documents.pdf.readable import (
    readable_biology,
    readable_dispensation,
    readable_document,
    readable_prescription,
    readable_trod,
    readable_vaccination,
)
from health_documents.pdf.text import codes_of, text_of_pdf
from health_documents.pdf.write import PdfContent, PdfSection, PdfTable, render_pdf
from health_documents.values.clinical import DeviceLine, DispensedLine, RapidTest, Result, Vaccination
from health_documents.values.document import Code, DocumentHeader, DrugLine
from health_documents.values.posology import Quantity

VERAPDF = Path(__file__).parents[2] / "verapdf"
NUMBER = "SBX0000000000000001"
TOP_RIGHT = ("-x", "800", "-y", "0", "-W", "854", "-H", "900")
"""Where the datamatrix stands, in pixels at 200 per inch: to search the whole page takes a minute."""
Rendered = Callable[..., Path]


@pytest.fixture(scope="module")
def pages(
    header: DocumentHeader,
    prescription_header: DocumentHeader,
    structured_lines: tuple[DrugLine, ...],
    bed: DeviceLine,
    vaccination_header: DocumentHeader,
    vaccination: Vaccination,
    trod_header: DocumentHeader,
    rapid_tests: tuple[RapidTest, ...],
    dispensation_header: DocumentHeader,
    dispensed: tuple[DispensedLine, ...],
) -> dict[str, PdfContent]:
    table = PdfTable(("Traitement", "Avis"), (("DOLIPRANE 1000 mg", "Éviter l'association"),) * 40)
    sections = (PdfSection("Analyse", ("Texte libre à accents : œ, ç, É, ≤, µ.", table)),)
    extras = Extras((bed,), ("MED-1096",), comment="Repos", weight_kg="55", height_cm="170", pregnant=True)
    named = {
        key: readable_document(replace(header, title=model.title, replaces="2.25.9"), sections)
        for key, model in document_models().items()
        if model.level == 1
    }
    return named | {
        "prescription": readable_prescription(
            prescription_header, structured_lines, epu_number=NUMBER, qr_png=write_qr(NUMBER), extras=extras
        ),
        "note-de-vaccination": readable_vaccination(vaccination_header, vaccination),
        "trod": readable_trod(trod_header, rapid_tests),
        "dispensation": readable_dispensation(dispensation_header, dispensed),
    }


@pytest.fixture
def rendered(pages: dict[str, PdfContent], tmp_path: Path) -> Rendered:
    def page(key: str, *region: str) -> Path:
        if not shutil.which("pdftoppm"):
            pytest.skip("pdftoppm (poppler-utils) absent")
        (tmp_path / "page.pdf").write_bytes(render_pdf(pages[key]))
        command = ["pdftoppm", "-r", "200", "-png", "-f", "1", "-l", "1", *region, "page.pdf", "page"]
        subprocess.run(command, cwd=tmp_path, check=True)
        return next(tmp_path.glob("page-*.png"))

    return page


def test_every_type_of_document_has_a_page_that_verapdf_accepts(pages: dict[str, PdfContent], tmp_path: Path):
    if os.environ.get("LGO_SANDBOX_VERAPDF") != "1":
        pytest.skip("veraPDF runs when LGO_SANDBOX_VERAPDF=1 (Java 11 and Maven are needed)")
    if not (shutil.which("mvn") and shutil.which("java")):
        pytest.skip("veraPDF needs java and mvn")
    jars = tmp_path / "jars"
    fetch = ["mvn", "-q", "-B", "-f", str(VERAPDF), "dependency:copy-dependencies", f"-DoutputDirectory={jars}"]
    if subprocess.run(fetch, capture_output=True, check=False, timeout=300).returncode:
        pytest.skip("veraPDF cannot be fetched from Maven Central")
    files = []
    for key, content in pages.items():
        (tmp_path / f"{key}.pdf").write_bytes(render_pdf(content))
        files.append(str(tmp_path / f"{key}.pdf"))
    check = ["java", "-cp", f"{jars}/*", str(VERAPDF / "CheckPdfA.java"), *files]
    answer = subprocess.run(check, capture_output=True, text=True, check=True, timeout=300).stdout
    assert [line for line in answer.splitlines() if not line.startswith("OK ")] == []
    assert answer.count("OK ") == len(pages) >= 20


def test_another_reader_decodes_the_datamatrix_of_the_rendered_page(rendered: Rendered, header: DocumentHeader):
    if not shutil.which("dmtxread"):
        pytest.skip("dmtxread (dmtx-utils) absent")
    page = rendered("bilan-partage-de-medication", *TOP_RIGHT)
    read = subprocess.run(["dmtxread", "-N1", str(page)], capture_output=True, check=False)
    assert read.stdout.decode("utf-8") == encode_ins(header.patient)


def test_another_reader_decodes_the_qr_code_of_the_rendered_page(rendered: Rendered):
    if not shutil.which("zbarimg"):
        pytest.skip("zbarimg (zbar-tools) absent")
    page = rendered("prescription")
    read = subprocess.run(["zbarimg", "-q", "--raw", "-S*.enable=0", "-Sqrcode.enable=1", str(page)],
                          capture_output=True, text=True, check=False)  # fmt: skip
    assert read.stdout.strip() == NUMBER


def test_the_text_of_a_page_is_in_reading_order(pages: dict[str, PdfContent]):
    text = text_of_pdf(open_pdf(render_pdf(pages["bilan-partage-de-medication"])))
    order = ["PHARMACIE TEST", "Bilan partagé de médication", "Annule et remplace", "PAT-TROIS", "Destinataires",
             "MÉDECIN", "Analyse", "DOLIPRANE"]  # fmt: skip
    places = [text.find(one) for one in order]
    assert -1 not in places
    assert places == sorted(places)


def test_the_codes_of_a_pdf_are_found_in_its_images(pages: dict[str, PdfContent], header: DocumentHeader):
    codes = codes_of(open_pdf(render_pdf(pages["prescription"])))
    assert {one.text for one in codes} == {encode_ins(header.patient), NUMBER}


def test_the_privacy_notice_is_configurable(header: DocumentHeader):
    content = readable_document(header, (), notice="Notice de la pharmacie.")
    assert "Notice de la pharmacie." in text_of_pdf(open_pdf(render_pdf(content)))


@pytest.mark.parametrize(("interpretation", "critical"), [("HH", True), ("LL", True), ("H", False), ("", False)])
def test_a_laboratory_report_says_a_critical_result_first(header: DocumentHeader, interpretation: str, critical: bool):
    potassium = Result(
        section="Biochimie",
        code=Code("2823-3", "Potassium", "2.16.840.1.113883.6.1"),
        value="6.9 mmol/L",
        quantity=Quantity("6.9", "mmol/L"),
        low=Quantity("3.5", "mmol/L"),
        high=Quantity("5.0", "mmol/L"),
        interpretation=interpretation,
    )
    content = readable_biology(header, (potassium,))
    assert (content.sections[0].heading == "Résultat critique") is critical
    text = text_of_pdf(open_pdf(render_pdf(content)))
    assert "6.9 mmol/L" in text
    assert "3.5 mmol/L à 5.0 mmol/L" in " ".join(text.split())
