"""The four operations of ApCV at the door: a context's life, its refusals, each with its finding."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import httpx
import pytest
from support.apcv_door import ApcvDoor, texts_of

MOULIN, LAMBERT, SOPHIE = "285046311395040", "182086311395109", "283123818592765"


def test_a_right_client_opens_signs_restores_and_destroys_without_a_finding(door: ApcvDoor) -> None:
    answer = door.open(door.code("deux-enfants"))
    (context,) = texts_of(answer, "Identifiant")
    assert answer.headers["x-simulation"] == "APCV-REPONSE-NON-PUBLIQUE"
    assert b'simulation="SIMULE"' in answer.content
    assert texts_of(answer, "Prenom") == ["CELINE", "HUGO", "ALBA"]
    assert texts_of(door.restore(), "Identifiant") == [context]
    signed = door.sign(context, MOULIN, MOULIN)
    assert len(texts_of(signed, "Valeur")[0]) == 64
    assert texts_of(door.destroy(context), "Etat") == ["DETRUIT"]
    assert door.findings() == []
    (told,) = door.resource("contexts").json()
    assert (told["etat"], told["signatures"]) == ("détruit", [{"fse": "q83vEjRWeJA=", "dre": ""}])


def test_the_end_of_a_context_is_told_in_fourteen_digits(door: ApcvDoor) -> None:
    (end,) = texts_of(door.open(door.code("ald")), "DateFinValidite")
    assert (len(end), end.isdigit()) == (14, True)


@pytest.mark.parametrize(
    ("persona", "coverages", "certified", "contracts"),
    [
        ("assuree", ["DROIT_COMMUN"], 1, 1),
        ("ald", ["ALD", "DROIT_COMMUN"], 1, 1),
        ("css", ["CSS", "DROIT_COMMUN"], 1, 0),
        ("at-mp", ["AT_MP", "DROIT_COMMUN"], 1, 1),
        ("sans-complementaire", ["DROIT_COMMUN"], 1, 0),
        ("ins-non-certifie", ["DROIT_COMMUN"], 0, 1),
        ("droits-echus", [], 1, 1),
        ("paoli-ghjulia", ["DROIT_COMMUN"], 1, 1),
    ],
)
def test_each_persona_gives_what_its_card_says(
    door: ApcvDoor, persona: str, coverages: list[str], certified: int, contracts: int
) -> None:
    answer = door.open(door.code(persona))
    assert texts_of(answer, "Couverture") == coverages
    assert len(texts_of(answer, "NIRCertifie")) == certified
    assert len(texts_of(answer, "ContratAMC")) == contracts


def test_twins_differ_by_their_rank_and_a_spouse_has_the_number_of_the_assure(door: ApcvDoor) -> None:
    twins = door.open(door.code("jumeaux"))
    assert (texts_of(twins, "Prenom"), texts_of(twins, "RangNaissance")) == (
        ["YANN", "JULES", "JULIEN"],
        ["1", "1", "2"],
    )
    spouse = door.open(door.code("conjointe"))
    assert (texts_of(spouse, "NIRAssure"), texts_of(spouse, "NIRCertifie")) == ([LAMBERT[:13]], [SOPHIE[:13]])
    assert texts_of(spouse, "Qualite") == ["conjoint"]


def test_a_code_serves_once_and_not_after_its_seconds(door: ApcvDoor) -> None:
    code, stale = door.code("ald"), door.code("css")
    assert door.open(code).status_code == 200
    assert b"apcv_simule_code_utilise" in door.open(code).content
    door.tenant.move(seconds=31)
    assert b"apcv_simule_code_perime" in door.open(stale).content
    used, old = (finding for finding in door.findings() if finding.check_id == "APCV-REFUS")
    assert used.where == old.where == "AuthentifierUtilisateurProximiteReq/Donnees"
    assert "30 s au plus" in old.expected
    door.tenant.option(apcv__code_use="many", apcv__code_seconds="300")
    assert door.open(code).status_code == door.open(stale).status_code == 200


def test_of_two_officines_that_present_one_code_at_once_one_opens_a_context(door: ApcvDoor) -> None:
    code, card = door.code("ald"), door.security()
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: door.open(code, card).status_code, range(8)))
    assert sorted(answers) == [200, *[500] * 7]


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("", "apcv_simule_code_inconnu"),
        ("APCV-SIMU:ald:1:ABCDEF:000000000000000000000000", "apcv_simule_code_inconnu"),
        ("EPU-SIMU:99SIMU0000000001OK", "apcv_simule_code_inconnu"),
        ("APCV-SIMU:INCONNU", "apcv_simule_code_inconnu"),
        ("APCV-SIMU:PERIME", "apcv_simule_code_perime"),
        ("APCV-SIMU:UTILISE", "apcv_simule_code_utilise"),
        ("é" * 5000, "apcv_simule_code_inconnu"),
    ],
)
def test_a_text_that_no_phone_shows_is_refused(door: ApcvDoor, text: str, error: str) -> None:
    answer = door.open(text)
    assert (answer.status_code, error.encode() in answer.content) == (500, True)
    assert answer.headers["x-simulation"] == "APCV-CODE-NON-PUBLIC"
    (finding,) = door.findings()
    assert (finding.check_id, finding.where) == ("APCV-REFUS", "AuthentifierUtilisateurProximiteReq/Donnees")
    assert finding.received
    assert finding.remedy


def test_a_code_of_another_session_is_unknown(door: ApcvDoor) -> None:
    assert b"apcv_simule_code_inconnu" in door.open(door.doors.door().code("ald")).content


def test_an_outage_by_a_code_or_by_a_fault_blames_nobody(door: ApcvDoor) -> None:
    assert b"apcv_simule_indisponible" in door.open("APCV-SIMU:PANNE").content
    assert [finding.check_id for finding in door.findings()] == ["SANDBOX-PANNE"]


def test_a_phone_of_a_child_or_of_nobody_insured_opens_nothing(door: ApcvDoor) -> None:
    for persona in ("moins-de-16-ans", "sans-matricule"):
        assert b"apcv_simule_code_inconnu" in door.open(door.code(persona)).content


def test_without_a_card_the_call_is_refused_or_by_option_tells_no_right(door: ApcvDoor) -> None:
    assert b"apcv_simule_cps_absente" in door.open(door.code("ald"), "").content
    door.tenant.option(apcv__without_cps="administrative")
    answer = door.open(door.code("ald"), "")
    assert (texts_of(answer, "Prenom"), texts_of(answer, "Couverture")) == (["CLAIRE"], [])
    (context,) = texts_of(answer, "Identifiant")
    assert b"apcv_simule_cps_absente" in door.sign(context, "256036330091838", security="").content
    assert [finding.check_id for finding in door.findings()] == ["APCV-REFUS", "APCV-CPS", "APCV-REFUS"]


@pytest.mark.parametrize(
    ("who", "changes", "issued", "told"),
    [
        ("titulaire", ("899700090014", "899700090022"), {}, "contenu changé"),
        ("titulaire", None, {"kind": "cps-auth"}, "authentification de professionnel"),
        ("titulaire", None, {"variant": "expired"}, "expiré le"),
        ("titulaire", None, {"variant": "wrongca"}, "signé par"),
        ("titulaire", ("ds:SignatureValue>", "ds:Signature>"), {}, ""),
    ],
)
def test_a_bad_assertion_is_refused_and_explained(
    door: ApcvDoor, who: str, changes: tuple[str, str] | None, issued: dict[str, str], told: str
) -> None:
    card = door.security(who, **issued)
    if changes is not None:
        assert changes[0] in card
        card = card.replace(*changes)
    answer = door.open(door.code("ald"), card)
    assert answer.status_code == 500
    (finding,) = door.findings()
    assert told in finding.received
    assert finding.remedy


def test_an_assertion_of_somebody_else_or_of_yesterday_is_refused(door: ApcvDoor) -> None:
    old = door.open(door.code("ald"), door.security(age=timedelta(hours=2)))
    assert b"apcv_simule_assertion" in old.content
    assert "60 dernières minutes" in door.findings()[-1].expected


def test_a_context_ends_by_the_clock_and_belongs_to_who_opened_it(door: ApcvDoor) -> None:
    context = door.opened("ald")
    other = door.security("adjoint")
    assert b"apcv_simule_contexte_inconnu" in door.destroy(context, other).content
    assert b"apcv_simule_aucun_contexte" in door.restore(other).content
    card = door.security()
    door.tenant.move(minutes=59)
    assert door.restore(card).status_code == 200
    door.tenant.move(minutes=2)
    assert b"apcv_simule_assertion" in door.restore(card).content
    assert b"apcv_simule_contexte_perime" in door.sign(context, "256036330091838").content
    assert b"apcv_simule_aucun_contexte" in door.restore().content
    assert "périmé" in door.findings()[-1].received


def test_a_destroyed_context_is_neither_signed_in_nor_destroyed_again(door: ApcvDoor) -> None:
    context = door.opened("ald")
    assert door.destroy(context).status_code == 200
    assert b"apcv_simule_contexte_detruit" in door.destroy(context).content
    assert b"apcv_simule_contexte_detruit" in door.sign(context, "256036330091838").content
    assert [finding.where for finding in door.findings()] == ["ContexteApCV/Identifiant"] * 2


def test_the_last_context_is_given_back_or_by_option_all(door: ApcvDoor) -> None:
    first, second = door.opened("ald"), door.opened("css")
    assert texts_of(door.restore(), "Identifiant") == [second]
    door.tenant.option(apcv__restored="all")
    assert set(texts_of(door.restore(), "Identifiant")) == {first, second}
    assert [finding.check_id for finding in door.findings()] == ["APCV-DETRUIRE"]


def test_a_bill_of_another_assure_or_without_digest_is_not_signed(door: ApcvDoor) -> None:
    context = door.opened("conjointe")
    refused = door.sign(context, SOPHIE, SOPHIE)
    assert b"apcv_simule_nir" in refused.content
    (finding,) = door.findings()
    assert (finding.expected, f"« {LAMBERT[:13]} »" in finding.remedy) == (f"« {LAMBERT} », l'assuré du contexte", True)
    assert door.sign(context, LAMBERT, SOPHIE).status_code == 200


def test_insi_finds_whom_the_phone_tells_of(door: ApcvDoor) -> None:
    from support.insi_requests import asking

    from insi_mock.domain import CardRequest, Traits

    answer = door.open(door.code("jumeaux"))
    holder = texts_of(answer, "NIRAssure")[0]
    dates, ranks = texts_of(answer, "DateNaissance"), texts_of(answer, "RangNaissance")
    names, places = texts_of(answer, "NomFamille"), texts_of(answer, "LieuNaissance")
    lists, sexes = texts_of(answer, "ListePrenoms"), texts_of(answer, "Sexe")
    for number in range(3):
        by_card = CardRequest(holder=holder, birth_date=dates[number], rank=ranks[number])
        by_traits = Traits(names[number], lists[number].split()[0], sexes[number], dates[number], places[number])
        for asked in (by_card, by_traits):
            found = _insi(door, asking(asked))
            assert (texts_of(found, "CodeCR"), texts_of(found, "ListePrenom")) == (["00"], [lists[number]])
            assert texts_of(found, "NumIdentifiant") == [texts_of(answer, "NIRCertifie")[number]]


def _insi(door: ApcvDoor, body: str) -> httpx.Response:
    url = door.tenant.url("insi", tls=False) + "/lps"
    return httpx.post(url, content=body, headers={"content-type": "application/soap+xml"}, trust_env=False)
