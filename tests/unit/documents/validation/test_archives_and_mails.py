"""XDM archives and mails: what the reference writers make breaks no rule, each fault has its own."""

import base64
import io
import zipfile
from collections.abc import Callable
from dataclasses import replace
from email.message import EmailMessage

import pytest

from health_documents.cda.write.n1 import write_n1
from health_documents.codes.systems import CLASSES, CONTENT_TYPES, document_types, format_of_media
from health_documents.pdf.write import PdfContent, pdf_file_name, render_pdf
from health_documents.validation import Validator
from health_documents.values.document import DocumentHeader
from health_documents.values.xds import DocumentEntry
from health_documents.xdm.write import XdmDocument, write_xdm
from health_documents.xds.formats import dtm, xds_author
from health_documents.xds.write import SubmissionSet, entry_from_cda


@pytest.fixture(scope="module")
def archive(header: DocumentHeader, readable: bytes) -> Callable[..., bytes]:
    cda = write_n1(header, readable)

    def write(content: bytes = cda, **changes: object) -> bytes:
        entry: DocumentEntry = replace(
            entry_from_cda(header, content, format_of_media("application/pdf")),
            **changes,  # type: ignore[arg-type]
        )
        submission = SubmissionSet(
            "2.25.1", "2.25.2", entry.patient_id, dtm(header.effective_time), CONTENT_TYPES["SA33"],
            (xds_author(header.authors[0]),),
        )  # fmt: skip
        return write_xdm(submission, [XdmDocument(entry, content)], made_at=header.effective_time)

    return write


@pytest.fixture(scope="module")
def mail(header: DocumentHeader, archive: Callable[..., bytes], readable: bytes) -> Callable[..., bytes]:
    name = pdf_file_name(header.effective_time, "Bilan", "PAT-TROIS", "DOMINIQUE", "42")

    def write(
        subject: str = "XDM/1.0/DDM+Bilan PAT-TROIS DOMINIQUE 28/03/1979",
        pdf_name: str = name,
        zip_name: str = "IHE_XDM.zip",
        subtype: str = "plain",
        drop: str = "",
        **headers: str,
    ) -> bytes:
        message = EmailMessage()
        given = {
            "From": "Pharmacie Test <officine@pharmacie.mssante.fr>",
            "To": "279035121518989@patient.mssante.fr",
            "Subject": subject,
            "Message-ID": "<1@pharmacie.mssante.fr>",
            "X-MSS-CODECDA": "56445-0",
            "X-MSS-INS": "O",
            "X-MSS-NIL": "SANDBOX000001",
        } | {one.replace("_", "-"): text for one, text in headers.items()}
        for one, text in given.items():
            if one != drop and text:
                message[one] = text
        message.set_content("Bonjour", subtype=subtype)
        message.add_attachment(archive(), maintype="application", subtype="zip", filename=zip_name)
        message.add_attachment(readable, maintype="application", subtype="pdf", filename=pdf_name)
        return message.as_bytes()

    return write


def rules_of(data: bytes) -> set[str]:
    return {one.rule.id for one in Validator().validate(data).problems}


def test_an_archive_that_we_write_breaks_no_rule(archive: Callable[..., bytes]):
    report = Validator().validate(archive())
    assert (report.subject.kind, report.problems) == ("xdm", ())


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"unique_id": "2.25.404"}, "XDM-07"),
        ({"type_code": document_types()["78601-2"]}, "XDM-06"),
        ({"class_code": CLASSES["52"]}, "XDM-08"),
        ({"format_code": format_of_media("text/plain")}, "XDM-08"),
        ({"patient_id": "160012B02077713^^^&1.2.250.1.213.1.4.10&ISO^NH"}, "XDM-05"),
        ({"patient_id": "279035121518989^^^&1.2.250.1.213.1.4.8&ISO^NH"}, "XDM-05"),
    ],
)
def test_metadata_that_do_not_say_like_the_document_are_reported(
    archive: Callable[..., bytes], changes: dict[str, object], rule: str
):
    assert rules_of(archive(**changes)) == {rule}


def test_a_document_of_an_archive_that_cannot_be_read_is_reported(archive: Callable[..., bytes]):
    assert {"XDM-09", "CDA-XML-01"} <= rules_of(archive(b"<oops"))


def rezipped(archive: bytes, change: Callable[[str, bytes], bytes | None]) -> bytes:
    output = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(archive)) as source, zipfile.ZipFile(output, "w") as target:
        for name in source.namelist():
            content = change(name, source.read(name))
            if content is not None:
                target.writestr(name, content)
    return output.getvalue()


def test_an_archive_without_its_readme_is_reported(archive: Callable[..., bytes]):
    changed = rezipped(archive(), lambda name, content: None if name == "README.TXT" else content)
    assert rules_of(changed) == {"XDM-02"}


def test_a_file_that_is_not_the_one_described_is_reported(archive: Callable[..., bytes]):
    changed = rezipped(archive(), lambda name, data: data + b"\n" if name.endswith("DOC00001.XML") else data)
    assert rules_of(changed) == {"XDM-03"}


def test_metadata_of_two_patients_are_reported(archive: Callable[..., bytes]):
    def change(name: str, content: bytes) -> bytes:
        if not name.endswith("METADATA.XML"):
            return content
        return content.replace(b"279035121518989^^^", b"160012B02077713^^^", 1)

    assert {"XDM-04"} <= rules_of(rezipped(archive(), change))


def test_a_file_that_is_no_archive_is_reported():
    assert rules_of(b"PK\x03\x04nothing") == {"XDM-01"}


def test_a_problem_inside_an_archive_names_its_file(header: DocumentHeader, archive: Callable[..., bytes]):
    report = Validator().validate(archive(write_n1(replace(header, language="en-US"), b"%PDF-")))
    assert {one.part.split(" > ")[0] for one in report.problems} == {"DOC00001.XML"}


def test_a_mail_that_follows_the_rules_breaks_none(mail: Callable[..., bytes]):
    report = Validator().validate(mail())
    assert (report.subject.kind, [one.rule.id for one in report.problems]) == ("mail", [])


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"subject": "Bilan de M. X"}, "MSS-02"),
        ({"subject": "XDM/1.0/DDM+Bilan PAT-TROIS DOMINIQUE 01/01/1970"}, "MSS-02"),
        ({"subject": "XDM/1.0/DDM+Bilan AUTRE DOMINIQUE 28/03/1979"}, "MSS-02"),
        ({"zip_name": "documents.zip"}, "MSS-03"),
        ({"pdf_name": "bilan.doc"}, "MSS-04"),
        ({"pdf_name": "bilan.pdf"}, "MSS-05"),
        ({"X_MSS_CODECDA": "34112-3"}, "MSS-06"),
        ({"X_MSS_INS": "N"}, "MSS-07"),
        ({"drop": "X-MSS-NIL"}, "MSS-08"),
        ({"drop": "Message-ID"}, "MSS-09"),
        ({"From": "officine@pharmacie.mssante.fr"}, "MSS-10"),
        ({"subtype": "html"}, "MSS-12"),
        ({"To": "160012B02077713@patient.mssante.fr"}, "MSS-13"),
    ],
)
def test_a_fault_in_a_mail_is_reported_under_its_rule(mail: Callable[..., bytes], changes: dict[str, str], rule: str):
    assert rule in rules_of(mail(**changes))


def test_a_pdf_of_a_mail_is_compared_with_its_document(
    mail: Callable[..., bytes], header: DocumentHeader, readable: bytes
):
    other = replace(header.patient, birth_name="AUTRE")
    wrong = render_pdf(PdfContent("Bilan", other, header.authors[0], header.effective_time, ()))
    data = mail().replace(base64.encodebytes(readable), base64.encodebytes(wrong))
    report = Validator().validate(data)
    assert {"PDF-11", "PDF-12"} <= {one.rule.id for one in report.problems if one.part.endswith(".pdf")}


def test_a_mail_beyond_the_limit_is_reported(mail: Callable[..., bytes]):
    assert "MSS-11" in rules_of(mail() + b"\n" * (25 * 1024 * 1024))


def test_a_file_of_no_known_kind_is_reported():
    assert rules_of(b"\x00\x01\x02") == {"FIL-01"}
    assert rules_of(b"") == {"FIL-01"}
