"""What we reproach a run of searches: many people one by one, where the verification by batch is meant.

Source: docs/sources/insi.md#appels-en-nombre. Reads the searches of the last minute. Told once for a burst: when it
becomes one.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from insi_mock.checks.operations import ON_TRAITS
from insi_mock.facts import TraitsAsked
from lgo_sandbox.watch.checks import Check, Observed, Outcome, Severity, Violation

__all__ = ["BURSTS", "MANY", "WINDOW"]

MANY = 20
"""How many people no counter searches in one ``WINDOW`` (ours)."""
WINDOW = timedelta(minutes=1)


def _one_by_one(seen: Observed[TraitsAsked]) -> Outcome:
    (person,) = seen.facts.subjects
    since = seen.age - WINDOW
    again = seen.history.last(TraitsAsked, about=person)
    if (again and again[0].at >= since) or len(_people_since(seen, since)) != MANY - 1:
        return None
    received = f"{MANY} personnes cherchées en {WINDOW.seconds} secondes"
    expected = f"moins de {MANY} personnes par minute : une recherche quand la personne est là"
    remedy = "Déposez vos identités déjà connues en une vérification en masse, et ne cherchez que la personne présente."
    return Violation(received, expected, "", remedy, "suite d'appels")


def _people_since(seen: Observed[TraitsAsked], since: datetime) -> set[str]:
    """Return whom the last searches were about, as far as a count needs them."""
    found: set[str] = set()
    for past, asked in seen.history.all(TraitsAsked):
        if past.at < since or len(found) == MANY:
            break
        found.update(asked.subjects)
    return found


BURSTS = (
    Check(
        id="INSI-RAFALE",
        title="Recherches de personnes présentes, non de toute une base",
        reads=TraitsAsked,
        test=_one_by_one,
        source="docs/sources/insi.md#appels-en-nombre",
        remedy="Vérifiez une base d'identités par la vérification en masse.",
        confidence="M",
        operations=ON_TRAITS,
        severity=Severity.WARNING,
    ),
)
