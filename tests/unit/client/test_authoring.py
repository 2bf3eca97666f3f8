"""Headers and lots, and a lot as it leaves for the DMP."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from email import policy
from email.parser import BytesParser

import httpx
import pytest
from lxml import etree

from health_documents.codes.systems import format_of_media
from health_documents.errors import InvalidContent
from health_documents.values.document import Code, DocumentHeader, PatientIdentity, Recipient
from health_documents.xds.write import entry_from_cda
from lgo_client.authoring import Writer, lot_of, recipient_of, traits_of_identity, traits_of_patient
from lgo_client.clock import Workplace
from lgo_client.dmp import Dmp, Lot
from lgo_client.environment import Certificate, Patient, Person, Structure
from lgo_client.identity import By, IdentityRefused, LocalIdentity
from lgo_client.insi import Answer, Found, Matricule, Traits
from lgo_client.vihf import Mode, Software, VihfWriter
from lgo_client.xds import RegistryRefused

OID = "1.2.250.1.213.1.4.10"
AT = datetime(2026, 9, 14, 10, 15, 30, tzinfo=timezone(timedelta(hours=2)))
WHEN = AT.isoformat()
BILAN = b"<ClinicalDocument xmlns='urn:hl7-org:v3'/>"
CONTENT = Code("04", "Hospitalisation de jour", "1.2.250.1.213.2.2")
RIM = "{urn:oasis:names:tc:ebxml-regrep:xsd:rim:3.0}"
XDS = "{urn:ihe:iti:xds-b:2007}"
DS = "{http://www.w3.org/2000/09/xmldsig#}"
ANSWER = (
    '<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Body>'
    '<r:RegistryResponse xmlns:r="urn:oasis:names:tc:ebxml-regrep:xsd:rs:3.0" '
    'status="urn:oasis:names:tc:ebxml-regrep:ResponseStatusType:{}"/></s:Body></s:Envelope>'
)


@pytest.fixture
def traits(patient: Patient) -> PatientIdentity:
    return traits_of_patient(patient, OID)


@pytest.fixture
def header(pharmacist: Person, pharmacy: Structure, doctor: Person, traits: PatientIdentity) -> DocumentHeader:
    return Writer(pharmacist, pharmacy).header("56445-0", traits, AT, "1.2.3.1", [recipient_of(doctor)])


@pytest.fixture
def lot(header: DocumentHeader) -> Lot:
    entry = entry_from_cda(header, BILAN, format_of_media("application/pdf"))
    return lot_of(entry, BILAN, at=AT, set_id="1.2.3", signature_id="1.2.3.9", source="1.2.250.9", content=CONTENT)


def identity_of(first_names: str) -> LocalIdentity:
    found = Found(Matricule("279035121518989", OID), (), "PAT-TROIS", first_names, "F", "1979-03-28", "51215")
    asked = Traits("PAT-TROIS", ("DOMINIQUE",), "F", "1979-03-28")
    local = LocalIdentity("PAT-TROIS", "DOMINIQUE", "F", "1979-03-28", "")
    return local.with_answer(Answer("00", "OK", asked, found), By("hv", WHEN))


def test_a_patient_keeps_all_that_the_counter_knows(patient: Patient, traits: PatientIdentity) -> None:
    assert traits.is_qualified
    for name in ("matricule", "birth_name", "first_names", "sex", "birth_date", "birth_place", "used_name", "phone"):
        assert getattr(traits, name) == getattr(patient, name)


def test_a_qualified_identity_gives_the_strict_traits_of_insi_and_the_contacts_of_the_counter(
    patient: Patient,
) -> None:
    typed = replace(patient, matricule="", birth_name="FAUTE", first_names=("FAUTE",), birth_place="99999")
    qualified = identity_of("DOMINIQUE MARIE-LOUISE").with_document("passeport", By("hv", WHEN))
    assert traits_of_identity(qualified, typed) == traits_of_patient(patient, OID)


def test_an_identity_that_is_only_recovered_gives_nothing(patient: Patient) -> None:
    with pytest.raises(IdentityRefused, match="récupérée"):
        traits_of_identity(identity_of("DOMINIQUE MARIE-LOUISE"), patient)


def test_the_header_has_what_the_minimal_structure_demands(header: DocumentHeader, traits: PatientIdentity) -> None:
    assert (header.id, header.set_id, header.version, header.replaces) == ("1.2.3.1", "1.2.3.1", 1, "")
    assert header.code.code == "56445-0"
    assert header.code.label
    assert header.title == header.code.label
    assert header.effective_time == header.event_start == AT
    assert header.effective_time.utcoffset() == timedelta(hours=2)
    assert header.patient == traits
    assert (header.language, header.facility_type, header.practice_setting) == ("fr-FR", "SA33", "AMBULATOIRE")


def test_author_and_legal_authenticator_are_the_pharmacist_of_the_custodian(header: DocumentHeader) -> None:
    (author,) = header.authors
    assert header.legal_authenticator == author
    assert (author.national_id, author.family_name, author.given_name) == ("899700090014", "Valmont", "Hélène")
    assert (author.prefix, author.suffix, author.specialty_code) == ("MME", "DR", "G15_21/A")
    assert author.structure == header.custodian
    assert (header.custodian.id_nat, header.custodian.sector) == ("10B0990017", "SA33")


def test_a_civility_out_of_the_value_set_is_left_out(pharmacist: Person, pharmacy: Structure) -> None:
    assert Writer(replace(pharmacist, civility="PR"), pharmacy).author.prefix == ""
    assert Writer(replace(pharmacist, civility="mme"), pharmacy).author.prefix == "MME"


def test_recipients_are_there_with_their_mailbox(header: DocumentHeader) -> None:
    assert header.recipients == (
        Recipient("899700090022", "Marchand", "Alix", "M", "DR", "alix.marchand@cabinet.mssante.fr"),
    )


def test_a_type_that_the_dmp_does_not_know_is_refused(
    pharmacist: Person, pharmacy: Structure, traits: PatientIdentity
) -> None:
    with pytest.raises(InvalidContent, match="00000-0"):
        Writer(pharmacist, pharmacy).header("00000-0", traits, AT, "1.2.3.1")


def test_the_submission_set_has_its_compulsory_metadata(lot: Lot) -> None:
    submission = lot.submission
    assert (submission.unique_id, submission.source_id) == ("1.2.3", "1.2.250.9")
    assert submission.patient_id == lot.entries[0].patient_id == f"279035121518989^^^&{OID}&ISO^NH"
    assert submission.submission_time == "20260914081530"
    assert submission.content_type == CONTENT
    assert submission.authors[0].person.startswith("899700090014^Valmont^Hélène^")


def test_the_signature_entry_is_the_one_of_the_specification(lot: Lot) -> None:
    entry = lot.signature
    assert (entry.id, entry.unique_id, entry.title, entry.mime_type, entry.language) == (
        "Signature01",
        "1.2.3.9",
        "Source",
        "text/xml",
        "art",
    )
    codes = (entry.class_code, entry.type_code, entry.format_code, *entry.event_codes)
    assert [(code.code, code.system) for code in codes] == [
        ("urn:oid:1.3.6.1.4.1.19376.1.2.1.1.1", "URN"),
        ("E1762", "ASTM"),
        ("http://www.w3.org/2000/09/xmldsig#", "URN"),
        ("1.2.840.10065.1.12.1.14", "1.2.840.10065.1.12"),
    ]
    assert [code.code for code in entry.confidentiality] == ["N", "MASQUE_PS", "INVISIBLE_PATIENT"]
    assert entry.source_patient_id == entry.patient_id
    assert not entry.source_patient_info


Feed = Callable[..., httpx.Request]


@pytest.fixture
def feed(
    certificate: Callable[[str], Certificate], pharmacist: Person, pharmacy: Structure, workplace: Workplace
) -> Feed:
    def fed(lot: Lot, status: str = "Success") -> httpx.Request:
        requests: list[httpx.Request] = []

        def answer(request: httpx.Request) -> httpx.Response:
            requests.append(request)
            return httpx.Response(200, text=ANSWER.format(status), headers={"Content-Type": "application/soap+xml"})

        writer = VihfWriter(
            Mode.INDIRECT, pharmacist, pharmacy, certificate("org-sign"), Software("LGO", "1", "i", "D"), workplace
        )
        http = httpx.Client(transport=httpx.MockTransport(answer))
        dmp = Dmp(http, "https://dmp.test", writer, workplace, "1.2.250.9")
        signature = dmp.feed(lot.entries[0].patient_id, lot, certificate("org-sign"))
        assert parts_of(requests[0])["Signature01@lgo"] == signature
        return requests[0]

    return fed


def parts_of(request: httpx.Request) -> dict[str, bytes]:
    """Read the package with the standard library, which the client does not use."""
    head = f"Content-Type: {request.headers['content-type']}\r\n\r\n".encode()
    message = BytesParser(policy=policy.HTTP).parsebytes(head + request.content)
    found: dict[str, bytes] = {}
    for part in message.iter_parts():
        payload = part.get_payload(decode=True)
        assert isinstance(payload, bytes)
        found[str(part["Content-ID"]).strip("<>")] = payload
    return found


def test_a_lot_travels_with_its_documents_and_its_signature(feed: Feed, lot: Lot) -> None:
    request = feed(lot)
    parts = parts_of(request)
    assert list(parts) == ["root.message@lgo.example", "Document01@lgo", "Signature01@lgo"]
    assert parts["Document01@lgo"] == BILAN
    root = etree.fromstring(parts["root.message@lgo.example"])
    documents = {document.get("id"): document[0].get("href") for document in root.iter(f"{XDS}Document")}
    assert documents == {"Document01": "cid:Document01@lgo", "Signature01": "cid:Signature01@lgo"}


def test_the_signature_of_the_lot_cites_what_travels_with_it(feed: Feed, lot: Lot) -> None:
    signature = etree.fromstring(parts_of(feed(lot))["Signature01@lgo"])
    cited = [reference.get("URI") for reference in signature.findall(f"{DS}Object/{DS}Manifest/{DS}Reference")]
    assert cited == ["urn:oid:1.2.3", "urn:oid:1.2.3.1"]


def associations(request: httpx.Request) -> list[tuple[str | None, ...]]:
    root = etree.fromstring(parts_of(request)["root.message@lgo.example"])
    names = ("associationType", "sourceObject", "targetObject")
    return [tuple(found.get(name) for name in names) for found in root.iter(f"{RIM}Association")]


def test_every_entry_is_a_member_and_the_signature_signs_the_set(feed: Feed, lot: Lot) -> None:
    assert associations(feed(lot)) == [
        ("urn:oasis:names:tc:ebxml-regrep:AssociationType:HasMember", "SubmissionSet01", "Document01"),
        ("urn:oasis:names:tc:ebxml-regrep:AssociationType:HasMember", "SubmissionSet01", "Signature01"),
        ("urn:ihe:iti:2007:AssociationType:signs", "Signature01", "SubmissionSet01"),
    ]


def test_a_replacement_points_from_the_new_document_to_the_old_one(feed: Feed, lot: Lot) -> None:
    replacing = Lot(lot.submission, lot.entries, lot.octets, lot.signature, replaces="urn:uuid:old")
    assert associations(feed(replacing))[-1] == (
        "urn:ihe:iti:2007:AssociationType:RPLC",
        "Document01",
        "urn:uuid:old",
    )


def test_a_lot_that_the_registry_fails_is_refused(feed: Feed, lot: Lot) -> None:
    with pytest.raises(RegistryRefused):
        feed(lot, "Failure")
