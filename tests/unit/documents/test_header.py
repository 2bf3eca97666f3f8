"""The complete header: written, valid for the official schema, read back, written again."""

from dataclasses import replace

import pytest
from lxml import etree

from health_documents import oids
from health_documents.cda.read.reader import read_document
from health_documents.cda.rewrite import header_of, next_version
from health_documents.cda.write.n1 import write_n1
from health_documents.errors import InvalidContent
from health_documents.values.document import DocumentHeader, Identifier, RelatedPerson

PDF = b"%PDF-1.4\ntest\n"
NS = {"h": oids.NS_HL7}


def test_a_complete_header_is_valid_for_the_official_schema(full_header: DocumentHeader, cda_schema: etree.XMLSchema):
    cda_schema.assertValid(etree.fromstring(write_n1(full_header, PDF)))


def test_a_complete_header_reads_back_and_writes_the_same_bytes(full_header: DocumentHeader):
    data = write_n1(full_header, PDF)
    again = header_of(read_document(data))
    assert write_n1(again, PDF) == data
    assert again.informants == full_header.informants
    assert again.patient == full_header.patient
    assert again.consents == full_header.consents
    assert again.orders == full_header.orders
    assert (again.encounter, again.encounter_id) == (full_header.encounter, full_header.encounter_id)
    assert [one.kind for one in again.participants] == ["INF", "PRF"]


def test_nothing_of_a_complete_header_is_unknown_to_the_reader(full_header: DocumentHeader):
    assert read_document(write_n1(full_header, PDF)).unknown_header == ()


def test_a_header_element_that_is_not_known_is_named(header: DocumentHeader):
    root = etree.fromstring(write_n1(header, PDF))
    etree.SubElement(root, "{urn:hl7-org:sdtc}statusCode")
    assert read_document(etree.tostring(root)).unknown_header == ("statusCode",)


def test_a_preparateur_signs_with_the_code_system_of_roles(full_header: DocumentHeader):
    root = etree.fromstring(write_n1(full_header, PDF))
    code = root.find("h:author[2]/h:assignedAuthor/h:code", NS)
    assert (code.get("code"), code.get("codeSystem")) == ("317", oids.FUNCTION_ROLE)
    assert root.find("h:author[2]/h:functionCode", NS).get("code") == "353"


def test_a_software_author_has_its_maker_and_its_name(full_header: DocumentHeader):
    root = etree.fromstring(write_n1(full_header, PDF))
    device = root.find("h:author[3]/h:assignedAuthor/h:assignedAuthoringDevice", NS)
    assert [one.text for one in device] == ["Éditeur 4.2", "LGO Test"]


def test_the_next_version_replaces_the_one_before(header: DocumentHeader):
    document = read_document(write_n1(next_version(header, "2.25.77"), PDF))
    assert document.replaces == Identifier(header.id)
    assert (document.version, document.set_id) == ("2", Identifier(header.set_id))


@pytest.mark.parametrize(
    "change",
    [
        {"informants": (RelatedPerson("BOSS", "A", "B"),)},
        {"encounter": "NOWHERE"},
        {"confidentiality": "SECRET"},
        {"orders": (Identifier("not an oid"),)},
    ],
)
def test_a_value_that_the_header_cannot_hold_is_refused(header: DocumentHeader, change: dict[str, object]):
    with pytest.raises(InvalidContent):
        write_n1(replace(header, **change), PDF)


def test_a_document_without_a_complete_time_cannot_be_written_again(header: DocumentHeader):
    data = write_n1(header, PDF).replace(b"20260914101500+0200", b"20260914")
    with pytest.raises(InvalidContent):
        header_of(read_document(data))
