"""Requests that are refused, or taken with a remark: callers, media types, bodies, values, addresses."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from support.prescription_desk import Desk, code_of

from eprescription_mock.seeds import NUMBERS
from health_documents.identifiers import nir_key
from lgo_sandbox.tenant.faults import Fault, FaultKind

CLAMOXYL, TAHOR = "3400931587538", "3400934306815"
SIMPLE = NUMBERS["OK-2"]


@pytest.mark.parametrize(
    ("who", "headers", "expected"),
    [
        ("titulaire", {"Authorization": ""}, "401 jeton-absent"),
        ("titulaire", {"Authorization": "Basic YTpi"}, "401 jeton-absent"),
        ("titulaire", {"Authorization": "Bearer a b"}, "401 jeton-absent"),
        ("perime", {}, "401 jeton-invalide"),
        ("inconnu", {}, "403 professionnel-inconnu"),
        ("radie", {}, "403 professionnel-inconnu"),
        ("secretaire", {}, "403 profession-non-autorisee"),
        ("infirmiere", {}, "403 profession-non-autorisee"),
        ("generaliste", {}, "403 profession-non-autorisee"),
        ("biologiste", {}, "403 structure-non-officine"),
        ("titulaire", {"X-Structure": ""}, "403 structure-refusee"),
        ("titulaire", {"X-Structure": "1.2.250.1.71.4.2.2|10B0990025"}, "403 structure-refusee"),
        ("titulaire", {"X-Structure": "1.2.250.1.71.4.2.1|10B0990017"}, "403 structure-refusee"),
        ("titulaire", {"X-Structure": "10B0990017"}, "403 structure-refusee"),
        ("titulaire", {"Authorization": "Bearer panne"}, "503 psc-indisponible"),
        ("titulaire", {"Authorization": "Bearer bavard"}, "503 psc-indisponible"),
    ],
)
def test_who_has_no_right_is_refused(desk: Desk, who: str, headers: dict[str, str], expected: str) -> None:
    answer = desk.consult(SIMPLE, who, headers=headers)
    assert code_of(answer) == expected
    assert (answer.headers.get("www-authenticate") == "Bearer") is expected.startswith("401")
    assert desk.last().outcome == "refused"


@pytest.mark.parametrize("number", ["10B0990017", "0B0990017", "10B0990025"])
def test_a_pharmacist_with_two_workplaces_names_either(desk: Desk, number: str) -> None:
    headers = {"X-Structure": f"1.2.250.1.71.4.2.2|{number}"}
    assert desk.consult(SIMPLE, "deux-activites", headers=headers).status_code == 200


@pytest.mark.parametrize(
    ("kind", "holder", "variant", "status"),
    [
        ("org-auth", "officine", "good", 200),
        ("org-auth", "officine", "expired", 401),
        ("org-auth", "officine", "revoked", 401),
        ("org-auth", "officine", "wrongca", 401),
        ("cps-auth", "titulaire", "good", 200),
        ("cps-auth", "adjoint", "good", 401),
    ],
)
def test_a_client_certificate_is_not_asked_but_judged_when_shown(
    desk: Desk, kind: str, holder: str, variant: str, status: int
) -> None:
    tenant = desk.tenant
    shown = tenant.runner.issue(kind, holder, variant, session=tenant.name)
    with httpx.Client(verify=tenant.runner.trust(shown), trust_env=False) as http:
        desk.http = http
        assert desk.status(SIMPLE).status_code == status


@pytest.mark.parametrize("media", ["application/json", "text/plain", "application/fhir+xml", "", "x" * 20_000])
def test_another_media_type_is_refused(desk: Desk, media: str) -> None:
    assert code_of(desk.consult(SIMPLE, headers={"Content-Type": media})) == "415 type-de-media"


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"[]",
        b"\xff",
        b'{"numero": 1}',
        b'{"numero": "A", "numero": "B"}',
        b"[" * 200_000,
        b'{"a":' * 50_000,
        b'{"numero": "99SIMU0000000002OK", "qrToken": "EPU-SIMU:99SIMU0000000002OK"}',
        b'{"resourceType": "Parameters"}',
    ],
)
def test_a_body_that_makes_no_sense_is_a_bad_request(desk: Desk, body: bytes) -> None:
    for path, who in (
        ("$ep3-consulter", "titulaire"),
        (f"{SIMPLE}/$ep1-executer", "titulaire"),
        ("$ep4-enregistrer", "generaliste"),
    ):
        answer = desk.post(path, body, who)
        assert answer.status_code == 400, answer.text
        assert answer.json()["resourceType"] == "OperationOutcome"


def test_a_body_beyond_the_limit_is_too_large(desk: Desk) -> None:
    assert code_of(desk.post("$ep3-consulter", b" " * 600_000)) == "413 trop-volumineux"


@pytest.mark.parametrize(
    ("quantity", "expected"),
    [
        (-1, "422 quantite-invalide"),
        (0, "422 quantite-invalide"),
        (1.5, "422 quantite-invalide"),
        (10**30, "422 quantite-invalide"),
        (1e300, "422 quantite-invalide"),
        (3, "422 quantite-depassee"),
        ("1", "400 element-invalide"),
        (None, "400 element-invalide"),
        (True, "400 element-invalide"),
    ],
)
def test_an_absurd_quantity_is_refused(desk: Desk, quantity: Any, expected: str) -> None:
    assert code_of(desk.execute(SIMPLE, desk.dispense(SIMPLE, 1, quantity, CLAMOXYL))) == expected
    assert desk.resource(SIMPLE)["executions"] == []


def test_a_false_cip13_is_refused_and_explained(desk: Desk) -> None:
    answer = desk.execute(SIMPLE, desk.dispense(SIMPLE, 1, 1, "3400931587539"))
    assert code_of(answer) == "422 cip-invalide"
    assert desk.broken() == {"EPRESC-CIP13"}


def test_another_performer_than_the_bearer_is_a_finding(desk: Desk) -> None:
    performer = [{"actor": {"identifier": {"value": "899700090022"}}}]
    given = desk.dispense(SIMPLE, 1, 1, CLAMOXYL, performer=performer)
    assert desk.execute(SIMPLE, given).status_code == 200
    assert desk.broken() == {"EPRESC-EXECUTANT"}


@pytest.mark.parametrize(("text", "findings"), [(f"epu-simu:{SIMPLE}", {"EPRESC-QR"}), ("Hello :)", {"EPRESC-QR"})])
def test_an_altered_qr_text_is_refused_and_explained(desk: Desk, text: str, findings: set[str]) -> None:
    assert code_of(desk.post("$ep3-consulter", desk.asked(qrToken=text))) == "422 qr-illisible"
    assert desk.broken() == findings


def test_a_number_typed_by_hand_is_accepted_without_finding(desk: Desk) -> None:
    assert desk.post("$ep3-consulter", desk.asked(numero=SIMPLE)).status_code == 200
    assert not desk.broken()
    assert code_of(desk.post("$ep3-consulter", desk.asked(numero=SIMPLE.lower()))) == "422 numero-mal-forme"


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"authoredOn": "2199-01-01"}, "422 date-invalide"),
        ({"authoredOn": "hier"}, "422 date-invalide"),
        ({"authoredOn": ""}, "400 element-invalide"),
        ({"requester": {"identifier": {"value": "899700090139"}}}, "422 auteur-different"),
        ({"subject": {"identifier": {"system": "urn:oid:1.2.3", "value": "256036330091838"}}}, "422 ins-invalide"),
        ({"subject": {}}, "422 ins-invalide"),
        ({"dosageInstruction": []}, "422 posologie-absente"),
        (
            {"dispenseRequest": {"quantity": {"value": 1}, "performer": {"identifier": {"value": "10B0990033"}}}},
            "422 tso-sans-dispensateur",
        ),
        (
            {"dispenseRequest": {"quantity": {"value": 1}, "validityPeriod": {"end": "2020-01-01"}}},
            "422 validite-depassee",
        ),
    ],
)
def test_a_prescription_against_the_rules_is_refused(desk: Desk, change: dict[str, Any], expected: str) -> None:
    answer = desk.post("$ep4-enregistrer", desk.order({**desk.line(TAHOR), **change}), "generaliste")
    assert code_of(answer) == expected


def test_the_root_of_the_ins_is_exact_when_asked(desk: Desk) -> None:
    subject = {"identifier": {"system": "urn:oid:1.2.250.1.213.1.4.10", "value": "256036330091838"}}
    order = desk.order(desk.line(TAHOR, subject=subject))
    assert desk.post("$ep4-enregistrer", order, "generaliste").status_code == 201
    desk.option(strict_ins_root="oui")
    assert code_of(desk.post("$ep4-enregistrer", order, "generaliste")) == "422 racine-ins-differente"


def test_a_stranger_s_ins_is_taken_with_a_warning(desk: Desk) -> None:
    stranger = "1800163001001" + nir_key("1800163001001")
    subject = {"identifier": {"system": "urn:oid:1.2.250.1.213.1.4.8", "value": stranger}}
    desk.post("$ep4-enregistrer", desk.order(desk.line(TAHOR, subject=subject)), "generaliste")
    (finding,) = desk.last().findings
    assert (finding.check_id, finding.severity) == ("EPRESC-PATIENT", "avertissement")


@pytest.mark.parametrize(
    ("method", "path", "expected"),
    [
        ("GET", "", "404 adresse-inconnue"),
        ("GET", f"/{SIMPLE}", "403 lecture-refusee"),
        ("PUT", f"/{SIMPLE}", "405 methode-refusee"),
        ("GET", "/$ep3-consulter", "405 methode-refusee"),
        ("POST", f"/{SIMPLE}/$statut", "405 methode-refusee"),
        ("GET", "/PASUNNUMERO/$statut", "404 numero-inconnu"),
        ("GET", "/99simu0000000002ok/$statut", "404 numero-inconnu"),
        ("GET", f"/{'A' * 3000}/$statut", "404 numero-inconnu"),
    ],
)
def test_other_addresses_speak_the_same_dialect(desk: Desk, method: str, path: str, expected: str) -> None:
    answer = desk.http.request(method, desk.url + path, headers=desk.headers("titulaire"))
    assert code_of(answer) == expected


@pytest.mark.parametrize(("status", "expected"), [(429, "429 trop-de-requetes"), (503, "503 indisponible")])
def test_an_armed_fault_answers_in_the_dialect(desk: Desk, status: int, expected: str) -> None:
    fault = Fault("f1", "eprescription", FaultKind.STATUS, status, "EP3", remaining=1)
    desk.tenant.do(lambda s: s.faults.arm(fault))
    answer = desk.consult(SIMPLE)
    assert code_of(answer) == expected
    assert answer.headers["retry-after"] == "5"
    assert desk.consult(SIMPLE).status_code == 200
