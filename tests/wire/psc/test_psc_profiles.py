"""Every dated profile on the wire: the documents of the golden files, and whole days of the reference client."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from support.psc import CALLBACK, DEMO, TITULAIRE, PscClient, hidden, returned

from lgo_client.accounts import Accounts
from lgo_client.ciba import ciba_login
from lgo_client.clock import Workplace
from lgo_client.environment import OidcClient
from lgo_client.psc import ProSanteConnect
from lgo_sandbox.wire.jwt import unverified_claims
from psc_mock.codes.profiles import PROFILES

GOLDEN = Path(__file__).parents[2] / "golden" / "psc"


@pytest.fixture(params=list(PROFILES))
def profile(request: pytest.FixtureRequest, lgo: PscClient) -> str:
    name = str(request.param)
    lgo.tenant.option(psc__profile=name, psc__ecps="accept")
    return name


def golden(profile: str, name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((GOLDEN / profile / f"{name}.json").read_text(encoding="utf-8"))
    return found


def by_card(lgo: PscClient, persona: str) -> dict[str, Any]:
    """Log in on the page, by card, and return the tokens."""
    page = lgo.http.get(lgo.authorize().headers["location"])
    form = {"csrf": hidden(page, "csrf"), "means": "CARD", "person": persona}
    return dict(lgo.exchange(returned(lgo.http.post(str(page.url), data=form))["code"]).json())


def client_of(lgo: PscClient, workplace: Workplace | None = None) -> ProSanteConnect:
    return ProSanteConnect(lgo.http, lgo.tenant.url("psc"), OidcClient(*DEMO, (CALLBACK,)), workplace or Workplace())


def redirected(lgo: PscClient) -> Any:
    browser = lgo.browser()
    return lambda url, _redirect: str(browser.get(url).headers["location"])


def test_every_document_has_the_members_of_its_golden_file(lgo: PscClient, profile: str) -> None:
    discovery = lgo.http.get(f"{lgo.issuer}/.well-known/wallet-openid-configuration").json()
    assert list(discovery) == list(golden(profile, "discovery"))
    tokens = lgo.tokens()
    assert list(unverified_claims(tokens["access_token"])) == list(golden(profile, "access-token-titulaire"))
    assert list(unverified_claims(tokens["id_token"])) == list(golden(profile, "id-token-titulaire"))
    assert tokens["session_state"] == unverified_claims(tokens["id_token"])["sid"]
    assert lgo.userinfo(tokens["access_token"]).json() == golden(profile, "userinfo-titulaire")


def test_the_secretary_is_told_as_her_golden_file_says(lgo: PscClient, profile: str) -> None:
    tokens = by_card(lgo, "secretaire")
    told = lgo.userinfo(tokens["access_token"]).json()
    assert told == golden(profile, "userinfo-secretaire")
    assert unverified_claims(tokens["id_token"])["sub"] == told["sub"]
    if profile == "2026":
        claims = unverified_claims(tokens["access_token"])
        assert claims["PSISubjectNameID"] == told["PSISubjectNameID"] != ""


def test_the_reference_client_works_a_whole_day(lgo: PscClient, profile: str) -> None:
    passed = [0.0]
    client, accounts = client_of(lgo, Workplace(stopwatch=lambda: passed[0])), Accounts()
    web = client.login(redirected(lgo), hint="titulaire")
    account = accounts.matched(web.userinfo())
    first, passed[0] = web.access_token(), 110.0
    lgo.tenant.move(seconds=110)
    token = web.access_token()
    assert token != first
    assert web.userinfo()["SubjectNameID"] == TITULAIRE
    assert lgo.introspect(token).json()["active"] is True
    web.logout()
    assert lgo.introspect(token, DEMO).json() == {"active": False}
    ciba = ciba_login(client, TITULAIRE, lambda _digits: None, sleep=lambda s: lgo.tenant.move(seconds=s))
    assert accounts.matched(ciba.userinfo()).login == account.login
    ciba.logout()
    assert lgo.findings() == []


def test_a_token_of_an_api_is_exchanged_refreshed_and_introspected(lgo: PscClient, profile: str) -> None:
    http = lgo.with_certificate()
    tokens = lgo.mtls_tokens(http)
    api = lgo.exchange_for_api(http, tokens["access_token"]).json()
    form = {"grant_type": "refresh_token", "client_id": "lgo-mtls", "refresh_token": api["refresh_token"]}
    renewed = http.post(lgo.api("token"), data=form).json()
    asked = {"token": renewed["access_token"]}
    answer = http.post(lgo.api("token/introspect"), data=asked, auth=("insi", "secret-insi")).json()
    assert (answer["active"], answer["SubjectNameID"]) == (True, TITULAIRE)
    assert answer["sub"] == unverified_claims(tokens["access_token"])["sub"]


def test_an_account_survives_the_change_of_profile_between_two_log_ins(lgo: PscClient) -> None:
    lgo.tenant.option(psc__ecps="accept")
    accounts, subs = Accounts(), set()
    for name in PROFILES:
        lgo.tenant.option(psc__profile=name)
        session = client_of(lgo).login(redirected(lgo), hint="titulaire")
        subs.add(accounts.matched(session.userinfo()).sub)
        session.logout()
    assert (len(accounts.known), len(subs)) == (1, 2)
    assert lgo.findings() == []


@pytest.mark.parametrize(("environment", "expected"), [("BAS", "eidas1"), ("production", "eidas2")])
def test_a_card_in_production_raises_the_level_in_2026(lgo: PscClient, environment: str, expected: str) -> None:
    lgo.tenant.option(psc__profile="2026", psc__environment=environment)
    tokens = by_card(lgo, "titulaire")
    assert {unverified_claims(tokens[name])["acr"] for name in ("access_token", "id_token")} == {expected}
    assert lgo.introspect(tokens["access_token"]).json()["acr"] == expected


def test_one_document_can_be_set_apart(lgo: PscClient) -> None:
    apart = {"psc__userinfo": "2023", "psc__discovery": "2023", "psc__acr": "absent"}
    lgo.tenant.option(psc__profile="2026", psc__ecps="accept", **apart)
    back = returned(lgo.authorize(login_hint="titulaire"))
    assert "iss" not in back
    tokens = lgo.exchange(back["code"]).json()
    claims, told = unverified_claims(tokens["access_token"]), lgo.userinfo(tokens["access_token"]).json()
    assert "acr" not in claims
    assert told["sub"] == claims["sub"]
    assert told["SubjectRefPro"]["codeCivilite"]


@pytest.mark.parametrize("name", ["sub-changed", "acr-eidas2", "claims-unknown"])
def test_a_fault_of_a_log_in_holds_in_all_that_it_says(lgo: PscClient, profile: str, name: str) -> None:
    usual = lgo.tokens()
    before = unverified_claims(usual["access_token"])
    lgo.userinfo(usual["access_token"])
    lgo.logout(usual)
    lgo.arm(name)
    tokens = lgo.tokens()
    first = unverified_claims(tokens["id_token"])
    lgo.refresh(tokens)
    after = unverified_claims(tokens["access_token"])
    told = lgo.userinfo(tokens["access_token"]).json()
    asked = lgo.introspect(tokens["access_token"]).json()
    assert first["sub"] == after["sub"] == told["sub"] == asked["sub"]
    assert (after["sub"] != before["sub"]) == (name == "sub-changed")
    assert (after["acr"] == "eidas2") == (first["acr"] == "eidas2") == (name == "acr-eidas2")
    for document in (first, after, told, asked):
        assert ("sandbox_texte" in document) == (name == "claims-unknown")
    lgo.logout(tokens)
    assert unverified_claims(lgo.tokens()["access_token"])["sub"] == before["sub"]


def test_a_change_of_profile_applies_to_new_log_ins_only(lgo: PscClient) -> None:
    lgo.tenant.option(psc__profile="2025")
    tokens = lgo.tokens()
    before = unverified_claims(tokens["access_token"])
    lgo.tenant.option(psc__profile="2026")
    assert lgo.userinfo(tokens["access_token"]).json()["sub"] == before["sub"]
    assert lgo.introspect(tokens["access_token"]).json()["sub"] == before["sub"]
    lgo.refresh(tokens)
    assert unverified_claims(tokens["id_token"])["sub"] == before["sub"]
    assert unverified_claims(tokens["access_token"]).keys() == before.keys()
    lgo.logout(tokens)
    assert unverified_claims(lgo.tokens()["access_token"])["sub"] != before["sub"]
    assert [one["profile"] for one in lgo.resource("sessions")["sessions"]] == ["2026", "2025"]


def test_a_token_of_an_api_keeps_the_profile_of_its_log_in(lgo: PscClient) -> None:
    lgo.tenant.option(psc__profile="2025")
    http = lgo.with_certificate()
    token = lgo.mtls_tokens(http)["access_token"]
    lgo.tenant.option(psc__profile="2026")
    told = lgo.exchange_for_api(http, token).json()
    auth = ("insi", "secret-insi")
    asked = lgo.http.post(lgo.api("token/introspect"), data={"token": told["access_token"]}, auth=auth).json()
    subjects = {unverified_claims(one)["sub"] for one in (token, told["access_token"])} | {asked["sub"]}
    assert len(subjects) == 1
