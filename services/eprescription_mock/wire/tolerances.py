"""What is passed over in a body that is read, although the real service might refuse it: found by a second look.

Source: docs/sources/eprescription.md#tolerances; HL7 FHIR R4. Looks at bodies that were read: their shape is right.
Knows no rule.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from eprescription_mock import codes
from eprescription_mock.facts import Tolerance
from eprescription_mock.wire.meaning import is_box
from eprescription_mock.wire.parts import Json, any_json, codings, member, objects, shown, text

__all__ = ["of_execution", "of_order", "of_parameters"]

KNOWN_MARKS = frozenset((*codes.PRESCRIPTION_KINDS, *codes.LINE_FLAGS))
NOT_OF_DEVICES = ("dispenseRequest", "dosageInstruction", "substitution", "category")
WITHOUT_TYPE = re.compile(r"\d{11}", re.ASCII)
"""An RPPS number without the digit that makes it a PS_IdNat."""


def of_order(bundle: Json, orders: list[Json], requester: str) -> tuple[Tolerance, ...]:
    """Return what is passed over in a new prescription."""
    found = [*_of_bundle(bundle)]
    kinds = [member(one, "resource", "Bundle").get("resourceType") for one in objects(bundle, "entry", "Bundle")]
    grouped = "RequestGroup" in kinds
    for number, order in enumerate(orders, 1):
        found += _of_request(order, f"{order['resourceType']}[{number}]", grouped=grouped)
    return (*found, *_of_number(requester, "MedicationRequest.requester"))


def of_execution(
    bundle: Json, sent: list[Json], performers: tuple[tuple[str, str], ...], numero: str
) -> tuple[Tolerance, ...]:
    """Return what is passed over in an execution."""
    found = [*_of_bundle(bundle)]
    for number, dispense in enumerate(sent, 1):
        found += _of_dispense(dispense, f"MedicationDispense[{number}]", numero)
    for _, value in performers:
        found += _of_number(value, "MedicationDispense.performer")
    return tuple(found)


def of_parameters(body: bytes) -> tuple[Tolerance, ...]:
    """Return what is passed over in the parameters of an operation: a bare JSON object in place of Parameters."""
    if not body or "resourceType" in any_json(body):
        return ()
    return (_passed("corps", "un objet JSON sans resourceType", "une ressource Parameters, un parameter par valeur"),)


def _of_bundle(bundle: Json) -> Iterator[Tolerance]:
    yield from _fixed(bundle, "type", "collection", "Bundle")


def _of_request(order: Json, where: str, *, grouped: bool) -> Iterator[Tolerance]:
    yield from _fixed(order, "status", "active", where)
    if not (grouped and order.get("intent") == "option"):
        yield from _fixed(order, "intent", "order", where)
    if order["resourceType"] == "DeviceRequest":
        for name in NOT_OF_DEVICES:
            if name in order:
                yield _passed(f"{where}.{name}", "présent", "un élément de DeviceRequest, ou une extension du contrat")
    yield from _of_unit(member(member(order, "dispenseRequest", where), "quantity", where), f"{where}.dispenseRequest")
    for concept in objects(order, "category", where):
        for system, code, _ in codings(concept, where):
            if system == codes.SYSTEM_TA_ASIP and code not in KNOWN_MARKS:
                yield _passed(f"{where}.category", code or "absent", "un code de la terminologie TA_ASIP, connu ici")


def _of_dispense(dispense: Json, where: str, numero: str) -> Iterator[Tolerance]:
    if dispense.get("status") == "declined" and dispense.get("quantity"):
        yield _passed(f"{where}.quantity", shown(dispense["quantity"]), "aucune quantité : la ligne n'est pas délivrée")
    if dispense.get("status") == "completed" and dispense.get("statusReasonCodeableConcept"):
        yield _passed(f"{where}.statusReason", shown(dispense["statusReasonCodeableConcept"]), "aucun motif : délivrée")
    prescriptions = objects(dispense, "authorizingPrescription", where)
    if len(prescriptions) > 1:
        yield _passed(f"{where}.authorizingPrescription", f"{len(prescriptions)} références", "une seule référence")
    for one in prescriptions[:1]:
        reference = text(one, "reference", where)
        name = "" if reference.startswith(("urn:", "#")) else reference.rpartition("/")[2]
        if name and not name.startswith(f"{numero}-"):
            line = f"MedicationRequest/{numero}-{name}"
            yield _passed(f"{where}.authorizingPrescription", reference, line)


def _of_unit(quantity: Json, where: str) -> Iterator[Tolerance]:
    if not is_box(quantity, where):
        received = f"{shown(quantity)}, rendue telle quelle et non comptée"
        yield _passed(f"{where}.quantity", received, f"la boîte : {codes.SYSTEM_EDQM}|{codes.EDQM_BOX}")


def _of_number(value: str, where: str) -> Iterator[Tolerance]:
    if WITHOUT_TYPE.fullmatch(value):
        yield _passed(where, value, f"8{value}, le PS_IdNat avec son chiffre de type")


def _fixed(resource: Json, name: str, right: str, where: str) -> Iterator[Tolerance]:
    if resource.get(name) != right:
        yield _passed(f"{where}.{name}", shown(resource.get(name)), right)


def _passed(where: str, received: str, expected: str) -> Tolerance:
    return Tolerance(where=where, received=received, expected=expected)
