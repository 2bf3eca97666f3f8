"""The official samples: valid for the schema, and nothing reported but faults that they really have, listed here."""

from pathlib import Path

import pytest

from health_documents.validation import Report, Validator

TIMES = "a time without zone, or with an offset of three digits, or of an impossible month"
LABEL = "a label that is not the one of the value set"
NUMBER = "an invented number of wrong key or form"
REFERENCE = "a reference that leads nowhere (62 of 107 samples have some)"
PDF_A = "the PDF inside is no PDF/A-1"
NO_CODE = "the PDF inside has no INS datamatrix"
REASONS = {
    "CDA-TIM-01": TIMES,
    "CDA-TIM-03": TIMES,
    "CDA-HDR-06": LABEL,
    "CDA-COD-02": LABEL,
    "CDA-COD-03": "a code that ANS has withdrawn since",
    "CDA-PS-02": NUMBER,
    "CDA-PS-03": NUMBER,
    "CDA-N3-04": REFERENCE,
    "CDA-N3-05": "a section without text",
    "CDA-INS-09": "a first name that does not begin the list of given names",
    "PDF-02": PDF_A,
    "PDF-03": PDF_A,
    "PDF-06": PDF_A,
    "PDF-07": PDF_A,
    "PDF-08": PDF_A,
    "PDF-10": NO_CODE,
    "PDF-12": "the PDF inside is of another patient",
    "PDF-13": "the PDF inside does not tell that it replaces another",
    "PDF-15": "the text of the PDF inside cannot be extracted",
}
ERRORS = {
    "CDA-TIM-01": {"DOC_NON_STRUCTURE_CDA-R2-N1.xml"},
    "CDA-TIM-03": {
        "BIO-CR-BIO_2024.01_Electrophorese.xml",
        "BIO-TROD_2024.01_Angine.xml",
        "BIO-TROD_2024.01_COVID-19.xml",
        "BIO-TROD_2024.01_COVID-19_Grippe-A_Grippe-B.xml",
        "BIO-TROD_2024.01_Cystite.xml",
    },
    "PDF-12": {"IMG_CR_IMG_2024.01_CDA-R2-Niveau-1.xml"},
}
"""Errors of samples, file by file; PDF/A aside, nothing else may be an error."""


@pytest.fixture(scope="module")
def validator(artefacts: Path) -> Validator:
    return Validator(artefacts, schematrons=False)


@pytest.fixture(scope="module")
def reports(artefacts: Path, validator: Validator) -> dict[str, Report]:
    """The report of each official sample, by its name."""
    files = sorted((artefacts / "ExemplesCDA").glob("*.xml"))
    return {file.name: validator.validate(file.read_bytes(), file.name) for file in files}


def test_the_official_samples_raise_nothing_but_their_own_known_faults(reports: dict[str, Report]):
    for name, report in reports.items():
        assert {one.rule.id for one in report.problems} <= REASONS.keys(), name
        errors = {one.rule.id for one in report.problems if one.rule.severity == "erreur"}
        for rule in errors - {"PDF-02", "PDF-03", "PDF-06", "PDF-07", "PDF-08"}:
            assert name in ERRORS[rule], (name, rule)


def test_every_listed_reason_is_still_needed(reports: dict[str, Report]):
    seen = {problem.rule.id for report in reports.values() for problem in report.problems}
    assert seen | {"CDA-COD-03"} == REASONS.keys()


def test_a_fault_of_the_schema_is_reported_with_its_line(artefacts: Path, validator: Validator):
    data = (artefacts / "ExemplesCDA" / "VAC-NOTE_2023.01.xml").read_bytes()
    broken = data.replace(b"<realmCode", b"<wrongCode", 1)
    found = [one for one in validator.validate(broken).problems if one.rule.id == "CDA-XSD-01"]
    assert found
    assert found[0].fault.line > 1


def test_a_profession_out_of_the_official_value_set_is_reported(artefacts: Path, validator: Validator):
    data = (artefacts / "ExemplesCDA" / "VAC-NOTE_2023.01.xml").read_bytes()
    broken = data.replace(b'code="G15_10/SM26"', b'code="G99"')
    assert "CDA-PS-04" in {one.rule.id for one in validator.validate(broken).problems}


def test_layers_that_ran_and_that_did_not_are_told(artefacts: Path, validator: Validator):
    data = (artefacts / "ExemplesCDA" / "VAC-NOTE_2023.01.xml").read_bytes()
    assert validator.validate(data).layers == ("règles propres", "schéma XSD", "jeux de valeurs")
    alone = Validator().validate(data)
    assert alone.layers == ("règles propres",)
    assert "LGO_SANDBOX_ARTEFACTS" in alone.skipped[0]
    assert "schématrons" in Validator(artefacts).validate(data).skipped[-1]
