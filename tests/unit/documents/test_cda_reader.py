"""The reader against every official sample (by independent XPath), against our writers, and against harm."""

from dataclasses import replace
from pathlib import Path

import pytest
from lxml import etree

from health_documents import oids
from health_documents.cda.read.reader import read_document
from health_documents.cda.write.n1 import write_n1
from health_documents.cda.write.prescription import write_prescription
from health_documents.errors import (
    CorruptAttachment,
    DocumentError,
    IncompleteHeader,
    NotClinicalDocument,
    UnreadableXml,
)
from health_documents.values.document import Author, DocumentHeader, DrugLine, Identifier, Organization, PatientIdentity

PDF = b"%PDF-1.4\ntest\n"
QR = b"\x89PNG\r\n"
NUMBER = "SBX0000000000000001"
INS_ROOT = "starts-with(@root, '1.2.250.1.213.1.4.')"


def samples(artefacts: Path) -> list[Path]:
    return sorted((artefacts / "ExemplesCDA").glob("*.xml"))


def strings(root: etree._Element, path: str) -> list[str]:
    return [" ".join(str(found).split()) for found in root.xpath(path, namespaces={"h": oids.NS_HL7})]


def string(root: etree._Element, path: str) -> str:
    return " ".join(str(root.xpath(f"string({path})", namespaces={"h": oids.NS_HL7})).split())


def test_every_official_sample_is_read(artefacts: Path):
    files = samples(artefacts)
    assert len(files) >= 30
    for file in files:
        data = file.read_bytes()
        root, document = etree.fromstring(data), read_document(data)
        header = "/h:ClinicalDocument"
        assert document.code.code == string(root, f"{header}/h:code/@code"), file.name
        assert document.code.label == string(root, f"{header}/h:code/@displayName"), file.name
        assert document.title == string(root, f"{header}/h:title"), file.name
        assert document.id.root == string(root, f"{header}/h:id/@root"), file.name
        assert document.version == string(root, f"{header}/h:versionNumber/@value"), file.name
        assert document.effective_time == string(root, f"{header}/h:effectiveTime/@value"), file.name
        assert [one.root for one in document.templates] == strings(root, f"{header}/h:templateId/@root"), file.name


def test_the_patient_of_every_official_sample_is_read(artefacts: Path):
    for file in samples(artefacts):
        data = file.read_bytes()
        root, patient = etree.fromstring(data), read_document(data).patient
        role = "//h:recordTarget/h:patientRole"
        name = f"{role}/h:patient/h:name"
        assert patient.matricule == string(root, f"{role}/h:id[{INS_ROOT}]/@extension"), file.name
        assert patient.oid == string(root, f"{role}/h:id[{INS_ROOT}]/@root"), file.name
        assert patient.birth_name == string(root, f"{name}/h:family[@qualifier='BR']"), file.name
        assert " ".join(patient.first_names) == string(root, f"{name}/h:given[not(@qualifier)]"), file.name
        assert patient.sex == string(root, f"{role}//h:administrativeGenderCode/@code"), file.name
        born = string(root, f"{role}/h:patient/h:birthTime/@value")
        assert patient.birth_date.replace("-", "") == born[:8], file.name
        assert patient.birth_place == string(root, f"{role}//h:birthplace//h:county"), file.name


def test_authors_recipients_events_and_replaced_version_of_every_official_sample_are_read(artefacts: Path):
    for file in samples(artefacts):
        data = file.read_bytes()
        root, document = etree.fromstring(data), read_document(data)
        header = "/h:ClinicalDocument"
        ids = strings(root, f"{header}/h:author/h:assignedAuthor/h:id[1]/@extension")
        assert [author.national_id for author in document.authors] == ids, file.name
        recipients = strings(root, f"{header}/h:informationRecipient/h:intendedRecipient/h:id[1]/@extension")
        assert [one.national_id for one in document.recipients if one.national_id] == recipients, file.name
        events = root.findall("h:documentationOf/h:serviceEvent", {"h": oids.NS_HL7})
        assert len(document.service_events) == len(events), file.name
        replaced = string(root, f"{header}/h:relatedDocument/h:parentDocument/h:id/@root")
        assert (document.replaces.root if document.replaces else "") == replaced, file.name
        assert document.facility_type is not None, file.name


def test_the_file_of_every_official_level_1_sample_is_a_pdf(artefacts: Path):
    documents = [read_document(file.read_bytes()) for file in samples(artefacts)]
    files = [document.body_pdf for document in documents if document.level == 1]
    assert len(files) >= 4
    assert all(file is not None and file.startswith(b"%PDF") for file in files)


@pytest.mark.parametrize("version", ["2022.01", "2023.01", "2024.01"])
@pytest.mark.parametrize("posology", ["PosoStruct", "PosoNonStruct"])
def test_prescriptions_of_every_official_version_give_the_same_lines(artefacts: Path, version: str, posology: str):
    sample = artefacts / "ExemplesCDA" / f"eP-MED-DM_{version}_{posology}.xml"
    document = read_document(sample.read_bytes())
    first, second = document.drug_lines
    assert document.epu_number == "01S2TBPZ2JCNZZYGHZ"
    assert (first.cis, first.cip13, first.renewals, first.quantity) == ("63107752", "3400933516390", 3, 2)
    assert (first.duration_days, first.substitution_allowed) == (6, False)
    assert first.substitution_reason == "Marge thérapeutique étroite"
    assert "3 fois/j" in first.posology
    assert second.cis == ""
    assert second.name.startswith("Préparation magistrale : - 30g")
    assert second.posology.startswith("2 applications")
    assert (document.attached_pdf is None) == (version == "2022.01")


def test_sections_with_entries_that_are_not_known_are_kept_and_named(artefacts: Path):
    sample = artefacts / "ExemplesCDA" / "LDL-SES_2022.01.xml"
    document = read_document(sample.read_bytes())
    names = {section.name: section.known for section in document.sections}
    assert names["Traitements à la sortie"] is True
    assert names["Suites à donner"] is False
    (entry,) = document.entries.unknown
    assert (entry.section, entry.element, entry.templates[-1]) == (
        "Suites à donner",
        "encounter",
        "1.2.250.1.213.1.1.3.58",
    )
    assert entry.xml.startswith(b"<encounter")


def test_a_level_1_document_reads_back_as_written(
    header: DocumentHeader, patient: PatientIdentity, pharmacist: Author, pharmacy: Organization
):
    document = read_document(write_n1(replace(header, replaces="1.2.3", version=2), PDF))
    unsaid = replace(pharmacy, sector="")
    assert document.patient == patient
    assert document.authors == (replace(pharmacist, structure=unsaid),)
    assert document.legal_authenticator == replace(pharmacist, structure=unsaid)
    assert document.custodian == unsaid
    assert document.moment == header.effective_time
    assert (document.id, document.set_id) == (Identifier(header.id), Identifier(header.set_id))
    assert (document.version, document.code, document.title) == ("2", header.code, header.title)
    assert document.replaces == Identifier("1.2.3")
    assert document.recipients[0].mailbox == "alix@cabinet.mssante.fr"
    assert document.facility_type is not None
    assert document.facility_type.code == "SA33"
    assert document.practice_setting is not None
    assert document.practice_setting.code == "AMBULATOIRE"
    assert (document.level, document.body_pdf, document.pdf, document.sections) == (1, PDF, PDF, ())


def test_a_patient_without_ins_reads_back_with_the_local_id(header: DocumentHeader, patient: PatientIdentity):
    local = replace(patient, matricule="", oid="", local_id="42", local_oid="1.2.3.4")
    document = read_document(write_n1(replace(header, patient=local), PDF))
    assert document.patient == local
    assert not document.patient.is_qualified


def test_a_prescription_reads_back_as_written(prescription_header: DocumentHeader, lines: tuple[DrugLine, ...]):
    end = prescription_header.effective_time
    data = write_prescription(prescription_header, lines, epu_number=NUMBER, qr_png=QR, pdf=PDF, validity_end=end)
    document = read_document(data)
    assert document.drug_lines == lines
    assert document.epu_number == NUMBER
    assert document.service_events[0].stop == "20260914101500+0200"
    assert (document.level, document.attached_pdf) == (3, PDF)
    assert (document.attachments[0].media_type, document.attachments[0].content) == ("image/png", QR)
    assert all(section.known for section in document.sections)


def test_a_comment_inside_a_name_does_not_cut_it(header: DocumentHeader):
    data = write_n1(header, PDF).replace(b">PAT-TROIS<", b">PAT<!-- x -->-TROIS<")
    assert read_document(data).patient.birth_name == "PAT-TROIS"


BOMB = b"".join(
    [
        b'<!DOCTYPE a [<!ENTITY e0 "lol">',
        *(b'<!ENTITY e%d "%s">' % (n, b"&e%d;" % (n - 1) * 10) for n in range(1, 12)),
        b"]><a b='&e11;'>&e11;</a>",
    ]
)


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"%PDF-1.4", id="not XML"),
        pytest.param(BOMB, id="entity bomb"),
        pytest.param(b'<!DOCTYPE ClinicalDocument><ClinicalDocument xmlns="urn:hl7-org:v3"/>', id="harmless DTD"),
        pytest.param(b'<!DOCTYPE a [<!ENTITY f SYSTEM "file:///etc/passwd">]><a>&f;</a>', id="external entity"),
        pytest.param('<?xml version="1.0" encoding="UTF-8"?><a>é</a>'.encode("latin-1"), id="wrong encoding"),
        pytest.param(b'<?xml version="1.0" encoding="UTF-7"?><a/>', id="encoding not admitted"),
        pytest.param(b"<a>" * 100_000 + b"</a>" * 100_000, id="100k deep"),
    ],
)
def test_hostile_xml_is_refused(data: bytes):
    with pytest.raises(UnreadableXml):
        read_document(data)


def test_a_document_cut_anywhere_is_refused(header: DocumentHeader):
    data = write_n1(header, PDF)
    for length in range(0, len(data) - 1, 97):
        with pytest.raises(UnreadableXml):
            read_document(data[:length])


def test_xml_that_is_no_cda_is_refused():
    with pytest.raises(NotClinicalDocument):
        read_document(b"<Bundle xmlns='http://hl7.org/fhir'/>")


@pytest.mark.parametrize("name", ["id", "code", "title", "recordTarget"])
def test_a_document_without_what_identifies_it_is_refused(header: DocumentHeader, name: str):
    root = etree.fromstring(write_n1(header, PDF))
    root.remove(root.find(f"{{{oids.NS_HL7}}}{name}"))
    with pytest.raises(IncompleteHeader):
        read_document(etree.tostring(root))


def test_a_bare_document_with_the_four_required_elements_is_read():
    data = (
        b'<ClinicalDocument xmlns="urn:hl7-org:v3"><id root="1.2.3"/><code code="x"/><title>t</title>'
        b"<recordTarget><patientRole/></recordTarget></ClinicalDocument>"
    )
    document = read_document(data)
    assert (document.level, document.moment, document.authors, document.patient.birth_name) == (3, None, (), "")


def test_an_attachment_that_is_no_base_64_is_refused(header: DocumentHeader):
    root = etree.fromstring(write_n1(header, PDF))
    root.find(f".//{{{oids.NS_HL7}}}nonXMLBody/{{{oids.NS_HL7}}}text").text = "ceci n'est pas"
    with pytest.raises(CorruptAttachment):
        read_document(etree.tostring(root))


def test_no_value_of_an_attribute_makes_the_reader_fail_otherwise_than_by_its_own_errors(
    prescription_header: DocumentHeader, lines: tuple[DrugLine, ...]
):
    data = write_prescription(prescription_header, lines, epu_number=NUMBER, qr_png=QR, pdf=PDF, validity_end=None)
    count = sum(1 for _ in etree.fromstring(data).iter())
    for rank in range(1, count, 3):
        root = etree.fromstring(data)
        element = list(root.iter())[rank]
        for name in element.attrib:
            element.set(name, "²٣-99999999999999999999")
        try:
            read_document(etree.tostring(root))
        except DocumentError:
            continue
