"""Reads a new prescription and an execution from their FHIR Bundles.

Source: docs/sources/eprescription.md (prescription, contrat-simule); HL7 FHIR R4 medicationrequest.html and
medicationdispense.html. Moments stay texts: their age is the caller's business.
Knows no rule but the form.
"""

from __future__ import annotations

from dataclasses import dataclass

from eprescription_mock import codes
from eprescription_mock.domain.dispensing import known_drug
from eprescription_mock.domain.values import Dispense, Line, Refused
from eprescription_mock.facts import Tolerance
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
from eprescription_mock.wire.tolerances import of_execution, of_order

__all__ = ["Declared", "Draft", "read_execution", "read_order"]

REQUEST, DEVICE, DISPENSE = "MedicationRequest", "DeviceRequest", "MedicationDispense"
OID = "urn:oid:"
DAYS_OF_UNIT = {"d": 1, "wk": 7}


@dataclass(frozen=True, slots=True)
class Draft:
    """A prescription as its author sent it. ``requester`` and ``valid_until`` may be empty."""

    lines: tuple[Line, ...]
    kinds: tuple[str, ...]
    dispenser: str
    matricule: str
    root: str
    authored_on: str
    valid_until: str
    requester: str
    group: str
    number: str
    code_2d: str
    tolerances: tuple[Tolerance, ...]


@dataclass(frozen=True, slots=True)
class Declared:
    """An execution as sent: dispenses, (system, value) of those named as performers, moments of hand-over."""

    dispenses: tuple[Dispense, ...]
    performers: tuple[tuple[str, str], ...]
    moments: tuple[str, ...]
    tolerances: tuple[Tolerance, ...]


def read_order(body: bytes) -> Draft:
    """Read the Bundle of ``$ep4-enregistrer``. Raises Refused."""
    sent = resource_of_type(body, "Bundle")
    references = References(sent)
    orders = references.of_type(REQUEST, DEVICE)
    if not 0 < len(orders) <= codes.MAX_LINES:
        count = f"{len(orders)} lignes"
        raise Refused("ordonnance-vide", count, received=count, where="Bundle.entry")
    first = orders[0]
    system, matricule = _one(
        [identifier_of(member(order, "subject", REQUEST), references, f"{REQUEST}.subject") for order in orders],
        "patients-differents",
        f"{REQUEST}.subject",
    )
    marks = [code for order in orders for code in _marks(order)]
    requester = identifier_of(member(first, "requester", REQUEST), references, f"{REQUEST}.requester")[1]
    return Draft(
        lines=tuple(_line(str(n), order, references) for n, order in enumerate(orders, 1)),
        kinds=tuple(dict.fromkeys(code for code in marks if code in codes.PRESCRIPTION_KINDS)),
        dispenser=_dispenser(orders, references),
        matricule=matricule,
        root=system.removeprefix(OID),
        authored_on=text(first, "authoredOn", REQUEST, required=True),
        valid_until=_latest_end(orders),
        requester=requester,
        group=_group(orders),
        number=_number(first),
        code_2d=_code_2d(first),
        tolerances=of_order(sent, orders, requester),
    )


def read_execution(body: bytes, numero: str) -> Declared:
    """Read the Bundle of ``$ep1-executer``. Raises Refused."""
    bundle = resource_of_type(body, "Bundle")
    references = References(bundle)
    sent = references.of_type(DISPENSE)
    if len(sent) > codes.MAX_DISPENSES:
        count = f"{len(sent)} dispensations"
        raise Refused("execution-vide", count, received=count, where="Bundle.entry")
    actors = [member(one, "actor", f"{DISPENSE}.performer") for d in sent for one in objects(d, "performer", DISPENSE)]
    named = [identifier_of(actor, references, f"{DISPENSE}.performer.actor") for actor in actors]
    performers = tuple(dict.fromkeys(one for one in named if one[1]))
    moments = [text(one, "whenHandedOver", DISPENSE) for one in sent]
    return Declared(
        tuple(_dispense(one, numero, references) for one in sent),
        performers,
        tuple(dict.fromkeys(moment for moment in moments if moment)),
        of_execution(bundle, sent, performers, numero),
    )


def _one(values: list[tuple[str, str]], error: str, where: str) -> tuple[str, str]:
    other = next((one for one in values if one != values[0]), None)
    if other is not None:
        received = " puis ".join("|".join(one).strip("|") or "absent" for one in (values[0], other))
        raise Refused(error, received=received, where=where)
    return values[0]


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


def _marks(order: Json) -> list[str]:
    where = f"{REQUEST}.category"
    concepts = objects(order, "category", REQUEST)
    return [code for c in concepts for system, code, _ in codings(c, where) if system == codes.SYSTEM_TA_ASIP]


def _dispenser(orders: list[Json], references: References) -> str:
    where = f"{REQUEST}.dispenseRequest.performer"
    named = [identifier_of(member(_dispense_request(o), "performer", REQUEST), references, where)[1] for o in orders]
    return next((one for one in named if one), "")


def _dispense_request(order: Json) -> Json:
    return member(order, "dispenseRequest", REQUEST)


def _latest_end(orders: list[Json]) -> str:
    where = f"{REQUEST}.dispenseRequest"
    return max(text(member(_dispense_request(order), "validityPeriod", where), "end", where) for order in orders)


def _line(number: str, order: Json, references: References) -> Line:
    where = f"{order['resourceType']}[{number}]"
    request = _dispense_request(order)
    named = _product(order, references, where)
    known = known_drug(cis=named.get(codes.SYSTEM_CIS, ""), cip13=named.get(codes.SYSTEM_CIP, ""))
    return Line(
        id=number,
        name=named.get("", "") or (known.name if known else ""),
        posology=_posology(order, where),
        quantity=whole(member(request, "quantity", where), "value", f"{where}.dispenseRequest.quantity"),
        repeats=whole(request, "numberOfRepeatsAllowed", f"{where}.dispenseRequest", 0),
        cis=named.get(codes.SYSTEM_CIS, ""),
        cip13=named.get(codes.SYSTEM_CIP, ""),
        lpp=named.get(codes.SYSTEM_LPP, "") if order["resourceType"] == DEVICE else "",
        days=_days(member(request, "expectedSupplyDuration", where), f"{where}.dispenseRequest"),
        no_substitution=_no_substitution(member(order, "substitution", where), f"{where}.substitution"),
        flags=tuple(code for code in _marks(order) if code in codes.LINE_FLAGS),
    )


def _product(resource: Json, references: References, where: str) -> dict[str, str]:
    """Return the codes of a product by system, and its name under the empty one."""
    concept = member(resource, "medicationCodeableConcept", where) or member(resource, "codeCodeableConcept", where)
    if not concept:
        reference = text(member(resource, "medicationReference", where), "reference", where)
        concept = member(references.resolved(reference), "code", where)
    found = list(codings(concept, f"{where}.medication"))
    name = text(concept, "text", where) or next((display for _, _, display in found if display), "")
    return {**{system: code for system, code, _ in found}, "": name}


def _posology(resource: Json, where: str) -> str:
    instructions = objects(resource, "dosageInstruction", where)
    return " ; ".join(filter(None, (text(one, "text", f"{where}.dosageInstruction") for one in instructions)))


def _days(duration: Json, where: str) -> int:
    if not duration:
        return 0
    unit = text(duration, "code", where) or text(duration, "unit", where)
    if unit not in DAYS_OF_UNIT:
        expected = "une durée en jours (d) ou en semaines (wk) est attendue"
        raise invalid(f"{where}.expectedSupplyDuration", expected, unit or None)
    return whole(duration, "value", f"{where}.expectedSupplyDuration") * DAYS_OF_UNIT[unit]


def _no_substitution(substitution: Json, where: str) -> str:
    allowed = member(substitution, "allowedCodeableConcept", where)
    refused = any(code == codes.SUBSTITUTION_NONE for _, code, _ in codings(allowed, where))
    if not refused and boolean(substitution, "allowedBoolean", where, True):
        return ""
    reason = concept_text(member(substitution, "reason", where), where)
    if not reason:
        received = "non substituable, sans motif"
        raise Refused("motif-non-substituable", received=received, where=f"{where}.reason")
    return reason


def _dispense(resource: Json, numero: str, references: References) -> Dispense:
    where = DISPENSE
    status = text(resource, "status", where)
    if status not in ("completed", "declined"):
        raise invalid(f"{where}.status", "completed ou declined est attendu", status or None)
    identifier = next(iter(objects(resource, "identifier", where)), {})
    value = text(identifier, "value", where)
    name = f"{text(identifier, 'system', where)}|{value}" if value else ""
    line = _line_of(resource, numero)
    if status == "declined":
        reason = concept_text(member(resource, "statusReasonCodeableConcept", where), f"{where}.statusReason")
        return Dispense(line, declined=reason or "absent", identifier=name)
    substitution = member(resource, "substitution", where)
    return Dispense(
        line,
        quantity=whole(member(resource, "quantity", where), "value", f"{where}.quantity"),
        cip13=_product(resource, references, where).get(codes.SYSTEM_CIP, ""),
        substituted=boolean(substitution, "wasSubstituted", f"{where}.substitution", False),
        substitution_reason=_first_reason(substitution, f"{where}.substitution"),
        posology=_posology(resource, where),
        note=" ".join(text(one, "text", f"{where}.note") for one in objects(resource, "note", where)),
        identifier=name,
    )


def _first_reason(substitution: Json, where: str) -> str:
    return next((concept_text(reason, where) for reason in objects(substitution, "reason", where)), "")


def _line_of(resource: Json, numero: str) -> str:
    where = f"{DISPENSE}.authorizingPrescription"
    reference = next(iter(objects(resource, "authorizingPrescription", DISPENSE)), {})
    return text(reference, "reference", where).rpartition("/")[2].removeprefix(f"{numero}-")
