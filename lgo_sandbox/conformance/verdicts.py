"""From what was observed and declared to a verdict per requirement: a pure function.

Source: specs/requirements.md §1 (not applicable is a formal answer) and §6 items 1, 4 and 7, confidence H; the order
of precedence is ours. Knows the catalogue and the report; knows no service, no journal, no clock.

    ConformanceError
      InvalidDeclaration (ValueError)
      InvalidObservation (ValueError)
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from lgo_sandbox.conformance import wording
from lgo_sandbox.conformance.report import CheckCount, Judgement, Report, UnknownLink, Verdict
from lgo_sandbox.requirements import Catalogue, Requirement

__all__ = [
    "ConformanceError",
    "Declaration",
    "InvalidDeclaration",
    "InvalidObservation",
    "Observation",
    "Verdict",
    "judge",
]

EXCHANGES_KEPT = 20
"""Exchange ids named per requirement: enough to open the evidence, not a copy of the journal."""


class ConformanceError(Exception):
    """Anything that a report cannot be made of."""


class InvalidDeclaration(ConformanceError, ValueError):
    """A declaration of non-application has no reason."""


class InvalidObservation(ConformanceError, ValueError):
    """An observation has no check id, or counts below zero."""


@dataclass(frozen=True, slots=True)
class Observation:
    """What one check saw: how often it passed and failed, for which requirements, in which exchanges.

    ``requirements`` are ids or aliases; ``exchanges`` are the ids of the last ones, failing first.
    """

    check_id: str
    requirements: tuple[str, ...]
    passed: int
    failed: int
    exchanges: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not self.check_id.strip() or self.passed < 0 or self.failed < 0:
            raise InvalidObservation(f"not an observation: {self.check_id!r}, {self.passed}, {self.failed}")


@dataclass(frozen=True, slots=True)
class Declaration:
    """The editor's statement that a requirement does not apply to the product, with the reason."""

    requirement_id: str
    reason: str

    def __post_init__(self) -> None:
        if not self.reason.strip():
            raise InvalidDeclaration(f"{self.requirement_id}: a declaration needs a reason")


def judge(
    catalogue: Catalogue,
    observations: Iterable[Observation],
    declarations: Iterable[Declaration],
    *,
    generated_at: datetime,
    spec_versions: Mapping[str, str] | None = None,
) -> Report:
    """Return the verdict on every requirement of the catalogue.

    An observed failure wins over everything; then a declaration; then what the wire can decide. A requirement that
    the wire decides in part never passes: its verdict stays MANUAL. ``spec_versions`` maps a specification to the
    version in force (« GI DMP » → « 2.10 »). Checks that cite an unknown requirement are reported, not dropped.
    Raises UnknownRequirement when a declaration names no requirement.
    """
    linked, unknown = _link(catalogue, observations)
    reasons = _reasons(catalogue, declarations)
    return Report(
        generated_at=generated_at,
        spec_versions={wording.printable(k): wording.printable(v) for k, v in sorted((spec_versions or {}).items())},
        families={family: catalogue.title(family) for family in catalogue.families()},
        judgements=tuple(_judgement(r, linked.get(r.id, ()), reasons.get(r.id, ())) for r in catalogue.all()),
        unknown_links=unknown,
    )


def _link(
    catalogue: Catalogue, observations: Iterable[Observation]
) -> tuple[Mapping[str, list[Observation]], tuple[UnknownLink, ...]]:
    linked: defaultdict[str, list[Observation]] = defaultdict(list)
    unknown: dict[UnknownLink, None] = {}
    for observation in observations:
        known = {catalogue.get(number).id for number in observation.requirements if number in catalogue}
        for requirement_id in known:
            linked[requirement_id].append(observation)
        for number in observation.requirements:
            if number not in catalogue:
                unknown[UnknownLink(wording.printable(observation.check_id), wording.printable(number))] = None
    return linked, tuple(unknown)


def _reasons(catalogue: Catalogue, declarations: Iterable[Declaration]) -> Mapping[str, list[str]]:
    reasons: defaultdict[str, list[str]] = defaultdict(list)
    for declaration in declarations:
        reason = wording.printable(declaration.reason).removesuffix(".")
        reasons[catalogue.get(declaration.requirement_id).id].append(reason)
    return reasons


def _judgement(requirement: Requirement, seen: Iterable[Observation], reasons: Iterable[str]) -> Judgement:
    seen, reasons = tuple(seen), tuple(reasons)
    counts = _counts(seen)
    verdict, explanation = _decide(requirement, counts, reasons)
    return Judgement(requirement, verdict, explanation, counts, _exchanges(seen))


def _decide(requirement: Requirement, counts: tuple[CheckCount, ...], reasons: tuple[str, ...]) -> tuple[Verdict, str]:
    if any(count.failed for count in counts):
        return Verdict.FAIL, wording.failed(counts, reasons)
    if reasons:
        return Verdict.NOT_APPLICABLE, wording.not_applicable(reasons, counts)
    if requirement.wire == "N":
        return Verdict.MANUAL, wording.manual(requirement, counts)
    if not any(count.passed for count in counts):
        return Verdict.NOT_OBSERVED, wording.not_observed(requirement, counts)
    if requirement.wire == "P":
        return Verdict.MANUAL, wording.wire_part_passed(requirement, counts)
    return Verdict.PASS, wording.passed(counts)


def _counts(seen: tuple[Observation, ...]) -> tuple[CheckCount, ...]:
    totals: dict[str, CheckCount] = {}
    for observation in seen:
        check_id = wording.printable(observation.check_id)
        before = totals.get(check_id, CheckCount(check_id, 0, 0))
        totals[check_id] = CheckCount(check_id, before.passed + observation.passed, before.failed + observation.failed)
    return tuple(totals.values())


def _exchanges(seen: tuple[Observation, ...]) -> tuple[str, ...]:
    failing_first = sorted(seen, key=lambda observation: not observation.failed)
    ids = dict.fromkeys(wording.printable(i) for observation in failing_first for i in observation.exchanges)
    return tuple(ids)[:EXCHANGES_KEPT]
