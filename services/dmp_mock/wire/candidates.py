"""PRPA_IN201305UV02 read, PRPA_IN201306UV02 written: a search without an INS, and the patients that it finds.

Source: docs/sources/dmp.md#recherche-sans-ins (edition of 2008: the act has a code, the query is echoed, INS before
INS-C; high); IHE ITI TF-2 §3.47 for criteria beside the name (medium). Knows no rule.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from lxml import etree

from dmp_mock.codes import patients as codes
from dmp_mock.domain.hl7 import Cx
from dmp_mock.wire.hl7v3 import (
    HL7,
    INTERACTIONS,
    Edition,
    Message,
    add,
    born,
    custodian,
    observed,
    patient_ids,
    person,
    read_message,
    semantics_odd,
    typed,
    write_message,
)
from lgo_sandbox.population.people import Patient

__all__ = ["CANDIDATES", "PARAMETERS", "Candidate", "Sought", "read_sought", "write_candidates"]

CANDIDATES = Edition("PRPA_IN201305UV02", "PRPA_IN201306UV02", types_by_element=True)
_QUERY = "h:controlActProcess/h:queryByParameter"
_MAX_SHOWN = 100
_MAX_TOLD = 10

PARAMETERS = {
    "family": ("livingSubjectName", "LivingSubject.name"),
    "given": ("livingSubjectName", "LivingSubject.name"),
    "birth": ("livingSubjectBirthTime", "LivingSubject.birthTime"),
    "sex": ("livingSubjectAdministrativeGender", "LivingSubject.administrativeGender"),
    "city": ("patientAddress", "Patient.addr"),
    "postalCode": ("patientAddress", "Patient.addr"),
}
"""Criterion → the parameter that holds it, and its semanticsText."""
_ATTRIBUTES = {"birth": "value", "sex": "code"}


@dataclass(frozen=True, slots=True)
class Sought:
    """Who is sought, by criterion, in which message; parameters that are not known here."""

    message: Message
    criteria: Mapping[str, str]
    status: str
    unknown: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A patient that was found, under which identifier, and whether he opposes access in an emergency."""

    patient: Patient
    ins: Cx
    emergency_opposed: bool


def read_sought(request: etree._Element, now: datetime) -> Sought:
    """Return who is sought. Raises Refused when an element that the answer must echo is missing."""
    message = read_message(request, CANDIDATES, now)
    parameters = request.find(f"{_QUERY}/h:parameterList", HL7)
    criteria = {}
    for name, (parameter, _) in PARAMETERS.items():
        value = None if parameters is None else parameters.find(f"h:{parameter}/h:value", HL7)
        criteria[name] = "" if value is None else _criterion(value, name)
    known = dict(PARAMETERS.values())
    given = [] if parameters is None else list(parameters.iterchildren(tag=etree.Element))
    names = [etree.QName(element).localname[:_MAX_SHOWN] for element in given]
    told = [(one, known[name]) for one, name in zip(given, names, strict=True) if name in known][:_MAX_TOLD]
    odd = [remark for one, wanted in told for remark in semantics_odd(one, wanted, CANDIDATES.asked)]
    message = replace(message, oddities=(*message.oddities, *odd))
    status = request.find(f"{_QUERY}/h:statusCode", HL7)
    echoed = "new" if status is None else (status.get("code") or "new")[:_MAX_SHOWN]
    return Sought(message, criteria, echoed, tuple(name for name in names if name not in known))


def _criterion(value: etree._Element, name: str) -> str:
    attribute = _ATTRIBUTES.get(name)
    text = value.get(attribute) if attribute else value.findtext(f"h:{name}", "", HL7)
    return (text or "").strip()[:_MAX_SHOWN]


def write_candidates(
    sought: Sought, found: Sequence[Candidate], total: int, moment: datetime, new_uuid: Callable[[], str]
) -> etree._Element:
    """Return the answer with the candidates that are given, of a ``total`` found."""
    root, control = write_message(CANDIDATES, sought.message, moment, new_uuid)
    typed(control, "CS", "code", code="PRPA_TE201306UV02", codeSystem=INTERACTIONS)
    for candidate in found:
        _subject(control, candidate)
    ack = add(control, "queryAck")
    add(ack, "queryId", root=sought.message.query_root, extension=sought.message.query_extension)
    add(ack, "queryResponseCode", code="OK" if found else "NF")
    counts = {"Total": total, "Current": len(found), "Remaining": total - len(found)}
    for name, count in counts.items():
        add(ack, f"result{name}Quantity", value=str(count))
    _echo(control, sought)
    return root


def _subject(control: etree._Element, candidate: Candidate) -> None:
    subject = add(control, "subject", typeCode="SUBJ", contextConductionInd="false")
    event = add(subject, "registrationEvent", classCode="REG", moodCode="EVN")
    add(event, "statusCode", code="active")
    element = add(add(event, "subject1", typeCode="SBJ"), "patient", classCode="PAT")
    for root, extension in reversed(patient_ids(candidate.ins)):
        add(element, "id", root=root, extension=extension)
    add(element, "statusCode", code="active")
    _person(element, candidate.patient)
    _observations(element, candidate)
    custodian(event)


def _observations(element: etree._Element, candidate: Candidate) -> None:
    """Append how well he fits and what he opposes; the class codes that the guide's example lacks, its schema wants."""
    matched = add(add(element, "subjectOf1", typeCode="SBJ"), "queryMatchObservation", classCode="COND", moodCode="EVN")
    typed(matched, "CS", "code", code="POURCENTAGE")
    typed(matched, "INT", value="100")
    subject = add(element, "subjectOf2", typeCode="SBJ")
    opposed = add(subject, "administrativeObservation", classCode="OBS", moodCode="EVN")
    observed(opposed, codes.EMERGENCY_OPPOSED, codes.EMERGENCY_OPPOSED_SOUGHT, value=candidate.emergency_opposed)


def _person(element: etree._Element, patient: Patient) -> None:
    written = person(element, patient, birth_name=True)
    born(written, patient)
    address = add(written, "addr")
    for name, text in (("city", patient.city), ("postalCode", patient.postal_code)):
        if text:
            add(address, name, text)


def _echo(control: etree._Element, sought: Sought) -> None:
    query = add(control, "queryByParameter")
    add(query, "queryId", root=sought.message.query_root, extension=sought.message.query_extension)
    add(query, "statusCode", code=sought.status)
    parameters = add(query, "parameterList")
    for parameter, semantics in dict(PARAMETERS.values()).items():
        told = {name: text for name, text in sought.criteria.items() if text and PARAMETERS[name][0] == parameter}
        if told:
            _parameter(parameters, parameter, semantics, told)


def _parameter(parent: etree._Element, name: str, semantics: str, told: Mapping[str, str]) -> None:
    element = add(parent, name)
    value = add(element, "value")
    for criterion, text in told.items():
        attribute = _ATTRIBUTES.get(criterion)
        if attribute:
            value.set(attribute, text)
        else:
            add(value, criterion, text)
            value.set("use", "")
    add(element, "semanticsText", semantics)
