"""A report as plain French text for a terminal or a ticket.

Source: the wording is ours; content as asked by specs/requirements.md §6 items 1 and 7.
Knows the report; knows no rule of judgement, no colour, no terminal.
"""

from __future__ import annotations

from collections.abc import Iterator
from textwrap import fill

from lgo_sandbox.conformance.report import Judgement, Report, Totals
from lgo_sandbox.conformance.wording import CONFIDENCE, DISCLAIMER, french_date, provenance

__all__ = ["render_text"]

WIDTH = 100
_INDENT = "    "


def render_text(report: Report) -> str:
    """Return the report as lines of at most WIDTH columns where words allow it, ended by a line feed."""
    return "\n".join(_lines(report)) + "\n"


def _lines(report: Report) -> Iterator[str]:
    yield from _head(report)
    for family, title in report.families.items():
        if judgements := report.of(family):
            yield from ("", title, "-" * len(title))
            for judgement in judgements:
                yield from _judgement(judgement)
    if report.unknown_links:
        yield from ("", "Contrôles qui citent une exigence inconnue du catalogue :")
        yield from (f"{_INDENT}{link.check_id} → {link.requirement_id}" for link in report.unknown_links)


def _head(report: Report) -> Iterator[str]:
    yield f"Répétition du référencement Ségur, le {french_date(report.generated_at)}"
    yield fill(DISCLAIMER, WIDTH)
    if report.spec_versions:
        versions = ", ".join(f"{name} {version}" for name, version in report.spec_versions.items())
        yield fill(f"Versions en vigueur : {versions}", WIDTH)
    if report.filters:
        yield fill(f"Extrait : {' ; '.join(report.filters)}", WIDTH)
    yield fill(f"{len(report.judgements)} exigences : {_totals(report.totals)}", WIDTH)


def _totals(totals: Totals) -> str:
    return ", ".join(f"{verdict.label.lower()} {count}" for verdict, count in totals.items())


def _judgement(judgement: Judgement) -> Iterator[str]:
    requirement = judgement.requirement
    yield _wrap(f"[{judgement.verdict.label}] {requirement.id} : {requirement.text}", "")
    yield _wrap(judgement.explanation)
    if judgement.checks:
        counts = ", ".join(f"{c.check_id} (réussis {c.passed}, échoués {c.failed})" for c in judgement.checks)
        yield _wrap(f"Contrôles : {counts}")
    if judgement.exchanges:
        yield _wrap(f"Échanges : {', '.join(judgement.exchanges)}")
    confidence = f"confiance {requirement.confidence} ({CONFIDENCE[requirement.confidence]})"
    yield _wrap(f"Source : {requirement.source} ; {provenance(requirement)} ; {confidence}")


def _wrap(text: str, indent: str = _INDENT) -> str:
    return fill(
        text, WIDTH, initial_indent=indent, subsequent_indent=_INDENT, break_long_words=False, break_on_hyphens=False
    )
