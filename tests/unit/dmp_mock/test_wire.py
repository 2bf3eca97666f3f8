"""Reading and writing: ebRIM both ways, packages, manifests, CDA headers, faults."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable
from dataclasses import replace
from itertools import count

import pytest
from lxml import etree

from dmp_mock.codes import xds
from dmp_mock.codes.xds_errors import XdsCode
from dmp_mock.domain.errors import Refused, XdsError
from dmp_mock.domain.values import Author, CdaHeader, Coded, Entry, Link, NotCda, SubmissionSet
from dmp_mock.transactions.td2_1.reading import read_lot
from dmp_mock.transactions.td3_2 import Retrieved, write_retrieved
from dmp_mock.wire.contents import read_cda, read_manifest
from dmp_mock.wire.ebrim import read_entry, read_link, read_objects
from dmp_mock.wire.entries import entry_text, link_text, set_text
from dmp_mock.wire.messages import Answer, answer, fault, open_message
from dmp_mock.wire.opened import Opened
from dmp_mock.wire.queries import read_query
from dmp_mock.wire.registry import registry_response
from health_documents import oids
from lgo_sandbox.contract import Problem, ProblemKind
from lgo_sandbox.wire.mtom import read_package

SOAP = "http://www.w3.org/2003/05/soap-envelope"
RIM = oids.NS_RIM
CX = "1^^^&1.2&ISO^NH"
ENTRY = Entry(
    id="urn:uuid:1",
    lid="urn:uuid:1",
    unique_id="1.2.3",
    patient_id="1^^^&1.2&ISO^NH",
    mime_type="text/xml",
    object_type=oids.U_STABLE_DOCUMENT,
    title="Titre « & »",
    comments="",
    slots={"creationTime": ("2026",), "size": ("4",)},
    authors=(Author(("8^A", "8^B"), ("X",), (), ("G15_21/A",)), Author(("9^C",))),
    codes={"class": (Coded("11", "1.2", "Synthèse"),), "confidentiality": (Coded("N", "1"), Coded("R", "1"))},
)


NUMBERS = count()


def _uuids() -> str:
    return f"00000000-0000-4000-8000-{next(NUMBERS):012}"


def _message(body: str) -> bytes:
    return f'<e:Envelope xmlns:e="{SOAP}"><e:Body>{body}</e:Body></e:Envelope>'.encode()


def test_a_written_entry_reads_back() -> None:
    numbers = count(1)
    assert read_entry(_parsed(entry_text(ENTRY, lambda: f"urn:uuid:n{next(numbers)}"))) == ENTRY


def _parsed(text: str) -> etree._Element:
    return etree.fromstring(f'<rim:RegistryObjectList xmlns:rim="{RIM}">{text}</rim:RegistryObjectList>')[0]


def test_what_is_stored_stays_text_when_it_is_written() -> None:
    hostile = "\"><script>&amp;\n\t'</rim:Value>"
    entry = replace(ENTRY, title=hostile, slots={"sourcePatientInfo": (hostile,)}, authors=(Author((hostile,)),))
    assert read_entry(_parsed(entry_text(entry, _uuids))) == replace(
        entry, slots={"sourcePatientInfo": (hostile.strip(),)}
    )


def test_nested_objects_have_no_object_type() -> None:
    nested = [one for one in _parsed(entry_text(ENTRY, _uuids)).iter() if one.get("id")][1:]
    assert len(nested) == 7
    assert [one for one in nested if one.get("objectType")] == []


def test_a_written_lot_and_its_association_read_back() -> None:
    lot = SubmissionSet(
        "urn:uuid:s", "1.2", "1.3", CX, "Titre", "", "20260315", (Author(("8^A",)),), (Coded("04", "1"),)
    )
    sets, _, _ = read_objects(_parsed(set_text(lot, _uuids)).getparent())
    assert sets == [lot]
    link = Link("urn:x", "urn:uuid:s", "urn:uuid:e", ("Original",), original="urn:a", new="urn:b", previous="1")
    assert read_link(_parsed(link_text(replace(link, id="urn:uuid:k")))) == link


def test_slots_that_answers_never_show_are_left_out() -> None:
    entry = Entry("i", "u", "p", "text/xml", slots={"URI": ("x",), "hash": ("h",)})
    assert [slot.get("name") for slot in _parsed(entry_text(entry, _uuids)).iter(f"{{{RIM}}}Slot")] == ["hash"]


@pytest.mark.parametrize("inside", [True, False])
def test_a_submission_set_is_known_by_its_node_inside_or_beside_it(inside: bool) -> None:
    node = f'<Classification classificationNode="{oids.U_SUBMISSION_SET}" classifiedObject="S"/>'
    package = f'<RegistryPackage id="S">{node if inside else ""}</RegistryPackage>{"" if inside else node}'
    folder = '<RegistryPackage id="F"><Classification classificationNode="urn:uuid:autre"/></RegistryPackage>'
    for packages, read in ((package, ["S"]), (folder, []), (package + folder, ["S", "F"])):
        root = etree.fromstring(f'<RegistryObjectList xmlns="{RIM}">{packages}</RegistryObjectList>')
        assert [each.id for each in read_objects(root)[0]] == read


@pytest.mark.parametrize("node", ["", ' nodeRepresentation=""'])
def test_authors_are_read_with_or_without_an_empty_node(node: str) -> None:
    root = etree.fromstring(
        f'<ExtrinsicObject xmlns="{RIM}"><Classification classificationScheme="{oids.U_DOC_AUTHOR}"{node}>'
        '<Slot name="authorPerson"><ValueList><Value>8^A</Value></ValueList></Slot></Classification></ExtrinsicObject>'
    )
    assert read_entry(root).authors == (Author(("8^A",)),)


def test_retrieved_documents_are_parts_with_their_exact_octets() -> None:
    contents = [b"\r\n--x\r\n", b"\x00\xff" * 1000]
    given = write_retrieved([Retrieved(f"1.{n}", "text/xml", c) for n, c in enumerate(contents)], [], _uuids)
    message = open_message("", _message("<a/>"))
    raw = answer(message, "urn:réponse", given, _uuids)
    package = read_package(raw.content_type, raw.body)
    assert [part.body for part in package.parts.values()] == contents
    root = etree.fromstring(package.root)
    hrefs = [include.get("href") or "" for include in root.iter("{http://www.w3.org/2004/08/xop/include}Include")]
    assert [package.part(href).body for href in hrefs] == contents


@pytest.mark.parametrize(
    ("documents", "errors", "status"),
    [(1, 0, xds.SUCCESS), (1, 1, xds.PARTIAL), (0, 1, xds.FAILURE)],
)
def test_the_status_of_a_retrieval_follows_from_its_content(documents: int, errors: int, status: str) -> None:
    found = [Retrieved("1.2", "text/xml", b"x")] * documents
    given = write_retrieved(
        found, [XdsError(XdsCode.DOCUMENT_UNIQUE_ID, "c", received="r", expected="e")] * errors, _uuids
    )
    assert given.body[0].get("status") == status


def test_errors_carry_code_severity_context_and_location() -> None:
    absent = XdsError(XdsCode.REGISTRY_METADATA, "titre absent", "Document01/title", received="", expected="un titre")
    response = registry_response(xds.FAILURE, [absent])
    assert response[0].get("highestSeverity") == xds.SEVERITY_ERROR
    assert dict(response[0][0].attrib) == {
        "errorCode": "XDSRegistryMetadataError",
        "severity": xds.SEVERITY_ERROR,
        "codeContext": "titre absent",
        "location": "Document01/title",
    }


@pytest.mark.parametrize(
    ("refusal", "simulated"),
    [
        (Refused("rights", "x", received="r", expected="e"), False),
        (Refused("vihf", "x", received="r", expected="e"), True),
        (Refused("xds", "x", received="r", expected="e", subcode="XDSBusy"), False),
    ],
)
@pytest.mark.parametrize("packaged", [False, True])
def test_a_fault_says_when_its_code_is_ours(refusal: Refused, simulated: bool, packaged: bool) -> None:
    raw = fault(refusal, None, packaged=packaged, new_uuid=_uuids)
    assert raw.content_type.startswith("multipart/related" if packaged else "application/soap+xml")
    assert (("X-Simulation", "DMP-CODE-NON-PUBLIC") in raw.headers) is simulated
    assert b"<soap:Value>soap:Sender</soap:Value>" in raw.body


def test_an_answer_with_a_simulated_value_says_so() -> None:
    message = open_message("", _message("<a/>"))
    raw = answer(message, "urn:réponse", Answer(etree.Element("b"), simulated=True), _uuids)
    assert raw.headers == (("X-Simulation", "DMP-CODE-NON-PUBLIC"),)


def test_problems_of_the_sandbox_are_soap_faults() -> None:
    from dmp_mock.problems import problem

    raw = problem(Problem(ProblemKind.INTERNAL, 405, "non", {"allow": "POST"}))
    assert (raw.status, raw.headers) == (405, (("allow", "POST"),))
    assert etree.fromstring(raw.body).tag == f"{{{SOAP}}}Envelope"


@pytest.mark.parametrize(
    "body",
    [
        '<x:ProvideAndRegisterDocumentSetRequest xmlns:x="urn:ihe:iti:xds-b:2007"/>',
        '<x:P xmlns:x="urn:ihe:iti:xds-b:2007"><l:SubmitObjectsRequest '
        'xmlns:l="urn:oasis:names:tc:ebxml-regrep:xsd:lcm:3.0"><r:RegistryObjectList '
        f'xmlns:r="{RIM}"/></l:SubmitObjectsRequest><x:Document id="D">pas du base64 !</x:Document></x:P>',
        '<x:P xmlns:x="urn:ihe:iti:xds-b:2007"><l:SubmitObjectsRequest '
        'xmlns:l="urn:oasis:names:tc:ebxml-regrep:xsd:lcm:3.0"><r:RegistryObjectList '
        f'xmlns:r="{RIM}"/></l:SubmitObjectsRequest><x:Document id="D"/><x:Document id="D"/></x:P>',
    ],
)
def test_an_unreadable_lot_is_refused(body: str) -> None:
    with pytest.raises(Refused) as refusal:
        read_lot(open_message("", _message(body)))
    assert refusal.value.code == "request"


def test_a_query_without_adhoc_query_or_with_an_endless_value_is_refused() -> None:
    query = "urn:oasis:names:tc:ebxml-regrep:xsd:query:3.0"
    with pytest.raises(Refused):
        read_query(etree.fromstring(f'<q:AdhocQueryRequest xmlns:q="{query}"/>'))
    endless = (
        f'<q:AdhocQueryRequest xmlns:q="{query}" xmlns:r="{RIM}"><r:AdhocQuery id="urn:uuid:1"><r:Slot name="$a">'
        f"<r:ValueList><r:Value>{'1' * 100_001}</r:Value></r:ValueList></r:Slot></r:AdhocQuery></q:AdhocQueryRequest>"
    )
    with pytest.raises(Refused):
        read_query(etree.fromstring(endless))


def test_the_boundary_of_an_answer_is_in_none_of_its_parts() -> None:
    guessed = b"--uuid:00000000-0000-4000-8000-0123456789ab"
    given = write_retrieved([Retrieved("1.2", "text/xml", guessed)], [], _uuids)
    raw = answer(open_message("", _message("<a/>")), "urn:réponse", given, iter_of("a", guessed.decode()[7:], "b"))
    assert [part.body for part in read_package(raw.content_type, raw.body).parts.values()] == [guessed]


def iter_of(*values: str) -> Callable[[], str]:
    iterator = iter(values)
    return lambda: next(iterator)


# --- documents

CDA = (
    '<ClinicalDocument xmlns="urn:hl7-org:v3"><id root="1.2" extension="3"/><recordTarget><patientRole>'
    '<id root="1.2.250.1.999" extension="ipp"/><id root="1.2.250.1.213.1.4.8" extension="256036330091838"/>'
    "</patientRole></recordTarget>{}<component>{}</component></ClinicalDocument>"
)


def test_the_header_of_a_cda_is_read() -> None:
    related = '<relatedDocument><parentDocument><id root="9.9"/></parentDocument></relatedDocument>'
    text = base64.b64encode(b"%PDF-1.4").decode()
    body = f'<nonXMLBody><text mediaType="application/pdf" representation="B64">{text}</text></nonXMLBody>'
    header = read_cda(Opened(CDA.format(related, body).encode()))
    assert isinstance(header, CdaHeader)
    assert (header.id, header.replaced) == ("1.2^3", "9.9")
    assert header.patients == (("1.2.250.1.213.1.4.8", "256036330091838"),)
    assert (header.level, header.media_type, header.starts_with_pdf) == ("N1", "application/pdf", True)


def test_a_structured_body_is_level_3() -> None:
    header = read_cda(Opened(CDA.format("", "<structuredBody/>").encode()))
    assert isinstance(header, CdaHeader)
    assert header.level == "N3"
    assert not header.starts_with_pdf


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "mal formé"),
        (b"<a/>", "sa racine est a"),
        (b"<!DOCTYPE a><a/>", "DOCTYPE"),
        (b"%PDF-1.4", "mal formé"),
        (b'<?xml version="1.0" encoding="windows-1252"?>' + CDA.encode(), "encodage WINDOWS-1252 non admis"),
    ],
)
def test_what_is_no_cda_has_no_header_and_says_why(content: bytes, reason: str) -> None:
    found = read_cda(Opened(content))
    assert isinstance(found, NotCda)
    assert reason in found.reason


def test_the_header_of_a_cda_with_a_pdf_beyond_8_mb_is_read() -> None:
    text = base64.b64encode(b"%PDF-1.4" + b"x" * 15_000_000).decode()
    body = f'<nonXMLBody><text representation="B64">{text}</text></nonXMLBody>'
    header = read_cda(Opened(CDA.format("", body).encode()))
    assert isinstance(header, CdaHeader)
    assert header.starts_with_pdf


def _signature(unique_id: str, digest: str, method: str = "http://www.w3.org/2000/09/xmldsig#sha1") -> bytes:
    return (
        '<ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><ds:Object><ds:Manifest>'
        f'<ds:Reference URI="urn:oid:{unique_id}"><ds:DigestMethod Algorithm="{method}"/>'
        f"<ds:DigestValue>{digest}</ds:DigestValue></ds:Reference></ds:Manifest></ds:Object></ds:Signature>"
    ).encode()


@pytest.mark.parametrize(
    "form",
    [b'<?xml version="1.0"?>\n<a  b="1"/>', b'<a b="1"></a>'],
)
def test_digests_hold_over_raw_and_over_canonical_octets(form: bytes) -> None:
    content = b'<?xml version="1.0"?>\n<a  b="1"/>'
    digest = base64.b64encode(hashlib.sha1(form).digest()).decode()
    manifest = read_manifest(Opened(_signature("1.2", digest)), {"1.2": Opened(content)}, digests=True)
    assert manifest is not None
    assert manifest.unique_ids == {"1.2"}
    assert manifest.wrong_digests == ()


def test_a_wrong_digest_or_an_unknown_method_is_told_only_when_asked() -> None:
    documents = {"1.2": Opened(b"contenu")}
    for signature in (_signature("1.2", "AAAA"), _signature("1.2", "AAAA", "urn:md5")):
        wrong = read_manifest(Opened(signature), documents, digests=True)
        unasked = read_manifest(Opened(signature), documents, digests=False)
        assert wrong is not None
        assert wrong.wrong_digests == ("1.2",)
        assert unasked is not None
        assert unasked.wrong_digests == ()


@pytest.mark.parametrize("signature", [b"", b"<a/>", b'<ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#"/>'])
def test_what_has_no_manifest_is_none(signature: bytes) -> None:
    assert read_manifest(Opened(signature), {}, digests=True) is None
