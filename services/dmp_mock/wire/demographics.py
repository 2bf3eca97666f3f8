"""PRPA_IN201307UV02 read, PRPA_IN201308UV02 written: the message pair that TD0.2 and TD1.3a share.

Source: docs/sources/dmp.md#hl7v3 (edition of 2009; the reason is echoed with its label, there is neither a code of the
act nor the query; INS-C before INS; high). Knows no rule.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from lxml import etree

from dmp_mock.codes.patients import DmpStatus
from dmp_mock.domain.hl7 import Cx
from dmp_mock.facts import Remark
from dmp_mock.wire.hl7v3 import (
    HL7,
    Edition,
    Message,
    add,
    born,
    check_present,
    custodian,
    ii,
    observation,
    patient_ids,
    person,
    read_message,
    semantics_odd,
    write_message,
)
from lgo_sandbox.population.people import Patient

__all__ = ["DEMOGRAPHICS", "Demographics", "Found", "read_demographics", "write_demographics"]

DEMOGRAPHICS = Edition("PRPA_IN201307UV02", "PRPA_IN201308UV02", types_by_element=False)
_CONTROL = "h:controlActProcess"
_IDENTIFIER = f"{_CONTROL}/h:queryByParameter/h:parameterList/h:patientIdentifier"
_VALUE = f"{_IDENTIFIER}/h:value"
_SEMANTICS = "Patient.id"


def _nothing(_person: etree._Element) -> None:
    """Write no more of a person."""


@dataclass(frozen=True, slots=True)
class Demographics:
    """What is asked: about whom, why (code, system, label), in which message."""

    message: Message
    reason: str
    reason_system: str
    reason_label: str
    patient: Cx


@dataclass(frozen=True, slots=True)
class Found:
    """What is told of a patient: the state of his DMP, his observations in order, and what ``more`` adds of him."""

    patient: Patient
    ins: Cx
    status: DmpStatus
    observations: Mapping[str, bool]
    more: Callable[[etree._Element], None] = field(default=_nothing)


def read_demographics(request: etree._Element, now: datetime) -> Demographics:
    """Return what is asked. Raises Refused when an element that the answer must echo is missing."""
    message = read_message(request, DEMOGRAPHICS, now)
    parameters = request.findall(_IDENTIFIER, HL7)
    message = replace(message, oddities=(*message.oddities, *_odd(parameters)))
    value, reason = request.find(_VALUE, HL7), request.find(f"{_CONTROL}/h:reasonCode", HL7)
    check_present(value, "patientIdentifier", DEMOGRAPHICS.asked)
    told = [] if reason is None else [reason.get(name) or "" for name in ("code", "codeSystem", "displayName")]
    code, system, label = told or ["", "", ""]
    root, extension = ii(value)
    return Demographics(message, code, system, label, Cx(extension, root))


def _odd(parameters: Sequence[etree._Element]) -> Iterator[Remark]:
    for parameter in parameters[:1]:
        yield from semantics_odd(parameter, _SEMANTICS, DEMOGRAPHICS.asked)
    if len(parameters) > 1:
        where = f"{DEMOGRAPHICS.asked}, parameterList/patientIdentifier"
        yield Remark(where=where, received=f"{len(parameters)} patientIdentifier, le premier lu", expected="un seul")


def write_demographics(
    asked: Demographics,
    found: Found | None,
    moment: datetime,
    new_uuid: Callable[[], str],
    attention: Callable[[etree._Element], None] | None = None,
) -> etree._Element:
    """Return the answer; ``found`` is None when there is no DMP, ``attention`` writes lines about one there is."""
    root, control = write_message(DEMOGRAPHICS, asked.message, moment, new_uuid, attention if found else None)
    add(control, "reasonCode", code=asked.reason, codeSystem=asked.reason_system, displayName=asked.reason_label)
    if found is not None:
        _subject(control, found)
    ack = add(control, "queryAck")
    add(ack, "queryId", root=asked.message.query_root, extension=asked.message.query_extension)
    add(ack, "queryResponseCode", code="OK" if found else "NF")
    return root


def _subject(control: etree._Element, found: Found) -> None:
    subject = add(control, "subject", typeCode="SUBJ", contextConductionInd="false")
    event = add(subject, "registrationEvent", classCode="REG", moodCode="EVN")
    add(event, "statusCode", code="completed")
    element = add(add(event, "subject1", typeCode="SBJ"), "patient", classCode="PAT")
    for root, extension in patient_ids(found.ins):
        add(element, "id", root=root, extension=extension)
    add(element, "statusCode", code="active" if found.status is DmpStatus.ACTIVE else "terminated")
    _person(element, found)
    for name, value in found.observations.items():
        observation(element, name, value=value)
    custodian(event)


def _person(element: etree._Element, found: Found) -> None:
    written = person(element, found.patient)
    if found.patient.phone:
        add(written, "telecom", value=f"tel:{found.patient.phone}", use="MC")
    born(written, found.patient)
    found.more(written)
