"""The transactions that the DMP has retired, and what to do instead.

Source: docs/sources/dmp.md#transactions-retirees (catalogue and date, high; that the real service answers a fault,
low). Knows no rule.
"""

from __future__ import annotations

from dataclasses import dataclass

from dmp_mock.codes.habilitations import NS_PATIENTS
from dmp_mock.codes.names import NS_HL7

__all__ = ["RETIRED", "SINCE", "Retired"]

SINCE = "30/09/2023"
_BY_ITSELF = "rien : le DMP est créé d'office avec Mon espace santé, et le patient le rouvre lui-même"
_BY_PATIENT = "rien : le patient le fait lui-même dans Mon espace santé"


@dataclass(frozen=True, slots=True, kw_only=True)
class Retired:
    """A TD that is recognised, and refused by a fault that says so.

    ``reason`` is the HL7 reason code that tells it; ``instead`` what to do in place of it.
    """

    name: str
    title: str
    qname: str
    path: str
    action: str
    instead: str
    also: frozenset[str] = frozenset()
    reason: str = ""


def _patients(name: str, title: str, message: str, reason: str, instead: str) -> Retired:
    return Retired(
        name=name,
        title=title,
        qname=f"{{{NS_HL7}}}{message}",
        path="patients",
        action=f"{NS_HL7}:{message}",
        reason=reason,
        instead=instead,
    )


def _account(name: str, title: str, local: str) -> Retired:
    return Retired(
        name=name,
        title=title,
        qname=f"{{{NS_PATIENTS}}}{local}",
        path="patientsSpecific",
        action=f"{NS_PATIENTS}:PatientSpecificEndPoint:{local}",
        also=frozenset({""}),
        instead="rien : le patient ouvre lui-même son compte Mon espace santé",
    )


RETIRED = (
    Retired(
        name="td0.0",
        title="Certification de l'identité",
        qname=f"{{{NS_PATIENTS}}}identityCertification",
        path="patientCertif",
        action=f"{NS_PATIENTS}:PatientCertificationEndPoint:identityCertification",
        also=frozenset({""}),
        instead="le téléservice INSi, qui rend le matricule INS et les traits",
    ),
    _patients("td1.1", "Création du DMP", "PRPA_IN201311UV02", "CREA_RD", _BY_ITSELF),
    _patients("td1.2", "Réactivation du DMP", "PRPA_IN201314UV02", "REAC", _BY_ITSELF),
    _patients("td1.3b", "Modification des données administratives", "PRPA_IN201314UV02", "MODIF_DATA", _BY_PATIENT),
    _patients("td1.4", "Fermeture du DMP", "PRPA_IN201314UV02", "FERM", _BY_PATIENT),
    _account("td1.5a", "Création du compte internet du patient", "createPatientAccess"),
    _account("td1.5b", "Canaux du mot de passe à usage unique", "patientOTPUpdate"),
    _account("td1.5d", "Mise à jour du compte internet du patient", "updatePatientAccess"),
)
"""Where several share a message, the first is meant by a reason that is none of theirs."""
