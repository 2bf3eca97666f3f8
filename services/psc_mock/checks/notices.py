"""What is said without reproach: answers that a client without fault gets too, and answers altered on purpose.

Source: docs/sources/psc.md#refus, docs/sources/transport.md#panne-simulee.
"""

from __future__ import annotations

from lgo_sandbox.watch.checks import Check, Observed, Outcome, Severity, Violation
from lgo_sandbox.watch.refusals import Refusal
from psc_mock.checks.ciba import polled_after_the_end
from psc_mock.checks.past import as_refused
from psc_mock.codes.errors import ORDINARY
from psc_mock.domain.mutations import title_of
from psc_mock.facts import Altered

__all__ = ["CHECKS"]


def ordinary(seen: Observed[Refusal]) -> Outcome:
    """The person has not answered, has refused, or the session is over: nobody's fault."""
    if seen.facts.code not in ORDINARY or polled_after_the_end(seen):
        return None
    return as_refused(seen.facts)


def altered(seen: Observed[Altered]) -> Outcome:
    """An answer was altered because the tester wanted it, at an earlier exchange of the same log-in."""
    received = f"une réponse altérée : {' ; '.join(map(title_of, seen.facts.mutations))}"
    return Violation(received, "aucune faute du logiciel : l'altération a été armée", where="réponse")


CHECKS = (
    Check(
        id="PSC-REPONSE",
        title="Réponse ordinaire du protocole",
        reads=Refusal,
        test=ordinary,
        source="docs/sources/psc.md#refus",
        remedy="Rien à corriger : vérifier seulement ce que le logiciel en montre à l'utilisateur.",
        severity=Severity.INFO,
    ),
    Check(
        id="PSC-ALTERE",
        title="Réponse altérée à la demande du testeur",
        reads=Altered,
        test=altered,
        source="docs/sources/transport.md#panne-simulee",
        remedy="Rien à corriger : regarder si le logiciel refuse cette réponse, ou désarmer l'altération.",
        severity=Severity.INFO,
    ),
)
