"""Pro Santé Connect over real sockets: discovery, the log-in and its refusals, response modes, sessions."""

from __future__ import annotations

import pytest
from support.psc import PscClient, hidden, returned

from lgo_sandbox.wire.jwt import unverified_claims
from psc_mock.codes import ISSUER_PATH

DISCOVERY = "/.well-known/wallet-openid-configuration"


def test_discovery_is_the_same_on_both_listeners_and_ignores_host(lgo_anywhere: PscClient) -> None:
    http, path = lgo_anywhere.http, ISSUER_PATH + DISCOVERY
    tls = http.get(lgo_anywhere.issuer + DISCOVERY)
    plain = http.get(lgo_anywhere.tenant.url("psc", tls=False) + path, headers={"Host": "evil.example"})
    assert tls.json() == plain.json()
    assert tls.json()["issuer"] == lgo_anywhere.issuer
    assert tls.json()["authorization_endpoint"] == f"{lgo_anywhere.wallet}/auth"
    assert tls.headers["content-type"] == "application/json"


def test_the_standard_discovery_path_is_not_served(lgo: PscClient) -> None:
    answer = lgo.http.get(f"{lgo.issuer}/.well-known/openid-configuration")
    assert answer.status_code == 404
    assert answer.json()["error"] == "HTTP 404 Not Found"


def test_a_login_by_hand_goes_through_choice_digits_and_the_ecps_page(lgo_anywhere: PscClient) -> None:
    asked = lgo_anywhere.authorize(state="s" * 20)
    choice = lgo_anywhere.http.get(asked.headers["location"])
    assert "SIMULATION – données fictives" in choice.text
    assert "899700090014" in choice.text
    step = {"csrf": hidden(choice, "csrf"), "person": "899700090048"}
    pushed = lgo_anywhere.http.post(str(choice.url), data=step)
    assert pushed.status_code == 303
    waiting = lgo_anywhere.http.get(pushed.headers["location"])
    (push,) = lgo_anywhere.resource("ecps")["requests"]
    assert push["persona"] == "preparateur"
    assert f'id="digits">{push["digits"]}<' in waiting.text
    ecps = lgo_anywhere.http.get(f"{lgo_anywhere.wallet}/ecps", params={"persona": "preparateur"})
    assert push["digits"] in ecps.text
    accepted = lgo_anywhere.http.post(
        f"{lgo_anywhere.wallet}/ecps/{push['id']}", data={"csrf": hidden(ecps, "csrf"), "action": "accept"}
    )
    assert accepted.status_code == 303
    back = lgo_anywhere.http.get(pushed.headers["location"])
    members = returned(back)
    assert set(members) == {"code", "state", "session_state", "iss"}
    assert (members["state"], members["iss"]) == ("s" * 20, lgo_anywhere.issuer)
    tokens = lgo_anywhere.exchange(members["code"]).json()
    assert lgo_anywhere.userinfo(tokens["access_token"]).json()["SubjectRole"] == ["39^1.2.250.1.213.1.1.5.5"]
    assert lgo_anywhere.reproaches() == set()


@pytest.mark.parametrize(
    ("action", "description"), [("refuse", "User denied access"), ("wrong_code", "Number mismatch")]
)
def test_a_refused_push_sends_access_denied_to_the_client(lgo: PscClient, action: str, description: str) -> None:
    waiting = lgo.authorize(login_hint="titulaire", state="s" * 20)
    (push,) = lgo.resource("ecps")["requests"]
    lgo.resource("ecps", "POST", {"id": push["id"], "action": action})
    members = returned(lgo.http.get(waiting.headers["location"]))
    expected = {"error": "access_denied", "error_description": description, "state": "s" * 20, "iss": lgo.issuer}
    assert members == expected


def test_an_ecps_without_answer_expires_and_the_choice_is_offered_again(lgo: PscClient) -> None:
    waiting = lgo.authorize(login_hint="titulaire")
    lgo.tenant.move(seconds=121)
    assert lgo.resource("ecps")["requests"] == []
    page = lgo.http.get(waiting.headers["location"])
    assert "a expiré sans réponse" in page.text


def test_a_persona_mode_overrides_the_session_option(lgo: PscClient) -> None:
    lgo.tenant.option(psc__ecps="accept")
    lgo.resource("ecps", "PUT", {"persona": "adjoint", "mode": "refuse"})
    assert returned(lgo.authorize(login_hint="adjoint"))["error"] == "access_denied"
    assert "code" in returned(lgo.authorize(login_hint="titulaire"))


@pytest.mark.parametrize(("persona", "description"), [("radie", "User disabled"), ("sans-ecps", "No e-CPS activated")])
def test_who_cannot_log_in_is_refused(lgo: PscClient, persona: str, description: str) -> None:
    lgo.tenant.option(psc__ecps="accept")
    members = returned(lgo.authorize(login_hint=persona))
    assert (members["error"], members["error_description"]) == ("access_denied", description)


def test_prompt_login_asks_again_and_prompt_none_never_asks(lgo: PscClient) -> None:
    assert returned(lgo.authorize(prompt="none"))["error"] == "login_required"
    lgo.tokens()
    assert "code" in returned(lgo.authorize(prompt="none"))
    assert "/login/" in lgo.authorize(prompt="login").headers["location"]


def test_max_age_asks_again_when_the_login_is_older(lgo: PscClient) -> None:
    lgo.tokens()
    lgo.tenant.move(minutes=5)
    assert "code" in returned(lgo.authorize(max_age="600"))
    assert "/login/" in lgo.authorize(max_age="60").headers["location"]


def test_a_hint_for_somebody_else_does_not_reuse_the_session(lgo: PscClient) -> None:
    lgo.tokens()
    lgo.tenant.option(psc__ecps="manual")
    assert "/login/" in lgo.authorize(login_hint="adjoint").headers["location"]


def test_profile_2023_sends_no_iss(lgo: PscClient) -> None:
    lgo.tenant.option(psc__discovery="2023", psc__ecps="accept")
    assert "iss" not in returned(lgo.authorize(login_hint="titulaire"))


def test_fragment_and_form_post_modes_carry_the_code(lgo: PscClient) -> None:
    lgo.tenant.option(psc__ecps="accept")
    fragment = lgo.authorize(login_hint="titulaire", response_mode="fragment")
    assert "code=" in fragment.headers["location"].partition("#")[2]
    posted = lgo.authorize(login_hint="titulaire", response_mode="form_post")
    assert hidden(posted, "code")


def test_authorization_on_the_auth_host_is_forwarded_and_reproached(lgo: PscClient) -> None:
    answer = lgo.http.get(lgo.protocol("auth"), params=lgo.request())
    assert answer.headers["location"].startswith(f"{lgo.wallet}/auth?")
    assert lgo.reproaches() == {"PSC-AUTHZ-08"}


def test_a_session_of_its_own_keeps_prefix_cookie_and_issuer_and_is_found_by_token(lgo: PscClient) -> None:
    name, stranger = lgo.tenant.name, lgo.without_session()
    code = lgo.code()
    assert code.startswith(f"{name}~")
    assert any(c.path == f"/s/{name}/" for c in lgo.http.cookies.jar)
    tokens = stranger.exchange(code).json()
    assert unverified_claims(tokens["access_token"])["jti"].endswith(f"~{name}")
    assert unverified_claims(tokens["access_token"])["iss"] == lgo.issuer
    assert stranger.userinfo(tokens["access_token"]).status_code == 200
    assert stranger.renew(tokens["refresh_token"]).status_code == 200
    assert stranger.logout(tokens).status_code == 200
    assert stranger.userinfo(tokens["access_token"]).status_code == 401


@pytest.mark.parametrize("parameter", ["kc_idp_hint", "ui_locales", "unknown"])
def test_further_parameters_are_let_pass(lgo: PscClient, parameter: str) -> None:
    lgo.tenant.option(psc__ecps="accept")
    assert "code" in returned(lgo.authorize(login_hint="titulaire", **{parameter: "x"}))
    assert lgo.reproaches() == set()
