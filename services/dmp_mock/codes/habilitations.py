"""Codes of the services of authorisations (TD0.3, TD1.6) and of the list of DMPs (TD0.4).

Source: docs/sources/dmp.md#liste-autorisations (names, values and their odd spelling; high). Knows no rule.
"""

from __future__ import annotations

from enum import StrEnum

from dmp_mock.codes.patients import Authorisation

__all__ = [
    "ALREADY",
    "DMP_OK",
    "DOCTOR_IN_CHARGE",
    "MODES",
    "NOTHING_TO_TAKE_AWAY",
    "NS_HABILITATIONS",
    "NS_PATIENTS",
    "PERSON_ID_SYSTEM",
    "STRUCTURE_ID_SYSTEM",
    "Action",
    "DateKind",
    "ListMode",
]

NS_HABILITATIONS = "urn:si-dmp-habilitations"
NS_PATIENTS = "urn:si-dmp-patients"

DMP_OK = "DMPOk"
PERSON_ID_SYSTEM = "1.2.250.1.71.4.2.1"
STRUCTURE_ID_SYSTEM = "1.2.250.1.71.4.2.2"
"""``nationalIdType`` of a PS_IdNat, and of the structure that an administrative person authorised."""

ALREADY = "Autorisation déjà présente aucune action effectuée"
NOTHING_TO_TAKE_AWAY = "Aucune autorisation présente, aucune action effectuée"
"""Ours: the words of the real service are not public."""


class Action(StrEnum):
    """What TD0.3 does."""

    ADD = "AJOUT"
    REMOVE = "SUPPRESSION"


DOCTOR_IN_CHARGE = "MEDECIN_TRAITANT"
"""The only role of TD0.3, and the only ``specificRight`` of TD1.6."""


class ListMode(StrEnum):
    """Whom TD1.6 lists."""

    ACTIVE = "ACTIVE"
    BLOCKED = "INTERDITE"
    ALL = "TOUTE"


MODES = {Authorisation.VALID: ListMode.ACTIVE, Authorisation.BLOCKED: ListMode.BLOCKED}
"""Value of an authorisation → mode under which TD1.6 lists it; the others are not listed."""


class DateKind(StrEnum):
    """By which date TD0.4 lists; the spelling is the official one."""

    AUTHORISATION = "LASTAUTORIZATION"
    DOCUMENT = "LASTDOC"
