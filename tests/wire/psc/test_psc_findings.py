"""Clients that break exactly one rule, over real sockets: each is caught, and nothing else is said."""

from __future__ import annotations

from typing import Any

import pytest
from support.psc import CALLBACK, PscClient

from lgo_sandbox.tenant.faults import Fault, FaultKind


def logout(lgo: PscClient, tokens: dict[str, Any]) -> None:
    answer = lgo.http.post(lgo.protocol("logout"), data={"id_token_hint": tokens["id_token"]})
    assert answer.status_code == 200


@pytest.mark.parametrize(("operation", "limit"), [("userinfo", 10), ("introspection", 60)])
def test_a_burst_of_questions_about_one_token_is_reproached(lgo: PscClient, operation: str, limit: int) -> None:
    token = lgo.tokens()["access_token"]
    ask = lgo.userinfo if operation == "userinfo" else lgo.introspect
    for _ in range(limit):
        assert ask(token).status_code == 200
    assert lgo.reproaches() == set()
    ask(token)
    assert lgo.reproaches() == {"PSC-TOK-04"}
    lgo.tenant.move(seconds=60)
    ask(token)
    assert len(lgo.findings()) == 1


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/clients-registrations/openid-connect", 403),
        ("/protocol/openid-connect/auth/device", 401),
    ],
)
def test_what_is_announced_but_dead_refuses_and_is_reproached(lgo: PscClient, path: str, status: int) -> None:
    assert lgo.http.post(lgo.issuer + path).status_code == status
    assert lgo.reproaches() == {"PSC-TOK-07"}


def test_a_user_who_left_and_is_let_in_silently_is_reproached(lgo: PscClient) -> None:
    lgo.tokens()
    lgo.mark("deconnexion-demandee")
    lgo.authorize()
    assert lgo.reproaches() == {"PSC-SES-01"}


@pytest.mark.parametrize(("caller", "found"), [("lgo-demo", set()), ("dmp", {"PSC-SES-03"})])
def test_a_client_may_ask_about_its_own_dead_token_but_not_show_it_to_others(
    lgo: PscClient, caller: str, found: set[str]
) -> None:
    tokens = lgo.tokens()
    logout(lgo, tokens)
    told = lgo.introspect(tokens["access_token"], (caller, f"secret-{caller}"))
    assert told.json() == {"active": False}
    assert lgo.reproaches() == found


@pytest.mark.parametrize(
    ("changes", "check"),
    [
        ({"binding_message": "4"}, "PSC-CIBA-01"),
        ({"binding_message": "quarante-deux"}, "PSC-CIBA-01"),
        ({"login_hint": "titulaire"}, "PSC-CIBA-02"),
        ({"login_hint": "10000000001"}, "PSC-CIBA-02"),
        ({"channel": "SMS"}, "PSC-CIBA-04"),
        ({"scope": "scope_all"}, "PSC-CIBA-07"),
        ({"scope": "openid"}, "PSC-CIBA-07"),
        ({"acr_values": None}, "PSC-CIBA-06"),
        ({"acr_values": ""}, "PSC-CIBA-06"),
        ({"acr_values": "eidas2"}, "PSC-CIBA-06"),
        ({"acr_values": "0"}, "PSC-CIBA-06"),
    ],
)
def test_a_wrong_ciba_request_breaks_exactly_its_rule(
    lgo: PscClient, changes: dict[str, str | None], check: str
) -> None:
    lgo.ask_ciba(**changes)
    assert lgo.reproaches() == {check}


@pytest.mark.parametrize("messages", [["07", "07", "07", "07"], ["98", "99", "00", "01"], ["04", "03", "02", "01"]])
def test_a_constant_or_counted_binding_message_is_reproached(lgo: PscClient, messages: list[str]) -> None:
    for message in messages[:-1]:
        lgo.ask_ciba(binding_message=message)
        lgo.tenant.move(seconds=1)
    assert lgo.reproaches() == set()
    lgo.ask_ciba(binding_message=messages[-1])
    assert lgo.reproaches() == {"PSC-CIBA-01"}


def test_a_mutation_strikes_one_client_as_often_as_it_is_armed_for(lgo: PscClient) -> None:
    lgo.tenant.option(psc__ecps="accept")
    lgo.arm("token-type-missing", client="prescripteur-demo", times=2)
    mine = lgo.tokens()
    assert "token_type" in mine
    other = ("prescripteur-demo", "secret-prescripteur-demo")
    seen = []
    for _ in range(3):
        code = lgo.code(client_id="prescripteur-demo")
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": CALLBACK}
        seen.append("token_type" in lgo.post("token", other, **form).json())
    assert seen == [False, False, True]


def test_userinfo_faults_find_their_client_by_its_token(lgo: PscClient) -> None:
    lgo.arm("userinfo-401", client="prescripteur-demo")
    tokens = lgo.tokens()
    assert lgo.userinfo(tokens["access_token"]).status_code == 200
    lgo.arm("userinfo-sub-missing", client="lgo-demo")
    assert "sub" not in lgo.userinfo(tokens["access_token"]).json()


def test_an_outage_of_the_whole_provider_is_one_fault(lgo: PscClient) -> None:
    tokens = lgo.tokens()
    lgo.fault(Fault("f", "psc", FaultKind.STATUS, 503))
    for answer in (
        lgo.http.get(f"{lgo.issuer}/.well-known/wallet-openid-configuration"),
        lgo.authorize(),
        lgo.renew(tokens["refresh_token"]),
        lgo.userinfo(tokens["access_token"]),
    ):
        assert (answer.status_code, answer.json()["error"]) == (503, "temporarily_unavailable")
    lgo.heal()
    assert lgo.userinfo(tokens["access_token"]).status_code == 200
