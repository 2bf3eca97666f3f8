"""Who acts, and what is deleted.

Without the marker nobody knows of the gesture, and these rules say nothing. Source: docs/sources/dmp.md#gestes;
docs/sources/requirements.md#dmp-alimentation, #dmp-ecran, #dmp-consultation.
"""

from __future__ import annotations

from typing import Any

from dmp_mock.checks.gestures.told import DELETE, last_told
from dmp_mock.checks.refused import was_refused
from dmp_mock.facts import (
    PatientSeen,
    Updated,
    VihfGiven,
)
from dmp_mock.markers import (
    DELETION,
    LOGGED_IN,
)
from lgo_sandbox.watch.checks import Check, Observed, Outcome, Violation
from lgo_sandbox.watch.exchange import ANSWERED
from lgo_sandbox.watch.history import Past

__all__ = ["ACTING_GESTURES"]


def deleted(seen: Observed[Updated]) -> Outcome:
    """What the user deletes is deleted in the DMP, not archived or hidden."""
    if not seen.facts.taken:
        return None
    if seen.operation == DELETE:
        return _as_told(seen)
    asked = [one for one in seen.facts.documents if seen.history.marked and last_told(seen, (one.unique_id,), DELETION)]
    if not asked:
        return None
    return Violation(
        f"{seen.operation.upper()} ({asked[0].act}) de {asked[0].unique_id[:60]} après « {DELETION} »",
        "TD3.3c : le statut Deleted",
    )


def _as_told(seen: Observed[Updated]) -> Outcome:
    """Tell whether what is deleted is what the user deleted, where the tester tells of that."""
    told = {one.subject for one in seen.history.markers(DELETION)} if seen.history.marked else set()
    gone = {one.unique_id for one in seen.facts.documents}
    return (bool(gone) and (not told or bool(gone & told))) or None


def logged_in(seen: Observed[VihfGiven]) -> Outcome:
    """The VIHF names the user who is logged in; kept once two users were, each under his own id."""
    if not seen.history.marked:
        return None
    users = seen.history.markers(LOGGED_IN)
    if not users:
        return None
    current, given = users[-1].subject, seen.facts.name_id
    if given != current:
        return Violation(
            f"NameID {given}", f"NameID {current}, de l'utilisateur connecté", where="VIHF, Subject/NameID"
        )
    if seen.also(PatientSeen) is None or was_refused(seen):
        return None
    known = {one.subject for one in users} - {current}
    return any(given.name_id in known and _was_let_in(past) for past, given in seen.history.all(VihfGiven)) or None


def _was_let_in(past: Past) -> bool:
    return past.outcome == ANSWERED and past.noted.get(PatientSeen) is not None


ACTING_GESTURES: tuple[Check[Any], ...] = (
    Check(
        id="DMP-DELETED",
        title="Suppression demandée par l'utilisateur, autre mise à jour envoyée",
        reads=Updated,
        test=deleted,
        requirements=("DMP/va1.16", "DMP/CONF.03"),
        source="docs/sources/dmp.md#suppression-et-masquage",
        remedy="Envoyez TD3.3c quand l'utilisateur supprime un document.",
        confidence="M",
    ),
    Check(
        id="DMP-TWO-USERS",
        title="VIHF au nom d'un autre que l'utilisateur connecté",
        reads=VihfGiven,
        test=logged_in,
        requirements=("DMP/AIRS.06",),
        source="docs/sources/dmp.md#vihf-identite-reelle",
        remedy="Mettez dans NameID l'identifiant national de l'utilisateur qui agit.",
        confidence="M",
    ),
)
