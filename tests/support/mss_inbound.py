"""Mails as correspondents send them, of every kind of document, for the reference client to open and file."""

from __future__ import annotations

from dataclasses import replace
from email.message import EmailMessage
from email.policy import SMTP

from health_documents.codes.systems import CONTENT_TYPES, format_of_media
from health_documents.values.document import DocumentHeader
from health_documents.xdm.write import XdmDocument, write_xdm
from health_documents.xds.formats import dtm, xds_author
from health_documents.xds.write import DocumentEntry, SubmissionSet, entry_from_cda
from support.documents_headers import HEADER

__all__ = ["PDF", "archive_of", "entry_of", "mail_of"]

PDF = b"%PDF-1.4 <pdfaid:part>1</pdfaid:part>"


def entry_of(header: DocumentHeader, octets: bytes) -> DocumentEntry:
    """Return the metadata of a CDA."""
    code = format_of_media("application/pdf")
    assert code is not None
    return entry_from_cda(header, octets, code)


def archive_of(octets: bytes, entry: DocumentEntry, patient_id: str = "") -> bytes:
    """Return an archive of a document whose METADATA.XML names a patient, by default that of the entry."""
    owner = patient_id or entry.patient_id
    submission = SubmissionSet(
        unique_id="1.2.3.4",
        source_id="1.2.3",
        patient_id=owner,
        submission_time=dtm(HEADER.effective_time),
        content_type=CONTENT_TYPES["SA33"],
        authors=(xds_author(HEADER.authors[0]),),
    )
    return write_xdm(submission, [XdmDocument(replace(entry, patient_id=owner), octets)], made_at=HEADER.effective_time)


def mail_of(
    archive: bytes = b"",
    *,
    subject: str = "XDM/1.0/DDM+Document PAT-TROIS DOMINIQUE 28/03/1979",
    pdf: bytes = PDF,
    name: str = "IHE_XDM.zip",
    **headers: str,
) -> bytes:
    """Return a mail with an archive (if not empty) and a PDF (if not empty); headers by name, ``_`` for the hyphen."""
    message = EmailMessage(policy=SMTP.clone(max_line_length=998))
    message["From"] = "DR Alix MARCHAND - CABINET <alix.marchand@medecin.mssante.fr>"
    message["To"] = "helene.valmont@pharmacien.mssante.fr"
    message["Subject"] = subject
    message["Message-ID"] = "<un@medecin.mssante.fr>"
    for key, value in headers.items():
        message[key.replace("_", "-")] = value
    message.set_content("Bonjour.", charset="utf-8", cte="quoted-printable")
    if archive:
        message.add_attachment(archive, maintype="application", subtype="zip", filename=name)
    if pdf:
        message.add_attachment(pdf, maintype="application", subtype="pdf", filename="20260914_D_P_D_1.pdf")
    return message.as_bytes()
