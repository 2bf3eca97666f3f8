"""What the tests of health documents share, made once: a patient, a pharmacist, a doctor, headers, contents."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest
from lxml import etree
from support import artefacts as official
from support.documents_contents import BED, DISPENSED, LINES, RAPID_TESTS, STRUCTURED_LINES, VACCINATION
from support.documents_headers import (
    DISPENSATION_HEADER,
    FULL_HEADER,
    HEADER,
    PRESCRIPTION_HEADER,
    TROD_HEADER,
    VACCINATION_HEADER,
)
from support.documents_people import DOCTOR, NOW, PATIENT, PHARMACIST, PHARMACY, PREPARATEUR

from health_documents.pdf.write import PdfContent, PdfSection, render_pdf
from health_documents.values.clinical import DeviceLine, DispensedLine, RapidTest, Vaccination
from health_documents.values.document import Author, DocumentHeader, DrugLine, Organization, PatientIdentity


@pytest.fixture(scope="session")
def artefacts() -> Path:
    return official.artefacts() / "TestContenuCDA-3-0"


@pytest.fixture(scope="session")
def cda_schema(artefacts: Path) -> etree.XMLSchema:
    return etree.XMLSchema(etree.parse(str(artefacts / "infrastructure" / "cda" / "CDA_extended.xsd")))


@pytest.fixture(scope="session")
def now() -> datetime:
    return NOW


@pytest.fixture(scope="session")
def patient() -> PatientIdentity:
    return PATIENT


@pytest.fixture(scope="session")
def pharmacy() -> Organization:
    return PHARMACY


@pytest.fixture(scope="session")
def pharmacist() -> Author:
    return PHARMACIST


@pytest.fixture(scope="session")
def doctor() -> Author:
    return DOCTOR


@pytest.fixture(scope="session")
def header() -> DocumentHeader:
    return HEADER


@pytest.fixture(scope="session")
def prescription_header() -> DocumentHeader:
    return PRESCRIPTION_HEADER


@pytest.fixture(scope="session")
def lines() -> tuple[DrugLine, ...]:
    return LINES


@pytest.fixture(scope="session")
def preparateur() -> Author:
    return PREPARATEUR


@pytest.fixture(scope="session")
def full_header() -> DocumentHeader:
    return FULL_HEADER


@pytest.fixture(scope="session")
def structured_lines() -> tuple[DrugLine, ...]:
    return STRUCTURED_LINES


@pytest.fixture(scope="session")
def bed() -> DeviceLine:
    return BED


@pytest.fixture(scope="session")
def vaccination() -> Vaccination:
    return VACCINATION


@pytest.fixture(scope="session")
def vaccination_header() -> DocumentHeader:
    return VACCINATION_HEADER


@pytest.fixture(scope="session")
def rapid_tests() -> tuple[RapidTest, ...]:
    return RAPID_TESTS


@pytest.fixture(scope="session")
def trod_header() -> DocumentHeader:
    return TROD_HEADER


@pytest.fixture(scope="session")
def dispensation_header() -> DocumentHeader:
    return DISPENSATION_HEADER


@pytest.fixture(scope="session")
def dispensed() -> tuple[DispensedLine, ...]:
    return DISPENSED


@pytest.fixture(scope="session")
def readable() -> bytes:
    """A real PDF/A-1B with the datamatrix of the patient."""
    sections = (PdfSection("Conclusion", ("Rien à signaler.",)),)
    content = PdfContent(HEADER.title, PATIENT, PHARMACIST, HEADER.effective_time, sections, HEADER.recipients)
    return render_pdf(content)
