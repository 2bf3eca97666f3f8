"""Names that several transactions share: namespaces, paths, actions, what is recognised without being simulated.

Source: docs/sources/dmp.md#transactions and #chemin (catalogue and paths, high). A transaction that is simulated stands
in ``dmp_mock.transactions`` and nowhere else; its line here is then passed over. Knows no rule.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = [
    "ANNOUNCED",
    "DESCRIBE",
    "FAULT_ACTION",
    "NS_HL7",
    "NS_LCM",
    "NS_QUERY",
    "NS_XDSB",
    "OTHER_PATHS",
    "PARTNER",
    "REPOSITORY",
    "Announced",
]

NS_HL7 = "urn:hl7-org:v3"
NS_XDSB = "urn:ihe:iti:xds-b:2007"
NS_QUERY = "urn:oasis:names:tc:ebxml-regrep:xsd:query:3.0"
NS_LCM = "urn:oasis:names:tc:ebxml-regrep:xsd:lcm:3.0"
_HABILITATIONS = "urn:si-dmp-habilitations"
_PATIENTS = "urn:si-dmp-patients"

DESCRIBE = "wsdl"
"""The operation that no transaction is: reading the description of the service."""

REPOSITORY = "repository"
"""The path whose SOAP faults are multipart (docs/sources/dmp.md#refus)."""

OTHER_PATHS = frozenset({"patientsPDQ", "patientCertif"})
"""Paths of the real service under which nothing is simulated."""

PARTNER = "DMP"
"""With whom an INS is exchanged here."""

FAULT_ACTION = "http://www.w3.org/2005/08/addressing/soap/fault"
"""WS-Addressing SOAP binding §6; which action the real faults carry is not public (low)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Announced:
    """A TD that is recognised, and refused by a fault that says so. ``reason`` is the HL7 reason code that tells it."""

    name: str
    title: str
    qname: str
    path: str
    action: str
    also: frozenset[str] = frozenset()
    reason: str = ""


def _habilitation(name: str, title: str, local: str) -> Announced:
    return Announced(
        name=name,
        title=title,
        qname=f"{{{_HABILITATIONS}}}{local}",
        path="habilitations",
        action=f"{_HABILITATIONS}:HabilitationsEndPoint:{local}",
        also=frozenset({f"{NS_HL7}:{local}"}),
    )


def _patients(name: str, title: str, local: str, reason: str = "") -> Announced:
    return Announced(
        name=name,
        title=title,
        qname=f"{{{NS_HL7}}}{local}",
        path="patients",
        action=f"{NS_HL7}:{local}",
        reason=reason,
    )


ANNOUNCED = (
    _patients("td1.3a", "Données administratives", "PRPA_IN201307UV02", "CNSLT_DATA"),
    _patients("td0.5", "Recherche sans INS", "PRPA_IN201305UV02"),
    _habilitation("td0.3", "Autorisation d'accès", "setAuthorization"),
    _habilitation("td1.6", "Liste des professionnels autorisés", "listAuthorizationByPatient"),
    Announced(
        name="td0.4",
        title="Liste des DMP autorisés",
        qname=f"{{{_PATIENTS}}}patientList",
        path="patientsSpecific",
        action=f"{_PATIENTS}:PatientSpecificEndPoint:patientList",
        also=frozenset({""}),
    ),
)
