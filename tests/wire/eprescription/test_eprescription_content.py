"""Nothing of clinical meaning is unread: what is sent is compared, refused, told, or given back as it came."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest
from support.prescription_desk import Desk, code_of, number_of, value_of

from eprescription_mock import codes
from eprescription_mock.seeds import NUMBERS

CLAMOXYL, TAHOR, DOLIPRANE = "3400931587538", "3400934306815", "3400935955838"
SIMPLE = NUMBERS["OK-2"]
INS = "urn:oid:1.2.250.1.213.1.4.8"
UCD = "http://data.esante.gouv.fr/ansm/medicament/UCD"
SMS = "http://data.esante.gouv.fr/ansm/medicament/codeSMS"
MEDICABASE = "http://BogusSystemMedicabase.com"
VIRTUAL = {"coding": [{"system": MEDICABASE, "code": "MV00000001", "display": "Essai 1 mg comprimé"}]}
STRUCTURED = {
    "sequence": 1,
    "text": "un demi-comprimé matin et soir",
    "additionalInstruction": [{"text": "au milieu du repas"}],
    "timing": {"repeat": {"boundsDuration": {"value": 2, "unit": "semaine", "code": "wk"}, "when": ["CM", "CV"]}},
    "asNeededBoolean": False,
    "route": {"coding": [{"system": codes.SYSTEM_EDQM, "code": "20053000", "display": "Voie orale"}]},
    "doseAndRate": [{"doseQuantity": {"value": 0.5, "unit": "Comprimé", "system": codes.SYSTEM_EDQM}}],
    "maxDosePerPeriod": {"numerator": {"value": 2}, "denominator": {"value": 24, "code": "h"}},
}
EXTENSION = {"url": "urn:essai:intention", "valueCode": "curatif"}


def recorded(desk: Desk, *lines: Any, **members: Any) -> Any:
    return desk.post("$ep4-enregistrer", {**desk.order(*lines), **members}, "generaliste")


def given_back(desk: Desk, numero: str) -> list[dict[str, Any]]:
    entries: list[dict[str, Any]] = value_of(desk.consult(numero), "ordonnance")["entry"]
    return entries


def test_whatever_a_line_says_comes_back_as_it_was(desk: Desk) -> None:
    said = {
        "extension": [EXTENSION],
        "priority": "urgent",
        "note": [{"text": "patient prévenu"}],
        "reasonCode": [{"text": "douleur"}],
        "dosageInstruction": [STRUCTURED, {"text": "puis un comprimé", "sequence": 2}],
        "courseOfTherapyType": {"text": "aigu"},
    }
    assert recorded(desk, desk.line(TAHOR, **said)).status_code == 201
    assert not desk.broken()
    (entry,) = given_back(desk, number_of("G1"))
    back = entry["resource"]
    for name, value in said.items():
        assert (back[name][:1] if name == "extension" else back[name]) == value, name
    assert entry["fullUrl"].startswith("urn:uuid:")


def test_what_is_contained_is_read_and_stays_inside(desk: Desk) -> None:
    line = desk.line(TAHOR)
    identifier = line["subject"]["identifier"]
    patient = {"resourceType": "Patient", "id": "p", "identifier": [{"system": "urn:ipp", "value": "7"}, identifier]}
    author = {"resourceType": "Practitioner", "id": "a", "identifier": [{"value": "899700090055"}]}
    drug = {"resourceType": "Medication", "id": "1", "code": line.pop("medicationCodeableConcept")}
    line |= {
        "contained": [patient, author, drug],
        "subject": {"reference": "#p"},
        "requester": {"reference": "#a"},
        "medicationReference": {"reference": "#1"},
    }
    assert recorded(desk, line).status_code == 201
    assert not desk.broken()
    back = given_back(desk, number_of("G1"))[0]["resource"]
    assert back["contained"] == [patient, author, drug]
    assert back["medicationReference"] == {"reference": "#1"}
    assert back["subject"]["reference"] == "#p"
    assert desk.resource(number_of("G1"))["lignes"][0]["cip13"] == TAHOR


@pytest.mark.parametrize(
    "url", ["urn:uuid:0b2b6b1c-6ea9-4ad1-9f35-7fb7b1a3c001", "https://essai.invalid/Medication/m", None]
)
def test_what_stands_beside_is_read_and_comes_back_under_an_absolute_address(desk: Desk, url: str | None) -> None:
    line = desk.line(TAHOR)
    drug = {"resourceType": "Medication", "id": "m", "code": line.pop("medicationCodeableConcept")}
    line["medicationReference"] = {"reference": url or "Medication/m"}
    group = {"resourceType": "RequestGroup", "action": [{"resource": {"reference": "MedicationRequest/l"}}]}
    beside = [{"resource": drug, **({"fullUrl": url} if url else {})}, {"resource": group}]
    body = desk.order({**line, "id": "l"})
    body["entry"] += beside
    assert desk.post("$ep4-enregistrer", body, "generaliste").status_code == 201
    entries = given_back(desk, number_of("G1"))
    assert all(one["fullUrl"].startswith(("urn:", "https://")) for one in entries)
    at = {one["fullUrl"]: one["resource"] for one in entries}
    request = entries[0]["resource"]
    assert at[request["medicationReference"]["reference"]] == drug
    assert at[entries[2]["resource"]["action"][0]["resource"]["reference"]] == request


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"status": "cancelled"}, "422 statut-refuse"),
        ({"status": "entered-in-error"}, "422 statut-refuse"),
        ({"intent": "proposal"}, "422 intention-refusee"),
        ({"doNotPerform": True}, "422 element-modificateur"),
        ({"implicitRules": "https://essai.invalid/regles"}, "422 element-modificateur"),
        ({"modifierExtension": [{"url": "urn:essai:sens"}]}, "422 element-modificateur"),
        (
            {"dosageInstruction": [{"text": "x", "modifierExtension": [{"url": "urn:essai:sens"}]}]},
            "422 element-modificateur",
        ),
        ({"medicationCodeableConcept": {"text": "du paracétamol"}}, "422 medicament-invalide"),
        (
            {"medicationCodeableConcept": {"coding": [{"system": "urn:atc", "code": "N02BE01"}]}},
            "422 medicament-invalide",
        ),
        ({"medicationCodeableConcept": {"coding": [{"system": UCD, "code": "9266923"}]}}, "422 medicament-invalide"),
        (
            {"medicationCodeableConcept": {"coding": [{"system": UCD, "code": "3400892669230"}]}},
            "422 medicament-invalide",
        ),
        ({"medicationCodeableConcept": {"coding": [{"system": MEDICABASE, "code": "1"}]}}, "422 medicament-invalide"),
        ({"medicationReference": {"reference": "#m"}}, "400 element-invalide"),
        (
            {"medicationCodeableConcept": {}, "medicationReference": {"reference": "Medication/ailleurs"}},
            "422 reference-non-resolue",
        ),
        ({"dispenseRequest": {"quantity": {"value": 0}}}, "422 quantite-invalide"),
        (
            {"dispenseRequest": {"validityPeriod": {"start": "2199-01-01"}, "quantity": {"value": 1}}},
            "422 date-invalide",
        ),
    ],
)
def test_a_line_that_means_something_else_is_refused(desk: Desk, change: dict[str, Any], expected: str) -> None:
    assert code_of(recorded(desk, {**desk.line(TAHOR), **change})) == expected


def test_a_refused_code_is_named_with_the_systems_that_are_admitted(desk: Desk) -> None:
    recorded(desk, desk.line("", medicationCodeableConcept={"coding": [{"system": "urn:atc", "code": "N02BE01"}]}))
    (finding,) = desk.last().findings
    assert "urn:atc|N02BE01" in finding.received
    for name in ("CIS", "CIP", "UCD", "Medicabase", "SMS"):
        assert name in finding.expected
    assert finding.where == "MedicationRequest[1].medication"


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("authoredOn", "2026-01-01", "422 dates-differentes"),
        ("requester", {"identifier": {"value": "899700090139"}}, "422 auteur-different"),
    ],
)
def test_every_line_is_looked_at_and_not_the_first_alone(desk: Desk, name: str, value: Any, expected: str) -> None:
    assert code_of(recorded(desk, desk.line(TAHOR), {**desk.line(DOLIPRANE), name: value})) == expected


@pytest.mark.parametrize(
    "concept",
    [
        VIRTUAL,
        {"coding": [{"system": UCD, "code": "3400892669236"}]},
        {"coding": [{"system": SMS, "code": "100000090270"}]},
        {"coding": [{"system": "urn:oid:1.2.250.1.213.2.59", "code": "MV00000001"}]},
    ],
)
def test_a_medicine_prescribed_otherwise_than_by_cip_is_chosen_by_the_pharmacist(desk: Desk, concept: Any) -> None:
    line = desk.line(TAHOR, medicationCodeableConcept=concept, dosageInstruction=[STRUCTURED])
    del line["dispenseRequest"]
    assert recorded(desk, line).status_code == 201
    assert not desk.broken()
    numero = number_of("G1")
    entries = given_back(desk, numero)
    assert entries[0]["resource"]["medicationCodeableConcept"] == concept
    assert "reste-a-delivrer" not in str(entries)
    partial = {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "FFP"}]}
    some = desk.execute(numero, desk.dispense(numero, 1, 2, DOLIPRANE, type=partial))
    assert value_of(some, "statut") == "PARTIELLE"
    rest = desk.execute(numero, desk.dispense(numero, 1, 1, DOLIPRANE))
    assert value_of(rest, "statut") == "EXECUTEE"


def test_a_compound_is_prescribed_by_its_ingredients(desk: Desk) -> None:
    parts = [
        {"resourceType": "Medication", "id": "g", "code": {"coding": [{"system": SMS, "code": "100000078171"}]}},
        {"resourceType": "Medication", "id": "n", "code": {"text": "chlorure de sodium"}},
    ]
    whole = {
        "resourceType": "Medication",
        "id": "c",
        "code": {"text": "G5 et NaCl"},
        "ingredient": [{"itemReference": {"reference": "#g"}}, {"itemReference": {"reference": "#n"}}],
    }
    line = desk.line(TAHOR, contained=[*parts, whole], medicationReference={"reference": "#c"})
    del line["medicationCodeableConcept"]
    assert recorded(desk, deepcopy(line)).status_code == 201
    assert given_back(desk, number_of("G1"))[0]["resource"]["contained"] == [*parts, whole]
    assert desk.resource(number_of("G1"))["lignes"][0]["other"] == "préparation"


def test_a_device_is_a_device_request_of_fhir_both_ways(desk: Desk) -> None:
    device = given_back(desk, NUMBERS["LPP-1"])[1]["resource"]
    assert not {"dispenseRequest", "dosageInstruction", "substitution", "category"} & set(device)
    matricule = desk.resource(NUMBERS["LPP-1"])["matricule"]
    again = {**device, "groupIdentifier": {"system": codes.SYSTEM_EPU, "value": number_of("D1")}, "status": "active"}
    assert recorded(desk, again).status_code == 201
    assert not desk.broken()
    (line,) = desk.resource(number_of("D1"))["lignes"]
    assert (line["lpp"], line["quantity"], line["posology"]) == ("1100028", 1, "1 goutte 4 fois par jour")
    assert desk.resource(number_of("D1"))["matricule"] == matricule
    old = desk.line(TAHOR, group="D2", resourceType="DeviceRequest", codeCodeableConcept=device["codeCodeableConcept"])
    del old["medicationCodeableConcept"]
    assert recorded(desk, old).status_code == 201
    assert desk.broken() == {"EPRESC-FORME"}


def of_patient(value: str) -> dict[str, Any]:
    return {"subject": {"identifier": {"system": INS, "value": value}}}


TABLETS = {"value": 2, "unit": "comprimé", "system": codes.SYSTEM_EDQM, "code": "15054000"}


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (of_patient("256036330091838"), "422 patient-different"),
        ({"quantity": TABLETS}, "422 unite-refusee"),
        ({"quantity": {"value": 2, "unit": "comprimés"}}, "422 unite-refusee"),
        ({"quantity": {"value": 2, "system": codes.UCUM, "code": codes.EDQM_BOX}}, "422 unite-refusee"),
        ({"status": "cancelled"}, "400 element-invalide"),
        ({"status": "entered-in-error"}, "400 element-invalide"),
        ({"modifierExtension": [{"url": "urn:essai:sens"}]}, "422 element-modificateur"),
        ({"whenHandedOver": "2020-01-01"}, "422 date-invalide"),
        ({"whenPrepared": "2199-01-01"}, "422 date-invalide"),
        (
            {"authorizingPrescription": [{"reference": f"MedicationRequest/{SIMPLE}-{n}"} for n in (1, 2)]},
            "400 element-invalide",
        ),
        (
            {"authorizingPrescription": [{"reference": f"MedicationRequest/{NUMBERS['OK-1']}-1"}]},
            "422 ligne-inconnue",
        ),
    ],
)
def test_a_dispense_that_contradicts_the_prescription_is_refused(
    desk: Desk, change: dict[str, Any], expected: str
) -> None:
    given = {**desk.dispense(SIMPLE, 1, 1, CLAMOXYL), **change}
    assert code_of(desk.execute(SIMPLE, given)) == expected
    assert desk.resource(SIMPLE)["executions"] == []


def test_a_dispense_of_the_same_patient_passes_without_a_word(desk: Desk) -> None:
    matricule = desk.resource(SIMPLE)["matricule"]
    assert desk.execute(SIMPLE, {**desk.dispense(SIMPLE, 1, 1, CLAMOXYL), **of_patient(matricule)}).status_code == 200
    assert not desk.broken()


def test_a_dispense_names_its_line_in_any_way_that_fhir_has(desk: Desk) -> None:
    first = given_back(desk, SIMPLE)[0]["fullUrl"]
    contained = {"resourceType": "MedicationRequest", "id": "r", "identifier": [{"value": f"{SIMPLE}-2"}]}
    ways: list[dict[str, Any]] = [
        {"authorizingPrescription": [{"reference": first}]},
        {"authorizingPrescription": [{"identifier": {"value": f"{SIMPLE}-1"}}]},
        {"authorizingPrescription": [{"reference": f"https://essai.invalid/fhir/MedicationRequest/{SIMPLE}-2"}]},
        {"authorizingPrescription": [{"reference": "#r"}], "contained": [contained]},
    ]
    for number, way in enumerate(ways):
        given = desk.dispense(SIMPLE, 0, 1, CLAMOXYL if number < 2 else DOLIPRANE)
        answer = desk.execute(SIMPLE, {**given, **way})
        assert answer.status_code == 200, (way, answer.text)
        assert not desk.broken()
    assert value_of(answer, "statut") == "EXECUTEE"


def test_a_medicine_contained_in_a_dispense_is_read(desk: Desk) -> None:
    given = desk.dispense(SIMPLE, 1, 1, CLAMOXYL)
    drug = {"resourceType": "Medication", "id": "1", "code": given.pop("medicationCodeableConcept")}
    answer = desk.execute(SIMPLE, {**given, "contained": [drug], "medicationReference": {"reference": "#1"}})
    assert answer.status_code == 200
    assert not desk.broken()
