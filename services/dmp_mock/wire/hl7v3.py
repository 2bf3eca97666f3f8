"""HL7v3 messages of the DMP: what the requests of TD0.2, TD1.3a and TD0.5 share, and how their answers are written.

Source: docs/sources/dmp.md#hl7v3 (order of elements, OIDs, what is echoed; high). Two editions are in use: answers to
demographics (201308) are of 2009, where the acknowledgement says its type in an attribute; answers to searches (201306)
are of 2008, where it is an element. Knows no transaction and no rule.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from lxml import etree

from dmp_mock.codes import patients as codes
from dmp_mock.codes.names import NS_HL7
from dmp_mock.domain.errors import Refused
from dmp_mock.domain.hl7 import Cx, ins_c, is_after, is_dtm
from dmp_mock.facts import Remark
from lgo_sandbox.population.people import Patient

__all__ = [
    "HL7",
    "INTERACTIONS",
    "Edition",
    "Message",
    "add",
    "boolean",
    "born",
    "check_present",
    "custodian",
    "ii",
    "named",
    "observation",
    "observed",
    "patient_ids",
    "person",
    "read_message",
    "semantics_odd",
    "typed",
    "write_message",
]

HL7 = {"h": NS_HL7}
_XSI = "http://www.w3.org/2001/XMLSchema-instance"
INTERACTIONS = "2.16.840.1.113883.1.6"
_ACCEPTED = "AA"
_LOCAL = timedelta(hours=12)
"""How far local times of French territories are before UTC: a TS without offset is one of them."""
_PREFIXES = {"M": "M", "F": "Mme"}


@dataclass(frozen=True, slots=True)
class Edition:
    """An interaction pair: names of request and answer, whether the type of acknowledgement is an element."""

    asked: str
    answered: str
    types_by_element: bool


@dataclass(frozen=True, slots=True)
class Message:
    """What every request has and its answer echoes: ids of message and query, and the sender; what is unusual in it."""

    root: str
    extension: str
    sender: str
    software: str
    query_root: str
    query_extension: str
    oddities: tuple[Remark, ...] = ()


# --- read


def ii(element: etree._Element | None) -> tuple[str, str]:
    """Return root and extension of an identifier, "" for what is absent."""
    return ("", "") if element is None else (element.get("root") or "", element.get("extension") or "")


def read_message(request: etree._Element, edition: Edition, now: datetime) -> Message:
    """Return what every request has, and what in it is odd ``now``.

    Raises Refused when an element that the answer must echo is missing.
    """
    query = request.find("h:controlActProcess/h:queryByParameter", HL7)
    query_id = None if query is None else query.find("h:queryId", HL7)
    message_id = request.find("h:id", HL7)
    for name, element in {"id": message_id, "queryByParameter": query, "queryId": query_id}.items():
        check_present(element, name, edition.asked)
    sender = request.find("h:sender/h:device", HL7)
    return Message(
        *ii(message_id),
        sender="" if sender is None else ii(sender.find("h:id", HL7))[0],
        software="" if sender is None else (sender.findtext("h:softwareName", "", HL7) or "").strip()[:200],
        query_root=ii(query_id)[0],
        query_extension=ii(query_id)[1],
        oddities=(*_oddities(request, edition.asked), *_created(request, edition.asked, now)),
    )


def check_present(element: etree._Element | None, name: str, interaction: str) -> None:
    """Raise Refused for an element without which there is no answer."""
    if element is None:
        expected = f"un élément {name}"
        raise Refused("request", f"{name} absent", received="absent", expected=expected, where=interaction)


def _oddities(request: etree._Element, interaction: str) -> Iterator[Remark]:
    """Yield what no answer depends on, and the real service may want."""
    seen = {
        "interactionId": (ii(request.find("h:interactionId", HL7))[1], interaction),
        "receiver/device/id": (ii(request.find("h:receiver/h:device/h:id", HL7))[0], codes.OID_DMP),
        "receiver/device/softwareName": (_text(request, "h:receiver/h:device/h:softwareName"), "DMP"),
        "queryByParameter/statusCode": (_status(request), "new"),
    }
    for where, (received, expected) in seen.items():
        if received != expected:
            yield Remark(where=f"{interaction}/{where}", received=received or "absent", expected=expected)
    if not ii(request.find("h:sender/h:device/h:id", HL7))[0]:
        where = f"{interaction}/sender/device/id"
        yield Remark(where=where, received="absent", expected="l'OID de votre logiciel")
    if not _text(request, "h:sender/h:device/h:softwareName"):
        where = f"{interaction}/sender/device/softwareName"
        yield Remark(where=where, received="absent", expected="le nom de votre logiciel, que la réponse reprend")


def _text(request: etree._Element, path: str) -> str:
    return (request.findtext(path, "", HL7) or "").strip()[:100]


def _status(request: etree._Element) -> str:
    status = request.find("h:controlActProcess/h:queryByParameter/h:statusCode", HL7)
    return "" if status is None else (status.get("code") or "")[:100]


def semantics_odd(parameter: etree._Element, expected: str, interaction: str) -> Iterator[Remark]:
    """Yield what is odd of the semanticsText of a parameter of a query."""
    received = _text(parameter, "h:semanticsText")
    if received != expected:
        where = f"{interaction}, parameterList/{etree.QName(parameter).localname[:100]}/semanticsText"
        yield Remark(where=where, received=received or "absent", expected=expected)


def _created(request: etree._Element, interaction: str, now: datetime) -> Iterator[Remark]:
    created = request.find("h:creationTime", HL7)
    moment = "" if created is None else created.get("value") or ""
    if not is_dtm(moment.partition("+")[0].partition("-")[0].partition(".")[0]):
        where = f"{interaction}/creationTime"
        yield Remark(where=where, received=moment[:100] or "absent", expected="une date AAAA[MM[JJ[hh[mm[ss]]]]]")
    elif is_after(moment, now, unzoned=_LOCAL):
        where = f"{interaction}/creationTime"
        yield Remark(
            where=where, received=f"{moment[:100]}, à venir", expected=f"le moment de l'envoi ({now:%Y%m%d%H%M%S} UTC)"
        )


# --- written


def add(parent: etree._Element, name: str, text: str = "", /, **attributes: str) -> etree._Element:
    """Append an element of HL7v3; empty attributes are left out."""
    element = etree.SubElement(parent, f"{{{NS_HL7}}}{name}", {k: v for k, v in attributes.items() if v})
    element.text = text or None
    return element


def typed(parent: etree._Element, kind: str, name: str = "value", /, **attributes: str) -> etree._Element:
    """Append an element that says its type by ``xsi:type``."""
    element = add(parent, name, **attributes)
    element.set(f"{{{_XSI}}}type", kind)
    return element


def write_message(
    edition: Edition,
    asked: Message,
    moment: datetime,
    new_uuid: Callable[[], str],
    attention: Callable[[etree._Element], None] | None = None,
) -> tuple[etree._Element, etree._Element]:
    """Return the root of an answer and its controlActProcess; ``attention`` writes the lines before the latter."""
    root = etree.Element(
        f"{{{NS_HL7}}}{edition.answered}", {"ITSVersion": "XML_1.0"}, nsmap={None: NS_HL7, "xsi": _XSI}
    )
    add(root, "id", root=new_uuid())
    add(root, "creationTime", value=moment.strftime("%Y%m%d%H%M%S"))
    add(root, "interactionId", root=INTERACTIONS, extension=edition.answered)
    add(root, "processingCode", code="P")
    add(root, "processingModeCode", code="T")
    add(root, "acceptAckCode", code="NE")
    _device(root, "receiver", "RCV", asked.sender, asked.software)
    _device(root, "sender", "SND", codes.OID_DMP, "DMP")
    if attention is not None:
        attention(root)
    _acknowledge(root, edition, asked)
    return root, add(root, "controlActProcess", classCode="CACT", moodCode="EVN")


def _device(root: etree._Element, name: str, kind: str, oid: str, software: str) -> None:
    element = add(add(root, name, typeCode=kind), "device", classCode="DEV", determinerCode="INSTANCE")
    add(element, "id", root=oid)
    if software:
        add(element, "softwareName", software)


def _acknowledge(root: etree._Element, edition: Edition, asked: Message) -> None:
    if edition.types_by_element:
        acknowledgement = add(root, "acknowledgement")
        add(acknowledgement, "typeCode", code=_ACCEPTED)
    else:
        acknowledgement = add(root, "acknowledgement", typeCode=_ACCEPTED)
    add(add(acknowledgement, "targetMessage"), "id", root=asked.root, extension=asked.extension)


def patient_ids(ins: Cx) -> tuple[tuple[str, str], tuple[str, str]]:
    """Return root and extension of the INS-C and of the INS of a person."""
    return (codes.OID_INS_C, ins_c(ins.number)), (ins.root, ins.number)


def person(parent: etree._Element, patient: Patient, *, birth_name: bool = False) -> etree._Element:
    """Append the person up to his birth; ``birth_name`` adds the name of birth to the name in use."""
    element = add(parent, "patientPerson", classCode="PSN", determinerCode="INSTANCE")
    name = named(element, patient)
    if birth_name:
        add(name, "family", patient.birth_name, qualifier="BR")
    return element


def named(parent: etree._Element, patient: Patient) -> etree._Element:
    """Append the name of a person: the one in use, or the words that the DMP puts where there is none."""
    name = add(parent, "name")
    add(name, "prefix", _PREFIXES.get(patient.sex, ""))
    add(name, "given", patient.used_first_name or patient.first_names[0])
    add(name, "family", patient.used_name or codes.NO_USED_NAME, qualifier="SP")
    return name


def born(parent: etree._Element, patient: Patient) -> None:
    """Append gender and date of birth."""
    add(parent, "administrativeGenderCode", code=patient.sex)
    add(parent, "birthTime", value=patient.birth_date.replace("-", ""))


def observation(parent: etree._Element, name: str, *, value: bool) -> None:
    """Append an administrative observation, as the edition of 2009 does."""
    outer = add(parent, "subjectOf", typeCode="SBJ")
    element = add(outer, "administrativeObservation", classCode="OBS", moodCode="EVN")
    observed(element, name, codes.OBSERVATIONS[name][1], value=value)


def observed(element: etree._Element, name: str, label: str, *, value: bool) -> None:
    """Append code and value of an observation, under its label."""
    add(element, "code", code=name, codeSystem=codes.OBSERVATIONS[name][0], displayName=label)
    typed(element, "BL", value=boolean(value))


def boolean(value: bool) -> str:
    """Return a BL as XML writes it."""
    return "true" if value else "false"


def custodian(event: etree._Element) -> None:
    """Append the DMP as custodian of a registration."""
    entity = add(add(event, "custodian", typeCode="CST"), "assignedEntity", classCode="ASSIGNED")
    add(entity, "id", root=codes.OID_DMP)
