"""Every persona of the specification logs in (or cannot), with claims fit for the profession; own ones too."""

from __future__ import annotations

from typing import Any

import pytest
from support.psc import PscClient, hidden, returned

from lgo_sandbox.contract import Refusal
from lgo_sandbox.wire.jwt import unverified_claims

OWN = {"id": "lucie", "national_id": "899700099999", "family_name": "ESSAI", "given_name": "Lucie", "profession": "60"}

LOGINS = [
    ("titulaire", "21", "A", "", "SA33", 1),
    ("adjoint", "21", "D", "", "SA33", 1),
    ("remplacant", "21", "D", "", "SA33", 1),
    ("preparateur", "39", "", "", "SA33", 1),
    ("generaliste", "10", "", "SM26", "SA07", 1),
    ("hospitalier", "10", "", "SM16", "SA01", 1),
    ("infirmiere", "60", "", "", "SA07", 1),
    ("biologiste", "21", "G", "", "SA25", 1),
    ("deux-activites", "21", "D", "", "SA33", 2),
]


@pytest.mark.parametrize(("persona", "profession", "section", "expertise", "sector", "activities"), LOGINS)
def test_userinfo_is_right_for_the_profession(
    lgo: PscClient, persona: str, profession: str, section: str, expertise: str, sector: str, activities: int
) -> None:
    told = lgo.userinfo(lgo.tokens(login_hint=persona)["access_token"]).json()
    assert told["SubjectRole"] == [f"{profession}^1.2.250.1.213.1.1.5.5"]
    assert told["Secteur_Activite"] == f"{sector}^1.2.250.1.71.4.2.4"
    (exercise,) = told["SubjectRefPro"]["exercices"]
    assert (exercise["codeProfession"], exercise["codeSavoirFaire"]) == (profession, expertise)
    assert {one["codeSectionPharmacien"] for one in exercise["activities"]} == {section}
    assert len(exercise["activities"]) == activities
    assert told["otherIds"] == [{"identifiant": told["SubjectNameID"], "origine": "RPPS", "qualite": 1}]


def test_the_secretary_logs_in_by_card_with_the_minimal_identity(lgo: PscClient) -> None:
    page = lgo.http.get(lgo.authorize().headers["location"])
    form = {"csrf": hidden(page, "csrf"), "means": "CARD", "person": "secretaire"}
    back = lgo.http.post(str(page.url), data=form)
    tokens = lgo.exchange(returned(back)["code"]).json()
    assert unverified_claims(tokens["access_token"])["otherIds"][0]["origine"] != "RPPS"
    told = lgo.userinfo(tokens["access_token"]).json()
    assert set(told) == {"sub", "preferred_username", "codeCivilite", "given_name", "SubjectNameID", "family_name"}


def test_an_own_persona_logs_in_and_is_gone_when_taken_back(lgo: PscClient) -> None:
    added = lgo.resource("personas", "POST", OWN)
    assert (added["own"], added["ecps"], added["card"]) == (True, True, True)
    told = lgo.userinfo(lgo.tokens(login_hint="lucie")["access_token"]).json()
    assert (told["family_name"], told["SubjectRole"]) == ("ESSAI", ["60^1.2.250.1.213.1.1.5.5"])
    with pytest.raises(Refusal):
        lgo.resource("personas", "POST", OWN)
    lgo.resource("personas", "DELETE", tail="lucie")
    assert "lucie" not in [one["id"] for one in lgo.resource("personas")["personas"]]
    with pytest.raises(Refusal):
        lgo.resource("personas", "DELETE", tail="titulaire")


@pytest.mark.parametrize("body", [{}, {**OWN, "structure": "ailleurs"}, {**OWN, "surprise": 1}])
def test_a_wrong_persona_is_refused(lgo: PscClient, body: dict[str, Any]) -> None:
    with pytest.raises(Refusal) as refused:
        lgo.resource("personas", "POST", body)
    assert refused.value.status == 400


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (("ecps", "PUT", {"persona": "lune", "mode": "accept"}, ""), ("« lune »", "titulaire", "secretaire")),
        (("personas", "DELETE", None, "lune"), ("« lune »", "aucune")),
        (("clients", "DELETE", None, "lune"), ("« lune »", "lgo-demo", "lgo-api")),
        (("sessions", "DELETE", None, "lune"), ("« lune »", "aucune")),
    ],
    ids=lambda value: value[0] if isinstance(value, tuple) and len(value) == 4 else "",
)
def test_what_is_unknown_is_named_with_what_exists(
    lgo: PscClient, call: tuple[str, str, object, str], said: tuple[str, ...]
) -> None:
    name, method, body, tail = call
    with pytest.raises(Refusal) as refused:
        lgo.resource(name, method, body, tail)
    assert refused.value.status == 404
    assert [one for one in said if one not in str(refused.value)] == []
