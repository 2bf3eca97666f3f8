"""The prescription document of a doctor's software: readable PDF/A-1 and eP-MED-DM that carries it.

Source: specs/cda.md §6.2, specs/eprescription.md §3.1. Knows no transport.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from health_documents.cda.write.prescription import write_prescription
from health_documents.codes.drugs import Drug
from health_documents.codes.prescription import BOX
from health_documents.pdf.write import PdfContent, PdfSection, PdfTable, render_pdf
from health_documents.values.document import DocumentHeader, DrugLine

__all__ = ["Prescribed", "in_boxes", "write_ordonnance"]

VALIDITY = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class Prescribed:
    """A medicine as the doctor prescribes it: dosage in words, number of boxes for each delivery, renewals."""

    drug: Drug
    posology: str
    boxes: int
    renewals: int = 0
    days: int = 30
    ald: bool = False


def write_ordonnance(
    header: DocumentHeader, prescribed: Sequence[Prescribed], number: str, qr_png: bytes
) -> tuple[bytes, bytes]:
    """Return the eP-MED-DM document and the PDF it carries."""
    pdf = render_pdf(_content(header, prescribed, number, qr_png))
    lines = [_line(one) for one in prescribed]
    end = header.effective_time + VALIDITY
    document = write_prescription(header, lines, epu_number=number, qr_png=qr_png, pdf=pdf, validity_end=end)
    return document, pdf


def _line(one: Prescribed) -> DrugLine:
    return DrugLine(
        cis=one.drug.cis,
        cip13=one.drug.cip13,
        name=one.drug.name,
        form=None,
        posology=one.posology,
        quantity=one.boxes,
        unit=BOX,
        renewals=one.renewals,
        duration_days=one.days,
        ald=one.ald,
    )


def _content(header: DocumentHeader, prescribed: Sequence[Prescribed], number: str, qr_png: bytes) -> PdfContent:
    rows = tuple((one.drug.name, one.posology, in_boxes(one), _renewals(one)) for one in prescribed)
    table = PdfTable(("Médicament", "Posologie", "Quantité", "Renouvellement"), rows, (4, 4, 2, 2))
    return PdfContent(
        title=header.title,
        patient=header.patient,
        author=header.authors[0],
        created=header.effective_time,
        sections=(PdfSection("Médicaments prescrits", (table,)),),
        qr_png=qr_png,
        qr_caption=f"Ordonnance n° {number}",
    )


def in_boxes(one: Prescribed) -> str:
    """Return how much is given each time, in words."""
    return f"{one.boxes} boîte" if one.boxes <= 1 else f"{one.boxes} boîtes"


def _renewals(one: Prescribed) -> str:
    return f"à renouveler {one.renewals} fois" if one.renewals else "non renouvelable"
