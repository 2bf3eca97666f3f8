"""From what was observed, staged and declared to a verdict per requirement: a pure function.

A pass needs the requirement's proof, all of its parts; a requirement that no check decides says so. Source:
docs/sources/requirements.md (not applicable is a formal answer); the order of precedence is ours. Knows the catalogue,
the proofs and the report; knows no service, no journal, no clock.

    ConformanceError
      InvalidDeclaration (ValueError)
      InvalidObservation (ValueError)
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from lgo_sandbox.conformance import wording
from lgo_sandbox.conformance.proofs import PROOFS, UNSEEN, Proof
from lgo_sandbox.conformance.report import CheckCount, Judgement, Report, UnknownLink, Verdict
from lgo_sandbox.requirements import Catalogue, Requirement
from lgo_sandbox.watch.checks import Check, Severity
from lgo_sandbox.watch.markers import plain

__all__ = [
    "ConformanceError",
    "Declaration",
    "InvalidDeclaration",
    "InvalidObservation",
    "Link",
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
class Link:
    """A check that there is, and the requirements it cites now; ``aliases`` are its former ids.

    ``advisory``: what it finds is for information, and fails nothing.
    """

    check_id: str
    requirements: tuple[str, ...]
    aliases: tuple[str, ...] = ()
    advisory: bool = False

    @classmethod
    def of(cls, check: Check[Any]) -> Link:
        """Return the link of a check."""
        return cls(check.id, check.requirements, check.aliases, check.severity is Severity.INFO)


@dataclass(frozen=True, slots=True)
class Declaration:
    """The editor's statement that a requirement does not apply to the product, with the reason."""

    requirement_id: str
    reason: str

    def __post_init__(self) -> None:
        if not self.reason.strip():
            raise InvalidDeclaration(f"{self.requirement_id}: a declaration needs a reason")


@dataclass(frozen=True, slots=True)
class _Case:
    """All that is known about one requirement."""

    requirement: Requirement
    proof: Proof | None
    seen: list[Observation] = field(default_factory=list)
    checks: dict[str, None] = field(default_factory=dict)
    """Ids of the checks that cite it, in order."""
    advisory: frozenset[str] = frozenset()
    """Ids of the checks whose findings are for information."""

    @property
    def counts(self) -> tuple[CheckCount, ...]:
        """How often each check passed and failed; those that saw nothing included."""
        totals = {shown: CheckCount(shown, 0, 0) for shown in map(wording.printable, self.checks)}
        for one in self.seen:
            check_id = wording.printable(one.check_id)
            before = totals.get(check_id, CheckCount(check_id, 0, 0))
            totals[check_id] = CheckCount(check_id, before.passed + one.passed, before.failed + one.failed)
        return tuple(totals.values())


def judge(
    catalogue: Catalogue,
    observations: Iterable[Observation],
    declarations: Iterable[Declaration],
    *,
    generated_at: datetime,
    spec_versions: Mapping[str, str] | None = None,
    links: Iterable[Link] = (),
    markers: Iterable[str] = (),
    proofs: Mapping[str, Proof] = PROOFS,
) -> Report:
    """Return the verdict on every requirement of the catalogue.

    An observed failure wins over everything; then a declaration; then what the wire can decide. PASS needs all parts
    of the proof; a requirement that the wire decides in part, or that leaves a rest to people, stays MANUAL; one that
    no check cites is not checked; one asked of others than pharmacies never passes. ``links`` are the checks that
    there are: they say what an observation stands for, whatever it was stored with; ``markers`` are the names of those
    that the session has. ``spec_versions`` maps a specification to the version in force (« GI DMP » → « 2.10 »).
    Checks that cite an unknown requirement are
    reported, not dropped. Raises UnknownRequirement when a declaration names no requirement.
    """
    links = tuple(links)
    advisory = frozenset(wording.printable(link.check_id) for link in links if link.advisory)
    cases = {one.id: _Case(one, proofs.get(one.id), advisory=advisory) for one in catalogue.all()}
    now = _renamed(observations, links)
    kept = _kept(now, links)
    staged = {plain(name) for name in markers}
    unknown = _fill(catalogue, cases, now)
    reasons = _reasons(catalogue, declarations)
    return Report(
        generated_at=generated_at,
        spec_versions={wording.printable(k): wording.printable(v) for k, v in sorted((spec_versions or {}).items())},
        families={family: catalogue.title(family) for family in catalogue.families()},
        judgements=tuple(_judgement(case, reasons.get(number, ()), kept, staged) for number, case in cases.items()),
        unknown_links=unknown,
    )


def _renamed(observations: Iterable[Observation], links: Sequence[Link]) -> list[Observation]:
    """Return the observations under the ids and requirements of now, and an empty one for a check that saw nothing."""
    by_name = {name: link for link in links for name in (link.check_id, *link.aliases)}
    seen = [
        replace(one, check_id=link.check_id, requirements=link.requirements)
        if (link := by_name.get(one.check_id))
        else one
        for one in observations
    ]
    met = {one.check_id for one in seen}
    return [*seen, *(Observation(link.check_id, link.requirements, 0, 0) for link in links if link.check_id not in met)]


def _kept(observations: Iterable[Observation], links: Iterable[Link]) -> frozenset[str]:
    """Return the ids of the checks that were kept, former ids included: a proof may name either."""
    kept = {one.check_id for one in observations if one.passed}
    return frozenset(kept).union(*(link.aliases for link in links if link.check_id in kept))


def _fill(
    catalogue: Catalogue, cases: Mapping[str, _Case], observations: Iterable[Observation]
) -> tuple[UnknownLink, ...]:
    """Give each case what was observed for it; return the links that lead nowhere."""
    unknown: dict[UnknownLink, None] = {}
    for observation in observations:
        for number in observation.requirements:
            if number not in catalogue:
                unknown[UnknownLink(wording.printable(observation.check_id), wording.printable(number))] = None
        for known in {catalogue.get(number).id for number in observation.requirements if number in catalogue}:
            cases[known].checks[observation.check_id] = None
            cases[known].seen.append(observation)
    return tuple(unknown)


def _reasons(catalogue: Catalogue, declarations: Iterable[Declaration]) -> Mapping[str, list[str]]:
    reasons: defaultdict[str, list[str]] = defaultdict(list)
    for declaration in declarations:
        reason = wording.printable(declaration.reason).removesuffix(".")
        reasons[catalogue.get(declaration.requirement_id).id].append(reason)
    return reasons


def _judgement(case: _Case, reasons: Sequence[str], kept: Collection[str], staged: Collection[str]) -> Judgement:
    counts = case.counts
    verdict, explanation = _decide(case, counts, tuple(reasons), kept, staged)
    return Judgement(case.requirement, verdict, explanation, counts, _exchanges(case.seen))


def _decide(
    case: _Case,
    counts: tuple[CheckCount, ...],
    reasons: tuple[str, ...],
    kept: Collection[str],
    staged: Collection[str],
) -> tuple[Verdict, str]:
    requirement = case.requirement
    if any(count.failed for count in counts if count.check_id not in case.advisory):
        return Verdict.FAIL, wording.failed(counts, reasons)
    if reasons:
        return Verdict.NOT_APPLICABLE, wording.not_applicable(reasons, counts)
    if requirement.wire == "N":
        return Verdict.MANUAL, wording.manual(requirement, counts)
    if not case.checks and requirement.id in UNSEEN:
        return _unseen(requirement)
    if not case.checks:
        return Verdict.NOT_CHECKED, wording.not_checked(requirement)
    if requirement.wire != "Y" and case.proof is None:
        return _in_part(requirement, counts)
    return _by_proof(case, counts, kept, staged)


def _unseen(requirement: Requirement) -> tuple[Verdict, str]:
    """Say why no traffic decides; what is asked of others than pharmacies is not asked here."""
    why = UNSEEN[requirement.id]
    if requirement.lgo == "no":
        return Verdict.NOT_APPLICABLE, wording.unseen_elsewhere(requirement, why)
    return Verdict.MANUAL, wording.unseen(requirement, why)


def _in_part(requirement: Requirement, counts: tuple[CheckCount, ...]) -> tuple[Verdict, str]:
    if any(count.passed for count in counts):
        return Verdict.MANUAL, wording.wire_part_passed(requirement, counts)
    return Verdict.NOT_OBSERVED, wording.not_observed(requirement, counts)


def _by_proof(
    case: _Case, counts: tuple[CheckCount, ...], kept: Collection[str], staged: Collection[str]
) -> tuple[Verdict, str]:
    """Decide by the parts of the proof; without a proof nothing passes."""
    parts = case.proof.parts if case.proof else ()
    missing = [part for part in parts if not part.seen(kept, staged)]
    if missing or not parts:
        return Verdict.NOT_OBSERVED, wording.still_to_see(case.requirement, counts, missing)
    rest = case.proof.rest if case.proof else ""
    if rest or case.requirement.wire != "Y":
        return Verdict.MANUAL, wording.wire_part_passed(case.requirement, counts, rest)
    if case.requirement.lgo == "no":
        return Verdict.NOT_APPLICABLE, wording.another_corridor(case.requirement, counts)
    return Verdict.PASS, wording.passed(counts)


def _exchanges(seen: Sequence[Observation]) -> tuple[str, ...]:
    failing_first = sorted(seen, key=lambda observation: not observation.failed)
    ids = dict.fromkeys(wording.printable(i) for observation in failing_first for i in observation.exchanges)
    return tuple(ids)[:EXCHANGES_KEPT]
