"""TD0.2, the existence test: has the patient a DMP, and may the caller read it?

Source: docs/sources/dmp.md#test-existence (content, OIDs, order; high); HL7v3 Patient Registry Get Demographics for the
elements that the source does not spell out (medium).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from lxml import etree

from dmp_mock.codes import patients as codes
from dmp_mock.codes.names import NS_HL7
from dmp_mock.codes.patients import DmpStatus
from dmp_mock.domain.errors import Refused, XdsError, as_fault
from dmp_mock.domain.hl7 import Cx
from dmp_mock.domain.patients import DmpState
from dmp_mock.facts import ExistenceTested, Remark
from dmp_mock.transaction import Actions, Body, Described, PageRow, Shown, Transaction
from dmp_mock.wire.messages import Answer, hl7_reason
from lgo_sandbox.population.people import Patient
from lgo_sandbox.watch.checks import Check, Observed, Outcome, Severity, Violation
from lgo_sandbox.watch.facts import Noted

if TYPE_CHECKING:
    from dmp_mock.caller import Admitted

__all__ = ["TRANSACTION", "ExistenceTest", "read_test", "write_test"]

NAME = "td0.2"
REASON = "TEST_EXST"
_XSI = "http://www.w3.org/2001/XMLSchema-instance"
_INTERACTIONS = "2.16.840.1.113883.1.6"
_GENDERS = "2.16.840.1.113883.5.1"
_ASKED, _ANSWERED = "PRPA_IN201307UV02", "PRPA_IN201308UV02"
_NS = {"h": NS_HL7}
_CONTROL = "h:controlActProcess"
_QUERY = f"{_CONTROL}/h:queryByParameter"


# --- read


@dataclass(frozen=True, slots=True)
class ExistenceTest:
    """A TD0.2 request: ids to echo, the sender, the reason and the patient; what the guide writes otherwise."""

    message_root: str
    message_extension: str
    sender: str
    reason: str
    reason_system: str
    query_root: str
    query_extension: str
    patient: Cx
    oddities: tuple[Remark, ...] = ()


def read_test(request: etree._Element) -> ExistenceTest:
    """Return what is asked. Raises Refused when an element that the answer must echo is missing."""
    query = request.find(_QUERY, _NS)
    value = request.find(f"{_QUERY}/h:parameterList/h:patientIdentifier/h:value", _NS)
    reason = request.find(f"{_CONTROL}/h:reasonCode", _NS)
    message_id, query_id = request.find("h:id", _NS), request.find(f"{_QUERY}/h:queryId", _NS)
    wanted = {"id": message_id, "queryByParameter": query, "queryId": query_id, "patientIdentifier": value}
    for name, element in wanted.items():
        if element is None:
            raise Refused("request", f"{name} absent", received="absent", expected=f"un élément {name}", where=_ASKED)
    return ExistenceTest(
        *_ii(message_id),
        sender=_ii(request.find("h:sender/h:device/h:id", _NS))[0],
        reason="" if reason is None else reason.get("code") or "",
        reason_system="" if reason is None else reason.get("codeSystem") or "",
        query_root=_ii(query_id)[0],
        query_extension=_ii(query_id)[1],
        patient=Cx(_ii(value)[1], _ii(value)[0]),
        oddities=tuple(_oddities(request)),
    )


def _oddities(request: etree._Element) -> Iterator[Remark]:
    """Yield what no answer depends on, and the real service may want."""
    seen = {
        "interactionId": (_ii(request.find("h:interactionId", _NS))[1], _ASKED),
        "receiver/device/id": (_ii(request.find("h:receiver/h:device/h:id", _NS))[0], codes.OID_DMP),
    }
    for where, (received, expected) in seen.items():
        if received != expected:
            yield Remark(where=f"{_ASKED}/{where}", received=received or "absent", expected=expected)
    if not _ii(request.find("h:sender/h:device/h:id", _NS))[0]:
        where = f"{_ASKED}/sender/device/id"
        yield Remark(where=where, received="absent", expected="l'OID de votre logiciel")


def _ii(element: etree._Element | None) -> tuple[str, str]:
    return ("", "") if element is None else (element.get("root") or "", element.get("extension") or "")


# --- served


def serve(request: Admitted) -> Answer:
    """Answer whether there is a DMP, its state, and the authorisation of the caller."""
    call, asked = request.call, read_test(request.message.body)
    _check_patient(asked, request.ins)
    _check_reason(asked)
    patient = None if request.state.status is DmpStatus.ABSENT else call.session.people.patient(request.ins.number)
    state, shown = request.state, _authorisation_is_shown(request)
    _note(request, asked, found=patient is not None)
    body = write_test(asked, state, patient, call.session.clock.wire(), call.session.ids.uuid, shown=shown)
    return Answer(body, simulated=patient is not None and shown and not state.is_public)


def _note(request: Admitted, asked: ExistenceTest, *, found: bool) -> None:
    state = request.state
    tested = ExistenceTested(
        matricule=request.ins.number,
        holder=request.caller.holder,
        status=state.status.value,
        authorisation=state.authorisation.value if found else "",
        oddities=asked.oddities,
    )
    request.call.note(tested)
    described = f"DMP {state.status.value}, autorisation {state.authorisation.value}" if found else "pas de DMP"
    request.call.summarise(f"TD0.2 : {described}")


def _check_patient(asked: ExistenceTest, ins: Cx) -> None:
    if asked.patient != ins:
        raise Refused(
            "patient",
            received=f"{asked.patient.number} ({asked.patient.root})",
            expected=f"{ins.number} ({ins.root}), le patient du VIHF",
            where=f"{_ASKED}, patientIdentifier/value",
        )


def _check_reason(asked: ExistenceTest) -> None:
    if (asked.reason, asked.reason_system) != (REASON, codes.REASON_SYSTEM):
        received = f"{asked.reason} ({asked.reason_system})"
        raise Refused(
            "request",
            f"reasonCode {received}",
            received=received,
            expected=f"{REASON} ({codes.REASON_SYSTEM})",
            where=f"{_ASKED}, controlActProcess/reasonCode",
            remedy=f"Mettez code={REASON} et codeSystem={codes.REASON_SYSTEM} dans reasonCode.",
        )


def _authorisation_is_shown(request: Admitted) -> bool:
    return request.state.is_public or request.call.session.option("dmp.authorisation_values") == "nommees"


# --- written


def _add(parent: etree._Element, name: str, text: str = "", /, **attributes: str) -> etree._Element:
    element = etree.SubElement(parent, f"{{{NS_HL7}}}{name}", {k: v for k, v in attributes.items() if v})
    element.text = text or None
    return element


def _typed(parent: etree._Element, kind: str, **attributes: str) -> None:
    _add(parent, "value", **attributes).set(f"{{{_XSI}}}type", kind)


def write_test(
    asked: ExistenceTest,
    state: DmpState,
    patient: Patient | None,
    moment: datetime,
    new_uuid: Callable[[], str],
    *,
    shown: bool,
) -> etree._Element:
    """Return the answer; ``shown`` False leaves the AUTORISATION line out. ``patient`` is None when there is no DMP."""
    root = etree.Element(f"{{{NS_HL7}}}PRPA_IN201308UV02", {"ITSVersion": "XML_1.0"}, nsmap={None: NS_HL7, "xsi": _XSI})
    _transmission(root, asked, moment, new_uuid)
    if patient is not None:
        _attention(root, state, shown=shown)
    acknowledgement = _add(root, "acknowledgement")
    _add(acknowledgement, "typeCode", code="AA")
    _add(_add(acknowledgement, "targetMessage"), "id", root=asked.message_root, extension=asked.message_extension)
    control = _add(root, "controlActProcess", classCode="CACT", moodCode="EVN")
    _add(control, "code", code="PRPA_TE201308UV02", codeSystem=_INTERACTIONS)
    if patient is not None:
        _subject(control, asked.patient, state, patient)
    _query_ack(control, asked, found=patient is not None)
    return root


def _transmission(root: etree._Element, asked: ExistenceTest, moment: datetime, new_uuid: Callable[[], str]) -> None:
    _add(root, "id", root=codes.OID_DMP, extension=new_uuid())
    _add(root, "creationTime", value=moment.strftime("%Y%m%d%H%M%S"))
    _add(root, "interactionId", root=_INTERACTIONS, extension="PRPA_IN201308UV02")
    _add(root, "processingCode", code="P")
    _add(root, "processingModeCode", code="T")
    _add(root, "acceptAckCode", code="NE")
    _device(root, "receiver", "RCV", asked.sender)
    _add(_device(root, "sender", "SND", codes.OID_DMP), "softwareName", "DMP")


def _device(root: etree._Element, name: str, kind: str, oid: str) -> etree._Element:
    device = _add(_add(root, name, typeCode=kind), "device", classCode="DEV", determinerCode="INSTANCE")
    _add(device, "id", root=oid)
    return device


def _attention(root: etree._Element, state: DmpState, *, shown: bool) -> None:
    """Keywords are SC values: the code stands in the attribute and, for clients that read text, in the content."""
    keyword, keyword_system, value_system = codes.ATTENTION_AUTHORISATION
    if shown:
        line = _add(root, "attentionLine")
        _add(line, "keyWordText", keyword, code=keyword, codeSystem=keyword_system)
        _typed(line, "CV", code=state.authorisation.value, codeSystem=value_system)
    keyword, keyword_system = codes.ATTENTION_MT
    line = _add(root, "attentionLine")
    _add(line, "keyWordText", keyword, code=keyword, codeSystem=keyword_system)
    _typed(line, "BL", value=_boolean(state.caller_is_mt))


def _boolean(value: bool) -> str:
    return "true" if value else "false"


def _subject(control: etree._Element, ins: Cx, state: DmpState, patient: Patient) -> None:
    event = _add(_add(control, "subject", typeCode="SUBJ"), "registrationEvent", classCode="REG", moodCode="EVN")
    _add(event, "statusCode", code="active")
    element = _add(_add(event, "subject1", typeCode="SBJ"), "patient", classCode="PAT")
    _add(element, "id", root=ins.root, extension=ins.number)
    _add(element, "statusCode", code="active" if state.status is DmpStatus.ACTIVE else "terminated")
    _person(element, patient)
    for name, value in _observations(state).items():
        observation = _add(
            _add(element, "subjectOf", typeCode="SBJ"), "administrativeObservation", classCode="OBS", moodCode="EVN"
        )
        _add(observation, "code", code=name, codeSystem=codes.OBSERVATIONS[name])
        _typed(observation, "BL", value=_boolean(value))
    custodian = _add(_add(event, "custodian", typeCode="CST"), "assignedEntity", classCode="ASSIGNED")
    _add(custodian, "id", root=codes.OID_DMP)


def _person(element: etree._Element, patient: Patient) -> None:
    person = _add(element, "patientPerson", classCode="PSN", determinerCode="INSTANCE")
    name = _add(person, "name")
    _add(name, "given", patient.used_first_name or patient.first_names[0])
    _add(name, "family", patient.used_name or patient.birth_name, qualifier="SP")
    if patient.phone:
        _add(person, "telecom", value=f"tel:{patient.phone}", use="MC")
    _add(person, "administrativeGenderCode", code=patient.sex, codeSystem=_GENDERS)
    _add(person, "birthTime", value=patient.birth_date.replace("-", ""))


def _observations(state: DmpState) -> dict[str, bool]:
    return {
        "COMPTE_INTERNET_OUVERT": state.internet_account,
        "RATTACHEMENT_ENS": state.internet_account,
        "OPPOSITION_BRIS_DE_GLACE": state.breaking_opposed,
        "OPPOSITION_ACCES_URGENCE": state.emergency_opposed,
    }


def _query_ack(control: etree._Element, asked: ExistenceTest, *, found: bool) -> None:
    ack = _add(control, "queryAck")
    _add(ack, "queryId", root=asked.query_root, extension=asked.query_extension)
    _add(ack, "queryResponseCode", code="OK" if found else "NF")
    query = _add(control, "queryByParameter")
    _add(query, "queryId", root=asked.query_root, extension=asked.query_extension)
    _add(query, "statusCode", code="deliveredResponse")
    identifier = _add(_add(query, "parameterList"), "patientIdentifier")
    _add(identifier, "value", root=asked.patient.root, extension=asked.patient.number)
    _add(identifier, "semanticsText", "Patient.id")


# --- refused, shown, checked


def fail(_request: Admitted, errors: Sequence[XdsError]) -> Answer:
    """HL7v3 answers have no RegistryErrorList: an XDS error is a fault. Raises Refused."""
    raise as_fault(errors)


def decode(noted: Noted) -> Shown:
    """Show the state that was answered."""
    tested = noted.get(ExistenceTested)
    return Shown(asked=(), answered=(("DMP", f"{tested.status} {tested.authorisation}".strip()),) if tested else ())


def existence(seen: Observed[ExistenceTested]) -> Outcome:
    """The HL7v3 message names its interaction, its receiver and its sender as the guide does."""
    odd = seen.facts.oddities
    if not odd:
        return True
    return Violation(
        received=" ; ".join(one.received for one in odd),
        expected=" ; ".join(one.expected for one in odd),
        where=" ; ".join(one.where for one in odd),
    )


TRANSACTION = Transaction(
    name=NAME,
    title="Test d'existence du DMP",
    path="patients",
    body=Body(qname=f"{{{NS_HL7}}}{_ASKED}", is_meant=lambda body: hl7_reason(body) == REASON),
    actions=Actions(request=f"{NS_HL7}:{_ASKED}", response=f"{NS_HL7}:{_ANSWERED}", also=frozenset()),
    right="TD0.2",
    one_patient=True,
    serve=serve,
    fail=fail,
    describe=Described(
        port="Patients",
        operation="ExistenceTest",
        asked=f"{{{NS_HL7}}}{_ASKED}",
        answered=f"{{{NS_HL7}}}{_ANSWERED}",
        schemas=(),
    ),
    decode=decode,
    page=PageRow(wire="PRPA_IN201307UV02 → 201308", serves="existence, state, authorisation, médecin traitant"),
    checks=(
        Check(
            id="DMP-EXISTENCE",
            title="Message HL7v3 de TD0.2 hors du guide, et toléré",
            reads=ExistenceTested,
            test=existence,
            requirements=("LGO.DMP.01",),
            source="docs/sources/dmp.md#test-existence",
            remedy="Reprenez interactionId, receiver et sender de l'exemple du guide.",
            confidence="M",
            severity=Severity.WARNING,
            operations=frozenset({NAME}),
        ),
    ),
)
