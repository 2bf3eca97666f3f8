"""What the sandbox reads although its form is not that of the contract, and calls that come in the clear.

Source: docs/sources/eprescription.md#tolerances. Knows facts.
"""

from __future__ import annotations

from eprescription_mock.facts import Caller, Form
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


def _in_the_clear(seen: Observed[Caller]) -> Outcome:
    if seen.transport != "http":
        return None
    return Violation("http", "https, sur le port TLS du service", where="adresse")


FORM = (
    Check(
        id="EPRESC-FORME",
        title="Des éléments du corps s'écartent du contrat, et sont lus quand même",
        reads=Form,
        test=_form,
        source="docs/sources/eprescription.md#tolerances",
        remedy="Donnez à ces éléments la valeur attendue : le service réel refuserait peut-être.",
        confidence="B",
        severity=Severity.INFO,
    ),
    Check(
        id="EPRESC-PORT-CLAIR",
        title="L'appel passe par le port clair",
        reads=Caller,
        test=_in_the_clear,
        source="docs/sources/eprescription.md#tolerances",
        remedy="Configurez l'adresse https du service et l'autorité du bac à sable.",
        severity=Severity.INFO,
    ),
)
