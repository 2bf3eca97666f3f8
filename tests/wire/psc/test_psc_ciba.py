"""CIBA over real sockets: order of the checks, polls, channels, e-CPS modes, beside a browser log-in."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from support.psc import DEMO, PscClient, hidden, returned

from lgo_sandbox.contract import Refusal
from lgo_sandbox.wire.jwt import unverified_claims
from psc_mock.codes import CIBA_GRANT


def told(answer: httpx.Response) -> tuple[int, str]:
    assert "www-authenticate" not in answer.headers
    return answer.status_code, answer.json().get("error", "")


@pytest.mark.parametrize("channel", ["MOBILE", "CARD"])
def test_a_push_is_accepted_and_the_next_poll_gets_all_tokens(lgo: PscClient, channel: str) -> None:
    answer = lgo.ask_ciba(channel=channel)
    assert list(answer.json()) == ["auth_req_id", "expires_in", "interval"]
    assert (answer.json()["expires_in"], answer.json()["interval"]) == (120, 5)
    auth_req_id = answer.json()["auth_req_id"]
    assert told(lgo.poll(auth_req_id)) == (400, "authorization_pending")
    (push,) = lgo.resource("ecps")["requests"]
    assert (push["digits"], push["kind"], push["channel"]) == ("42", "ciba", channel)
    lgo.resource("ecps", "POST", {"id": push["id"], "action": "accept"})
    lgo.tenant.move(seconds=5)
    tokens = lgo.poll(auth_req_id).json()
    assert list(tokens) == [
        "access_token",
        "expires_in",
        "refresh_expires_in",
        "refresh_token",
        "token_type",
        "id_token",
        "not-before-policy",
        "session_state",
        "scope",
    ]
    claims = unverified_claims(tokens["access_token"])
    assert (claims["authMode"], claims["SubjectNameID"], claims["acr"]) == (channel, "899700090014", "eidas1")
    assert lgo.userinfo(tokens["access_token"]).json()["authMode"] == channel
    assert lgo.renew(tokens["refresh_token"]).status_code == 200
    assert told(lgo.poll(auth_req_id)) == (400, "invalid_grant")
    assert lgo.reproaches() <= {"PSC-CIBA-03"}


@pytest.mark.parametrize(
    ("changes", "status", "error", "description"),
    [
        ({"auth": None, "login_hint": None}, 401, "invalid_client", "Invalid client or Invalid client credentials"),
        ({"auth": ("dmp", "secret-dmp"), "login_hint": None}, 401, "invalid_grant", "CIBA Grant"),
        ({"login_hint": None, "scope": None}, 400, "invalid_request", "missing parameter : login_hint"),
        ({"scope": None, "login_hint": "nobody"}, 400, "invalid_request", "missing parameter : scope"),
        ({"login_hint": "899700099999", "scope": "magic"}, 400, "invalid_request", "invalid user"),
        ({"login_hint": "899700090113"}, 400, "invalid_request", "invalid user"),
        ({"scope": "openid magic", "binding_message": "é"}, 400, "invalid_scope", "Invalid scopes"),
        ({"binding_message": "quarante deux", "user_code": "1"}, 400, "invalid_binding_message", ""),
        ({"user_code": "1", "login_hint": "899700090121"}, 400, "invalid_request", "User code not supported"),
        ({"login_hint": "899700090121"}, 503, "server_error", "Failed to send authentication request"),
        ({"login_hint": "899700090048", "channel": "CARD"}, 503, "server_error", "Failed to send"),
    ],
)
def test_the_request_is_checked_in_the_order_of_the_real_one(
    lgo: PscClient, changes: dict[str, Any], status: int, error: str, description: str
) -> None:
    given = {"auth": DEMO, **changes}
    answer = lgo.ask_ciba(None, given.pop("auth"), **given)
    assert told(answer) == (status, error)
    assert description in answer.json()["error_description"]


def test_polling_too_fast_is_told_to_slow_down_until_the_interval_is_over(lgo: PscClient) -> None:
    auth_req_id = lgo.ask_ciba().json()["auth_req_id"]
    assert told(lgo.poll(auth_req_id)) == (400, "authorization_pending")
    assert told(lgo.poll(auth_req_id)) == (400, "slow_down")
    lgo.tenant.move(seconds=5)
    assert told(lgo.poll(auth_req_id)) == (400, "authorization_pending")


def test_an_interval_of_zero_is_not_announced_and_never_too_fast(lgo: PscClient) -> None:
    lgo.tenant.option(psc__ciba_interval="0")
    answer = lgo.ask_ciba().json()
    assert "interval" not in answer
    for _ in range(3):
        assert told(lgo.poll(answer["auth_req_id"])) == (400, "authorization_pending")


@pytest.mark.parametrize("action", ["refuse", "wrong_code"])
def test_a_refusal_is_told_at_every_poll_until_the_request_expires(lgo: PscClient, action: str) -> None:
    auth_req_id = lgo.ask_ciba().json()["auth_req_id"]
    (push,) = lgo.resource("ecps")["requests"]
    lgo.resource("ecps", "POST", {"id": push["id"], "action": action})
    for _ in range(3):
        assert told(lgo.poll(auth_req_id)) == (400, "access_denied")
        lgo.tenant.move(seconds=5)
    lgo.tenant.move(seconds=120)
    for _ in range(3):
        assert told(lgo.poll(auth_req_id)) == (400, "expired_token")
    assert lgo.reproaches() == {"PSC-CIBA-03"}


@pytest.mark.parametrize(
    ("fields", "error", "description"),
    [
        ({}, "invalid_request", "Missing parameter: auth_req_id"),
        ({"auth_req_id": "guess"}, "invalid_grant", "Invalid Auth Req ID"),
    ],
)
def test_a_poll_for_nothing_is_refused(lgo: PscClient, fields: dict[str, str], error: str, description: str) -> None:
    answer = lgo.post("token", grant_type=CIBA_GRANT, **fields)
    assert (told(answer), answer.json()["error_description"]) == ((400, error), description)


def test_a_request_belongs_to_its_client(lgo: PscClient) -> None:
    auth_req_id = lgo.ask_ciba().json()["auth_req_id"]
    thief = ("prescripteur-demo", "secret-prescripteur-demo")
    assert told(lgo.poll(auth_req_id, thief)) == (400, "invalid_grant")
    assert told(lgo.poll(auth_req_id, ("dmp", "secret-dmp"))) == (401, "invalid_grant")


@pytest.mark.parametrize(
    ("mode", "first", "later"),
    [
        ("accept", "", "invalid_grant"),
        ("refuse", "access_denied", "access_denied"),
        ("wrong_code", "access_denied", "access_denied"),
        ("ignore", "authorization_pending", "authorization_pending"),
        ("delay:20", "authorization_pending", ""),
        ("delay:200", "authorization_pending", "authorization_pending"),
    ],
)
def test_a_mode_answers_for_the_person(lgo: PscClient, mode: str, first: str, later: str) -> None:
    lgo.resource("ecps", "PUT", {"persona": "titulaire", "mode": mode})
    auth_req_id = lgo.ask_ciba().json()["auth_req_id"]
    if mode == "ignore":
        assert lgo.resource("ecps")["requests"] == []
    assert told(lgo.poll(auth_req_id))[1] == first
    lgo.tenant.move(seconds=21)
    assert told(lgo.poll(auth_req_id))[1] == later
    lgo.tenant.move(seconds=120)
    expected = {"", "invalid_grant"} if mode in ("accept", "delay:20") else {"expired_token"}
    assert told(lgo.poll(auth_req_id))[1] in expected


def test_an_ecps_that_waits_before_it_accepts_ends_a_browser_login_too(lgo: PscClient) -> None:
    lgo.resource("ecps", "PUT", {"persona": "titulaire", "mode": "delay"})
    waiting = lgo.authorize(login_hint="titulaire").headers["location"]
    assert lgo.http.get(waiting).status_code == 200
    lgo.tenant.move(seconds=5)
    assert "code" in returned(lgo.http.get(waiting))


@pytest.mark.parametrize("mode", ["sometimes", "delay:", "delay:x", "delay:99999", None, 3])
def test_an_unknown_mode_is_refused(lgo: PscClient, mode: Any) -> None:
    with pytest.raises(Refusal):
        lgo.resource("ecps", "PUT", {"persona": "titulaire", "mode": mode})


def test_ciba_and_browser_requests_wait_side_by_side_on_the_ecps_page(lgo: PscClient) -> None:
    waiting = lgo.authorize(login_hint="titulaire").headers["location"]
    auth_req_id = lgo.ask_ciba().json()["auth_req_id"]
    page = lgo.http.get(f"{lgo.wallet}/ecps", params={"persona": "titulaire"})
    kinds = {push["kind"]: push for push in lgo.resource("ecps")["requests"]}
    assert set(kinds) == {"web", "ciba"}
    form = {"csrf": hidden(page, "csrf"), "action": "accept", "persona": "titulaire"}
    wrong = lgo.http.post(f"{lgo.wallet}/ecps/{kinds['ciba']['id']}", data={**form, "pin": "0000"})
    assert "Code secret incorrect" in wrong.text
    assert told(lgo.poll(auth_req_id)) == (400, "authorization_pending")
    right = lgo.http.post(f"{lgo.wallet}/ecps/{kinds['ciba']['id']}", data={**form, "pin": "1234"})
    assert right.status_code == 303
    lgo.tenant.move(seconds=5)
    assert lgo.poll(auth_req_id).status_code == 200
    assert lgo.http.get(waiting).status_code == 200
    assert [push["kind"] for push in lgo.resource("ecps")["requests"]] == ["web"]


def test_a_card_login_in_the_browser_needs_no_ecps_and_the_preparateur_has_none(lgo: PscClient) -> None:
    page = lgo.http.get(lgo.authorize().headers["location"])
    form = {"csrf": hidden(page, "csrf"), "means": "CARD"}
    refused = lgo.http.post(str(page.url), data={**form, "person": "preparateur"})
    assert "pas de carte CPS" in refused.text
    back = lgo.http.post(str(page.url), data={**form, "person": "sans-ecps"})
    tokens = lgo.exchange(returned(back)["code"]).json()
    assert unverified_claims(tokens["access_token"])["authMode"] == "CARD"


def test_a_ciba_login_of_another_session_is_found_by_its_auth_req_id(lgo: PscClient) -> None:
    lgo.tenant.option(psc__ecps="accept")
    auth_req_id = lgo.ask_ciba().json()["auth_req_id"]
    assert auth_req_id.startswith(f"{lgo.tenant.name}~")
    assert lgo.without_session().poll(auth_req_id).status_code == 200
