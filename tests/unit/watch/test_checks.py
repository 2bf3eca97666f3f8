"""Checks: kept, broken, or not concerned, by facts, by operation and by version."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import pytest

from lgo_sandbox.watch.checks import Check, Evaluation, Observed, Outcome, Severity, Violation, evaluate
from lgo_sandbox.watch.exchange import Exchange
from lgo_sandbox.watch.facts import Facts
from lgo_sandbox.watch.history import History

MOMENT = "2026-01-01T00:00:00.000+00:00"


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted(Facts):
    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Named(Facts):
    name: str


class NoMarkers:
    """Markers of a session that has none."""

    def known(self) -> tuple[()]:
        return ()


def check(outcome: Outcome, **changes: Any) -> Check[Counted]:
    made = Check(
        id="SVC-REGLE",
        title="La règle",
        reads=Counted,
        test=lambda _seen: outcome,
        requirements=("R.1",),
        source="docs/sources/svc.md#regle",
        remedy="Mieux faire.",
    )
    return replace(made, **changes)


def judged(*checks: Check[Any], version: str = "") -> Evaluation:
    exchange = Exchange("x1", "svc", "svc", "https", MOMENT, MOMENT)
    exchange.operation = "lire"
    exchange.noted.put(Counted(number=1))
    history = History(NoMarkers())  # type: ignore[arg-type]
    return evaluate(checks, exchange, history, {}, datetime.now(UTC), version)


def test_a_violation_becomes_a_finding_in_french_with_its_requirements() -> None:
    broken = check(Violation("deux", "trois", where="corps"), severity=Severity.WARNING, confidence="M")
    result = judged(broken)
    (finding,) = result.findings
    assert finding.to_json() == {
        "check_id": "SVC-REGLE",
        "severity": "avertissement",
        "title": "La règle",
        "message": "La règle",
        "received": "deux",
        "expected": "trois",
        "remedy": "Mieux faire.",
        "requirements": ["R.1"],
        "source": "docs/sources/svc.md#regle",
        "confidence": "M",
        "where": "corps",
    }
    assert (result.broken, result.kept) == ([broken], [])


def test_the_remedy_of_the_case_goes_before_that_of_the_rule() -> None:
    (finding,) = judged(check(Violation("2", "3", remedy="Ajoutez un."))).findings
    assert finding.remedy == "Ajoutez un."


def test_a_check_reads_the_facts_it_names() -> None:
    def is_one(seen: Observed[Counted]) -> Outcome:
        return seen.facts.number == 1 and seen.operation == "lire"

    made = check(True, test=is_one)
    assert judged(made).kept == [made]
    assert judged(replace(check(Violation("", "")), reads=Named)) == Evaluation()


def test_a_kept_rule_is_counted_and_says_nothing() -> None:
    kept = check(True)
    result = judged(kept)
    assert (result.findings, result.kept) == ([], [kept])


@pytest.mark.parametrize("outcome", [None, False])
def test_a_rule_that_is_not_concerned_is_not_counted(outcome: Outcome) -> None:
    assert judged(check(outcome)) == Evaluation()


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
    assert bool(judged(limited, version=version).kept) is concerned
