"""The two documents that the client writes: the doctor's prescription and the pharmacist's review."""

from __future__ import annotations

import re
import struct
import zlib
from dataclasses import replace
from datetime import datetime, timedelta, timezone

import pytest
from lxml import etree
from support.artefacts import artefacts

from health_documents.barcodes.images import read_codes, write_qr
from health_documents.barcodes.ins_datamatrix import decode_ins
from health_documents.cda.read.reader import read_document
from health_documents.codes.drugs import drugs
from health_documents.values.document import DocumentHeader, PatientIdentity
from lgo_client.authoring import Writer, recipient_of, traits_of_patient
from lgo_client.bilan import BILAN, Advice, Written, write_bilan
from lgo_client.environment import Patient, Person, Structure
from lgo_client.ordonnance import Prescribed, in_boxes, write_ordonnance

AT = datetime(2026, 9, 14, 10, 15, 30, tzinfo=timezone(timedelta(hours=2)))
OID = "1.2.250.1.213.1.4.10"
NUMBER = "SBX0000000000000001"
HL7 = {"h": "urn:hl7-org:v3"}
FIRST, SECOND = drugs()[:2]
PRESCRIBED = [
    Prescribed(FIRST, "1 comprimé matin et soir", boxes=2, renewals=3, ald=True),
    Prescribed(SECOND, "au coucher", boxes=1, days=7),
]
ADVICE = [Advice("Metformine 1000 mg", "pris à jeun", "prendre pendant le repas & noter")]


@pytest.fixture(scope="session")
def schema() -> etree.XMLSchema:
    folder = artefacts() / "TestContenuCDA-3-0"
    return etree.XMLSchema(etree.parse(str(folder / "infrastructure" / "cda" / "CDA_extended.xsd")))


@pytest.fixture(scope="module")
def traits(patient: Patient) -> PatientIdentity:
    return traits_of_patient(patient, OID)


@pytest.fixture(scope="module")
def prescription_header(doctor: Person, practice: Structure, traits: PatientIdentity) -> DocumentHeader:
    return Writer(doctor, practice).header("57833-6", traits, AT, "1.2.3.1")


@pytest.fixture(scope="module")
def review_header(pharmacist: Person, pharmacy: Structure, doctor: Person, traits: PatientIdentity) -> DocumentHeader:
    return Writer(pharmacist, pharmacy).header(BILAN, traits, AT, "1.2.3.2", [recipient_of(doctor)])


@pytest.fixture(scope="module")
def prescription(prescription_header: DocumentHeader) -> tuple[bytes, bytes]:
    return write_ordonnance(prescription_header, PRESCRIBED, NUMBER, write_qr(NUMBER))


@pytest.fixture(scope="module")
def review(review_header: DocumentHeader) -> Written:
    return write_bilan(review_header, ADVICE, "Observance à revoir.", "12/34")


IMAGE = re.compile(
    rb"/ColorSpace /DeviceGray\n[^\x00]{0,120}/Height (\d+)\n/Length (\d+)\n/Subtype /Image\n/Type /XObject\n"
    rb"/Width (\d+)\n>>\nstream\n"
)


def codes_of(pdf: bytes) -> dict[str, str]:
    """Read the codes in the images of a PDF: its streams, predicted as PNG lines are, become PNG files."""
    found: dict[str, str] = {}
    for image in IMAGE.finditer(pdf):
        height, length, width = (int(number) for number in image.groups())
        head = _chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
        lines = _chunk(b"IDAT", pdf[image.end() : image.end() + length])
        png = b"\x89PNG\r\n\x1a\n" + head + lines + _chunk(b"IEND", b"")
        found |= {code.format: code.text for code in read_codes(png)}
    return found


def _chunk(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))


def test_both_documents_are_valid_by_the_official_schema(
    prescription: tuple[bytes, bytes], review: Written, schema: etree.XMLSchema
) -> None:
    for document in (prescription[0], review.cda):
        schema.assertValid(etree.fromstring(document))


def test_each_document_carries_its_own_pdf(prescription: tuple[bytes, bytes], review: Written) -> None:
    assert read_document(prescription[0]).pdf == prescription[1]
    assert read_document(review.cda).body_pdf == review.pdf


def test_the_prescription_says_who_number_and_validity(
    prescription: tuple[bytes, bytes], traits: PatientIdentity
) -> None:
    read = read_document(prescription[0])
    assert read.epu_number == NUMBER
    assert read.code.code == "57833-6"
    assert [author.national_id for author in read.authors] == ["899700090022"]
    assert read.patient.matricule == traits.matricule
    event = etree.fromstring(prescription[0]).find("h:documentationOf/h:serviceEvent/h:effectiveTime", HL7)
    assert event is not None
    assert [child.get("value", "")[:8] for child in event] == ["20260914", "20270914"]


def test_each_medicine_is_a_line_of_boxes(prescription: tuple[bytes, bytes]) -> None:
    lines = read_document(prescription[0]).drug_lines
    assert [(line.cis, line.posology, line.quantity, line.renewals, line.ald) for line in lines] == [
        (FIRST.cis, "1 comprimé matin et soir", 2, 3, True),
        (SECOND.cis, "au coucher", 1, 0, False),
    ]
    assert [line.duration_days for line in lines] == [30, 7]


def test_the_review_is_level_one_with_recipients_and_code(review: Written) -> None:
    read = read_document(review.cda)
    assert (read.level, read.code.code) == (1, "56445-0")
    assert [recipient.national_id for recipient in read.recipients] == ["899700090022"]
    assert [author.national_id for author in read.authors] == ["899700090014"]
    assert read.custodian is not None
    assert read.custodian.id_nat == "10B0990017"


def test_the_name_of_the_pdf_follows_eco_216(review: Written, review_header: DocumentHeader) -> None:
    assert review.pdf_name == f"20260914_{review_header.title}_PAT-TROIS_DOMINIQUE_12 34.pdf"


def test_a_qualified_identity_has_its_datamatrix_on_paper(
    prescription: tuple[bytes, bytes], review: Written, traits: PatientIdentity
) -> None:
    for pdf in (prescription[1], review.pdf):
        read = decode_ins(codes_of(pdf)["DataMatrix"])
        assert (read.matricule, read.oid) == (traits.matricule, OID)
        assert (read.birth_name, read.first_names, read.birth_date) == (
            traits.birth_name,
            traits.first_names,
            traits.birth_date,
        )


def test_the_prescription_shows_its_number_as_a_qr_code(prescription: tuple[bytes, bytes]) -> None:
    assert codes_of(prescription[1])["QRCode"] == NUMBER


def test_an_unqualified_identity_has_no_datamatrix_on_paper(review_header: DocumentHeader) -> None:
    unqualified = replace(review_header.patient, matricule="", oid="", local_id="42", local_oid="1.2.3")
    written = write_bilan(replace(review_header, patient=unqualified), ADVICE, "", "1")
    assert codes_of(written.pdf) == {}
    assert b"/Subtype /Image" not in written.pdf
    assert b"279035121518989" not in written.cda
    assert read_document(written.cda).patient.local_id == "42"


def test_the_same_values_give_the_same_documents(
    prescription_header: DocumentHeader, prescription: tuple[bytes, bytes]
) -> None:
    assert write_ordonnance(prescription_header, PRESCRIBED, NUMBER, write_qr(NUMBER)) == prescription


@pytest.mark.parametrize(("boxes", "said"), [(0, "0 boîte"), (1, "1 boîte"), (2, "2 boîtes")])
def test_boxes_agree_with_their_number(boxes: int, said: str) -> None:
    assert in_boxes(Prescribed(FIRST, "1 comprimé", boxes=boxes)) == said
