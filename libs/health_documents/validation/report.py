"""The result of a validation: problems, the layers that ran and those that could not, verdict.

Source: design of the project (findings); confidence high. Knows no rule and no format.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace

from health_documents.findings import Finding, Severity
from health_documents.validation.rules import Fault, Rule, rules

__all__ = ["MAX_PROBLEMS", "Problem", "Report", "Subject"]

MAX_PROBLEMS = 500
MAX_PER_RULE = 50
"""Bounds of a report: a hostile document may break a rule a million times."""


@dataclass(frozen=True, slots=True)
class Subject:
    """What was validated: the name that the user gave, what it is (``cda``, ``pdf``, ``xdm``, ``mail``), its model."""

    name: str
    kind: str
    model: str = ""


@dataclass(frozen=True, slots=True)
class Problem:
    """A broken rule. ``part`` names the file inside an archive or a message."""

    rule: Rule
    fault: Fault
    part: str = ""

    def finding(self) -> Finding:
        """Return the problem as a finding of the sandbox."""
        where = f"ligne {self.fault.line}, {self.fault.path}" if self.fault.line else self.fault.path
        return Finding(
            check_id=self.rule.id,
            severity=self.rule.severity.value,
            title=self.rule.title,
            message=f"{self.rule.title} ({' : '.join(one for one in (self.part, where) if one) or 'document'})",
            received=self.fault.received,
            expected=self.fault.expected,
            remedy=self.rule.remedy,
            requirements=self.rule.requirements,
            source=self.rule.source,
            confidence="H",
        )


@dataclass(frozen=True, slots=True)
class Report:
    """All problems of one subject; ``layers`` ran, ``skipped`` did not, with the reason."""

    subject: Subject
    problems: tuple[Problem, ...]
    layers: tuple[str, ...]
    skipped: tuple[str, ...] = ()
    left_out: int = 0

    @classmethod
    def of(
        cls, subject: Subject, faults: Iterable[Fault], layers: Iterable[str] = (), skipped: Iterable[str] = ()
    ) -> Report:
        """Return the report of the faults of one file, bounded, gravest and first in the document first.

        The faults are taken one by one: ``layers`` and ``skipped`` may still grow while they come.
        """
        kept: list[Problem] = []
        seen: Counter[str] = Counter()
        left_out = 0
        for one in faults:
            seen[one.rule] += 1
            if len(kept) < MAX_PROBLEMS and seen[one.rule] <= MAX_PER_RULE:
                kept.append(Problem(rules()[one.rule], one))
            else:
                left_out += 1
        order = list(Severity)
        kept.sort(key=lambda one: (order.index(one.rule.severity), one.fault.line, one.rule.id))
        return cls(subject, tuple(kept), tuple(layers), tuple(skipped), left_out)

    def with_part(self, part: str, inner: Report) -> Report:
        """Return the report with the problems of a file that this one holds."""
        problems = tuple(replace(one, part=" > ".join(p for p in (part, one.part) if p)) for one in inner.problems)
        return replace(
            self,
            problems=(self.problems + problems)[:MAX_PROBLEMS],
            layers=tuple(dict.fromkeys((*self.layers, *inner.layers))),
            skipped=tuple(dict.fromkeys((*self.skipped, *inner.skipped))),
            left_out=self.left_out + inner.left_out + max(0, len(self.problems) + len(problems) - MAX_PROBLEMS),
        )

    @property
    def errors(self) -> int:
        """How many problems are errors."""
        return sum(one.rule.severity is Severity.ERROR for one in self.problems)

    @property
    def is_valid(self) -> bool:
        """Tell whether there is no error; warnings are allowed."""
        return self.errors == 0

    def findings(self) -> list[Finding]:
        """Return the problems as findings."""
        return [one.finding() for one in self.problems]
