"""What is no request of ApCV: each gets the service's own fault and a finding, and never a trace."""

from __future__ import annotations

import pytest
from support.apcv_door import AUTH, SIGN, ApcvDoor, enveloped

SIGN_PATH = "/wssoap/apcv/sign/1/0"
RESTORE = f'<RestituerContexteApCVReq version="1.0" xmlns="{AUTH}"/>'
RIGHT = enveloped("restituerContexteApCV", RESTORE, "")
SOAP_11, SOAP_12 = "http://schemas.xmlsoap.org/soap/envelope/", "http://www.w3.org/2003/05/soap-envelope"


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ("", "apcv_simule_enveloppe"),
        ("<a/>", "apcv_simule_enveloppe"),
        ("{}", "apcv_simule_enveloppe"),
        (b"\xff\x00", "apcv_simule_enveloppe"),
        ('<!DOCTYPE a [<!ENTITY e "x">]>' + RIGHT, "apcv_simule_enveloppe"),
        (RIGHT[:-20], "apcv_simule_enveloppe"),
        (RIGHT.replace(RESTORE, ""), "apcv_simule_action"),
        (RIGHT.replace(AUTH, "urn:autre"), "apcv_simule_action"),
        (RIGHT.replace(f' xmlns="{AUTH}"', ""), "apcv_simule_action"),
        (RIGHT.replace("restituerContexteApCV<", "signerVitale<"), "apcv_simule_action"),
        (RIGHT.replace("urn:siram:lps:ctxlps", "urn:autre"), "apcv_simule_contexte_lps"),
        (
            RIGHT.replace("urn:siram:lps:ctxlps", "urn:autre", 1).replace("<lps:Id>", "<lps:Id>"),
            "apcv_simule_contexte_lps",
        ),
        (RIGHT, "apcv_simule_cps_absente"),
    ],
)
def test_what_is_no_request_is_refused_and_explained(door: ApcvDoor, body: str | bytes, error: str) -> None:
    answer = door.post(body)
    assert (answer.status_code, error.encode() in answer.content) == (500, True), answer.text
    assert answer.headers["x-simulation"] == "APCV-CODE-NON-PUBLIC"
    (finding,) = [one for one in door.findings() if one.check_id == "APCV-REFUS"]
    assert all((finding.received, finding.expected, finding.remedy, finding.where))


def test_soap_11_is_told_to_speak_12(door: ApcvDoor) -> None:
    answer = door.post(RIGHT.replace(SOAP_12, SOAP_11), headers={"content-type": "text/xml"})
    assert (answer.status_code, b"VersionMismatch" in answer.content) == (500, True)
    assert answer.headers["content-type"].startswith("text/xml")
    assert door.findings()[0].expected == f"l'espace de noms « {SOAP_12} »"


def test_a_block_that_must_be_understood_is_named(door: ApcvDoor) -> None:
    block = '<b:Bloc xmlns:b="urn:b" soap:mustUnderstand="true"/></soap:Header>'
    answer = door.post(RIGHT.replace("</soap:Header>", block))
    assert b"NotUnderstood" in answer.content
    assert "Bloc" in door.findings()[0].received


def test_an_operation_at_the_other_address_is_led_to_its_own(door: ApcvDoor) -> None:
    answer = door.post(enveloped("restituerContexteApCV", RESTORE, door.security()), SIGN_PATH)
    assert b"apcv_simule_action" in answer.content
    assert "/wssoap/apcv/auth/1/0" in door.findings()[0].remedy
    body = f'<SignerVitaleReq version="1.0" xmlns="{SIGN}"/>'
    assert b"apcv_simule_action" in door.post(enveloped("signerVitale", body, door.security())).content


def test_an_empty_signature_or_destruction_is_refused(door: ApcvDoor) -> None:
    for operation, stem, space in (
        ("signerVitale", "SignerVitale", SIGN),
        ("detruireContexteApCV", "DetruireContexteApCV", AUTH),
    ):
        answer = door.ask(operation, f'<{stem}Req version="1.0" xmlns="{space}"/>')
        assert b"apcv_simule_contexte_inconnu" in answer.content
    assert {finding.check_id for finding in door.findings()} == {"APCV-REFUS", "APCV-SCHEMA"}


@pytest.mark.parametrize("number", ["", "12", "0B099001", " 0B0990017", "0B0990017é"])
def test_a_billing_number_of_another_form_is_refused_and_leaves_the_code_unused(door: ApcvDoor, number: str) -> None:
    code = door.code("ald")
    old = "<IdentifiantFacturation>0B0990017<"
    refused = door.open(code, None, (old, f"<IdentifiantFacturation>{number}<"))
    assert b"apcv_simule_facturation" in refused.content
    assert [finding.check_id for finding in door.findings()] == ["APCV-FACTURATION"]
    assert door.open(code).status_code == 200


def test_two_assertions_are_one_too_many(door: ApcvDoor) -> None:
    card = door.security()
    assert b"apcv_simule_assertion" in door.restore(card + card).content


def test_an_address_without_description_and_a_large_body_are_refused(door: ApcvDoor) -> None:
    assert door.get("/wssoap/apcv/auth/1/0").status_code == 405
    assert door.get("/wssoap/apcv/auth/2/0").status_code == 404
    assert door.post(b" " * 300_000).status_code == 413
    assert {finding.check_id for finding in door.findings()} >= {"SANDBOX-METHODE", "SANDBOX-CHEMIN"}


def test_an_armed_fault_strikes_an_operation(door: ApcvDoor) -> None:
    from lgo_sandbox.tenant.faults import Fault, FaultKind

    named = Fault(
        "a",
        service="apcv",
        operation="restituerContexteApCV",
        kind=FaultKind.NAMED,
        value="apcv_simule_interne",
        remaining=1,
    )
    door.tenant.do(lambda session: session.faults.arm(named))
    assert b"apcv_simule_interne" in door.restore().content
    status = Fault("b", service="apcv", operation="*", kind=FaultKind.STATUS, value=503)
    door.tenant.do(lambda session: session.faults.arm(status))
    answer = door.restore()
    assert (answer.status_code, b"apcv_simule_indisponible" in answer.content) == (503, True)
