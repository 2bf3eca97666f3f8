"""TD0.3 over real sockets: who lets himself in, who leaves, and what others see of it at once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from support.dmp_door import Dmp
from support.dmp_messages import Reply
from support.dmp_services import HABILITATIONS, SET, authorise, authorised, dmps, doctor, told
from support.dmp_vihf import Vihf, coded

ROLE = "urn:oasis:names:tc:xacml:2.0:subject:role"
CLOSED, ABSENT, BLOCKED = "roux-gerard", "fournier-ines", "mercier-alain"
DENIED = "soap:DMPAccessDeniedByRightsService"


def _opposed(dmp: Dmp) -> None:
    dmp.mark("opposition à la consultation", dmp.named("moreau-etienne"))
    authorise(dmp, _unauthorised(dmp, "moreau-etienne"))


def _unqualified(dmp: Dmp) -> Reply:
    body = f'<a:setAuthorization xmlns:a="{HABILITATIONS}"><action>AJOUT</action></a:setAuthorization>'
    return dmp.call("habilitations", SET, body, _unauthorised(dmp))


BREAKS: dict[str, Callable[[Dmp], object]] = {
    "DMP-AUTHORISATION": authorise,
    "DMP-AUTHORISATION-FORM": _unqualified,
    "DMP-AUTHORISATION-OPPOSITION": _opposed,
}


def _unauthorised(dmp: Dmp, patient: str = "blanc-nathalie") -> Vihf:
    return dmp.direct(patient=dmp.named(patient))


def _authorisation(dmp: Dmp, vihf: Vihf) -> str:
    return dmp.test_existence(vihf).text("//h:attentionLine[h:keyWordText/@code='AUTORISATION']/h:value/@code")


def test_an_authorisation_is_told_by_td0_2_and_opens_the_documents_at_once(dmp: Dmp) -> None:
    vihf = _unauthorised(dmp)
    assert _authorisation(dmp, vihf) == "INEXISTANTE"
    assert dmp.find(vihf=vihf).fault[0] == DENIED
    reply = authorise(dmp, vihf)
    assert (told(reply, "status"), told(reply, "context")) == (["DMPOk"], [""])
    assert reply.text("//wsa:Action") == f"{SET}Response"
    assert dmp.findings() == []
    assert _authorisation(dmp, vihf) == "VALIDE"
    assert dmp.find(vihf=vihf).status == 200


def test_an_authorisation_is_listed_by_td0_4_and_td1_6(dmp: Dmp) -> None:
    vihf = _unauthorised(dmp)
    authorise(dmp, vihf)
    assert vihf.patient in told(dmps(dmp), "nationalId")
    assert vihf.who.national_id in told(authorised(dmp, "ACTIVE", vihf), "nationalId")


def test_an_authorisation_that_is_there_is_told_so_and_changes_nothing(dmp: Dmp) -> None:
    reply = authorise(dmp)
    assert told(reply, "status") == ["DMPOk"]
    assert told(reply, "context") == ["Autorisation déjà présente aucune action effectuée"]
    assert "x-simulation" not in reply.http.headers
    assert dmp.findings() == ["DMP-AUTHORISATION"]


def test_whoever_leaves_reads_no_more(dmp: Dmp) -> None:
    vihf = dmp.direct()
    assert told(authorise(dmp, vihf, "SUPPRESSION"), "status") == ["DMPOk"]
    assert _authorisation(dmp, vihf) == "INEXISTANTE"
    assert dmp.find(vihf=vihf).fault[0] == DENIED
    again = authorise(dmp, vihf, "SUPPRESSION")
    assert again.http.headers["x-simulation"] == "DMP-CODE-NON-PUBLIC"
    assert dmp.findings() == ["DMP-AUTHORISATION"]


@pytest.mark.parametrize("action", ["AJOUT", "SUPPRESSION"])
def test_whom_the_patient_has_blocked_neither_enters_nor_unblocks_himself(dmp: Dmp, action: str) -> None:
    vihf = _unauthorised(dmp, BLOCKED)
    assert authorise(dmp, vihf, action).fault == (DENIED, "Accès refusé : professionnel bloqué par le patient")
    assert dmp.findings() == ["DMP-RIGHTS"]
    assert _authorisation(dmp, vihf) == "INTERDITE"


@pytest.mark.parametrize(("patient", "code"), [(CLOSED, "soap:DMPClosed"), (ABSENT, "soap:XDSUnknownPatientId")])
def test_there_is_no_authorisation_without_an_open_dmp(dmp: Dmp, patient: str, code: str) -> None:
    assert authorise(dmp, _unauthorised(dmp, patient)).fault[0] == code
    assert dmp.exchanges()[0].findings


def test_a_doctor_becomes_medecin_traitant_and_lays_it_down(dmp: Dmp) -> None:
    vihf = doctor(dmp, "medecin-voisine")
    assert authorise(dmp, vihf, role="MEDECIN_TRAITANT").status == 200
    treating = "//h:attentionLine[h:keyWordText/@code='STATUT_MT']/h:value/@value"
    assert dmp.test_existence(vihf).text(treating) == "true"
    listed = authorised(dmp, "ACTIVE", vihf)
    assert told(listed, "specificRight") == ["MEDECIN_TRAITANT"]
    assert authorise(dmp, vihf, "SUPPRESSION", "MEDECIN_TRAITANT").status == 200
    assert dmp.findings() == []
    reply = dmp.test_existence(vihf)
    assert (reply.text(treating), _authorisation(dmp, vihf)) == ("false", "VALIDE")


@pytest.mark.parametrize(("who", "action"), [("titulaire", "AJOUT"), ("medecin-voisine", "SUPPRESSION")])
def test_that_role_is_the_doctors(dmp: Dmp, who: str, action: str) -> None:
    vihf = dmp.direct() if who == "titulaire" else doctor(dmp, who)
    assert authorise(dmp, vihf, action, "MEDECIN_TRAITANT").fault == (DENIED, "Accès refusé : role MEDECIN_TRAITANT")
    assert dmp.findings() == ["DMP-RIGHTS"]


@pytest.mark.parametrize("purpose", ["bris_de_glace", "centre_15"])
def test_an_emergency_gives_no_authorisation(dmp: Dmp, purpose: str) -> None:
    assert authorise(dmp, dmp.direct(purpose=purpose)).fault[0] == DENIED


def test_a_software_alone_gives_none_either(dmp: Dmp) -> None:
    assert authorise(dmp, dmp.indirect()).fault[0] == DENIED


def test_what_a_secretary_sets_holds_for_the_structure(dmp: Dmp) -> None:
    secretary = coded("Role", "SECRETARIAT_MEDICAL", "1.2.250.1.213.1.1.4.6")
    patient = dmp.named("blanc-nathalie")
    cpe = replace(dmp.direct("titulaire", patient=patient), extra={ROLE: secretary})
    assert authorise(dmp, cpe).status == 200
    assert _authorisation(dmp, dmp.direct("adjoint", patient=patient)) == "VALIDE"
    assert authorise(dmp, cpe, "SUPPRESSION").fault[0] == DENIED


@pytest.mark.parametrize(
    ("action", "role", "received"),
    [(None, None, "absente"), ("RETRAIT", None, "RETRAIT"), ("AJOUT", "PHARMACIEN", "PHARMACIEN")],
)
def test_a_wrong_word_is_refused_with_those_that_are_right(
    dmp: Dmp, action: str | None, role: str | None, received: str
) -> None:
    assert authorise(dmp, action=action, role=role).fault[1].startswith("Requête invalide")
    (finding,) = dmp.exchanges()[0].findings
    assert (finding.check_id, finding.received) == ("DMP-TRANSPORT", received)
    assert "AJOUT" in finding.expected or "MEDECIN_TRAITANT" in finding.expected


def test_the_action_of_the_description_is_taken_and_told(dmp: Dmp) -> None:
    assert authorise(dmp, _unauthorised(dmp), wsa_action="urn:hl7-org:v3:setAuthorization").status == 200
    assert dmp.findings() == ["DMP-ACTION-WSDL"]
