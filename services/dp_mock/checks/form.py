"""What the sandbox reads although its form is not that of the contract, and calls that come without certificate.

Source: docs/sources/dp.md#tolerances. Knows facts.
"""

from __future__ import annotations

from dp_mock.facts import Caller, Form
from lgo_sandbox.watch.checks import Check, Observed, Outcome, Severity, Violation

__all__ = ["FORM"]

SHOWN = 5


def _form(seen: Observed[Form]) -> Outcome:
    passed = seen.facts.tolerances
    if not passed:
        return None
    received = " ; ".join(f"{one.where} : {one.received}" for one in passed[:SHOWN])
    expected = " ; ".join(f"{one.where} : {one.expected}" for one in passed[:SHOWN])
    return Violation(received, expected, where=passed[0].where)


def _certified(seen: Observed[Caller]) -> Outcome:
    if seen.facts.certified:
        return None
    received = f"{seen.transport}, la structure dans X-Structure"
    return Violation(received, "https, sous le certificat org-auth de l'établissement", where="adresse")


FORM = (
    Check(
        id="DP-FORME",
        title="Des membres du corps sont inconnus du contrat, et ne sont pas lus",
        reads=Form,
        test=_form,
        source="docs/sources/dp.md#tolerances",
        remedy="Retirez ces membres, ou donnez-leur le nom du contrat : leur valeur est perdue.",
        confidence="B",
        severity=Severity.INFO,
    ),
    Check(
        id="DP-PORT-CLAIR",
        title="L'appel passe par le port clair, sans certificat d'établissement",
        reads=Caller,
        test=_certified,
        source="docs/sources/dp.md#certificat",
        remedy="Configurez l'adresse https du service, l'autorité du bac à sable et le certificat org-auth.",
        confidence="M",
        severity=Severity.INFO,
    ),
)
