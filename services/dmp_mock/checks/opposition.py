"""What a patient who opposed may not meet, as the user's markers tell it: a consultation, or a feed.

Source: docs/sources/requirements.md#dmp-consentement.
"""

from __future__ import annotations

from typing import Any

from dmp_mock.checks.refused import was_refused
from dmp_mock.codes.habilitations import Action
from dmp_mock.codes.names import FEEDS
from dmp_mock.codes.rights import NORMAL
from dmp_mock.facts import AuthorisationSet, PatientSeen, Reading, VihfGiven
from dmp_mock.markers import FEED_OPPOSED, LIFTED, OPPOSED, READING_OPPOSED
from lgo_sandbox.watch.checks import Check, Observed, Outcome, Violation
from lgo_sandbox.watch.markers import plain

__all__ = ["OPPOSITION_CHECKS"]


def no_reading(seen: Observed[Reading]) -> Outcome:
    """Nobody consults the DMP of a patient opposed to it; an emergency is another matter."""
    given = seen.also(VihfGiven)
    if not seen.facts.consults or (given is not None and given.purpose != NORMAL):
        return None
    return _respected(seen, seen.facts.matricule, READING_OPPOSED, "aucune consultation")


def no_authorisation(seen: Observed[AuthorisationSet]) -> Outcome:
    """Nobody declares his access to the DMP of a patient opposed to its consultation."""
    if seen.facts.action != Action.ADD:
        return None
    return _respected(seen, seen.facts.matricule, READING_OPPOSED, "aucune autorisation")


def no_feed(seen: Observed[PatientSeen]) -> Outcome:
    """Nothing is sent to the DMP of a patient opposed to it."""
    return _respected(seen, seen.facts.matricule, FEED_OPPOSED, "aucun envoi")


def _respected(seen: Observed[Any], matricule: str, opposed: str, expected: str) -> Outcome:
    if not seen.history.marked:
        return None
    said = [
        marker
        for marker in seen.history.markers(OPPOSED, opposed, LIFTED)
        if marker.subject.upper() == matricule.upper()
    ]
    if not said:
        return None
    if said[-1].plain_name == plain(LIFTED):
        return None if was_refused(seen) else True
    received = f"{matricule} après le marqueur « {said[-1].name} »"
    return Violation(received, f"{expected} jusqu'au marqueur « {LIFTED} »")


OPPOSITION_CHECKS: tuple[Check[Any], ...] = (
    Check(
        id="DMP-OPPOSITION",
        title="Consultation après l'opposition du patient",
        reads=Reading,
        test=no_reading,
        requirements=("DMP/CONF.06", "DMP/UX.06"),
        source="docs/sources/requirements.md#dmp-consentement",
        remedy="Enregistrez l'opposition du patient, et n'envoyez ni TD3.1 ni TD3.2 tant qu'il ne l'a pas levée.",
        confidence="M",
    ),
    Check(
        id="DMP-AUTHORISATION-OPPOSITION",
        title="Accès déclaré après l'opposition du patient",
        reads=AuthorisationSet,
        test=no_authorisation,
        requirements=("DMP/CONF.06", "DMP/UX.50"),
        source="docs/sources/requirements.md#dmp-consentement",
        remedy="Enregistrez l'opposition du patient, et n'envoyez pas TD0.3 tant qu'il ne l'a pas levée.",
        confidence="M",
        operations=frozenset({"td0.3"}),
    ),
    Check(
        id="DMP-FEED-OPPOSITION",
        title="Alimentation après l'opposition du patient",
        reads=PatientSeen,
        test=no_feed,
        requirements=("DMP/CONF.09", "ALI/PROG.04"),
        source="docs/sources/requirements.md#dmp-consentement",
        remedy="Enregistrez l'opposition du patient, et n'envoyez aucun document tant qu'il ne l'a pas levée.",
        confidence="M",
        operations=FEEDS,
    ),
)
