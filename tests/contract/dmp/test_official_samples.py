"""Official samples in the DMP, by a hand-made MTOM client: fed, found by each parameter, read, changed, synchronised.

The metadata are read here, from the header of each sample, by nothing of the project but the table of classes.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from lxml import etree
from support.artefacts import samples_of
from support.dmp_door import Dmp, DmpDoors
from support.dmp_lots import Document, Lot
from support.dmp_messages import Reply, adhoc, status_of, unique_ids_of
from support.dmp_vihf import Vihf

from health_documents.codes.systems import class_of, format_of_model

SUCCESS = "urn:oasis:names:tc:ebxml-regrep:ResponseStatusType:Success"
STATUS = "urn:oasis:names:tc:ebxml-regrep:StatusType"
FIND, FIND_BY_REFERENCE = "14d4debf-8f97-4251-9a74-a90016b0af0d", "12941a89-e02e-4be5-967c-ce4bfc8fe492"
FIND_SETS, GET_ASSOCIATIONS = "f26abbcb-ac74-4422-8a30-edb644bbc1a9", "a7ae438b-4bc2-4642-93e9-be891f7bb155"
GET_DOCUMENTS, WITH_ASSOCIATIONS = "5c4f972b-d56b-40ac-a5fc-c8ca9b40b9d4", "bab9529a-4a10-40b3-a01f-f68a615d247a"
VISIBILITY, NORMAL = "1.2.250.1.213.1.1.4.13", ("N", "2.16.840.1.113883.5.25")
NS = {"h": "urn:hl7-org:v3"}
EVENT, REFERENCE = ("ZZQK002", "1.2.250.1.213.2.5"), "ACN-1^^^&1.2.250.1.999.7&ISO^urn:ihe:iti:xds:2013:accession"
TIMES = {"serviceStopTime": "20260315110000", "urn:ihe:iti:xds:2013:referenceIdList": REFERENCE.replace("&", "&amp;")}
SAMPLES = (
    "BIO-CR-BIO_2024.01_Microbiologie_V1.xml",
    "DOC_NON_STRUCTURE_CDA-R2-N1.xml",
    "LDL-SES_2022.01.xml",
    "VAC-NOTE_2023.01.xml",
    "VSM_1.4_2022.01.xml",
    "eDISP-MED_2024.01.xml",
    "eP-MED-DM_2024.01_PosoStruct.xml",
)


@pytest.fixture
def dmp(dmp_doors: DmpDoors) -> Iterator[Dmp]:
    dmp = dmp_doors.door()
    yield dmp
    dmp.leave()


@pytest.fixture(params=SAMPLES)
def octets(request: pytest.FixtureRequest) -> bytes:
    named = {path.name: path for path in samples_of()}
    assert request.param in named
    found: Path = named[request.param]
    return found.read_bytes()


def _document(octets: bytes) -> Document:
    root = etree.fromstring(octets)
    code = str(root.xpath("string(h:code/@code)", namespaces=NS))
    system = str(root.xpath("string(h:code/@codeSystem)", namespaces=NS))
    patient = "string(h:recordTarget/h:patientRole/h:id[starts-with(@root, '1.2.250.1.213.1.4.')]/@extension)"
    codes = {
        "class": [(class_of(code).code, "1.2.250.1.213.1.1.4.1")],
        "type": [(code, system)],
        "event": [EVENT],
    }
    models = {str(one) for one in root.xpath("h:templateId/@root", namespaces=NS)}
    if form := next(filter(None, map(format_of_model, sorted(models))), None):
        codes["format"] = [(form.code, form.system)]
    return Document(octets, str(root.xpath(patient, namespaces=NS)), codes=codes, slots=TIMES)


def _list(*values: str) -> str:
    return "(" + ",".join(f"'{value}'" for value in values) + ")"


class Person:
    """A professional with a card, in the DMP of the patient of a sample."""

    def __init__(self, dmp: Dmp, who: str, patient: str) -> None:
        self.dmp, self.who, self.patient = dmp, who, patient
        dmp.test_existence(self.vihf())

    def vihf(self) -> Vihf:
        """Return a new VIHF."""
        return self.dmp.direct(self.who, patient=self.patient)

    def ask(self, query: str, *parameters: tuple[str, str]) -> Reply:
        """Send a stored query that is well written, and answered."""
        reply = self.dmp.call(
            "registry", "urn:ihe:iti:2007:RegistryStoredQuery", adhoc(query, list(parameters)), self.vihf()
        )
        assert reply.text("//query:AdhocQueryResponse/@status") == SUCCESS, reply.errors
        assert self.dmp.findings() == []
        return reply

    def about(self, kind: str) -> tuple[str, str]:
        """Return the patient as a parameter."""
        return (f"$XDS{kind}PatientId", f"'{self.patient}^^^&1.2.250.1.213.1.4.10&ISO^NH'")

    def found(self, *parameters: tuple[str, str], query: str = FIND, status: str = f"{STATUS}:Approved") -> list[str]:
        """Return the unique ids that a search finds."""
        usual = (self.about("DocumentEntry"), ("$XDSDocumentEntryStatus", _list(status)))
        return unique_ids_of(self.ask(query, *usual, *parameters))

    def held(self, unique_id: str) -> tuple[str, str]:
        """Return the technical and the logical id of a document."""
        reply = self.ask(GET_DOCUMENTS, ("$XDSDocumentEntryUniqueId", _list(unique_id)))
        return reply.text("//rim:ExtrinsicObject/@id"), reply.text("//rim:ExtrinsicObject/@lid")

    def synchronise(self) -> dict[str, str]:
        """Return what is known of the lots of the year, by the three queries: unique id → status, last word."""
        lots = self.ask(
            FIND_SETS,
            self.about("SubmissionSet"),
            ("$XDSSubmissionSetStatus", _list(f"{STATUS}:Approved")),
            ("$XDSSubmissionSetSubmissionTimeFrom", "2026"),
        )
        links = self.ask(GET_ASSOCIATIONS, ("$uuid", _list(*lots.all("//rim:RegistryPackage/@id"))))
        members = links.all("//rim:Association[contains(@associationType, 'HasMember')]/@targetObject")
        reply = self.ask(WITH_ASSOCIATIONS, ("$XDSDocumentEntryEntryUUID", _list(*dict.fromkeys(map(str, members)))))
        entries = reply.all("//rim:ExtrinsicObject")
        last = {entry.get("lid"): entry for entry in sorted(entries, key=_version)}
        uid = "string(*[@identificationScheme='urn:uuid:2e82c1f6-a085-4c72-9da3-8640a32e42ab']/@value)"
        return {str(entry.xpath(uid)): entry.get("status").rpartition(":")[2] for entry in last.values()}


def _version(entry: etree._Element) -> int:
    return int(entry.xpath("string(*[local-name()='VersionInfo']/@versionName)"))


def _criteria(document: Document) -> dict[str, tuple[str, str]]:
    """Return, for each parameter of FindDocuments, a value that finds the document and one that finds nothing."""
    codes = document.all_codes()

    def coded(kind: str) -> tuple[str, str]:
        ((code, scheme), *_) = codes[kind]
        return f"('{code}^^{scheme}')", f"('autre^^{scheme}')"

    return {
        "ClassCode": coded("class"),
        "TypeCode": coded("type"),
        "FormatCode": coded("format"),
        "HealthcareFacilityTypeCode": coded("facility"),
        "PracticeSettingCode": coded("practice"),
        "ConfidentialityCode": coded("confidentiality"),
        "EventCodeList": coded("event"),
        "AuthorPerson": ("('899700090014%')", "('899700090022%')"),
        "CreationTimeFrom": ("20260315101500", "20260315101501"),
        "CreationTimeTo": ("20260315101501", "20260315101500"),
        "ServiceStartTimeFrom": ("202603", "202604"),
        "ServiceStartTimeTo": ("2027", "2026"),
        "ServiceStopTimeFrom": ("20260315110000", "20260315110001"),
        "ServiceStopTimeTo": ("20260316", "20260315"),
        "Type": (
            "('urn:uuid:7edca82f-054d-47f2-a032-9b2a5b5186c1')",
            "('urn:uuid:34268e47-fdf5-41a6-ba33-82133c465248')",
        ),
    }


def test_an_official_sample_lives_its_whole_life(dmp: Dmp, octets: bytes) -> None:
    document = _document(octets)
    author, colleague = Person(dmp, "titulaire", document.patient), Person(dmp, "adjoint", document.patient)
    assert status_of(dmp.feed(document, vihf=author.vihf())) == SUCCESS
    assert set(dmp.findings()) <= {"DMP-CDA", "DMP-PDF-A1"}, "a time without its offset, a PDF that is no PDF/A-1"
    for parameter, (right, wrong) in _criteria(document).items():
        assert author.found((f"$XDSDocumentEntry{parameter}", right)) == [document.unique_id], parameter
        assert author.found((f"$XDSDocumentEntry{parameter}", wrong)) == [], parameter
    reference = ("$XDSDocumentEntryReferenceIdList", _list(REFERENCE))
    assert author.found(reference, query=FIND_BY_REFERENCE) == [document.unique_id]
    (fetched,) = dmp.read(document.unique_id, vihf=author.vihf()).parts.values()
    assert fetched == octets
    assert colleague.synchronise() == {document.unique_id: "Approved"}

    replaced, _lid = author.held(document.unique_id)
    second = replace(document, unique_id=f"{document.unique_id}2", replaces=replaced)
    assert status_of(dmp.feed(second, vihf=author.vihf())) == SUCCESS
    assert author.found() == [second.unique_id]
    assert colleague.synchronise() == {document.unique_id: "Deprecated", second.unique_id: "Approved"}

    technical, lid = author.held(second.unique_id)
    hidden = {**second.codes, "confidentiality": [NORMAL, ("MASQUE_PS", VISIBILITY)]}
    masked = Lot([replace(second, replaces="", lid=lid, codes=hidden)])
    assert status_of(dmp.update(lot=masked, vihf=author.vihf())) == SUCCESS
    assert author.held(second.unique_id)[0] != technical
    assert (author.found(), colleague.found()) == ([second.unique_id], [])

    technical, _lid = author.held(second.unique_id)
    assert status_of(dmp.change(technical, "Archived", vihf=author.vihf())) == SUCCESS
    archived = "urn:asip:ci-sis:2010:StatusType:Archived"
    assert (author.found(), author.found(status=archived)) == ([], [second.unique_id])
    assert status_of(dmp.change(technical, "Deleted", "Archived", vihf=author.vihf())) == SUCCESS
    assert author.found() == author.found(status=archived) == []


REPLACING = "IPS-FR_2024.01.xml"


def _named(name: str) -> Document:
    (path,) = [path for path in samples_of() if path.name == name]
    return _document(path.read_bytes())


def test_a_sample_that_says_what_it_replaces_is_told_when_it_is_fed_as_a_new_document(dmp: Dmp) -> None:
    document = _named(REPLACING)
    assert status_of(dmp.feed(document, vihf=dmp.direct(patient=document.patient))) == SUCCESS
    assert dmp.findings() == ["DMP-REPLACED"]
