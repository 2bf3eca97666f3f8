"""The loader of schematrons, with a tiny schematron and a tiny skeleton of our own (the official ones do not ship)."""

import shutil
from pathlib import Path

import pytest

from health_documents.cda.write.vaccination import write_vaccination_note
from health_documents.validation import Validator
from health_documents.validation.schematron import Schematrons, saxon_is_installed
from health_documents.values.clinical import Vaccination
from health_documents.values.document import DocumentHeader

FOLDER = Path(__file__).parent / "schematron"


@pytest.fixture
def artefacts_of_ours(tmp_path: Path) -> Path:
    shutil.copytree(FOLDER, tmp_path / "artefacts" / "schematrons")
    return tmp_path / "artefacts"


def test_the_schematron_of_a_model_is_chosen_by_name_and_version():
    found = Schematrons(FOLDER).chosen("VAC-NOTE", "2023.01")
    assert [one.name for one in found] == ["CI-SIS_VAC-NOTE_2023.01.sch"]
    assert Schematrons(FOLDER).chosen("VAC-NOTE", "1999.01") == []


def test_a_folder_without_schematrons_or_without_engine_says_so(tmp_path: Path):
    assert "absents" in Schematrons(tmp_path).available
    (tmp_path / "CI-SIS_VAC_2023.01.sch").write_bytes(b"<schema/>")
    assert Schematrons(tmp_path).available.startswith(("schématrons non joués", "moteur"))


def test_a_failed_assertion_is_reported_and_the_schematron_stays_compiled(
    artefacts_of_ours: Path, vaccination_header: DocumentHeader, vaccination: Vaccination
):
    if not saxon_is_installed():
        pytest.skip("saxonche absent: pip install lgo-sandbox[schematron]")
    validator = Validator(artefacts_of_ours)
    good = write_vaccination_note(vaccination_header, vaccination)
    report = validator.validate(good)
    assert report.problems == ()
    assert "schématrons" in report.layers
    for _ in range(2):
        found = validator.validate(good.replace(b"fr-FR", b"en-US")).problems
        failed = next(one for one in found if one.rule.id == "CDA-SCH-01")
        assert failed.fault.received == "La langue doit être fr-FR."
        assert failed.fault.expected == "CI-SIS_VAC-NOTE_2023.01"


def test_a_broken_schematron_is_skipped_with_its_reason(
    artefacts_of_ours: Path, vaccination_header: DocumentHeader, vaccination: Vaccination
):
    if not saxon_is_installed():
        pytest.skip("saxonche absent: pip install lgo-sandbox[schematron]")
    (artefacts_of_ours / "schematrons" / "CI-SIS_VAC-NOTE_2023.01.sch").write_bytes(b"<schema")
    report = Validator(artefacts_of_ours).validate(write_vaccination_note(vaccination_header, vaccination))
    assert any("CI-SIS_VAC-NOTE_2023.01.sch" in one for one in report.skipped)
