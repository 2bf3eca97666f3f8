"""A report as one HTML page in French, without script or external resource.

Source: the page is ours (``templates/report.html.j2``); content as asked by specs/requirements.md §6 items 1 and 7.
Every value is escaped by the template engine. Knows the report; knows no rule of judgement.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined, Template

from lgo_sandbox.conformance.report import Report, Verdict
from lgo_sandbox.conformance.wording import CONFIDENCE, DISCLAIMER, french_date, provenance

__all__ = ["SourceText", "render_html"]


@dataclass(frozen=True, slots=True)
class SourceText:
    """What a source says, to be read in the report itself: ``body`` is HTML that we wrote."""

    id: str
    title: str
    page: str
    body: str


def render_html(report: Report, sources: Mapping[str, SourceText] | None = None) -> str:
    """Return the report as a complete HTML document, to be written in UTF-8.

    ``sources`` by the link that a requirement has: they are put at the end and linked to, for the report is read as
    a file too, when no sandbox runs.
    """
    return _template().render(
        report=report,
        sources=sources or {},
        verdicts=list(Verdict),
        date=french_date(report.generated_at),
        disclaimer=DISCLAIMER,
        confidence=CONFIDENCE,
    )


@cache
def _template() -> Template:
    environment = Environment(
        loader=PackageLoader("lgo_sandbox.conformance"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["provenance"] = provenance
    return environment.get_template("report.html.j2")
