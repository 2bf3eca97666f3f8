import hashlib
from dataclasses import replace
from datetime import datetime

import pytest
from lxml import etree

from health_documents import oids
from health_documents.cda.write.n1 import write_n1
from health_documents.codes.systems import CONTENT_TYPES, format_of_media
from health_documents.errors import InvalidContent
from health_documents.values.document import DocumentHeader, PatientIdentity
from health_documents.xds.formats import cx_ins, cx_local, dtm, patient_info, xcn, xds_author, xon
from health_documents.xds.read import read_submission
from health_documents.xds.write import (
    Association,
    DocumentEntry,
    SubmissionSet,
    document_entry_element,
    entry_from_cda,
    submit_objects_request,
)

NS = {"rim": oids.NS_RIM, "lcm": oids.NS_LCM}
PDF = b"%PDF-1.4\ntest\n"


@pytest.fixture
def entry(header: DocumentHeader) -> DocumentEntry:
    data = write_n1(header, PDF)
    return entry_from_cda(header, data, format_of_media("application/pdf"), confidentiality=("MASQUE_PS",))


@pytest.fixture
def submission(header: DocumentHeader) -> SubmissionSet:
    return SubmissionSet(
        unique_id="1.2.3.4",
        source_id="1.2.3",
        patient_id=cx_ins(header.patient),
        submission_time=dtm(header.effective_time),
        content_type=CONTENT_TYPES["SA33"],
        authors=(xds_author(header.authors[0]),),
        title="Bilan",
        comments="Envoi",
    )


def test_the_formats_of_the_wire_are_those_of_the_guide(header: DocumentHeader):
    author, patient = header.authors[0], header.patient
    assert xcn(author) == "899900012347^OFFICINE^Camille^^^^^^&1.2.250.1.71.4.2.1&ISO^D^^^IDNPS"
    assert author.structure is not None
    assert xon(author.structure) == "PHARMACIE TEST^^^^^&1.2.250.1.71.4.2.2&ISO^IDNST^^^10B0123456"
    assert cx_ins(patient) == "279035121518989^^^&1.2.250.1.213.1.4.10&ISO^NH"
    assert cx_local(replace(patient, local_id="42", local_oid="1.2.3")) == "42^^^&1.2.3&ISO^PI"
    specialty = "G15_21/A^Pharmacien titulaire d'officine^1.2.250.1.213.1.1.4.5"
    assert xds_author(author).specialties == (specialty,)


def test_times_are_written_in_utc(now: datetime):
    assert dtm(now) == "20260914081500"
    with pytest.raises(InvalidContent):
        dtm(now.replace(tzinfo=None))


def test_the_patient_info_tells_birth_and_used_names(patient: PatientIdentity):
    assert patient_info(patient) == (
        "PID-5|PAT-TROIS^DOMINIQUE MARIE-LOUISE^^^^^L",
        "PID-5|DUPONT^MARIE^^^^^D",
        "PID-7|19790328",
        "PID-8|F",
    )


def test_a_delimiter_inside_a_name_does_not_shift_the_fields(header: DocumentHeader):
    author = replace(header.authors[0], family_name="A^B&C|D~E\\F")
    assert xcn(author).split("^")[1] == "A B C D E F"


def test_the_entry_of_a_cda_takes_hash_size_and_codes_from_it(header: DocumentHeader):
    data = write_n1(header, PDF)
    entry = entry_from_cda(header, data, format_of_media("application/pdf"))
    assert entry.hash == hashlib.sha1(data).hexdigest()
    assert entry.size == len(data)
    assert (entry.unique_id, entry.title) == (header.id, header.title)
    assert (entry.class_code.code, entry.type_code.code) == ("11", "56445-0")
    assert (entry.creation_time, entry.service_start, entry.service_stop) == (
        "20260914081500",
        "20260914080000",
        "20260914081500",
    )


def test_a_masked_document_stays_normal_too(entry: DocumentEntry):
    codes = [(code.code, code.system) for code in entry.confidentiality]
    assert codes == [("N", oids.CONFIDENTIALITY), ("MASQUE_PS", oids.TRE_A04_VISIBILITY)]


@pytest.mark.parametrize("options", [{"confidentiality": ("SECRET",)}])
def test_an_unknown_visibility_is_refused(header: DocumentHeader, options: dict[str, tuple[str, ...]]):
    with pytest.raises(InvalidContent):
        entry_from_cda(header, b"", format_of_media("application/pdf"), **options)


def test_a_document_named_by_a_uuid_has_no_entry(header: DocumentHeader):
    named = replace(header, id="AADC9C14-F1CA-4177-B2C8-A5178D5B3CA0")
    with pytest.raises(InvalidContent):
        entry_from_cda(named, b"", format_of_media("application/pdf"))


def test_a_patient_without_matricule_has_no_entry(header: DocumentHeader):
    unqualified = replace(header, patient=replace(header.patient, matricule=""))
    with pytest.raises(InvalidContent):
        entry_from_cda(unqualified, b"", format_of_media("application/pdf"))


def test_a_submission_reads_back_as_written(submission: SubmissionSet, entry: DocumentEntry):
    other = replace(entry, id="Document02", unique_id="1.2.5", comments="Remarque", size=None, logical_id="urn:uuid:1")
    replacing = Association("as09", "Document02", "urn:uuid:2", oids.ASSOCIATION_REPLACES)
    read = read_submission(submit_objects_request(submission, (entry, other), (replacing,)))
    assert read.submission_set == submission
    assert read.entries == (entry, other)
    assert read.associations == (
        Association("as01", "SubmissionSet01", "Document01"),
        Association("as02", "SubmissionSet01", "Document02"),
        replacing,
    )


def test_the_envelope_follows_the_conventions_of_the_dmp(submission: SubmissionSet, entry: DocumentEntry):
    root = submit_objects_request(submission, (entry,))
    assert root.tag == f"{{{oids.NS_LCM}}}SubmitObjectsRequest"
    document = root.find(".//rim:ExtrinsicObject", NS)
    assert document is not None
    assert document.get("objectType") == oids.U_STABLE_DOCUMENT
    order = [etree.QName(child).localname for child in document]
    ranked = ["Slot", "Name", "Description", "VersionInfo", "Classification", "ExternalIdentifier"]
    assert order == sorted(order, key=ranked.index)
    ids = root.xpath("//*[@id]/@id")
    assert len(ids) == len(set(ids))
    node = root.find(".//rim:Classification[@classificationNode]", NS)
    assert node is not None
    assert (node.get("classificationNode"), node.get("classifiedObject")) == (oids.U_SUBMISSION_SET, "SubmissionSet01")
    assert {one.get("charset") for one in root.iter(f"{{{oids.NS_RIM}}}LocalizedString")} == {"UTF8"}


def test_one_entry_alone_can_be_written(entry: DocumentEntry):
    assert read_submission(document_entry_element(entry)).entries == (entry,)


def test_characters_that_xml_does_not_admit_are_refused(submission: SubmissionSet, entry: DocumentEntry):
    with pytest.raises(InvalidContent):
        submit_objects_request(submission, (replace(entry, title="\x00"),))


def test_metadata_of_another_kind_give_an_empty_submission():
    read = read_submission(etree.fromstring("<a/>"))
    assert (read.submission_set, read.entries, read.associations) == (None, (), ())
