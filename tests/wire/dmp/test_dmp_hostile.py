"""Hostile and broken lots over real sockets: no defect of ours, no exchange lost, no refusal unexplained."""

from __future__ import annotations

import base64
import random
from collections.abc import Callable

import pytest
from support.dmp_door import Dmp
from support.dmp_lots import as_bpm, cda
from support.dmp_services import candidates

from lgo_sandbox.watch.ins_flows import InsFlow

BROKEN_STREAM = (
    b"%PDF-1.4\n1 0 obj\n<</Type /XObject /Subtype /Image /Width 10 /Height 10 /BitsPerComponent 8 "
    b"/Filter /FlateDecode /Length 20>>\nstream\nxxxxxxxxxxxxxxxxxxxx\nendstream\nendobj\n%%EOF"
)
BROKEN_JPEG = BROKEN_STREAM.replace(b"/FlateDecode", b"/DCTDecode")
ADDRESS = "<addr><!-- rue --><?pi x?><streetAddressLine>1<!-- b --></streetAddressLine><city>Lyon</city></addr>"
PIECES = (b"<!-- x -->", b"<?p q?>", b"\xc3\xa9", b"&", b"\x00", b"<a/>", b"''", b"^^^", b"9" * 400, b"<a>" * 50)


def _in_patient(cda: bytes, inner: str) -> bytes:
    return as_bpm(cda).replace(b"</patientRole>", inner.encode() + b"</patientRole>")


def _nested(cda: bytes) -> bytes:
    return _in_patient(cda, "<addr>" + "<a>" * 300 + "</a>" * 300 + "</addr>")


def _not_ascii(cda: bytes) -> bytes:
    start = cda.index(b'representation="B64">') + len(b'representation="B64">')
    return as_bpm(cda[:start] + "é".encode() * 40 + cda[start:])


@pytest.mark.parametrize(
    ("spoil", "pdf", "findings"),
    [
        (lambda cda: _in_patient(cda, ADDRESS), b"%PDF-1.4 essai", ["DMP-PDF-A1"]),
        (lambda cda: _in_patient(cda, ADDRESS), BROKEN_STREAM, ["DMP-INS-DATAMATRIX", "DMP-PDF-A1"]),
        (lambda cda: _in_patient(cda, ADDRESS), BROKEN_JPEG, ["DMP-INS-DATAMATRIX", "DMP-PDF-A1"]),
        (_nested, b"%PDF-1.4 essai", ["DMP-METADATA", "DMP-FEED-N1"]),
        (_not_ascii, b"%PDF-1.4 essai", ["DMP-FEED-N1", "DMP-CDA"]),
    ],
    ids=["comments", "stream", "jpeg", "nesting", "base64"],
)
def test_a_strange_document_is_taken_or_refused_and_its_exchange_is_kept(
    dmp: Dmp, spoil: Callable[[bytes], bytes], pdf: bytes, findings: list[str]
) -> None:
    reply = dmp.feed(dmp.document(spoil(cda(dmp.patient, pdf=pdf))))
    assert reply.status == 200
    assert dmp.findings() == findings
    assert dmp.exchanges()[0].noted.get(InsFlow) is not None


@pytest.mark.parametrize("text", ["é" * 40, "a" * 41, "&#233;"])
def test_a_document_that_is_no_base_64_is_told_so(dmp: Dmp, text: str) -> None:
    content = base64.b64encode(dmp.document().content)
    document = dmp.document(base64.b64decode(content))
    encoded = base64.b64encode(document.content)
    reply = dmp.feed(document, plain=True, alter=lambda octets: octets.replace(encoded, text.encode(), 1))
    assert reply.status == 500
    (finding,) = [one for one in dmp.exchanges()[0].findings if one.check_id == "DMP-TRANSPORT"]
    assert "base 64" in finding.remedy
    assert "Document01" in finding.where


@pytest.mark.parametrize("seed", range(4))
def test_what_is_mutated_is_answered_and_explained(dmp: Dmp, seed: int) -> None:
    chance, sent = random.Random(seed), list[bytes]()

    def kept(octets: bytes) -> bytes:
        sent.append(octets)
        return octets

    dmp.feed(dmp.document(), alter=kept)
    dmp.feed(dmp.document(), plain=True, alter=kept)
    exchange = dmp.exchanges()[1]
    content_type = dict(exchange.request_headers)["content-type"]
    for _ in range(25):
        packaged = chance.random() < 0.5
        octets = _mutated(chance, sent[0] if packaged else sent[1])
        kind = content_type if packaged else "application/soap+xml"
        dmp.post("repository", octets, certificate=dmp.issue("org-auth"), content_type=kind)
    for one in dmp.exchanges():
        assert one.outcome in ("answered", "refused"), one.summary
        assert one.outcome == "answered" or one.findings, one.summary
        assert "SANDBOX-INEXPLIQUE" not in {finding.check_id for finding in one.findings}


def _mutated(chance: random.Random, octets: bytes) -> bytes:
    """Return the octets changed in one to three places after the VIHF, which would be refused before anything else."""
    made = bytearray(octets)
    for _ in range(chance.randint(1, 3)):
        at = chance.randrange(max(made.find(b"</wsse:Security>"), 0), len(made))
        kind = chance.random()
        if kind < 0.4:
            made[at : at + 1] = bytes([chance.randrange(256)])
        elif kind < 0.7:
            del made[at : at + chance.randint(1, 30)]
        else:
            made[at:at] = chance.choice(PIECES)
    return bytes(made)


EMPTY_PACKAGE = b'<rim:RegistryPackage id="Classeur01"/><rim:RegistryPackage id="SubmissionSet01">'


def test_a_package_beside_the_submission_set_is_refused(dmp: Dmp) -> None:
    reply = dmp.feed(
        dmp.document(),
        alter=lambda octets: octets.replace(b'<rim:RegistryPackage id="SubmissionSet01">', EMPTY_PACKAGE, 1),
    )
    assert reply.errors == ["XDSRepositoryMetadataError"]
    (finding,) = dmp.exchanges()[0].findings
    assert finding.received.startswith("2 RegistryPackage")


@pytest.mark.parametrize(
    ("slots", "where", "received"),
    [
        ({"creationTime": "20260231"}, "Document01/creationTime", "20260231"),
        ({"serviceStopTime": "20250101"}, "Document01/serviceStopTime", "20250101, avant serviceStartTime"),
        ({"legalAuthenticator": "Dr House"}, "Document01/legalAuthenticator", "Dr House"),
    ],
)
def test_metadata_that_no_clinician_could_mean_are_told_with_their_place(
    dmp: Dmp, slots: dict[str, str], where: str, received: str
) -> None:
    assert dmp.feed(dmp.document(slots=slots)).errors == []
    (finding,) = dmp.exchanges()[0].findings
    assert (finding.check_id, finding.where) == ("DMP-METADATA-FORM", where)
    assert received in finding.received
    assert finding.expected
    dmp.configure(strict_metadata="oui")
    assert dmp.feed(dmp.document(slots=slots)).errors == ["XDSRegistryMetadataError"]


@pytest.mark.parametrize(
    ("parameters", "received"),
    [
        (
            [("$XDSDocumentEntryCreationTimeFrom", "2027"), ("$XDSDocumentEntryCreationTimeTo", "2026")],
            "$XDSDocumentEntryCreationTimeTo 2026, pas après",
        ),
        ([("$XDSDocumentEntryType", "('urn:uuid:inconnu')")], "« urn:uuid:inconnu » inconnu"),
    ],
)
def test_a_search_that_can_find_nothing_is_told(dmp: Dmp, parameters: list[tuple[str, str]], received: str) -> None:
    dmp.test_existence(dmp.direct())
    assert dmp.find(*parameters).errors == []
    (finding,) = dmp.exchanges()[0].findings
    assert finding.check_id == "DMP-QUERY-FORM"
    assert received in finding.received


def test_a_value_that_does_not_read_is_told_with_its_parameter(dmp: Dmp) -> None:
    dmp.test_existence(dmp.direct())
    assert dmp.find(("$XDSDocumentEntryTypeCode", "('a")).errors == ["XDSStoredQueryParamNumber"]
    assert dmp.exchanges()[0].findings[0].where == "$XDSDocumentEntryTypeCode"


def test_a_resource_id_of_another_type_and_a_time_that_is_none_are_told(dmp: Dmp) -> None:
    other = f"{dmp.patient}^^^&1.2.250.1.213.1.4.10&ISO^PI"
    resource = "urn:oasis:names:tc:xacml:2.0:resource:resource-id"
    dmp.test_existence(
        dmp.indirect(extra={resource: other}),
        alter=lambda octets: octets.replace(b'creationTime value="20260101"', b'creationTime value="hier"'),
    )
    told = {finding.check_id: (finding.received, finding.where) for finding in dmp.exchanges()[0].findings}
    assert other in told["DMP-VIHF-FORM"][0]
    assert told["DMP-EXISTENCE"] == ("hier", "PRPA_IN201307UV02/creationTime")


def test_a_sex_that_nobody_has_is_told(dmp: Dmp) -> None:
    semantics = "<semanticsText>LivingSubject.administrativeGender</semanticsText>"
    sex = f'<livingSubjectAdministrativeGender><value code="H"/>{semantics}</livingSubjectAdministrativeGender>'
    candidates(dmp, "BERNARD", sex)
    (finding,) = dmp.exchanges()[0].findings
    assert finding.check_id == "DMP-SEARCH-FORM"
    assert finding.received.startswith("H")
