"""The tables against the official value sets."""

import json
from pathlib import Path

import pytest
from lxml import etree

from health_documents import oids
from health_documents.codes.systems import (
    CLASSES,
    CONFIDENTIALITY,
    CONTENT_TYPES,
    FACILITY_TYPES,
    FORMAT_OF_MODEL,
    FORMATS,
    PRACTICE_SETTINGS,
    SEXES,
    SPECIALTIES,
    CodeTable,
    class_of,
    document_types,
    format_of_media,
    format_of_model,
    specialty_system,
)
from health_documents.errors import InvalidContent

RETIRED = {"11526-1"}
FILES = {
    "JDV_J01_XdsAuthorSpecialty_CISIS.xml": SPECIALTIES,
    "JDV_J02_XdsHealthcareFacilityTypeCode_CISIS.xml": FACILITY_TYPES,
    "JDV_J04_XdsPracticeSettingCode_CISIS.xml": PRACTICE_SETTINGS,
    "JDV_J07_XdsTypeCode_CISIS.xml": document_types(),
    "JDV_J08_XdsConfidentialityCode_CISIS.xml": CONFIDENTIALITY,
    "JDV_J143_AdministrativeGender_CISIS.xml": SEXES,
}


@pytest.mark.parametrize("name", FILES)
def test_every_code_of_a_table_is_in_the_official_value_set_with_its_label(artefacts: Path, name: str):
    root = etree.parse(str(artefacts / "jeuxDeValeurs" / name)).getroot()
    official = {
        (one.get("code"), one.get("codeSystem"), one.get("displayName"))
        for one in root.iter("{urn:ihe:iti:svs:2008}Concept")
    }
    codes = [one for one in FILES[name].codes.values() if one.code not in RETIRED]
    assert {(one.code, one.system, one.label) for one in codes} <= official


@pytest.mark.parametrize(
    ("name", "table"),
    [
        ("ValueSet-JDV-J06-XdsClassCode-CISIS.json", CLASSES),
        ("ValueSet-JDV-J10-XdsFormatCode-CISIS.json", FORMATS),
        ("ValueSet-JDV-J59-ContentTypeCode-DMP.json", CONTENT_TYPES),
    ],
)
def test_every_code_of_a_fhir_value_set_has_its_official_label(artefacts: Path, name: str, table: CodeTable):
    text = (artefacts.parent / "ig-terminlogie-de-sante" / "ig" / "main" / name).read_text(encoding="utf-8")
    included = json.loads(text)["compose"]["include"]
    official = {(one["code"], one["display"]) for group in included for one in group["concept"]}
    assert {(one.code, one.label) for one in table.codes.values()} <= official


@pytest.mark.parametrize(
    ("type_code", "class_code"),
    [("56445-0", "11"), ("78601-2", "10"), ("61357-0", "42"), ("60593-1", "43"), ("87273-9", "52"), ("REMB", "60")],
)
def test_a_type_has_the_class_of_the_official_table(type_code: str, class_code: str):
    assert class_of(type_code).code == class_code


def test_a_type_out_of_the_table_has_no_class():
    with pytest.raises(InvalidContent):
        class_of("00000-0")


def test_every_model_has_a_known_format():
    assert all(format_of_model(model) for model in FORMAT_OF_MODEL)
    assert format_of_model("1.2.3") is None


def test_a_pdf_has_the_ihe_format_and_html_has_none():
    assert format_of_media("application/pdf").system == oids.IHE_FORMAT
    with pytest.raises(InvalidContent):
        format_of_media("text/html")


def test_the_specialty_of_a_preparateur_is_in_another_code_system():
    assert specialty_system("317") == oids.FUNCTION_ROLE
    assert specialty_system("G15_21/A") == oids.SPECIALTY
