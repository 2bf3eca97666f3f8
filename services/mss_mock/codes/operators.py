"""The operators of the trust space: the sandbox's own and simulated others, and how they take mail.

Source: docs/sources/mssante.md#liste-blanche, #entre-operateurs (each domain is bound to the certificate of its
operator: high; who keeps which structure, names, hosts and certificates of the others: ours). Data only.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from mss_mock.codes import OPERATOR_HOST, OPERATOR_NAME, PATIENT_DOMAIN

__all__ = [
    "COURSE_TITLES",
    "HOSPITALS",
    "IMAGING_WORDS",
    "LABORATORIES",
    "MES",
    "OPERATORS",
    "OWN",
    "REFUSED_BY_OTHER",
    "TRY_AT",
    "UNLISTED",
    "WAITING",
    "Course",
    "Operator",
    "Wait",
]


@dataclass(frozen=True, slots=True)
class Operator:
    """An operator: the name of its mail server, and its certificate (DN) when it is none of the sandbox's own."""

    id: str
    name: str
    host: str
    certificate: str = ""

    @property
    def own(self) -> bool:
        """Whether this is the operator whose doors are open here."""
        return self.id == "sandbox"


def _operator(key: str, name: str, host: str, siret: str) -> Operator:
    return Operator(key, name, host, f"CN={host},OU=3{siret},O={name},ST=Sandbox (99),C=FR")


OWN = Operator("sandbox", OPERATOR_NAME, OPERATOR_HOST)
HOSPITAL = _operator(
    "hospitalier", "OPERATEUR HOSPITALIER SIMULE", "mx.hospitalier.sandbox.mssante.fr", "99000000100017"
)
TECHNICAL = _operator(
    "plateaux", "OPERATEUR DES PLATEAUX TECHNIQUES SIMULE", "mx.plateaux.sandbox.mssante.fr", "99000000200015"
)
MES = _operator("mon-espace-sante", "MON ESPACE SANTE SIMULE", f"mx.{PATIENT_DOMAIN}", "99000000300013")

OPERATORS = {one.id: one for one in (OWN, HOSPITAL, TECHNICAL, MES)}

HOSPITALS = frozenset({"SA01", "SA02", "SA03", "SA04"})
"""Sectors (TRE_R02) whose structures are kept by the hospitals' operator."""
LABORATORIES = frozenset({"SA25", "SA29"})
"""Those of the laboratories, which the operator of technical platforms keeps, as it does imaging centres."""
IMAGING_WORDS = ("IMAGERIE", "RADIOLOG")
"""An imaging centre has the sector of any group practice: its name tells."""


class Course(StrEnum):
    """What becomes of a mail that goes to an operator."""

    PROMPT = "prompt"
    DELAYED = "delayed"
    REFUSED = "refused"
    UNREACHABLE = "unreachable"


COURSE_TITLES = {
    Course.PROMPT: "remis aussitôt",
    Course.DELAYED: "retardé par l'opérateur du destinataire, puis remis (option operator_delay, en heure d'âge)",
    Course.REFUSED: "refusé par l'opérateur du destinataire : un rapport 5.7.1 revient",
    Course.UNREACHABLE: "vers un opérateur injoignable : essais répétés, puis un rapport (option operator_expiry)",
}


@dataclass(frozen=True, slots=True)
class Wait:
    """Why a mail waits, or comes back: RFC 3463 status, a reply or what one's own server says, the cause in French."""

    status: str
    diagnostic: str
    cause: str

    @property
    def replied(self) -> bool:
        """Whether the other side said something."""
        return self.diagnostic[:3].isdigit()


WAITING = {
    Course.DELAYED: Wait(
        "4.3.2",
        "451 4.3.2 System not accepting network messages, try again later",
        "l'opérateur du destinataire n'accepte pas de messages pour l'instant",
    ),
    Course.UNREACHABLE: Wait(
        "4.4.1", "connect to the mail server of the domain: timed out", "l'opérateur du destinataire ne répond pas"
    ),
}

REFUSED_BY_OTHER = Wait(
    "5.7.1", "550 5.7.1 Delivery not authorized, message refused", "l'opérateur du destinataire a refusé le message"
)
UNLISTED = Wait(
    "5.7.1",
    "the domain is not in the MSSante white list",
    "le domaine du destinataire n'est pas (ou plus) dans la liste blanche MSSanté",
)

TRY_AT = tuple(timedelta(minutes=minutes) for minutes in (15, 45, 105, 225))
"""When a mail that waits is tried again, after it was accepted; then every four hours (ours: as usual mail servers)."""
