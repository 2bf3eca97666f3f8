"""Right mails as octets, and one change at a time: for clients that break exactly one rule of the mail operator."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP
from functools import cache
from typing import Any

from fpdf import FPDF

from health_documents import oids
from health_documents.barcodes.images import write_datamatrix
from health_documents.barcodes.ins_datamatrix import encode_ins
from health_documents.cda.write.n1 import write_n1
from health_documents.codes.systems import CONTENT_TYPES, format_of_media
from health_documents.values.document import Author, Code, DocumentHeader, Organization, PatientIdentity
from health_documents.values.xds import Association
from health_documents.xdm.write import XdmDocument, write_xdm
from health_documents.xds.formats import dtm
from health_documents.xds.write import SubmissionSet, entry_from_cda

__all__ = [
    "CODE",
    "DOCUMENT",
    "MATRICULE",
    "METADATA",
    "NOW",
    "PATIENT",
    "PDF",
    "PDF_NAME",
    "PHARMACIST",
    "PLAIN",
    "REVIEW",
    "SENDER",
    "archive",
    "attached",
    "composed",
    "documents",
    "edited",
    "header",
    "packed",
    "page",
    "plain",
    "scannable",
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
def scannable(patient: PatientIdentity) -> bytes:
    """Return a PDF without text that shows a datamatrix, and says that it is PDF/A-1."""
    pdf = FPDF()
    pdf.add_page()
    pdf.image(io.BytesIO(write_datamatrix(encode_ins(patient))), w=30)
    return bytes(pdf.output()) + b"\n%<pdfaid:part>1</pdfaid:part>\n%%EOF\n"


def header(**changes: Any) -> DocumentHeader:
    """Return the header of a right document, with changes."""
    right = DocumentHeader(
        id="2.25.1",
        set_id="2.25.2",
        version=1,
        title="Compte rendu",
        code=Code(CODE, "Compte rendu", oids.LOINC),
        effective_time=NOW,
        patient=PATIENT,
        authors=(PHARMACIST,),
        custodian=PHARMACY,
        legal_authenticator=PHARMACIST,
        event_start=NOW,
        event_stop=NOW,
    )
    return replace(right, **changes)


def packed(
    *headers: DocumentHeader,
    metadata: DocumentHeader | None = None,
    pdf: bytes = PDF,
    replacing: str = "",
) -> bytes:
    """Return an archive of level 1 documents.

    ``metadata``: what METADATA.XML says of the first, when that differs; ``replacing``: what METADATA.XML says that it
    replaces. In METADATA.XML every patient has the INS.
    """
    written = [(one, write_n1(one, pdf)) for one in headers or (header(),)]
    form = format_of_media("application/pdf")
    assert form is not None
    documents = [
        XdmDocument(
            entry_from_cda(
                _qualified(metadata or one if rank == 1 else one), data, form, entry_id=f"Document{rank:02d}"
            ),
            data,
        )
        for rank, (one, data) in enumerate(written, start=1)
    ]
    submission = SubmissionSet(
        unique_id="1.2.3.4",
        source_id="1.2.3",
        patient_id=documents[0].entry.patient_id,
        submission_time=dtm(NOW),
        content_type=CONTENT_TYPES["SA33"],
        authors=documents[0].entry.authors,
    )
    link = Association("Association02", "Document01", replacing, kind=oids.ASSOCIATION_REPLACES, status="")
    return write_xdm(submission, documents, made_at=NOW, associations=(link,) if replacing else ())


def _qualified(one: DocumentHeader) -> DocumentHeader:
    return one if one.patient.is_qualified else replace(one, patient=PATIENT)


@cache
def archive(code: str = CODE, *, pdf: bytes = PDF, broken: bool = False) -> bytes:
    """Return an archive of one level 1 document; ``broken``: its content does not fit its metadata."""
    written = packed(header(code=Code(code, "Compte rendu", oids.LOINC)), pdf=pdf)
    return edited(written, {DOCUMENT: lambda octets: octets + b"\n"}) if broken else written


METADATA, DOCUMENT = "IHE_XDM/SUBSET01/METADATA.XML", "IHE_XDM/SUBSET01/DOC00001.XML"
Edit = Callable[[bytes], bytes]


def _unchanged(octets: bytes) -> bytes:
    return octets


def edited(
    content: bytes, edits: Mapping[str, Edit | None] | None = None, *, more: Mapping[str, bytes] | None = None
) -> bytes:
    """Return an archive with some files changed (None: left out) and others added."""
    output, edits = io.BytesIO(), edits or {}
    with zipfile.ZipFile(io.BytesIO(content)) as before, zipfile.ZipFile(output, "w", zipfile.ZIP_DEFLATED) as after:
        for name in before.namelist():
            edit = edits.get(name, _unchanged)
            if edit is not None:
                after.writestr(name, edit(before.read(name)))
        for name, octets in (more or {}).items():
            after.writestr(name, octets)
    return output.getvalue()


def _message(subject: str, text: str, sender: str, headers: dict[str, str]) -> EmailMessage:
    message = EmailMessage(policy=SMTP.clone(max_line_length=998))
    message["From"] = sender
    message["Subject"] = subject
    message["Date"] = "Mon, 05 Jan 2026 11:00:00 +0100"
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
    text: str = "Bonjour.",
    subtype: str = "zip",
    more: Sequence[tuple[str, str, bytes]] = (),
    **headers: str,
) -> bytes:
    """Return a right mail with one document; an empty code or INS: without its header.

    ``subtype`` is that of the archive, ``more`` are other files: name, type, octets; ``headers`` as in ``plain``.
    """
    named = {"X-MSS-CODECDA": code, "X-MSS-INS": ins, **{key.replace("_", "-"): one for key, one in headers.items()}}
    message = _message(subject, text, SENDER, {key: value for key, value in named.items() if value})
    message.add_attachment(content or archive(), maintype="application", subtype=subtype, filename=name)
    for pdf_name, pdf in pdfs:
        message.add_attachment(pdf, maintype="application", subtype="pdf", filename=pdf_name)
    for file_name, kind, octets in more:
        main, _, sub = kind.partition("/")
        message.add_attachment(octets, maintype=main, subtype=sub, filename=file_name)
    return message.as_bytes()


def attached(*files: tuple[str, str, bytes], subject: str = "Bonjour", text: str = "Bonjour.", **headers: str) -> bytes:
    """Return a right mail without archive, with some files: name, type, octets."""
    message = _message(subject, text, SENDER, {key.replace("_", "-"): one for key, one in headers.items()})
    for name, kind, octets in files:
        main, _, sub = kind.partition("/")
        message.add_attachment(octets, maintype=main, subtype=sub, filename=name)
    return message.as_bytes()


def composed(headers: str, *parts: bytes, kind: str = "mixed") -> bytes:
    """Return a multipart mail by hand: more headers of it, then parts with their own heads."""
    head = without(without(PLAIN, b"Content-Type"), b"Content-Transfer-Encoding").partition(b"\r\n\r\n")[0]
    more = headers.encode() + f"Content-Type: multipart/{kind}; boundary=a\r\n\r\n".encode()
    return head + b"\r\n" + more + b"".join(b"--a\r\n" + part + b"\r\n" for part in parts) + b"--a--\r\n"


PLAIN = plain()


def without(octets: bytes, header: bytes) -> bytes:
    """Return a mail without a header."""
    head, blank, rest = octets.partition(b"\r\n\r\n")
    kept = [line for line in head.split(b"\r\n") if not line.lower().startswith(header.lower() + b":")]
    return b"\r\n".join(kept) + blank + rest
