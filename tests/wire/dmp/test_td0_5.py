"""TD0.5 over real sockets: patients sought without an INS, by those who regulate emergencies."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from support.dmp_door import Dmp
from support.dmp_services import SEARCH, candidates, doctor, search_body

IDS = "//h:patient/h:id[@root != '1.2.250.1.213.1.4.2']/@extension"
BIRTH = (
    '<livingSubjectBirthTime><value value="{}"/><semanticsText>LivingSubject.birthTime</semanticsText>'
    "</livingSubjectBirthTime>"
)
UNKNOWN = "<mothersMaidenName><value/></mothersMaidenName>"

BREAKS: dict[str, Callable[[Dmp], object]] = {"DMP-SEARCH-FORM": lambda dmp: candidates(dmp, "MARTIN", UNKNOWN)}


def test_a_patient_is_found_by_name_in_the_form_of_2008(dmp: Dmp) -> None:
    reply = candidates(dmp, "lambert")
    patient = dmp.people.patient_named("girard-sophie")
    assert reply.text("//h:acknowledgement/h:typeCode/@code") == "AA"
    assert reply.text("//h:controlActProcess/h:code/@code") == "PRPA_TE201306UV02"
    assert [str(root) for root in reply.all("//h:patient/h:id/@root")] == [patient.oid, "1.2.250.1.213.1.4.2"]
    assert [str(name) for name in reply.all("//h:family/text()")][:2] == ["LAMBERT", "GIRARD"]
    assert [str(use) for use in reply.all("//h:patientPerson//h:family/@qualifier")] == ["SP", "BR"]
    assert reply.text("//h:queryMatchObservation/h:value/@value") == "100"
    assert reply.text("//h:queryAck/h:resultTotalQuantity/@value") == "1"
    assert reply.text("//h:queryByParameter//h:family") == "lambert"
    assert reply.all("//h:queryByParameter//h:value/@use") == [""]
    assert dmp.findings() == []


def test_all_of_a_name_are_found_and_told_apart_by_birth(dmp: Dmp) -> None:
    hugo, alba = dmp.named("bernard-hugo"), dmp.named("bernard-alba")
    assert {str(found) for found in candidates(dmp, "Bernard").all(IDS)} >= {hugo, alba}
    assert [str(found) for found in candidates(dmp, "Bernard", BIRTH.format("201409")).all(IDS)] == [hugo]


@pytest.mark.parametrize("name", ["FOURNIER", "ROUX", "NULLEPART"])
def test_nobody_without_an_open_dmp_is_found(dmp: Dmp, name: str) -> None:
    reply = candidates(dmp, name)
    assert reply.text("//h:queryResponseCode/@code") == "NF"
    assert reply.text("//h:resultTotalQuantity/@value") == "0"


@pytest.mark.parametrize("purpose", ["normal", "bris_de_glace"])
def test_regulation_alone_searches(dmp: Dmp, purpose: str) -> None:
    assert candidates(dmp, "MARTIN", vihf=doctor(dmp, purpose=purpose)).fault[0] == (
        "soap:DMPAccessDeniedByRightsService"
    )
    assert dmp.findings() == ["DMP-RIGHTS"]


@pytest.mark.parametrize("parameters", ["", BIRTH.format("19570628"), BIRTH.format("hier")])
def test_a_search_without_a_name_is_refused(dmp: Dmp, parameters: str) -> None:
    reply = dmp.call("patientsPDQ", SEARCH, search_body(parameters), doctor(dmp, purpose="centre_15"))
    assert reply.fault[1].startswith("Requête invalide")
    assert dmp.findings() == ["DMP-TRANSPORT"]


def test_a_date_of_birth_that_is_none_is_refused(dmp: Dmp) -> None:
    assert candidates(dmp, "MARTIN", BIRTH.format("28/06/1957")).fault[1].startswith("Requête invalide : date")


def test_a_semantics_text_that_is_not_that_of_its_parameter_is_told(dmp: Dmp) -> None:
    odd = BIRTH.format("201409").replace("LivingSubject.birthTime", "LivingSubject.birth")
    candidates(dmp, "Bernard", odd)
    (told,) = dmp.exchanges()[0].findings
    assert told.check_id == "DMP-SEARCH-FORM"
    assert told.where.endswith("parameterList/livingSubjectBirthTime/semanticsText")
    assert (told.received, told.expected) == ("LivingSubject.birth", "LivingSubject.birthTime")
