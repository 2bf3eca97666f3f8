"""Authorisations of the DMP, written and read by the client: one's own (TD0.3), one's DMPs (TD0.4), a DMP's
professionals (TD1.6).

Source: specs/dmp.md §1.7 and §11.1. Knows no assertion and no transport.
"""

from __future__ import annotations

from dataclasses import dataclass

from lxml import etree

from lgo_client.soap import SoapRefused, children_text, element

__all__ = [
    "DOCTOR_IN_CHARGE",
    "LIST",
    "PATIENTS",
    "SET",
    "AuthorisedDmp",
    "Professional",
    "dmps_of",
    "done",
    "list_dmps",
    "list_professionals",
    "professionals_of",
    "set_authorisation",
]

HABILITATIONS, SPECIFIC = "urn:si-dmp-habilitations", "urn:si-dmp-patients"
SET = f"{HABILITATIONS}:HabilitationsEndPoint:setAuthorization"
LIST = f"{HABILITATIONS}:HabilitationsEndPoint:listAuthorizationByPatient"
PATIENTS = f"{SPECIFIC}:PatientSpecificEndPoint:patientList"
DOCTOR_IN_CHARGE = "MEDECIN_TRAITANT"
INS_C = "1.2.250.1.213.1.4.2"
DONE = "DMPOk"


@dataclass(frozen=True, slots=True)
class Professional:
    """A professional whom TD1.6 lists: authorised (``ACTIVE``) or blocked (``INTERDITE``), since when, last act."""

    national_id: str
    name: str
    speciality: str
    started: str
    acted: str
    mode: str
    doctor_in_charge: bool


@dataclass(frozen=True, slots=True)
class AuthorisedDmp:
    """A DMP that TD0.4 lists: the patient's INS and its OID, and the dates of authorisation, last act and last lot."""

    matricule: str
    oid: str
    authorised: str
    acted: str
    fed: str


def set_authorisation(action: str, *, doctor_in_charge: bool = False) -> str:
    """Return the request of TD0.3; ``action`` is ``AJOUT`` or ``SUPPRESSION``."""
    role = element("role", DOCTOR_IN_CHARGE) if doctor_in_charge else ""
    return f'<setAuthorization xmlns="{HABILITATIONS}">{element("action", action)}{role}</setAuthorization>'


def list_professionals(mode: str) -> str:
    """Return the request of TD1.6; ``mode`` is ``ACTIVE``, ``INTERDITE`` or ``TOUTE``."""
    listed = element("mode", mode)
    return f'<listAuthorizationByPatient xmlns="{HABILITATIONS}">{listed}</listAuthorizationByPatient>'


def list_dmps(since: str, *, by_document: bool = False) -> str:
    """Return the request of TD0.4; ``since`` is ``AAAAMMJJhhmmss``."""
    kind = element("dateType", "LASTDOC" if by_document else "LASTAUTORIZATION")
    return f'<patientList xmlns="{SPECIFIC}">{element("startDate", since)}{kind}</patientList>'


def done(answer: etree._Element) -> str:
    """Return the context of an answer. Raises SoapRefused when its status is not that of success."""
    output = next(iter(answer.iterchildren("{*}output")), answer)
    told = children_text(output)
    if told.get("status") != DONE:
        raise SoapRefused(told.get("status", ""), told.get("context", ""))
    return told.get("context", "")


def professionals_of(answer: etree._Element) -> list[Professional]:
    """Read the answer of TD1.6. Raises SoapRefused when its status is not that of success."""
    done(answer)
    return [_professional(children_text(line)) for line in answer.iter("{*}listOfAuthorizationByPatient")]


def _professional(told: dict[str, str]) -> Professional:
    return Professional(
        national_id=told.get("nationalId", ""),
        name=f"{told.get('firstName', '')} {told.get('lastName', '')}".strip(),
        speciality=told.get("libSpeciality", ""),
        started=told.get("startOfAuthorization", ""),
        acted=told.get("lastActionDate", ""),
        mode=told.get("mode", ""),
        doctor_in_charge=told.get("specificRight") == DOCTOR_IN_CHARGE,
    )


def dmps_of(answer: etree._Element) -> list[AuthorisedDmp]:
    """Read the answer of TD0.4. Raises SoapRefused when its status is not that of success."""
    done(answer)
    return [_dmp(line) for line in answer.iter("{*}patientlistData")]


def _dmp(line: etree._Element) -> AuthorisedDmp:
    told = children_text(line)
    ids = [children_text(each) for each in line.iterchildren("{*}patientIdentifier")]
    ins = next((each for each in ids if each.get("nationalIdType") != INS_C), {})
    dates = (told.get(name, "") for name in ("lastAddDate", "lastAccessDate", "lastUpdateDate"))
    return AuthorisedDmp(ins.get("nationalId", ""), ins.get("nationalIdType", ""), *dates)
