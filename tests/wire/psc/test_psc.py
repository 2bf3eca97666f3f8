"""Pro Santé Connect over real sockets: discovery, log-in, tokens, identity, lifetimes, logout."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from lgo_sandbox.run.assemble import running
from lgo_sandbox.settings import Settings
from lgo_sandbox.wire.jwt import unverified_claims, unverified_header

DISCOVERY = "/.well-known/wallet-openid-configuration"
OUT = "http://127.0.0.1:8765/logged-out"


async def test_discovery_is_the_same_on_both_listeners_and_ignores_host(psc: Any) -> None:
    tls = await psc.http.get(psc.issuer + DISCOVERY)
    plain_root = psc.launcher.sandbox.addresses.plain["psc"]
    plain = await psc.http.get(f"{plain_root}/auth/realms/esante-wallet{DISCOVERY}", headers={"Host": "evil.example"})
    assert tls.json() == plain.json()
    assert tls.json()["issuer"] == psc.issuer
    assert tls.json()["authorization_endpoint"] == f"{psc.wallet}/auth"
    assert tls.headers["content-type"] == "application/json"


async def test_the_standard_discovery_path_is_not_served(psc: Any) -> None:
    answer = await psc.http.get(f"{psc.issuer}/.well-known/openid-configuration")
    assert answer.status_code == 404
    assert answer.json()["error"] == "HTTP 404 Not Found"


async def test_issuer_comes_from_the_setting_when_there_is_one(psc_state: Any) -> None:
    settings = Settings(state=psc_state, port_base=0, psc_issuer="https://psc.test/")
    async with running(settings, ["psc"]) as launcher, httpx.AsyncClient(trust_env=False) as http:
        root = launcher.sandbox.addresses.plain["psc"]
        document = (await http.get(f"{root}/auth/realms/esante-wallet{DISCOVERY}")).json()
    assert document["issuer"] == "https://psc.test/auth/realms/esante-wallet"


async def test_a_login_by_hand_goes_through_choice_digits_and_the_ecps_page(
    psc: Any, returned_by: Any, hidden_in: Any
) -> None:
    asked = await psc.authorize(state="s" * 20)
    choice = await psc.http.get(asked.headers["location"])
    assert "SIMULATION – données fictives" in choice.text
    assert "899700090014" in choice.text
    step = {"csrf": hidden_in(choice, "csrf"), "person": "899700090048"}
    pushed = await psc.http.post(str(choice.url), data=step)
    assert pushed.status_code == 303
    waiting = await psc.http.get(pushed.headers["location"])
    (push,) = psc.resource("ecps")["requests"]
    assert push["persona"] == "preparateur"
    assert f'id="digits">{push["digits"]}<' in waiting.text
    ecps = await psc.http.get(f"{psc.wallet}/ecps", params={"persona": "preparateur"})
    assert push["digits"] in ecps.text
    accepted = await psc.http.post(
        f"{psc.wallet}/ecps/{push['id']}", data={"csrf": hidden_in(ecps, "csrf"), "action": "accept"}
    )
    assert accepted.status_code == 303
    back = await psc.http.get(pushed.headers["location"])
    members = returned_by(back)
    assert set(members) == {"code", "state", "session_state", "iss"}
    assert (members["state"], members["iss"]) == ("s" * 20, psc.issuer)
    tokens = (await psc.exchange(members["code"])).json()
    assert (await psc.userinfo(tokens["access_token"])).json()["SubjectRole"] == ["39^1.2.250.1.213.1.1.5.5"]
    assert psc.findings() == set()


@pytest.mark.parametrize(
    ("action", "description"), [("refuse", "User denied access"), ("wrong_code", "Number mismatch")]
)
async def test_a_refused_push_sends_access_denied_to_the_client(
    psc: Any, returned_by: Any, action: str, description: str
) -> None:
    waiting = await psc.authorize(login_hint="titulaire", state="s" * 20)
    (push,) = psc.resource("ecps")["requests"]
    psc.resource("ecps", "POST", {"id": push["id"], "action": action})
    members = returned_by(await psc.http.get(waiting.headers["location"]))
    expected = {"error": "access_denied", "error_description": description, "state": "s" * 20, "iss": psc.issuer}
    assert members == expected


async def test_an_ecps_without_answer_expires_and_the_choice_is_offered_again(psc: Any) -> None:
    waiting = await psc.authorize(login_hint="titulaire")
    psc.move(seconds=121)
    assert psc.resource("ecps")["requests"] == []
    page = await psc.http.get(waiting.headers["location"])
    assert "a expiré sans réponse" in page.text


async def test_a_persona_mode_overrides_the_session_option(psc: Any, returned_by: Any) -> None:
    psc.option(ecps="accept")
    psc.resource("ecps", "PUT", {"persona": "adjoint", "mode": "refuse"})
    assert returned_by(await psc.authorize(login_hint="adjoint"))["error"] == "access_denied"
    assert "code" in returned_by(await psc.authorize(login_hint="titulaire"))


@pytest.mark.parametrize(("persona", "description"), [("radie", "User disabled"), ("sans-ecps", "No e-CPS activated")])
async def test_who_cannot_log_in_is_refused(psc: Any, returned_by: Any, persona: str, description: str) -> None:
    psc.option(ecps="accept")
    members = returned_by(await psc.authorize(login_hint=persona))
    assert (members["error"], members["error_description"]) == ("access_denied", description)


async def test_token_answer_has_keycloak_members_in_order_and_no_cache(psc: Any) -> None:
    answer = await psc.exchange(await psc.code(nonce="n" * 20))
    tokens = answer.json()
    assert list(tokens) == [
        "access_token", "expires_in", "refresh_expires_in", "refresh_token", "token_type", "id_token",
        "not-before-policy", "session_state", "scope",
    ]  # fmt: skip
    assert (tokens["expires_in"], tokens["refresh_expires_in"], tokens["not-before-policy"]) == (120, 1800, 0)
    assert (tokens["token_type"], tokens["scope"]) == ("Bearer", "openid scope_all")
    assert (answer.headers["cache-control"], answer.headers["pragma"]) == ("no-store", "no-cache")
    assert unverified_claims(tokens["id_token"])["nonce"] == "n" * 20
    assert "aud" not in unverified_claims(tokens["access_token"])


async def test_code_is_used_once_and_its_replay_kills_the_client_session(psc: Any) -> None:
    code = await psc.code()
    tokens = (await psc.exchange(code)).json()
    replay = await psc.exchange(code)
    assert (replay.status_code, replay.json()) == (
        400,
        {"error": "invalid_grant", "error_description": "Code not valid"},
    )
    assert (await psc.userinfo(tokens["access_token"])).status_code == 401
    assert (await psc.refresh(tokens["refresh_token"])).json()["error_description"] == "Session not active"
    assert "PSC-TOK-01" in psc.findings()


async def test_code_dies_after_sixty_seconds_of_age_time(psc: Any) -> None:
    code = await psc.code()
    psc.move(seconds=61)
    assert (await psc.exchange(code)).json() == {"error": "invalid_grant", "error_description": "Code is expired"}


async def test_refresh_renews_tokens_and_keeps_auth_time(psc: Any) -> None:
    tokens = await psc.tokens()
    psc.move(minutes=20)
    renewed = (await psc.refresh(tokens["refresh_token"])).json()
    psc.move(minutes=20)
    again = (await psc.refresh(renewed["refresh_token"])).json()
    first, last = unverified_claims(tokens["access_token"]), unverified_claims(again["access_token"])
    assert (first["auth_time"], first["sid"], first["nonce"]) == (last["auth_time"], last["sid"], last["nonce"])
    assert (await psc.userinfo(again["access_token"])).status_code == 200


async def test_refresh_token_dies_after_thirty_minutes(psc: Any) -> None:
    tokens = await psc.tokens()
    psc.move(minutes=31)
    assert (await psc.refresh(tokens["refresh_token"])).json() == {
        "error": "invalid_grant",
        "error_description": "Token is not active",
    }


async def test_session_ends_after_four_hours_however_often_it_is_refreshed(psc: Any) -> None:
    tokens = await psc.tokens()
    for _ in range(9):
        psc.move(minutes=26)
        tokens = (await psc.refresh(tokens["refresh_token"])).json()
    assert tokens["refresh_expires_in"] <= 6 * 60
    psc.move(minutes=7)
    assert (await psc.refresh(tokens["refresh_token"])).json()["error"] == "invalid_grant"
    assert "/login/" in (await psc.authorize()).headers["location"]


async def test_access_token_dies_after_two_minutes_even_if_the_jump_is_in_its_first_second(psc: Any) -> None:
    tokens = await psc.tokens()
    assert (await psc.userinfo(tokens["access_token"])).status_code == 200
    psc.move(seconds=121)
    answer = await psc.userinfo(tokens["access_token"])
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == (
        'Bearer realm="esante-wallet", error="invalid_token", error_description="Token verification failed"'
    )
    assert (await psc.introspect(tokens["access_token"])).json() == {"active": False}


async def test_a_token_issued_right_after_a_clock_jump_lives(psc: Any) -> None:
    psc.move(hours=4)
    tokens = await psc.tokens()
    assert (await psc.userinfo(tokens["access_token"])).status_code == 200


async def test_sso_logs_in_silently_until_logout_then_asks_again(psc: Any, returned_by: Any) -> None:
    tokens = await psc.tokens()
    psc.option(ecps="manual")
    silent = returned_by(await psc.authorize(client_id="prescripteur-demo"))
    assert silent["session_state"] == tokens["session_state"]
    out = await psc.http.get(
        psc.url("logout"),
        params={"id_token_hint": tokens["id_token"], "post_logout_redirect_uri": OUT, "state": "bye"},
    )
    assert (out.status_code, out.headers["location"]) == (302, f"{OUT}?state=bye")
    assert "/login/" in (await psc.authorize()).headers["location"]
    assert (await psc.refresh(tokens["refresh_token"])).json()["error_description"] == "Session not active"
    assert (await psc.introspect(tokens["access_token"])).json() == {"active": False}


async def test_prompt_login_asks_again_and_prompt_none_never_asks(psc: Any, returned_by: Any) -> None:
    assert returned_by(await psc.authorize(prompt="none"))["error"] == "login_required"
    await psc.tokens()
    assert "code" in returned_by(await psc.authorize(prompt="none"))
    assert "/login/" in (await psc.authorize(prompt="login")).headers["location"]


async def test_max_age_asks_again_when_the_login_is_older(psc: Any, returned_by: Any) -> None:
    await psc.tokens()
    psc.move(minutes=5)
    assert "code" in returned_by(await psc.authorize(max_age="600"))
    assert "/login/" in (await psc.authorize(max_age="60")).headers["location"]


async def test_a_hint_for_somebody_else_does_not_reuse_the_session(psc: Any) -> None:
    await psc.tokens()
    psc.option(ecps="manual")
    assert "/login/" in (await psc.authorize(login_hint="adjoint")).headers["location"]


async def test_logout_accepts_an_expired_hint_by_post_alone(psc: Any) -> None:
    tokens = await psc.tokens()
    psc.move(hours=1)
    answer = await psc.http.post(psc.url("logout"), data={"id_token_hint": tokens["id_token"]})
    assert answer.status_code == 200
    assert "déconnecté" in answer.text


async def test_logout_may_drop_state(psc: Any) -> None:
    tokens = await psc.tokens()
    psc.option(logout_state="drop")
    fields = {"id_token_hint": tokens["id_token"], "post_logout_redirect_uri": OUT, "state": "bye"}
    assert (await psc.http.get(psc.url("logout"), params=fields)).headers["location"] == OUT


async def test_logout_by_refresh_token_answers_204(psc: Any) -> None:
    tokens = await psc.tokens()
    assert (await psc.post("logout", refresh_token=tokens["refresh_token"])).status_code == 204
    assert (await psc.userinfo(tokens["access_token"])).status_code == 401


async def test_logout_without_anything_asks_then_ends_the_session(psc: Any, hidden_in: Any) -> None:
    tokens = await psc.tokens()
    page = await psc.http.get(psc.url("logout"))
    assert page.status_code == 200
    assert (await psc.userinfo(tokens["access_token"])).status_code == 200
    await psc.http.post(psc.url("logout"), data={"csrf": hidden_in(page, "csrf")})
    assert (await psc.userinfo(tokens["access_token"])).status_code == 401


async def test_revocation_of_a_refresh_token_ends_the_client_session(psc: Any) -> None:
    tokens = await psc.tokens()
    assert (await psc.post("revoke", token=tokens["refresh_token"])).status_code == 200
    assert (await psc.userinfo(tokens["access_token"])).status_code == 401
    assert (await psc.post("revoke", token="unknown")).status_code == 200


async def test_introspection_tells_everything_of_an_access_token_and_no_subject_name_of_a_refresh_token(
    psc: Any,
) -> None:
    tokens = await psc.tokens()
    access = (await psc.introspect(tokens["access_token"])).json()
    refresh = (await psc.introspect(tokens["refresh_token"], ("mss-operateur", "secret-mss-operateur"))).json()
    assert (access["active"], access["typ"], access["SubjectNameID"]) == (True, "Bearer", "899700090014")
    assert (refresh["active"], refresh["typ"]) == (True, "Refresh")
    assert "SubjectNameID" not in refresh


@pytest.mark.parametrize(
    ("grant", "status", "error"),
    [
        (None, 400, "invalid_request"),
        ("magic", 400, "unsupported_grant_type"),
        ("implicit", 400, "unsupported_grant_type"),
        ("password", 400, "unauthorized_client"),
        ("client_credentials", 401, "unauthorized_client"),
        ("urn:ietf:params:oauth:grant-type:device_code", 400, "unauthorized_client"),
    ],
)
async def test_dead_grants_are_refused_as_by_keycloak(psc: Any, grant: str | None, status: int, error: str) -> None:
    fields = {"grant_type": grant} if grant else {}
    answer = await psc.post("token", **fields)
    assert (answer.status_code, answer.json()["error"]) == (status, error)


async def test_unknown_grant_is_refused_before_the_client_is_looked_at(psc: Any) -> None:
    assert (await psc.post("token", auth=None, grant_type="magic")).json()["error"] == "unsupported_grant_type"
    assert (await psc.post("token", auth=None, grant_type="password")).json()["error"] == "invalid_client"


@pytest.mark.parametrize(
    ("auth", "error"),
    [(("nobody", "x"), "invalid_client"), (("lgo-demo", "x"), "unauthorized_client"), (None, "invalid_client")],
)
async def test_client_credentials_are_judged(psc: Any, auth: tuple[str, str] | None, error: str) -> None:
    answer = await psc.post("token", auth=auth, grant_type="refresh_token", refresh_token="x")
    assert answer.status_code == 401
    assert answer.json() == {
        "error": error,
        "error_description": "Invalid client or Invalid client credentials",
    }


async def test_secret_may_be_posted(psc: Any) -> None:
    code = await psc.code()
    fields = {"client_id": "lgo-demo", "client_secret": "secret-lgo-demo", "grant_type": "authorization_code"}
    fields |= {"code": code, "redirect_uri": "http://127.0.0.1:8765/callback"}
    assert (await psc.post("token", auth=None, **fields)).status_code == 200


async def test_trust_space_client_authenticates_with_its_certificate(psc: Any) -> None:
    code = await psc.code(client_id="lgo-mtls")
    fields = {"client_id": "lgo-mtls", "grant_type": "authorization_code", "code": code}
    fields["redirect_uri"] = "http://127.0.0.1:8765/callback"
    async with psc.client_with("psc-client") as http:
        assert (await http.post(psc.url("token"), data=fields)).status_code == 200
    assert psc.findings() == set()


@pytest.mark.parametrize(
    ("kind", "variant"),
    [("psc-client", "expired"), ("psc-client", "revoked"), ("psc-client", "wrongca"), ("org-auth", "good")],
)
async def test_a_wrong_certificate_is_refused_with_invalid_client(psc: Any, kind: str, variant: str) -> None:
    fields = {"client_id": "lgo-mtls", "grant_type": "refresh_token", "refresh_token": "x"}
    async with psc.client_with(kind, variant) as http:
        answer = await http.post(psc.url("token"), data=fields)
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")
    assert "PSC-TOK-02" in psc.findings()


async def test_absence_of_certificate_is_refused_on_tls_and_waived_on_the_plain_port(psc: Any) -> None:
    fields = {"client_id": "lgo-mtls", "grant_type": "refresh_token", "refresh_token": "x"}
    answer = await psc.http.post(psc.url("token"), data=fields)
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")
    assert psc.findings() == {"PSC-TOK-02"}
    plain = psc.launcher.sandbox.addresses.plain["psc"]
    waived = await psc.http.post(f"{plain}/auth/realms/esante-wallet/protocol/openid-connect/token", data=fields)
    assert waived.json()["error"] == "invalid_grant"
    assert psc.findings() == {"PSC-TOK-02", "PSC-TLS-01", "PSC-REFUS"}


async def test_userinfo_without_token_is_a_bare_challenge(psc: Any) -> None:
    answer = await psc.http.get(psc.url("userinfo"))
    assert (answer.status_code, answer.content) == (401, b"")
    assert answer.headers["www-authenticate"] == 'Bearer realm="esante-wallet"'


async def test_without_openid_there_is_no_id_token_and_no_userinfo(psc: Any) -> None:
    tokens = await psc.tokens(scope="scope_all")
    assert "id_token" not in tokens
    answer = await psc.userinfo(tokens["access_token"])
    assert (answer.status_code, answer.json()["error"]) == (403, "insufficient_scope")


async def test_bearer_scheme_is_matched_in_any_case(psc: Any) -> None:
    tokens = await psc.tokens()
    headers = {"Authorization": f"bEARER {tokens['access_token']}"}
    assert (await psc.http.get(psc.url("userinfo"), headers=headers)).status_code == 200


async def test_profile_2023_sends_no_iss(psc: Any, returned_by: Any) -> None:
    psc.option(discovery="2023", ecps="accept")
    assert "iss" not in returned_by(await psc.authorize(login_hint="titulaire"))


async def test_fragment_and_form_post_modes_carry_the_code(psc: Any, hidden_in: Any) -> None:
    psc.option(ecps="accept")
    fragment = await psc.authorize(login_hint="titulaire", response_mode="fragment")
    assert "code=" in fragment.headers["location"].partition("#")[2]
    posted = await psc.authorize(login_hint="titulaire", response_mode="form_post")
    assert hidden_in(posted, "code")


async def test_authorization_on_the_auth_host_is_forwarded_and_reproached(psc: Any) -> None:
    answer = await psc.http.get(psc.url("auth"), params=psc.request())
    assert answer.headers["location"].startswith(f"{psc.wallet}/auth?")
    assert psc.findings() == {"PSC-AUTHZ-08"}


async def test_a_session_of_its_own_keeps_prefix_cookie_and_issuer_and_is_found_by_token(psc: Any) -> None:
    psc.launcher.sandbox.sessions.create("blue")
    blue = type(psc)(psc.launcher, psc.http, "blue")
    code = await blue.code()
    assert code.startswith("blue~")
    assert any(c.path == "/s/blue/" for c in psc.http.cookies.jar)
    tokens = (await psc.exchange(code)).json()
    assert unverified_header(tokens["access_token"])["sbx"] == "blue"
    assert unverified_claims(tokens["access_token"])["iss"] == blue.issuer
    assert (await psc.userinfo(tokens["access_token"])).status_code == 200
    assert (await psc.refresh(tokens["refresh_token"])).status_code == 200
    hint = {"id_token_hint": tokens["id_token"]}
    assert (await psc.http.get(psc.url("logout"), params=hint)).status_code == 200
    assert (await psc.userinfo(tokens["access_token"])).status_code == 401


async def test_two_processes_on_one_state_serve_one_login(psc: Any, psc_state: Any) -> None:
    code = await psc.code()
    settings = Settings(state=psc_state, port_base=0, replica=True)
    async with running(settings, ["psc"]) as second:
        other = type(psc)(second, psc.http)
        tokens = (await other.exchange(code)).json()
        assert (await psc.userinfo(tokens["access_token"])).status_code == 200
        assert (await psc.exchange(code)).json()["error_description"] == "Code not valid"


async def test_clients_can_be_enrolled_and_struck_off(psc: Any, returned_by: Any) -> None:
    address = "https://lgo.example/retour"
    psc.resource("clients", "POST", {"client_id": "mien", "secret": "s", "redirect_uris": [address]})
    psc.option(ecps="accept")
    answer = await psc.authorize(client_id="mien", redirect_uri=address, login_hint="titulaire")
    assert answer.headers["location"].startswith(f"{address}?")
    psc.resource("clients", "DELETE", tail="mien")
    assert (await psc.authorize(client_id="mien", redirect_uri=address)).status_code == 400


async def test_sessions_can_be_listed_and_ended(psc: Any) -> None:
    tokens = await psc.tokens()
    (login,) = psc.resource("sessions")["sessions"]
    assert (login["persona"], login["active"]) == ("titulaire", True)
    psc.resource("sessions", "DELETE", tail=login["sid"])
    assert (await psc.userinfo(tokens["access_token"])).status_code == 401


async def test_armed_status_fault_answers_in_oauth_json(psc: Any) -> None:
    from lgo_sandbox.tenant.faults import Fault, FaultKind

    psc.session.faults.arm(Fault("f1", "psc", FaultKind.STATUS, 503, "token", "lgo-demo", 1))
    answer = await psc.refresh("x")
    assert (answer.status_code, answer.json()["error"]) == (503, "temporarily_unavailable")
    assert (await psc.refresh("x")).status_code == 400


async def test_keys_rotate_and_the_former_one_stays_published_for_an_hour(psc: Any) -> None:
    async def published() -> list[str]:
        return [key["kid"] for key in (await psc.http.get(psc.url("certs"))).json()["keys"]]

    old = await psc.tokens()
    first = await published()
    told = psc.resource("keys", "POST", {})
    assert told["published"] == [told["signing"], *first]
    assert await published() == told["published"]
    new = await psc.tokens()
    assert unverified_header(old["access_token"])["kid"] == first[0]
    assert unverified_header(new["access_token"])["kid"] == told["signing"]
    assert (await psc.userinfo(old["access_token"])).status_code == 200
    psc.move(hours=1)
    assert await published() == [told["signing"]]
    hint = {"id_token_hint": old["id_token"]}
    assert (await psc.http.get(psc.url("logout"), params=hint)).status_code == 200


async def test_a_key_may_be_withdrawn_at_once_and_comes_back_with_the_rotation(psc: Any) -> None:
    first = psc.resource("keys")["signing"]
    for _ in range(2):
        told = psc.resource("keys", "POST", {"withdraw": True})
        assert told["published"] == [told["signing"]] != [first]
    assert psc.resource("keys", "POST", {})["signing"] == first
    assert len(psc.resource("keys")["published"]) == 2


async def test_a_signing_key_reaches_every_process_of_the_session(psc: Any, psc_state: Any) -> None:
    told = psc.resource("keys", "POST", {})
    async with running(Settings(state=psc_state, port_base=0, replica=True), ["psc"]) as other:
        url = f"{other.sandbox.addresses.root('psc')}/auth/realms/esante-wallet/protocol/openid-connect/certs"
        assert [key["kid"] for key in (await psc.http.get(url)).json()["keys"]] == told["published"]


@pytest.mark.parametrize("parameter", ["kc_idp_hint", "ui_locales", "unknown"])
async def test_further_parameters_are_let_pass(psc: Any, returned_by: Any, parameter: str) -> None:
    psc.option(ecps="accept")
    assert "code" in returned_by(await psc.authorize(login_hint="titulaire", **{parameter: "x"}))
    assert psc.findings() == set()
