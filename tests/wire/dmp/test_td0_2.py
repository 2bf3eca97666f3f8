"""TD0.2 over real sockets: each situation of a patient, the directory and the rights."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
from lxml import etree
from support.dmp_door import Dmp
from support.dmp_messages import Reply, existence, opened

GOLDEN = Path(__file__).parents[2] / "golden" / "dmp"
PATIENTS = "urn:hl7-org:v3:PRPA_IN201307UV02"
SECOND = "<patientIdentifier><value/></patientIdentifier>"
VALUE = "//h:attentionLine[h:keyWordText/@code='{}']/h:value/@{}"


def _without_receiver(dmp: Dmp) -> None:
    body = existence(dmp.patient).replace("1.2.250.1.213.4.1.1.1", "1.2.3")
    dmp.call("patients", PATIENTS, body, dmp.indirect())


BREAKS: dict[str, Callable[[Dmp], object]] = {"DMP-EXISTENCE": _without_receiver}


def _authorisation(reply: Reply) -> str:
    return str(reply.text(VALUE.format("AUTORISATION", "code")))


def test_an_open_dmp_answers_active_authorised_and_echoes_the_request(dmp: Dmp) -> None:
    reply = dmp.test_existence(dmp.indirect(root="1.2.250.1.213.1.4.8"))
    assert reply.status == 200
    assert reply.text("//h:queryResponseCode/@code") == "OK"
    assert reply.text("//h:patient/h:statusCode/@code") == "active"
    assert [str(root) for root in reply.all("//h:patient/h:id/@root")] == ["1.2.250.1.213.1.4.2", "1.2.250.1.213.1.4.8"]
    assert reply.text("//h:queryAck/h:queryId/@extension") == "7"
    assert reply.text("//h:acknowledgement/h:targetMessage/h:id/@extension") == "42"
    assert _authorisation(reply) == "VALIDE"
    assert "x-simulation" not in reply.http.headers
    assert dmp.findings() == []


def test_the_answer_is_what_the_guide_shows_element_by_element(dmp: Dmp) -> None:
    patient = dmp.people.patient_named("guerin-anne")
    vihf = dmp.indirect(patient=patient.matricule)
    body = dmp.test_existence(vihf).all("//h:PRPA_IN201308UV02")[0]
    moving = {"MESSAGE": body.find("{*}id").get("root"), "DATE": body.find("{*}creationTime").get("value")}
    assert re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", moving["MESSAGE"])
    golden = (GOLDEN / "td0.2.xml").read_text(encoding="utf-8")
    for name, value in moving.items():
        golden = golden.replace(f"@{name}@", value)
    wanted = etree.fromstring(re.sub(r">\s+<", "><", golden).encode())
    assert etree.tostring(body, method="c14n", exclusive=True) == etree.tostring(wanted, method="c14n", exclusive=True)


def test_who_has_no_name_in_use_is_told_in_the_words_of_the_dmp(dmp: Dmp) -> None:
    assert dmp.test_existence().text("//h:patientPerson/h:name/h:family") == "NON RENSEIGNE"


def test_the_ins_c_is_the_same_each_time_and_has_its_key(dmp: Dmp) -> None:
    numbers = {dmp.test_existence().text("//h:patient/h:id[1]/@extension") for _ in range(2)}
    (number,) = numbers
    assert (len(number), (int(number[:20]) + int(number[20:])) % 97) == (22, 0)


def test_a_software_without_a_name_is_echoed_without_one(dmp: Dmp) -> None:
    body = existence(dmp.patient).replace("<softwareName>LGO de test</softwareName>", "")
    reply = dmp.call("patients", PATIENTS, body, dmp.indirect())
    assert reply.all("//h:receiver//h:softwareName") == []
    (told,) = dmp.exchanges()[0].findings
    assert (told.check_id, told.where) == ("DMP-EXISTENCE", "PRPA_IN201307UV02/sender/device/softwareName")


@pytest.mark.parametrize(
    ("said", "instead", "where", "expected"),
    [
        ("<semanticsText>Patient.id<", "<semanticsText>LivingSubject.id<", "semanticsText", "Patient.id"),
        ("<semanticsText>Patient.id</semanticsText>", "", "semanticsText", "Patient.id"),
        ('<statusCode code="new"/>', '<statusCode code="executing"/>', "queryByParameter/statusCode", "new"),
        ("<softwareName>DMP</softwareName>", "", "receiver/device/softwareName", "DMP"),
        ('creationTime value="20260101"', 'creationTime value="2199"', "creationTime", "le moment de l'envoi"),
        ("</patientIdentifier>", f"</patientIdentifier>{SECOND}", "patientIdentifier", "un seul"),
    ],
)
def test_what_says_nothing_to_the_answer_is_told_all_the_same(
    dmp: Dmp, said: str, instead: str, where: str, expected: str
) -> None:
    body = existence(dmp.patient).replace(said, instead, 1)
    reply = dmp.call("patients", PATIENTS, body, dmp.indirect())
    assert reply.text("//h:queryResponseCode/@code") == "OK"
    (told,) = dmp.exchanges()[0].findings
    assert told.where.endswith(where)
    assert told.expected.startswith(expected)


@pytest.mark.parametrize("moment", ["20260101120000+0100", "20260101120000.123-0500", "2026"])
def test_a_moment_of_the_past_is_told_nothing_in_whatever_zone(dmp: Dmp, moment: str) -> None:
    body = existence(dmp.patient).replace('creationTime value="20260101"', f'creationTime value="{moment}"')
    dmp.call("patients", PATIENTS, body, dmp.indirect())
    assert dmp.findings() == []


def test_the_answer_is_addressed(dmp: Dmp) -> None:
    reply = dmp.test_existence()
    assert reply.text("//wsa:Action") == "urn:hl7-org:v3:PRPA_IN201308UV02"
    assert reply.text("//wsa:To") == "http://www.w3.org/2005/08/addressing/anonymous"
    assert reply.text("//wsa:MessageID").startswith("urn:uuid:")
    assert reply.text("//wsa:RelatesTo").startswith("urn:uuid:")


@pytest.mark.parametrize(
    ("patient", "found", "status", "authorisation"),
    [
        ("martin-claire", "OK", "active", "VALIDE"),
        ("roux-gerard", "OK", "terminated", "VALIDE"),
        ("fournier-ines", "NF", "", ""),
        ("blanc-nathalie", "OK", "active", "INEXISTANTE"),
        ("moreau-etienne", "OK", "active", "INEXISTANTE"),
        ("mercier-alain", "OK", "active", "INTERDITE"),
        ("girard-sophie", "OK", "active", "VALIDE"),
    ],
)
def test_each_situation_has_its_existence_answer(
    dmp: Dmp, patient: str, found: str, status: str, authorisation: str
) -> None:
    reply = dmp.test_existence(dmp.direct(patient=dmp.named(patient)))
    assert reply.text("//h:queryResponseCode/@code") == found
    assert reply.text("//h:patient/h:statusCode/@code") == status
    assert _authorisation(reply) == authorisation
    assert ("x-simulation" in reply.http.headers) == (authorisation not in ("", "VALIDE"))


def test_who_is_not_blocked_still_reads_what_blocks_the_titulaire(dmp: Dmp) -> None:
    assert _authorisation(dmp.test_existence(dmp.direct("adjoint", patient=dmp.named("mercier-alain")))) == "VALIDE"


def test_an_unpublished_authorisation_value_can_be_left_out(dmp: Dmp) -> None:
    dmp.configure(authorisation_values="omises")
    reply = dmp.test_existence(dmp.direct(patient=dmp.named("blanc-nathalie")))
    assert _authorisation(reply) == ""
    assert reply.text(VALUE.format("STATUT_MT", "value")) == "false"
    assert "x-simulation" not in reply.http.headers


def test_the_treating_doctor_is_told_so(dmp: Dmp) -> None:
    doctor = dmp.direct("generaliste", extra={"Secteur_Activite": "SA07^1.2.250.1.71.4.2.4"})
    assert dmp.test_existence(doctor).text(VALUE.format("STATUT_MT", "value")) == "true"


def test_a_well_formed_unknown_matricule_has_no_dmp_and_a_warning(dmp: Dmp) -> None:
    reply = dmp.test_existence(dmp.indirect(patient="255069999999934"))
    assert reply.text("//h:queryResponseCode/@code") == "NF"
    assert dmp.findings() == ["DMP-PATIENT"]


def test_the_patient_of_the_body_is_the_one_of_the_vihf(dmp: Dmp) -> None:
    body = existence(dmp.stranger().matricule)
    reply = dmp.call("patients", PATIENTS, body, dmp.indirect())
    assert reply.fault[1] == "Le patient du message n'est pas celui du VIHF"
    assert dmp.findings() == ["DMP-VIHF"]


def test_a_strict_session_wants_the_patients_own_root(dmp: Dmp) -> None:
    dmp.configure(strict_ins_root="oui")
    assert dmp.test_existence(dmp.indirect(root="1.2.250.1.213.1.4.8")).status == 200
    assert "1.2.250.1.213.1.4.10" in dmp.test_existence().fault[1]


def test_an_unknown_structure_has_the_known_fault(dmp: Dmp) -> None:
    vihf = dmp.direct(structure="10B0999999")
    reason = "Impossible d'effectuer un test d'existence : Structure introuvable ou Inactive"
    assert dmp.test_existence(vihf).fault[1] == reason


def test_a_professional_of_another_structure_is_not_linked(dmp: Dmp) -> None:
    assert dmp.test_existence(dmp.direct(structure="10B0990041")).fault[1] == "PS et Structure non liés"


def test_a_struck_off_professional_is_refused(dmp: Dmp) -> None:
    assert "introuvable ou inactif" in dmp.test_existence(dmp.direct("radie")).fault[1]
    assert "DMP-VIHF-PS" in dmp.findings()


def test_indirect_authentication_lists_no_document(dmp: Dmp) -> None:
    assert dmp.find(vihf=dmp.indirect()).fault[0] == "soap:DMPAccessDeniedByRightsService"
    assert "DMP-RIGHTS" in dmp.findings()


def test_air_feeds_nothing(dmp: Dmp) -> None:
    reply = dmp.feed(dmp.document(), vihf=dmp.indirect(mode="INDIRECTE_RENFORCEE"))
    assert reply.fault[0] == "soap:DMPAccessDeniedByRightsService"
    assert dmp.findings() == ["DMP-RIGHTS", "DMP-AIR-FEED"]


def test_air_reads_with_the_right_of_the_professional(dmp: Dmp) -> None:
    air = dmp.indirect(mode="INDIRECTE_RENFORCEE")
    dmp.test_existence(air)
    assert dmp.find(vihf=air).status == 200
    assert dmp.findings() == []


@pytest.mark.parametrize(
    ("patient", "who", "code"),
    [
        ("blanc-nathalie", "titulaire", "soap:DMPAccessDeniedByRightsService"),
        ("moreau-etienne", "titulaire", "soap:DMPAccessDeniedByRightsService"),
        ("mercier-alain", "titulaire", "soap:DMPAccessDeniedByRightsService"),
        ("roux-gerard", "titulaire", "soap:DMPClosed"),
    ],
)
def test_a_dmp_that_may_not_be_read_is_refused(dmp: Dmp, patient: str, who: str, code: str) -> None:
    assert dmp.find(vihf=dmp.direct(who, patient=dmp.named(patient))).fault[0] == code


def test_a_patient_without_dmp_is_unknown_to_the_registry(dmp: Dmp) -> None:
    vihf = dmp.direct(patient=dmp.named("fournier-ines"))
    assert dmp.find(vihf=vihf).errors == ["XDSUnknownPatientId"]
    assert dmp.read("1.2.3", vihf=vihf).errors == ["XDSUnknownPatientId"]


def test_bris_de_glace_needs_no_authorisation_but_stops_at_a_block(dmp: Dmp) -> None:
    unauthorised = dmp.direct(patient=dmp.named("blanc-nathalie"), purpose="bris_de_glace")
    assert dmp.find(vihf=unauthorised).status == 200
    assert dmp.find(vihf=dmp.direct(patient=dmp.named("mercier-alain"), purpose="bris_de_glace")).status == 500


def test_reading_before_the_existence_test_is_a_finding_and_still_answered(dmp: Dmp) -> None:
    assert dmp.find().status == 200
    assert dmp.findings() == ["DMP-ORDER"]
    dmp.test_existence(dmp.direct())
    dmp.find()
    assert dmp.findings() == []


def test_sessions_do_not_see_each_other(dmp: Dmp) -> None:
    dmp.feed(dmp.document())
    assert dmp.neighbour().find().text("//query:AdhocQueryResponse/@totalResultCount") == "0"
    assert dmp.find().text("//query:AdhocQueryResponse/@totalResultCount") == "1"


def test_an_unknown_session_is_a_soap_fault(dmp: Dmp) -> None:
    url = dmp.url("patients").replace(dmp.tenant.name, "nulle-part")
    response: httpx.Response = dmp.client().post(url, content=b"x")
    assert (response.status_code, opened(response).text("//s:Code/s:Value")) == (404, "soap:Sender")
