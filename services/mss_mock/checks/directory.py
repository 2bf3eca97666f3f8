"""Searches in the Annuaire Santé.

Source: docs/sources/annuaire.md. Pure functions of facts.
"""

from __future__ import annotations

from lgo_sandbox.watch.checks import Check, Observed, Outcome, Severity, Violation
from mss_mock.facts import DirectoryAsked, DirectoryFormat, DirectoryPace, DirectorySearch, Extraction

__all__ = ["DIRECTORY_CHECKS"]

SEARCH = frozenset({"annuaire-search"})


def _searched(seen: Observed[DirectorySearch]) -> Outcome:
    return bool(seen.facts.criteria)


DIRECTORY = Check(
    id="MSS-DIRECTORY",
    title="Recherche dans l'Annuaire Santé",
    reads=DirectorySearch,
    test=_searched,
    source="docs/sources/annuaire.md#recherche",
    remedy="Cherchez l'adresse du correspondant par l'un des neuf critères attendus.",
    requirements=("MSS/CONF.20", "SC.ANN/va1.05"),
    operations=SEARCH,
    confidence="M",
    aliases=("mss.directory",),
)


def _without_data(seen: Observed[DirectorySearch]) -> Outcome:
    names = seen.facts.without_data
    return bool(names) and Violation(
        ", ".join(names), "un paramètre dont le bac à sable a les données : la recherche ne trouve personne"
    )


WITHOUT_DATA = Check(
    id="MSS-DIRECTORY-DATA",
    title="Paramètre accepté dont le bac à sable n'a pas les données",
    reads=DirectorySearch,
    test=_without_data,
    source="docs/sources/annuaire.md#tolerances",
    remedy="Cherchez par un autre paramètre ; l'annuaire réel répondrait peut-être à celui-ci.",
    operations=SEARCH,
    severity=Severity.INFO,
)


def _capped(seen: Observed[DirectorySearch]) -> Outcome:
    return bool(seen.facts.capped) and Violation(f"_count={seen.facts.capped}", "_count de 10 000 au plus")


CAPPED = Check(
    id="MSS-DIRECTORY-COUNT",
    title="Page plus courte que demandé",
    reads=DirectorySearch,
    test=_capped,
    source="docs/sources/annuaire.md#tolerances",
    remedy="Demandez des pages plus courtes, et suivez le lien « next ».",
    operations=SEARCH,
    severity=Severity.INFO,
)


def _format(seen: Observed[DirectoryFormat]) -> Outcome:
    asked = seen.facts.unserved
    where = "paramètre _format" if asked.startswith("_format") else "en-tête Accept"
    return not asked or Violation(asked, "application/fhir+json, seul format rendu", where=where)


FORMAT = Check(
    id="MSS-DIRECTORY-FORMAT",
    title="Réponse en JSON à qui ne la demande pas",
    reads=DirectoryFormat,
    test=_format,
    source="docs/sources/annuaire.md#tolerances",
    remedy="Demandez application/fhir+json, et lisez le Content-Type de la réponse avant son corps.",
    severity=Severity.WARNING,
)

LOADABLE = frozenset({"Practitioner", "PractitionerRole"})
WINDOW = 30
"""How many days of updates the directory keeps."""
UNNOTICED = 3
"""From how many searches on professionals alone a client is told where the other mailboxes are."""
OUTAGE = 500


def _file(seen: Observed[Extraction]) -> Outcome:
    return seen.facts.name == "PS_LibreAcces" and seen.facts.lines > 0


FILE = Check(
    id="MSS-DIRECTORY-FILE",
    title="Fichier des professionnels en libre accès chargé",
    reads=Extraction,
    test=_file,
    source="docs/sources/annuaire.md#extraction",
    remedy="Téléchargez PS_LibreAcces, et chargez son fichier Personne_activite.",
    requirements=("SC.ANN/va1.01",),
    confidence="M",
)


def _full(seen: Observed[DirectorySearch]) -> Outcome:
    facts = seen.facts
    return facts.resource in LOADABLE and facts.delta_days < 0 and facts.last and facts.page > 1


FULL = Check(
    id="MSS-DIRECTORY-FULL",
    title="Chargement complet par l'API (appel FULL), jusqu'à la dernière page",
    reads=DirectorySearch,
    test=_full,
    source="docs/sources/annuaire.md#appels",
    remedy="Suivez le lien « next » de chaque page jusqu'à ce qu'il n'y en ait plus.",
    requirements=("SC.ANN/va1.01",),
    operations=SEARCH,
    confidence="M",
)


def _delta(seen: Observed[DirectorySearch]) -> Outcome:
    days = seen.facts.delta_days
    if days < 0:
        return None
    return days <= WINDOW or Violation(
        f"des mises à jour demandées sur {days} jours", f"{WINDOW} jours au plus", where="_lastUpdated"
    )


DELTA = Check(
    id="MSS-DIRECTORY-DELTA",
    title="Mise à jour par différence (appel DELTA)",
    reads=DirectorySearch,
    test=_delta,
    source="docs/sources/annuaire.md#appels",
    remedy="Demandez les mises à jour de trente jours au plus ; au-delà, rechargez l'annuaire entier.",
    requirements=("SC.ANN/va1.02", "SC.ANN/va1.03"),
    operations=SEARCH,
    severity=Severity.WARNING,
    confidence="M",
)


def _frequency(seen: Observed[DirectorySearch]) -> Outcome:
    if seen.facts.delta_days < 0:
        return None
    today = seen.age.date()
    earlier = (past for past, facts in seen.history.all(DirectorySearch) if facts.delta_days >= 0)
    return any(past.at.date() != today for past in earlier) or None


FREQUENCY = Check(
    id="MSS-DIRECTORY-FREQUENCY",
    title="Mises à jour reprises un autre jour",
    reads=DirectorySearch,
    test=_frequency,
    source="docs/sources/annuaire.md#appels",
    remedy="Reprenez la mise à jour à la fréquence choisie, par exemple chaque nuit.",
    requirements=("SC.ANN/va1.04",),
    operations=SEARCH,
    confidence="M",
)


def _unit(seen: Observed[DirectorySearch]) -> Outcome:
    wanted = any(name.partition(":")[0] in ("identifier", "_id") for name, _ in seen.facts.criteria)
    return seen.facts.resource in LOADABLE and wanted


UNIT = Check(
    id="MSS-DIRECTORY-UNIT",
    title="Professionnel consulté par son numéro (appel unitaire)",
    reads=DirectorySearch,
    test=_unit,
    source="docs/sources/annuaire.md#appels",
    remedy="Cherchez le RPPS du professionnel avant de créer son compte ou son contact.",
    requirements=("SC.ANN/va1.02", "SSI/IE.30"),
    operations=SEARCH,
    confidence="M",
)


def _retry(seen: Observed[DirectorySearch]) -> Outcome:
    asked = seen.also(DirectoryAsked)
    last = None if asked is None else seen.history.last(DirectoryAsked, about=asked.request)
    return (last is not None and last[0].status >= OUTAGE) or None


RETRY = Check(
    id="MSS-DIRECTORY-RETRY",
    title="Appel repris après une panne de l'annuaire",
    reads=DirectorySearch,
    test=_retry,
    source="docs/sources/annuaire.md#pannes",
    remedy="Après une panne, reprenez le même appel plus tard.",
    requirements=("SSI/IE.30",),
    operations=SEARCH,
    confidence="M",
)


def _pace(seen: Observed[DirectoryPace]) -> Outcome:
    facts = seen.facts
    return Violation(f"{facts.calls} appels en une seconde", f"{facts.limit} appels par seconde au plus", where="débit")


PACE = Check(
    id="MSS-DIRECTORY-PACE",
    title="Plus d'appels par seconde que l'annuaire réel n'en accepte",
    reads=DirectoryPace,
    test=_pace,
    source="docs/sources/annuaire.md#debit",
    remedy="Espacez les appels : l'annuaire réel répondrait 429.",
    severity=Severity.WARNING,
)


def _places(seen: Observed[DirectorySearch]) -> Outcome:
    if not seen.facts.elsewhere:
        return None
    earlier = [facts.resource for _, facts in seen.history.all(DirectorySearch)]
    if "PractitionerRole" in earlier or earlier.count("Practitioner") < UNNOTICED:
        return None
    return Violation(
        f"{seen.facts.elsewhere} professionnels dont la seule adresse est sur leur situation d'exercice, pas demandée",
        "une recherche sur PractitionerRole, ou _revinclude=PractitionerRole:practitioner",
        where="Practitioner.telecom",
    )


PLACES = Check(
    id="MSS-DIRECTORY-PLACES",
    title="Adresses cherchées sur le praticien seulement",
    reads=DirectorySearch,
    test=_places,
    source="docs/sources/annuaire.md#boites",
    remedy="Lisez aussi les adresses des situations d'exercice (PractitionerRole.telecom).",
    operations=SEARCH,
    severity=Severity.INFO,
)

DIRECTORY_CHECKS = (
    DIRECTORY,
    WITHOUT_DATA,
    CAPPED,
    FORMAT,
    FILE,
    FULL,
    DELTA,
    FREQUENCY,
    UNIT,
    RETRY,
    PACE,
    PLACES,
)
