"""A report as JSON, under a schema that changes only with its version number.

Source: specs/requirements.md §6 item 1 (the report's key is the official number); the schema is ours.
Knows the report; knows no rule of judgement.
"""

from __future__ import annotations

import json
from typing import Any

from lgo_sandbox.conformance.report import Judgement, Report, Totals
from lgo_sandbox.conformance.wording import DISCLAIMER, provenance

__all__ = ["SCHEMA", "SCHEMA_VERSION", "as_data", "render_json"]

SCHEMA = "lgo-sandbox/conformance-report"
SCHEMA_VERSION = 2
"""2: the verdict NOT_CHECKED; ``wire`` may be YP."""


def render_json(report: Report) -> str:
    """Return the report as a JSON object, indented, in UTF-8 text, ended by a line feed."""
    return json.dumps(as_data(report), ensure_ascii=False, indent=2) + "\n"


def as_data(report: Report) -> dict[str, Any]:
    """Return the report as values that JSON knows."""
    return {
        "schema": SCHEMA,
        "schema_version": SCHEMA_VERSION,
        "generated_at": report.generated_at.isoformat(),
        "disclaimer": DISCLAIMER,
        "spec_versions": dict(report.spec_versions),
        "filters": list(report.filters),
        "totals": _totals(report.totals),
        "families": [
            {"id": family, "title": title, "totals": _totals(report.totals_of(family))}
            for family, title in report.families.items()
        ],
        "requirements": [_requirement(judgement) for judgement in report.judgements],
        "unknown_links": [
            {"check": link.check_id, "requirement": link.requirement_id} for link in report.unknown_links
        ],
    }


def _totals(totals: Totals) -> dict[str, int]:
    return {verdict.value: count for verdict, count in totals.items()}


def _requirement(judgement: Judgement) -> dict[str, Any]:
    requirement = judgement.requirement
    return {
        "id": requirement.id,
        "aliases": list(requirement.aliases),
        "family": requirement.family,
        "text": requirement.text,
        "who": list(requirement.who),
        "lgo": requirement.lgo,
        "wave": requirement.wave,
        "wire": requirement.wire,
        "proof": requirement.proof,
        "source": requirement.source,
        "confidence": requirement.confidence,
        "provenance": provenance(requirement),
        "verdict": judgement.verdict.value,
        "explanation": judgement.explanation,
        "checks": [{"id": c.check_id, "passed": c.passed, "failed": c.failed} for c in judgement.checks],
        "exchanges": list(judgement.exchanges),
    }
