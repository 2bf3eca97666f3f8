"""Who INSi knows at the start, and the known identities with which a tester triggers each situation.

Source: specs/insi.md §5 (official identities), specs/requirements.md §3.1 cards INS-B to INS-D (odd answers). People
come from the sandbox's own reference data; the names that cause an outage are ours. Knows no XML and no store.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cache

from insi_mock.domain import Identity, Known, Traits
from lgo_sandbox.people import Patient, Population, population

__all__ = ["MAGIC", "OUTAGES", "Key", "Magic", "known_people"]

Key = tuple[str, str, str]
"""Birth name, sex, birth date: what the service compares for equality."""

OUTAGES = {
    "INSI-PANNE-TECHNIQUE": "insi_102",
    "INSI-PANNE-TELESERVICES": "insi_111",
    "INSI-PANNE-PASSERELLE": "desir_1020",
}
"""Birth name that causes an outage → the error."""

ODD_ANSWERS: Mapping[str, Callable[[Identity], Identity]] = {
    "insi-jour-00": lambda found: replace(found, birth_date=f"{found.birth_date[:8]}00"),
    "insi-mois-00": lambda found: replace(found, birth_date=f"{found.birth_date[:5]}00{found.birth_date[7:]}"),
    "insi-sans-nom": lambda found: replace(found, birth_name=""),
    "insi-sans-prenoms": lambda found: replace(found, first_names=()),
    "insi-sans-sexe": lambda found: replace(found, sex=""),
    "insi-prenoms-incoherents": lambda found: replace(found, first_names=found.first_names[::-1]),
}
"""Tag of a patient → how the answer differs from the person."""


@cache
def known_people(people: Population) -> Mapping[Key, tuple[Known, ...]]:
    """Return the people that INSi knows, by key: those who have a matricule."""
    index: dict[Key, tuple[Known, ...]] = defaultdict(tuple)
    for patient in people.patients:
        if patient.matricule:
            index[patient.birth_name, patient.sex, patient.birth_date] += (_known(patient),)
    return dict(index)


def _known(patient: Patient) -> Known:
    answer = key = Identity(
        patient.matricule,
        patient.oid,
        patient.birth_name,
        patient.first_names,
        patient.sex,
        patient.birth_date,
        patient.birth_place,
        patient.history,
    )
    for tag in patient.tags & ODD_ANSWERS.keys():
        answer = ODD_ANSWERS[tag](answer)
    return Known(key, answer)


@dataclass(frozen=True, slots=True)
class Magic:
    """A situation: its id, its French title, the traits that trigger it, the code that answers."""

    id: str
    title: str
    traits: Traits
    code: str


def _of(patient_id: str, first_names: str = "", *, with_place: bool = False) -> Traits:
    """Return the traits of a patient as a client sends them, by default with the first of the first names."""
    patient = population().patient_named(patient_id)
    return Traits(
        birth_name=patient.birth_name,
        first_names=first_names or patient.first_names[0],
        sex=patient.sex,
        birth_date=patient.birth_date,
        birth_place=patient.birth_place if with_place else "",
    )


def _outage(birth_name: str) -> Traits:
    return Traits(birth_name, "ALEX", "F", "1980-01-01")


MAGIC = (
    Magic("trouve", "Une identité (cas 2.03-2)", _of("adrtrois-toussaint"), "00"),
    Magic("apostrophes", "Nom à apostrophes et espaces (cas 2.03-1)", _of("dartagnan-pierre-alain"), "00"),
    Magic("historique", "Matricules antérieurs (cas 2.04)", _of("ecetinsi-pierre-alain"), "00"),
    Magic("nia", "Matricule d'attente, racine .9 (cas 2.05)", _of("provisoire-matricule"), "00"),
    Magic("plusieurs", "Plusieurs identités (cas 2.06-1)", _of("de-vinci-leonardo-1"), "02"),
    Magic("plusieurs-cog", "Une seule avec le COG (cas 2.06-2)", _of("de-vinci-leonardo-1", with_place=True), "00"),
    Magic("prenom-usuel", "Prénom usuel introuvable (cas 2.07-1)", _of("tchitchi-catarina", "OLA"), "01"),
    Magic("prenom-civil", "Le même avec le prénom de naissance (cas 2.07-1)", _of("tchitchi-catarina"), "00"),
    Magic("introuvable", "Aucune identité (cas 2.07-2)", Traits("HOUILLES", "PIERRE", "M", "1993-01-27"), "01"),
    Magic("corse", "Corse : l'historique répète le matricule actif (cas 2.08-1)", _of("corse-anthony"), "00"),
    Magic("cle-fausse", "Clés publiées fausses, servies telles quelles (cas 2.08-2)", _of("hermann-gatien"), "00"),
    Magic("sans-matricule", "Personne sans matricule", _of("rossi-giulia"), "01"),
    Magic("date-lunaire", "Date de naissance lunaire", _of("diallo-fatimata"), "00"),
    Magic("jour-00", "Réponse 00 à refuser : jour 00", _of("insi-jour-00"), "00"),
    Magic("mois-00", "Réponse 00 à refuser : mois 00", _of("insi-mois-00"), "00"),
    Magic("sans-nom", "Réponse 00 à refuser : sans nom", _of("insi-sans-nom"), "00"),
    Magic("sans-prenoms", "Réponse 00 à refuser : sans prénoms", _of("insi-sans-prenoms"), "00"),
    Magic("sans-sexe", "Réponse 00 à refuser : sans sexe", _of("insi-sans-sexe"), "00"),
    Magic("prenoms-incoherents", "Réponse 00 à examiner : autre premier prénom", _of("insi-prenoms-incoherents"), "00"),
    Magic("panne-technique", "Erreur technique de la recherche", _outage("INSI-PANNE-TECHNIQUE"), "insi_102"),
    Magic("panne-teleservices", "Téléservices indisponibles", _outage("INSI-PANNE-TELESERVICES"), "insi_111"),
    Magic("panne-passerelle", "Service appelé indisponible", _outage("INSI-PANNE-PASSERELLE"), "desir_1020"),
)
