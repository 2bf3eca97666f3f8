"""Searches in the Annuaire Santé.

Source: docs/sources/annuaire.md. Pure functions of facts.
"""

from __future__ import annotations

from lgo_sandbox.watch.checks import Check, Observed, Outcome, Severity, Violation
from mss_mock.facts import DirectoryFormat, DirectorySearch

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
    requirements=("MSS/CONF.20",),
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

DIRECTORY_CHECKS = (DIRECTORY, WITHOUT_DATA, CAPPED, FORMAT)
