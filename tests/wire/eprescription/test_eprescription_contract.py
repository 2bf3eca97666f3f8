"""What the service says of itself is what it does: metadata, OpenAPI, the prescription that is read only."""

from __future__ import annotations

from typing import Any

from support.prescription_desk import Desk, code_of, number_of, value_of

from eprescription_mock import codes
from eprescription_mock.codes.contract import OPERATIONS
from eprescription_mock.seeds import NUMBERS
from eprescription_mock.wire.decoding import LABELS

CLAMOXYL, TAHOR = "3400931587538", "3400934306815"
SIMPLE = NUMBERS["OK-2"]


def told(desk: Desk, path: str, who: str = "") -> Any:
    headers = desk.headers(who) if who else {}
    return desk.http.get(f"{desk.url}/{path}", headers=headers)


def test_the_capabilities_are_told_to_anybody_at_the_address_that_was_called(desk: Desk) -> None:
    answer = told(desk, "metadata")
    assert (answer.status_code, answer.headers["x-simulation"]) == (200, "EPU-NON-OFFICIEL")
    statement = answer.json()
    assert (statement["resourceType"], statement["fhirVersion"]) == ("CapabilityStatement", "4.0.1")
    assert statement["implementation"]["url"] == desk.url
    names = [one["name"] for one in statement["rest"][0]["operation"]]
    assert names[:5] == ["ep4-enregistrer", "ep3-consulter", "ep2-rechercher", "ep1-executer", "ep6-facturer"]
    assert not desk.broken()


def test_every_operation_of_the_openapi_is_there_and_no_other(desk: Desk) -> None:
    document = told(desk, "openapi.json").json()
    assert document["servers"] == [{"url": desk.url}]
    described = {(method, path) for path, methods in document["paths"].items() for method in methods}
    assert described == {(one.method.lower(), one.path) for one in OPERATIONS}
    assert {one.name for one in OPERATIONS} == set(LABELS)
    for method, path in described:
        address = desk.url + path.replace("{numero}", SIMPLE)
        answer = desk.http.request(method.upper(), address, headers=desk.headers("titulaire"))
        assert answer.status_code not in (404, 405), (method, path)
        assert answer.headers["x-simulation"] == codes.SIMULATION
        said = document["paths"][path][method]["responses"]
        kind = said.get(str(answer.status_code), said["default"])["content"]
        assert answer.headers["content-type"] in kind, (method, path)


def test_what_the_openapi_says_needs_a_token_is_refused_without(desk: Desk) -> None:
    for one in OPERATIONS:
        answer = desk.http.request(one.method, desk.url + one.path.replace("{numero}", SIMPLE))
        assert answer.status_code == 200 if one.open else code_of(answer) == "401 jeton-absent"


def test_a_prescription_is_read_by_its_author_and_by_whoever_holds_or_delivered_it(desk: Desk) -> None:
    assert told(desk, SIMPLE, "generaliste").json()["id"] == SIMPLE
    assert code_of(told(desk, SIMPLE, "medecin-voisine")) == "403 lecture-refusee"
    assert code_of(told(desk, SIMPLE, "titulaire")) == "403 lecture-refusee"
    assert value_of(desk.execute(SIMPLE, desk.dispense(SIMPLE, 1, 1, CLAMOXYL)), "statut") == "PARTIELLE"
    entries = told(desk, SIMPLE, "titulaire").json()["entry"]
    assert entries[0]["resource"]["extension"][0]["valueQuantity"]["value"] == 1
    assert code_of(told(desk, SIMPLE, "voisine")) == "403 lecture-refusee"
    assert desk.secret(SIMPLE, "voisine")
    assert told(desk, SIMPLE, "voisine").status_code == 200


def test_what_was_delivered_is_hidden_from_the_prescriber_whom_the_patient_opposes(desk: Desk) -> None:
    opposed = [{"url": codes.EXTENSION_OPPOSITION, "valueBoolean": True}]
    desk.post("$ep4-enregistrer", desk.order(desk.line(TAHOR, extension=opposed)), "generaliste")
    numero = number_of("G1")
    desk.execute(numero, desk.dispense(numero, 1, 1, TAHOR))
    (entry,) = told(desk, numero, "generaliste").json()["entry"]
    assert entry["resource"]["status"] == "active"
    assert entry["resource"]["extension"] == opposed
    (seen,) = told(desk, numero, "titulaire").json()["entry"]
    assert seen["resource"]["status"] == "completed"
