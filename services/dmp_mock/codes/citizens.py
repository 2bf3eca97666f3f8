"""What Mon espace santé shows of its own: what representatives are called, applications of the catalogue, appointments.

Source: docs/sources/dmp.md#mon-espace-sante (agenda, catalogue: medium); every application and appointment here is
invented, like the reference people. Knows no session.
"""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

__all__ = [
    "APPLICATIONS",
    "APPOINTMENTS",
    "PARENTS",
    "RELATIONSHIPS",
    "Application",
    "Planned",
]

PARENTS = {"F": ("MTH", "mère"), "M": ("FTH", "père")}
"""What a legal representative is to the child, by sex: PersonalRelationshipRoleType (HL7), and in French."""
RELATIONSHIPS = "2.16.840.1.113883.1.11.19579"


class Application(NamedTuple):
    """An application of the catalogue: who makes it, what for, what it would read and write."""

    id: str
    name: str
    maker: str
    purpose: str
    reads: str
    writes: str


APPLICATIONS = (
    Application(
        "carnet-tension",
        "Carnet de tension",
        "Éditeur fictif Arvane",
        "Suivre vos mesures de tension et les montrer à votre pharmacien ou à votre médecin.",
        "vos mesures de tension",
        "vos mesures de tension",
    ),
    Application(
        "rappel-traitement",
        "Rappel de traitement",
        "Éditeur fictif Lumelle",
        "Vous rappeler vos prises et le renouvellement de votre ordonnance.",
        "vos ordonnances et vos dispensations",
        "rien",
    ),
    Application(
        "suivi-glycemie",
        "Suivi de glycémie",
        "Éditeur fictif Sorbeline",
        "Réunir vos glycémies et préparer votre entretien pharmaceutique.",
        "vos résultats de biologie",
        "vos mesures de glycémie",
    ),
)


class Planned(NamedTuple):
    """An appointment that comes again: whose (slug), first on which day, every how many days, when, what, where.

    Counted from a fixed day, so that something is always to come, wherever the clock of a session stands.
    """

    patient: str
    first: date
    every: int
    time: str
    kind: str
    title: str
    place: str = "PHARMACIE DE LA FONTAINE, VALFONTAINE"


_PRACTICE = "CABINET MEDICAL DES TILLEULS, VALFONTAINE"
_RENEWAL, _FLU = "Renouvellement de votre ordonnance", "Vaccination contre la grippe"
_YEAR = 365
DISPENSING, VACCINATION = "dispensation", "vaccination"
APPOINTMENTS = (
    Planned("martin-claire", date(2026, 1, 6), 28, "10:30", DISPENSING, _RENEWAL),
    Planned("martin-claire", date(2025, 12, 10), _YEAR, "17:15", VACCINATION, _FLU),
    Planned("durand-paul-1", date(2026, 1, 9), 28, "09:00", DISPENSING, _RENEWAL),
    Planned("bernard-hugo", date(2026, 1, 14), 28, "16:45", DISPENSING, "Retrait de l'insuline"),
    Planned("bernard-alba", date(2026, 12, 21), 56, "11:00", VACCINATION, "Vaccins du nourrisson", _PRACTICE),
    Planned("lefevre-augustine", date(2026, 1, 8), 7, "14:30", DISPENSING, "Pilulier de la semaine"),
    Planned("lefevre-augustine", date(2025, 12, 3), _YEAR, "10:00", VACCINATION, _FLU),
    Planned("garnier-lucie", date(2026, 1, 20), 84, "12:15", VACCINATION, "Vaccination contre la coqueluche"),
)
