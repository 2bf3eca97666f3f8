"""CIBA over real sockets: order of the checks, polls, channels, e-CPS modes, beside a browser log-in."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from lgo_sandbox.run.assemble import running
from lgo_sandbox.settings import Settings
from lgo_sandbox.wire.jwt import unverified_claims

GRANT = "urn:openid:params:grant-type:ciba"
RIGHT = {
    "scope": "openid scope_all",
    "login_hint": "899700090014",
    "binding_message": "42",
    "acr_values": "eidas1",
    "channel": "MOBILE",
}


async def ask(psc: Any, auth: Any = ("lgo-demo", "secret-lgo-demo"), **changes: str | None) -> httpx.Response:
    fields = {name: value for name, value in {**RIGHT, **changes}.items() if value is not None}
    answer: httpx.Response = await psc.post("ext/ciba/auth", auth=auth, **fields)
    return answer


async def poll(psc: Any, auth_req_id: str, auth: Any = ("lgo-demo", "secret-lgo-demo")) -> httpx.Response:
    answer: httpx.Response = await psc.post("token", auth=auth, grant_type=GRANT, auth_req_id=auth_req_id)
    return answer


def told(answer: httpx.Response) -> tuple[int, str]:
    assert "www-authenticate" not in answer.headers
    return answer.status_code, answer.json().get("error", "")


@pytest.mark.parametrize("channel", ["MOBILE", "CARD"])
async def test_a_push_is_accepted_and_the_next_poll_gets_all_tokens(psc: Any, channel: str) -> None:
    answer = await ask(psc, channel=channel)
    assert list(answer.json()) == ["auth_req_id", "expires_in", "interval"]
    assert (answer.json()["expires_in"], answer.json()["interval"]) == (120, 5)
    auth_req_id = answer.json()["auth_req_id"]
    assert told(await poll(psc, auth_req_id)) == (400, "authorization_pending")
    (push,) = psc.resource("ecps")["requests"]
    assert (push["digits"], push["kind"], push["channel"]) == ("42", "ciba", channel)
    psc.resource("ecps", "POST", {"id": push["id"], "action": "accept"})
    psc.move(seconds=5)
    tokens = (await poll(psc, auth_req_id)).json()
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
    assert (await psc.userinfo(tokens["access_token"])).json()["authMode"] == channel
    assert (await psc.refresh(tokens["refresh_token"])).status_code == 200
    assert told(await poll(psc, auth_req_id)) == (400, "invalid_grant")
    assert psc.findings() <= {"PSC-CIBA-03"}


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
async def test_the_request_is_checked_in_the_order_of_the_real_one(
    psc: Any, changes: dict[str, Any], status: int, error: str, description: str
) -> None:
    answer = await ask(psc, **changes)
    assert told(answer) == (status, error)
    assert description in answer.json()["error_description"]


async def test_polling_too_fast_is_told_to_slow_down_until_the_interval_is_over(psc: Any) -> None:
    auth_req_id = (await ask(psc)).json()["auth_req_id"]
    assert told(await poll(psc, auth_req_id)) == (400, "authorization_pending")
    assert told(await poll(psc, auth_req_id)) == (400, "slow_down")
    psc.move(seconds=5)
    assert told(await poll(psc, auth_req_id)) == (400, "authorization_pending")


async def test_an_interval_of_zero_is_not_announced_and_never_too_fast(psc: Any) -> None:
    psc.option(ciba_interval="0")
    answer = (await ask(psc)).json()
    assert "interval" not in answer
    for _ in range(3):
        assert told(await poll(psc, answer["auth_req_id"])) == (400, "authorization_pending")


@pytest.mark.parametrize("action", ["refuse", "wrong_code"])
async def test_a_refusal_is_told_at_every_poll_until_the_request_expires(psc: Any, action: str) -> None:
    auth_req_id = (await ask(psc)).json()["auth_req_id"]
    (push,) = psc.resource("ecps")["requests"]
    psc.resource("ecps", "POST", {"id": push["id"], "action": action})
    for _ in range(3):
        assert told(await poll(psc, auth_req_id)) == (400, "access_denied")
        psc.move(seconds=5)
    psc.move(seconds=120)
    for _ in range(3):
        assert told(await poll(psc, auth_req_id)) == (400, "expired_token")
    assert psc.findings() == {"PSC-CIBA-03"}


@pytest.mark.parametrize(
    ("fields", "error", "description"),
    [
        ({}, "invalid_request", "Missing parameter: auth_req_id"),
        ({"auth_req_id": "guess"}, "invalid_grant", "Invalid Auth Req ID"),
    ],
)
async def test_a_poll_for_nothing_is_refused(psc: Any, fields: dict[str, str], error: str, description: str) -> None:
    answer = await psc.post("token", grant_type=GRANT, **fields)
    assert (told(answer), answer.json()["error_description"]) == ((400, error), description)


async def test_a_request_belongs_to_its_client(psc: Any) -> None:
    auth_req_id = (await ask(psc)).json()["auth_req_id"]
    thief = ("prescripteur-demo", "secret-prescripteur-demo")
    assert told(await poll(psc, auth_req_id, thief)) == (400, "invalid_grant")
    assert told(await poll(psc, auth_req_id, ("dmp", "secret-dmp"))) == (401, "invalid_grant")


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
async def test_a_mode_answers_for_the_person(psc: Any, mode: str, first: str, later: str) -> None:
    psc.resource("ecps", "PUT", {"persona": "titulaire", "mode": mode})
    auth_req_id = (await ask(psc)).json()["auth_req_id"]
    if mode == "ignore":
        assert psc.resource("ecps")["requests"] == []
    assert told(await poll(psc, auth_req_id))[1] == first
    psc.move(seconds=21)
    assert told(await poll(psc, auth_req_id))[1] == later
    psc.move(seconds=120)
    expected = {"", "invalid_grant"} if mode in ("accept", "delay:20") else {"expired_token"}
    assert told(await poll(psc, auth_req_id))[1] in expected


async def test_an_ecps_that_waits_before_it_accepts_ends_a_browser_login_too(psc: Any, returned_by: Any) -> None:
    psc.resource("ecps", "PUT", {"persona": "titulaire", "mode": "delay"})
    waiting = (await psc.authorize(login_hint="titulaire")).headers["location"]
    assert (await psc.http.get(waiting)).status_code == 200
    psc.move(seconds=5)
    assert "code" in returned_by(await psc.http.get(waiting))


@pytest.mark.parametrize("mode", ["sometimes", "delay:", "delay:x", "delay:99999", None, 3])
async def test_an_unknown_mode_is_refused(psc: Any, mode: Any) -> None:
    from lgo_sandbox.contract import Refusal

    with pytest.raises(Refusal):
        psc.resource("ecps", "PUT", {"persona": "titulaire", "mode": mode})


async def test_ciba_and_browser_requests_wait_side_by_side_on_the_ecps_page(psc: Any, hidden_in: Any) -> None:
    waiting = (await psc.authorize(login_hint="titulaire")).headers["location"]
    auth_req_id = (await ask(psc)).json()["auth_req_id"]
    page = await psc.http.get(f"{psc.wallet}/ecps", params={"persona": "titulaire"})
    kinds = {push["kind"]: push for push in psc.resource("ecps")["requests"]}
    assert set(kinds) == {"web", "ciba"}
    form = {"csrf": hidden_in(page, "csrf"), "action": "accept", "persona": "titulaire"}
    wrong = await psc.http.post(f"{psc.wallet}/ecps/{kinds['ciba']['id']}", data={**form, "pin": "0000"})
    assert "Code secret incorrect" in wrong.text
    assert told(await poll(psc, auth_req_id)) == (400, "authorization_pending")
    right = await psc.http.post(f"{psc.wallet}/ecps/{kinds['ciba']['id']}", data={**form, "pin": "1234"})
    assert right.status_code == 303
    psc.move(seconds=5)
    assert (await poll(psc, auth_req_id)).status_code == 200
    assert (await psc.http.get(waiting)).status_code == 200
    assert [push["kind"] for push in psc.resource("ecps")["requests"]] == ["web"]


async def test_a_card_login_in_the_browser_needs_no_ecps_and_the_preparateur_has_none(
    psc: Any, hidden_in: Any, returned_by: Any
) -> None:
    page = await psc.http.get((await psc.authorize()).headers["location"])
    form = {"csrf": hidden_in(page, "csrf"), "means": "CARD"}
    refused = await psc.http.post(str(page.url), data={**form, "person": "preparateur"})
    assert "pas de carte CPS" in refused.text
    back = await psc.http.post(str(page.url), data={**form, "person": "sans-ecps"})
    tokens = (await psc.exchange(returned_by(back)["code"])).json()
    assert unverified_claims(tokens["access_token"])["authMode"] == "CARD"


async def test_a_ciba_login_of_another_session_is_found_by_its_auth_req_id(psc: Any) -> None:
    psc.launcher.sandbox.sessions.create("cabine")
    psc.name = "cabine"
    psc.option(ecps="accept")
    auth_req_id = (await ask(psc)).json()["auth_req_id"]
    assert auth_req_id.startswith("cabine~")
    psc.name = "default"
    assert (await poll(psc, auth_req_id)).status_code == 200


async def test_two_processes_on_one_state_serve_one_ciba_login(psc: Any, psc_state: Any) -> None:
    auth_req_id = (await ask(psc)).json()["auth_req_id"]
    async with running(Settings(state=psc_state, port_base=0, replica=True), ["psc"]) as other:
        twin = type(psc)(other, psc.http)
        (push,) = twin.resource("ecps")["requests"]
        assert push["digits"] == "42"
        assert told(await poll(psc, auth_req_id)) == (400, "authorization_pending")
        assert told(await poll(twin, auth_req_id)) == (400, "slow_down")
        twin.resource("ecps", "POST", {"id": push["id"], "action": "accept"})
        psc.move(seconds=5)
        tokens = (await poll(twin, auth_req_id)).json()
    assert (await psc.userinfo(tokens["access_token"])).status_code == 200
