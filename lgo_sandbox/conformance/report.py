"""The report of a rehearsal as a value: one judgement per requirement, totals, and views of it.

Source: specs/requirements.md §1 (the five answers that a referencing file knows) and §6 items 1 and 7, confidence H.
Knows the requirement catalogue; knows no rule of judgement, no format of output, no service.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from lgo_sandbox.requirements import Requirement, UnknownFamily

__all__ = ["CheckCount", "Judgement", "Report", "UnknownLink", "Verdict"]

Totals = Mapping["Verdict", int]


class Verdict(StrEnum):
    """What the rehearsal says of a requirement.

    The five answers of a referencing file, and one that is the sandbox's own: it has no check for this one yet.
    """

    PASS = "PASS"
    FAIL = "FAIL"
    NOT_OBSERVED = "NOT_OBSERVED"
    NOT_CHECKED = "NOT_CHECKED"
    NOT_APPLICABLE = "NOT_APPLICABLE"
    MANUAL = "MANUAL"

    @property
    def label(self) -> str:
        """The French word that a reader sees."""
        return _LABELS[self]


_LABELS = {
    Verdict.PASS: "RÉUSSI",
    Verdict.FAIL: "ÉCHEC",
    Verdict.NOT_OBSERVED: "NON OBSERVÉ",
    Verdict.NOT_CHECKED: "PAS ENCORE CONTRÔLÉ",
    Verdict.NOT_APPLICABLE: "SANS OBJET",
    Verdict.MANUAL: "PREUVE MANUELLE",
}


@dataclass(frozen=True, slots=True)
class CheckCount:
    """How often a check linked to a requirement passed and failed."""

    check_id: str
    passed: int
    failed: int


@dataclass(frozen=True, slots=True)
class UnknownLink:
    """A check that cites a requirement which the catalogue does not have."""

    check_id: str
    requirement_id: str


@dataclass(frozen=True, slots=True)
class Judgement:
    """The verdict on one requirement, why, and from what: exchanges are ids, those of failed checks first."""

    requirement: Requirement
    verdict: Verdict
    explanation: str
    checks: tuple[CheckCount, ...] = ()
    exchanges: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Report:
    """Judgements in catalogue order, and the frame they hold in.

    ``families`` maps each family to its French title; ``filters`` says in French what is left out.
    """

    generated_at: datetime
    spec_versions: Mapping[str, str]
    families: Mapping[str, str]
    judgements: tuple[Judgement, ...]
    unknown_links: tuple[UnknownLink, ...] = ()
    filters: tuple[str, ...] = ()

    @property
    def totals(self) -> Totals:
        """How many judgements have each verdict; every verdict is there, in the order of the enumeration."""
        return _count(self.judgements)

    def of(self, family: str) -> tuple[Judgement, ...]:
        """Return the judgements of a family, none if it has none here."""
        return tuple(judgement for judgement in self.judgements if judgement.requirement.family == family)

    def totals_of(self, family: str) -> Totals:
        """Return the totals of one family."""
        return _count(self.of(family))

    def select(
        self, *, families: Collection[str] = (), lgo_only: bool = False, verdicts: Collection[Verdict] = ()
    ) -> Report:
        """Return the report narrowed to some families, to the pharmacies' requirements, to some verdicts.

        An empty collection does not narrow. Totals are those of what remains. Raises UnknownFamily.
        """
        for family in families:
            if family not in self.families:
                raise UnknownFamily(f"no family is named {family!r}")
        kept = tuple(
            judgement
            for judgement in self.judgements
            if (not families or judgement.requirement.family in families)
            and (not lgo_only or judgement.requirement.lgo != "no")
            and (not verdicts or judgement.verdict in verdicts)
        )
        return replace(self, judgements=kept, filters=self.filters + _filters(families, lgo_only, verdicts))


def _count(judgements: tuple[Judgement, ...]) -> Totals:
    counts = Counter(judgement.verdict for judgement in judgements)
    return {verdict: counts[verdict] for verdict in Verdict}


def _filters(families: Collection[str], lgo_only: bool, verdicts: Collection[Verdict]) -> tuple[str, ...]:
    parts = []
    if families:
        parts.append("familles : " + ", ".join(sorted(families)))
    if lgo_only:
        parts.append("exigences connues ou déduites de l'officine seulement")
    if verdicts:
        parts.append("verdicts : " + ", ".join(verdict.label for verdict in Verdict if verdict in verdicts))
    return tuple(parts)
