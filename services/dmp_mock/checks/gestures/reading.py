"""A record that is opened, a search with criteria, a second visit.

Without the marker nobody knows of the gesture, and these rules say nothing. Source: docs/sources/dmp.md#gestes;
docs/sources/requirements.md#dmp-alimentation, #dmp-ecran, #dmp-consultation.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from dmp_mock.checks.gestures.told import GESTURES, SEARCH, opened_at, time_of
from dmp_mock.checks.refused import was_refused
from dmp_mock.facts import (
    ExistenceTested,
    LotFed,
    PatientSeen,
    QueryAsked,
    Reading,
)
from dmp_mock.markers import (
    AGREED,
    OPENED,
    SEARCHED,
    VALIDATED,
)
from lgo_sandbox.watch.checks import Check, Observed, Outcome, Severity, Violation
from lgo_sandbox.watch.history import Past

__all__ = ["READING_GESTURES"]

AT_ONCE = timedelta(seconds=30)
"""How long after a record is opened the state of the DMP comes without a click: ours."""
USUAL = frozenset({"$XDSDocumentEntryPatientId", "$XDSDocumentEntryStatus"})


def after_feed(seen: Observed[Reading]) -> Outcome:
    """Nobody searches by himself right after a feed (EX_3.1-2030): a gesture stands between."""
    if not seen.facts.consults or not seen.history.marked:
        return None
    last = next(filter(_reads_or_feeds, seen.history.all(PatientSeen, about=seen.facts.matricule)), None)
    fed = last[0].noted.get(LotFed) if last else None
    if last is None or fed is None:
        return None
    if not seen.history.markers(VALIDATED, about=[one.unique_id for one in fed.documents]):
        return None
    gestures = seen.history.markers(OPENED, SEARCHED, AGREED, about=(seen.facts.matricule,))
    if any(time_of(one) >= last[0].at for one in gestures):
        return None if was_refused(seen) else True
    return Violation(
        f"{seen.operation.upper()} pour {seen.facts.matricule} juste après l'alimentation, sans geste de l'utilisateur",
        f"aucune recherche automatique après un versement ; le jalon « {OPENED} » quand l'utilisateur ouvre le dossier",
    )


def _reads_or_feeds(earlier: tuple[Past, PatientSeen]) -> bool:
    """Tell whether an earlier exchange was a consultation, or a feed that was taken: a test between them is none."""
    fed, reading = earlier[0].noted.get(LotFed), earlier[0].noted.get(Reading)
    return (fed is not None and fed.taken) or (reading is not None and reading.consults)


def state_at_once(seen: Observed[ExistenceTested]) -> Outcome:
    """The state of the DMP is asked for as soon as the record is opened, without another click."""
    opened = opened_at(seen, seen.facts.matricule)
    if not opened:
        return None
    tests = seen.history.all(ExistenceTested, about=seen.facts.matricule)
    if any(past.at >= time_of(opened[-1]) for past, _ in tests):
        return None
    wait = seen.age - time_of(opened[-1])
    if wait <= AT_ONCE:
        return True
    return Violation(
        f"TD0.2 {wait.total_seconds():.0f} s après « {OPENED} »",
        f"TD0.2 dès l'ouverture du dossier, {AT_ONCE.total_seconds():.0f} s au plus ici",
    )


def criteria(seen: Observed[QueryAsked]) -> Outcome:
    """A search by several criteria asks the registry for all of them."""
    asked, patient = seen.facts, seen.also(PatientSeen)
    if asked.name != "FindDocuments" or patient is None or not seen.history.marked:
        return None
    searched = seen.history.markers(SEARCHED, about=(patient.matricule,))
    before = seen.history.last(QueryAsked)
    if not searched or (before is not None and before[0].at > time_of(searched[-1])):
        return None
    chosen = sorted(set(asked.parameters) - USUAL)
    if len(chosen) > 1:
        return asked.found is not None or None
    return Violation(
        f"FindDocuments avec {', '.join(chosen) or 'aucun critère'}",
        f"deux critères au moins après « {SEARCHED} »",
        where="AdhocQuery/Slot",
    )


def second_visit(seen: Observed[QueryAsked]) -> Outcome:
    """When a record is opened again, the software asks for what is new, not for everything."""
    patient = seen.also(PatientSeen)
    if patient is None or len(opened_at(seen, patient.matricule)) < 2:
        return None
    if seen.facts.name == "FindSubmissionSets":
        since = "$XDSSubmissionSetSubmissionTimeFrom" in seen.facts.parameters
        return (since and seen.facts.found is not None) or None
    if seen.facts.name != "FindDocuments" or set(seen.facts.parameters) - USUAL:
        return None
    return Violation(
        f"FindDocuments sans critère à la réouverture du dossier de {patient.matricule}",
        "FindSubmissionSets depuis la dernière visite, puis les documents de ces lots",
        where="AdhocQuery",
    )


READING_GESTURES: tuple[Check[Any], ...] = (
    Check(
        id="DMP-SEARCH-AFTER-FEED",
        title="Recherche automatique juste après une alimentation (EX_3.1-2030)",
        reads=Reading,
        test=after_feed,
        source=GESTURES,
        remedy="Ne relisez pas le DMP après un versement : la réponse de TD2.1 suffit.",
        confidence="M",
        severity=Severity.WARNING,
        operations=frozenset({SEARCH}),
    ),
    Check(
        id="DMP-RECORD",
        title="État du DMP demandé après un clic",
        reads=ExistenceTested,
        test=state_at_once,
        requirements=("DMP/UX.12",),
        source="docs/sources/requirements.md#dmp-ecran",
        remedy="Appelez TD0.2 à l'ouverture du dossier, en tâche de fond.",
        confidence="M",
        severity=Severity.WARNING,
    ),
    Check(
        id="DMP-CRITERIA",
        title="Recherche à plusieurs critères dont le registre ne sait rien",
        reads=QueryAsked,
        test=criteria,
        requirements=("DMP/UX.27", "DMP/UX.14"),
        source="docs/sources/requirements.md#dmp-consultation",
        remedy="Mettez chaque critère de l'écran dans la requête TD3.1.",
        confidence="M",
        severity=Severity.WARNING,
        operations=frozenset({SEARCH}),
    ),
    Check(
        id="DMP-DELTA",
        title="Liste entière redemandée à la réouverture d'un dossier",
        reads=QueryAsked,
        test=second_visit,
        requirements=("DMP/UX.15", "CDA/DD.05"),
        source=GESTURES,
        remedy="Demandez les lots reçus depuis la dernière visite (FindSubmissionSets), puis leurs documents.",
        confidence="M",
        severity=Severity.INFO,
        operations=frozenset({SEARCH}),
    ),
)
