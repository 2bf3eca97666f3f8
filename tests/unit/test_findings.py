"""Checks: kept, broken, or not concerned, by operation and by version."""

from __future__ import annotations

from dataclasses import replace

import pytest

from lgo_sandbox.watch.findings import Check, Observed, Outcome, Severity, Violation, evaluate

OBSERVED = Observed("svc", "lire", "https", "svc", {"n": 1}, {})


def check(outcome: Outcome, **changes: object) -> Check:
    made = Check("svc.regle", "La règle", lambda _observed: outcome, ("R.1",), "source §1", "Mieux faire.")
    return replace(made, **changes)  # type: ignore[arg-type]


def test_a_violation_becomes_a_finding_in_french_with_its_requirements() -> None:
    broken = check(Violation("deux", "trois"), severity=Severity.WARNING, confidence="M")
    result = evaluate([broken], OBSERVED)
    (finding,) = result.findings
    assert finding.to_json() == {
        "check_id": "svc.regle",
        "severity": "avertissement",
        "title": "La règle",
        "message": "La règle",
        "received": "deux",
        "expected": "trois",
        "remedy": "Mieux faire.",
        "requirements": ["R.1"],
        "source": "source §1",
        "confidence": "M",
        "where": "",
    }
    assert (result.broken, result.kept) == ([broken], [])


def test_a_kept_rule_is_counted_and_says_nothing() -> None:
    kept = check(True)
    result = evaluate([kept], OBSERVED)
    assert (result.findings, result.kept) == ([], [kept])


@pytest.mark.parametrize("outcome", [None, False])
def test_a_rule_that_is_not_concerned_is_not_counted(outcome: Outcome) -> None:
    result = evaluate([check(outcome)], OBSERVED)
    assert (result.findings, result.kept, result.broken) == ([], [], [])


@pytest.mark.parametrize(
    ("operations", "versions", "version", "concerned"),
    [
        ((), (), "", True),
        (("lire",), (), "2.0", True),
        (("ecrire",), (), "", False),
        ((), ("1.0",), "1.0", True),
        ((), ("1.0",), "2.0", False),
        (("lire",), ("1.0",), "", False),
    ],
)
def test_a_check_holds_for_its_operations_and_versions(
    operations: tuple[str, ...], versions: tuple[str, ...], version: str, concerned: bool
) -> None:
    limited = check(True, operations=frozenset(operations), versions=frozenset(versions))
    assert bool(evaluate([limited], OBSERVED, version).kept) is concerned
