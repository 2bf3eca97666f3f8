"""The day of an e-prescription over real sockets, its states, its sessions and its resource."""

from __future__ import annotations

import base64
import io
import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
import zxingcpp
from PIL import Image
from support.prescription_desk import Desk, code_of, number_of, value_of
from support.tenants import Tenant, running_in_background

from eprescription_mock import codes
from eprescription_mock.seeds import NUMBERS
from eprescription_mock.wire.decoding import decode
from lgo_sandbox.contract import Refusal

CLAMOXYL, AMOXICILLINE, DOLIPRANE = "3400931587538", "3400933857042", "3400935955838"
TAHOR = "3400934306815"
CHRONIC, SIMPLE = NUMBERS["OK-1"], NUMBERS["OK-2"]


def test_a_prescription_is_made_read_from_its_qr_delivered_and_exhausted(desk: Desk) -> None:
    made = desk.post("$ep4-enregistrer", desk.order(desk.line(TAHOR), desk.line(DOLIPRANE, 2)), "generaliste")
    assert made.status_code == 201
    numero = value_of(made, "numero")
    assert len(numero) == 18
    assert numero.startswith(codes.NUMBER_PREFIX)
    assert value_of(made, "qrToken") == f"EPU-SIMU:{numero}"
    consulted = desk.post("$ep3-consulter", desk.asked(qrToken=f"EPU-SIMU:{numero}"), "preparateur")
    lines = [entry["resource"] for entry in value_of(consulted, "ordonnance")["entry"]]
    assert {line["groupIdentifier"]["value"] for line in lines} == {numero}
    assert [line["extension"][0]["valueQuantity"]["value"] for line in lines] == [1, 2]

    part = desk.execute(numero, desk.dispense(numero, 2, 1, DOLIPRANE), who="preparateur")
    assert value_of(part, "statut") == "PARTIELLE"
    rest = (desk.dispense(numero, 1, 1, TAHOR), desk.dispense(numero, 2, 1, DOLIPRANE))
    done = desk.execute(numero, *rest, who="voisine")
    assert value_of(done, "statut") == "EXECUTEE"
    assert value_of(done, "recu") != value_of(part, "recu")
    exchanges = desk.tenant.exchanges()
    assert not [finding for exchange in exchanges for finding in exchange.findings]
    assert {exchange.operation for exchange in exchanges} == {"EP4", "EP3", "EP1"}
    assert code_of(desk.consult(numero)) == "409 deja-executee"


def test_the_service_gives_number_and_code_when_asked(desk: Desk) -> None:
    desk.option(numero="service")
    group = {"system": "urn:essai", "value": "G1"}
    made = desk.post("$ep4-enregistrer", desk.order(desk.line(TAHOR, groupIdentifier=group)), "generaliste")
    numero, image = value_of(made, "numero"), value_of(made, "qr")
    assert image["contentType"] == "image/png"
    (symbol,) = zxingcpp.read_barcodes(Image.open(io.BytesIO(base64.b64decode(image["data"]))))
    assert symbol.text == value_of(made, "qrToken") == f"EPU-SIMU:{numero}"
    assert not desk.broken()


def test_the_number_of_the_prescriber_s_software_is_recorded_once(desk: Desk) -> None:
    made = desk.post("$ep4-enregistrer", desk.order(desk.line(TAHOR, group="N1")), "generaliste")
    assert value_of(made, "numero") == number_of("N1")
    for who in ("generaliste", "medecin-voisine"):
        again = desk.post("$ep4-enregistrer", desk.order(desk.line(DOLIPRANE, group="N1")), who)
        assert code_of(again) == "409 numero-deja-enregistre"
    seeded = desk.line(TAHOR, groupIdentifier={"system": codes.SYSTEM_EPU, "value": SIMPLE})
    assert code_of(desk.post("$ep4-enregistrer", desk.order(seeded), "generaliste")) == "409 numero-deja-enregistre"


@pytest.mark.parametrize(
    ("group", "expected"),
    [
        ({}, "422 numero-absent"),
        ({"system": "urn:essai", "value": number_of("G1")}, "422 numero-absent"),
        ({"system": codes.SYSTEM_EPU}, "422 numero-absent"),
        ({"system": codes.SYSTEM_EPU, "value": number_of("G1").lower()}, "422 numero-mal-forme"),
        ({"system": codes.SYSTEM_EPU, "value": number_of("G1")[1:]}, "422 numero-mal-forme"),
        (
            {
                "system": codes.SYSTEM_EPU,
                "value": number_of("G1"),
                "extension": [{"url": codes.EXTENSION_2D, "valueString": f"EPU-SIMU:{number_of('G2')}"}],
            },
            "422 code-2d-different",
        ),
    ],
)
def test_a_number_that_is_absent_or_malformed_is_refused(desk: Desk, group: dict[str, str], expected: str) -> None:
    answer = desk.post("$ep4-enregistrer", desk.order(desk.line(TAHOR, groupIdentifier=group)), "generaliste")
    assert code_of(answer) == expected


def test_the_prescriptions_of_a_patient_are_found_without_their_content(desk: Desk) -> None:
    mine = desk.asked(patient="urn:oid:1.2.250.1.213.1.4.8|256036330091838")
    seeded = desk.post("$ep2-rechercher", mine)
    told = [{one["name"]: one for one in part["part"]} for part in seeded.json()["parameter"][1:]]
    assert {one["numero"]["valueString"] for one in told} == {CHRONIC, NUMBERS["ALD-1"]}
    assert value_of(seeded, "total") == 2
    assert "Dose" not in seeded.text
    assert "osologie" not in seeded.text
    desk.post("$ep4-enregistrer", desk.order(desk.line(TAHOR)), "medecin-voisine")
    assert value_of(desk.post("$ep2-rechercher", mine, "medecin-voisine"), "total") == 1
    open_only = desk.asked(patient="urn:oid:1.2.250.1.213.1.4.8|256036330091838", statut="EXPIREE")
    assert value_of(desk.post("$ep2-rechercher", open_only), "total") == 0
    assert dict(decode(desk.last()).request)["Matricule INS"] == "256036330091838"
    desk.post("$ep2-rechercher", mine)
    assert CHRONIC in dict(decode(desk.last()).request)["Trouvées"]
    for patient, expected in (("", "422 ins-invalide"), ("1.2.250.1.213.1.4.8|1", "422 ins-invalide")):
        assert code_of(desk.post("$ep2-rechercher", desk.asked(patient=patient))) == expected
    wrong = desk.asked(patient="urn:oid:1.2.250.1.213.1.4.8|256036330091838", statut="FINIE")
    assert code_of(desk.post("$ep2-rechercher", wrong)) == "400 element-invalide"


def test_a_search_that_is_cut_says_so(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(codes, "MAX_FOUND", 1)
    found = desk.post("$ep2-rechercher", desk.asked(patient="urn:oid:1.2.250.1.213.1.4.8|256036330091838"))
    assert (value_of(found, "total"), value_of(found, "tronque")) == (1, True)


def test_an_execution_is_billed_once_and_then_stands(desk: Desk) -> None:
    receipt = value_of(desk.execute(SIMPLE, desk.dispense(SIMPLE, 1, 1, CLAMOXYL)), "recu")
    path = f"{SIMPLE}/$ep6-facturer"
    assert code_of(desk.post(path, desk.asked(numeroFacture=""), receipt=receipt)) == "422 facture-invalide"
    assert code_of(desk.post(path, desk.asked(numeroFacture="F1"), receipt="autre")) == "404 execution-inconnue"
    assert code_of(desk.post(path, desk.asked(numeroFacture="F1"), "voisine", receipt=receipt)) == "403 pas-l-executant"
    billed = desk.post(path, desk.asked(numeroFacture="F1"), receipt=receipt)
    assert (value_of(billed, "recu"), value_of(billed, "statut")) == (receipt, "PARTIELLE")
    assert desk.resource(SIMPLE)["executions"][0]["invoice"] == "F1"
    assert dict(decode(desk.last()).request)["Facture"] == "F1"
    assert code_of(desk.post(path, desk.asked(numeroFacture="F2"), receipt=receipt)) == "409 execution-facturee"
    assert code_of(desk.post(f"{SIMPLE}/$annuler-execution", receipt=receipt)) == "409 execution-facturee"


def test_what_delivered_nothing_is_not_billed(desk: Desk) -> None:
    reason = {"coding": [{"system": codes.SYSTEM_DECLINE, "code": "rupture"}]}
    short = desk.dispense(SIMPLE, 1, 1, "", status="declined", statusReasonCodeableConcept=reason)
    receipt = value_of(desk.execute(SIMPLE, short), "recu")
    answer = desk.post(f"{SIMPLE}/$ep6-facturer", desk.asked(numeroFacture="F1"), receipt=receipt)
    assert code_of(answer) == "422 rien-a-facturer"


def test_people_read_who_asked_for_what_and_what_became_of_it(desk: Desk) -> None:
    def told() -> dict[str, str]:
        return dict(decode(desk.last()).request)

    made = desk.post("$ep4-enregistrer", desk.order(desk.line(TAHOR)), "generaliste")
    numero = value_of(made, "numero")
    assert (told()["Numéro"], told()["Matricule INS"], told()["État après"]) == (numero, "256036330091838", "CREEE")
    secret = desk.secret(numero)
    assert (told()["Consultée par"], told()["Structure"]) == ("QR code lu", "10B0990017")
    assert (told()["État avant"], told()["État après"]) == ("CREEE", "EN_COURS")
    given, named = desk.dispense(numero, 1, 1, TAHOR), {"secret": secret, "X-Request-Id": "abc"}
    done = desk.execute(numero, given, **named)
    assert (told()["Reçu"], told()["État après"]) == (value_of(done, "recu"), "EXECUTEE")
    desk.execute(numero, given, **named)
    assert told()["Requête rejouée"] == "abc"
    desk.post(f"{numero}/$annuler-execution", receipt=value_of(done, "recu"))
    assert (told()["Reçu"], told()["État avant"], told()["État après"]) == (value_of(done, "recu"), "EXECUTEE", "CREEE")
    desk.post(f"{numero}/$abandonner", desk.asked(motif="patient"), secret=desk.secret(numero))
    assert (told()["Motif"], told()["Client Pro Santé Connect"]) == ("patient", "lgo-demo")
    desk.consult(numero, "voisine", headers={"Content-Type": "text/plain"})
    assert told()["Refus"].startswith("type-de-media : ")


@pytest.mark.parametrize("kind", ["plain", "tls"])
def test_it_answers_on_both_ports(desk: Desk, kind: str) -> None:
    desk.root = desk.tenant.url("eprescription", tls=kind == "tls")
    answer = desk.status(SIMPLE)
    assert (answer.status_code, answer.headers["x-simulation"]) == (200, "EPU-NON-OFFICIEL")


@pytest.mark.parametrize(
    ("situation", "expected"),
    [
        ("DEJA-1", "409 deja-executee"),
        ("ANN-1", "409 annulee"),
        ("EXP-1", "410 premiere-delivrance-tardive"),
        ("INC-1", "404 numero-inconnu"),
        ("VERR-1", "423 verrouillee"),
        ("500-1", "503 indisponible"),
    ],
)
def test_the_situations_that_refuse_a_consultation(desk: Desk, situation: str, expected: str) -> None:
    assert code_of(desk.consult(NUMBERS[situation])) == expected


@pytest.mark.parametrize(
    "name", ["OK-1", "OK-2", "PART-1", "REN-1", "DIF-1", "ALD-1", "SEC-1", "TSO-1", "LPP-1", "NSUB-1"]
)
def test_the_situations_that_can_be_consulted(desk: Desk, name: str) -> None:
    assert desk.consult(NUMBERS[name]).status_code == 200


def test_the_slow_situation_waits_and_answers(desk: Desk) -> None:
    desk.option(attente_slow="0")
    assert desk.consult(NUMBERS["SLOW-1"]).status_code == 200


def test_a_partly_delivered_prescription_gives_what_remains_and_no_more(desk: Desk) -> None:
    numero = NUMBERS["PART-1"]
    too_much = desk.execute(numero, desk.dispense(numero, 1, 2, CLAMOXYL))
    assert code_of(too_much) == "422 quantite-depassee"
    assert desk.broken() == {"EPRESC-QUANTITE"}
    right = (desk.dispense(numero, 1, 1, CLAMOXYL), desk.dispense(numero, 2, 1, DOLIPRANE))
    assert value_of(desk.execute(numero, *right), "statut") == "EXECUTEE"


def test_the_designated_officine_alone_delivers_opioid_substitution(desk: Desk) -> None:
    assert code_of(desk.consult(NUMBERS["TSO-1"], "voisine")) == "403 officine-non-designee"


def test_a_device_is_unknown_until_it_is_declined(desk: Desk) -> None:
    numero = NUMBERS["LPP-1"]
    drug = desk.dispense(numero, 1, 2, CLAMOXYL)
    assert code_of(desk.execute(numero, desk.dispense(numero, 2, 1, DOLIPRANE))) == "422 dispositif-inconnu"
    reason = {"coding": [{"system": codes.SYSTEM_DECLINE, "code": "hors-perimetre"}]}
    declined = desk.dispense(numero, 2, 1, "", status="declined", statusReasonCodeableConcept=reason)
    assert value_of(desk.execute(numero, drug, declined), "statut") == "EXECUTEE"


def test_a_substitution_is_declared_and_reasoned(desk: Desk) -> None:
    generic = desk.dispense(SIMPLE, 1, 2, AMOXICILLINE)
    assert code_of(desk.execute(SIMPLE, generic)) == "422 substitution-non-declaree"
    declared = {**generic, "substitution": {"wasSubstituted": True}}
    assert desk.execute(SIMPLE, declared).status_code == 200
    fixed = NUMBERS["NSUB-1"]
    other = desk.dispense(fixed, 1, 1, TAHOR, substitution={"wasSubstituted": True})
    assert code_of(desk.execute(fixed, other)) == "422 substitution-sans-motif"


def test_an_abandoned_consultation_gives_the_prescription_back(desk: Desk) -> None:
    numero = NUMBERS["DIF-1"]
    secret = desk.secret(numero)
    assert code_of(desk.post(f"{numero}/$abandonner", desk.asked(motif="bof"), secret=secret)) == "422 motif-inconnu"
    assert desk.broken() == {"EPRESC-ABANDON"}
    given_back = desk.post(f"{numero}/$abandonner", desk.asked(motif="papier-different"), secret=secret)
    assert value_of(given_back, "statut") == "CREEE"
    assert not desk.broken()
    assert desk.consult(numero, "voisine").status_code == 200


def test_of_two_officines_that_consult_at_once_one_gets_it(desk: Desk) -> None:
    who = ["titulaire", "voisine"] * 6
    with ThreadPoolExecutor(len(who)) as at_once:
        answers = list(at_once.map(lambda one: desk.consult(SIMPLE, one), who))
    holders = {one for one, answer in zip(who, answers, strict=True) if answer.status_code == 200}
    assert len(holders) == 1
    assert sorted(answer.status_code for answer in answers) == [200] * 6 + [423] * 6


def test_a_forgotten_consultation_lapses_with_the_clock(desk: Desk) -> None:
    secret = desk.secret(SIMPLE)
    assert code_of(desk.consult(SIMPLE, "voisine")) == "423 verrouillee"
    desk.tenant.move(minutes=31)
    assert desk.consult(SIMPLE, "voisine").status_code == 200
    late = desk.execute(SIMPLE, desk.dispense(SIMPLE, 1, 1, CLAMOXYL), secret=secret)
    assert code_of(late) == "423 verrouillee"


def test_a_lapse_can_be_switched_off(desk: Desk) -> None:
    desk.option(delai_consultation="jamais")
    answer = desk.consult(SIMPLE)
    assert "expirationConsultation" not in answer.text
    desk.tenant.move(days=2)
    assert code_of(desk.consult(SIMPLE, "voisine")) == "423 verrouillee"


def test_three_months_are_the_limit_of_a_first_delivery(desk: Desk) -> None:
    made = desk.post("$ep4-enregistrer", desk.order(desk.line(TAHOR)), "generaliste")
    numero = made.json()["parameter"][0]["valueString"]
    desk.tenant.move(days=85)
    assert desk.status(numero).status_code == 200
    desk.tenant.move(days=10)
    assert code_of(desk.consult(numero)) == "410 premiere-delivrance-tardive"
    desk.option(premiere_delivrance="sans-limite")
    assert desk.consult(numero).status_code == 200


def test_renewals_follow_each_other_until_none_is_left(desk: Desk) -> None:
    given = [
        desk.dispense(CHRONIC, 1, 2, "3400939718330"),
        desk.dispense(CHRONIC, 2, 1, "3400934744198"),
        desk.dispense(CHRONIC, 3, 1, TAHOR),
    ]
    states = [value_of(desk.execute(CHRONIC, *given), "statut")]
    assert code_of(desk.execute(CHRONIC, *given)) == "422 renouvellement-premature"
    for _ in range(2):
        desk.tenant.move(days=23)
        states.append(value_of(desk.execute(CHRONIC, *given), "statut"))
    assert states == ["A_RENOUVELER", "A_RENOUVELER", "EXECUTEE"]
    assert code_of(desk.consult(CHRONIC)) == "409 deja-executee"


def test_an_execution_is_undone_by_its_receipt(desk: Desk) -> None:
    done = desk.execute(SIMPLE, desk.dispense(SIMPLE, 1, 2, CLAMOXYL))
    path, receipt = f"{SIMPLE}/$annuler-execution", value_of(done, "recu")
    assert code_of(desk.post(path, who="voisine", receipt=receipt)) == "403 pas-l-executant"
    assert code_of(desk.post(path, receipt="autre")) == "404 execution-inconnue"
    assert value_of(desk.post(path, receipt=receipt), "statut") == "CREEE"
    assert code_of(desk.post(path, receipt=receipt)) == "409 aucune-execution"


def test_a_prescriber_cancels_what_nobody_has_begun(desk: Desk) -> None:
    path = f"{SIMPLE}/$annuler"
    assert code_of(desk.post(path, who="medecin-voisine")) == "403 pas-l-auteur"
    assert code_of(desk.post(path, who="titulaire")) == "403 profession-non-autorisee"
    secret = desk.secret(SIMPLE)
    assert code_of(desk.post(path, who="generaliste")) == "409 en-cours"
    desk.post(f"{SIMPLE}/$abandonner", desk.asked(motif="patient"), secret=secret)
    assert value_of(desk.post(path, who="generaliste"), "statut") == "ANNULEE"
    assert code_of(desk.consult(SIMPLE)) == "409 annulee"


def test_a_replayed_execution_gets_the_same_receipt_and_counts_once(desk: Desk) -> None:
    secret = desk.secret(SIMPLE)
    one, other = desk.dispense(SIMPLE, 1, 1, CLAMOXYL), desk.dispense(SIMPLE, 1, 2, CLAMOXYL)
    named = {"secret": secret, "X-Request-Id": "abc"}
    first = desk.execute(SIMPLE, one, **named)
    again = desk.execute(SIMPLE, one, **named)
    assert (first.status_code, again.status_code, again.content) == (200, 200, first.content)
    assert "x-rejeu" not in first.headers
    assert again.headers["x-rejeu"] == "1"
    assert code_of(desk.execute(SIMPLE, other, **named)) == "409 requete-rejouee"
    assert code_of(desk.execute(SIMPLE, one, secret=secret)) == "409 consultation-absente"
    assert desk.broken() == {"EPRESC-CONSULTATION"}
    assert desk.resource(SIMPLE)["lignes"][0]["delivre"] == 1


def test_a_dispense_identifier_counts_once(desk: Desk) -> None:
    named = desk.dispense(SIMPLE, 1, 1, CLAMOXYL, identifier=[{"system": "urn:lgo", "value": "42"}])
    assert desk.execute(SIMPLE, named).status_code == 200
    assert code_of(desk.execute(SIMPLE, named)) == "409 dispensation-deja-enregistree"


def test_a_replayed_creation_makes_one_prescription(desk: Desk) -> None:
    order = desk.order(desk.line(TAHOR))
    named = {"X-Request-Id": "abc"}
    first = desk.post("$ep4-enregistrer", order, "generaliste", named)
    assert desk.post("$ep4-enregistrer", order, "generaliste", named).content == first.content
    assert code_of(desk.post("$ep4-enregistrer", order, "generaliste")) == "409 numero-deja-enregistre"


def test_the_same_order_under_one_group_makes_one_prescription(desk: Desk) -> None:
    desk.option(numero="service")
    order = desk.order(desk.line(TAHOR, groupIdentifier={"value": "G1"}))
    desk.post("$ep4-enregistrer", order, "generaliste")
    assert code_of(desk.post("$ep4-enregistrer", order, "generaliste")) == "409 ordonnance-deja-creee"
    assert desk.post("$ep4-enregistrer", order, "medecin-voisine").status_code == 201


def test_two_prescriptions_of_one_patient_in_one_second_are_two(desk: Desk) -> None:
    desk.option(numero="service")
    group = {"value": f"{desk.tenant.do(lambda s: s.clock.wire()):%Y%m%d%H%M%S}-256036330091838"}
    both = [desk.order(desk.line(cip13, groupIdentifier=group)) for cip13 in (TAHOR, DOLIPRANE)]
    with ThreadPoolExecutor(len(both)) as at_once:
        made = list(at_once.map(lambda order: desk.post("$ep4-enregistrer", order, "generaliste"), both))
    assert [answer.status_code for answer in made] == [201, 201]
    assert len({value_of(answer, "numero") for answer in made}) == 2


def test_two_sessions_do_not_see_each_other(open_desk: Callable[..., Desk]) -> None:
    desk, other = open_desk(), open_desk()
    made = desk.post("$ep4-enregistrer", desk.order(desk.line(TAHOR)), "generaliste")
    numero = value_of(made, "numero")
    assert code_of(other.status(numero)) == "404 numero-inconnu"
    desk.secret(SIMPLE)
    assert other.consult(SIMPLE, "voisine").status_code == 200
    assert code_of(desk.consult(SIMPLE, "voisine")) == "423 verrouillee"
    other.tenant.move(days=500)
    assert value_of(other.status(SIMPLE, "voisine"), "statut") == "EXPIREE"
    assert value_of(desk.status(SIMPLE), "statut") == "EN_COURS"


def test_a_committed_state_is_there_for_another_process(open_desk: Callable[..., Desk]) -> None:
    desk = open_desk(durable=True)
    desk.secret(SIMPLE)
    shared = desk.tenant.runner.launcher.settings
    options = {"replica": True, "service_urls": shared.service_urls}
    with running_in_background(shared.state, "eprescription", **options) as second:
        desk.root = Tenant(second, desk.tenant.name).url("eprescription")
        assert desk.consult(SIMPLE, "voisine").status_code == 423


def test_the_resource_lists_shows_and_draws(desk: Desk) -> None:
    desk.execute(SIMPLE, desk.dispense(SIMPLE, 1, 1, CLAMOXYL))
    listed = desk.resource()
    assert {one["numero"] for one in listed} == set(NUMBERS.values()) - {NUMBERS["INC-1"]}
    assert [one["numero"] for one in desk.resource(etat="EXPIREE")] == [NUMBERS["EXP-1"]]
    assert {one["numero"] for one in desk.resource(matricule="256036330091838")} == {CHRONIC, NUMBERS["ALD-1"]}
    detail = desk.resource(SIMPLE)
    assert (detail["etat"], detail["lignes"][0]["delivre"], len(detail["executions"])) == ("PARTIELLE", 1, 1)
    json.dumps([listed, detail])
    desk.secret(SIMPLE)
    assert "secret" not in json.dumps(desk.resource(SIMPLE))
    drawn = desk.resource(f"{SIMPLE}/qr")
    (symbol,) = zxingcpp.read_barcodes(Image.open(io.BytesIO(drawn.body)))
    assert (drawn.content_type, symbol.text) == ("image/png", f"EPU-SIMU:{SIMPLE}")


@pytest.mark.parametrize(
    ("tail", "method", "status"), [("INCONNU", "GET", 404), (f"{SIMPLE}/autre", "GET", 404), ("", "DELETE", 405)]
)
def test_the_resource_refuses_what_it_has_not(desk: Desk, tail: str, method: str, status: int) -> None:
    with pytest.raises(Refusal) as refused:
        desk.resource(tail, method)
    assert refused.value.status == status
