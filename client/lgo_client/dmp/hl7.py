"""HL7v3 messages of the DMP, written and read by the client: existence, administrative data, search without an INS.

Source: specs/dmp.md §1.6 and §11.1. Traits of identity that the DMP gives back are not to be shown (RG_0320): only what
an LGO decides by is read. Knows no assertion and no transport.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from lxml import etree

from lgo_client.clock import Workplace
from lgo_client.soap import element

__all__ = [
    "Access",
    "Administrative",
    "Candidate",
    "access_of",
    "administrative_of",
    "candidates_of",
    "demographics",
    "identifier_of",
    "search",
]

HL7 = "urn:hl7-org:v3"
XSI = "http://www.w3.org/2001/XMLSchema-instance"
INTERACTIONS = "2.16.840.1.113883.1.6"
DMP_DEVICE = "1.2.250.1.213.4.1.1.1"
REASONS = "1.2.250.1.213.1.1.4.11"
INS_C = "1.2.250.1.213.1.4.2"
LABELS = {"TEST_EXST": "Test d'existence de dossier", "CNSLT_DATA": "Consultation des données de gestion de dossier"}
NIL = f'xmlns:xsi="{XSI}" xsi:nil="true"'


@dataclass(frozen=True, slots=True)
class Access:
    """What TD0.2 says: does a DMP exist, its status (``active``, ``terminated``), the caller's authorisation."""

    exists: bool
    status: str
    authorisation: str

    @property
    def open_and_authorised(self) -> bool:
        """Tell whether consultation is possible."""
        return self.exists and self.status == "active" and self.authorisation == "VALIDE"


@dataclass(frozen=True, slots=True)
class Administrative:
    """What TD1.3a says of a DMP: its status, and what the patient opposes."""

    exists: bool
    status: str
    breaking_opposed: bool
    emergency_opposed: bool


@dataclass(frozen=True, slots=True)
class Candidate:
    """A patient whom TD0.5 found: his INS and its OID, his date of birth, whether he opposes access in an emergency."""

    matricule: str
    oid: str
    birth: str
    emergency_opposed: bool


def identifier_of(patient: str) -> tuple[str, str]:
    """Return root and number of a patient identifier in CX form."""
    number, _, rest = patient.partition("^")
    return rest.split("&")[1], number


def demographics(patient: str, reason: str, software: str, oid: str, workplace: Workplace) -> str:
    """Return the request of TD0.2 (``TEST_EXST``) or of TD1.3a (``CNSLT_DATA``)."""
    root, number = identifier_of(patient)
    why = element("reasonCode", "", {"code": reason, "codeSystem": REASONS, "displayName": LABELS[reason]})
    asked = (
        f'<dataSource {NIL}/><patientIdentifier><value root="{root}" extension="{number}"/>'
        "<semanticsText>Patient.id</semanticsText></patientIdentifier>"
    )
    head = f"{_head('PRPA_IN201307UV02', software, oid, workplace)}<attentionLine {NIL}/>"
    return _message("PRPA_IN201307UV02", head, why, asked, oid, workplace)


def search(family: str, birth: str, software: str, oid: str, workplace: Workplace) -> str:
    """Return the request of TD0.5; ``birth`` is ``AAAAMMJJ``, its beginning, or empty."""
    code = f'<code code="PRPA_TE201305UV02" codeSystem="{INTERACTIONS}"/>'
    born = (
        f"<livingSubjectBirthTime>{element('value', '', {'value': birth})}"
        "<semanticsText>LivingSubject.birthTime</semanticsText></livingSubjectBirthTime>"
    )
    named = (
        f"<livingSubjectName><value>{element('family', family)}</value>"
        "<semanticsText>LivingSubject.name</semanticsText></livingSubjectName>"
    )
    head = _head("PRPA_IN201305UV02", software, oid, workplace)
    return _message("PRPA_IN201305UV02", head, code, (born if birth else "") + named, oid, workplace)


def _head(name: str, software: str, oid: str, workplace: Workplace) -> str:
    structure = {"classCode": "DEV", "determinerCode": "INSTANCE"}
    devices = {("receiver", "RCV"): (DMP_DEVICE, "DMP"), ("sender", "SND"): (oid, software)}
    parties = "".join(
        f'<{party} typeCode="{kind}"><device classCode="{structure["classCode"]}" '
        f'determinerCode="{structure["determinerCode"]}"><id root="{root}"/>{element("softwareName", named)}'
        f"</device></{party}>"
        for (party, kind), (root, named) in devices.items()
    )
    return (
        f'<id root="{oid}" extension="{workplace.uuid()}"/><creationTime value="{workplace.now():%Y%m%d%H%M%S}"/>'
        f'<interactionId root="{INTERACTIONS}" extension="{name}"/>'
        f'<processingCode code="D"/><processingModeCode code="T"/><acceptAckCode code="AL"/>{parties}'
    )


def _message(name: str, head: str, act: str, parameters: str, oid: str, workplace: Workplace) -> str:
    return (
        f'<{name} xmlns="{HL7}" ITSVersion="XML_1.0">{head}<controlActProcess classCode="CACT" moodCode="EVN">{act}'
        f'<queryByParameter><queryId root="{oid}" extension="{workplace.uuid()}"/><statusCode code="new"/>'
        f"<parameterList>{parameters}</parameterList></queryByParameter></controlActProcess></{name}>"
    )


def access_of(answer: etree._Element) -> Access:
    """Read the answer of TD0.2."""
    exists, status = _state(answer)
    return Access(exists, status, _authorisation(answer))


def administrative_of(answer: etree._Element) -> Administrative:
    """Read the answer of TD1.3a."""
    opposed = dict(_observations(answer))
    breaking, emergency = (opposed.get(f"OPPOSITION_{name}") for name in ("BRIS_DE_GLACE", "ACCES_URGENCE"))
    return Administrative(*_state(answer), breaking == "true", emergency == "true")


def candidates_of(answer: etree._Element) -> list[Candidate]:
    """Read the answer of TD0.5."""
    return [_candidate(patient) for patient in answer.iter(f"{{{HL7}}}patient")]


def _candidate(patient: etree._Element) -> Candidate:
    ids: Mapping[str, str] = {each.get("root", ""): each.get("extension", "") for each in _all(patient, "h:id")}
    oid, number = next(((root, number) for root, number in ids.items() if root != INS_C), ("", ""))
    opposed = dict(_observations(patient)).get("OPPOSITION_ACCES_URGENCE")
    return Candidate(number, oid, _attribute(patient, ".//h:birthTime", "value"), opposed == "true")


def _state(answer: etree._Element) -> tuple[bool, str]:
    exists = _attribute(answer, ".//h:queryAck/h:queryResponseCode") == "OK"
    return exists, _attribute(answer, ".//h:patient/h:statusCode")


def _observations(parent: etree._Element) -> Iterator[tuple[str, str]]:
    for observation in _all(parent, ".//h:administrativeObservation"):
        yield _attribute(observation, "h:code"), _attribute(observation, "h:value", "value")


def _authorisation(answer: etree._Element) -> str:
    lines = _all(answer, "h:attentionLine")
    wanted = (line for line in lines if _attribute(line, "h:keyWordText") == "AUTORISATION")
    return next((_attribute(line, "h:value") for line in wanted), "")


def _all(parent: etree._Element, path: str) -> list[etree._Element]:
    return parent.findall(path, {"h": HL7})


def _attribute(parent: etree._Element, path: str, name: str = "code") -> str:
    found = parent.find(path, {"h": HL7})
    return str(found.get(name, "")) if found is not None else ""
