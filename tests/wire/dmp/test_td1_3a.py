"""TD1.3a over real sockets: the administrative data of a DMP."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from support.dmp_door import Dmp
from support.dmp_messages import Reply, existence
from support.dmp_services import demographics

PATIENTS = "urn:hl7-org:v3:PRPA_IN201307UV02"
OBSERVATION = "//h:administrativeObservation[h:code/@code='{}']/h:value/@value"


def _without_receiver(dmp: Dmp) -> Reply:
    body = existence(dmp.patient, reason="CNSLT_DATA").replace("1.2.250.1.213.4.1.1.1", "1.2.3")
    return dmp.call("patients", PATIENTS, body, dmp.direct())


BREAKS: dict[str, Callable[[Dmp], object]] = {"DMP-DEMOGRAPHICS": _without_receiver}


def test_address_and_oppositions_are_told_and_the_reason_is_echoed(dmp: Dmp) -> None:
    reply = demographics(dmp)
    patient = dmp.people.patient_named("martin-claire")
    assert reply.text("//h:acknowledgement/@typeCode") == "AA"
    assert reply.text("//h:reasonCode/@displayName") == "Consultation des données de gestion de dossier"
    assert reply.text("//h:addr/h:streetAddressLine") == patient.address
    assert reply.text("//h:addr/h:postalCode") == patient.postal_code
    assert reply.text("//h:deceasedInd/@value") == "false"
    assert [str(code) for code in reply.all("//h:administrativeObservation/h:code/@code")] == [
        "OPPOSITION_BRIS_DE_GLACE",
        "OPPOSITION_ACCES_URGENCE",
    ]
    assert reply.all("//h:attentionLine") == []
    assert dmp.exchanges()[0].operation == "td1.3a"
    assert dmp.findings() == []


def test_the_oppositions_of_the_patient_are_told(dmp: Dmp) -> None:
    assert demographics(dmp).text(OBSERVATION.format("OPPOSITION_ACCES_URGENCE")) == "false"
    dmp.set_dmp(emergency_opposed=True)
    reply = demographics(dmp)
    assert reply.text(OBSERVATION.format("OPPOSITION_ACCES_URGENCE")) == "true"
    assert reply.text(OBSERVATION.format("OPPOSITION_BRIS_DE_GLACE")) == "false"


def test_a_patient_without_dmp_has_no_data(dmp: Dmp) -> None:
    reply = demographics(dmp, dmp.direct(patient=dmp.named("fournier-ines")))
    assert reply.text("//h:queryResponseCode/@code") == "NF"
    assert reply.all("//h:subject") == []


def test_a_closed_dmp_is_terminated(dmp: Dmp) -> None:
    reply = demographics(dmp, dmp.direct(patient=dmp.named("roux-gerard")))
    assert reply.text("//h:patient/h:statusCode/@code") == "terminated"


def test_an_authorisation_is_not_needed_but_a_block_refuses(dmp: Dmp) -> None:
    assert demographics(dmp, dmp.direct(patient=dmp.named("blanc-nathalie"))).status == 200
    blocked = demographics(dmp, dmp.direct(patient=dmp.named("mercier-alain")))
    assert blocked.fault[1] == "Accès refusé : professionnel bloqué par le patient"


@pytest.mark.parametrize("nil", ["asLocatedEntity", "asAgent", "respondTo", "reasonOf", "overseer"])
def test_elements_that_say_nothing_are_passed_over(dmp: Dmp, nil: str) -> None:
    empty = f'<{nil} xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:nil="true"/>'
    body = existence(dmp.patient, reason="CNSLT_DATA").replace("<queryByParameter>", f"{empty}<queryByParameter>")
    assert dmp.call("patients", PATIENTS, body, dmp.direct()).status == 200
    assert dmp.findings() == []


def test_the_legal_representative_of_a_minor_is_named(dmp: Dmp) -> None:
    reply = demographics(dmp, dmp.direct(patient=dmp.named("bernard-hugo")))
    (relationship,) = reply.all("//h:patientPerson/h:personalRelationship")
    assert relationship.get("classCode") == "PRS"
    code = "//h:personalRelationship/h:code/@"
    assert (reply.text(f"{code}code"), reply.text(f"{code}codeSystem")) == ("MTH", "2.16.840.1.113883.1.11.19579")
    holder = "//h:personalRelationship/h:relationshipHolder1/h:name/h:"
    assert (reply.text(f"{holder}given"), reply.text(f"{holder}family")) == ("Élodie", "BERNARD")
    assert reply.text("//h:personalRelationship/h:addr/h:city") == "VALFONTAINE"
    assert reply.text("//h:personalRelationship/h:telecom/@use") == "MC"


def test_an_adult_has_no_legal_representative(dmp: Dmp) -> None:
    assert demographics(dmp).all("//h:personalRelationship") == []


def test_who_came_of_age_has_no_legal_representative_any_more(dmp: Dmp) -> None:
    dmp.configure(param_majorite="16")
    hugo = dmp.direct(patient=dmp.named("nessi-michelangelo"))
    assert demographics(dmp, hugo).all("//h:personalRelationship") == []
