"""The French page of the synthetic people: who they are, what their tags mean, written from the data alone.

``docs/fr/personnes.md`` is this module's output (``python -m lgo_sandbox.population.sheets > docs/fr/personnes.md``);
a test compares the two. The vocabulary of the tags stands here and nowhere else. Its medical and identity situations
come from specs/insi.md §4–5, specs/mssante.md §2, specs/dmp.md §5 and specs/requirements.md §3.1; the wording is ours
(low confidence as to how a real service would name them).
Knows no service, no session: a tag says what is true of the person, each service decides what follows.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence

from health_documents.identifiers import OID_INS_NIA, OID_INS_NIR, OID_INS_NIR_DEMO, OID_INS_NIR_TEST
from lgo_sandbox.population.people import Patient, Population, Professional, Structure, population

__all__ = ["PATIENT_TAGS", "PROFESSIONAL_TAGS", "render_people_page"]

PATIENT_TAGS = {
    "officiel": "Identité publiée pour les tests nationaux, servie telle que le service réel la rend.",
    "matricule-invente": "Traits publiés (ou homonyme de traits publiés), matricule inventé par le bac à sable.",
    "cle-fausse": "La clé publiée du matricule ne correspond pas au calcul ; elle est servie sans correction.",
    "parcours": "Patiente du parcours de démonstration, suivie d'un service à l'autre.",
    "homonyme": "Un autre patient a les mêmes nom, prénoms, sexe et date de naissance ; le lieu départage.",
    "jumeau": "Un frère jumeau ou une sœur jumelle fréquente la même officine.",
    "mineur": "Mineur à la date de rédaction (fin 2026).",
    "nouveau-ne": "Né depuis quelques semaines à la date de rédaction (fin 2026).",
    "centenaire": "Plus de cent ans : l'année à deux chiffres du matricule est ambiguë.",
    "corse": "Né en Corse : 2A ou 2B dans le matricule.",
    "outre-mer": "Né dans un département d'outre-mer : code à trois chiffres.",
    "etranger": "Né à l'étranger : le lieu de naissance est un code pays 99xxx.",
    "nia": "Matricule d'attente : racine INS-NIA (.9).",
    "sans-matricule": "Personne sans matricule : la recherche INSi répond 01, aucune adresse citoyenne.",
    "matricule-change": "Un matricule antérieur figure dans l'historique.",
    "sexe-change": "Un matricule antérieur porte l'autre chiffre de sexe.",
    "date-lunaire": "Date de naissance incomplète, à mois hors calendrier et jour 00.",
    "prenoms-composes": "Prénoms à tiret, ou prénom usuel composé de plusieurs prénoms de naissance.",
    "nom-compose": "Nom de naissance à apostrophes, espaces ou tirets.",
    "nom-long": "Nom et liste de prénoms d'au moins quatre-vingts caractères.",
    "ald": "Affection de longue durée.",
    "polymedication": "Cinq traitements au long cours ou plus.",
    "diabete": "Diabète.",
    "insuline": "Traité par insuline.",
    "allergie": "Allergie médicamenteuse connue.",
    "grossesse": "Enceinte.",
    "opposition": "S'oppose à la consultation de son DMP.",
    "opposition-alimentation": "S'oppose à l'alimentation de son DMP.",
    "dmp-ferme": "DMP fermé.",
    "dmp-absent": "DMP jamais créé.",
    "dmp-bloque-titulaire": "A bloqué la persona `titulaire` dans son DMP.",
    "dmp-non-autorise": "DMP ouvert, aucun professionnel de l'officine encore autorisé.",
    "refus-mss-patient": "Refuse les envois vers sa boîte citoyenne ; à saisir dans le LGO, rien ne doit partir.",
    "messagerie-fermee": "Pas de boîte citoyenne ouverte : un message adressé au patient est refusé.",
    "insi-jour-00": "L'INSi répond 00 avec une date de naissance au jour 00.",
    "insi-mois-00": "L'INSi répond 00 avec une date de naissance au mois 00.",
    "insi-sans-nom": "L'INSi répond 00 avec un nom de naissance vide.",
    "insi-sans-prenoms": "L'INSi répond 00 avec une liste de prénoms vide.",
    "insi-sans-sexe": "L'INSi répond 00 avec un sexe vide.",
    "insi-prenoms-incoherents": "L'INSi répond 00 avec une liste qui ne commence pas par le prénom demandé.",
}
"""Tag of a patient → what it means, in French. Without a ``dmp-*`` tag: DMP open and the pharmacy authorised."""

PROFESSIONAL_TAGS = {
    "cpe": "Personnel d'établissement : carte CPE, identifiant interne à la structure.",
    "sans-rpps": "Aucun numéro RPPS ; Pro Santé Connect ne rend que l'identité minimale.",
    "deux-activites": "Deux situations d'exercice, sa structure et `officine-voisine` : à faire choisir.",
    "radie": "Radié : ni connexion, ni signature.",
    "exemple-officiel": "Professionnel de test des exemples publiés du DMP, autorisé par les patients officiels.",
}
"""Tag of a professional → what it means, in French."""

_ROOTS = {OID_INS_NIR: "NIR .8", OID_INS_NIA: "NIA .9", OID_INS_NIR_TEST: "test .10", OID_INS_NIR_DEMO: "démo .11"}

_INTRODUCTION = """\
# Les personnes du bac à sable

> SIMULATION – données fictives. Toute ressemblance avec une personne réelle serait fortuite.
> Les identités marquées `officiel` sont des identités de test publiées.

Page écrite par `lgo_sandbox/population/sheets.py` à partir de `lgo_sandbox/population/data/people.json` : modifier les
données, puis régénérer (`python -m lgo_sandbox.population.sheets > docs/fr/personnes.md`).
Les mêmes personnes existent dans tous les services et dans toutes les sessions. La première colonne des tableaux est
l'identifiant court (la *persona*, pour un professionnel) qu'emploient les commandes, les scénarios et les tests.

Sauf étiquette contraire, un patient a un DMP ouvert où l'officine est autorisée, et une boîte citoyenne à l'adresse
`<matricule>@patient.mssante.fr`. La généraliste est le médecin traitant de la patiente du parcours.
"""


def render_people_page(population: Population) -> str:
    """Return the whole Markdown page, in French, for these people (no error: any population has a page)."""
    official = [p for p in population.patients if "officiel" in p.tags]
    invented = [p for p in population.patients if "officiel" not in p.tags]
    sections = [
        _INTRODUCTION,
        _section(
            "Structures",
            ("Id", "Nom", "Struct_IdNat", "Entité juridique", "Secteur", "Adresse", "BAL"),
            map(_structure, population.structures),
        ),
        _section(
            "Professionnels",
            ("Persona", "Nom", "Qualité", "PS_IdNat", "Code", "Mode", "Structure", "Moyens", "BAL", "Étiquettes"),
            map(_professional, population.professionals),
        ),
        _section("Patients officiels", _PATIENT_COLUMNS, map(_patient, official)),
        _section("Patients inventés", _PATIENT_COLUMNS, map(_patient, invented)),
        _section(
            "Matricules antérieurs", ("Patient", "Matricule", "Racine", "Début", "Fin"), _history(population.patients)
        ),
        _section(
            "Étiquettes des patients", ("Étiquette", "Sens", "Patients"), _vocabulary(PATIENT_TAGS, population.patients)
        ),
        _section(
            "Étiquettes des professionnels",
            ("Étiquette", "Sens", "Personas"),
            _vocabulary(PROFESSIONAL_TAGS, population.professionals),
        ),
    ]
    return "\n".join(sections)


_PATIENT_COLUMNS = (
    "Id",
    "Identité de naissance",
    "Usage",
    "S",
    "Naissance",
    "COG",
    "Matricule",
    "Racine",
    "Étiquettes",
    "Histoire",
)


def _section(title: str, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [_row(columns), _row(["---"] * len(columns)), *map(_row, rows)]
    return "\n".join([f"## {title}", "", *lines, ""])


def _row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cell.replace("|", r"\|") for cell in cells) + " |"


def _code(text: str) -> str:
    return f"`{text}`" if text else ""


def _tags(tags: Iterable[str]) -> str:
    return " ".join(_code(tag) for tag in sorted(tags))


def _structure(structure: Structure) -> tuple[str, ...]:
    address = f"{structure.address}, {structure.postal_code} {structure.city}"
    return (
        _code(structure.id),
        structure.name,
        _code(structure.id_nat),
        _code(structure.legal_entity),
        structure.sector,
        address,
        structure.mailbox,
    )


def _professional(professional: Professional) -> tuple[str, ...]:
    means = [name for name, owned in (("carte", professional.has_card), ("e-CPS", professional.has_ecps)) if owned]
    return (
        _code(professional.id),
        professional.name,
        professional.label,
        _code(professional.national_id),
        professional.specialty if professional.profession else "",
        professional.exercise_mode,
        " ".join(map(_code, (professional.structure, *professional.also_at))),
        ", ".join(means),
        professional.mailbox,
        _tags(professional.tags),
    )


def _patient(patient: Patient) -> tuple[str, ...]:
    matricule = f"{patient.matricule[:13]} {patient.matricule[13:]}" if patient.matricule else ""
    return (
        _code(patient.id),
        f"{patient.birth_name} – {', '.join(patient.first_names)}",
        " ".join(filter(None, (patient.used_name, patient.used_first_name))),
        patient.sex,
        patient.birth_date,
        patient.birth_place,
        _code(matricule),
        _ROOTS.get(patient.oid, ""),
        _tags(patient.tags),
        patient.story,
    )


def _history(patients: Iterable[Patient]) -> list[tuple[str, ...]]:
    return [
        (_code(patient.id), _code(former.matricule), _ROOTS.get(former.oid, ""), former.start, former.end)
        for patient in patients
        for former in patient.history
    ]


def _vocabulary(meanings: dict[str, str], people: Sequence[Patient | Professional]) -> list[tuple[str, ...]]:
    return [
        (_code(tag), meaning, ", ".join(person.id for person in people if tag in person.tags))
        for tag, meaning in meanings.items()
    ]


if __name__ == "__main__":
    sys.stdout.buffer.write(render_people_page(population()).encode())
