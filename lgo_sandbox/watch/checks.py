"""Checks: one rule each, a pure function of typed facts and of the session's past, run after the answer has left.

A check says which facts it reads; it is run on the exchanges that have them, and says nothing (not concerned), that the
rule was kept, or why it was not: a finding. A check never changes an answer. Source: design of the project (promises 2
and 3, Evidence). Must not know any service; a service ships its checks in its own ``checks``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Generic, TypeVar

from health_documents.findings import Finding, Severity
from lgo_sandbox.watch.exchange import Exchange
from lgo_sandbox.watch.facts import Facts
from lgo_sandbox.watch.history import History

__all__ = ["Check", "Evaluation", "Observed", "Outcome", "Severity", "Violation", "evaluate"]

F = TypeVar("F", bound=Facts)
G = TypeVar("G", bound=Facts)


@dataclass(frozen=True, slots=True)
class Violation:
    """What a check saw and what the rule wants, in French; ``where`` and ``remedy`` when this case has its own."""

    received: str
    expected: str
    message: str = ""
    remedy: str = ""
    where: str = ""


Outcome = Violation | bool | None
"""A violation; True, the rule was kept; None or False, the exchange does not concern the rule."""


@dataclass(frozen=True, slots=True)
class Observed(Generic[F]):
    """What a check may look at: the facts it reads, the exchange without its bodies, the past before this exchange."""

    facts: F
    exchange: Exchange
    history: History
    options: Mapping[str, str]
    age: datetime

    @property
    def operation(self) -> str:
        """The operation of the exchange."""
        return self.exchange.operation

    @property
    def transport(self) -> str:
        """``http``, ``https``, ``smtp`` or ``imap``."""
        return self.exchange.transport

    def also(self, kind: type[G]) -> G | None:
        """Return other facts of the same exchange."""
        return self.exchange.noted.get(kind)


@dataclass(frozen=True, slots=True, kw_only=True)
class Check(Generic[F]):
    """One rule. ``id`` is stable and begins with the prefix of its service; ``aliases`` are its former ids.

    ``requirements`` are written out, so that one search finds them. ``source`` is a link into ``docs/sources/``.
    ``versions`` names the spec versions it holds for (empty: all); ``operations`` those it looks at (empty: all).
    ``explains`` are the codes of the refusals that its violation explains: no second finding is added to them.
    """

    id: str
    title: str
    reads: type[F]
    test: Callable[[Observed[F]], Outcome]
    source: str
    remedy: str
    requirements: tuple[str, ...] = ()
    confidence: str = "H"
    operations: frozenset[str] = frozenset()
    severity: Severity = Severity.ERROR
    versions: frozenset[str] = frozenset()
    aliases: tuple[str, ...] = ()
    explains: frozenset[str] = frozenset()

    def concerns(self, operation: str, version: str) -> bool:
        """Tell whether this check looks at an operation under a spec version."""
        return (not self.operations or operation in self.operations) and (not self.versions or version in self.versions)


@dataclass(slots=True)
class Evaluation:
    """The result of all checks on one exchange: findings, and the rules that were kept or broken."""

    findings: list[Finding] = field(default_factory=list)
    kept: list[Check[Any]] = field(default_factory=list)
    broken: list[Check[Any]] = field(default_factory=list)


def evaluate(
    checks: Iterable[Check[Any]],
    exchange: Exchange,
    history: History,
    options: Mapping[str, str],
    age: datetime,
    version: str = "",
) -> Evaluation:
    """Run the checks that concern an exchange."""
    result = Evaluation()
    views: dict[type[Facts], Observed[Any] | None] = {}
    for check in checks:
        reads = check.reads
        if reads not in views:
            facts = exchange.noted.get(reads)
            views[reads] = Observed(facts, exchange, history, options, age) if facts is not None else None
        view = views[reads]
        if view is None or not check.concerns(exchange.operation, version):
            continue
        outcome = check.test(view)
        if isinstance(outcome, Violation):
            result.broken.append(check)
            result.findings.append(finding(check, outcome))
        elif outcome:
            result.kept.append(check)
    return result


def finding(check: Check[Any], violation: Violation) -> Finding:
    """Return the finding of a broken rule."""
    return Finding(
        check_id=check.id,
        severity=check.severity.value,
        title=check.title,
        message=violation.message or check.title,
        received=violation.received,
        expected=violation.expected,
        remedy=violation.remedy or check.remedy,
        requirements=check.requirements,
        source=check.source,
        confidence=check.confidence,
        where=violation.where,
    )
