"""Level 3 documents that a pharmacy writes: valid for the official schema, read back as written, stable."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from lxml import etree

from health_documents import oids
from health_documents.cda.read.reader import ReadDocument, read_document
from health_documents.cda.rewrite import header_of
from health_documents.cda.write.biology import write_biology_report
from health_documents.cda.write.dispensation import write_dispensation
from health_documents.cda.write.prescription import Extras, write_prescription
from health_documents.cda.write.trod import write_trod
from health_documents.cda.write.vaccination import write_vaccination_note
from health_documents.errors import InvalidContent
from health_documents.values.clinical import DeviceLine, DispensedLine, RapidTest, Result, Vaccination
from health_documents.values.document import Author, Code, DocumentHeader, DrugLine, Identifier
from health_documents.values.posology import Posology, Quantity

PDF = b"%PDF-1.4\ntest\n"
NS = {"h": oids.NS_HL7}
NUMBER = "SBX0000000000000001"


@pytest.fixture
def extras(bed: DeviceLine, doctor: Author, pharmacist: Author, header: DocumentHeader) -> Extras:
    return Extras(
        devices=(bed,),
        sub_types=("MED-1098", "MED-1094"),
        replaced=doctor,
        dispenser=pharmacist,
        before=header.effective_time + timedelta(days=1),
        comment="Traitement habituel",
        weight_kg="55.5",
        height_cm="170",
        pregnant=True,
    )


@pytest.fixture
def prescription(
    prescription_header: DocumentHeader, structured_lines: tuple[DrugLine, ...], extras: Extras
) -> Callable[..., bytes]:
    def write(header: DocumentHeader = prescription_header, more: Extras = extras, lines=structured_lines) -> bytes:
        end = prescription_header.effective_time + timedelta(days=90)
        return write_prescription(
            header, lines, epu_number=NUMBER, qr_png=b"\x89PNG", pdf=PDF, validity_end=end, extras=more
        )

    return write


def strings(data: bytes, path: str) -> list[str]:
    return [str(one) for one in etree.fromstring(data).xpath(path, namespaces=NS)]


def test_a_prescription_with_everything_is_valid_for_the_official_schema(
    prescription: Callable[..., bytes], cda_schema: etree.XMLSchema
):
    cda_schema.assertValid(etree.fromstring(prescription()))


def test_structured_posologies_read_back_as_written(
    prescription: Callable[..., bytes], structured_lines: tuple[DrugLine, ...]
):
    assert read_document(prescription()).drug_lines == structured_lines


def test_devices_signs_and_pregnancy_read_back_as_written(prescription: Callable[..., bytes], bed: DeviceLine):
    entries = read_document(prescription()).entries
    assert entries.device_lines == [bed]
    assert [one.value for one in entries.results] == ["55.5 kg", "170 cm", "grossesse en cours"]
    assert entries.unknown == []


def test_sub_types_replaced_doctor_and_wished_dispenser_are_in_the_header(
    prescription: Callable[..., bytes], doctor: Author, pharmacist: Author
):
    document = read_document(prescription())
    codes = [one.code.code for one in document.service_events if one.code]
    assert codes == ["57833-6", "MED-1098", "MED-1094"]
    people = {one.kind: one.person.national_id for one in document.participants if one.person}
    assert people == {"CON": doctor.national_id, "PRF": pharmacist.national_id}


def test_a_prescription_read_and_written_again_is_the_same(prescription: Callable[..., bytes], extras: Extras):
    first = prescription()
    document = read_document(first)
    same = replace(extras, sub_types=(), replaced=None, dispenser=None, before=None)
    assert prescription(header_of(document), same, document.drug_lines) == first


def test_a_tapered_line_has_its_mode_and_its_steps(prescription: Callable[..., bytes]):
    steps = strings(
        prescription(), f"//h:substanceAdministration[h:templateId/@root='{oids.T_E_TREATMENT_STEP}']/h:id/@root"
    )
    assert len(steps) == len(set(steps)) == 2
    assert "1.3.6.1.4.1.19376.1.5.3.1.4.8" in strings(prescription(), "//h:templateId/@root")


def test_every_reference_of_a_written_document_leads_somewhere(
    prescription: Callable[..., bytes],
    vaccination_header: DocumentHeader,
    vaccination: Vaccination,
    trod_header: DocumentHeader,
    rapid_tests: tuple[RapidTest, ...],
    dispensation_header: DocumentHeader,
    dispensed: tuple[DispensedLine, ...],
    pharmacist: Author,
):
    documents = (
        prescription(),
        write_vaccination_note(vaccination_header, vaccination, pdf=PDF),
        write_trod(trod_header, rapid_tests, pdf=PDF),
        write_dispensation(dispensation_header, dispensed, dispenser=pharmacist, prescription=Identifier("2.25.99")),
    )
    for data in documents:
        anchors = set(strings(data, "//@ID"))
        references = {one.removeprefix("#") for one in strings(data, "//h:reference/@value")}
        assert references <= anchors
        assert set(strings(data, "//@referencedObject")) <= anchors
        assert len(strings(data, "//@ID")) == len(anchors)


@pytest.mark.parametrize(
    "change",
    [{"sub_types": ("MED-0000",)}, {"weight_kg": "lourd"}, {"before": None, "devices": ()}],
)
def test_extras_that_cannot_be_written_are_refused(
    prescription: Callable[..., bytes], extras: Extras, change: dict[str, object]
):
    if "devices" in change:
        assert read_document(prescription(more=replace(extras, **change))).entries.device_lines == []
        return
    with pytest.raises(InvalidContent):
        prescription(more=replace(extras, **change))


@pytest.mark.parametrize("change", [{"name": ""}, {"quantity": 0}, {"start": "14/09/2026"}])
def test_a_device_that_cannot_be_written_is_refused(
    prescription: Callable[..., bytes], extras: Extras, bed: DeviceLine, change: dict[str, object]
):
    with pytest.raises(InvalidContent):
        prescription(more=replace(extras, devices=(replace(bed, **change),)))


def test_a_posology_without_step_is_refused(prescription: Callable[..., bytes], lines: tuple[DrugLine, ...]):
    with pytest.raises(InvalidContent):
        prescription(lines=(replace(lines[0], structured=Posology(())),))


def test_a_vaccination_note_is_valid_reads_back_and_is_stable(
    vaccination_header: DocumentHeader, vaccination: Vaccination, cda_schema: etree.XMLSchema
):
    data = write_vaccination_note(vaccination_header, vaccination, pdf=PDF)
    cda_schema.assertValid(etree.fromstring(data))
    document = read_document(data)
    (read,) = document.entries.vaccinations
    assert read.author is not None
    assert replace(read, author=vaccination.author, performer=vaccination.performer) == vaccination
    assert read.author.national_id == "899900012347"
    assert write_vaccination_note(header_of(document), read, pdf=PDF) == data


def test_a_bare_vaccination_is_valid_and_has_exactly_one_entry(
    vaccination_header: DocumentHeader, vaccination: Vaccination, pharmacist: Author, cda_schema: etree.XMLSchema
):
    bare = Vaccination("VACCIN", "67053213", vaccination.atc, "L1", "2026-09-14", pharmacist)
    data = write_vaccination_note(vaccination_header, bare)
    cda_schema.assertValid(etree.fromstring(data))
    assert len(strings(data, "//h:entry/h:substanceAdministration/h:id/@root")) == 1
    assert strings(data, "//h:substanceAdministration/h:code/@code") == ["IMMUNIZ"]


@pytest.mark.parametrize(
    "change", [{"cis": ""}, {"atc": None}, {"lot": ""}, {"author": None}, {"date": "hier"}, {"reaction_date": "hier"}]
)
def test_a_vaccination_that_cannot_be_written_is_refused(
    vaccination_header: DocumentHeader, vaccination: Vaccination, change: dict[str, object]
):
    with pytest.raises(InvalidContent):
        write_vaccination_note(vaccination_header, replace(vaccination, **change))


def test_a_rapid_test_report_is_valid_reads_back_and_is_stable(
    trod_header: DocumentHeader, rapid_tests: tuple[RapidTest, ...], cda_schema: etree.XMLSchema
):
    data = write_trod(trod_header, rapid_tests, pdf=PDF)
    cda_schema.assertValid(etree.fromstring(data))
    document = read_document(data)
    assert tuple(document.entries.rapid_tests) == rapid_tests
    assert [one.code.code for one in document.consents if one.code] == ["GEN-366"]
    assert document.practice_setting is not None
    assert document.practice_setting.code == "DEPISTAGE"
    assert write_trod(header_of(document), tuple(document.entries.rapid_tests), pdf=PDF) == data


def test_a_rapid_test_report_of_another_title_or_without_test_is_refused(
    trod_header: DocumentHeader, rapid_tests: tuple[RapidTest, ...]
):
    for header, tests in (
        (replace(trod_header, title="Angine"), rapid_tests),
        (trod_header, ()),
        (replace(trod_header, event_code=None), rapid_tests),
    ):
        with pytest.raises(InvalidContent):
            write_trod(header, tests)


POTASSIUM = Result(
    section="Biochimie",
    code=Code("2823-3", "Potassium [Moles/Volume] Sérum/Plasma ; Numérique", oids.LOINC),
    value="6.9 mmol/L",
    quantity=Quantity("6.9", "mmol/L"),
    low=Quantity("3.5", "mmol/L"),
    high=Quantity("5.0", "mmol/L"),
    interpretation="HH",
)


@pytest.fixture
def biology_header(header: DocumentHeader) -> DocumentHeader:
    code = Code("11502-2", "CR d'examens biologiques", oids.LOINC)
    return replace(header, title="Compte rendu d'examens biologiques", code=code)


def test_a_laboratory_report_is_valid_reads_back_and_is_stable(
    biology_header: DocumentHeader, cda_schema: etree.XMLSchema
):
    data = write_biology_report(biology_header, (POTASSIUM,), pdf=PDF)
    cda_schema.assertValid(etree.fromstring(data))
    document = read_document(data)
    (read,) = document.entries.results
    assert (document.model.key, document.pdf, document.entries.unknown) == ("cr-bio", PDF, [])
    assert replace(read, time="", battery="", templates=()) == POTASSIUM
    assert strings(data, "//h:serviceEvent/*[namespace-uri()='urn:oid:1.3.6.1.4.1.19376.1.3.2']/@code") == ["completed"]
    assert write_biology_report(header_of(document), document.entries.results, pdf=PDF) == data


@pytest.mark.parametrize(
    ("change", "results", "pdf"),
    [
        ({"title": "Biologie"}, (POTASSIUM,), PDF),
        ({"code": Code("11488-4", "CR", oids.LOINC)}, (POTASSIUM,), PDF),
        ({}, (), PDF),
        ({}, (POTASSIUM,), b""),
        ({}, (replace(POTASSIUM, interpretation="ZZ"),), PDF),
        ({}, (replace(POTASSIUM, quantity=None),), PDF),
        ({}, (replace(POTASSIUM, code=None),), PDF),
    ],
)
def test_a_laboratory_report_that_cannot_be_written_is_refused(
    biology_header: DocumentHeader, change: dict[str, object], results: tuple[Result, ...], pdf: bytes
):
    with pytest.raises(InvalidContent):
        write_biology_report(replace(biology_header, **change), results, pdf=pdf)


def test_a_dispensation_is_valid_reads_back_and_is_stable(
    dispensation_header: DocumentHeader,
    dispensed: tuple[DispensedLine, ...],
    pharmacist: Author,
    cda_schema: etree.XMLSchema,
):
    order = Identifier("2.25.99")
    data = write_dispensation(dispensation_header, dispensed, dispenser=pharmacist, prescription=order, pdf=PDF)
    cda_schema.assertValid(etree.fromstring(data))
    document: ReadDocument = read_document(data)
    first, second = document.entries.dispensed_lines
    assert first.prescriber is not None
    assert replace(first, prescriber=dispensed[0].prescriber, id="", new_posology=None) == replace(
        dispensed[0], new_posology=None
    )
    assert first.new_posology == dispensed[0].new_posology
    assert (second.name, second.cip13, second.quantity) == ("Préparation magistrale", "", 1)
    assert document.orders == (order,)
    again = write_dispensation(
        header_of(document), document.entries.dispensed_lines, dispenser=pharmacist, prescription=order, pdf=PDF
    )
    assert again == data


def test_the_dispenser_of_the_section_is_coded_pharmacien_and_nothing_finer(
    dispensation_header: DocumentHeader, dispensed: tuple[DispensedLine, ...], pharmacist: Author
):
    data = write_dispensation(dispensation_header, dispensed, dispenser=pharmacist, prescription=Identifier("2.25.99"))
    assert strings(data, "//h:section/h:author/h:assignedAuthor/h:code/@code") == ["G15_21"]


@pytest.mark.parametrize(
    "change",
    [
        {"quantity": 0},
        {"name": ""},
        {"prescription_id": ""},
        {"expiry": "demain"},
        {"start": "demain"},
        {"new_posology": Posology(())},
    ],
)
def test_a_dispensed_line_that_cannot_be_written_is_refused(
    dispensation_header: DocumentHeader,
    dispensed: tuple[DispensedLine, ...],
    pharmacist: Author,
    change: dict[str, object],
):
    with pytest.raises(InvalidContent):
        write_dispensation(
            dispensation_header,
            (replace(dispensed[0], **change),),
            dispenser=pharmacist,
            prescription=Identifier("2.25.99"),
        )


def test_a_document_of_another_code_is_refused_by_every_level_3_writer(
    header: DocumentHeader,
    vaccination: Vaccination,
    rapid_tests: tuple[RapidTest, ...],
    dispensed: tuple[DispensedLine, ...],
    pharmacist: Author,
):
    with pytest.raises(InvalidContent):
        write_vaccination_note(header, vaccination)
    with pytest.raises(InvalidContent):
        write_trod(header, rapid_tests)
    with pytest.raises(InvalidContent):
        write_dispensation(header, dispensed, dispenser=pharmacist, prescription=Identifier("2.25.99"))
