"""Checks and findings: what the sandbox reproaches an exchange, beside the answer that the real service would give.

A *check* is one rule: which operations it looks at, the requirement ids that rest on it, its source, and a pure
function of what the service noted of the exchange. Run on an exchange it says nothing (not concerned), that the
rule was kept, or why it was not: a *finding*. Source: design of the project (promises 2 and 3). Must not know
any service; a service ships its checks in its own ``checks.py``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from health_documents.findings import Finding, Severity

__all__ = ["Check", "Finding", "Observed", "Outcome", "Severity", "Violation", "evaluate"]


@dataclass(frozen=True, slots=True)
class Violation:
    """What a check saw and what the rule wants, in French."""

    received: str
    expected: str
    message: str = ""


@dataclass(frozen=True, slots=True)
class Observed:
    """What a check may look at. ``facts`` are the values that the service noted while it answered."""

    service: str
    operation: str
    transport: str
    door: str
    facts: Mapping[str, Any]
    options: Mapping[str, str]


Outcome = Violation | bool | None
"""A violation; True, the rule was kept; None or False, the exchange does not concern the rule."""


@dataclass(frozen=True, slots=True)
class Check:
    """One rule. ``id`` is stable; ``versions`` names the spec versions it holds for (empty: all)."""

    id: str
    title: str
    test: Callable[[Observed], Outcome]
    requirements: tuple[str, ...]
    source: str
    remedy: str
    confidence: str = "H"
    operations: frozenset[str] = frozenset()
    severity: Severity = Severity.ERROR
    versions: frozenset[str] = frozenset()

    def concerns(self, operation: str, version: str) -> bool:
        """Tell whether this check looks at an operation under a spec version."""
        return (not self.operations or operation in self.operations) and (not self.versions or version in self.versions)


@dataclass(slots=True)
class Evaluation:
    """The result of all checks on one exchange: findings, and the ids of the rules that were kept."""

    findings: list[Finding] = field(default_factory=list)
    kept: list[Check] = field(default_factory=list)
    broken: list[Check] = field(default_factory=list)


def evaluate(checks: Iterable[Check], observed: Observed, version: str = "") -> Evaluation:
    """Run the checks that concern an exchange."""
    result = Evaluation()
    for check in checks:
        if not check.concerns(observed.operation, version):
            continue
        outcome = check.test(observed)
        if isinstance(outcome, Violation):
            result.broken.append(check)
            result.findings.append(_finding(check, outcome))
        elif outcome:
            result.kept.append(check)
    return result


def _finding(check: Check, violation: Violation) -> Finding:
    return Finding(
        check_id=check.id,
        severity=check.severity.value,
        title=check.title,
        message=violation.message or check.title,
        received=violation.received,
        expected=violation.expected,
        remedy=check.remedy,
        requirements=check.requirements,
        source=check.source,
        confidence=check.confidence,
    )
