"""Every check, fired through a socket by a client that breaks its rule and no other."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import pytest
from support.api_services import api_check_ids
from support.prescription_desk import Desk, code_of

from eprescription_mock import codes
from eprescription_mock.checks import CHECKS
from eprescription_mock.seeds import NUMBERS
from health_documents.identifiers import nir_key

CLAMOXYL, TAHOR, DOLIPRANE = "3400931587538", "3400934306815", "3400935955838"
SIMPLE = NUMBERS["OK-2"]
STRANGER = "1800163001001" + nir_key("1800163001001")
OUTSIDE = "3400930000014"
"""A code with a right key that the extract has not."""

Breaking = Callable[[Desk], httpx.Response]


def consulted(desk: Desk, **asked: str) -> Any:
    return desk.post("$ep3-consulter", desk.asked(**asked))


def created(desk: Desk, **members: Any) -> Any:
    return desk.post("$ep4-enregistrer", desk.order({**desk.line(TAHOR), **members}), "generaliste")


def executed(desk: Desk, boxes: Any = 1, cip13: str = CLAMOXYL, secret: str | None = None, **members: Any) -> Any:
    return desk.execute(SIMPLE, desk.dispense(SIMPLE, 1, boxes, cip13, **members), secret=secret)


def abandoned(desk: Desk, motive: str) -> Any:
    secret = desk.secret(SIMPLE)
    return desk.post(f"{SIMPLE}/$abandonner", desk.asked(motif=motive), secret=secret)


def under_the_same_group(desk: Desk) -> Any:
    desk.option(numero="service")
    group = {"system": "urn:essai", "value": "G1"}
    created(desk, groupIdentifier=group)
    return created(desk, groupIdentifier=group, medicationCodeableConcept=drug(DOLIPRANE))


def with_an_unused_number(desk: Desk) -> Any:
    desk.option(numero="service")
    return created(desk)


def in_the_clear(desk: Desk) -> Any:
    desk.root = desk.tenant.url("eprescription", tls=False)
    return desk.status(SIMPLE)


def with_another_bundle(desk: Desk, kind: str) -> Any:
    return desk.post("$ep4-enregistrer", {**desk.order(desk.line(TAHOR)), "type": kind}, "generaliste")


def of_patient(matricule: str, root: str = "1.2.250.1.213.1.4.8") -> dict[str, Any]:
    return {"identifier": {"system": f"urn:oid:{root}", "value": matricule}}


def drug(code: str) -> dict[str, Any]:
    return {"coding": [{"system": codes.SYSTEM_CIP, "code": code}]}


def of_skenan() -> dict[str, Any]:
    concept = {"coding": [{"system": codes.SYSTEM_CIS, "code": "69666321"}]}
    return {"medicationCodeableConcept": concept, "dosageInstruction": [{"text": "une gélule"}]}


def filled(code: str) -> dict[str, Any]:
    return {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": code}]}


def performed_by(number: str) -> list[dict[str, Any]]:
    return [{"actor": {"identifier": {"value": number}}}]


MILLIGRAMS = {"value": 1, "unit": "mg", "system": codes.UCUM, "code": "mg"}
KIND = {"coding": [{"system": codes.SYSTEM_TA_ASIP, "code": "MED-0000"}]}

BROKEN: list[tuple[str, int, Breaking]] = [
    ("EPRESC-QR", 422, lambda desk: consulted(desk, qrToken=f"epu-simu:{SIMPLE}")),
    ("EPRESC-QR", 422, lambda desk: consulted(desk, qrToken="Hello :)")),
    ("EPRESC-QR", 422, lambda desk: consulted(desk, numero=f"EPU-SIMU:{SIMPLE}")),
    ("EPRESC-ABANDON", 422, lambda desk: abandoned(desk, "bof")),
    ("EPRESC-ABANDON", 422, lambda desk: abandoned(desk, "")),
    ("EPRESC-CONSULTATION", 409, lambda desk: executed(desk, secret="deviné")),
    ("EPRESC-CIP13", 422, lambda desk: executed(desk, cip13="3400931587539")),
    ("EPRESC-CIP13", 422, lambda desk: executed(desk, cip13="")),
    (
        "EPRESC-CIP13-INCONNU",
        200,
        lambda desk: executed(desk, cip13=OUTSIDE, substitution={"wasSubstituted": True}),
    ),
    ("EPRESC-QUANTITE", 422, lambda desk: executed(desk, boxes=3)),
    ("EPRESC-QUANTITE", 422, lambda desk: executed(desk, boxes=0)),
    ("EPRESC-EXECUTANT", 200, lambda desk: executed(desk, performer=performed_by("899700090022"))),
    ("EPRESC-PATIENT", 201, lambda desk: created(desk, subject=of_patient(STRANGER))),
    (
        "EPRESC-RACINE-INS",
        201,
        lambda desk: created(desk, subject=of_patient("256036330091838", "1.2.250.1.213.1.4.10")),
    ),
    ("EPRESC-HORS-EXTRAIT", 201, lambda desk: created(desk, medicationCodeableConcept=drug(OUTSIDE))),
    ("EPRESC-SECURISEE", 201, lambda desk: created(desk, **of_skenan())),
    ("EPRESC-COMPLETUDE", 200, lambda desk: executed(desk, type=filled("FFC"))),
    ("EPRESC-COMPLETUDE", 200, lambda desk: executed(desk, boxes=2, type=filled("FFP"))),
    ("EPRESC-COMPLETUDE", 200, lambda desk: executed(desk, type=filled("RFP"))),
    ("EPRESC-FORME", 201, lambda desk: created(desk, requester={"reference": "Practitioner/ailleurs"})),
    ("EPRESC-FORME", 200, lambda desk: executed(desk, subject={"reference": "Patient/ailleurs"})),
    ("EPRESC-GROUPE", 201, under_the_same_group),
    ("EPRESC-PORT-CLAIR", 200, in_the_clear),
    ("EPRESC-FORME", 201, with_an_unused_number),
    ("EPRESC-FORME", 201, lambda desk: created(desk, status="draft")),
    ("EPRESC-FORME", 201, lambda desk: created(desk, intent="option")),
    ("EPRESC-FORME", 201, lambda desk: created(desk, category=[KIND])),
    ("EPRESC-FORME", 201, lambda desk: created(desk, dispenseRequest={"quantity": MILLIGRAMS})),
    ("EPRESC-FORME", 201, lambda desk: created(desk, requester={"identifier": {"value": "99700090055"}})),
    ("EPRESC-FORME", 201, lambda desk: with_another_bundle(desk, "batch")),
    ("EPRESC-FORME", 200, lambda desk: desk.post("$ep3-consulter", {"qrToken": f"EPU-SIMU:{SIMPLE}"})),
    ("EPRESC-FORME", 200, lambda desk: executed(desk, statusReasonCodeableConcept={"text": "rupture"})),
    ("EPRESC-FORME", 200, lambda desk: executed(desk, performer=performed_by("99700090014"))),
    (
        "EPRESC-FORME",
        200,
        lambda desk: executed(desk, authorizingPrescription=[{"reference": "MedicationRequest/1"}]),
    ),
    (
        "EPRESC-FORME",
        200,
        lambda desk: executed(desk, authorizingPrescription=[{"reference": f"MedicationRequest/{SIMPLE}-1"}] * 2),
    ),
]


@pytest.mark.parametrize(("check", "status", "breaking"), BROKEN)
def test_a_client_that_breaks_one_rule_is_caught_for_it_alone(
    desk: Desk, check: str, status: int, breaking: Breaking
) -> None:
    assert breaking(desk).status_code == status
    assert desk.broken() == {check}


def test_no_check_is_without_a_client_that_breaks_it() -> None:
    assert {check.id for check in CHECKS} - api_check_ids("EPRESC") == {check for check, _, _ in BROKEN}


REFUSED: list[tuple[str, str, str, Breaking]] = [
    ("secret-faux", "« faux »", "le secret rendu par la dernière consultation", lambda d: wrong_secret(d)),
    ("type-de-media", "text/plain", "Content-Type: application/fhir+json", lambda d: as_text(d)),
    ("jeton-invalide", "jeton jeton.perime…", "un access_token", lambda d: d.consult(SIMPLE, "perime")),
    ("jeton-absent", "en-tête absent", "Authorization: Bearer", lambda d: without_token(d)),
    ("profession-non-autorisee", "10 (médecin)", "21 (pharmacien)", lambda d: d.consult(SIMPLE, "generaliste")),
    ("structure-refusee", "10B0990025", "1.2.250.1.71.4.2.2|10B0990017", lambda d: from_elsewhere(d)),
    ("numero-inconnu", NUMBERS["INC-1"], "cette session", lambda d: d.consult(NUMBERS["INC-1"])),
    ("corps-illisible", "colonne 2", "JSON UTF-8", lambda d: d.post("$ep3-consulter", b"{")),
    (
        "corps-illisible",
        '"Patient"',
        '"Bundle"',
        lambda d: d.post("$ep4-enregistrer", {"resourceType": "Patient"}, "generaliste"),
    ),
    ("ligne-inconnue", "« 9 »", f"{SIMPLE}-1", lambda d: d.execute(SIMPLE, d.dispense(SIMPLE, 9, 1, CLAMOXYL))),
    ("ins-invalide", "256036330091839", "256036330091838", lambda d: wrong_key(d)),
    ("verrouillee", "10B0990025", "aucune autre officine", lambda d: held_elsewhere(d)),
]


def wrong_secret(desk: Desk) -> Any:
    desk.secret(SIMPLE)
    return executed(desk, secret="faux")


def as_text(desk: Desk) -> Any:
    return desk.consult(SIMPLE, headers={"Content-Type": "text/plain"})


def without_token(desk: Desk) -> Any:
    return desk.http.get(f"{desk.url}/{SIMPLE}/$statut")


def from_elsewhere(desk: Desk) -> Any:
    return desk.consult(SIMPLE, headers={"X-Structure": "1.2.250.1.71.4.2.2|10B0990025"})


def wrong_key(desk: Desk) -> Any:
    return created(desk, subject=of_patient("256036330091839"))


def held_elsewhere(desk: Desk) -> Any:
    desk.secret(SIMPLE)
    return desk.consult(SIMPLE, "voisine")


@pytest.mark.parametrize(("code", "received", "expected", "breaking"), REFUSED)
def test_a_refusal_says_what_came_and_what_was_expected(
    desk: Desk, code: str, received: str, expected: str, breaking: Breaking
) -> None:
    assert code_of(breaking(desk)).endswith(code)
    (finding,) = desk.last().findings
    assert finding.check_id == "EPRESC-REFUS"
    assert received in finding.received
    assert expected in finding.expected
    assert finding.where
    assert finding.source.startswith("docs/sources/")
