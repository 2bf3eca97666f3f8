"""Reads a new prescription from its FHIR Bundle.

Source: docs/sources/eprescription.md (prescription, contrat-simule); HL7 FHIR R4 medicationrequest.html. Moments stay
texts: their age is the caller's business. Knows no rule but the form.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from eprescription_mock import codes
from eprescription_mock.domain.drugs import known_drug
from eprescription_mock.domain.values import Line, Refused
from eprescription_mock.facts import Tolerance
from eprescription_mock.wire.meaning import is_box, refuse_other_meaning
from eprescription_mock.wire.parts import (
    Json,
    References,
    boolean,
    codings,
    concept_text,
    identifier_of,
    invalid,
    member,
    objects,
    resource_of_type,
    text,
    whole,
)
from eprescription_mock.wire.products import Product, required_product
from eprescription_mock.wire.shared import DAYS_OF_UNIT, PERSON_SYSTEMS, days_of, led_nowhere, posology_of, subject_of
from eprescription_mock.wire.tolerances import of_order
from health_documents.codes.drugs import Drug

__all__ = ["REQUESTS", "Draft", "read_order"]

REQUEST, DEVICE = "MedicationRequest", "DeviceRequest"
REQUESTS = (REQUEST, DEVICE)
OID = "urn:oid:"
DAY = 10
"""Characters of the day in a moment."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A prescription as its author sent it. ``valid_from`` and ``valid_until`` may be empty; ``sent`` is the Bundle."""

    lines: tuple[Line, ...]
    kinds: tuple[str, ...]
    dispenser: str
    matricule: str
    root: str
    authored_on: str
    valid_from: str
    valid_until: str
    requesters: tuple[str, ...]
    group: str
    number: str
    code_2d: str
    replaces: str
    opposed: bool
    sent: Json
    tolerances: tuple[Tolerance, ...]


def read_order(body: bytes) -> Draft:
    """Read the Bundle of EP4. Raises Refused."""
    sent = resource_of_type(body, "Bundle")
    references = References(sent)
    orders = references.of_type(REQUEST, DEVICE)
    if not 0 < len(orders) <= codes.MAX_LINES:
        count = f"{len(orders)} lignes"
        raise Refused("ordonnance-vide", count, received=count, where="Bundle.entry")
    for position, order in enumerate(orders, 1):
        where = f"{order['resourceType']}[{position}]"
        refuse_other_meaning(order, where)
        objects(order, "extension", where)
    first = orders[0]
    system, matricule = _one(
        [subject_of(order, references, REQUEST) for order in orders], "patients-differents", f"{REQUEST}.subject"
    )
    marks = [code for order in orders for code in _marks(order)]
    requesters = _requesters(orders, references)
    return Draft(
        lines=tuple(_line(str(n), order, references) for n, order in enumerate(orders, 1)),
        kinds=tuple(dict.fromkeys(code for code in marks if code in codes.PRESCRIPTION_KINDS)),
        dispenser=_dispenser(orders, references),
        matricule=matricule,
        root=system.removeprefix(OID),
        authored_on=_authored_on(orders),
        valid_from=_latest(orders, "start"),
        valid_until=_latest(orders, "end"),
        requesters=requesters,
        group=_group(orders),
        number=_number(first),
        code_2d=_code_2d(first),
        replaces=_replaced(orders, references),
        opposed=any(_opposed(order) for order in orders),
        sent=sent,
        tolerances=(
            *of_order(sent, orders, next(iter(requesters), "")),
            *led_nowhere(orders, "requester", references),
        ),
    )


def _one(values: list[tuple[str, str]], error: str, where: str) -> tuple[str, str]:
    other = next((one for one in values if one != values[0]), None)
    if other is not None:
        received = " puis ".join("|".join(one).strip("|") or "absent" for one in (values[0], other))
        raise Refused(error, received=received, where=where)
    return values[0]


def _requesters(orders: list[Json], references: References) -> tuple[str, ...]:
    where = f"{REQUEST}.requester"
    named = [identifier_of(member(o, "requester", REQUEST), references, where, o, PERSON_SYSTEMS)[1] for o in orders]
    return tuple(dict.fromkeys(one for one in named if one))


def _authored_on(orders: list[Json]) -> str:
    where = f"{REQUEST}.authoredOn"
    moments = [text(order, "authoredOn", REQUEST, required=True) for order in orders]
    _one([("", moment[:DAY]) for moment in moments], "dates-differentes", where)
    return moments[0]


def _group(orders: list[Json]) -> str:
    where = f"{REQUEST}.groupIdentifier"
    groups = [member(order, "groupIdentifier", REQUEST) for order in orders]
    system, value = _one(
        [(text(g, "system", where), text(g, "value", where)) for g in groups], "groupe-different", where
    )
    if len(orders) > 1 and not value:
        raise Refused("groupe-different", "groupIdentifier absent", received="absent", where=where)
    return f"{system}|{value}" if value else ""


def _number(order: Json) -> str:
    """Return the number that the prescriber's software gave, empty when the group is not of that system."""
    where = f"{REQUEST}.groupIdentifier"
    group = member(order, "groupIdentifier", REQUEST)
    return text(group, "value", where) if text(group, "system", where) == codes.SYSTEM_EPU else ""


def _code_2d(order: Json) -> str:
    where = f"{REQUEST}.groupIdentifier.extension"
    extensions = objects(member(order, "groupIdentifier", REQUEST), "extension", f"{REQUEST}.groupIdentifier")
    found = (text(one, "valueString", where) for one in extensions if one.get("url") == codes.EXTENSION_2D)
    return next(found, "")


def _replaced(orders: list[Json], references: References) -> str:
    """Return the number of the prescription that these lines replace, empty when there is none. Raises Refused."""
    where = f"{REQUEST}.priorPrescription"
    named = [identifier_of(member(o, "priorPrescription", REQUEST), references, where, o)[1] for o in orders]
    return _one([("", one) for one in dict.fromkeys(filter(None, named))] or [("", "")], "groupe-different", where)[1]


def _opposed(order: Json) -> bool:
    where = f"{REQUEST}.extension"
    mine = [one for one in objects(order, "extension", REQUEST) if one.get("url") == codes.EXTENSION_OPPOSITION]
    return any(boolean(one, "valueBoolean", where, False) for one in mine)


def _marks(order: Json) -> list[str]:
    where = f"{REQUEST}.category"
    concepts = [*objects(order, "category", REQUEST), *_device_marks(order, where)]
    return [code for c in concepts for system, code, _ in codings(c, where) if system == codes.SYSTEM_TA_ASIP]


def _device_marks(order: Json, where: str) -> list[Json]:
    mine = [one for one in objects(order, "extension", where) if one.get("url") == codes.EXTENSION_MARK]
    return [member(one, "valueCodeableConcept", where) for one in mine] if order["resourceType"] == DEVICE else []


def _dispenser(orders: list[Json], references: References) -> str:
    where = f"{REQUEST}.dispenseRequest.performer"
    named = [identifier_of(member(_dispense_request(o), "performer", REQUEST), references, where, o)[1] for o in orders]
    return next((one for one in named if one), "")


def _dispense_request(order: Json) -> Json:
    return member(order, "dispenseRequest", REQUEST)


def _latest(orders: list[Json], side: str) -> str:
    where = f"{REQUEST}.dispenseRequest"
    return max(text(member(_dispense_request(order), "validityPeriod", where), side, where) for order in orders)


def _line(number: str, order: Json, references: References) -> Line:
    where = f"{order['resourceType']}[{number}]"
    request, product = _dispense_request(order), required_product(order, references, where)
    known = _known(product)
    return Line(
        id=number,
        name=product.name or (known.name if known else ""),
        posology=posology_of(order, where) or _device_note(order, where),
        quantity=_boxes(_quantity(order, request, where), f"{where}.dispenseRequest.quantity"),
        repeats=whole(request, "numberOfRepeatsAllowed", f"{where}.dispenseRequest", 0),
        cis=product.code("CIS"),
        cip13=product.code("CIP"),
        lpp=product.device if order["resourceType"] == DEVICE else "",
        days=days_of(
            member(request, "expectedSupplyDuration", where), f"{where}.dispenseRequest.expectedSupplyDuration"
        )
        or _bounds(order, where),
        no_substitution=_no_substitution(member(order, "substitution", where), f"{where}.substitution"),
        flags=tuple(code for code in _marks(order) if code in codes.LINE_FLAGS),
        other="" if product.code("CIS") or product.code("CIP") else product.other,
    )


def _known(product: Product) -> Drug | None:
    return known_drug(cis=product.code("CIS"), cip13=product.code("CIP"))


def _quantity(order: Json, request: Json, where: str) -> Json:
    """Return the quantity of one delivery: a DeviceRequest has it in an extension of ours."""
    asked = member(request, "quantity", where)
    if asked or order["resourceType"] != DEVICE:
        return asked
    mine = [one for one in objects(order, "extension", where) if one.get("url") == codes.EXTENSION_QUANTITY]
    return next((member(one, "valueQuantity", where) for one in mine), {})


def _device_note(order: Json, where: str) -> str:
    """Return how a device is used, in its notes: FHIR R4 gives it no posology."""
    notes = objects(order, "note", where) if order["resourceType"] == DEVICE else []
    return " ; ".join(filter(None, (text(one, "text", f"{where}.note") for one in notes)))


def _boxes(quantity: Json, where: str) -> int:
    """Return how many boxes are asked for, 0 when the prescriber counts none, or something else than boxes."""
    if not quantity or not is_box(quantity, where):
        return 0
    boxes = whole(quantity, "value", where)
    if boxes <= 0:
        raise Refused("quantite-invalide", f"{boxes}", received=f"{boxes}", where=where)
    return boxes


def _bounds(order: Json, where: str) -> int:
    """Return the longest duration that the structured posology says in days or weeks, 0 when it says none."""
    place, days = f"{where}.dosageInstruction.timing.repeat.boundsDuration", [0]
    for dosage in objects(order, "dosageInstruction", where):
        duration = member(member(member(dosage, "timing", where), "repeat", where), "boundsDuration", where)
        factor = DAYS_OF_UNIT.get(text(duration, "code", where))
        if factor:
            value = duration.get("value")
            if isinstance(value, bool) or not isinstance(value, int | float):
                raise invalid(place, "un nombre est attendu", value)
            days.append(math.ceil(value * factor))
    return max(days)


def _no_substitution(substitution: Json, where: str) -> str:
    allowed = member(substitution, "allowedCodeableConcept", where)
    refused = any(code == codes.SUBSTITUTION_NONE for _, code, _ in codings(allowed, where))
    if not refused and boolean(substitution, "allowedBoolean", where, True):
        return ""
    why = member(substitution, "reason", where)
    for system, code, _ in codings(why, f"{where}.reason"):
        if system == codes.SYSTEM_NO_SUBSTITUTION and code not in codes.NO_SUBSTITUTION_REASONS:
            expected = ", ".join(codes.NO_SUBSTITUTION_REASONS)
            place = f"{where}.reason"
            raise Refused("motif-non-substituable", code[:40], received=code, expected=expected, where=place)
    reason = concept_text(why, where)
    if not reason:
        received = "non substituable, sans motif"
        raise Refused("motif-non-substituable", received=received, where=f"{where}.reason")
    return reason
