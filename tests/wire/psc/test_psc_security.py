"""Pro Santé Connect under attack: replay, redirect tricks, forged tokens, PKCE downgrade, CSRF, odd input."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

CALLBACK = "http://127.0.0.1:8765/callback"
VERIFIER = "v" * 50
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()

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
async def test_a_redirect_address_that_is_not_the_registered_one_gets_a_page(
    psc: Any, uri: str, client_id: str
) -> None:
    answer = await psc.authorize(redirect_uri=uri, client_id=client_id)
    assert answer.status_code == 400
    assert "location" not in answer.headers
    assert "SIMULATION" in answer.text


async def test_any_loopback_port_is_an_option_of_one_client(psc: Any) -> None:
    psc.option(ecps="accept")
    other = {"redirect_uri": "http://127.0.0.1:50123/callback", "login_hint": "titulaire"}
    assert (await psc.authorize(**other)).headers["location"].startswith("http://127.0.0.1:50123/callback?")
    assert (await psc.authorize(client_id="lgo-mtls", **other)).status_code == 400


@pytest.mark.parametrize(
    "uri", ["http://127.0.0.1:8765/logged-out/../x", "https://evil.example/", "http://127.0.0.1:8765/"]
)
async def test_logout_follows_registered_addresses_only(psc: Any, uri: str) -> None:
    tokens = await psc.tokens()
    fields = {"id_token_hint": tokens["id_token"], "post_logout_redirect_uri": uri}
    answer = await psc.http.get(psc.url("logout"), params=fields)
    assert answer.status_code == 400
    assert (await psc.userinfo(tokens["access_token"])).status_code == 200


async def test_logout_refuses_a_redirect_without_hint_and_a_forged_hint(psc: Any) -> None:
    tokens = await psc.tokens()
    target = {"post_logout_redirect_uri": "http://127.0.0.1:8765/logged-out"}
    assert (await psc.http.get(psc.url("logout"), params=target)).status_code == 400
    for hint in (_tampered(tokens["id_token"]), tokens["access_token"], "x.y.z", ""):
        answer = await psc.http.get(psc.url("logout"), params={"id_token_hint": hint, **target})
        assert answer.status_code == 400, hint
    assert (await psc.userinfo(tokens["access_token"])).status_code == 200


def _b64(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()


def _claims(token: str) -> dict[str, Any]:
    payload = token.split(".")[1]
    claims: dict[str, Any] = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    return claims


def _tampered(token: str) -> str:
    header, _, signature = token.split(".")
    return f"{header}.{_b64(json.dumps({**_claims(token), 'SubjectNameID': '899700090022'}).encode())}.{signature}"


async def test_forged_tokens_are_refused_by_userinfo_and_introspection(psc: Any) -> None:
    token = (await psc.tokens())["access_token"]
    jwk = (await psc.http.get(psc.url("certs"))).json()["keys"][0]
    payload = token.split(".")[1]
    none = _b64(b'{"alg":"none","typ":"JWT"}') + f".{payload}."
    head = _b64(json.dumps({"alg": "HS256", "typ": "JWT", "kid": jwk["kid"]}).encode())
    mac = hmac.digest(jwk["n"].encode(), f"{head}.{payload}".encode(), "sha256")
    for forged in (none, f"{head}.{payload}.{_b64(mac)}", _tampered(token), token[:-4] + "AAAA", token + "."):
        assert (await psc.userinfo(forged)).status_code == 401
        assert (await psc.introspect(forged)).json() == {"active": False}
    assert (await psc.userinfo(token)).status_code == 200


async def test_id_token_and_refresh_token_are_no_access_tokens(psc: Any) -> None:
    tokens = await psc.tokens()
    assert (await psc.userinfo(tokens["id_token"])).status_code == 401
    assert (await psc.userinfo(tokens["refresh_token"])).status_code == 401
    assert (await psc.refresh(tokens["access_token"])).json()["error_description"] == "Invalid refresh token"
    jti = _claims(tokens["access_token"])["jti"]
    assert (await psc.refresh(jti)).status_code == 400
    assert (await psc.introspect(jti)).json() == {"active": False}


async def test_pkce_cannot_be_downgraded(psc: Any) -> None:
    pkce = {"code_challenge": CHALLENGE, "code_challenge_method": "S256"}
    missing = await psc.exchange(await psc.code(**pkce))
    assert missing.json()["error_description"] == "PKCE code verifier not specified"
    wrong = await psc.exchange(await psc.code(**pkce), code_verifier="w" * 50)
    assert wrong.json()["error_description"] == "PKCE verification failed: Code mismatch"
    as_plain = await psc.exchange(await psc.code(**pkce), code_verifier=CHALLENGE)
    assert as_plain.status_code == 400
    unasked = await psc.exchange(await psc.code(), code_verifier=VERIFIER)
    assert unasked.status_code == 400
    assert (await psc.exchange(await psc.code(**pkce), code_verifier=VERIFIER)).status_code == 200


async def test_plain_pkce_works_and_is_reproached(psc: Any) -> None:
    code = await psc.code(code_challenge=VERIFIER, code_challenge_method="plain")
    assert (await psc.exchange(code, code_verifier=VERIFIER)).status_code == 200
    assert psc.findings() == {"PSC-AUTHZ-07"}


async def test_a_code_belongs_to_its_client_and_its_redirect_address_and_is_burnt_by_a_wrong_try(psc: Any) -> None:
    stolen = await psc.code()
    thief = ("prescripteur-demo", "secret-prescripteur-demo")
    fields = {"grant_type": "authorization_code", "code": stolen, "redirect_uri": CALLBACK}
    assert (await psc.post("token", auth=thief, **fields)).json()["error_description"] == "Auth error"
    assert (await psc.exchange(stolen)).json()["error_description"] == "Code not valid"
    other = await psc.exchange(await psc.code(), redirect_uri=CALLBACK + "x")
    assert other.json()["error_description"] == "Incorrect redirect_uri"


async def test_refresh_token_belongs_to_its_client(psc: Any) -> None:
    token = (await psc.tokens())["refresh_token"]
    fields = {"grant_type": "refresh_token", "refresh_token": token}
    answer = await psc.post("token", auth=("prescripteur-demo", "secret-prescripteur-demo"), **fields)
    assert answer.json()["error"] == "invalid_grant"


@pytest.mark.parametrize("auth", [None, ("nobody", "x"), ("dmp", "wrong")])
async def test_introspection_needs_an_enrolled_client(psc: Any, auth: tuple[str, str] | None) -> None:
    token = (await psc.tokens())["access_token"]
    assert (await psc.introspect(token, auth)).status_code == 401


async def test_the_ecps_page_refuses_a_form_that_it_did_not_give(psc: Any) -> None:
    await psc.authorize(login_hint="titulaire")
    (push,) = psc.resource("ecps")["requests"]
    url = f"{psc.wallet}/ecps/{push['id']}"
    for csrf in ({}, {"csrf": ""}, {"csrf": "guess"}):
        assert (await psc.http.post(url, data={"action": "accept", **csrf})).status_code == 403
    assert len(psc.resource("ecps")["requests"]) == 1


async def test_a_login_can_only_be_finished_in_the_browser_that_began_it(psc: Any) -> None:
    waiting = (await psc.authorize(login_hint="titulaire")).headers["location"]
    (push,) = psc.resource("ecps")["requests"]
    psc.resource("ecps", "POST", {"id": push["id"], "action": "accept"})
    psc.http.cookies.clear()
    stranger = await psc.http.get(waiting)
    assert stranger.status_code == 400
    assert "set-cookie" not in stranger.headers


async def test_the_choice_form_needs_its_own_token(psc: Any) -> None:
    url = (await psc.authorize()).headers["location"]
    assert (await psc.http.post(url, data={"person": "titulaire", "csrf": "x"})).status_code == 403
    assert psc.resource("ecps")["requests"] == []


async def test_session_cookie_is_httponly_lax_and_secure(psc: Any) -> None:
    psc.option(ecps="accept")
    answer = await psc.authorize(login_hint="titulaire")
    for cookie in answer.headers.get_list("set-cookie"):
        assert cookie.endswith("; Path=/; HttpOnly; SameSite=Lax; Secure")


async def test_names_are_escaped_in_pages(psc: Any) -> None:
    body = {"client_id": "x", "title": "<script>alert(1)</script>", "redirect_uris": [CALLBACK]}
    psc.resource("clients", "POST", body)
    page = await psc.http.get((await psc.authorize(client_id="x")).headers["location"])
    assert "<script>" not in page.text
    assert "default-src 'none'" in page.headers["content-security-policy"]


async def test_duplicate_parameters_are_refused(psc: Any, returned_by: Any) -> None:
    doubled = [*psc.request().items(), ("scope", "openid")]
    answer = await psc.http.get(f"{psc.wallet}/auth", params=doubled)
    assert returned_by(answer)["error_description"] == "duplicated parameter"
    hostile = [*psc.request().items(), ("redirect_uri", "https://evil.example/")]
    assert (await psc.http.get(f"{psc.wallet}/auth", params=hostile)).status_code == 400
    body = "grant_type=authorization_code&grant_type=refresh_token"
    answer = await psc.http.post(
        psc.url("token"), content=body, headers={"content-type": "application/x-www-form-urlencoded"}
    )
    assert answer.json() == {"error": "invalid_request", "error_description": "duplicated parameter"}


async def test_an_oversized_form_is_refused(psc: Any) -> None:
    answer = await psc.post("token", grant_type="x" * 70_000)
    assert (answer.status_code, answer.json()["error"]) == (413, "invalid_request")


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"response_type": None}, "invalid_request"),
        ({"response_type": "token"}, "unauthorized_client"),
        ({"response_type": "magic"}, "unsupported_response_type"),
        ({"scope": "openid magic"}, "invalid_scope"),
        ({"request": "x.y.z"}, "request_not_supported"),
        ({"response_mode": "jwt"}, "invalid_request"),
        ({"prompt": "none login"}, "invalid_request"),
        ({"max_age": "-1"}, "invalid_request"),
        ({"code_challenge_method": "S256"}, "invalid_request"),
        ({"code_challenge": CHALLENGE, "code_challenge_method": "S512"}, "invalid_request"),
        ({"code_challenge": "short"}, "invalid_request"),
    ],
)
async def test_authorization_errors_return_to_the_client(psc: Any, changes: dict[str, str | None], error: str) -> None:
    answer = await psc.authorize(state="s" * 20, **changes)
    location = answer.headers["location"]
    assert location.startswith(CALLBACK)
    assert f"error={error}" in location
    assert "state=" + "s" * 20 in location
    assert "iss=" in location


@pytest.mark.parametrize("client_id", [None, "", "nobody"])
async def test_an_unknown_client_gets_a_page_and_no_redirect(psc: Any, client_id: str | None) -> None:
    answer = await psc.authorize(client_id=client_id)
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
FEW = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@FEW
@given(pairs=PAIRS, right=st.booleans())
async def test_authorization_never_breaks(psc: Any, pairs: list[tuple[str, str]], right: bool) -> None:
    params = [*(psc.request().items() if right else ()), *pairs]
    answer = await psc.http.get(f"{psc.wallet}/auth", params=params)
    assert answer.status_code < 500


@FEW
@given(pairs=PAIRS, noise=st.binary(max_size=30), authorization=st.none() | st.text("Basicer :=%AZ09", max_size=30))
async def test_token_endpoint_never_breaks(
    psc: Any, pairs: list[tuple[str, str]], noise: bytes, authorization: str | None
) -> None:
    from urllib.parse import urlencode

    headers = {"content-type": "application/x-www-form-urlencoded"}
    headers |= {"authorization": authorization.strip()} if authorization is not None else {}
    for name in ("token", "token/introspect", "logout", "revoke"):
        answer = await psc.http.post(psc.url(name), content=urlencode(pairs).encode() + noise, headers=headers)
        assert answer.status_code < 500, name


async def test_a_planted_session_cookie_is_not_adopted_by_a_login(psc: Any, hidden_in: Any) -> None:
    psc.option(ecps="accept")
    host = httpx.URL(psc.wallet).host
    for name in ("PSC_SESSION", "PSC_BROWSER"):
        psc.http.cookies.set(name, "planted-by-an-attacker", domain=host, path="/")
    page = await psc.http.get((await psc.authorize()).headers["location"])
    form = {"csrf": hidden_in(page, "csrf"), "person": "titulaire"}
    done = await psc.http.post(str(page.url), data=form)
    given = [cookie for cookie in done.headers.get_list("set-cookie") if cookie.startswith("PSC_SESSION=")]
    assert len(given) == 1
    assert "planted" not in given[0]
    async with httpx.AsyncClient(verify=psc.trust, trust_env=False) as attacker:
        attacker.cookies.set("PSC_SESSION", "planted-by-an-attacker", domain=host, path="/")
        silent = await attacker.get(f"{psc.wallet}/auth", params=psc.request(prompt="none"))
    assert "error=login_required" in silent.headers["location"]


async def test_a_login_takes_a_new_session_even_when_one_runs(psc: Any, returned_by: Any) -> None:
    first = await psc.tokens()
    again = returned_by(await psc.authorize(login_hint="adjoint"))
    assert again["session_state"] != first["session_state"]


async def test_ciba_tokens_serve_no_browser(psc: Any) -> None:
    psc.option(ecps="accept")
    form = {"scope": "openid scope_all", "login_hint": "899700090014", "binding_message": "42", "channel": "MOBILE"}
    asked = (await psc.post("ext/ciba/auth", **form)).json()
    grant = "urn:openid:params:grant-type:ciba"
    tokens = (await psc.post("token", grant_type=grant, auth_req_id=asked["auth_req_id"])).json()
    for value in (asked["auth_req_id"], tokens["session_state"], tokens["refresh_token"]):
        psc.http.cookies.set("PSC_SESSION", value, domain=httpx.URL(psc.wallet).host, path="/")
        silent = await psc.authorize(prompt="none")
        assert "error=login_required" in silent.headers["location"]
        psc.http.cookies.clear()


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
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
async def test_back_channel_endpoints_never_break(psc: Any, path: str, api: bool, fields: dict[str, str]) -> None:
    url = psc.url(path).replace("esante-wallet", "api-psc") if api else psc.url(path)
    answer = await psc.http.post(url, data=fields, auth=("lgo-demo", "secret-lgo-demo"))
    assert answer.status_code < 500
