"""Each check of ApCV at the door: a client that breaks exactly its rule is told, a right one is not."""

from __future__ import annotations

import pytest
from support.apcv_door import ApcvDoor

from apcv_mock.service import SERVICE
from lgo_sandbox.watch.checks import Check

CLAIRE = "256036330091838"
Change = tuple[str, str]

BROKEN: dict[str, tuple[Change, ...]] = {
    "APCV-ADRESSAGE": (("<add:Action>urn:ApCV_AUTH:1.0.0:authentifierUtilisateurProximite</add:Action>", ""),),
    "APCV-VERSION": (('Req version="1.0"', 'Req version="2.0"'),),
    "APCV-SCHEMA": (("<ProfessionnelSante>", "<Lecteur>1</Lecteur><ProfessionnelSante>"),),
    "APCV-LPS": (("<lps:Nom>urn:lps:essai", "<lps:Nom>essai"),),
    "APCV-SPECIALITE": (("<CodeSpecialiteAMO>50<", "<CodeSpecialiteAMO>PH<"),),
    "APCV-FACTURATION": (("0B0990017</IdentifiantFacturation>", "0B0990025</IdentifiantFacturation>"),),
    "APCV-DONNEES": (("<Donnees>", "<Donnees>\n  "), ("</Donnees>", "\n</Donnees>")),
}
"""Check → what in a right authentication is changed."""
ELSEWHERE = {
    "APCV-TYPE-MIME",
    "APCV-CPS",
    "APCV-CPS-SIGNATURE",
    "APCV-DETRUIRE",
    "APCV-BENEFICIAIRE",
    "APCV-FSE",
}


@pytest.mark.parametrize("check", BROKEN)
def test_a_client_that_breaks_one_rule_is_told_of_it_alone(door: ApcvDoor, check: str) -> None:
    answer = door.open(door.code("ald"), None, *BROKEN[check])
    assert answer.status_code == 200, answer.text
    (finding,) = door.findings()
    assert (finding.check_id, bool(finding.where), bool(finding.remedy)) == (check, True, True)
    assert finding.received != finding.expected


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ((' Version="01_00"', ' Version="1"'), "ContexteLPS/@Version"),
        (("<lps:Id>a1</lps:Id>", "<lps:Id></lps:Id>"), "ContexteLPS/Id"),
        (("<lps:Emetteur>899700090014</lps:Emetteur>", ""), "ContexteLPS/Emetteur"),
    ],
)
def test_what_lacks_in_the_context_is_named(door: ApcvDoor, changes: Change, where: str) -> None:
    assert door.open(door.code("ald"), None, changes).status_code == 200
    assert [(finding.check_id, finding.where) for finding in door.findings()] == [("APCV-LPS", where)]


def test_the_time_of_the_context_is_that_of_the_call(door: ApcvDoor) -> None:
    from support.apcv_door import AUTH, enveloped

    body = f'<RestituerContexteApCVReq version="1.0" xmlns="{AUTH}"/>'
    door.opened("ald")
    for when in ("2020-01-01T00:00:00Z", "2026-11-28T15:00:00"):
        door.post(enveloped("restituerContexteApCV", body, door.security(), when))
    assert [(finding.check_id, finding.where) for finding in door.findings()] == [("APCV-LPS", "ContexteLPS/Temps")] * 2


def test_another_media_type_is_told(door: ApcvDoor) -> None:
    from support.apcv_door import AUTH, enveloped

    door.opened("ald")
    written = enveloped(
        "restituerContexteApCV", f'<RestituerContexteApCVReq version="1.0" xmlns="{AUTH}"/>', door.security()
    )
    assert door.post(written, headers={"content-type": "text/xml"}).status_code == 200
    assert [finding.check_id for finding in door.findings()] == ["APCV-TYPE-MIME"]


def test_an_old_signature_of_a_card_is_taken_and_told(door: ApcvDoor) -> None:
    from support.insi_requests import assertion, signed_with_sha1

    card = signed_with_sha1(assertion("899700090014"), door.doors.card("titulaire"))
    assert door.open(door.code("ald"), card).status_code == 200
    assert [finding.check_id for finding in door.findings()] == ["APCV-CPS-SIGNATURE"]


def test_a_beneficiary_whom_the_context_did_not_tell_is_told(door: ApcvDoor) -> None:
    context = door.opened("ald")
    assert door.sign(context, CLAIRE, "292066311392149").status_code == 200
    (finding,) = door.findings()
    assert (finding.check_id, finding.expected) == ("APCV-BENEFICIAIRE", CLAIRE)
    assert door.sign(context, CLAIRE, "292066311392100").status_code == 200
    assert "la clé est fausse" in door.findings()[-1].received


def test_a_bill_declared_with_apcv_was_signed_in_its_context(door: ApcvDoor) -> None:
    context = door.opened("ald")
    door.sign(context, CLAIRE, CLAIRE)
    assert door.resource("fse", "POST", {"apcv": True, "contexte": context, "numero": "1"}).status_code == 200
    door.restore()
    assert door.findings() == []
    door.resource("fse", "POST", {"apcv": True, "contexte": "autre", "numero": "2"})
    door.resource("fse", "POST", {"apcv": False, "numero": "3"})
    door.restore()
    door.restore()
    (finding,) = door.findings()
    assert (finding.check_id, "FSE « 2 »" in finding.received) == ("APCV-FSE", True)
    told = door.resource("fse").json()
    assert (told["total"], told["avec_apcv"], told["sans_apcv"]) == (3, 2, 1)


def test_a_marker_declares_a_bill_as_the_resource_does(door: ApcvDoor) -> None:
    door.mark("FSE émise", "7", apcv="oui")
    door.opened("ald")
    assert [finding.check_id for finding in door.findings()] == ["APCV-FSE"]
    assert door.resource("fse").json()["part"] == 1.0


def test_every_check_is_broken_by_a_test_here_or_in_the_neighbours() -> None:
    checks: tuple[Check[object], ...] = SERVICE.checks
    assert {check.id for check in checks} == BROKEN.keys() | ELSEWHERE


def test_a_right_day_keeps_the_rules_that_it_meets(door: ApcvDoor) -> None:
    context = door.opened("ald")
    door.sign(context, CLAIRE, CLAIRE)
    door.destroy(context)
    assert door.findings() == []
    seen = door.tenant.do(lambda session: session.journal.observations())
    kept = {one.check_id for one in seen if one.passed}
    assert kept == {check.id for check in SERVICE.checks} - {"APCV-FSE"}
