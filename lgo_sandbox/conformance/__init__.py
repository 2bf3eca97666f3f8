"""Verdicts per Ségur requirement and the reports made of them. See ``lgo_sandbox.conformance.verdicts``."""

from lgo_sandbox.conformance.proofs import PROOFS, UNSEEN, Part, Proof
from lgo_sandbox.conformance.render_html import SourceText, render_html
from lgo_sandbox.conformance.render_json import render_json
from lgo_sandbox.conformance.render_junit import render_junit
from lgo_sandbox.conformance.render_text import render_text
from lgo_sandbox.conformance.report import CheckCount, Judgement, Report, UnknownLink, Verdict
from lgo_sandbox.conformance.verdicts import (
    ConformanceError,
    Declaration,
    InvalidDeclaration,
    InvalidObservation,
    Link,
    Observation,
    judge,
)

__all__ = [
    "PROOFS",
    "UNSEEN",
    "CheckCount",
    "ConformanceError",
    "Declaration",
    "InvalidDeclaration",
    "InvalidObservation",
    "Judgement",
    "Link",
    "Observation",
    "Part",
    "Proof",
    "Report",
    "SourceText",
    "UnknownLink",
    "Verdict",
    "judge",
    "render_html",
    "render_json",
    "render_junit",
    "render_text",
]
