"""A pharmacy with the Dossier pharmaceutique: identity, history, feeding, recalls, shortages, closure."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from support.dp_counter import PEOPLE, Counter, code_of

from dp_mock import codes
from dp_mock.seeds import PENDING, RECALLED
from lgo_sandbox.contract import Refusal
from lgo_sandbox.requirements import catalogue
from lgo_sandbox.tenant.faults import Fault, FaultKind

TAHOR, DOLIPRANE, SKENAN = "3400934306815", "3400935955838", "3400933323691"
VAXIGRIP, HUMIRA = "3400930306000", "3400930042687"
OZEMPIC, KEPPRA, AMOXICILLINE = "3400930151105", "3400935601650", "3400933857042"
NEW, KNOWN, OPPOSED, CLOSED = "fournier-ines", "martin-claire", "moreau-etienne", "roux-gerard"


def rows(answer: httpx.Response, name: str = "dispensations") -> list[dict[str, Any]]:
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()[name]
    return found


def state(counter: Counter, patient: str) -> str:
    return str(counter.get(counter.of(patient)).json()["etat"])


def box(identifier: str, cip13: str = DOLIPRANE, **members: Any) -> dict[str, Any]:
    return {"identifiant": identifier, "cip13": cip13, **members}


# --- LGO.DP.01: identity, creation unless opposed ---


def test_a_dossier_is_created_by_itself_after_six_weeks(counter: Counter) -> None:
    assert state(counter, NEW) == "INCONNU"
    begun = counter.identify(NEW)
    assert (begun.status_code, begun.json()["etat"]) == (201, "INFORMATION_EN_COURS")
    assert begun.json()["finOpposition"]
    assert PEOPLE.patient_named(NEW).matricule in begun.json()["attestation"]
    counter.tenant.move(days=41)
    assert code_of(counter.history(NEW)) == "409 dossier-non-cree"
    counter.tenant.move(days=1, minutes=1)
    assert state(counter, NEW) == "CREE"
    traced = counter.get(counter.of(NEW, "/traces")).json()["traces"]
    assert [one["operation"] for one in traced] == ["traces", "creation", "identite"]
    assert counter.broken() == set()


def test_an_identity_sent_again_updates_the_contact_and_not_the_delay(counter: Counter) -> None:
    first = counter.identify(NEW).json()["finOpposition"]
    counter.tenant.move(days=10)
    again = counter.identify(NEW, contact={"courriel": "ines@exemple.invalid"})
    assert (again.status_code, again.json()["etat"]) == (200, "INFORMATION_EN_COURS")
    assert again.json()["finOpposition"] < first
    matricule = PEOPLE.patient_named(NEW).matricule
    assert counter.resource("dossiers", matricule)["identite"]["contact"]["email"] == "ines@exemple.invalid"
    counter.tenant.move(days=33)
    assert state(counter, NEW) == "CREE"


def test_who_opposes_in_time_gets_no_dossier(counter: Counter) -> None:
    counter.identify(NEW)
    assert counter.ask("POST", counter.of(NEW, "/opposition")).json()["etat"] == "OPPOSE"
    counter.tenant.move(days=60)
    assert state(counter, NEW) == "OPPOSE"
    assert code_of(counter.identify(NEW)) == "409 dossier-oppose"
    assert counter.identify(NEW, demandePatient=True).json()["etat"] == "INFORMATION_EN_COURS"
    assert code_of(counter.feed(OPPOSED, box("1"))) == "409 dossier-oppose"


def test_the_delay_is_an_option(counter: Counter) -> None:
    counter.option(delai_opposition="1")
    counter.identify(NEW)
    counter.tenant.move(days=1, minutes=1)
    assert state(counter, NEW) == "CREE"


def test_a_seeded_patient_in_information_is_created_when_the_rest_of_the_delay_is_over(counter: Counter) -> None:
    assert state(counter, "nguyen-minh-anh") == "INFORMATION_EN_COURS"
    counter.tenant.move(days=20, minutes=1)
    assert state(counter, "nguyen-minh-anh") == "CREE"


# --- LGO.DP.03: what is seen ---


def test_twelve_months_are_shown_with_place_and_lot(counter: Counter) -> None:
    found = rows(counter.history(KNOWN))
    assert [one["lot"] for one in found] == ["KAR2604", "MET2601", "MET2512", "TAH2501"]
    assert found[-1]["etablissement"] == {
        "numero": "10B0990025",
        "nom": "PHARMACIE DES ERABLES",
        "type": "officine",
        "telephone": "0465710002",
        "adresse": "40 BOULEVARD DES ERABLES, 63998 VALFONTAINE",
    }
    assert counter.broken() == set()


def test_biologics_are_shown_three_years_and_other_medicines_twelve_months(counter: Counter) -> None:
    assert [one["lot"] for one in rows(counter.history("durand-paul-1"))] == ["ELI26", "HUM26A", "HUM23C"]
    counter.option(profondeur="4")
    assert [one["lot"] for one in rows(counter.history(KNOWN))] == ["KAR2604", "MET2601", "MET2512"]


def test_vaccines_stand_apart_and_begin_in_september_2016(counter: Counter) -> None:
    path = counter.of("lefevre-augustine", "/vaccins")
    assert [one["lot"] for one in rows(counter.get(path), "vaccinations")] == ["VAX2510", "PRE2412", "BOO1610"]
    assert [one["cip13"] for one in rows(counter.history("lefevre-augustine"))] == [DOLIPRANE]
    counter.option(vaccins="21-ans")
    assert rows(counter.get(path), "vaccinations")[-1]["lot"] == "BOO1503"


def test_nothing_dispensed_is_an_empty_list(counter: Counter) -> None:
    assert rows(counter.history("rousseau-marion")) == []


def test_hospital_and_laboratory_read_and_only_pharmacies_do_the_rest(counter: Counter) -> None:
    assert counter.history(KNOWN, "hospitalier").status_code == 200
    assert counter.history(KNOWN, "biologiste").status_code == 200
    assert code_of(counter.feed(KNOWN, box("h"), who="hospitalier")) == "403 profession-non-autorisee"
    assert code_of(counter.history(KNOWN, "generaliste")) == "403 profession-non-autorisee"
    assert counter.history(KNOWN, "preparateur").status_code == 200


# --- LGO.DP.04: feeding ---


def test_what_is_dispensed_is_seen_by_the_next_pharmacy_with_its_units(counter: Counter) -> None:
    counter.look(SKENAN, "SKE1")
    sent = counter.feed(KNOWN, box("d1", SKENAN, deconditionne=True, unites=7, lot="SKE1", peremption="2027-05-31"))
    assert (sent.status_code, sent.json()["enregistrees"]) == (201, 1)
    assert counter.broken() == set()
    counter.ask("POST", f"/messages/{PENDING}/acquittement", who="voisine")
    newest = rows(counter.history(KNOWN, "voisine"))[0]
    assert (newest["cip13"], newest["deconditionne"], newest["unites"]) == (SKENAN, True, 7)
    assert (newest["lot"], newest["peremption"]) == ("SKE1", "2027-05-31")


def test_the_same_dispensation_counts_once_and_another_of_its_name_is_refused(counter: Counter) -> None:
    before = len(rows(counter.history(KNOWN)))
    assert counter.feed(KNOWN, box("d1")).status_code == 201
    again = counter.feed(KNOWN, box("d1"))
    assert (again.status_code, again.json()["deja"]) == (200, 1)
    assert code_of(counter.feed(KNOWN, box("d2"), box("d1", boites=2))) == "409 dispensation-deja-enregistree"
    assert len(rows(counter.history(KNOWN))) == before + 1


def test_a_delivery_of_the_past_stands_at_its_date(counter: Counter) -> None:
    counter.feed(KNOWN, box("d1", date="2020-01-06"), box("d2"))
    assert "d1" not in [one["identifiant"] for one in rows(counter.history(KNOWN))]
    assert code_of(counter.feed(KNOWN, box("d3", date="2199-01-01"))) == "400 date-invalide"


# --- refusals of the patient, closure ---


def test_a_refusal_holds_for_the_structure_the_scope_and_the_day(counter: Counter) -> None:
    refused = counter.ask("POST", counter.of(KNOWN, "/refus"), {"portee": "consultation"})
    assert refused.status_code == 201
    assert code_of(counter.history(KNOWN)) == "403 refus-du-patient"
    assert counter.feed(KNOWN, box("d1")).status_code == 201
    assert counter.history(KNOWN, "hospitalier").status_code == 200
    counter.tenant.move(hours=24, minutes=1)
    assert counter.history(KNOWN).status_code == 200
    counter.ask("POST", counter.of(KNOWN, "/refus"), {"portee": "alimentation"})
    assert code_of(counter.feed(KNOWN, box("d2"))) == "403 refus-du-patient"


def test_a_closure_erases_all_and_leaves_its_trace(counter: Counter) -> None:
    closed = counter.ask("DELETE", counter.of(KNOWN))
    assert (closed.json()["etat"], closed.json()["effacees"]) == ("CLOS", 5)
    assert "effacées" in closed.json()["attestation"]
    assert code_of(counter.history(KNOWN)) == "409 dossier-clos"
    kept = counter.resource("dossiers", PEOPLE.patient_named(KNOWN).matricule)
    assert (kept["identite"], kept["dispensations"]) == (None, [])
    assert [one["operation"] for one in kept["traces"]] == ["cloture"]
    assert code_of(counter.ask("DELETE", counter.of(CLOSED))) == "409 dossier-clos"


# --- LGO.DP.02: print and traces ---


def test_the_print_holds_history_vaccines_and_interventions_and_is_labelled(counter: Counter) -> None:
    counter.history("lefevre-augustine")
    page = counter.get(counter.of("lefevre-augustine", "/impression"))
    assert page.headers["content-type"] == codes.HTML_MEDIA
    assert page.headers["x-simulation"] == codes.SIMULATION
    for text in (
        "SIMULATION",
        "LEFEVRE AUGUSTINE",
        "DOLIPRANE 1000",
        "VAX2510",
        "historique",
        "PHARMACIE DE LA FONTAINE",
    ):
        assert text in page.text
    assert "BOO1503" not in page.text
    assert counter.broken() == set()


# --- LGO.DP.05: recalls, lots ---


def test_a_recall_blocks_until_it_is_acknowledged(counter: Counter) -> None:
    assert code_of(counter.history(KNOWN, "voisine")) == "423 rappel-a-acquitter"
    (message,) = counter.get("/messages", "voisine").json()["messages"]
    assert (message["id"], message["bloquant"], message["lots"]) == (PENDING, True, ["TAH2409"])
    read = counter.ask("POST", f"/messages/{PENDING}/acquittement", who="voisine")
    assert read.status_code == 200
    again = counter.ask("POST", f"/messages/{PENDING}/acquittement", who="voisine")
    assert again.json()["acquitteLe"] == read.json()["acquitteLe"]
    assert counter.history(KNOWN, "voisine").status_code == 200
    assert not counter.get("/messages", "voisine").json()["messages"][0]["bloquant"]


def test_a_recall_of_this_morning_is_published_by_the_tester(counter: Counter) -> None:
    assert counter.history(KNOWN).status_code == 200
    published = counter.resource("rappels", method="POST", body={"cip13": TAHOR, "lots": ["L1"]})
    assert code_of(counter.history(KNOWN)) == "423 rappel-a-acquitter"
    assert counter.history(KNOWN, "hospitalier").status_code == 200
    counter.ask("POST", f"/messages/{published['number']}/acquittement")
    assert counter.history(KNOWN).status_code == 200
    assert counter.look(TAHOR, "L1").json()["rappele"]
    assert not counter.look(TAHOR, "L2").json()["rappele"]
    assert published["number"] in [one["number"] for one in counter.resource("rappels")]
    with pytest.raises(Refusal, match="structure"):
        counter.resource("rappels", method="POST", body={"cip13": TAHOR, "structure": "0"})
    with pytest.raises(Refusal, match="attendu"):
        counter.resource("rappels", method="POST", body={"cip13": "1"})
    with pytest.raises(Refusal):
        counter.resource("depannages", method="POST")


@pytest.mark.parametrize(("cip13", "lot"), RECALLED.items())
def test_each_seeded_lot_is_recalled(counter: Counter, cip13: str, lot: str) -> None:
    found = counter.look(cip13, lot).json()
    assert found["rappele"]
    assert found["rappels"][0]["conduite"].startswith("[Fictif]")


# --- LGO.DP.06: shortages ---


@pytest.mark.parametrize(("cip13", "answer"), [(OZEMPIC, "accepte"), (KEPPRA, "refuse")])
def test_a_shortage_tells_the_conduct_and_takes_an_emergency_request(counter: Counter, cip13: str, answer: str) -> None:
    (shortage,) = counter.get("/ruptures", cip13=cip13).json()["ruptures"]
    assert shortage["conduite"]
    assert shortage["depannage"]
    asked = counter.ask("POST", f"/ruptures/{cip13}/depannages", {"boites": 2})
    assert (asked.status_code, asked.json()["etat"]) == (201, "en-attente")
    path = f"/depannages/{asked.json()['numero']}"
    counter.tenant.move(hours=4, minutes=1)
    assert counter.get(path).json()["etat"] == answer
    assert code_of(counter.get(path, "voisine")) == "404 depannage-inconnu"
    assert [one["answer"] for one in counter.resource("depannages")] == [answer]


def test_shortages_are_listed_and_a_medicine_without_one_has_none(counter: Counter) -> None:
    assert len(counter.get("/ruptures").json()["ruptures"]) == 3
    assert counter.get("/ruptures", cip13=DOLIPRANE).json()["ruptures"] == []
    (shortage,) = counter.get("/ruptures", cip13=AMOXICILLINE).json()["ruptures"]
    assert shortage["alternatives"][0]["nom"].startswith("CLAMOXYL")


# --- the whole ---


def test_every_answer_says_that_it_is_simulated(counter: Counter) -> None:
    for answer in (
        counter.history(KNOWN),
        counter.history(OPPOSED),
        counter.get("/ailleurs"),
        counter.get("/messages"),
    ):
        assert answer.headers["x-simulation"] == codes.SIMULATION
        assert answer.json()["simulation"] == codes.SIMULATION


def test_a_whole_visit_decides_what_the_wire_can_of_each_requirement(counter: Counter) -> None:
    counter.identify(NEW)
    counter.get("/messages")
    counter.resource("rappels", method="POST", body={"cip13": TAHOR, "lots": ["L1"]})
    (message,) = counter.get("/messages").json()["messages"]
    counter.ask("POST", f"/messages/{message['id']}/acquittement")
    counter.history(KNOWN)
    counter.get(counter.of(KNOWN, "/vaccins"))
    counter.get("/ruptures", cip13=OZEMPIC)
    counter.ask("POST", f"/ruptures/{OZEMPIC}/depannages", {"boites": 1})
    counter.look(SKENAN, "SKE1")
    counter.feed(KNOWN, box("d1", SKENAN, deconditionne=True, unites=7, lot="SKE1"), box("d2", OZEMPIC))
    counter.get(counter.of(KNOWN, "/impression"))
    assert counter.tenant.findings() == []
    seen = counter.tenant.do(lambda s: {number for one in s.journal.observations() for number in one.requirements})
    assert {one.id for one in catalogue().of("dp")} <= seen


def test_an_armed_fault_answers_in_the_dialect_of_the_service(counter: Counter) -> None:
    fault = Fault("f1", "dp", FaultKind.STATUS, 503, codes.HISTORY, remaining=1)
    counter.tenant.do(lambda s: s.faults.arm(fault))
    answer = counter.history(KNOWN)
    assert code_of(answer) == "503 indisponible"
    assert answer.headers["retry-after"]
    assert counter.history(KNOWN).status_code == 200
