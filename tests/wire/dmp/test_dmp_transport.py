"""Paths, SOAP, WS-Addressing and hostile messages, over real sockets."""

from __future__ import annotations

import gzip
from collections.abc import Callable

import pytest
from lxml import etree
from support.dmp_door import Dmp
from support.dmp_messages import NS, Reply, envelope, existence, opened
from support.dmp_services import authorise, dmps
from support.dmp_told import is_told

from dmp_mock.codes.retired import RETIRED, Retired
from lgo_sandbox.tenant.faults import Fault, FaultKind

Sent = Callable[..., Reply]
SOAP = {"Content-Type": "application/soap+xml; charset=UTF-8"}
PATIENTS = "urn:hl7-org:v3:PRPA_IN201307UV02"


@pytest.mark.parametrize("suffix", ["patients", "patients/", "/patients", "//patients//", "", "registry"])
def test_paths_are_tolerant_and_the_body_decides(dmp: Dmp, suffix: str) -> None:
    reply = dmp.call(suffix, PATIENTS, existence(dmp.patient), dmp.indirect())
    assert reply.text("//h:queryResponseCode/@code") == "OK"
    told = {"patients": [], "registry": ["DMP-PATH"]}
    assert dmp.findings() == told.get(suffix, ["DMP-PATH-FORM"])


@pytest.mark.parametrize(
    ("path", "received"),
    [
        ("/011/si-dmp-server/v2/services/patients", "segment /011 en tête du chemin"),
        ("/si-dmp-server/v2/services//patients", "barre oblique doublée"),
        ("/si-dmp-server/v2/services/patients/", "barre oblique finale"),
        ("/si-dmp-server/v2/services/", "chemin sans suffixe, le corps a décidé"),
    ],
)
def test_each_unusual_path_is_answered_and_told(dmp: Dmp, path: str, received: str) -> None:
    octets = envelope(existence(dmp.patient), dmp.assertion(dmp.indirect()), PATIENTS)
    root = dmp.url("").split("/si-dmp-server")[0]
    sent = dmp.client(dmp.issue("org-auth")).post(root + path, content=octets, headers=SOAP)
    assert opened(sent).text("//h:queryResponseCode/@code") == "OK"
    (finding,) = dmp.exchanges()[0].findings
    assert (finding.check_id, finding.received) == ("DMP-PATH-FORM", received)


@pytest.mark.parametrize(("path", "send"), [("Habilitation", authorise), ("PatientSpecific", dmps)])
def test_the_suffixes_of_an_official_kit_are_answered_and_told(dmp: Dmp, path: str, send: Sent) -> None:
    assert send(dmp, path=path).status == 200
    assert "DMP-PATH-FORM" in dmp.findings()


def test_two_segments_before_the_path_are_no_path_of_the_dmp(dmp: Dmp) -> None:
    root = dmp.url("").split("/si-dmp-server")[0]
    assert opened(dmp.client().post(f"{root}/a/b/si-dmp-server/v2/services/patients")).status == 404


def test_a_message_id_that_is_no_urn_is_taken_and_told(dmp: Dmp) -> None:
    reply = dmp.test_existence(alter=lambda octets: octets.replace(b"MessageID>urn:uuid:", b"MessageID>uuid:"))
    assert reply.status == 200
    assert dmp.findings() == ["DMP-MESSAGE-ID"]


def test_the_head_of_another_stack_is_taken_without_a_word(dmp: Dmp) -> None:
    """JAX-WS RI: a FaultTo that is anonymous, headers with ids, mustUnderstand of its own."""
    anonymous = "http://www.w3.org/2005/08/addressing/anonymous"
    extra = f'<wsa:FaultTo soap:mustUnderstand="1"><wsa:Address>{anonymous}</wsa:Address></wsa:FaultTo>'
    octets = envelope(existence(dmp.patient), dmp.assertion(dmp.indirect()), PATIENTS, extra=extra)
    assert dmp.post("patients", octets, certificate=dmp.issue("org-auth")).status == 200
    assert dmp.findings() == []


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


@pytest.mark.parametrize("retired", RETIRED, ids=lambda retired: retired.name)
def test_a_retired_transaction_says_so_since_when_and_what_to_do_instead(dmp: Dmp, retired: Retired) -> None:
    namespace, name = retired.qname[1:].split("}")
    reason = f'<controlActProcess><reasonCode code="{retired.reason}"/></controlActProcess>' if retired.reason else ""
    body = f'<{name} xmlns="{namespace}">{reason}</{name}>'
    reply = dmp.call(retired.path, retired.action, body, dmp.direct())
    assert reply.fault[1].startswith(f"Transaction retirée depuis le 30/09/2023 : {retired.name.upper()}, ")
    assert reply.http.headers["x-simulation"] == "DMP-CODE-NON-PUBLIC"
    (finding,) = dmp.exchanges()[0].findings
    assert (finding.check_id, finding.received) == ("DMP-RETIRED", retired.name.upper())
    assert retired.instead in finding.remedy
    assert dmp.exchanges()[0].operation == retired.name


def test_a_creation_without_a_known_reason_is_retired_too(dmp: Dmp) -> None:
    reply = dmp.call("patients", "x", '<PRPA_IN201311UV02 xmlns="urn:hl7-org:v3"/>', dmp.direct())
    assert "TD1.1" in reply.fault[1]


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
        ("Habilitation", ["habilitations"]),
        ("PatientSpecific", ["patientsSpecific"]),
        ("patientsPDQ", ["patientsPDQ"]),
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
    reply = opened(dmp.client().get(f"{dmp.url('patientCertif')}?wsdl"))
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


@pytest.mark.parametrize("form", ["utf-16", "utf-16-le", "utf-16-be"])
def test_utf_16_that_is_announced_as_utf_8_is_refused_for_what_it_is(dmp: Dmp, form: str) -> None:
    octets = envelope(existence(dmp.patient), dmp.assertion(dmp.indirect()), PATIENTS).decode().encode(form)
    reply = dmp.post("patients", octets, certificate=dmp.issue("org-auth"))
    assert "UTF-16 sous charset=utf-8" in reply.fault[1]
    (told,) = dmp.exchanges()[0].findings
    assert (told.check_id, told.where) == ("DMP-TRANSPORT", "Content-Type et corps du message")
    is_told(dmp.exchanges()[0])


def test_utf_16_that_is_announced_as_such_is_read(dmp: Dmp) -> None:
    octets = envelope(existence(dmp.patient), dmp.assertion(dmp.indirect()), PATIENTS).decode().encode("utf-16")
    announced = "application/soap+xml; charset=UTF-16"
    assert dmp.post("patients", octets, certificate=dmp.issue("org-auth"), content_type=announced).status == 200
