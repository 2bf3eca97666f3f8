from dataclasses import replace
from datetime import datetime

import pytest
from lxml import etree

from health_documents import oids
from health_documents.cda.write.n1 import write_n1
from health_documents.errors import DocumentError, InvalidContent
from health_documents.values.document import DocumentHeader, PatientIdentity

PDF = b"%PDF-1.4\ntest\n"
NS = {"h": oids.NS_HL7}


def test_a_level_1_document_is_valid_for_the_official_schema(header: DocumentHeader, cda_schema: etree.XMLSchema):
    cda_schema.assertValid(etree.fromstring(write_n1(header, PDF)))


def test_a_replacing_document_of_a_patient_without_ins_is_valid_for_the_official_schema(
    header: DocumentHeader, patient: PatientIdentity, cda_schema: etree.XMLSchema
):
    local = replace(
        patient, matricule="", oid="", local_id="42", local_oid="1.2.3.4", address="", postal_code="", city=""
    )
    document = replace(header, patient=replace(local, phone=""), replaces="1.2.3.4.5", version=2)
    cda_schema.assertValid(etree.fromstring(write_n1(document, PDF)))


def test_a_level_1_document_has_exactly_the_three_templates_of_level_1(header: DocumentHeader):
    root = etree.fromstring(write_n1(header, PDF))
    assert root.xpath("h:templateId/@root", namespaces=NS) == [oids.T_HL7_FRANCE, oids.T_CI_SIS, oids.T_XDS_SD]


def test_the_birth_certificate_names_and_the_used_names_carry_their_qualifiers(header: DocumentHeader):
    root = etree.fromstring(write_n1(header, PDF))
    names = [(name.get("qualifier"), name.text) for name in root.find(".//h:patient/h:name", NS)]
    assert names == [
        ("BR", "PAT-TROIS"),
        (None, "DOMINIQUE MARIE-LOUISE"),
        ("BR", "DOMINIQUE"),
        ("CL", "DUPONT"),
        ("CL", "MARIE"),
    ]


def test_an_unknown_birthplace_is_written_99999(header: DocumentHeader, patient: PatientIdentity):
    root = etree.fromstring(write_n1(replace(header, patient=replace(patient, birth_place="")), PDF))
    assert root.findtext(".//h:birthplace//h:county", namespaces=NS) == "99999"


def test_the_same_values_give_the_same_bytes(header: DocumentHeader):
    assert write_n1(header, PDF) == write_n1(header, PDF)


@pytest.mark.parametrize(
    "change",
    [
        {"id": "no-oid"},
        {"set_id": ""},
        {"version": 0},
        {"title": ""},
        {"title": "nul \x00"},
        {"authors": ()},
        {"effective_time": datetime(2026, 9, 14)},
        {"practice_setting": "NOWHERE"},
        {"facility_type": "SA99"},
        {"replaces": "previous"},
    ],
)
def test_a_header_that_cannot_be_written_is_refused(header: DocumentHeader, change: dict[str, object]):
    with pytest.raises(InvalidContent):
        write_n1(replace(header, **change), PDF)


@pytest.mark.parametrize(
    "change", [{"matricule": ""}, {"oid": "1.2.3"}, {"birth_date": "28/03/1979"}, {"first_names": ()}]
)
def test_a_patient_that_cannot_be_identified_is_refused(
    header: DocumentHeader, patient: PatientIdentity, change: dict[str, object]
):
    with pytest.raises(DocumentError):
        write_n1(replace(header, patient=replace(patient, **change)), PDF)


def test_an_html_or_an_empty_body_is_refused(header: DocumentHeader):
    with pytest.raises(InvalidContent):
        write_n1(header, b"<p>", "text/html")
    with pytest.raises(InvalidContent):
        write_n1(header, b"")
