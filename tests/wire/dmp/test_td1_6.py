"""TD1.6 over real sockets: who is authorised, who is blocked, since when."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from support.dmp_door import Dmp
from support.dmp_services import authorise, authorised, doctor, told

FROM_THE_START = "20260101080000"

BREAKS: dict[str, Callable[[Dmp], object]] = {"DMP-AUTHORISED-FORM": lambda dmp: authorised(dmp, None)}


def test_the_officine_and_the_medecin_traitant_are_listed_with_their_dates(dmp: Dmp) -> None:
    reply = authorised(dmp)
    assert told(reply, "status") == ["DMPOk"]
    assert told(reply, "context") == [""]
    lines = {line.findtext("{*}nationalId"): line for line in reply.root.iter("{*}listOfAuthorizationByPatient")}
    treating = lines[dmp.persona("generaliste").national_id]
    assert {child.tag.partition("}")[2]: child.text for child in treating} == {
        "nationalId": dmp.persona("generaliste").national_id,
        "nationalIdType": "1.2.250.1.71.4.2.1",
        "firstName": dmp.persona("generaliste").given_name,
        "lastName": dmp.persona("generaliste").family_name,
        "codeSpeciality": "G15_10/SM26",
        "libSpeciality": dmp.persona("generaliste").label,
        "startOfAuthorization": FROM_THE_START,
        "lastActionDate": FROM_THE_START,
        "mode": "ACTIVE",
        "specificRight": "MEDECIN_TRAITANT",
    }
    assert dmp.persona("adjoint").national_id in lines
    assert dmp.findings() == []


@pytest.mark.parametrize(("mode", "blocked", "active"), [("ACTIVE", 0, 1), ("INTERDITE", 1, 0), ("TOUTE", 1, 1)])
def test_each_mode_lists_its_own(dmp: Dmp, mode: str, blocked: int, active: int) -> None:
    vihf = dmp.direct("adjoint", patient=dmp.named("mercier-alain"))
    found = told(authorised(dmp, mode, vihf), "nationalId")
    assert found.count(dmp.persona("titulaire").national_id) == blocked
    assert found.count(dmp.persona("adjoint").national_id) == active


def test_dates_are_those_of_the_sessions_clock(dmp: Dmp) -> None:
    vihf = doctor(dmp, "medecin-voisine")
    dmp.configure(vihf_skew_seconds="3600")
    before = dmp.do(lambda: dmp.session.clock.age()).strftime("%Y%m%d%H%M%S")
    authorise(dmp, vihf)
    line = next(
        line
        for line in authorised(dmp, vihf=vihf).root.iter("{*}listOfAuthorizationByPatient")
        if line.findtext("{*}nationalId") == vihf.who.national_id
    )
    started, acted = line.findtext("{*}startOfAuthorization", ""), line.findtext("{*}lastActionDate", "")
    after = datetime.now(UTC).strftime("%Y%m%d%H%M%S")
    assert before <= started <= acted <= after


def test_without_a_mode_all_are_listed_and_that_is_remarked(dmp: Dmp) -> None:
    assert told(authorised(dmp, None), "status") == ["DMPOk"]
    (finding,) = dmp.exchanges()[0].findings
    assert (finding.check_id, finding.received) == ("DMP-AUTHORISED-FORM", "absent, lu comme TOUTE")


def test_another_mode_is_refused(dmp: Dmp) -> None:
    assert authorised(dmp, "EXPIREE").fault[1] == "Requête invalide : mode EXPIREE"
    assert dmp.exchanges()[0].findings[0].expected == "ACTIVE ou INTERDITE ou TOUTE"


@pytest.mark.parametrize("purpose", ["bris_de_glace", "centre_15"])
def test_an_emergency_does_not_ask_who_reads(dmp: Dmp, purpose: str) -> None:
    assert authorised(dmp, vihf=dmp.direct(purpose=purpose)).fault[0] == "soap:DMPAccessDeniedByRightsService"


def test_whom_the_patient_has_blocked_does_not_read_the_list(dmp: Dmp) -> None:
    vihf = dmp.direct(patient=dmp.named("mercier-alain"))
    assert authorised(dmp, vihf=vihf).fault[1] == "Accès refusé : professionnel bloqué par le patient"
