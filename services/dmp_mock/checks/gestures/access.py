"""What the patient agreed to, and what is declared of it.

Without the marker nobody knows of the gesture, and these rules say nothing. Source: docs/sources/dmp.md#gestes;
docs/sources/requirements.md#dmp-alimentation, #dmp-ecran, #dmp-consultation.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from dmp_mock.checks.gestures.told import DELETE, FEEDS, minutes
from dmp_mock.checks.refused import was_refused
from dmp_mock.codes.habilitations import Action
from dmp_mock.facts import (
    AuthorisationSet,
    ExistenceTested,
    PatientSeen,
    Reading,
    VihfGiven,
)
from dmp_mock.markers import (
    AGREED,
    OPPOSED,
    READING_OPPOSED,
)
from lgo_sandbox.watch.checks import Check, Observed, Outcome, Severity, Violation
from lgo_sandbox.watch.exchange import ANSWERED
from lgo_sandbox.watch.history import Past
from lgo_sandbox.watch.markers import plain

__all__ = ["ACCESS_GESTURES"]

VALID = "VALIDE"
FEEDING = FEEDS | {DELETE}
UNREAD = timedelta(minutes=15)
"""How long after an access was asked for its first consultation may come: ours."""


def no_access_to_feed(seen: Observed[PatientSeen]) -> Outcome:
    """Whoever feeds or deletes asks for access only to read, too: judged once the time to read is over.

    Before, nobody can know: the consultation may follow the feed. What was not read in time is reproached at the next
    call, whoever it is about.
    """
    kept: Outcome = None
    if seen.operation in FEEDING:
        unread = _unread(seen, seen.facts.matricule)
        if unread is not None and seen.age - unread[0].at > UNREAD:
            return _unused(seen.facts.matricule, seen.operation)
        kept = unread is None and not was_refused(seen)
    return _overdue(seen) or kept or None


def _unread(seen: Observed[PatientSeen], matricule: str) -> tuple[Past, str] | None:
    """Return the last access asked for to a DMP that nobody consulted since, and what fed it or deleted in it since."""
    fed = ""
    for earlier in seen.history.concerning(matricule):
        reading, asked = earlier.noted.get(Reading), earlier.noted.get(AuthorisationSet)
        if reading is not None and reading.consults and earlier.outcome == ANSWERED:
            return None
        if asked is not None and asked.action == Action.ADD:
            return earlier, fed
        fed = earlier.operation if earlier.operation in FEEDING else fed
    return None


def _overdue(seen: Observed[PatientSeen]) -> Violation | None:
    """Return the reproach for an access whose time to read ran out since the last call."""
    last, here = seen.history.last(PatientSeen), seen.also(Reading)
    read = here.matricule if here is not None and here.consults and not was_refused(seen) else ""
    for past, asked in seen.history.all(AuthorisationSet) if last is not None else ():
        ended = last is not None and last[0].at <= past.at + UNREAD < seen.age
        if ended and asked.action == Action.ADD and asked.matricule != read:
            unread = _unread(seen, asked.matricule)
            if unread is not None and unread[0].id == past.id and unread[1]:
                return _unused(asked.matricule, unread[1])
    return None


def _unused(matricule: str, operation: str) -> Violation:
    return Violation(
        f"TD0.3 AJOUT pour {matricule}, puis {operation.upper()} sans aucune consultation en {minutes(UNREAD)}",
        "aucune demande d'accès pour seulement alimenter ou supprimer",
    )


def agreed(seen: Observed[AuthorisationSet]) -> Outcome:
    """An access is declared after the patient agreed, where the tester tells of agreements."""
    if seen.facts.action != Action.ADD or not seen.history.marked or not seen.history.markers(AGREED):
        return None
    told = seen.history.markers(AGREED, OPPOSED, READING_OPPOSED, about=(seen.facts.matricule,))
    if told and told[-1].plain_name == plain(AGREED):
        return None if was_refused(seen) else True
    return Violation(
        f"TD0.3 AJOUT pour {seen.facts.matricule} sans jalon « {AGREED} »", "l'accord explicite du patient d'abord"
    )


def access_before_reading(seen: Observed[Reading]) -> Outcome:
    """Where TD0.2 said that there is no authorisation, TD0.3 comes before the consultation."""
    reading = seen.facts
    if not reading.consults:
        return None
    asked = valid = False
    for earlier, _patient in seen.history.all(PatientSeen, about=reading.matricule):
        given = earlier.noted.get(VihfGiven)
        if given is None or given.name_id != reading.holder:
            continue
        changed, tested = earlier.noted.get(AuthorisationSet), earlier.noted.get(ExistenceTested)
        done = earlier.outcome == ANSWERED
        asked = asked or (done and changed is not None and changed.action == Action.ADD)
        if tested is not None and done and tested.authorisation not in ("", VALID):
            if asked or valid:
                return (asked and not was_refused(seen)) or None
            return Violation(
                f"consultation de {reading.matricule} après TD0.2 : autorisation {tested.authorisation}",
                "TD0.3 AJOUT d'abord, si le patient n'est pas opposé",
            )
        valid = valid or (done and tested is not None)
    return None


ACCESS_GESTURES: tuple[Check[Any], ...] = (
    Check(
        id="DMP-AUTHORISATION-FEED",
        title="Accès demandé pour seulement alimenter ou supprimer",
        reads=PatientSeen,
        test=no_access_to_feed,
        requirements=("DMP/CONF.05",),
        source="docs/sources/dmp.md#autorisation",
        remedy="N'appelez TD0.3 que pour consulter.",
        confidence="M",
        severity=Severity.WARNING,
    ),
    Check(
        id="DMP-AUTHORISATION-ACT",
        title="Accès déclaré sans l'accord du patient (EX_0.3-1010)",
        reads=AuthorisationSet,
        test=agreed,
        source="docs/sources/dmp.md#autorisation",
        remedy="Recueillez l'accord du patient, puis appelez TD0.3.",
        confidence="M",
        severity=Severity.WARNING,
        operations=frozenset({"td0.3"}),
    ),
    Check(
        id="DMP-AUTHORISATION-NEEDED",
        title="Consultation sans l'autorisation que TD0.2 disait absente",
        reads=Reading,
        test=access_before_reading,
        requirements=("DMP/UX.50",),
        source="docs/sources/dmp.md#autorisation",
        remedy="Après TD0.2, appelez TD0.3 AJOUT si le patient n'est pas opposé, puis consultez.",
        confidence="M",
        severity=Severity.WARNING,
    ),
)
