"""Reports for people, programs and continuous integration; the command, its exit codes; the control route."""

import json
from pathlib import Path

import pytest
from lxml import etree
from typer.testing import CliRunner

from health_documents.cda.write.n1 import write_n1
from health_documents.validation import Validator, as_json, as_junit, as_text, rules
from health_documents.values.document import DocumentHeader
from lgo_sandbox.cli.main import app
from lgo_sandbox.requirements import catalogue

RUN = CliRunner()


@pytest.fixture
def good(header: DocumentHeader, readable: bytes, tmp_path: Path) -> Path:
    path = tmp_path / "bon.xml"
    path.write_bytes(write_n1(header, readable))
    return path


@pytest.fixture
def bad(good: Path, tmp_path: Path) -> Path:
    path = tmp_path / "mauvais.xml"
    path.write_bytes(good.read_bytes().replace(b'code="FR"', b'code="BE"').replace(b"fr-FR", b"en-US"))
    return path


def test_every_rule_rests_on_requirements_of_the_catalogue():
    known = {number for one in catalogue() for number in one.numbers}
    for rule in rules().values():
        assert set(rule.requirements) <= known, rule.id
        assert rule.requirements
        assert rule.remedy


def test_a_report_for_people_names_rule_line_remedy_and_requirement(bad: Path):
    text = as_text([Validator().validate(bad.read_bytes(), "mauvais.xml")])
    assert "mauvais.xml : non conforme (cda · bilan-partage-de-medication)" in text
    assert "ERREUR CDA-HDR-01 (ligne 2) : Le périmètre est la France" in text
    assert "AVERTISSEMENT CDA-HDR-10" in text
    assert "[LGO.DOC.02]" in text


def test_a_report_for_programs_carries_the_same(bad: Path):
    (report,) = json.loads(as_json([Validator().validate(bad.read_bytes(), "mauvais.xml")]))
    assert (report["valid"], report["errors"], report["kind"]) == (False, 1, "cda")
    first = report["problems"][0]
    assert (first["rule"], first["received"], first["line"]) == ("CDA-HDR-01", "BE", 2)
    assert first["requirements"] == ["LGO.DOC.02"]


def test_a_report_for_continuous_integration_counts_errors_as_failures(good: Path, bad: Path):
    reports = [Validator().validate(path.read_bytes(), path.name) for path in (good, bad)]
    root = etree.fromstring(as_junit(reports))
    assert [suite.get("failures") for suite in root] == ["0", "1"]
    assert root.findall(".//failure")[0].get("type") == "CDA-HDR-01"


def test_findings_are_those_of_the_sandbox(bad: Path):
    finding = Validator().validate(bad.read_bytes()).findings()[0]
    assert (finding.check_id, finding.severity) == ("CDA-HDR-01", "erreur")


def test_a_report_is_bounded(good: Path):
    telecoms = b'<telecom value="x"/>' * 2000
    report = Validator().validate(good.read_bytes().replace(b"<patient>", telecoms + b"<patient>"))
    assert len(report.problems) <= 500
    assert report.left_out >= 1900


def test_the_command_ends_with_0_1_or_2(good: Path, bad: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("LGO_SANDBOX_ARTEFACTS", raising=False)
    assert RUN.invoke(app, ["validate", str(good)]).exit_code == 0
    assert RUN.invoke(app, ["validate", str(good), str(bad)]).exit_code == 1
    assert RUN.invoke(app, ["validate", str(tmp_path / "absent.xml")]).exit_code == 2
    assert RUN.invoke(app, ["validate", "--format", "pdf", str(good)]).exit_code == 2
    assert RUN.invoke(app, ["validate", "--artefacts", str(tmp_path / "absent"), str(good)]).exit_code == 2


def test_the_command_writes_a_file(good: Path, tmp_path: Path):
    output = tmp_path / "rapport.xml"
    assert RUN.invoke(app, ["validate", "--format", "junit", "-o", str(output), str(good)]).exit_code == 0
    assert etree.fromstring(output.read_bytes()).tag == "testsuites"
