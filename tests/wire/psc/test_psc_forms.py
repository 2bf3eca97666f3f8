"""Clients that break at the changes of 2026, as far as the wire shows it; and those that do not."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from support.psc import PscClient

from lgo_sandbox.wire.jwt import unverified_claims

FAULTS = ["sub-changed", "acr-eidas2", "claims-unknown"]


def by_ciba(lgo: PscClient) -> dict[str, Any]:
    asked = lgo.ask_ciba(binding_message=f"{len(lgo.exchanges()) * 37 % 100:02}").json()
    return dict(lgo.poll(asked["auth_req_id"]).json())


def found(lgo: PscClient, number: str) -> list[str]:
    return [one.received for one in lgo.findings() if one.check_id == number]


@pytest.mark.parametrize("name", FAULTS)
@pytest.mark.parametrize("log_in", [PscClient.tokens, by_ciba], ids=["web", "ciba"])
def test_a_client_that_gives_up_after_its_tokens_is_told_which_change_it_met(
    lgo: PscClient, name: str, log_in: Callable[[PscClient], Any]
) -> None:
    lgo.tenant.option(psc__ecps="accept")
    lgo.arm(name)
    log_in(lgo)
    lgo.tenant.move(seconds=30)
    log_in(lgo)
    (received,) = found(lgo, "PSC-FORME-01")
    assert re.search(r"\b3\d s après", received)
    assert {"sub-changed": "sub", "acr-eidas2": "eidas2", "claims-unknown": "Membres inconnus"}[name] in received


@pytest.mark.parametrize("name", FAULTS)
@pytest.mark.parametrize(
    "use",
    [
        lambda lgo, tokens: lgo.userinfo(tokens["access_token"]),
        lambda lgo, tokens: lgo.introspect(tokens["access_token"]),
        lambda lgo, tokens: lgo.refresh(tokens),
        lambda lgo, tokens: lgo.logout(tokens),
    ],
    ids=["userinfo", "introspection", "refresh", "logout"],
)
def test_a_client_that_goes_on_is_reproached_nothing(
    lgo: PscClient, name: str, use: Callable[[PscClient, dict[str, Any]], object]
) -> None:
    lgo.arm(name)
    use(lgo, lgo.tokens())
    lgo.tenant.move(seconds=30)
    lgo.tokens()
    assert lgo.reproaches() == set()
    assert "PSC-FORME-01" in lgo.kept()


def test_a_client_that_comes_back_the_next_day_is_not_taken_for_one_that_gave_up(lgo: PscClient) -> None:
    lgo.tenant.option(psc__profile="2026")
    lgo.tokens()
    lgo.tenant.move(hours=14)
    lgo.tokens()
    assert found(lgo, "PSC-FORME-01") == []


def test_a_log_in_that_was_given_up_is_told_of_once(lgo: PscClient) -> None:
    lgo.tenant.option(psc__ecps="accept")
    lgo.arm("sub-changed")
    by_ciba(lgo)
    for _ in range(3):
        lgo.tenant.move(seconds=30)
        lgo.userinfo(by_ciba(lgo)["access_token"])
    assert len(found(lgo, "PSC-FORME-01")) == 1


def test_a_proxy_that_exchanges_for_an_api_need_not_ask_who_the_person_is(lgo: PscClient) -> None:
    lgo.tenant.option(psc__profile="2026")
    http = lgo.with_certificate()
    tokens = lgo.mtls_tokens(http)
    assert lgo.exchange_for_api(http, tokens["access_token"]).status_code == 200
    http.post(lgo.protocol("logout"), data={"id_token_hint": tokens["id_token"]})
    assert found(lgo, "PSC-FORME-02") == []


def test_another_client_s_tokens_do_not_count(lgo: PscClient) -> None:
    lgo.arm("sub-changed", client="lgo-demo")
    lgo.tokens()
    answer = lgo.exchange(lgo.code(client_id="prescripteur-demo"), ("prescripteur-demo", "secret-prescripteur-demo"))
    assert answer.status_code == 200
    assert found(lgo, "PSC-FORME-01") == []


def test_a_log_in_without_userinfo_is_a_remark_where_the_forms_are_new_only(lgo: PscClient) -> None:
    lgo.logout(lgo.tokens())
    assert lgo.findings() == []
    lgo.arm("sub-changed")
    lgo.logout(lgo.tokens())
    assert "PSC-FORME-02" in lgo.remarks()
    assert lgo.reproaches() == set()


@pytest.mark.parametrize("profile", ["2025", "2026"])
def test_a_sub_sent_as_national_identifier_is_named_as_such(lgo: PscClient, profile: str) -> None:
    lgo.tenant.option(psc__profile=profile)
    tokens = lgo.tokens()
    sub = unverified_claims(tokens["access_token"])["sub"]
    lgo.userinfo(tokens["access_token"])
    assert lgo.ask_ciba(login_hint=sub).status_code == 400
    (finding,) = [one for one in lgo.findings() if one.check_id == "PSC-CIBA-02"]
    assert "sub" in finding.message
    assert "SubjectNameID" in finding.remedy
    assert lgo.reproaches() == {"PSC-CIBA-02"}
