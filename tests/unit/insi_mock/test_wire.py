"""Golden octets of answers and faults, and what is read of a request."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from lxml import etree

from insi_mock import wire
from insi_mock.codes import ERRORS, FIELDS, REASONS, ReturnCode
from insi_mock.domain import Answer, Identity, Traits, key_of
from insi_mock.seeds import as_live, reference
from lgo_sandbox.contract import Problem, ProblemKind
from lgo_sandbox.population.people import population
from lgo_sandbox.watch.refusals import Refused
from lgo_sandbox.wire.soap import SoapVersion

Golden = Callable[[str], bytes]
MESSAGE_ID = "uuid:0a1b2c3d-0000-4000-8000-000000000001"


def identity_of(name: str, sex: str, date: str) -> Identity:
    return reference(population()).by_key[key_of(name, sex, date)][0].answer


@pytest.mark.parametrize(
    ("file", "found"),
    [
        ("answer-00.xml", Answer(ReturnCode.ONE, identity_of("ADRTROIS", "M", "1960-01-01"))),
        ("answer-00-history.xml", Answer(ReturnCode.ONE, as_live(identity_of("ECETINSI", "M", "2009-07-14")))),
        ("answer-00-history-plan.xml", Answer(ReturnCode.ONE, identity_of("ECETINSI", "M", "2009-07-14"))),
        ("answer-00-nia.xml", Answer(ReturnCode.ONE, identity_of("PROVISOIRE", "M", "2009-07-01"))),
        ("answer-01.xml", Answer(ReturnCode.NONE)),
        ("answer-02.xml", Answer(ReturnCode.SEVERAL)),
    ],
)
def test_an_answer_is_octet_for_octet_that_of_the_current_service(golden: Golden, file: str, found: Answer) -> None:
    response = wire.answer(found)
    assert response.body == golden(file)
    assert (response.status, response.content_type) == (200, "application/soap+xml;charset=utf-8")


def test_an_answer_of_the_former_generation_is_prefixed_and_tells_the_single_first_name(golden: Golden) -> None:
    found = Answer(ReturnCode.ONE, identity_of("ADRTROIS", "M", "1960-01-01"))
    assert wire.answer(found, "G1").body == golden("answer-00-G1.xml")


@pytest.mark.parametrize("code", ["desir_550", "desir_1020", "insi_102"])
def test_a_fault_is_octet_for_octet_that_of_its_emitter(golden: Golden, code: str) -> None:
    response = wire.fault(code, MESSAGE_ID)
    assert response.body == golden(f"fault-{code}.xml")
    assert (response.status, response.content_type) == (500, "application/soap+xml;charset=utf-8")
    assert response.headers == ()


def test_a_fault_of_the_gateway_leaves_out_the_message_id_that_a_request_lacked() -> None:
    assert b'code="desir_550" severite="erreur"' in wire.fault("desir_550").body


def test_an_echoed_message_id_cannot_break_out_of_its_attribute() -> None:
    root = etree.fromstring(wire.fault("desir_550", "a\" b='c'<&>\n").body)
    assert root.xpath("string(//@messageID)") == "a\" b='c'<&>\n"


@pytest.mark.parametrize("code", sorted(ERRORS))
def test_every_error_renders_and_says_when_its_code_is_ours(code: str) -> None:
    response = wire.fault(code)
    assert etree.fromstring(response.body).xpath("string(//@code)") == code
    ours = dict(response.headers).get("X-Simulation") == "INSI-CODE-NON-PUBLIC"
    assert ours == ("_simule_" in code)


def test_every_code_that_the_tables_name_is_an_error() -> None:
    named = {code for field in FIELDS for code in (field.missing, field.malformed) if code}
    assert named <= ERRORS.keys()
    assert {error.siram for error in ERRORS.values()} == REASONS.keys()


@pytest.mark.parametrize(
    ("problem", "code"),
    [
        (Problem(ProblemKind.TOO_LARGE, 413, ""), "desir_simule_taille"),
        (Problem(ProblemKind.UNKNOWN_SESSION, 404, ""), "desir_simule_session"),
        (Problem(ProblemKind.INTERNAL, 404, ""), "desir_simule_adresse"),
        (Problem(ProblemKind.INTERNAL, 405, "", {"Allow": "POST"}), "desir_simule_adresse"),
        (Problem(ProblemKind.INTERNAL, 500, ""), "desir_simule_interne"),
        (Problem(ProblemKind.FAULT, 503, ""), "desir_1020"),
        (Problem(ProblemKind.STORE, 503, "", {"Retry-After": "5"}), "desir_simule_stockage"),
    ],
)
def test_a_problem_of_the_sandbox_is_a_soap_fault_with_its_status(problem: Problem, code: str) -> None:
    response = wire.problem(problem)
    assert (response.status, etree.fromstring(response.body).xpath("string(//@code)")) == (problem.status, code)
    assert set(problem.headers.items()) <= set(response.headers)


def test_an_armed_500_is_the_outage_fault_with_the_message_id_of_the_request(golden: Golden, request_xml: str) -> None:
    problem = Problem(ProblemKind.FAULT, 500, "", body=request_xml.encode())
    assert wire.problem(problem).body == golden("fault-desir_1020.xml")


def test_a_soap_11_client_is_told_in_soap_11_which_envelope_to_use() -> None:
    response = wire.version_mismatch(SoapVersion.V11)
    root = etree.fromstring(response.body)
    assert response.content_type.startswith("text/xml")
    assert root.xpath("string(//faultcode)") == "soap:VersionMismatch"
    supported = root.find(f".//{{{SoapVersion.V12.namespace}}}SupportedEnvelope")
    assert supported is not None
    assert supported.nsmap["env12"] == SoapVersion.V12.namespace
    assert supported.get("qname") == "env12:Envelope"


def test_traits_are_read_verbatim_and_several_first_names_are_joined(request_xml: str) -> None:
    body = request_xml.replace("<Prenom>TOUSSAINT</Prenom>", "<Prenom> a</Prenom><Prenom>B<!-- c -->D</Prenom>")
    traits = wire.traits_of(wire.read(body.encode()))
    assert traits == Traits("ADRTROIS", " a BD", "M", "1960-01-01", "")


def test_traits_out_of_their_namespace_are_absent(request_xml: str) -> None:
    body = request_xml.replace("<NomNaissance>", '<NomNaissance xmlns="">')
    assert wire.traits_of(wire.read(body.encode())).birth_name == ""


ACTION = wire.BY_TRAITS.action
OTHER_ACTION = "urn:adr:1.1.0:acquerirLesDroits"


def content_type(action: str) -> str:
    return f'application/soap+xml; action="{action}"' if action else "application/soap+xml"


@pytest.mark.parametrize(("http", "addressing"), [(ACTION, ACTION), ("", ACTION), ("", ""), (ACTION, OTHER_ACTION)])
def test_the_http_action_decides_then_wsa_action_then_the_body(request_xml: str, http: str, addressing: str) -> None:
    envelope = replace(wire.read(request_xml.encode()), action=addressing or None)
    assert wire.operation_of(envelope, content_type(http)) == wire.BY_TRAITS


@pytest.mark.parametrize(
    ("http", "addressing"), [(OTHER_ACTION, ACTION), ("", OTHER_ACTION), (wire.BY_CARD.action, ACTION)]
)
def test_an_action_of_another_service_or_of_another_body_is_refused(
    request_xml: str, http: str, addressing: str
) -> None:
    envelope = replace(wire.read(request_xml.encode()), action=addressing)
    with pytest.raises(Refused, match="desir_simule_action"):
        wire.operation_of(envelope, content_type(http))
