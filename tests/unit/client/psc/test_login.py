"""Logging in: what is asked of PSC, and which ways back are refused."""

from __future__ import annotations

import hashlib

import httpx
import pytest
from support.psc_provider import (
    ACCESS,
    CLIENT,
    REDIRECT,
    ROOT,
    SUB,
    Changed,
    Connect,
    Provider,
    refusal,
    unpadded,
)

from lgo_client.clock import Workplace
from lgo_client.environment import OidcClient
from lgo_client.psc import ProSanteConnect, PscRefused, PscSession


def test_a_right_answer_opens_a_session(session: PscSession) -> None:
    assert session.claims["sub"] == SUB
    assert session.access_token() == ACCESS
    assert session.refreshed == 0


def test_the_authorization_request_has_what_psc_demands(session: PscSession, provider: Provider) -> None:
    asked = provider.asked
    fixed = {name: asked.pop(name) for name in ("state", "nonce", "code_challenge")}
    assert asked == {
        "response_type": "code",
        "client_id": "lgo-test",
        "redirect_uri": REDIRECT,
        "scope": "openid scope_all",
        "acr_values": "eidas1",
        "code_challenge_method": "S256",
    }
    assert len(set(fixed.values())) == 3
    assert all(len(value) >= 43 for value in fixed.values())


def test_state_nonce_and_verifier_are_fresh_at_each_login(connect: Connect, provider: Provider) -> None:
    seen: set[str] = set()
    for _ in range(2):
        connect().login(provider.browser)
        seen |= {provider.asked[name] for name in ("state", "nonce", "code_challenge")}
    assert len(seen) == 6


def test_a_hint_is_sent_only_when_given(connect: Connect, provider: Provider) -> None:
    connect().login(provider.browser, hint="titulaire")
    assert provider.asked["login_hint"] == "titulaire"


def test_the_code_is_exchanged_with_secret_and_verifier(session: PscSession, provider: Provider) -> None:
    ((path, form),) = provider.forms
    verifier = form.pop("code_verifier")
    assert path == "/token"
    assert form == {
        "grant_type": "authorization_code",
        "code": "c0de",
        "redirect_uri": REDIRECT,
        "client_id": "lgo-test",
        "client_secret": "s3cr&t",
    }
    assert unpadded(hashlib.sha256(verifier.encode()).digest()) == provider.asked["code_challenge"]


def test_a_client_with_a_certificate_sends_its_id_alone(connect: Connect, provider: Provider) -> None:
    connect(OidcClient("lgo-test", "", (REDIRECT,))).login(provider.browser)
    ((_, form),) = provider.forms
    assert form["client_id"] == "lgo-test"
    assert "client_secret" not in form


@pytest.mark.parametrize("issuer", ["https://elsewhere.test/realms/x", None])
def test_a_discovery_document_of_another_issuer_is_refused(
    connect: Connect, provider: Provider, issuer: str | None
) -> None:
    provider.metadata = {"issuer": issuer}
    with pytest.raises(PscRefused) as refused:
        connect()
    assert refused.value.code == "issuer"


@pytest.mark.parametrize(
    ("callback", "code"),
    [
        ({"state": "other"}, "state"),
        ({"state": "étranger"}, "state"),
        ({"state": None}, "state"),
        ({"state": "other", "error": "access_denied", "code": None}, "state"),
        ({"iss": "https://evil.test"}, "iss"),
        ({"iss": None}, "iss"),
        ({"iss": None, "error": "access_denied", "code": None}, "iss"),
        ({"code": None, "error": "access_denied", "error_description": "refusé"}, "access_denied"),
        ({"code": None}, "code"),
    ],
)
def test_a_wrong_way_back_is_refused_before_any_token(
    connect: Connect, provider: Provider, callback: Changed, code: str
) -> None:
    provider.callback = callback
    assert refusal(connect, provider) == code
    assert provider.forms == []


def test_the_2023_profile_needs_no_issuer_on_the_way_back(connect: Connect, provider: Provider) -> None:
    provider.metadata = {"authorization_response_iss_parameter_supported": None}
    provider.callback = {"iss": None}
    assert connect().login(provider.browser).claims["sub"] == SUB


def test_an_issuer_that_comes_unannounced_must_be_right_all_the_same(connect: Connect, provider: Provider) -> None:
    provider.metadata = {"authorization_response_iss_parameter_supported": None}
    provider.callback = {"iss": "https://evil.test"}
    assert refusal(connect, provider) == "iss"


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        ({"token_type": None}, "token_type"),
        ({"token_type": "mac"}, "token_type"),
        ({"access_token": None}, "access_token"),
        ({"refresh_token": None}, "refresh_token"),
        ({"id_token": None}, "id_token"),
        ({"id_token": 7}, "id_token"),
        ({"expires_in": None}, "expires_in"),
        ({"expires_in": "120"}, "expires_in"),
    ],
)
def test_an_incomplete_token_answer_is_refused(
    connect: Connect, provider: Provider, answer: Changed, code: str
) -> None:
    provider.answer = answer
    assert refusal(connect, provider) == code


def test_the_type_of_the_token_may_be_written_in_any_case(connect: Connect, provider: Provider) -> None:
    provider.answer = {"token_type": "bearer"}
    assert connect().login(provider.browser).access_token() == ACCESS


def test_an_oauth_error_gives_its_code(connect: Connect, provider: Provider) -> None:
    provider.status = 400
    provider.answer = {"error": "invalid_grant", "error_description": "Code not valid"}
    with pytest.raises(PscRefused, match="invalid_grant : Code not valid"):
        connect().login(provider.browser)


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (httpx.Response(502, text="<html>Bad Gateway</html>"), "502"),
        (httpx.Response(500, json=["error"]), "json"),
        (httpx.Response(200, json="text"), "json"),
        (httpx.Response(503, json={}), "503"),
    ],
)
def test_an_answer_that_is_no_json_object_is_a_refusal(workplace: Workplace, answer: httpx.Response, code: str) -> None:
    http = httpx.Client(transport=httpx.MockTransport(lambda request: answer))
    with pytest.raises(PscRefused) as refused:
        ProSanteConnect(http, ROOT, CLIENT, workplace)
    assert refused.value.code == code
