"""What an officine does with a recall and a shortage.

Source: docs/sources/dp.md#rappels, #ruptures. Knows facts, codes and the past of the session.
"""

from __future__ import annotations

from dp_mock import codes
from dp_mock.facts import Alert, SupplyAsked, Told
from lgo_sandbox.watch.checks import Check, Observed, Outcome, Violation

__all__ = ["ALERTS"]


def _acknowledged(seen: Observed[Alert]) -> Outcome:
    """A software that was told of a recall and works on has not blocked its screen; one that was not is only told."""
    alert = seen.facts
    if alert.acknowledged:
        return True
    told = {
        number
        for _, earlier in seen.history.all(Told)
        if earlier.structure == alert.structure
        for number in earlier.numbers
    }
    known = [number for number in alert.numbers if number in told]
    if not known:
        return None
    received = f"{seen.operation}, rappel {known[0]} connu et sans acquittement"
    expected = f"l'acquittement de {known[0]} avant toute consultation ou alimentation"
    return Violation(received, expected, where="rappels de l'officine")


def _offered(seen: Observed[SupplyAsked]) -> Outcome:
    if seen.facts.offered:
        return True
    received = f"demande pour {seen.facts.cip13}"
    return Violation(received, "un médicament en rupture dont le dépannage est proposé", where="CIP13 de l'adresse")


ALERTS = (
    Check(
        id="DP-RAPPEL",
        title="Un rappel est acquitté avant que l'officine ne continue",
        reads=Alert,
        test=_acknowledged,
        requirements=("LGO.DP.05",),
        source="docs/sources/dp.md#rappels",
        remedy="Bloquez l'écran sur le message jusqu'à sa lecture, puis acquittez-le (POST …/acquittement).",
        confidence="M",
        explains=frozenset({"rappel-a-acquitter"}),
    ),
    Check(
        id="DP-DEPANNAGE",
        title="Le dépannage d'urgence n'est demandé que s'il est proposé",
        reads=SupplyAsked,
        test=_offered,
        requirements=("LGO.DP.06",),
        source="docs/sources/dp.md#ruptures",
        remedy="Ne proposez le dépannage que si GET /ruptures répond depannage : vrai pour ce médicament.",
        confidence="M",
        operations=frozenset({codes.SUPPLY}),
        explains=frozenset({"produit-sans-rupture", "depannage-non-propose"}),
    ),
)
