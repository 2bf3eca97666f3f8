"""Measures the documents library: writing a bilan partagé in all its forms, validating, reading; CPU time and memory.

Run ``python bench/documents.py`` to print the section, ``--write`` to put it in ``docs/performance-documents.md``.
Official artefacts are used when ``LGO_SANDBOX_ARTEFACTS`` (or ``../shared/ci-sis``) has them.
"""

from __future__ import annotations

import argparse
import os
import platform
import resource
import statistics
import time
import tracemalloc
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from health_documents.cda.html import render_html
from health_documents.cda.read.reader import read_document
from health_documents.cda.write.n1 import write_n1_named
from health_documents.cda.write.prescription import write_prescription
from health_documents.codes.prescription import BOX
from health_documents.codes.systems import CONTENT_TYPES, document_types, format_of_media
from health_documents.pdf.readable import readable_document
from health_documents.pdf.write import PdfSection, PdfTable, render_pdf
from health_documents.validation import Validator
from health_documents.values.document import Author, DocumentHeader, DrugLine, Organization, PatientIdentity
from health_documents.xdm.write import XdmDocument, read_xdm, write_xdm
from health_documents.xds.formats import cx_ins, dtm, xds_author
from health_documents.xds.write import SubmissionSet, entry_from_cda

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "performance-documents.md"
ARTEFACTS = Path(os.environ.get("LGO_SANDBOX_ARTEFACTS") or ROOT.parent / "shared" / "ci-sis")
NOW = datetime(2026, 9, 14, 10, 15, tzinfo=UTC)
ROUNDS = 40
MILLISECONDS = 1000
MIB = 1024 * 1024


def header() -> DocumentHeader:
    """Return the header of a bilan."""
    pharmacy = Organization(
        "10B0123456", "PHARMACIE TEST", "SA33", "3 place du Marché", "35000", "RENNES", "0299000000"
    )
    author = Author("899900012347", "OFFICINE", "Camille", "G15_21/A", "Pharmacien titulaire d'officine", pharmacy)
    patient = PatientIdentity(
        "279035121518989", "1.2.250.1.213.1.4.10", "PAT-TROIS", ("DOMINIQUE",), "F", "1979-03-28", "51215"
    )
    code = document_types()["56445-0"]
    return DocumentHeader(
        "2.25.1", "2.25.1", 1, "Bilan partagé de médication", code, NOW, patient, (author,), pharmacy, author, NOW
    )


def bilan(made: DocumentHeader) -> bytes:
    """Return a bilan as an XDM archive: PDF/A-1B in a CDA in an archive."""
    rows = tuple((f"Médicament {rank}", "Observance satisfaisante", "À poursuivre") for rank in range(12))
    table = PdfTable(("Traitement", "Observation", "Proposition"), rows)
    sections = (PdfSection("Traitements analysés", (table,)), PdfSection("Conclusion", ("Revoir dans six mois.",)))
    cda = write_n1_named("bilan-partage-de-medication", made, render_pdf(readable_document(made, sections)))
    entry = entry_from_cda(made, cda, format_of_media("application/pdf"))
    submission = SubmissionSet(
        "2.25.2", "2.25.3", cx_ins(made.patient), dtm(NOW), CONTENT_TYPES["SA33"], (xds_author(made.authors[0]),)
    )
    return write_xdm(submission, [XdmDocument(entry, cda)], made_at=NOW)


def structured(made: DocumentHeader, size: int) -> bytes:
    """Return a prescription of at least so many bytes, made of lines."""
    title = replace(made, code=document_types()["57833-6"], title="Prescription")
    lines = [
        DrugLine("60234100", "3400935955838", f"DOLIPRANE {rank}", None, "1 comprimé 3 fois par jour", unit=BOX)
        for rank in range(size // 6500)
    ]
    pdf = render_pdf(readable_document(title, ()))
    return write_prescription(title, lines, epu_number="SBX1", qr_png=None, pdf=pdf, validity_end=NOW)


def cpu(work: Callable[[], object]) -> tuple[float, float]:
    """Return the median and the 95th centile of the CPU time of a piece of work, in milliseconds."""
    work()
    times = []
    for _ in range(ROUNDS):
        start = time.process_time()
        work()
        times.append((time.process_time() - start) * MILLISECONDS)
    return statistics.median(times), statistics.quantiles(times, n=20)[-1]


def memory(work: Callable[[], object]) -> float:
    """Return the peak of the Python allocations of a piece of work, in MiB."""
    tracemalloc.start()
    work()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak / MIB


def section() -> str:
    """Measure and return the section in Markdown."""
    made = header()
    prescription, archive = structured(made, 100_000), bilan(made)
    document = next(entry.content for entry in read_xdm(archive).entries if entry.content)
    official = ARTEFACTS if ARTEFACTS.is_dir() else None
    ours, full = Validator(), Validator(official, schematrons=False)
    size = f"{len(prescription) // 1000} Ko"
    works: list[tuple[str, str, Callable[[], object]]] = [
        ("Bilan partagé : PDF/A-1B + CDA N1 + XDM", "50 ms", lambda: bilan(made)),
        (f"Validation d'un CDA N3 de {size}, règles propres", "20 ms", lambda: ours.validate(prescription)),
        (f"Validation du bilan (CDA N1 et son PDF, {len(document) // 1000} Ko)", "—", lambda: ours.validate(document)),
        ("Lecture d'une archive XDM", "—", lambda: read_xdm(archive)),
        (f"Lecture d'un CDA N3 de {size}", "—", lambda: read_document(prescription)),
        (f"Page HTML d'un CDA N3 de {size}", "—", lambda: render_html(prescription)),
    ]
    if official:
        label = f"Validation d'un CDA N3 de {size}, avec XSD et jeux de valeurs officiels"
        works.insert(2, (label, "20 ms", lambda: full.validate(prescription)))
    lines = [
        "# Performance of the documents library",
        "",
        f"CPU time of one core, {platform.machine()}, Python {platform.python_version()}, {ROUNDS} rounds after one to "
        "warm up, by `python bench/documents.py --write`. Schematrons are not counted: without the official files "
        "there is nothing to measure; once compiled they stay in memory.",
        "",
        "| Work | Aim | Median | 95 % | Peak of allocations |",
        "| --- | --- | --- | --- | --- |",
    ]
    for label, aim, work in works:
        median, high = cpu(work)
        lines.append(f"| {label} | {aim} | {median:.1f} ms | {high:.1f} ms | {memory(work):.1f} MiB |")
    resident = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return "\n".join(
        [*lines, "", f"Memory of the whole process at its peak, all of this included: {resident:.0f} MiB.\n"]
    )


def main() -> None:
    """Print the section, or write its page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true", help="write docs/performance-documents.md")
    text = section()
    if parser.parse_args().write:
        PAGE.write_text(text, encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
