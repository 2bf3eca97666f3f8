"""Single faults in valid documents: each is reported under its rule. Half of them pass the official checks."""

import re
from collections.abc import Callable
from dataclasses import replace

import pytest
from lxml import etree

from health_documents import oids
from health_documents.cda.write.dispensation import write_dispensation
from health_documents.cda.write.n1 import write_n1
from health_documents.cda.write.prescription import Extras, write_prescription
from health_documents.cda.write.trod import write_trod
from health_documents.cda.write.vaccination import write_vaccination_note
from health_documents.pdf.write import PdfContent, PdfSection, render_pdf
from health_documents.validation import Report, Validator
from health_documents.values.clinical import DeviceLine, DispensedLine, RapidTest, Vaccination
from health_documents.values.document import Author, DocumentHeader, DrugLine, Identifier, Organization, Recipient

NS = {"h": oids.NS_HL7}


@pytest.fixture(scope="module")
def documents(
    header: DocumentHeader,
    pharmacist: Author,
    prescription_header: DocumentHeader,
    structured_lines: tuple[DrugLine, ...],
    bed: DeviceLine,
    vaccination_header: DocumentHeader,
    vaccination: Vaccination,
    trod_header: DocumentHeader,
    rapid_tests: tuple[RapidTest, ...],
    dispensation_header: DocumentHeader,
    dispensed: tuple[DispensedLine, ...],
    readable: bytes,
) -> dict[str, bytes]:
    end = prescription_header.effective_time
    drugs = (PdfSection("Médicaments", tuple(line.name for line in structured_lines)),)
    author = prescription_header.authors[0]
    copy = render_pdf(PdfContent("Ordonnance", header.patient, author, end, drugs))
    return {
        "bilan": write_n1(replace(header, replaces="", encounter="AMB"), readable),
        "prescription": write_prescription(
            prescription_header,
            structured_lines,
            epu_number="SBX0000000000000001",
            qr_png=b"\x89PNG",
            pdf=copy,
            validity_end=end,
            extras=Extras(devices=(bed,), replaced=author),
        ),
        "vaccination": write_vaccination_note(vaccination_header, vaccination),
        "trod": write_trod(trod_header, rapid_tests),
        "dispensation": write_dispensation(
            dispensation_header, dispensed, dispenser=pharmacist, prescription=Identifier("2.25.99")
        ),
    }


def rules_of(report: Report) -> set[str]:
    return {problem.rule.id for problem in report.problems}


@pytest.mark.parametrize("name", ["bilan", "prescription", "vaccination", "trod", "dispensation"])
def test_a_document_that_we_write_breaks_no_rule(documents: dict[str, bytes], name: str):
    report = Validator().validate(documents[name])
    assert [(one.rule.id, one.fault.received) for one in report.problems] == []


def remove(path: str) -> Callable[[etree._Element], None]:
    def mutate(root: etree._Element) -> None:
        found = root.find(path, NS)
        assert found is not None, path
        found.getparent().remove(found)

    return mutate


def remove_all(path: str) -> Callable[[etree._Element], None]:
    def mutate(root: etree._Element) -> None:
        found = root.xpath(path, namespaces=NS)
        assert found, path
        for one in found:
            one.getparent().remove(one)

    return mutate


def put(path: str, **attributes: str) -> Callable[[etree._Element], None]:
    def mutate(root: etree._Element) -> None:
        found = root.xpath(path, namespaces=NS)
        assert found, path
        for name, value in attributes.items():
            found[0].set(name, value)

    return mutate


def drop(path: str, name: str) -> Callable[[etree._Element], None]:
    def mutate(root: etree._Element) -> None:
        found = root.xpath(path, namespaces=NS)
        assert found, path
        del found[0].attrib[name]

    return mutate


def say(path: str, text: str) -> Callable[[etree._Element], None]:
    def mutate(root: etree._Element) -> None:
        found = root.xpath(path, namespaces=NS)
        assert found, path
        found[0].text = text

    return mutate


def twice(path: str) -> Callable[[etree._Element], None]:
    def mutate(root: etree._Element) -> None:
        found = root.find(path, NS)
        assert found is not None, path
        found.addnext(etree.fromstring(etree.tostring(found)))

    return mutate


def named(template: str, name: str = "*") -> str:
    return f"//h:{name}[h:templateId/@root='{template}']" if name != "*" else f"//*[h:templateId/@root='{template}']"


PATIENT = "//h:recordTarget/h:patientRole"

LET_THROUGH = [
    ("INS absent", "bilan", remove_all(f"{PATIENT}/h:id"), "CDA-INS-01"),
    ("INS under another root", "bilan", put(f"{PATIENT}/h:id", root="1.2.3.4"), "CDA-INS-02"),
    ("INS of 11 digits", "bilan", put(f"{PATIENT}/h:id", extension="27903512151"), "CDA-INS-03"),
    ("INS with letters", "bilan", put(f"{PATIENT}/h:id", extension="27903512151898X"), "CDA-INS-03"),
    ("INS of a wrong key", "bilan", put(f"{PATIENT}/h:id", extension="279035121518988"), "CDA-INS-04"),
    ("Corsican INS of a wrong key", "bilan", put(f"{PATIENT}/h:id", extension="160012B02077712"), "CDA-INS-04"),
    ("author's RPPS under another root", "bilan", put("//h:assignedAuthor/h:id", root="1.2.3"), "CDA-PS-01"),
    ("signatory's RPPS elsewhere", "bilan", put("//h:legalAuthenticator//h:id", root="1.2.3"), "CDA-PS-01"),
    ("performer's RPPS elsewhere", "bilan", put("//h:performer//h:id", root="1.2.3"), "CDA-PS-01"),
    ("RPPS of a wrong key", "bilan", put("//h:assignedAuthor/h:id", extension="899900012341"), "CDA-PS-02"),
    ("RPPS too short", "bilan", put("//h:assignedAuthor/h:id", extension="8999"), "CDA-PS-02"),
    ("English", "bilan", put("/*/h:languageCode", code="en-US"), "CDA-HDR-10"),
    ("document's time without hour", "bilan", put("/*/h:effectiveTime", value="20260914"), "CDA-TIM-02"),
    ("document's time without zone", "bilan", put("/*/h:effectiveTime", value="20260914101500"), "CDA-TIM-01"),
    ("author's time without zone", "bilan", put("//h:author/h:time", value="20260914101500"), "CDA-TIM-01"),
    ("three-digit offset", "bilan", put("//h:legalAuthenticator/h:time", value="20260914101500+200"), "CDA-TIM-03"),
    ("thirteenth month", "bilan", put("//h:author/h:time", value="20261314101500+0200"), "CDA-TIM-03"),
    ("HTML in level 1", "bilan", put("//h:nonXMLBody/h:text", mediaType="text/html"), "CDA-N1-01"),
    ("another content", "bilan", put("//h:nonXMLBody/h:text", mediaType="image/jpeg"), "CDA-N1-03"),
    ("wrong label of the type", "bilan", put("/*/h:code", displayName="Facture"), "CDA-HDR-06"),
    ("wrong label of the sector", "bilan", put("//h:standardIndustryClassCode", displayName="Bar"), "CDA-COD-02"),
    ("wrong label of the sex", "bilan", put("//h:administrativeGenderCode", displayName="Dame"), "CDA-COD-02"),
    ("IHE template of a section absent", "prescription",
     remove_all(f"//h:templateId[@root='{oids.T_S_DRUGS_IHE}']"), "CDA-N3-06"),
    ("no 2D code", "prescription", remove_all(f"//h:component[h:section/h:templateId/@root='{oids.T_S_BARCODE}']"),
     "CDA-PRE-04"),
    ("no EPU number", "prescription", remove_all("//h:serviceEvent/h:id"), "CDA-PRE-01"),
    ("milligramme", "prescription", put("//h:doseQuantity/h:low", unit="milligramme"), "CDA-PRE-10"),
    ("reference that leads nowhere", "prescription",
     put("//h:entry//h:text/h:reference", value="#nulle-part"), "CDA-N3-04"),
    ("patient's telephone without scheme", "bilan", put(f"{PATIENT}/h:telecom", value="0144534551"), "CDA-HDR-19"),
    ("structure's number of another form", "bilan", put("//h:custodian//h:id", extension="12"), "CDA-PS-03"),
    ("first name out of the list", "bilan", say("//h:given[@qualifier='BR']", "MARTINE"), "CDA-INS-09"),
    ("accent in a trait", "bilan", say("//h:family[@qualifier='BR']", "PAT-TROÏS"), "CDA-INS-10"),
    ("code without system", "bilan", drop("//h:assignedAuthor/h:code", "codeSystem"), "CDA-COD-04"),
]  # fmt: skip
"""What the official checks let through (specs/cda.md §3.4 and faults of the same kinds)."""

OTHERS = [
    ("realm", "bilan", put("/*/h:realmCode", code="BE"), "CDA-HDR-01"),
    ("typeId", "bilan", put("/*/h:typeId", extension="POCD"), "CDA-HDR-02"),
    ("CI-SIS template absent", "bilan", remove_all("/*/h:templateId[2]"), "CDA-HDR-03"),
    ("id that is no OID", "bilan", put("/*/h:id", root="document"), "CDA-HDR-04"),
    ("null id", "bilan", put("/*/h:id", nullFlavor="UNK"), "CDA-HDR-04"),
    ("unknown type", "bilan", put("/*/h:code", code="00000-0"), "CDA-HDR-05"),
    ("type of another system", "bilan", put("/*/h:code", codeSystem="1.2.3"), "CDA-HDR-05"),
    ("no title", "bilan", remove("h:title"), "CDA-HDR-07"),
    ("visibility as confidentiality", "bilan", put("/*/h:confidentialityCode", code="MASQUE_PS"), "CDA-HDR-09"),
    ("no set", "bilan", remove("h:setId"), "CDA-HDR-11"),
    ("version zero", "bilan", put("/*/h:versionNumber", value="0"), "CDA-HDR-11"),
    ("custodian elsewhere", "bilan", put("//h:custodian//h:id", root="1.2.3"), "CDA-HDR-12"),
    ("not signed", "bilan", remove("h:legalAuthenticator"), "CDA-HDR-13"),
    ("signature of another kind", "bilan", put("//h:signatureCode", code="X"), "CDA-HDR-13"),
    ("no author", "bilan", remove("h:author"), "CDA-HDR-14"),
    ("author without time", "bilan", remove("h:author/h:time"), "CDA-HDR-14"),
    ("no act", "bilan", remove("h:documentationOf"), "CDA-HDR-15"),
    ("no setting", "bilan", remove_all("//h:standardIndustryClassCode"), "CDA-HDR-15"),
    ("no encounter", "bilan", remove("h:componentOf"), "CDA-HDR-16"),
    ("encounter of another kind", "bilan", put("//h:encompassingEncounter/h:code", code="X"), "CDA-HDR-21"),
    ("recipients not named", "bilan", remove("h:informationRecipient"), "CDA-HDR-18"),
    ("participant of another kind", "prescription", put("//h:participant", typeCode="BOSS"), "CDA-HDR-20"),
    ("function of another kind", "prescription", put("//h:functionCode", code="BOSS"), "CDA-HDR-20"),
    ("nobody's name", "bilan", remove_all("//h:assignedAuthor//h:name/*"), "CDA-PS-05"),
    ("sector of another system", "bilan", put("//h:standardIndustryClassCode", codeSystem="1.2.3"), "CDA-COD-01"),
    ("civility", "bilan", say("//h:assignedAuthor//h:prefix", "Madame"), "CDA-PS-06"),
    ("title of a person", "bilan", say("//h:assignedAuthor//h:suffix", "Docteur"), "CDA-PS-06"),
    ("sex", "bilan", put("//h:administrativeGenderCode", code="X"), "CDA-INS-07"),
    ("birth date", "bilan", put("//h:birthTime", value="1979"), "CDA-INS-06"),
    ("birthplace", "bilan", say("//h:birthplace//h:county", "Reims"), "CDA-INS-08"),
    ("no birth name", "bilan", remove_all("//h:family[@qualifier='BR']"), "CDA-INS-05"),
    ("family without qualifier", "bilan", drop("//h:family[@qualifier='CL']", "qualifier"), "CDA-INS-05"),
    ("two patients", "bilan", twice("h:recordTarget"), "CDA-INS-11"),
    ("no body", "bilan", remove("h:component"), "CDA-BDY-01"),
    ("no base 64", "bilan", say("//h:nonXMLBody/h:text", "ceci n'est pas"), "CDA-N1-02"),
    ("fourth template in level 1", "bilan", twice("h:templateId"), "CDA-N1-04"),
    ("type of another model", "vaccination", put("/*/h:code", code="60593-1"), "CDA-N3-01"),
    ("model not declared", "vaccination", remove_all(f"/*/h:templateId[@root='{oids.T_VAC_NOTE}']"), "CDA-N3-01"),
    ("version of the model", "vaccination",
     put(f"/*/h:templateId[@root='{oids.T_VAC_NOTE}']", extension="1999.01"), "CDA-N3-02"),
    ("section absent", "vaccination",
     remove_all(f"//h:section/h:templateId[@root='{oids.T_S_VACCINATIONS}']"), "CDA-N3-03"),
    ("section without title", "vaccination", remove_all("//h:section/h:title"), "CDA-N3-05"),
    ("two injections", "vaccination", twice(".//h:entry"), "CDA-VAC-01"),
    ("no ATC", "vaccination", remove_all(f"//h:translation[@codeSystem='{oids.ATC}']"), "CDA-VAC-02"),
    ("no lot", "vaccination", remove_all("//h:lotNumberText"), "CDA-VAC-03"),
    ("injection without author", "vaccination", remove_all("//h:substanceAdministration/h:author"), "CDA-VAC-04"),
    ("rank as text", "vaccination",
     put("//h:observation[h:code/@code='30973-2']/h:value", **{f"{{{oids.NS_XSI}}}type": "ST"}), "CDA-VAC-05"),
    ("no end of validity", "prescription", remove_all("//h:serviceEvent/h:effectiveTime/h:high"), "CDA-PRE-02"),
    ("copy that is no base 64", "prescription", say("//h:observationMedia/h:value", "ceci n'est pas"), "CDA-BDY-02"),
    ("no copy", "prescription", remove_all(f"//h:component[h:section/h:templateId/@root='{oids.T_S_PDF_COPY}']"),
     "CDA-PRE-03"),
    ("no ALD flag", "prescription",
     remove_all(f"{named(oids.T_E_TREATMENT_FR)}/h:entryRelationship[h:observation/h:code/@code='MED-574']"),
     "CDA-PRE-05"),
    ("no renewals", "prescription", remove_all(f"{named(oids.T_E_TREATMENT_FR)}/h:repeatNumber"), "CDA-PRE-06"),
    ("refusal without reason", "prescription",
     remove_all(f"{named(oids.T_E_SUBSTITUTION_FR)}/h:code/h:originalText"), "CDA-PRE-07"),
    ("device flag absent", "prescription",
     remove_all(f"{named(oids.T_E_DEVICE_FR)}/h:entryRelationship[h:observation/h:code/@code='GEN-295']"),
     "CDA-PRE-08"),
    ("device without EMDN", "prescription", put("//h:playingDevice/h:code", codeSystem="1.2.3"), "CDA-PRE-08"),
    ("substitution of another code", "prescription",
     put(f"{named(oids.T_E_SUBSTITUTION_FR)}/h:code", code="E"), "CDA-PRE-09"),
    ("patient without address", "prescription", remove_all(f"{PATIENT}/h:addr"), "CDA-PRE-11"),
    ("dispensed without quantity", "dispensation", remove_all(f"{named(oids.T_E_DISPENSED_FR)}/h:quantity"),
     "CDA-DIS-01"),
    ("no prescription", "dispensation", remove("h:inFulfillmentOf"), "CDA-DIS-02"),
    ("dispenser titulaire", "dispensation", put("//h:section/h:author//h:code", code="G15_21/A"), "CDA-DIS-03"),
    ("title of a TROD", "trod", say("/*/h:title", "Angine"), "CDA-TRO-01"),
    ("setting of a TROD", "trod", put("//h:standardIndustryClassCode", code="AMBULATOIRE"), "CDA-TRO-02"),
    ("result of a TROD", "trod", remove_all("//h:observation/h:value"), "CDA-TRO-03"),
]  # fmt: skip


def test_there_are_at_least_sixty_mutations_of_which_thirty_pass_the_official_checks():
    assert len(LET_THROUGH) >= 30
    assert len(LET_THROUGH) + len(OTHERS) >= 60


@pytest.mark.parametrize(
    ("name", "mutate", "rule"), [pytest.param(*case[1:], id=case[0]) for case in LET_THROUGH + OTHERS]
)
def test_a_single_fault_is_reported_under_its_rule(
    documents: dict[str, bytes], name: str, mutate: Callable[[etree._Element], None], rule: str
):
    root = etree.fromstring(documents[name])
    mutate(root)
    assert rule in rules_of(Validator().validate(etree.tostring(root)))


def test_a_problem_names_the_line_and_the_element(documents: dict[str, bytes]):
    pretty = etree.tostring(etree.fromstring(documents["bilan"]), pretty_print=True)
    data = pretty.replace(b'code="fr-FR"', b'code="en-US"')
    line = next(rank for rank, text in enumerate(data.splitlines(), start=1) if b"en-US" in text)
    (problem,) = Validator().validate(data).problems
    assert (problem.fault.line, problem.fault.path) == (line, "ClinicalDocument/languageCode")


def test_a_replacement_of_itself_is_reported(header: DocumentHeader, readable: bytes):
    data = write_n1(replace(header, replaces="2.25.1"), readable)
    root = etree.fromstring(data)
    root.find(".//h:parentDocument/h:id", NS).set("root", header.id)
    assert "CDA-HDR-17" in rules_of(Validator().validate(etree.tostring(root)))


def test_a_pdf_without_replacement_note_is_reported(header: DocumentHeader, readable: bytes):
    report = Validator().validate(write_n1(replace(header, replaces="2.25.1", version=2), readable))
    assert rules_of(report) == {"PDF-13"}


def test_a_pdf_of_another_patient_is_reported(header: DocumentHeader, readable: bytes):
    other = replace(header.patient, birth_name="AUTRE", first_names=("PERSONNE",), birth_date="1980-01-01")
    report = Validator().validate(write_n1(replace(header, patient=other), readable))
    assert {"PDF-11", "PDF-12"} <= rules_of(report)


@pytest.mark.parametrize(
    ("old", "new", "rule"),
    [
        (b"<pdfaid:part>1<", b"<pdfaid:part>2<", "PDF-02"),
        (b"/FontFile2", b"/FontFoolX", "PDF-03"),
        (b"/GTS_PDFA1", b"/GTS_PDFX1", "PDF-06"),
        (b"/Type /Catalog", b"/Type /Catalog /Names << /JavaScript 1 0 R >>", "PDF-05"),
        (b"/Type /Catalog", b"/Type /Catalog /Encrypt 1 0 R", "PDF-04"),
        (b"/Type /Catalog", b"/Type /Catalog /Group << /S /Transparency >>", "PDF-07"),
        (b"/Type /Catalog", b"/Type /Catalog >> endobj 9999 0 obj << /Type /ObjStm", "PDF-08"),
        (b"%%EOF", b"%%E0F", "PDF-01"),
    ],
)
def test_a_fault_in_a_pdf_is_reported_under_its_rule(readable: bytes, old: bytes, new: bytes, rule: str):
    assert old in readable
    assert rule in rules_of(Validator().validate(readable.replace(old, new)))


def test_our_pdf_breaks_no_rule(readable: bytes):
    assert Validator().validate(readable).problems == ()


def test_a_pdf_that_does_not_name_the_recipients_is_reported(header: DocumentHeader, readable: bytes, doctor: Author):
    other = Recipient(doctor.national_id, "INCONNUE", "Zoé")
    report = Validator().validate(write_n1(replace(header, recipients=(other,)), readable))
    assert rules_of(report) == {"PDF-14"}


def test_a_copy_that_does_not_name_the_drugs_is_reported(
    prescription_header: DocumentHeader, structured_lines: tuple[DrugLine, ...], header: DocumentHeader
):
    end = prescription_header.effective_time
    copy = render_pdf(PdfContent("Ordonnance", header.patient, prescription_header.authors[0], end, ()))
    data = write_prescription(
        prescription_header, structured_lines, epu_number="SBX1", qr_png=b"\x89PNG", pdf=copy, validity_end=end
    )
    assert rules_of(Validator().validate(data)) == {"PDF-16"}


def test_xml_that_is_no_cda_is_reported():
    assert rules_of(Validator().validate(b"<a/>")) == {"CDA-XML-02"}


def test_a_structure_with_a_siret_is_a_structure(header: DocumentHeader, readable: bytes):
    siret = Organization("312345678900011", "PHARMACIE", address="1 rue A", postal_code="35000", city="RENNES")
    assert rules_of(Validator().validate(write_n1(replace(header, custodian=siret), readable))) == set()


def test_rule_ids_are_of_one_form():
    from health_documents.validation import rules

    assert all(re.fullmatch(r"(CDA-[A-Z0-9]{2,3}|PDF|XDM|MSS|FIL)-[0-9]{2}", one) for one in rules())
