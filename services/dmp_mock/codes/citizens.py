"""What Mon espace santé shows of its own: legal representatives, applications of the catalogue, appointments.

Source: docs/sources/dmp.md#mon-espace-sante (agenda, catalogue, representatives: medium); every person, application and
appointment here is invented, like the reference people. Knows no session.
"""

from __future__ import annotations

from typing import NamedTuple

__all__ = ["APPLICATIONS", "APPOINTMENTS", "REPRESENTATIVES", "Application", "Planned", "Representative"]


class Representative(NamedTuple):
    """A legal representative: a slug, a name, the patients (slugs) whose record he reads.

    ``patient`` is his own slug when he is a patient too, and ``sex`` agrees the words about him.
    """

    id: str
    name: str
    children: tuple[str, ...]
    patient: str = ""
    sex: str = "F"


REPRESENTATIVES = (
    Representative("bernard-elodie", "Élodie BERNARD", ("bernard-hugo", "bernard-alba")),
    Representative("nessi-ruth", "Ruth NESSI", ("nessi-michelangelo",), "nessi-ruth"),
    Representative("de-vinci-ruth", "Ruth DE VINCI", ("de-vinci-leonardo-1", "de-vinci-leonardo-2"), "de-vinci-ruth"),
)


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
    """An appointment that stands in the agenda at the start: whose (slug), how many days ahead, when, what, where."""

    patient: str
    days: int
    time: str
    kind: str
    title: str
    place: str = "PHARMACIE DE LA FONTAINE, VALFONTAINE"


DISPENSING, VACCINATION = "dispensation", "vaccination"
APPOINTMENTS = (
    Planned("martin-claire", 3, "10:30", DISPENSING, "Renouvellement de votre ordonnance"),
    Planned("martin-claire", 12, "17:15", VACCINATION, "Vaccination contre la grippe"),
    Planned("durand-paul-1", 5, "09:00", DISPENSING, "Renouvellement de votre ordonnance"),
    Planned("bernard-hugo", 2, "16:45", DISPENSING, "Retrait de l'insuline"),
    Planned(
        "bernard-alba", 30, "11:00", VACCINATION, "Vaccins des deux mois", "CABINET MEDICAL DES TILLEULS, VALFONTAINE"
    ),
    Planned("lefevre-augustine", 6, "14:30", DISPENSING, "Pilulier de la semaine"),
    Planned("lefevre-augustine", 20, "10:00", VACCINATION, "Vaccination contre la grippe"),
    Planned("garnier-lucie", 9, "12:15", VACCINATION, "Vaccination contre la coqueluche"),
)
