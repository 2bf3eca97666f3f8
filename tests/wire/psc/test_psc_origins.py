"""Calls from pages of other sites: what a browser may read, what it may not, and what is told of it."""

from __future__ import annotations

import httpx
import pytest
from support.psc import CALLBACK, DEMO, PscClient

HOSTILE = "https://voleur.example"
OWN = "http://127.0.0.1:8765"
ALLOW, CREDENTIALS = "access-control-allow-origin", "access-control-allow-credentials"
PROGRAMS = ("token", "token/introspect", "userinfo", "revoke", "ext/ciba/auth", "ext/par/request")


def asked_before(lgo: PscClient, name: str, origin: str) -> httpx.Response:
    headers = {"Origin": origin, "Access-Control-Request-Method": "POST"}
    return lgo.http.options(lgo.protocol(name), headers=headers)


def exchanged(lgo: PscClient, origin: str, auth: tuple[str, str] = DEMO) -> httpx.Response:
    form = {"grant_type": "authorization_code", "code": lgo.code(), "redirect_uri": CALLBACK}
    return lgo.http.post(lgo.protocol("token"), data=form, auth=auth, headers={"Origin": origin})


@pytest.mark.parametrize("origin", [OWN, HOSTILE, "null"])
@pytest.mark.parametrize("path", [".well-known/wallet-openid-configuration", "protocol/openid-connect/certs"])
def test_discovery_and_keys_are_open_to_any_page_and_carry_no_credentials(
    lgo: PscClient, path: str, origin: str
) -> None:
    answer = lgo.http.get(f"{lgo.issuer}/{path}", headers={"Origin": origin})
    assert (answer.status_code, answer.headers[ALLOW]) == (200, "*")
    assert CREDENTIALS not in answer.headers
    before = lgo.http.options(f"{lgo.issuer}/{path}", headers={"Origin": origin})
    assert (before.status_code, before.headers[ALLOW]) == (200, "*")
    assert CREDENTIALS not in before.headers
    assert lgo.findings() == []


@pytest.mark.parametrize("origin", [HOSTILE, "null", f"{OWN}.voleur.example", "https://127.0.0.1:8765"])
@pytest.mark.parametrize("name", PROGRAMS)
def test_an_unknown_origin_gets_an_answer_before_its_call_that_allows_nothing(
    lgo: PscClient, name: str, origin: str
) -> None:
    answer = asked_before(lgo, name, origin)
    assert answer.status_code == 200
    assert ALLOW not in answer.headers
    assert CREDENTIALS not in answer.headers
    (finding,) = lgo.findings()
    assert finding.check_id == "PSC-TOK-14"
    assert origin in finding.received
    assert "serveur du logiciel" in finding.remedy


def test_an_origin_of_a_redirect_address_may_call_and_read_and_is_told_to_use_a_server(lgo: PscClient) -> None:
    before = asked_before(lgo, "token", OWN)
    assert (before.headers[ALLOW], before.headers["vary"]) == (OWN, "Origin")
    assert "POST" in before.headers["access-control-allow-methods"]
    assert "Authorization" in before.headers["access-control-allow-headers"]
    answer = exchanged(lgo, OWN)
    assert answer.status_code == 200
    assert (answer.headers[ALLOW], answer.headers["vary"]) == (OWN, "Origin")
    token = answer.json()["access_token"]
    told = lgo.http.get(lgo.protocol("userinfo"), headers={"Authorization": f"Bearer {token}", "Origin": OWN})
    assert told.headers[ALLOW] == OWN
    assert lgo.reproaches() == {"PSC-TOK-12", "PSC-TOK-14"}
    pages = [one for one in lgo.findings() if one.check_id == "PSC-TOK-12"]
    assert [one.title for one in pages] == ["PSC s'appelle d'un serveur"] * 2


@pytest.mark.parametrize("origin", [HOSTILE, "null", "http://127.0.0.1:8765.voleur.example", "http://localhost:8765"])
def test_a_hostile_origin_reads_neither_tokens_nor_identity(lgo: PscClient, origin: str) -> None:
    answer = exchanged(lgo, origin)
    assert answer.status_code == 200
    bearer = {"Authorization": f"Bearer {answer.json()['access_token']}", "Origin": origin}
    userinfo = lgo.http.get(lgo.protocol("userinfo"), headers=bearer)
    refused = lgo.http.get(lgo.protocol("userinfo"), headers={**bearer, "Authorization": "Bearer x.y.z"})
    for one in (answer, userinfo, refused):
        assert ALLOW not in one.headers
        assert CREDENTIALS not in one.headers
        assert one.headers["vary"] == "Origin"
    assert "PSC-TOK-12" in lgo.reproaches()


def test_the_origin_of_one_client_reads_nothing_of_another(lgo: PscClient) -> None:
    there = "https://autre.example"
    lgo.resource("clients", "POST", {"client_id": "autre", "secret": "s" * 20, "redirect_uris": [f"{there}/retour"]})
    assert asked_before(lgo, "token", there).headers[ALLOW] == there
    assert ALLOW not in exchanged(lgo, there).headers


def test_no_page_reads_anything_when_the_option_says_so(lgo: PscClient) -> None:
    lgo.tenant.option(psc__web_origins="none")
    assert ALLOW not in asked_before(lgo, "token", OWN).headers
    assert ALLOW not in exchanged(lgo, OWN).headers


def test_a_refusal_is_readable_by_the_page_of_the_client_that_it_is_for(lgo: PscClient) -> None:
    form = {"grant_type": "refresh_token", "refresh_token": "x"}
    answer = lgo.http.post(lgo.protocol("token"), data=form, auth=DEMO, headers={"Origin": OWN})
    assert (answer.status_code, answer.headers[ALLOW]) == (400, OWN)


def test_pages_for_people_are_open_to_no_other_site(lgo: PscClient) -> None:
    for url in (f"{lgo.wallet}/ecps", f"{lgo.wallet}/", lgo.begun(), lgo.protocol("logout")):
        answer = lgo.http.get(url, headers={"Origin": OWN})
        assert ALLOW not in answer.headers, url
