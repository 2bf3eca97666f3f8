"""Each check of Pro Santé Connect: caught when broken alone, silent for a right request."""

from __future__ import annotations

from typing import Any

import pytest

from lgo_sandbox.requirements.catalogue import catalogue
from lgo_sandbox.watch.findings import Observed, evaluate
from psc_mock.checks import CHECKS
from psc_mock.codes import EXI_VERSION, exi

RIGHT_REQUEST: dict[str, Any] = {
    "response_type": "code",
    "scope": "openid scope_all",
    "acr_values": "eidas1",
    "state": "s" * 32,
    "nonce": "n" * 32,
    "redirect_uri": "http://127.0.0.1:8765/callback",
    "code_challenge": "present",
    "code_challenge_method": "S256",
}
RIGHT_AUTHORIZATION: dict[str, Any] = {"authorization": RIGHT_REQUEST, "wrong_host": False, "redirect_ok": True}
RIGHT_TOKEN: dict[str, Any] = {
    "grant_type": "authorization_code",
    "space": "confiance",
    "certificate": {"judgement": "ok", "family": "server", "ou": "1", "cn": "x"},
    "token_in_query": False,
}


def findings(operation: str, facts: dict[str, Any], transport: str = "https") -> set[str]:
    observed = Observed("psc", operation, transport, "psc", facts, {})
    return {finding.check_id for finding in evaluate(CHECKS, observed).findings}


def authorization(**changes: Any) -> set[str]:
    sent = {name: value for name, value in {**RIGHT_REQUEST, **changes}.items() if value is not None}
    return findings("authorization", {**RIGHT_AUTHORIZATION, "authorization": sent})


def test_right_requests_raise_nothing() -> None:
    assert authorization() == set()
    assert findings("token", RIGHT_TOKEN) == set()


@pytest.mark.parametrize(
    ("changes", "check"),
    [
        ({"acr_values": None}, "PSC-AUTHZ-01"),
        ({"acr_values": None, "acr": "eidas1"}, "PSC-AUTHZ-01"),
        ({"acr_values": "0"}, "PSC-AUTHZ-01"),
        ({"acr_values": "eidas3"}, "PSC-AUTHZ-10"),
        ({"scope": "openid"}, "PSC-AUTHZ-02"),
        ({"scope": None}, "PSC-AUTHZ-02"),
        ({"state": None}, "PSC-AUTHZ-03"),
        ({"state": "1"}, "PSC-AUTHZ-03"),
        ({"nonce": None}, "PSC-AUTHZ-04"),
        ({"nonce": ""}, "PSC-AUTHZ-04"),
        ({"response_type": "id_token"}, "PSC-AUTHZ-05"),
        ({"response_mode": "fragment"}, "PSC-AUTHZ-05"),
        ({"redirect_uri": "http://lgo.example/retour"}, "PSC-AUTHZ-06"),
        ({"code_challenge_method": "plain"}, "PSC-AUTHZ-07"),
        ({"code_challenge_method": None}, "PSC-AUTHZ-07"),
    ],
)
def test_a_wrong_authorization_request_breaks_exactly_its_rule(changes: dict[str, Any], check: str) -> None:
    assert authorization(**changes) == {check}


@pytest.mark.parametrize(("fact", "check"), [("state_reused", "PSC-AUTHZ-03"), ("nonce_reused", "PSC-AUTHZ-04")])
def test_a_reused_value_is_reproached(fact: str, check: str) -> None:
    assert findings("authorization", {**RIGHT_AUTHORIZATION, fact: True}) == {check}


def test_an_undeclared_redirect_address_is_reproached() -> None:
    facts = {**RIGHT_AUTHORIZATION, "redirect_ok": False, "refusal": "redirect_invalid"}
    assert findings("authorization", facts) == {"PSC-AUTHZ-06"}


def test_the_wrong_host_is_the_only_reproach_to_a_request_that_will_come_again() -> None:
    assert findings("authorization", {"authorization": {}, "wrong_host": True}) == {"PSC-AUTHZ-08"}


def test_no_pkce_at_all_is_no_violation() -> None:
    assert authorization(code_challenge=None, code_challenge_method=None) == set()


@pytest.mark.parametrize(
    ("changes", "check"),
    [
        ({"refusal": "code_replayed"}, "PSC-TOK-01"),
        ({"refusal": "redirect_mismatch"}, "PSC-TOK-01"),
        ({"refusal": "verifier_missing"}, "PSC-AUTHZ-07"),
        ({"certificate": {"judgement": "absent", "family": "", "ou": "", "cn": ""}}, "PSC-TOK-02"),
        ({"certificate": {"judgement": "expired", "family": "server", "ou": "1", "cn": "x"}}, "PSC-TOK-02"),
        ({"refusal": "certificate_refused"}, "PSC-TOK-02"),
        ({"grant_type": "password"}, "PSC-TOK-05"),
        ({"grant_type": "implicit"}, "PSC-TOK-05"),
        ({"token_in_query": True}, "PSC-TOK-06"),
    ],
)
def test_a_wrong_token_request_breaks_exactly_its_rule(changes: dict[str, Any], check: str) -> None:
    assert findings("token", {**RIGHT_TOKEN, **changes}) == {check}


def test_the_plain_port_is_a_warning_and_a_community_client_needs_no_certificate() -> None:
    absent = {"judgement": "absent", "family": "", "ou": "", "cn": ""}
    community = {**RIGHT_TOKEN, "space": "communautaire", "certificate": absent}
    assert findings("token", community) == set()
    assert findings("token", {**RIGHT_TOKEN, "certificate": absent}, "http") == {"PSC-TLS-01"}


def test_exi_numbers_are_keyed_by_version_and_number_and_have_their_alias_in_the_catalogue() -> None:
    assert exi(16) == "EXI-PSC-16"
    assert exi(15, "1.7") == "EXI-PSC-15@1.7"
    numbers = {number for check in CHECKS for number in check.requirements if number.startswith("EXI-PSC-")}
    assert numbers >= {"EXI-PSC-10", "EXI-PSC-11", "EXI-PSC-16", "EXI-PSC-20", "EXI-PSC-24", "EXI-PSC-25", "EXI-PSC-32"}
    assert all(f"{number}@{EXI_VERSION}" in catalogue() for number in numbers)


def test_every_rule_of_the_specification_has_its_check_with_a_french_remedy() -> None:
    wanted = {f"PSC-AUTHZ-{n:02d}" for n in range(1, 11)} | {f"PSC-TOK-{n:02d}" for n in range(1, 7)}
    wanted |= {f"PSC-SES-{n:02d}" for n in range(1, 5)} | {f"PSC-CIBA-{n:02d}" for n in range(1, 6)}
    wanted |= {"PSC-API-01", "PSC-API-02", "PSC-CLI-01"}
    assert wanted <= {check.id for check in CHECKS}
    assert all(check.remedy.endswith(".") and check.confidence in "HML" for check in CHECKS)


@pytest.mark.parametrize(
    ("facts", "check"),
    [
        ({"refusal": "certificate_changed", "grant_type": "refresh_token"}, "PSC-API-01"),
        ({"refusal": "api_scope_refused"}, "PSC-API-02"),
        ({"refusal": "audience_unknown"}, "PSC-API-02"),
        ({"refusal": "api_client_refused"}, "PSC-API-02"),
    ],
)
def test_a_wrong_exchange_breaks_exactly_its_rule(facts: dict[str, Any], check: str) -> None:
    assert findings("api-token", facts) == {check}


def test_a_log_in_token_at_an_api_is_reproached() -> None:
    assert findings("api-introspection", {"psc_token": True, "active": False}) == {"PSC-API-03"}
    assert findings("api-introspection", {"psc_token": False, "active": True}) == set()


@pytest.mark.parametrize(
    ("facts", "check"),
    [
        ({"refusal": "ciba_too_early", "told_before": "ciba_pending"}, "PSC-CIBA-03"),
        ({"refusal": "ciba_denied", "told_before": "ciba_denied"}, "PSC-CIBA-03"),
        ({"refusal": "ciba_expired", "told_before": "ciba_denied"}, "PSC-CIBA-03"),
    ],
)
def test_a_wrong_poll_breaks_exactly_its_rule(facts: dict[str, Any], check: str) -> None:
    grant = {**RIGHT_TOKEN, "grant_type": "urn:openid:params:grant-type:ciba", "interval": 5}
    assert findings("token", {**grant, "told_before": "ciba_pending"}) == set()
    assert findings("token", {**grant, **facts}) == {check}


def test_ids_are_unique_and_requirements_are_in_the_catalogue() -> None:
    assert len({check.id for check in CHECKS}) == len(CHECKS)
    for check in CHECKS:
        assert check.requirements
        assert all(number in catalogue() for number in check.requirements), check.id
