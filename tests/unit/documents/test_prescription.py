from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from lxml import etree

from health_documents import oids
from health_documents.cda.write.prescription import write_prescription
from health_documents.errors import InvalidContent
from health_documents.identifiers import OID_EPU
from health_documents.values.document import DocumentHeader, DrugLine

PDF = b"%PDF-1.4\ntest\n"
NS = {"h": oids.NS_HL7}
NUMBER = "SBX0000000000000001"


def written(header: DocumentHeader, lines: tuple[DrugLine, ...], **options: object) -> etree._Element:
    given = {"epu_number": NUMBER, "qr_png": b"\x89PNG", "pdf": PDF, "validity_end": header.effective_time, **options}
    return etree.fromstring(write_prescription(header, lines, **given))


def test_a_prescription_is_valid_for_the_official_schema(
    prescription_header: DocumentHeader, lines: tuple[DrugLine, ...], cda_schema: etree.XMLSchema
):
    cda_schema.assertValid(written(prescription_header, lines))
    cda_schema.assertValid(written(prescription_header, lines, qr_png=None, validity_end=None))


def test_the_event_of_a_prescription_is_its_number_and_its_validity(
    prescription_header: DocumentHeader, lines: tuple[DrugLine, ...], now: datetime
):
    event = written(prescription_header, lines, validity_end=now + timedelta(days=90)).find(".//h:serviceEvent", NS)
    assert event is not None
    assert event.find("h:id", NS).attrib == {"root": OID_EPU, "extension": NUMBER}
    assert event.find("h:effectiveTime/h:low", NS).get("value") == "20260914100000+0200"
    assert event.find("h:effectiveTime/h:high", NS).get("value") == "20261213101500+0200"


def test_an_unknown_validity_end_is_written_as_unknown(
    prescription_header: DocumentHeader, lines: tuple[DrugLine, ...]
):
    root = written(prescription_header, lines, validity_end=None)
    assert root.find(".//h:serviceEvent/h:effectiveTime/h:high", NS).get("nullFlavor") == "UNK"


def test_every_reference_of_an_entry_leads_to_the_narrative(
    prescription_header: DocumentHeader, lines: tuple[DrugLine, ...]
):
    root = written(prescription_header, lines)
    anchors = {f"#{anchor}" for anchor in root.xpath("//h:text//@ID", namespaces=NS)}
    references = set(root.xpath("//h:entry//h:reference/@value", namespaces=NS))
    assert references
    assert references <= anchors


def test_every_line_carries_its_ald_flag_and_its_templates(
    prescription_header: DocumentHeader, lines: tuple[DrugLine, ...]
):
    root = written(prescription_header, lines)
    flags = root.xpath("//h:observation[h:code/@code='MED-574']/h:value/@value", namespaces=NS)
    assert flags == ["true", "false"]
    for treatment in root.findall(".//h:substanceAdministration", NS):
        assert [one.get("root") for one in treatment.findall("h:templateId", NS)] == list(oids.T_E_TREATMENT)


def test_the_last_day_of_a_treatment_is_counted(prescription_header: DocumentHeader, lines: tuple[DrugLine, ...]):
    period = written(prescription_header, lines).find(".//h:substanceAdministration/h:effectiveTime", NS)
    assert [bound.get("value") for bound in period] == ["20260914", "20260921"]


@pytest.mark.parametrize("option", [{"epu_number": ""}, {"pdf": b""}])
def test_a_prescription_without_number_or_copy_is_refused(
    prescription_header: DocumentHeader, lines: tuple[DrugLine, ...], option: dict[str, object]
):
    with pytest.raises(InvalidContent):
        written(prescription_header, lines, **option)


def test_a_prescription_without_line_or_of_another_type_is_refused(
    prescription_header: DocumentHeader, header: DocumentHeader, lines: tuple[DrugLine, ...]
):
    with pytest.raises(InvalidContent):
        written(prescription_header, ())
    with pytest.raises(InvalidContent):
        written(header, lines)


@pytest.mark.parametrize(
    "change",
    [{"name": ""}, {"posology": ""}, {"quantity": 0}, {"substitution_allowed": False}, {"start": "14/09/2026"}],
)
def test_a_line_that_cannot_be_written_is_refused(
    prescription_header: DocumentHeader, lines: tuple[DrugLine, ...], change: dict[str, object]
):
    with pytest.raises(InvalidContent):
        written(prescription_header, (replace(lines[0], **change),))
