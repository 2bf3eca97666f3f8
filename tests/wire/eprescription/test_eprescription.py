"""The day of an e-prescription over real sockets, and all that may go wrong."""

from __future__ import annotations

import asyncio
import base64
import io
import json
from typing import Any

import httpx
import pytest
import zxingcpp
from PIL import Image

from eprescription_mock import codes
from eprescription_mock.seeds import NUMBERS
from eprescription_mock.wire.decoding import decode
from health_documents.identifiers import nir_key
from lgo_sandbox.contract import Refusal
from lgo_sandbox.gate.tls import client_context
from lgo_sandbox.pki.holders import organisation_holder, person_holder
from lgo_sandbox.tenant.faults import Fault, FaultKind

CLAMOXYL, AMOXICILLINE, DOLIPRANE = "3400931587538", "3400933857042", "3400935955838"
TAHOR, LEVOTHYROX = "3400934306815", "3400930065785"
ACUTE, CHRONIC, SIMPLE = NUMBERS["OK-2"], NUMBERS["OK-1"], NUMBERS["OK-2"]


async def test_a_prescription_is_made_read_from_its_qr_delivered_and_exhausted(
    desk: Any, value_of: Any, code_of: Any
) -> None:
    made = await desk.post("$creer", desk.order(desk.line(TAHOR), desk.line(DOLIPRANE, 2)), "generaliste")
    assert made.status_code == 201
    numero = value_of(made, "numero")
    assert len(numero) == 18
    assert numero.startswith(codes.NUMBER_PREFIX)
    image = value_of(made, "qr")
    assert image["contentType"] == "image/png"
    (symbol,) = zxingcpp.read_barcodes(Image.open(io.BytesIO(base64.b64decode(image["data"]))))
    assert symbol.text == value_of(made, "qrToken") == f"EPU-SIMU:{numero}"

    consulted = await desk.post("$consulter", desk.asked(qrToken=symbol.text), "preparateur")
    lines = [entry["resource"] for entry in value_of(consulted, "ordonnance")["entry"]]
    assert {line["groupIdentifier"]["value"] for line in lines} == {numero}
    assert [line["extension"][0]["valueQuantity"]["value"] for line in lines] == [1, 2]

    part = await desk.execute(numero, desk.dispense(numero, 2, 1, DOLIPRANE), who="preparateur")
    assert value_of(part, "statut") == "PARTIELLE"
    rest = (desk.dispense(numero, 1, 1, TAHOR), desk.dispense(numero, 2, 1, DOLIPRANE))
    done = await desk.execute(numero, *rest, who="voisine")
    assert value_of(done, "statut") == "EXECUTEE"
    assert value_of(done, "recu") != value_of(part, "recu")
    exchanges = desk.session.journal.read()
    assert not [finding for exchange in exchanges for finding in exchange.findings]
    assert {exchange.operation for exchange in exchanges} == {"creer", "consulter", "executer"}
    assert code_of(await desk.consult(numero)) == "409 deja-executee"


async def test_people_read_who_asked_for_what_and_what_became_of_it(desk: Any, value_of: Any) -> None:
    def told() -> dict[str, str]:
        return dict(decode(desk.last()).request)

    made = await desk.post("$creer", desk.order(desk.line(TAHOR)), "generaliste")
    numero = value_of(made, "numero")
    assert (told()["Numéro"], told()["Matricule INS"], told()["État après"]) == (numero, "256036330091838", "CREEE")
    secret = await desk.secret(numero)
    assert (told()["Consultée par"], told()["Structure"]) == ("QR code lu", "10B0990017")
    assert (told()["État avant"], told()["État après"]) == ("CREEE", "EN_COURS")
    given, named = desk.dispense(numero, 1, 1, TAHOR), {"secret": secret, "X-Request-Id": "abc"}
    done = await desk.execute(numero, given, **named)
    assert (told()["Reçu"], told()["État après"]) == (value_of(done, "recu"), "EXECUTEE")
    await desk.execute(numero, given, **named)
    assert told()["Requête rejouée"] == "abc"
    await desk.post(f"{numero}/$annuler-execution", receipt=value_of(done, "recu"))
    assert (told()["Reçu"], told()["État avant"], told()["État après"]) == (value_of(done, "recu"), "EXECUTEE", "CREEE")
    await desk.post(f"{numero}/$abandonner", desk.asked(motif="patient"), secret=await desk.secret(numero))
    assert (told()["Motif"], told()["Client Pro Santé Connect"]) == ("patient", "lgo-demo")
    await desk.consult(numero, "voisine", headers={"Content-Type": "text/plain"})
    assert told()["Refus"].startswith("type-de-media : ")


@pytest.mark.parametrize("kind", ["plain", "tls"])
async def test_it_answers_on_both_ports(desk: Any, kind: str) -> None:
    desk.root = getattr(desk.launcher.sandbox.addresses, kind)["eprescription"]
    answer = await desk.status(SIMPLE)
    assert (answer.status_code, answer.headers["x-simulation"]) == (200, "EPU-NON-OFFICIEL")


@pytest.mark.parametrize(
    ("situation", "expected"),
    [
        ("DEJA-1", "409 deja-executee"),
        ("ANN-1", "409 annulee"),
        ("EXP-1", "410 perimee"),
        ("INC-1", "404 numero-inconnu"),
        ("VERR-1", "423 verrouillee"),
        ("500-1", "503 indisponible"),
    ],
)
async def test_the_situations_that_refuse_a_consultation(
    desk: Any, code_of: Any, situation: str, expected: str
) -> None:
    assert code_of(await desk.consult(NUMBERS[situation])) == expected


@pytest.mark.parametrize(
    "name", ["OK-1", "OK-2", "PART-1", "REN-1", "DIF-1", "ALD-1", "SEC-1", "TSO-1", "LPP-1", "NSUB-1"]
)
async def test_the_situations_that_can_be_consulted(desk: Any, name: str) -> None:
    assert (await desk.consult(NUMBERS[name])).status_code == 200


async def test_the_slow_situation_waits_and_answers(desk: Any) -> None:
    desk.option(attente_slow="0")
    assert (await desk.consult(NUMBERS["SLOW-1"])).status_code == 200


async def test_a_partly_delivered_prescription_gives_what_remains_and_no_more(
    desk: Any, value_of: Any, code_of: Any
) -> None:
    numero = NUMBERS["PART-1"]
    too_much = await desk.execute(numero, desk.dispense(numero, 1, 2, CLAMOXYL))
    assert code_of(too_much) == "422 quantite-depassee"
    assert desk.broken() == {"EPRESC-QUANTITE"}
    right = (desk.dispense(numero, 1, 1, CLAMOXYL), desk.dispense(numero, 2, 1, DOLIPRANE))
    assert value_of(await desk.execute(numero, *right), "statut") == "EXECUTEE"


async def test_the_designated_officine_alone_delivers_opioid_substitution(desk: Any, code_of: Any) -> None:
    assert code_of(await desk.consult(NUMBERS["TSO-1"], "voisine")) == "403 officine-non-designee"


async def test_a_device_is_unknown_until_it_is_declined(desk: Any, value_of: Any, code_of: Any) -> None:
    numero = NUMBERS["LPP-1"]
    drug = desk.dispense(numero, 1, 2, CLAMOXYL)
    assert code_of(await desk.execute(numero, desk.dispense(numero, 2, 1, DOLIPRANE))) == "422 dispositif-inconnu"
    reason = {"coding": [{"system": codes.SYSTEM_DECLINE, "code": "hors-perimetre"}]}
    declined = desk.dispense(numero, 2, 1, "", status="declined", statusReasonCodeableConcept=reason)
    assert value_of(await desk.execute(numero, drug, declined), "statut") == "EXECUTEE"


async def test_a_substitution_is_declared_and_reasoned(desk: Any, code_of: Any) -> None:
    generic = desk.dispense(SIMPLE, 1, 2, AMOXICILLINE)
    assert code_of(await desk.execute(SIMPLE, generic)) == "422 substitution-non-declaree"
    declared = {**generic, "substitution": {"wasSubstituted": True}}
    assert (await desk.execute(SIMPLE, declared)).status_code == 200
    fixed = NUMBERS["NSUB-1"]
    other = desk.dispense(fixed, 1, 1, TAHOR, substitution={"wasSubstituted": True})
    assert code_of(await desk.execute(fixed, other)) == "422 substitution-sans-motif"


async def test_an_abandoned_consultation_gives_the_prescription_back(desk: Any, value_of: Any, code_of: Any) -> None:
    numero = NUMBERS["DIF-1"]
    secret = await desk.secret(numero)
    assert (
        code_of(await desk.post(f"{numero}/$abandonner", desk.asked(motif="bof"), secret=secret)) == "422 motif-inconnu"
    )
    assert desk.broken() == {"EPRESC-ABANDON"}
    given_back = await desk.post(f"{numero}/$abandonner", desk.asked(motif="papier-different"), secret=secret)
    assert value_of(given_back, "statut") == "CREEE"
    assert not desk.broken()
    assert (await desk.consult(numero, "voisine")).status_code == 200


async def test_of_two_officines_that_consult_at_once_one_gets_it(desk: Any) -> None:
    who = ["titulaire", "voisine"] * 6
    answers = await asyncio.gather(*(desk.consult(SIMPLE, one) for one in who))
    holders = {one for one, answer in zip(who, answers, strict=True) if answer.status_code == 200}
    assert len(holders) == 1
    assert sorted(answer.status_code for answer in answers) == [200] * 6 + [423] * 6


async def test_a_forgotten_consultation_lapses_with_the_clock(desk: Any, code_of: Any) -> None:
    secret = await desk.secret(SIMPLE)
    assert code_of(await desk.consult(SIMPLE, "voisine")) == "423 verrouillee"
    desk.move(minutes=31)
    assert (await desk.consult(SIMPLE, "voisine")).status_code == 200
    late = await desk.execute(SIMPLE, desk.dispense(SIMPLE, 1, 1, CLAMOXYL), secret=secret)
    assert code_of(late) == "423 verrouillee"


async def test_a_lapse_can_be_switched_off(desk: Any, code_of: Any) -> None:
    desk.option(delai_consultation="jamais")
    answer = await desk.consult(SIMPLE)
    assert "expirationConsultation" not in answer.text
    desk.move(days=2)
    assert code_of(await desk.consult(SIMPLE, "voisine")) == "423 verrouillee"


async def test_three_months_are_the_limit_of_a_first_delivery(desk: Any, code_of: Any) -> None:
    made = await desk.post("$creer", desk.order(desk.line(TAHOR)), "generaliste")
    numero = made.json()["parameter"][0]["valueString"]
    desk.move(days=85)
    assert (await desk.status(numero)).status_code == 200
    desk.move(days=10)
    assert code_of(await desk.consult(numero)) == "410 perimee"
    desk.option(premiere_delivrance="sans-limite")
    assert (await desk.consult(numero)).status_code == 200


async def test_renewals_follow_each_other_until_none_is_left(desk: Any, value_of: Any, code_of: Any) -> None:
    given = [
        desk.dispense(CHRONIC, 1, 2, "3400939718330"),
        desk.dispense(CHRONIC, 2, 1, "3400934744198"),
        desk.dispense(CHRONIC, 3, 1, TAHOR),
    ]
    states = [value_of(await desk.execute(CHRONIC, *given), "statut") for _ in range(3)]
    assert states == ["A_RENOUVELER", "A_RENOUVELER", "EXECUTEE"]
    assert code_of(await desk.consult(CHRONIC)) == "409 deja-executee"


async def test_an_execution_is_undone_by_its_receipt(desk: Any, value_of: Any, code_of: Any) -> None:
    done = await desk.execute(SIMPLE, desk.dispense(SIMPLE, 1, 2, CLAMOXYL))
    path, receipt = f"{SIMPLE}/$annuler-execution", value_of(done, "recu")
    assert code_of(await desk.post(path, who="voisine", receipt=receipt)) == "403 pas-l-executant"
    assert code_of(await desk.post(path, receipt="autre")) == "404 execution-inconnue"
    assert value_of(await desk.post(path, receipt=receipt), "statut") == "CREEE"
    assert code_of(await desk.post(path, receipt=receipt)) == "409 aucune-execution"


async def test_a_prescriber_cancels_what_nobody_has_begun(desk: Any, value_of: Any, code_of: Any) -> None:
    path = f"{SIMPLE}/$annuler"
    assert code_of(await desk.post(path, who="medecin-voisine")) == "403 pas-l-auteur"
    assert code_of(await desk.post(path, who="titulaire")) == "403 profession-non-autorisee"
    secret = await desk.secret(SIMPLE)
    assert code_of(await desk.post(path, who="generaliste")) == "409 en-cours"
    await desk.post(f"{SIMPLE}/$abandonner", desk.asked(motif="patient"), secret=secret)
    assert value_of(await desk.post(path, who="generaliste"), "statut") == "ANNULEE"
    assert code_of(await desk.consult(SIMPLE)) == "409 annulee"


async def test_a_replayed_execution_gets_the_same_receipt_and_counts_once(desk: Any, code_of: Any) -> None:
    secret = await desk.secret(SIMPLE)
    one, other = desk.dispense(SIMPLE, 1, 1, CLAMOXYL), desk.dispense(SIMPLE, 1, 2, CLAMOXYL)
    named = {"secret": secret, "X-Request-Id": "abc"}
    first = await desk.execute(SIMPLE, one, **named)
    again = await desk.execute(SIMPLE, one, **named)
    assert (first.status_code, again.status_code, again.content) == (200, 200, first.content)
    assert "x-rejeu" not in first.headers
    assert again.headers["x-rejeu"] == "1"
    assert code_of(await desk.execute(SIMPLE, other, **named)) == "409 requete-rejouee"
    assert code_of(await desk.execute(SIMPLE, one, secret=secret)) == "409 consultation-absente"
    assert desk.broken() == {"EPRESC-CONSULTATION"}
    assert desk.resource(SIMPLE)["lignes"][0]["delivre"] == 1


async def test_a_dispense_identifier_counts_once(desk: Any, code_of: Any) -> None:
    named = desk.dispense(SIMPLE, 1, 1, CLAMOXYL, identifier=[{"system": "urn:lgo", "value": "42"}])
    assert (await desk.execute(SIMPLE, named)).status_code == 200
    assert code_of(await desk.execute(SIMPLE, named)) == "409 dispensation-deja-enregistree"


async def test_a_replayed_creation_makes_one_prescription(desk: Any, code_of: Any) -> None:
    order = desk.order(desk.line(TAHOR))
    named = {"X-Request-Id": "abc"}
    first = await desk.post("$creer", order, "generaliste", named)
    assert (await desk.post("$creer", order, "generaliste", named)).content == first.content
    assert code_of(await desk.post("$creer", order, "generaliste")) == "409 ordonnance-deja-creee"
    assert (await desk.post("$creer", order, "medecin-voisine")).status_code == 201


async def test_two_prescriptions_of_one_patient_in_one_second_are_two(desk: Any, value_of: Any) -> None:
    group = {"value": f"{desk.session.clock.wire():%Y%m%d%H%M%S}-256036330091838"}
    both = [desk.order(desk.line(cip13, groupIdentifier=group)) for cip13 in (TAHOR, DOLIPRANE)]
    made = await asyncio.gather(*(desk.post("$creer", order, "generaliste") for order in both))
    assert [answer.status_code for answer in made] == [201, 201]
    assert len({value_of(answer, "numero") for answer in made}) == 2


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
async def test_who_has_no_right_is_refused(
    desk: Any, code_of: Any, who: str, headers: dict[str, str], expected: str
) -> None:
    answer = await desk.consult(SIMPLE, who, headers=headers)
    assert code_of(answer) == expected
    assert (answer.headers.get("www-authenticate") == "Bearer") is expected.startswith("401")
    assert desk.last().outcome == "refused"


@pytest.mark.parametrize("number", ["10B0990017", "0B0990017", "10B0990025"])
async def test_a_pharmacist_with_two_workplaces_names_either(desk: Any, number: str) -> None:
    headers = {"X-Structure": f"1.2.250.1.71.4.2.2|{number}"}
    assert (await desk.consult(SIMPLE, "deux-activites", headers=headers)).status_code == 200


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
async def test_a_client_certificate_is_not_asked_but_judged_when_shown(
    desk: Any, kind: str, holder: str, variant: str, status: int
) -> None:
    sandbox = desk.launcher.sandbox
    people = sandbox.people
    who = organisation_holder(people.structure(holder)) if kind == "org-auth" else person_holder(people.persona(holder))
    context = client_context(sandbox.pki.ca_bundle, sandbox.pki.issue(kind, holder=who, variant=variant))
    async with httpx.AsyncClient(verify=context, trust_env=False) as http:
        desk.http = http
        assert (await desk.status(SIMPLE)).status_code == status


@pytest.mark.parametrize("media", ["application/json", "text/plain", "application/fhir+xml", "", "x" * 20_000])
async def test_another_media_type_is_refused(desk: Any, code_of: Any, media: str) -> None:
    assert code_of(await desk.consult(SIMPLE, headers={"Content-Type": media})) == "415 type-de-media"


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
async def test_a_body_that_makes_no_sense_is_a_bad_request(desk: Any, body: bytes) -> None:
    for path, who in (("$consulter", "titulaire"), (f"{SIMPLE}/$executer", "titulaire"), ("$creer", "generaliste")):
        answer = await desk.post(path, body, who)
        assert answer.status_code == 400, answer.text
        assert answer.json()["resourceType"] == "OperationOutcome"


async def test_a_body_beyond_the_limit_is_too_large(desk: Any, code_of: Any) -> None:
    assert code_of(await desk.post("$consulter", b" " * 600_000)) == "413 trop-volumineux"


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
async def test_an_absurd_quantity_is_refused(desk: Any, code_of: Any, quantity: Any, expected: str) -> None:
    assert code_of(await desk.execute(SIMPLE, desk.dispense(SIMPLE, 1, quantity, CLAMOXYL))) == expected
    assert desk.resource(SIMPLE)["executions"] == []


async def test_a_false_cip13_is_refused_and_explained(desk: Any, code_of: Any) -> None:
    answer = await desk.execute(SIMPLE, desk.dispense(SIMPLE, 1, 1, "3400931587539"))
    assert code_of(answer) == "422 cip-invalide"
    assert desk.broken() == {"EPRESC-CIP13"}


async def test_another_performer_than_the_bearer_is_a_finding(desk: Any) -> None:
    performer = [{"actor": {"identifier": {"value": "899700090022"}}}]
    given = desk.dispense(SIMPLE, 1, 1, CLAMOXYL, performer=performer)
    assert (await desk.execute(SIMPLE, given)).status_code == 200
    assert desk.broken() == {"EPRESC-EXECUTANT"}


@pytest.mark.parametrize(("text", "findings"), [(f"epu-simu:{SIMPLE}", {"EPRESC-QR"}), ("Hello :)", {"EPRESC-QR"})])
async def test_an_altered_qr_text_is_refused_and_explained(
    desk: Any, code_of: Any, text: str, findings: set[str]
) -> None:
    assert code_of(await desk.post("$consulter", desk.asked(qrToken=text))) == "422 qr-illisible"
    assert desk.broken() == findings


async def test_a_number_typed_by_hand_is_accepted_without_finding(desk: Any, code_of: Any) -> None:
    assert (await desk.post("$consulter", desk.asked(numero=SIMPLE))).status_code == 200
    assert not desk.broken()
    assert code_of(await desk.post("$consulter", desk.asked(numero=SIMPLE.lower()))) == "422 numero-mal-forme"


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
            "422 date-invalide",
        ),
    ],
)
async def test_a_prescription_against_the_rules_is_refused(
    desk: Any, code_of: Any, change: dict[str, Any], expected: str
) -> None:
    answer = await desk.post("$creer", desk.order({**desk.line(TAHOR), **change}), "generaliste")
    assert code_of(answer) == expected


async def test_the_root_of_the_ins_is_exact_when_asked(desk: Any, code_of: Any) -> None:
    subject = {"identifier": {"system": "urn:oid:1.2.250.1.213.1.4.10", "value": "256036330091838"}}
    order = desk.order(desk.line(TAHOR, subject=subject))
    assert (await desk.post("$creer", order, "generaliste")).status_code == 201
    desk.option(strict_ins_root="oui")
    assert code_of(await desk.post("$creer", order, "generaliste")) == "422 racine-ins-differente"


async def test_a_stranger_s_ins_is_taken_with_a_warning(desk: Any) -> None:
    stranger = "1800163001001" + nir_key("1800163001001")
    subject = {"identifier": {"system": "urn:oid:1.2.250.1.213.1.4.8", "value": stranger}}
    await desk.post("$creer", desk.order(desk.line(TAHOR, subject=subject)), "generaliste")
    (finding,) = desk.last().findings
    assert (finding.check_id, finding.severity) == ("EPRESC-PATIENT", "avertissement")


@pytest.mark.parametrize(
    ("method", "path", "expected"),
    [
        ("GET", "", "404 adresse-inconnue"),
        ("GET", f"/{SIMPLE}", "404 adresse-inconnue"),
        ("GET", "/$consulter", "405 methode-refusee"),
        ("POST", f"/{SIMPLE}/$statut", "405 methode-refusee"),
        ("GET", "/PASUNNUMERO/$statut", "404 numero-inconnu"),
        ("GET", "/99simu0000000002ok/$statut", "404 numero-inconnu"),
        ("GET", f"/{'A' * 3000}/$statut", "404 numero-inconnu"),
    ],
)
async def test_other_addresses_speak_the_same_dialect(
    desk: Any, code_of: Any, method: str, path: str, expected: str
) -> None:
    answer = await desk.http.request(method, desk.url + path, headers=desk.headers("titulaire"))
    assert code_of(answer) == expected


@pytest.mark.parametrize(("status", "expected"), [(429, "429 trop-de-requetes"), (503, "503 indisponible")])
async def test_an_armed_fault_answers_in_the_dialect(desk: Any, code_of: Any, status: int, expected: str) -> None:
    desk.session.faults.arm(Fault("f1", "eprescription", FaultKind.STATUS, status, "consulter", remaining=1))
    answer = await desk.consult(SIMPLE)
    assert code_of(answer) == expected
    assert answer.headers["retry-after"] == "5"
    assert (await desk.consult(SIMPLE)).status_code == 200


async def test_two_sessions_do_not_see_each_other(desk: Any, value_of: Any, code_of: Any) -> None:
    other = desk.at("autre")
    made = await desk.post("$creer", desk.order(desk.line(TAHOR)), "generaliste")
    numero = value_of(made, "numero")
    assert code_of(await other.status(numero)) == "404 numero-inconnu"
    await desk.secret(SIMPLE)
    assert (await other.consult(SIMPLE, "voisine")).status_code == 200
    assert code_of(await desk.consult(SIMPLE, "voisine")) == "423 verrouillee"
    other.move(days=500)
    assert value_of(await other.status(SIMPLE, "voisine"), "statut") == "EXPIREE"
    assert value_of(await desk.status(SIMPLE), "statut") == "EN_COURS"


async def test_a_committed_state_is_there_for_another_process(desk: Any, state: Any, psc_url: str) -> None:
    from lgo_sandbox.run.assemble import running
    from lgo_sandbox.settings import Settings

    await desk.secret(SIMPLE)
    settings = Settings(state=state, port_base=0, replica=True, service_urls={"psc": psc_url})
    async with running(settings, ["eprescription"]) as second:
        desk.root = second.sandbox.addresses.tls["eprescription"]
        assert (await desk.consult(SIMPLE, "voisine")).status_code == 423


async def test_the_resource_lists_shows_and_draws(desk: Any) -> None:
    await desk.execute(SIMPLE, desk.dispense(SIMPLE, 1, 1, CLAMOXYL))
    listed = desk.resource()
    assert {one["numero"] for one in listed} == set(NUMBERS.values()) - {NUMBERS["INC-1"]}
    assert [one["numero"] for one in desk.resource(etat="EXPIREE")] == [NUMBERS["EXP-1"]]
    assert {one["numero"] for one in desk.resource(matricule="256036330091838")} == {CHRONIC, NUMBERS["ALD-1"]}
    detail = desk.resource(SIMPLE)
    assert (detail["etat"], detail["lignes"][0]["delivre"], len(detail["executions"])) == ("PARTIELLE", 1, 1)
    json.dumps([listed, detail])
    await desk.secret(SIMPLE)
    assert "secret" not in json.dumps(desk.resource(SIMPLE))
    drawn = desk.resource(f"{SIMPLE}/qr")
    (symbol,) = zxingcpp.read_barcodes(Image.open(io.BytesIO(drawn.body)))
    assert (drawn.content_type, symbol.text) == ("image/png", f"EPU-SIMU:{SIMPLE}")


@pytest.mark.parametrize(
    ("tail", "method", "status"), [("INCONNU", "GET", 404), (f"{SIMPLE}/autre", "GET", 404), ("", "DELETE", 405)]
)
async def test_the_resource_refuses_what_it_has_not(desk: Any, tail: str, method: str, status: int) -> None:
    with pytest.raises(Refusal) as refused:
        desk.resource(tail, method)
    assert refused.value.status == status
