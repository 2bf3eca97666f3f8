"""TD0.4 over real sockets: the DMPs of a professional, by authorisation or by document, since a date."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from support.dmp_door import Dmp
from support.dmp_messages import Reply
from support.dmp_services import RESOURCE, authorise, dmps, doctor, told
from support.dmp_vihf import coded

ROLE = "urn:oasis:names:tc:xacml:2.0:subject:role"
DENIED = "soap:DMPAccessDeniedByRightsService"

BREAKS: dict[str, Callable[[Dmp], object]] = {"DMP-LIST-FORM": lambda dmp: dmps(dmp, None, None)}


def _row(reply: Reply, matricule: str) -> dict[str, str]:
    for line in reply.root.iter("{*}patientlistData"):
        if matricule in [number.text for number in line.iter("{*}nationalId")]:
            return {child.tag.partition("}")[2]: child.text or "" for child in line}
    return {}


def test_a_dmp_is_listed_with_both_identifiers_and_its_dates(dmp: Dmp) -> None:
    reply = dmps(dmp)
    patient = dmp.people.patient_named("martin-claire")
    row = _row(reply, patient.matricule)
    assert list(row) == [
        "patientIdentifier",
        "lastName",
        "firstName",
        "dateOfBirth",
        "MT",
        "message",
        "lastAccessDate",
        "lastAddDate",
    ]
    assert (row["lastName"], row["dateOfBirth"]) == (patient.birth_name, patient.birth_date.replace("-", ""))
    assert (row["MT"], row["message"]) == ("false", "false")
    assert told(reply, "nationalIdType")[:2] == ["1.2.250.1.213.1.4.2", patient.oid]
    assert told(reply, "status") == ["DMPOk"]
    assert told(reply, "context") == []
    assert reply.text("//wsa:Action").endswith(":patientListResponse")
    assert dmp.findings() == []


@pytest.mark.parametrize("patient", ["fournier-ines", "roux-gerard", "blanc-nathalie", "mercier-alain"])
def test_absent_closed_unauthorised_and_blocking_dmps_are_not_listed(dmp: Dmp, patient: str) -> None:
    assert dmp.named(patient) not in told(dmps(dmp), "nationalId")


def test_the_medecin_traitant_is_told_so(dmp: Dmp) -> None:
    reply = dmps(dmp, vihf=doctor(dmp))
    assert _row(reply, dmp.patient)["MT"] == "true"


def test_a_date_keeps_the_newer_authorisations(dmp: Dmp) -> None:
    vihf = dmp.direct(patient=dmp.named("blanc-nathalie"))
    authorise(dmp, vihf)
    started = _row(dmps(dmp), vihf.patient)["lastAddDate"]
    assert set(told(dmps(dmp, started), "nationalId")) >= {vihf.patient}
    assert dmp.patient not in told(dmps(dmp, started), "nationalId")
    assert told(dmps(dmp, "29990101000000"), "nationalId") == []
    assert dmp.findings() == []


def test_lastdoc_lists_what_was_fed(dmp: Dmp) -> None:
    assert told(dmps(dmp, kind="LASTDOC"), "nationalId") == []
    dmp.feed(dmp.document())
    row = _row(dmps(dmp, kind="LASTDOC"), dmp.patient)
    assert len(row["lastUpdateDate"]) == 14
    assert told(dmps(dmp, "29990101000000", "LASTDOC"), "nationalId") == []


def test_a_dmp_that_was_listed_may_be_consulted_without_td0_2(dmp: Dmp) -> None:
    dmps(dmp)
    dmp.find()
    assert dmp.findings() == []


def test_a_patient_in_the_vihf_decides_nothing(dmp: Dmp) -> None:
    listed = told(dmps(dmp, vihf=dmp.direct(patient=dmp.named("fournier-ines"))), "nationalId")
    assert dmp.patient in listed
    assert dmp.findings() == []


@pytest.mark.parametrize(("since", "kind"), [("2020010", "LASTDOC"), ("hier", "LASTDOC"), ("20200101000000", "TOUT")])
def test_a_wrong_date_or_kind_is_refused(dmp: Dmp, since: str, kind: str) -> None:
    assert dmps(dmp, since, kind).fault[1].startswith("Requête invalide")
    assert dmp.findings() == ["DMP-TRANSPORT"]


def test_nobody_lists_the_dmps_of_a_colleague(dmp: Dmp) -> None:
    own, other = (dmp.persona(who).national_id for who in ("titulaire", "adjoint"))
    assert dmps(dmp, owner=own).status == 200
    assert dmps(dmp, owner=other).fault[0] == DENIED
    assert dmp.findings() == ["DMP-RIGHTS"]


def test_an_administrative_person_lists_those_of_the_structure(dmp: Dmp) -> None:
    secretary = coded("Role", "SECRETARIAT_MEDICAL", "1.2.250.1.213.1.1.4.6")
    cpe = replace(dmp.direct(), extra={ROLE: secretary, RESOURCE: None})
    assert dmp.patient in told(dmps(dmp, owner=dmp.persona("adjoint").national_id, vihf=cpe), "nationalId")
    assert dmps(dmp, owner=dmp.persona("voisine").national_id, vihf=cpe).fault[0] == DENIED


def test_a_software_alone_lists_new_authorisations_since_a_date(dmp: Dmp) -> None:
    software = dmp.indirect(extra={RESOURCE: None})
    assert dmps(dmp, vihf=software).status == 200
    assert dmps(dmp, kind="LASTDOC", vihf=software).fault[0] == DENIED
    assert dmps(dmp, None, vihf=software).fault[0] == DENIED


def test_an_empty_action_is_that_of_the_description(dmp: Dmp) -> None:
    assert dmps(dmp, wsa_action="").status == 200
    assert dmp.findings() == ["DMP-ACTION-WSDL"]
