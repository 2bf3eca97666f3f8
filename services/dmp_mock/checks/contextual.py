"""The contextual call of the DMP's web site: a software opens the page of a patient whose INS is qualified.

Source: docs/sources/requirements.md#dmp-web-ps; docs/sources/dmp.md#web-ps. Whether the INS is qualified in the
software is told by the markers of identity; without one nobody knows, and the rule says nothing.
"""

from __future__ import annotations

from typing import Any

from dmp_mock.facts import WebPsOpened
from dmp_mock.markers import IDENTITIES, QUALIFIED
from dmp_mock.web.site import WEBPS
from lgo_sandbox.watch.checks import Check, Observed, Outcome, Violation
from lgo_sandbox.watch.markers import plain

__all__ = ["CONTEXTUAL_CHECKS"]


def for_a_qualified_ins(seen: Observed[WebPsOpened]) -> Outcome:
    """The software opens the page of a patient whose INS is qualified; kept once the page is shown."""
    facts = seen.facts
    if not seen.history.marked or not _is_contextual(seen):
        return None
    told = [one for one in seen.history.markers(*IDENTITIES) if one.subject.upper() == facts.matricule.upper()]
    if not told:
        return None
    if told[-1].plain_name != plain(QUALIFIED):
        return Violation(
            f"{facts.room} ouvert pour {facts.matricule} après le jalon « {told[-1].name} »",
            f"aucun appel du DMP web avant le jalon « {QUALIFIED} »",
            where=f"adresse /AccesDirect/{facts.room}/{facts.matricule}",
        )
    return facts.shown or None


def _is_contextual(seen: Observed[WebPsOpened]) -> bool:
    """Tell whether a software led here: to this page, or to the log-in and the confirmation before it."""
    if not seen.facts.from_page:
        return True
    for _past, earlier in seen.history.all(WebPsOpened, about=seen.facts.matricule):
        if earlier.shown:
            return False
        if not earlier.from_page:
            return True
    return False


CONTEXTUAL_CHECKS: tuple[Check[Any], ...] = (
    Check(
        id="DMP-WEBPS",
        title="DMP web ouvert pour un INS qui n'est pas qualifié (TD0.9, TD0.10)",
        reads=WebPsOpened,
        test=for_a_qualified_ins,
        requirements=("LGO.DMP.07", "DMP/UX.49"),
        source="docs/sources/requirements.md#dmp-web-ps",
        remedy="N'offrez le bouton « DMP web » que dans le dossier d'un patient à l'INS qualifié.",
        operations=frozenset({WEBPS.operation}),
    ),
)
