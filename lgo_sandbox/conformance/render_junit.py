"""A report as JUnit XML, the format that build servers read: a family is a suite, a requirement is a test case.

Source: the JUnit report format as Jenkins and GitLab read it (no standard body); FAIL is a failure, the verdicts that
are neither success nor failure are skipped. Knows the report; knows no rule of judgement.
"""

from __future__ import annotations

from lxml import etree

from lgo_sandbox.conformance.report import Judgement, Report, Totals, Verdict
from lgo_sandbox.conformance.wording import CONFIDENCE, DISCLAIMER, provenance

__all__ = ["render_junit"]

SUITE_NAME = "segur"
_SKIPPED = (Verdict.NOT_OBSERVED, Verdict.NOT_CHECKED, Verdict.NOT_APPLICABLE, Verdict.MANUAL)


def render_junit(report: Report) -> bytes:
    """Return the report as a UTF-8 JUnit document; families without a requirement in the report have no suite."""
    root = etree.Element("testsuites", _attributes(SUITE_NAME, report.totals))
    for family in report.families:
        if report.of(family):
            root.append(_suite(report, family))
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)


def _attributes(name: str, totals: Totals) -> dict[str, str]:
    return {
        "name": name,
        "tests": str(sum(totals.values())),
        "failures": str(totals[Verdict.FAIL]),
        "errors": "0",
        "skipped": str(sum(totals[verdict] for verdict in _SKIPPED)),
        "time": "0",
    }


def _suite(report: Report, family: str) -> etree._Element:
    suite = etree.Element("testsuite", _attributes(f"{SUITE_NAME}.{family}", report.totals_of(family)))
    suite.set("timestamp", report.generated_at.isoformat(timespec="seconds"))
    suite.append(_properties(report, family))
    for judgement in report.of(family):
        suite.append(_case(judgement))
    return suite


def _properties(report: Report, family: str) -> etree._Element:
    values = [("avertissement", DISCLAIMER), ("famille", report.families[family])]
    values += [(f"version {name}", version) for name, version in report.spec_versions.items()]
    values += [("extrait", text) for text in report.filters]
    values += [("lien inconnu", f"{link.check_id} → {link.requirement_id}") for link in report.unknown_links]
    properties = etree.Element("properties")
    for name, value in values:
        etree.SubElement(properties, "property", {"name": name, "value": value})
    return properties


def _case(judgement: Judgement) -> etree._Element:
    requirement, verdict = judgement.requirement, judgement.verdict
    case = etree.Element(
        "testcase", {"classname": f"{SUITE_NAME}.{requirement.family}", "name": requirement.id, "time": "0"}
    )
    message = f"{verdict.label} : {judgement.explanation}"
    if verdict is Verdict.FAIL:
        failure = etree.SubElement(case, "failure", {"type": verdict.value, "message": message})
        failure.text = _details(judgement)
    elif verdict in _SKIPPED:
        etree.SubElement(case, "skipped", {"message": message})
    etree.SubElement(case, "system-out").text = _details(judgement)
    return case


def _details(judgement: Judgement) -> str:
    requirement = judgement.requirement
    checks = ", ".join(f"{c.check_id} (réussis {c.passed}, échoués {c.failed})" for c in judgement.checks)
    lines = [
        requirement.text,
        judgement.explanation,
        f"Contrôles : {checks or 'aucun'}",
        f"Échanges : {', '.join(judgement.exchanges) or 'aucun'}",
        f"Source : {requirement.source} ; {provenance(requirement)} ; {CONFIDENCE[requirement.confidence]}",
    ]
    return "\n".join(lines)
