"""Clients that break exactly one rule, over real sockets: each is caught, and nothing else is said."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from lgo_sandbox.tenant.faults import Fault, FaultKind
from lgo_sandbox.watch.markers import Marker
from psc_mock.domain.mutations import MUTATIONS

CIBA = {"scope": "openid scope_all", "login_hint": "899700090014", "acr_values": "eidas1", "channel": "MOBILE"}


def mark(psc: Any, name: str) -> None:
    psc.session.markers.put(Marker(psc.session.clock.age().isoformat(), name))


def arm(psc: Any, name: str, client: str = "*", times: int | None = 1) -> None:
    mutation = next(one for one in MUTATIONS if one.name == name)
    psc.session.faults.arm(Fault(f"f-{name}", "psc", FaultKind.NAMED, name, mutation.operation, client, times))


async def logout(psc: Any, tokens: dict[str, Any]) -> None:
    answer = await psc.http.post(psc.url("logout"), data={"id_token_hint": tokens["id_token"]})
    assert answer.status_code == 200


@pytest.mark.parametrize(("operation", "limit"), [("userinfo", 10), ("introspection", 60)])
async def test_a_burst_of_questions_about_one_token_is_reproached(psc: Any, operation: str, limit: int) -> None:
    token = (await psc.tokens())["access_token"]
    ask = psc.userinfo if operation == "userinfo" else psc.introspect
    for _ in range(limit):
        assert (await ask(token)).status_code == 200
    assert psc.findings() == set()
    await ask(token)
    assert psc.findings() == {"PSC-TOK-04"}
    psc.move(seconds=60)
    await ask(token)
    assert len([f for x in psc.session.journal.read() for f in x.findings]) == 1


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/clients-registrations/openid-connect", 403),
        ("/protocol/openid-connect/auth/device", 401),
        ("/protocol/openid-connect/ext/par/request", 400),
    ],
)
async def test_what_is_announced_but_dead_refuses_and_is_reproached(psc: Any, path: str, status: int) -> None:
    assert (await psc.http.post(psc.issuer + path)).status_code == status
    assert psc.findings() == {"PSC-TOK-07"}


async def test_a_user_who_left_and_is_let_in_silently_is_reproached(psc: Any) -> None:
    await psc.tokens()
    mark(psc, "deconnexion-demandee")
    await psc.authorize()
    assert psc.findings() == {"PSC-SES-01"}


@pytest.mark.parametrize(("caller", "found"), [("lgo-demo", set()), ("dmp", {"PSC-SES-03"})])
async def test_a_client_may_ask_about_its_own_dead_token_but_not_show_it_to_others(
    psc: Any, caller: str, found: set[str]
) -> None:
    tokens = await psc.tokens()
    await logout(psc, tokens)
    told = await psc.introspect(tokens["access_token"], (caller, f"secret-{caller}"))
    assert told.json() == {"active": False}
    assert psc.findings() == found


async def ask(psc: Any, message: str, http: httpx.AsyncClient | None = None, **changes: str) -> dict[str, Any]:
    form = {**CIBA, "binding_message": message, **changes}
    answer = await (http or psc.http).post(psc.url("ext/ciba/auth"), data=form, auth=("lgo-demo", "secret-lgo-demo"))
    told: dict[str, Any] = answer.json()
    return told


@pytest.mark.parametrize(
    ("changes", "check"),
    [
        ({"message": "4"}, "PSC-CIBA-01"),
        ({"message": "quarante-deux"}, "PSC-CIBA-01"),
        ({"login_hint": "titulaire"}, "PSC-CIBA-02"),
        ({"login_hint": "10000000001"}, "PSC-CIBA-02"),
        ({"channel": "SMS"}, "PSC-CIBA-04"),
    ],
)
async def test_a_wrong_ciba_request_breaks_exactly_its_rule(psc: Any, changes: dict[str, str], check: str) -> None:
    await ask(psc, **{"message": "42", **changes})
    assert psc.findings() == {check}


@pytest.mark.parametrize("messages", [["07", "07", "07", "07"], ["98", "99", "00", "01"], ["04", "03", "02", "01"]])
async def test_a_constant_or_counted_binding_message_is_reproached(psc: Any, messages: list[str]) -> None:
    for message in messages[:-1]:
        await ask(psc, message)
        psc.move(seconds=1)
    assert psc.findings() == set()
    await ask(psc, messages[-1])
    assert psc.findings() == {"PSC-CIBA-01"}


async def test_a_mutation_strikes_one_client_as_often_as_it_is_armed_for(psc: Any) -> None:
    psc.option(ecps="accept")
    arm(psc, "token-type-missing", client="prescripteur-demo", times=2)
    mine = await psc.tokens()
    assert "token_type" in mine
    other = ("prescripteur-demo", "secret-prescripteur-demo")
    seen = []
    for _ in range(3):
        code = await psc.code(client_id="prescripteur-demo")
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": "http://127.0.0.1:8765/callback"}
        seen.append("token_type" in (await psc.post("token", auth=other, **form)).json())
    assert seen == [False, False, True]


async def test_userinfo_faults_find_their_client_by_its_token(psc: Any) -> None:
    arm(psc, "userinfo-401", client="prescripteur-demo")
    tokens = await psc.tokens()
    assert (await psc.userinfo(tokens["access_token"])).status_code == 200
    arm(psc, "userinfo-sub-missing", client="lgo-demo")
    assert "sub" not in (await psc.userinfo(tokens["access_token"])).json()


async def test_an_outage_of_the_whole_provider_is_one_fault(psc: Any) -> None:
    tokens = await psc.tokens()
    psc.session.faults.arm(Fault("f", "psc", FaultKind.STATUS, 503))
    for answer in (
        await psc.http.get(f"{psc.issuer}/.well-known/wallet-openid-configuration"),
        await psc.authorize(),
        await psc.refresh(tokens["refresh_token"]),
        await psc.userinfo(tokens["access_token"]),
    ):
        assert (answer.status_code, answer.json()["error"]) == (503, "temporarily_unavailable")
    psc.session.faults.disarm()
    assert (await psc.userinfo(tokens["access_token"])).status_code == 200
