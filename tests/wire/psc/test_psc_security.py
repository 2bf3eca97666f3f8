"""Pro Santé Connect under attack: replay, redirect tricks, forged tokens, PKCE downgrade, CSRF, odd input."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.psc import CALLBACK, PscClient, hidden, returned

VERIFIER = "v" * 50
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()

Pairs = list[tuple[str, str | int | float | bool | None]]
TRICKS = [
    CALLBACK + "/",
    CALLBACK + "2",
    CALLBACK + "/../evil",
    CALLBACK + "?x=1",
    CALLBACK + "#f",
    CALLBACK + "%2F",
    CALLBACK + "\\",
    CALLBACK + " ",
    CALLBACK + "\r\nSet-Cookie: a=b",
    "http://127.0.0.1:8765@evil.example/callback",
    "http://evil@127.0.0.1:8765/callback",
    "http://127.0.0.1:8765.evil.example/callback",
    "http://127.0.0.1:8765/%63allback",
    "http://127.0.0.1:08765/callback",
    "HTTP://127.0.0.1:8765/callback",
    "https://127.0.0.1:8765/callback",
    "http://localhost:8765/callback",
    "http://127.0.0.1:99999/callback",
    "//127.0.0.1:8765/callback",
    "javascript:alert(1)",
    "",
]


@pytest.mark.parametrize("uri", TRICKS)
@pytest.mark.parametrize("client_id", ["lgo-mtls", "lgo-demo"])
def test_a_redirect_address_that_is_not_the_registered_one_gets_a_page(
    lgo: PscClient, uri: str, client_id: str
) -> None:
    answer = lgo.authorize(redirect_uri=uri, client_id=client_id)
    assert answer.status_code == 400
    assert "location" not in answer.headers
    assert "SIMULATION" in answer.text


def test_any_loopback_port_is_an_option_of_one_client(lgo: PscClient) -> None:
    lgo.tenant.option(psc__ecps="accept")
    other = {"redirect_uri": "http://127.0.0.1:50123/callback", "login_hint": "titulaire"}
    assert lgo.authorize(**other).headers["location"].startswith("http://127.0.0.1:50123/callback?")
    assert lgo.authorize(client_id="lgo-mtls", **other).status_code == 400


@pytest.mark.parametrize(
    "uri", ["http://127.0.0.1:8765/logged-out/../x", "https://evil.example/", "http://127.0.0.1:8765/"]
)
def test_logout_follows_registered_addresses_only(lgo: PscClient, uri: str) -> None:
    tokens = lgo.tokens()
    fields = {"id_token_hint": tokens["id_token"], "post_logout_redirect_uri": uri}
    answer = lgo.http.get(lgo.protocol("logout"), params=fields)
    assert answer.status_code == 400
    assert lgo.userinfo(tokens["access_token"]).status_code == 200


def test_logout_refuses_a_redirect_without_hint_and_a_forged_hint(lgo: PscClient) -> None:
    tokens = lgo.tokens()
    target = {"post_logout_redirect_uri": "http://127.0.0.1:8765/logged-out"}
    assert lgo.http.get(lgo.protocol("logout"), params=target).status_code == 400
    for hint in (_tampered(tokens["id_token"]), tokens["access_token"], "x.y.z", ""):
        answer = lgo.http.get(lgo.protocol("logout"), params={"id_token_hint": hint, **target})
        assert answer.status_code == 400, hint
    assert lgo.userinfo(tokens["access_token"]).status_code == 200


def _b64(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()


def _claims(token: str) -> dict[str, Any]:
    payload = token.split(".")[1]
    claims: dict[str, Any] = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    return claims


def _tampered(token: str) -> str:
    header, _, signature = token.split(".")
    return f"{header}.{_b64(json.dumps({**_claims(token), 'SubjectNameID': '899700090022'}).encode())}.{signature}"


def test_forged_tokens_are_refused_by_userinfo_and_introspection(lgo: PscClient) -> None:
    token = lgo.tokens()["access_token"]
    jwk = lgo.http.get(lgo.protocol("certs")).json()["keys"][0]
    payload = token.split(".")[1]
    none = _b64(b'{"alg":"none","typ":"JWT"}') + f".{payload}."
    head = _b64(json.dumps({"alg": "HS256", "typ": "JWT", "kid": jwk["kid"]}).encode())
    mac = hmac.digest(jwk["n"].encode(), f"{head}.{payload}".encode(), "sha256")
    for forged in (none, f"{head}.{payload}.{_b64(mac)}", _tampered(token), token[:-4] + "AAAA", token + "."):
        assert lgo.userinfo(forged).status_code == 401
        assert lgo.introspect(forged).json() == {"active": False}
    assert lgo.userinfo(token).status_code == 200


def test_id_token_and_refresh_token_are_no_access_tokens(lgo: PscClient) -> None:
    tokens = lgo.tokens()
    assert lgo.userinfo(tokens["id_token"]).status_code == 401
    assert lgo.userinfo(tokens["refresh_token"]).status_code == 401
    assert lgo.renew(tokens["access_token"]).json()["error_description"] == "Invalid refresh token"
    jti = _claims(tokens["access_token"])["jti"]
    assert lgo.renew(jti).status_code == 400
    assert lgo.introspect(jti).json() == {"active": False}


def test_pkce_cannot_be_downgraded(lgo: PscClient) -> None:
    pkce = {"code_challenge": CHALLENGE, "code_challenge_method": "S256"}
    missing = lgo.exchange(lgo.code(**pkce))
    assert missing.json()["error_description"] == "PKCE code verifier not specified"
    wrong = lgo.exchange(lgo.code(**pkce), code_verifier="w" * 50)
    assert wrong.json()["error_description"] == "PKCE verification failed: Code mismatch"
    as_plain = lgo.exchange(lgo.code(**pkce), code_verifier=CHALLENGE)
    assert as_plain.status_code == 400
    unasked = lgo.exchange(lgo.code(), code_verifier=VERIFIER)
    assert unasked.status_code == 400
    assert lgo.exchange(lgo.code(**pkce), code_verifier=VERIFIER).status_code == 200


def test_plain_pkce_works_and_is_reproached(lgo: PscClient) -> None:
    code = lgo.code(code_challenge=VERIFIER, code_challenge_method="plain")
    assert lgo.exchange(code, code_verifier=VERIFIER).status_code == 200
    assert lgo.reproaches() == {"PSC-AUTHZ-07"}


def test_a_code_belongs_to_its_client_and_its_redirect_address_and_is_burnt_by_a_wrong_try(lgo: PscClient) -> None:
    stolen = lgo.code()
    thief = ("prescripteur-demo", "secret-prescripteur-demo")
    fields = {"grant_type": "authorization_code", "code": stolen, "redirect_uri": CALLBACK}
    assert lgo.post("token", thief, **fields).json()["error_description"] == "Auth error"
    assert lgo.exchange(stolen).json()["error_description"] == "Code not valid"
    other = lgo.exchange(lgo.code(), redirect_uri=CALLBACK + "x")
    assert other.json()["error_description"] == "Incorrect redirect_uri"


def test_refresh_token_belongs_to_its_client(lgo: PscClient) -> None:
    token = lgo.tokens()["refresh_token"]
    fields = {"grant_type": "refresh_token", "refresh_token": token}
    answer = lgo.post("token", ("prescripteur-demo", "secret-prescripteur-demo"), **fields)
    assert answer.json()["error"] == "invalid_grant"


@pytest.mark.parametrize("auth", [None, ("nobody", "x"), ("dmp", "wrong")])
def test_introspection_needs_an_enrolled_client(lgo: PscClient, auth: tuple[str, str] | None) -> None:
    token = lgo.tokens()["access_token"]
    assert lgo.introspect(token, auth).status_code == 401


def test_the_ecps_page_refuses_a_form_that_it_did_not_give(lgo: PscClient) -> None:
    lgo.authorize(login_hint="titulaire")
    (push,) = lgo.resource("ecps")["requests"]
    url = f"{lgo.wallet}/ecps/{push['id']}"
    for csrf in ({}, {"csrf": ""}, {"csrf": "guess"}):
        assert lgo.http.post(url, data={"action": "accept", **csrf}).status_code == 403
    assert len(lgo.resource("ecps")["requests"]) == 1


def test_a_login_can_only_be_finished_in_the_browser_that_began_it(lgo: PscClient) -> None:
    waiting = lgo.authorize(login_hint="titulaire").headers["location"]
    (push,) = lgo.resource("ecps")["requests"]
    lgo.resource("ecps", "POST", {"id": push["id"], "action": "accept"})
    lgo.http.cookies.clear()
    stranger = lgo.http.get(waiting)
    assert stranger.status_code == 400
    assert "set-cookie" not in stranger.headers


def test_the_choice_form_needs_its_own_token(lgo: PscClient) -> None:
    url = lgo.authorize().headers["location"]
    assert lgo.http.post(url, data={"person": "titulaire", "csrf": "x"}).status_code == 403
    assert lgo.resource("ecps")["requests"] == []


def test_session_cookie_is_httponly_lax_and_secure_and_of_its_session(lgo_anywhere: PscClient) -> None:
    lgo_anywhere.tenant.option(psc__ecps="accept")
    cookies = lgo_anywhere.authorize(login_hint="titulaire").headers.get_list("set-cookie")
    path = httpx.URL(f"{lgo_anywhere.wallet}/").path
    assert cookies
    for cookie in cookies:
        assert cookie.endswith(f"; Path={path}; HttpOnly; SameSite=Lax; Secure")


def test_names_are_escaped_in_pages(lgo: PscClient) -> None:
    body = {"client_id": "x", "title": "<script>alert(1)</script>", "redirect_uris": [CALLBACK]}
    lgo.resource("clients", "POST", body)
    page = lgo.http.get(lgo.authorize(client_id="x").headers["location"])
    assert "<script>" not in page.text
    assert "default-src 'none'" in page.headers["content-security-policy"]


def test_duplicate_parameters_are_refused(lgo: PscClient) -> None:
    doubled: Pairs = [*lgo.request().items(), ("scope", "openid")]
    answer = lgo.http.get(f"{lgo.wallet}/auth", params=doubled)
    assert returned(answer)["error_description"] == "duplicated parameter"
    hostile: Pairs = [*lgo.request().items(), ("redirect_uri", "https://evil.example/")]
    assert lgo.http.get(f"{lgo.wallet}/auth", params=hostile).status_code == 400
    body = "grant_type=authorization_code&grant_type=refresh_token"
    answer = lgo.http.post(
        lgo.protocol("token"), content=body, headers={"content-type": "application/x-www-form-urlencoded"}
    )
    assert answer.json() == {"error": "invalid_request", "error_description": "duplicated parameter"}


def test_an_oversized_form_is_refused(lgo: PscClient) -> None:
    answer = lgo.post("token", grant_type="x" * 70_000)
    assert (answer.status_code, answer.json()["error"]) == (413, "invalid_request")


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"response_type": None}, "invalid_request"),
        ({"response_type": "token"}, "unauthorized_client"),
        ({"response_type": "magic"}, "unsupported_response_type"),
        ({"scope": "openid magic"}, "invalid_scope"),
        ({"response_mode": "jwt"}, "invalid_request"),
        ({"prompt": "none login"}, "invalid_request"),
        ({"max_age": "-1"}, "invalid_request"),
        ({"code_challenge_method": "S256"}, "invalid_request"),
        ({"code_challenge": CHALLENGE, "code_challenge_method": "S512"}, "invalid_request"),
        ({"code_challenge": "short"}, "invalid_request"),
    ],
)
def test_authorization_errors_return_to_the_client(lgo: PscClient, changes: dict[str, str | None], error: str) -> None:
    answer = lgo.authorize(state="s" * 20, **changes)
    location = answer.headers["location"]
    assert location.startswith(CALLBACK)
    assert f"error={error}" in location
    assert "state=" + "s" * 20 in location
    assert "iss=" in location


@pytest.mark.parametrize("client_id", [None, "", "nobody"])
def test_an_unknown_client_gets_a_page_and_no_redirect(lgo: PscClient, client_id: str | None) -> None:
    answer = lgo.authorize(client_id=client_id)
    assert (answer.status_code, answer.headers["content-type"]) == (400, "text/html; charset=utf-8")


NAMES = st.sampled_from(
    [
        *("response_type", "client_id", "redirect_uri", "scope", "state", "nonce", "prompt", "max_age", "login_hint"),
        *("code_challenge", "response_mode", "code_challenge_method", "grant_type", "code", "refresh_token"),
        *("client_secret", "code_verifier", "id_token_hint", "token"),
    ]
)
VALUES = st.one_of(
    st.text(max_size=40),
    st.sampled_from(["code", "lgo-demo", "secret-lgo-demo", CALLBACK, "openid scope_all", "titulaire", "none", "plain",
                     "authorization_code", "refresh_token", "password", "a.b.c", "blue~x", "x" * 50]),
)  # fmt: skip
PAIRS = st.lists(st.tuples(NAMES, VALUES.filter(lambda text: text.isprintable() or "\x00" in text)), max_size=12)
FEW = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


@FEW
@given(pairs=PAIRS, right=st.booleans())
def test_authorization_never_breaks(lgo: PscClient, pairs: list[tuple[str, str]], right: bool) -> None:
    params = [*(lgo.request().items() if right else ()), *pairs]
    answer = lgo.http.get(f"{lgo.wallet}/auth", params=params)
    assert answer.status_code < 500


@FEW
@given(pairs=PAIRS, noise=st.binary(max_size=30), authorization=st.none() | st.text("Basicer :=%AZ09", max_size=30))
def test_token_endpoint_never_breaks(
    lgo: PscClient, pairs: list[tuple[str, str]], noise: bytes, authorization: str | None
) -> None:
    headers = {"content-type": "application/x-www-form-urlencoded"}
    headers |= {"authorization": authorization.strip()} if authorization is not None else {}
    for name in ("token", "token/introspect", "logout", "revoke"):
        answer = lgo.http.post(lgo.protocol(name), content=urlencode(pairs).encode() + noise, headers=headers)
        assert answer.status_code < 500, name


def test_a_planted_session_cookie_is_not_adopted_by_a_login(lgo: PscClient) -> None:
    lgo.tenant.option(psc__ecps="accept")
    wallet = httpx.URL(f"{lgo.wallet}/")
    for name in ("PSC_SESSION", "PSC_BROWSER"):
        lgo.http.cookies.set(name, "planted-by-an-attacker", domain=wallet.host, path=wallet.path)
    page = lgo.http.get(lgo.authorize().headers["location"])
    form = {"csrf": hidden(page, "csrf"), "person": "titulaire"}
    done = lgo.http.post(str(page.url), data=form)
    given = [cookie for cookie in done.headers.get_list("set-cookie") if cookie.startswith("PSC_SESSION=")]
    assert len(given) == 1
    assert "planted" not in given[0]
    attacker = lgo.browser()
    attacker.cookies.set("PSC_SESSION", "planted-by-an-attacker", domain=wallet.host, path=wallet.path)
    silent = attacker.get(f"{lgo.wallet}/auth", params=lgo.request(prompt="none"))
    assert "error=login_required" in silent.headers["location"]


def test_a_login_takes_a_new_session_even_when_one_runs(lgo: PscClient) -> None:
    first = lgo.tokens()
    again = returned(lgo.authorize(login_hint="adjoint"))
    assert again["session_state"] != first["session_state"]


def test_ciba_tokens_serve_no_browser(lgo: PscClient) -> None:
    lgo.tenant.option(psc__ecps="accept")
    form = {"scope": "openid scope_all", "login_hint": "899700090014", "binding_message": "42", "channel": "MOBILE"}
    asked = lgo.post("ext/ciba/auth", **form).json()
    grant = "urn:openid:params:grant-type:ciba"
    tokens = lgo.post("token", grant_type=grant, auth_req_id=asked["auth_req_id"]).json()
    wallet = httpx.URL(f"{lgo.wallet}/")
    for value in (asked["auth_req_id"], tokens["session_state"], tokens["refresh_token"]):
        lgo.http.cookies.set("PSC_SESSION", value, domain=wallet.host, path=wallet.path)
        silent = lgo.authorize(prompt="none")
        assert "error=login_required" in silent.headers["location"]
        lgo.http.cookies.clear()


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(
    path=st.sampled_from(["ext/ciba/auth", "token", "revoke", "token/introspect", "logout"]),
    api=st.booleans(),
    fields=st.dictionaries(
        st.sampled_from(["grant_type", "auth_req_id", "scope", "login_hint", "binding_message", "channel", "token"]),
        st.one_of(
            st.text(max_size=40), st.sampled_from(["openid", "899700090014", "urn:openid:params:grant-type:ciba"])
        ),
        max_size=6,
    ),
)
def test_back_channel_endpoints_never_break(lgo: PscClient, path: str, api: bool, fields: dict[str, str]) -> None:
    url = lgo.protocol(path).replace("esante-wallet", "api-psc") if api else lgo.protocol(path)
    answer = lgo.http.post(url, data=fields, auth=("lgo-demo", "secret-lgo-demo"))
    assert answer.status_code < 500
