"""Paths, SOAP, WS-Addressing and hostile messages, over real sockets."""

from __future__ import annotations

import gzip

import pytest
from lxml import etree
from support.dmp_door import Dmp
from support.dmp_messages import NS, envelope, existence, opened

from lgo_sandbox.tenant.faults import Fault, FaultKind

PATIENTS = "urn:hl7-org:v3:PRPA_IN201307UV02"


@pytest.mark.parametrize("suffix", ["patients", "patients/", "/patients", "//patients//", "", "registry"])
def test_paths_are_tolerant_and_the_body_decides(dmp: Dmp, suffix: str) -> None:
    reply = dmp.call(suffix, PATIENTS, existence(dmp.patient), dmp.indirect())
    assert reply.text("//h:queryResponseCode/@code") == "OK"
    assert dmp.findings() == (["DMP-PATH"] if suffix == "registry" else [])


def test_the_older_version_of_the_path_answers_too(dmp: Dmp) -> None:
    octets = envelope(existence(dmp.patient), dmp.assertion(dmp.indirect()), PATIENTS)
    url = dmp.url("patients").replace("/v2/", "/v1/")
    assert dmp.client(dmp.issue("org-auth")).post(url, content=octets).status_code == 200


@pytest.mark.parametrize("path", ["/", "/si-dmp-server/v3/services/patients", "/si-dmp-server/v2/services/nulle"])
def test_an_unknown_path_is_a_soap_fault_404(dmp: Dmp, path: str) -> None:
    root = dmp.url("").split("/si-dmp-server")[0]
    reply = opened(dmp.client().post(root + path, content=b"<a/>"))
    assert reply.status == 404
    assert reply.text("//s:Code/s:Value") == "soap:Sender"


def test_only_post_is_served(dmp: Dmp) -> None:
    reply = opened(dmp.client().get(dmp.url("patients")))
    assert (reply.status, reply.text("//s:Code/s:Value")) == (405, "soap:Sender")


@pytest.mark.parametrize(
    "octets",
    [
        b"",
        b"bonjour",
        b"<a/>",
        b"<a>",
        b'<!DOCTYPE a><a xmlns="x"/>',
        b'<!DOCTYPE a [<!ENTITY b "c"><!ENTITY d "&b;&b;&b;&b;&b;">]><a>&d;</a>',
        b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>',
        b"<a>" * 5000 + b"</a>" * 5000,
        b"\xff\xfe\x00",
    ],
)
def test_what_is_no_soap_message_is_a_fault(dmp: Dmp, octets: bytes) -> None:
    reply = dmp.post("patients", octets, certificate=dmp.issue("org-auth"))
    assert reply.status == 500
    assert reply.text("//s:Code/s:Value") == "soap:Sender"
    assert reply.fault[1].startswith("Message SOAP illisible")
    assert dmp.findings() == ["DMP-TRANSPORT"]


def test_another_soap_version_is_a_version_mismatch(dmp: Dmp) -> None:
    reply = dmp.post("patients", b'<Envelope xmlns="urn:x"><Body><a/></Body></Envelope>')
    assert reply.text("//s:Code/s:Value") == "soap:VersionMismatch"


def test_faults_of_the_repository_are_packages_and_others_are_not(dmp: Dmp) -> None:
    assert dmp.post("repository", b"x").http.headers["content-type"].startswith("multipart/related")
    assert dmp.post("registry", b"x").http.headers["content-type"].startswith("application/soap+xml")


def test_an_unknown_body_is_not_recognised(dmp: Dmp) -> None:
    reply = dmp.call("patients", "urn:x", '<a xmlns="urn:x"/>', dmp.indirect())
    assert reply.fault[1].startswith("Message part {urn:x}a was not recognized")


def test_a_transaction_of_a_later_version_says_so(dmp: Dmp) -> None:
    reply = dmp.call("habilitations", "x", '<setAuthorization xmlns="urn:si-dmp-habilitations"/>', dmp.direct())
    assert reply.fault == ("soap:DMPCodeNonPublic", "La transaction TD0.3 n'est pas encore simulée par ce bac à sable")
    assert reply.http.headers["x-simulation"] == "DMP-CODE-NON-PUBLIC"


@pytest.mark.parametrize("name", ["Action", "MessageID"])
def test_a_missing_addressing_property_is_the_standard_fault(dmp: Dmp, name: str) -> None:
    def without(octets: bytes) -> bytes:
        root = etree.fromstring(octets)
        for block in root.iter(f"{{{NS['wsa']}}}{name}"):
            root[0].remove(block)
        return etree.tostring(root)

    reply = dmp.test_existence(alter=without)
    assert reply.fault == (
        "wsa:MessageAddressingHeaderRequired",
        "A required header representing a Message Addressing Property is not present",
    )
    assert dmp.findings() == ["DMP-TRANSPORT"]


def test_a_repeated_addressing_property_is_refused(dmp: Dmp) -> None:
    extra = "<wsa:MessageID>urn:uuid:2</wsa:MessageID>"
    octets = envelope(existence(dmp.patient), None, PATIENTS, extra=extra)
    assert dmp.post("patients", octets).fault[0] == "wsa:InvalidAddressingHeader"


def test_an_unknown_mandatory_header_is_not_understood(dmp: Dmp) -> None:
    extra = '<x:h xmlns:x="urn:x" soap:mustUnderstand="1"/>'
    octets = envelope(existence(dmp.patient), None, PATIENTS, extra=extra)
    assert dmp.post("patients", octets).text("//s:Code/s:Value") == "soap:MustUnderstand"


def test_a_wrong_action_is_a_finding_and_a_fault_only_when_strict(dmp: Dmp) -> None:
    body = existence(dmp.patient)
    assert dmp.call("patients", "urn:autre", body, dmp.indirect()).status == 200
    assert dmp.findings() == ["DMP-ACTION"]
    dmp.configure(strict_action="oui")
    assert dmp.call("patients", "urn:autre", body, dmp.indirect()).fault[0] == "wsa:ActionNotSupported"


def test_a_mandatory_header_for_another_role_is_passed_over(dmp: Dmp) -> None:
    role = f"{NS['s']}/role/none"
    extra = f'<x:h xmlns:x="urn:x" soap:mustUnderstand="1" soap:role="{role}"/>'
    octets = envelope(existence(dmp.patient), dmp.assertion(dmp.indirect()), PATIENTS, extra=extra)
    assert dmp.post("patients", octets, certificate=dmp.issue("org-auth")).status == 200


@pytest.mark.parametrize("suffix", ["patients", "repository"])
def test_a_compressed_body_is_refused_with_that_reason(dmp: Dmp, suffix: str) -> None:
    octets = envelope(existence(dmp.patient), dmp.assertion(dmp.indirect()), PATIENTS)
    reply = dmp.post(suffix, gzip.compress(octets), certificate=dmp.issue("org-auth"), coding="gzip")
    assert (reply.status, reply.text("//s:Code/s:Value")) == (500, "soap:Sender")
    assert reply.fault[1].startswith("Content-Encoding gzip n'est pas pris en charge")
    assert dmp.findings() == ["DMP-TRANSPORT"]
    assert dmp.post("patients", octets, certificate=dmp.issue("org-auth"), coding="identity").status == 200


def test_a_body_in_pieces_is_read_after_an_interim_answer(dmp: Dmp) -> None:
    octets = envelope(existence(dmp.patient), dmp.assertion(dmp.indirect()), PATIENTS)
    pieces = (octets[i : i + 100] for i in range(0, len(octets), 100))
    headers = {"Content-Type": "application/soap+xml", "Expect": "100-continue"}
    answer = dmp.client(dmp.issue("org-auth")).post(dmp.url("patients"), content=pieces, headers=headers)
    assert opened(answer).text("//h:queryResponseCode/@code") == "OK"


@pytest.mark.parametrize(
    ("suffix", "ports"),
    [
        ("patients", ["patients"]),
        ("registry/", ["registry"]),
        ("/repository", ["repository"]),
        ("", ["patients", "registry", "repository"]),
    ],
)
def test_each_path_describes_its_transactions(dmp: Dmp, suffix: str, ports: list[str]) -> None:
    answer = dmp.client().get(f"{dmp.url(suffix)}?WSDL")
    description = etree.fromstring(answer.content)
    found = description.xpath("//*[local-name()='address']/@location")
    assert not description.xpath("//@*[local-name()='required']"), "PHP refuses extensions that it must understand"
    assert answer.headers["content-type"] == "text/xml; charset=UTF-8"
    assert found == [dmp.url(port) for port in ports]


def test_a_path_without_simulated_transaction_has_no_description(dmp: Dmp) -> None:
    reply = opened(dmp.client().get(f"{dmp.url('habilitations')}?wsdl"))
    assert (reply.status, reply.text("//s:Code/s:Value")) == (404, "soap:Sender")


def test_a_body_over_the_limit_is_refused_in_soap(dmp: Dmp) -> None:
    reply = dmp.post("repository", b"x" * (32 * 1024 * 1024 + 1))
    assert reply.status == 413
    assert "trop volumineux" in reply.fault[1]


def test_an_armed_fault_answers_in_soap_and_is_addressed(dmp: Dmp) -> None:
    dmp.do(lambda: dmp.session.faults.arm(Fault("f1", "dmp", FaultKind.STATUS, 503, "td2.1", remaining=1)))
    reply = dmp.feed(dmp.document())
    assert reply.status == 503
    assert reply.text("//s:Code/s:Value") == "soap:Receiver"
    assert reply.text("//wsa:RelatesTo").startswith("urn:uuid:")
    assert reply.http.headers["content-type"].startswith("multipart/related")
    assert dmp.feed(dmp.document()).status == 200
