"""Right mails as octets, and one change at a time: for clients that break exactly one rule of the mail operator."""

from __future__ import annotations

import io
import zipfile
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP
from functools import cache

from fpdf import FPDF

from health_documents import oids
from health_documents.cda.write.n1 import write_n1
from health_documents.codes.systems import CONTENT_TYPES, format_of_media
from health_documents.values.document import Author, Code, DocumentHeader, Organization, PatientIdentity
from health_documents.xdm.write import XdmDocument, write_xdm
from health_documents.xds.formats import cx_ins, dtm, xds_author
from health_documents.xds.write import SubmissionSet, entry_from_cda

__all__ = [
    "CODE",
    "MATRICULE",
    "PDF",
    "PDF_NAME",
    "PLAIN",
    "REVIEW",
    "archive",
    "documents",
    "page",
    "plain",
    "without",
]

MATRICULE = "256036330091838"
CODE, REVIEW = "11488-4", "56445-0"
NOW = datetime(2026, 1, 5, 10, tzinfo=UTC)
PDF = b"%PDF-1.4 <pdfaid:part>1</pdfaid:part>"
PDF_NAME = "20260105_Compte rendu_MARTIN_Claire_12.pdf"
SUBJECT = "XDM/1.0/DDM+Compte rendu MARTIN Claire 30/03/1956"
PHARMACY = Organization(
    "10B0990017", "PHARMACIE DE LA FONTAINE", "SA33", "12 rue", "63000", "VALFONTAINE", "0400000000"
)
PHARMACIST = Author("899700090014", "VALMONT", "Helene", "G15_21/A", "Pharmacien", PHARMACY, "MME", "DR")
PATIENT = PatientIdentity(
    matricule=MATRICULE,
    oid="1.2.250.1.213.1.4.8",
    birth_name="MARTIN",
    first_names=("CLAIRE",),
    sex="F",
    birth_date="1956-03-30",
    birth_place="63300",
)


def page() -> bytes:
    """Return a PDF of one page with nothing on it."""
    pdf = FPDF()
    pdf.add_page()
    return bytes(pdf.output())


@cache
def archive(code: str = CODE, *, pdf: bytes = PDF, broken: bool = False) -> bytes:
    """Return an archive of one level 1 document; ``broken``: its content does not fit its metadata."""
    header = DocumentHeader(
        id="2.25.1",
        set_id="2.25.2",
        version=1,
        title="Compte rendu",
        code=Code(code, "Compte rendu", oids.LOINC),
        effective_time=NOW,
        patient=PATIENT,
        authors=(PHARMACIST,),
        custodian=PHARMACY,
        legal_authenticator=PHARMACIST,
        event_start=NOW,
        event_stop=NOW,
    )
    octets = write_n1(header, pdf)
    pdf_format = format_of_media("application/pdf")
    assert pdf_format is not None
    entry = entry_from_cda(header, octets, pdf_format, entry_id="Document01")
    submission = SubmissionSet(
        unique_id="1.2.3.4",
        source_id="1.2.3",
        patient_id=cx_ins(PATIENT),
        submission_time=dtm(NOW),
        content_type=CONTENT_TYPES["SA33"],
        authors=(xds_author(PHARMACIST),),
    )
    written = write_xdm(submission, [XdmDocument(entry, octets)], made_at=NOW)
    return _altered(written) if broken else written


def _altered(content: bytes) -> bytes:
    output = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as before, zipfile.ZipFile(output, "w") as after:
        for name in before.namelist():
            octets = before.read(name)
            after.writestr(name, octets + b"\n" if name.endswith("DOC00001.XML") else octets)
    return output.getvalue()


def _message(subject: str, text: str, sender: str, headers: dict[str, str]) -> EmailMessage:
    message = EmailMessage(policy=SMTP.clone(max_line_length=998))
    message["From"] = sender
    message["Subject"] = subject
    message["Message-ID"] = "<un@pharmacien.mssante.fr>"
    message["X-MSS-NIL"] = "SBX-LGO-000001"
    message.set_content(text, charset="utf-8", cte="quoted-printable")
    for name, value in headers.items():
        del message[name]
        message[name] = value
    return message


SENDER = "Mme Helene VALMONT - Pharmacie de la Fontaine <helene.valmont@pharmacien.mssante.fr>"


def plain(subject: str = "Bonjour", text: str = "Bonjour docteur.", sender: str = SENDER, **headers: str) -> bytes:
    """Return a right mail without documents; ``headers`` by name, ``_`` for the hyphen."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return _message(subject, text, sender, named).as_bytes()


def documents(
    content: bytes = b"",
    *,
    name: str = "IHE_XDM.zip",
    pdfs: tuple[tuple[str, bytes], ...] = ((PDF_NAME, PDF),),
    subject: str = SUBJECT,
    code: str = CODE,
    ins: str = "O",
) -> bytes:
    """Return a right mail with one document; an empty code or INS: without its header."""
    headers = {"X-MSS-CODECDA": code, "X-MSS-INS": ins}
    message = _message(subject, "Bonjour.", SENDER, {key: value for key, value in headers.items() if value})
    message.add_attachment(content or archive(), maintype="application", subtype="zip", filename=name)
    for pdf_name, pdf in pdfs:
        message.add_attachment(pdf, maintype="application", subtype="pdf", filename=pdf_name)
    return message.as_bytes()


PLAIN = plain()


def without(octets: bytes, header: bytes) -> bytes:
    """Return a mail without a header."""
    head, blank, rest = octets.partition(b"\r\n\r\n")
    kept = [line for line in head.split(b"\r\n") if not line.lower().startswith(header.lower() + b":")]
    return b"\r\n".join(kept) + blank + rest
