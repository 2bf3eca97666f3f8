"""What the official samples say, read by the library and, independently, by XPath."""

from collections.abc import Callable
from pathlib import Path

import pytest
from lxml import etree

from health_documents import oids
from health_documents.cda.read.reader import ReadDocument, read_document

NS = {"h": oids.NS_HL7, "p": oids.NS_PHARM, "xsi": oids.NS_XSI}
LDL = "LDL-SES_2022.01.xml"
EP = "eP-MED-DM_2024.01_PosoStruct.xml"
BIO = "BIO-CR-BIO_2024.01_Electrophorese.xml"
PROBLEM = "h:templateId/@root='1.3.6.1.4.1.19376.1.5.3.1.4.5'"
ALLERGY = "h:templateId/@root='1.2.250.1.213.1.1.3.41'"
REACTION = "h:templateId/@root='2.16.840.1.113883.10.20.1.54'"


@pytest.fixture
def sample(artefacts: Path) -> Callable[[str], tuple[ReadDocument, etree._Element]]:
    def read(name: str) -> tuple[ReadDocument, etree._Element]:
        data = (artefacts / "ExemplesCDA" / name).read_bytes()
        return read_document(data), etree.fromstring(data)

    return read


def strings(root: etree._Element, path: str) -> list[str]:
    found = root.xpath(path, namespaces=NS)
    return [" ".join((one if isinstance(one, str) else "".join(one.itertext())).split()) for one in found]


ALL = sorted(
    name
    for name in (
        *("VSM_1.4_2022.01.xml", "IPS-FR_2024.01.xml", LDL, "LDL-EES_2022.01.xml", EP, BIO, "VAC_2023.01.xml"),
        *("eDISP-MED_2024.01.xml", "BIO-TROD_2024.01_Angine.xml", "IMG_CR_IMG_2024.01.xml", "VAC-NOTE_2023.01.xml"),
    )
)


@pytest.mark.parametrize("name", ALL)
def test_the_people_of_the_header_are_read(sample, name: str):
    document, root = sample(name)
    header = "/h:ClinicalDocument"
    assert [one.kind for one in document.participants] == strings(root, f"{header}/h:participant/@typeCode")
    people = [one.person.family_name for one in document.participants if one.person]
    assert people == strings(root, f"{header}/h:participant//h:associatedPerson/h:name/h:family")
    informants = [(one.kind, one.family_name) for one in document.informants]
    kinds = strings(root, f"{header}/h:informant/h:relatedEntity/@classCode")
    assert informants == list(
        zip(kinds, strings(root, f"{header}/h:informant//h:relatedPerson/h:name/h:family"), strict=False)
    )
    orders = [one.root for one in document.orders]
    assert orders == strings(root, f"{header}/h:inFulfillmentOf/h:order/h:id/@root")
    consents = [one.code.code for one in document.consents if one.code]
    assert consents == strings(root, f"{header}/h:authorization/h:consent/h:code/@code")
    encounter = strings(root, f"{header}/h:componentOf/h:encompassingEncounter/h:code/@code")
    assert ([document.encounter.code] if document.encounter else []) == encounter
    assert document.unknown_header == ()


@pytest.mark.parametrize("name", ALL)
def test_every_section_is_kept_with_its_title_and_its_text(sample, name: str):
    document, root = sample(name)
    assert len(document.sections) == len(root.findall(".//h:section", NS))
    titles = strings(root, "//h:section/h:title")
    assert [one.name for one in document.sections][: len(titles)] == titles or len(titles) < len(document.sections)


def test_structured_doses_of_a_prescription_are_read(sample):
    document, root = sample(EP)
    tapered, daily = (line.structured for line in document.drug_lines)
    assert tapered is not None
    steps = "//h:substanceAdministration[h:templateId/@root='1.2.250.1.213.1.1.3.83.1']"
    assert [step.every.value for step in tapered.steps if step.every] == strings(root, f"{steps}//h:period/@value")
    assert [step.dose.low.value for step in tapered.steps if step.dose and step.dose.low] == strings(
        root, f"{steps}/h:doseQuantity/h:low/@value"
    )
    assert [step.rate.high.unit for step in tapered.steps if step.rate and step.rate.high] == strings(
        root, f"{steps}/h:rateQuantity/h:high/@unit"
    )
    assert [str(step.days) for step in tapered.steps] == strings(root, f"{steps}//h:width/@value")
    assert tapered.maximum is not None
    assert [tapered.maximum[0].value] == strings(root, "//h:maxDoseQuantity/h:numerator/@value")
    assert tapered.steps[0].frequency == "3 fois/j à partir du 01/12/2023 pendant 2 jours"
    assert daily is not None
    assert (daily.steps[0].every.value, daily.steps[0].every.unit) == ("1", "d")
    assert [line.route.code for line in document.drug_lines if line.route] == strings(root, "//h:routeCode/@code")


def test_substances_and_virtual_drug_of_a_prescription_are_read(sample):
    document, root = sample(EP)
    first = document.drug_lines[0]
    assert [first.ingredients[0].substance.code] == strings(root, "//p:ingredient/p:ingredient/p:code/@code")
    assert str(first.ingredients[0].amount) == "500 mg"
    assert first.virtual is not None
    assert [first.virtual.code] == strings(root, f"//h:translation[@codeSystem='{oids.MEDICABASE}']/@code")


def test_devices_of_a_prescription_are_read_with_their_flags(sample):
    document, root = sample(EP)
    (bed,) = document.entries.device_lines
    device = "//h:supply[h:templateId/@root='1.2.250.1.213.1.1.3.20']"
    assert [bed.emdn.code] == strings(root, f"{device}//h:playingDevice/h:code/@code")
    assert bed.lpp is not None
    assert [bed.lpp.code] == strings(root, f"{device}//h:playingDevice/h:code/h:translation/@code")
    assert [str(bed.rental_days)] == strings(root, f"{device}/h:expectedUseTime/h:width/@value")
    assert (bed.ald, bed.work_accident, bed.prevention, bed.not_reimbursable) == (False, False, False, False)


def test_sub_types_and_wished_dispenser_of_a_prescription_are_read(sample):
    document, root = sample(EP)
    codes = [one.code.code for one in document.service_events if one.code]
    assert codes == strings(root, "//h:documentationOf/h:serviceEvent/h:code/@code")
    wished = next(one for one in document.participants if one.kind == "PRF")
    assert wished.stop is not None
    assert f"{wished.stop:%Y%m%d%H%M%S%z}" == strings(root, "//h:participant[@typeCode='PRF']/h:time/h:high/@value")[0]


def test_dispensed_lines_have_lot_expiry_and_prescribed_line(sample):
    document, root = sample("eDISP-MED_2024.01.xml")
    first, second = document.entries.dispensed_lines
    assert [first.lot] == strings(root, "//h:lotNumberText")
    assert [first.expiry.replace("-", "")] == strings(root, "//p:expirationTime/@value")
    items = "//h:substanceAdministration[h:templateId/@root='1.2.250.1.213.1.1.3.90']"
    assert [first.line_id, second.line_id] == strings(root, f"{items}/h:id/@root")
    assert [first.prescription_id, second.prescription_id] == strings(root, f"{items}//h:externalDocument/h:id/@root")
    assert (first.cip13, first.quantity, first.substituted, second.substituted) == ("3400933516390", 2, True, False)
    assert first.new_posology is not None
    assert [first.new_posology.steps[0].every.value] == strings(root, "//h:period/@value")
    assert first.dispenser_note.startswith("J'ai averti le patient")
    assert second.name.startswith("Préparation magistrale")


@pytest.mark.parametrize("name", ["VAC-NOTE_2023.01.xml", "VAC_2023.01.xml", "IPS-FR_2024.01.xml"])
def test_vaccinations_are_read_with_lot_rank_and_vaccine(sample, name: str):
    document, root = sample(name)
    act = "//h:substanceAdministration[h:templateId/@root='1.2.250.1.213.1.1.3.45']"
    read = document.entries.vaccinations
    assert len(read) == len(root.xpath(act, namespaces=NS)) > 0
    assert [one.lot for one in read if one.lot] == strings(root, f"{act}//h:lotNumberText")
    assert [one.date.replace("-", "") for one in read] == [
        day[:8] for day in strings(root, f"{act}/h:effectiveTime/@value")
    ]
    ranks = f"{act}//h:observation[h:code/@code='30973-2']/h:value/@value"
    assert [str(one.rank) for one in read if one.rank is not None] == strings(root, ranks)
    assert all(one.name for one in read)


@pytest.mark.parametrize(
    "name", [BIO, "BIO-CR-BIO_2024.01_Glycemie_mmol_par_Litre_1.xml", "BIO-CR-BIO_2024.01_TSH_1.xml"]
)
def test_laboratory_results_have_values_units_and_ranges(sample, name: str):
    document, root = sample(name)
    observation = "//h:observation[h:templateId/@root='1.2.250.1.213.1.1.3.80']"
    results = [one for one in document.entries.results if "1.2.250.1.213.1.1.3.80" in one.templates]
    quantities = [(one.quantity.value, one.quantity.unit) for one in results if one.quantity]
    values = f"{observation}/h:value[@xsi:type='PQ'][@value]"
    units = [element.get("unit", "") for element in root.xpath(values, namespaces=NS)]
    assert quantities == list(
        zip(strings(root, f"{values}/@value"), ["" if u == "1" else u for u in units], strict=False)
    )
    lows = f"{observation}/h:referenceRange[1]/h:observationRange/h:value/h:low/@value"
    assert [one.low.value for one in results if one.low] == strings(root, lows)
    assert [one.interpretation for one in results if one.interpretation] == strings(
        root, f"{observation}/h:interpretationCode[1]/@code"
    )


@pytest.mark.parametrize("name", ["VSM_1.4_2022.01.xml", "IPS-FR_2024.01.xml", "LDL-EES_2022.01.xml"])
def test_problems_and_antecedents_are_read(sample, name: str):
    document, root = sample(name)
    known = f"//h:observation[{PROBLEM}][not({ALLERGY})][not({REACTION})]/h:value/@code"
    assert [one.code.code for one in document.entries.problems if one.code] == strings(root, known)
    assert all(one.name for one in document.entries.problems)


@pytest.mark.parametrize("name", ["VSM_1.4_2022.01.xml", "IPS-FR_2024.01.xml", LDL, "LDL-EES_2022.01.xml"])
def test_allergies_and_their_absence_are_read(sample, name: str):
    document, root = sample(name)
    found = document.entries.allergies
    assert [one.kind.code for one in found if one.kind] == strings(root, f"//h:observation[{ALLERGY}]/h:code/@code")
    agents = f"//h:observation[{ALLERGY}]/h:participant//h:playingEntity/h:code/@code"
    assert [one.agent.code for one in found if one.agent] == strings(root, agents)
    reactions = f"//h:observation[{ALLERGY}]/h:entryRelationship[@typeCode='MFST']/h:observation/h:value/@code"
    assert [code.code for one in found for code in one.reactions] == strings(root, reactions)
    assert any(one.absent for one in found) == (name == LDL)


@pytest.mark.parametrize("name", ["VSM_1.4_2022.01.xml", "IPS-FR_2024.01.xml", LDL, "LDL-EES_2022.01.xml"])
def test_treatments_are_read_with_their_section(sample, name: str):
    document, root = sample(name)
    section = "//h:section[not(h:code/@code='44939-7')]"
    path = f"{section}/h:entry/h:substanceAdministration[h:templateId/@root='1.2.250.1.213.1.1.3.42']"
    read = document.entries.treatments
    assert [one.line.cis for one in read if one.line.cis] == strings(
        root, f"{path}//h:manufacturedMaterial/h:code[@codeSystem='{oids.CIS}']/@code"
    )
    assert len(read) == len(root.xpath(path, namespaces=NS))
    assert all(one.section and one.line.name for one in read)


def test_a_letter_tells_which_treatments_were_stopped_and_which_go_on(sample):
    document, _ = sample(LDL)
    names = {one.section: one.line.name for one in document.entries.treatments}
    assert names["Traitements arrêtés durant le séjour"].startswith("SOLIAN")
    assert names["Traitements à la sortie"].startswith("LEPONEX")


def test_statements_of_a_letter_are_read_as_people_say_them(sample):
    document, _ = sample(LDL)
    said = {one.code.code: one.value for one in document.entries.results if one.code}
    assert said["MED-309"] == "oui"
    assert said["MED-145"] == "non"
    assert said["ORG-074"]


def test_vital_signs_have_their_units(sample):
    document, _root = sample(EP)
    signs = [str(one.quantity) for one in document.entries.results if one.quantity]
    assert signs == ["55 kg", "170 cm"]


def test_several_results_of_one_rapid_test_are_all_read(sample):
    document, root = sample("BIO-TROD_2024.01_COVID-19_Grippe-A_Grippe-B.xml")
    tests = document.entries.rapid_tests
    assert len(tests) == 3
    assert {one.udi for one in tests} == set(strings(root, "//h:participantRole/h:id/@extension"))
