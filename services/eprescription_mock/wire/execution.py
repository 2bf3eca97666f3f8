"""Reads an execution from its FHIR Bundle.

Source: docs/sources/eprescription.md (quantite, sens, contrat-simule); HL7 FHIR R4 medicationdispense.html. Moments
stay texts: their age is the caller's business. Knows no rule but the form.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from eprescription_mock import codes
from eprescription_mock.domain.values import Dispense, Refused
from eprescription_mock.facts import Tolerance
from eprescription_mock.wire.keeping import line_url
from eprescription_mock.wire.meaning import refuse_modifiers, refuse_other_unit
from eprescription_mock.wire.parts import (
    Json,
    References,
    boolean,
    concept_text,
    identifier_of,
    invalid,
    member,
    objects,
    resource_of_type,
    text,
    whole,
)
from eprescription_mock.wire.products import read_product
from eprescription_mock.wire.shared import PERSON_SYSTEMS, days_of, led_nowhere, posology_of, subject_of
from eprescription_mock.wire.tolerances import of_execution

__all__ = ["Declared", "read_execution"]

DISPENSE = "MedicationDispense"


@dataclass(frozen=True, slots=True)
class Declared:
    """An execution as sent: dispenses, (system, value) of performers and patients, moments of hand-over."""

    dispenses: tuple[Dispense, ...]
    performers: tuple[tuple[str, str], ...]
    patients: tuple[tuple[str, str], ...]
    moments: tuple[str, ...]
    tolerances: tuple[Tolerance, ...]


def read_execution(body: bytes, numero: str) -> Declared:
    """Read the Bundle of EP1. Raises Refused."""
    bundle = resource_of_type(body, "Bundle")
    references = References(bundle)
    sent = references.of_type(DISPENSE)
    if len(sent) > codes.MAX_DISPENSES:
        count = f"{len(sent)} dispensations"
        raise Refused("execution-vide", count, received=count, where="Bundle.entry")
    performers = dict.fromkeys(one for d in sent for one in _performers(d, references) if one[1])
    patients = dict.fromkeys(one for one in (subject_of(d, references, DISPENSE) for d in sent) if one[1])
    return Declared(
        tuple(_dispense(one, numero, references) for one in sent),
        tuple(performers),
        tuple(patients),
        tuple(dict.fromkeys(moment for one in sent for moment in _moments(one))),
        (*of_execution(bundle, sent, tuple(performers), numero), *led_nowhere(sent, "subject", references)),
    )


def _performers(dispense: Json, references: References) -> Iterator[tuple[str, str]]:
    where = f"{DISPENSE}.performer"
    for one in objects(dispense, "performer", DISPENSE):
        yield identifier_of(member(one, "actor", where), references, f"{where}.actor", dispense, PERSON_SYSTEMS)


def _moments(dispense: Json) -> tuple[str, ...]:
    return tuple(filter(None, (text(dispense, name, DISPENSE) for name in ("whenPrepared", "whenHandedOver"))))


def _dispense(resource: Json, numero: str, references: References) -> Dispense:
    where = DISPENSE
    refuse_modifiers(resource, where)
    status = text(resource, "status", where)
    if status not in ("completed", "declined"):
        raise invalid(f"{where}.status", "completed ou declined est attendu", status or None)
    identifier = next(iter(objects(resource, "identifier", where)), {})
    value = text(identifier, "value", where)
    name = f"{text(identifier, 'system', where)}|{value}" if value else ""
    line = _line_of(resource, numero, references)
    if status == "declined":
        reason = concept_text(member(resource, "statusReasonCodeableConcept", where), f"{where}.statusReason")
        return Dispense(line, declined=reason or "absent", identifier=name)
    substitution, quantity = member(resource, "substitution", where), member(resource, "quantity", where)
    refuse_other_unit(quantity, f"{where}.quantity")
    return Dispense(
        line,
        quantity=whole(quantity, "value", f"{where}.quantity"),
        cip13=read_product(resource, references, where).code("CIP"),
        substituted=boolean(substitution, "wasSubstituted", f"{where}.substitution", False),
        substitution_reason=_first_reason(substitution, f"{where}.substitution"),
        posology=posology_of(resource, where),
        note=" ".join(text(one, "text", f"{where}.note") for one in objects(resource, "note", where)),
        identifier=name,
        days=days_of(member(resource, "daysSupply", where), f"{where}.daysSupply"),
        completeness=concept_text(member(resource, "type", where), f"{where}.type"),
    )


def _first_reason(substitution: Json, where: str) -> str:
    return next((concept_text(reason, where) for reason in objects(substitution, "reason", where)), "")


def _line_of(resource: Json, numero: str, references: References) -> str:
    """Return the line that a dispense executes. Raises Refused when it names several."""
    where = f"{DISPENSE}.authorizingPrescription"
    links = objects(resource, "authorizingPrescription", DISPENSE)
    named = list(dict.fromkeys(_line_named(link, resource, numero, references) for link in links))
    if len(named) > 1:
        detail = "une seule ligne par dispensation est attendue"
        raise invalid(where, detail, " et ".join(named), "une seule ligne par dispensation")
    return named[0] if named else ""


def _line_named(link: Json, resource: Json, numero: str, references: References) -> str:
    """Return the line of a reference: by address, by type and id, by identifier, or through a request sent along."""
    where = f"{DISPENSE}.authorizingPrescription"
    reference = text(link, "reference", where).partition("/_history/")[0]
    request = references.resolved(reference, resource)
    name = reference or text(member(link, "identifier", where), "value", where)
    if request and not reference.endswith(f"/{request.get('id')}"):
        known = [text(one, "value", where) for one in objects(request, "identifier", where)]
        name = next((one for one in known if one.startswith(f"{numero}-")), text(request, "id", where))
    if name.startswith("urn:uuid:"):
        lines = (str(number) for number in range(1, codes.MAX_LINES + 1))
        return next((line for line in lines if line_url(numero, line) == name), name)
    return name.rpartition("/")[2].removeprefix(f"{numero}-")
