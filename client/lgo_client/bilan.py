"""The *bilan partagé de médication*: PDF/A-1 with the INS datamatrix, in a CDA R2 level 1.

Source: specs/cda.md §5 (56445-0, N1), specs/requirements.md §2.0 (LGO.DOC.01–04). Knows no transport.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from health_documents.cda.write.n1 import write_n1
from health_documents.pdf.write import PdfContent, PdfSection, PdfTable, pdf_file_name, render_pdf
from health_documents.values.document import DocumentHeader

__all__ = ["BILAN", "Advice", "Written", "write_bilan"]

BILAN = "56445-0"
TITLES = {BILAN: "Bilan partagé de médication", "78601-2": "Compte rendu d'entretien pharmaceutique"}


@dataclass(frozen=True, slots=True)
class Advice:
    """One treatment, what the pharmacist saw, and what he proposes."""

    treatment: str
    observation: str
    proposal: str


@dataclass(frozen=True, slots=True)
class Written:
    """The document in both forms, and the name that the PDF travels under (ECO.2.1.6)."""

    cda: bytes
    pdf: bytes
    pdf_name: str


def write_bilan(header: DocumentHeader, advice: Sequence[Advice], conclusion: str, record_number: str) -> Written:
    """Return the document; ``record_number`` is the pharmacy's own number of the file."""
    rows = tuple((one.treatment, one.observation, one.proposal) for one in advice)
    content = PdfContent(
        title=TITLES.get(header.code.code, header.title),
        patient=header.patient,
        author=header.authors[0],
        created=header.effective_time,
        sections=(
            PdfSection("Traitements analysés", (PdfTable(("Traitement", "Observation", "Proposition"), rows),)),
            PdfSection("Conclusion", (conclusion,)),
        ),
        recipients=header.recipients,
        replaces=header.replaces,
    )
    pdf = render_pdf(content)
    patient = header.patient
    name = pdf_file_name(header.effective_time, header.title, patient.birth_name, patient.first_name, record_number)
    return Written(write_n1(header, pdf), pdf, name)
