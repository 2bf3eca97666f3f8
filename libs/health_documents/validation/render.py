"""Renders validation reports: text for people, JSON, JUnit for continuous integration.

Source: JUnit XML as CI servers read it (no formal standard); own JSON. Texts are French. Knows no rule.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from lxml import etree

from health_documents.findings import Severity
from health_documents.validation.report import Problem, Report
from health_documents.xml import serialize

__all__ = ["as_json", "as_junit", "as_text", "report_json"]

_VERDICTS = {True: "conforme", False: "non conforme"}


def as_text(reports: Sequence[Report]) -> str:
    """Return reports as lines for a terminal."""
    return "\n".join(_text(report) for report in reports)


def _text(report: Report) -> str:
    model = f" · {report.subject.model}" if report.subject.model else ""
    head = f"{report.subject.name} : {_VERDICTS[report.is_valid]} ({report.subject.kind}{model})"
    lines = [head, *(_problem(one) for one in report.problems)]
    if report.left_out:
        lines.append(f"  … et {report.left_out} autres constats")
    lines.append(f"  contrôles : {', '.join(report.layers)}")
    lines += [f"  non joué : {reason}" for reason in report.skipped]
    return "\n".join(lines) + "\n"


def _problem(one: Problem) -> str:
    where = " ".join(part for part in (one.part, f"ligne {one.fault.line}" if one.fault.line else "") if part)
    expected = f" ; attendu : {one.fault.expected}" if one.fault.expected else ""
    requirements = f" [{', '.join(one.rule.requirements)}]" if one.rule.requirements else ""
    return (
        f"  {one.rule.severity.value.upper()} {one.rule.id}{f' ({where})' if where else ''} : {one.rule.title}\n"
        f"      reçu : {one.fault.received}{expected}\n"
        f"      remède : {one.rule.remedy}{requirements}"
    )


def as_json(reports: Sequence[Report]) -> str:
    """Return reports as a JSON array."""
    return json.dumps([report_json(report) for report in reports], ensure_ascii=False, indent=1)


def report_json(report: Report) -> dict[str, Any]:
    """Return a report as JSON values."""
    return {
        "name": report.subject.name,
        "kind": report.subject.kind,
        "model": report.subject.model,
        "valid": report.is_valid,
        "errors": report.errors,
        "layers": list(report.layers),
        "skipped": list(report.skipped),
        "left_out": report.left_out,
        "problems": [_problem_json(one) for one in report.problems],
    }


def _problem_json(one: Problem) -> dict[str, Any]:
    finding = one.finding().to_json()
    return finding | {"rule": one.rule.id, "line": one.fault.line, "path": one.fault.path, "part": one.part}


def as_junit(reports: Sequence[Report]) -> bytes:
    """Return reports as JUnit XML: one suite a file, one test case a broken rule, one more when none is."""
    root = etree.Element("testsuites", name="lgo-sandbox validate")
    for report in reports:
        suite = etree.SubElement(root, "testsuite", name=_xml(report.subject.name))
        suite.set("tests", str(len(report.problems) or 1))
        suite.set("failures", str(report.errors))
        if not report.problems:
            etree.SubElement(suite, "testcase", classname=report.subject.kind, name=_VERDICTS[True])
        for one in report.problems:
            _case(suite, report, one)
    return serialize(root, declaration=True)


def _case(suite: etree._Element, report: Report, one: Problem) -> None:
    case = etree.SubElement(suite, "testcase", classname=report.subject.kind, name=f"{one.rule.id} {one.rule.title}")
    text = _xml(_problem(one).strip())
    if one.rule.severity is Severity.ERROR:
        failure = etree.SubElement(case, "failure", message=_xml(one.fault.received), type=one.rule.id)
        failure.text = text
    else:
        etree.SubElement(case, "system-out").text = text


def _xml(text: str) -> str:
    return "".join(one if one.isprintable() or one in "\n\t" else "\ufffd" for one in text)
