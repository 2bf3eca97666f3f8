"""The rules of the regulation as a client meets them: each with its own error, explained."""

from __future__ import annotations

from typing import Any

import pytest
from support.prescription_desk import PEOPLE, Desk, code_of, number_of, value_of

from eprescription_mock import codes
from eprescription_mock.seeds import NUMBERS

TAHOR, DOLIPRANE, SKENAN_CIS = "3400934306815", "3400935955838", "69666321"
SIMPLE = NUMBERS["OK-2"]


def recorded(desk: Desk, *lines: Any, who: str = "generaliste") -> Any:
    return desk.post("$ep4-enregistrer", desk.order(*lines), who)


def asking(patient: str) -> dict[str, Any]:
    found = PEOPLE.patient_named(patient)
    return {"identifier": {"system": f"urn:oid:{found.oid}", "value": found.matricule}}


def reason(code: str) -> dict[str, Any]:
    refused = {"coding": [{"system": codes.SYSTEM_SUBSTITUTION, "code": "N"}]}
    why = {"coding": [{"system": codes.SYSTEM_NO_SUBSTITUTION, "code": code}]}
    return {"allowedCodeableConcept": refused, "reason": why}


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"substitution": reason("ABC")}, "422 motif-non-substituable"),
        ({"substitution": reason("EFG")}, "422 motif-efg"),
        (
            {"category": [{"coding": [{"system": codes.SYSTEM_TA_ASIP, "code": "MED-1096"}]}]},
            "422 bizone-sans-ald",
        ),
        (
            {
                "medicationCodeableConcept": {"coding": [{"system": codes.SYSTEM_CIS, "code": SKENAN_CIS}]},
                "dosageInstruction": [{"text": "une gélule"}],
                "dispenseRequest": {"quantity": {"value": 1}, "numberOfRepeatsAllowed": 1},
            },
            "422 stupefiant-renouvelable",
        ),
        (
            {
                "medicationCodeableConcept": {"coding": [{"system": codes.SYSTEM_CIS, "code": SKENAN_CIS}]},
                "dosageInstruction": [
                    {"text": "une gélule", "timing": {"repeat": {"boundsDuration": {"value": 5, "code": "wk"}}}}
                ],
            },
            "422 duree-limitee-depassee",
        ),
        ({"priorPrescription": {"identifier": {"value": "INCONNU"}}}, "422 ordonnance-remplacee-inconnue"),
        ({"priorPrescription": {"identifier": {"value": NUMBERS["PART-1"]}}}, "409 deja-entamee"),
    ],
)
def test_a_prescription_against_the_regulation_is_refused(desk: Desk, change: dict[str, Any], expected: str) -> None:
    assert code_of(recorded(desk, {**desk.line(TAHOR), **change})) == expected
    (finding,) = desk.last().findings
    assert finding.source.startswith("docs/sources/eprescription.md#")


def test_a_narcotic_on_a_prescription_marked_secured_passes_without_a_word(desk: Desk) -> None:
    secured = [{"coding": [{"system": codes.SYSTEM_TA_ASIP, "code": "MED-1098"}]}]
    concept = {"coding": [{"system": codes.SYSTEM_CIS, "code": SKENAN_CIS}]}
    words = [{"text": "une gélule"}]
    line = desk.line("", category=secured, medicationCodeableConcept=concept, dosageInstruction=words)
    assert recorded(desk, line).status_code == 201
    assert not desk.broken()


def test_each_reason_of_the_list_is_taken(desk: Desk) -> None:
    for code in ("MTE", "CIF"):
        assert recorded(desk, desk.line(TAHOR, group=code, substitution=reason(code))).status_code == 201
        assert not desk.broken()


def test_a_prescription_replaces_another_one(desk: Desk) -> None:
    prior = {"identifier": {"system": codes.SYSTEM_EPU, "value": number_of("OLD")}}
    recorded(desk, desk.line(TAHOR, group="OLD"))
    stranger = recorded(desk, desk.line(TAHOR, group="NEW", priorPrescription=prior), who="medecin-voisine")
    assert code_of(stranger) == "403 pas-l-auteur"
    assert recorded(desk, desk.line(TAHOR, group="NEW", priorPrescription=prior)).status_code == 201
    assert code_of(desk.consult(number_of("OLD"))) == "409 remplacee"
    (finding,) = desk.last().findings
    assert number_of("NEW") in finding.received
    assert desk.consult(number_of("NEW")).status_code == 200


def test_two_prescriptions_of_one_day_live_apart(desk: Desk) -> None:
    for group in ("J1", "J2"):
        assert recorded(desk, desk.line(TAHOR, group=group)).status_code == 201
    assert value_of(desk.execute(number_of("J1"), desk.dispense(number_of("J1"), 1, 1, TAHOR)), "statut") == "EXECUTEE"
    assert value_of(desk.status(number_of("J2")), "statut") == "CREEE"


def test_a_patient_s_opposition_hides_the_execution_from_the_prescriber(desk: Desk) -> None:
    opposed = [{"url": codes.EXTENSION_OPPOSITION, "valueBoolean": True}]
    recorded(desk, desk.line(TAHOR, extension=opposed))
    numero = number_of("G1")
    assert code_of(desk.status(numero, "generaliste")) == "403 opposition-du-patient"
    assert desk.status(numero).status_code == 200
    mine = desk.asked(patient="urn:oid:1.2.250.1.213.1.4.8|256036330091838")
    told = {
        one["part"][0]["valueString"]: one
        for one in desk.post("$ep2-rechercher", mine, "generaliste").json()["parameter"][1:]
    }
    assert "statut" not in str(told[numero])
    assert "peremption" not in str(told[numero])
    created = desk.asked(patient="urn:oid:1.2.250.1.213.1.4.8|256036330091838", statut="CREEE")
    assert numero not in desk.post("$ep2-rechercher", created, "generaliste").text
    assert numero in desk.post("$ep2-rechercher", created).text
    assert "statut" in str(told[NUMBERS["OK-1"]])


def test_after_five_years_nothing_is_kept(desk: Desk) -> None:
    recorded(desk, desk.line(TAHOR))
    desk.tenant.move(days=5 * 365 + 3)
    assert code_of(desk.status(number_of("G1"))) == "410 conservation-echue"
    mine = desk.asked(patient="urn:oid:1.2.250.1.213.1.4.8|256036330091838")
    found = desk.post("$ep2-rechercher", mine).text
    assert number_of("G1") not in found


def test_an_overlap_of_two_prescriptions_of_a_narcotic_is_refused(desk: Desk) -> None:
    concept = {"coding": [{"system": codes.SYSTEM_CIS, "code": SKENAN_CIS}]}
    request = {"quantity": {"value": 2}, "expectedSupplyDuration": {"value": 14, "code": "d"}}
    members = {"medicationCodeableConcept": concept, "dosageInstruction": [{"text": "une"}], "dispenseRequest": request}
    from health_documents.codes.drugs import drug

    for group in ("S1", "S2"):
        assert recorded(desk, desk.line(TAHOR, group=group, **members)).status_code == 201
    first, second = number_of("S1"), number_of("S2")
    cip13 = drug(SKENAN_CIS).cip13
    assert desk.execute(first, desk.dispense(first, 1, 2, cip13)).status_code == 200
    assert code_of(desk.execute(second, desk.dispense(second, 1, 2, cip13))) == "422 chevauchement"
    desk.tenant.move(days=14)
    assert desk.execute(second, desk.dispense(second, 1, 2, cip13)).status_code == 200
