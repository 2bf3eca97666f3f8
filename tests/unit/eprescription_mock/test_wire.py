"""Reading Bundles and Parameters, moments of messages, and refusals as OperationOutcome."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.dispensary import Dispensary

from eprescription_mock import codes
from eprescription_mock.codes.errors import ERRORS
from eprescription_mock.codes.states import State
from eprescription_mock.domain.values import Refused
from eprescription_mock.facts import Change
from eprescription_mock.wire.decoding import decode
from eprescription_mock.wire.execution import read_execution
from eprescription_mock.wire.keeping import kept_parts
from eprescription_mock.wire.moments import age_moment, wire_moment
from eprescription_mock.wire.outcomes import problem, refusal
from eprescription_mock.wire.parts import parameters
from eprescription_mock.wire.reading import REQUESTS, read_order
from eprescription_mock.wire.rendering import prescription_bundle
from lgo_sandbox.contract import Problem, ProblemKind
from lgo_sandbox.tenant.clock import Clock, ClockState
from lgo_sandbox.watch.exchange import Exchange
from lgo_sandbox.watch.facts import Noted

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
SPLIT_SECOND = timedelta(milliseconds=200)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=8,
)
NAMES = [
    "medicationCodeableConcept",
    "subject",
    "authoredOn",
    "groupIdentifier",
    "dosageInstruction",
    "dispenseRequest",
    "substitution",
    "category",
    "requester",
    "status",
    "quantity",
    "authorizingPrescription",
    "performer",
    "identifier",
    "note",
    "whenHandedOver",
    "whenPrepared",
    "contained",
    "extension",
    "modifierExtension",
    "implicitRules",
    "doNotPerform",
    "intent",
    "medicationReference",
    "codeCodeableConcept",
    "priorPrescription",
    "daysSupply",
    "type",
]
HOSTILE = st.fixed_dictionaries(
    {"resourceType": st.sampled_from(["MedicationRequest", "MedicationDispense", "DeviceRequest"])},
    optional=dict.fromkeys(NAMES, JSON),
)


def octets(*resources: Any, kind: str = "Bundle") -> bytes:
    return json.dumps({"resourceType": kind, "entry": [{"resource": one} for one in resources]}).encode()


def clock(by: timedelta = timedelta(), *, frozen: bool = False) -> Clock:
    return Clock(Clock(ClockState(), lambda: NOON).moved(by=by, frozen=frozen), lambda: NOON + timedelta(minutes=1))


def test_a_prescription_that_we_write_is_read_back(desk: Dispensary) -> None:
    p = desk.prescription(
        replace(desk.metformine, flags=("MED-574",)),
        replace(desk.tahor, no_substitution="MTE"),
        kinds=("MED-1096",),
        dispenser="10B0990017",
        authored_on="2026-03-02",
    )
    draft = read_order(json.dumps(prescription_bundle(p)).encode())
    assert draft.lines == p.lines
    assert (draft.kinds, draft.dispenser, draft.matricule, draft.root) == (p.kinds, p.dispenser, p.matricule, p.root)
    assert (draft.requesters, draft.group) == ((p.prescriber,), f"{codes.SYSTEM_EPU}|{p.numero}")


def test_references_inside_the_bundle_are_followed(desk: Dispensary) -> None:
    order = json.loads(json.dumps(prescription_bundle(desk.prescription(desk.tahor, authored_on="2026-03-02"))))
    resource = order["entry"][0]["resource"]
    patient = {"resourceType": "Patient", "identifier": [resource["subject"]["identifier"]]}
    order["entry"].append({"fullUrl": "urn:uuid:1", "resource": patient})
    drug = {"resourceType": "Medication", "id": "m", "code": resource.pop("medicationCodeableConcept")}
    order["entry"].append({"resource": drug})
    resource["subject"] = {"reference": "urn:uuid:1"}
    resource["medicationReference"] = {"reference": "Medication/m"}
    draft = read_order(json.dumps(order).encode())
    assert (draft.matricule, draft.lines[0].cip13) == ("256036330091838", desk.tahor.cip13)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"groupIdentifier": {"value": "autre"}}, "groupe-different"),
        ({"subject": {"identifier": {"value": "161116311391951"}}}, "patients-differents"),
        ({"substitution": {"allowedBoolean": False}}, "motif-non-substituable"),
        ({"dispenseRequest": {"quantity": {"value": "2"}}}, "element-invalide"),
        ({"dispenseRequest": {"quantity": {"value": True}}}, "element-invalide"),
        ({"dispenseRequest": {"quantity": {"value": 1.5}}}, "quantite-invalide"),
        ({"dispenseRequest": {"quantity": {"value": 0}}}, "quantite-invalide"),
        ({"dispenseRequest": {"quantity": {"unit": "boîte"}}}, "element-invalide"),
        ({"dosageInstruction": {"text": "1"}}, "element-invalide"),
        ({"dosageInstruction": [{"text": "x" * 2001}]}, "element-invalide"),
    ],
)
def test_a_line_against_the_form_is_refused(desk: Dispensary, change: dict[str, Any], code: str) -> None:
    order = prescription_bundle(desk.prescription(authored_on="2026-03-02"))
    order["entry"][1]["resource"] |= change
    with pytest.raises(Refused) as refused:
        read_order(json.dumps(order).encode())
    assert refused.value.code == code


def test_a_dose_of_weeks_is_counted_in_days(desk: Dispensary) -> None:
    order = prescription_bundle(desk.prescription(desk.tahor, authored_on="2026-03-02"))
    order["entry"][0]["resource"]["dispenseRequest"]["expectedSupplyDuration"] = {"value": 2, "code": "wk"}
    assert read_order(json.dumps(order).encode()).lines[0].days == 14


def test_an_execution_is_read(desk: Dispensary) -> None:
    numero = "99SIMUABCDEFGHJKLM"
    body = octets(
        {
            "resourceType": "MedicationDispense",
            "status": "completed",
            "identifier": [{"system": "urn:lgo", "value": "1"}],
            "authorizingPrescription": [{"reference": f"https://x/MedicationRequest/{numero}-2"}],
            "medicationCodeableConcept": {"coding": [{"system": codes.SYSTEM_CIP, "code": "3400930183052"}]},
            "quantity": {"value": 1.0},
            "whenHandedOver": "2026-03-02T11:00:00+01:00",
            "performer": [{"actor": {"identifier": {"value": "899700090014"}}}],
            "substitution": {"wasSubstituted": True, "reason": [{"text": "générique"}]},
            "note": [{"text": "vu"}],
        },
        {
            "resourceType": "MedicationDispense",
            "status": "declined",
            "authorizingPrescription": [{"reference": f"MedicationRequest/{numero}-1"}],
            "statusReasonCodeableConcept": {"coding": [{"system": codes.SYSTEM_DECLINE, "code": "rupture"}]},
        },
        {"resourceType": "Provenance"},
    )
    read = read_execution(body, numero)
    first, second = read.dispenses
    assert (first.line, first.quantity, first.cip13, first.substituted) == ("2", 1, "3400930183052", True)
    assert (first.substitution_reason, first.note, first.identifier) == ("générique", "vu", "urn:lgo|1")
    assert (second.line, second.declined) == ("1", "rupture")
    assert read.performers == (("", "899700090014"),)
    assert read.moments == ("2026-03-02T11:00:00+01:00",)


@given(resources=st.lists(HOSTILE, max_size=3))
def test_whatever_the_bundle_holds_it_is_read_or_refused(resources: list[Any]) -> None:
    for read in (read_order, lambda body: read_execution(body, "99SIMUABCDEFGHJKLM")):
        with suppress(Refused):
            assert read(octets(*resources))


@given(extra=st.dictionaries(st.sampled_from(NAMES), JSON, max_size=2), beside=JSON)
def test_whatever_was_read_can_be_kept_and_given_back(extra: dict[str, Any], beside: Any) -> None:
    right = {
        "resourceType": "MedicationRequest",
        "medicationCodeableConcept": {"coding": [{"system": codes.SYSTEM_CIS, "code": "60234100"}]},
        "authoredOn": "2026-03-02",
        "dosageInstruction": [{"text": "un"}],
    }
    with suppress(Refused):
        draft = read_order(octets({**right, **extra}, {"resourceType": "Basic", "any": beside}))
        sources, further = kept_parts(draft.sent, REQUESTS, "99SIMUABCDEFGHJKLM")
        p = replace(Dispensary().prescription(), further=further)
        p = replace(p, lines=tuple(replace(x, source=s) for x, s in zip(draft.lines, sources, strict=True)))
        entries = prescription_bundle(p)["entry"]
        assert all(one["fullUrl"].startswith("urn:") for one in entries)
        json.dumps(entries)


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[]", b'"x"', b"\xff\xfe", b'{"resourceType": "Patient"}', b"[" * 100_000, b'{"a":' * 5000, b"NaN"],
)
def test_what_is_no_bundle_is_unreadable(body: bytes) -> None:
    for read in (read_order, lambda octets: read_execution(octets, "")):
        with pytest.raises(Refused, match="corps-illisible"):
            read(body)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b"", {}),
        (b'{"numero": "A"}', {"numero": "A"}),
        (b'{"resourceType":"Parameters","parameter":[{"name":"q","valueString":"x"}]}', {"q": "x"}),
        (b'{"resourceType":"Parameters","parameter":[{"name":"q","valueCode":"x"}]}', {"q": "x"}),
        (b'{"resourceType":"Parameters","parameter":[{"name":"q"}]}', {"q": ""}),
    ],
)
def test_parameters_are_read(body: bytes, expected: dict[str, str]) -> None:
    assert parameters(body) == expected


@pytest.mark.parametrize(
    "body",
    [
        b'{"numero": 1}',
        b'{"resourceType":"Bundle"}',
        b'{"resourceType":"Parameters","parameter":[1]}',
        b'{"resourceType":"Parameters","parameter":[{"name":"q"},{"name":"q"}]}',
        b'{"resourceType":"Parameters","parameter":[{"valueString":"q"}]}',
    ],
)
def test_bad_parameters_are_refused(body: bytes) -> None:
    with pytest.raises(Refused) as refused:
        parameters(body)
    assert refused.value.error.status == 400


def test_a_date_is_the_end_of_its_day_and_today_is_now() -> None:
    plain = clock()
    assert age_moment("2026-03-01", plain, "") == datetime(2026, 3, 2, tzinfo=UTC)
    assert age_moment("2026-03-02", plain, "") == plain.wire()
    assert age_moment("2026-03-03", plain, "") == plain.wire()
    assert age_moment("2026-03-05", plain, "") == datetime(2026, 3, 6, tzinfo=UTC)
    assert age_moment("2026-03-02", plain, "", end_of_day=True) == datetime(2026, 3, 3, tzinfo=UTC)


@pytest.mark.parametrize("frozen", [False, True])
def test_messages_carry_wire_time_and_deadlines_age_time(frozen: bool) -> None:
    moved = clock(timedelta(days=30), frozen=frozen)
    assert age_moment("2026-03-02", moved, "") == moved.age()
    later = age_moment("2026-04-02T12:01:00Z", moved, "")
    assert later == moved.age() + timedelta(days=31)
    assert wire_moment(later, moved) == datetime(2026, 4, 2, 12, 1, tzinfo=UTC)


def test_a_moment_cut_to_the_second_does_not_age_by_a_jump_within_it() -> None:
    jumped = Clock(Clock(ClockState(), lambda: NOON).moved(by=timedelta(days=100)), lambda: NOON + SPLIT_SECOND)
    before_the_jump = (NOON - SPLIT_SECOND).isoformat()
    assert jumped.age() - age_moment(before_the_jump, jumped, "") == 2 * SPLIT_SECOND
    assert age_moment((NOON - timedelta(minutes=1)).isoformat(), jumped, "") == NOON - timedelta(minutes=1)


@pytest.mark.parametrize(
    "text", ["", "hier", "2026", "2026-03", "2026-02-30", "2026-03-02T10:00:00", "0001-01-01", "9999-12-31T00:00:00Z"]
)
def test_a_date_without_day_or_zone_or_out_of_bounds_is_refused(text: str) -> None:
    with pytest.raises(Refused, match="date-invalide"):
        age_moment(text, clock(), "")


@pytest.mark.parametrize("code", sorted(ERRORS))
def test_every_refusal_is_a_marked_operation_outcome(code: str) -> None:
    answer = refusal(Refused(code, "détail", received="reçu", where="Bundle"))
    outcome = json.loads(answer.body)
    (issue,) = outcome["issue"]
    assert outcome["resourceType"] == "OperationOutcome"
    assert issue["details"]["coding"] == [{"system": codes.SYSTEM_ERRORS, "code": code, "display": ERRORS[code].text}]
    assert answer.status == ERRORS[code].status
    assert answer.content_type == "application/fhir+json"
    assert ("X-Simulation", "EPU-NON-OFFICIEL") in answer.headers


@pytest.mark.parametrize(
    ("status", "code"),
    [(404, "adresse-inconnue"), (413, "trop-volumineux"), (429, "trop-de-requetes"), (502, "indisponible")],
)
def test_what_the_sandbox_refuses_speaks_the_same_dialect(status: int, code: str) -> None:
    answer = problem(Problem(ProblemKind.FAULT, status, "panne", {"Allow": "POST"}))
    assert answer.status == status
    assert json.loads(answer.body)["issue"][0]["details"]["coding"][0]["code"] == code
    assert {("X-Simulation", "EPU-NON-OFFICIEL"), ("Allow", "POST")} <= set(answer.headers)


def exchange(**changes: Any) -> Exchange:
    return replace(Exchange("x1", "eprescription", "eprescription", "http", "", "", operation="EP3"), **changes)


def test_an_exchange_is_decoded_without_its_image() -> None:
    image = json.dumps({"data": "A" * 5000}).encode()
    made = Noted()
    made.put(Change(numero="N", state=State.CREEE))
    decoded = decode(exchange(status=201, summary="Créée", noted=made, response_body=image))
    assert decoded.summary == "Créée"
    assert ("Numéro", "N") in decoded.request
    assert "5000 caractères" in dict(decoded.response)["Corps"]


@pytest.mark.parametrize("body", [b"\xff", b"{", b"", b"[" * 100_000])
def test_decoding_never_fails(body: bytes) -> None:
    assert decode(exchange(request_body=body, response_body=body)).summary == "EP3 : consultation"
