"""Verdicts that can be believed: for each requirement a client that fails it, one that leaves it open, one that proves.

A requirement is open as long as its whole was not seen: one right parameter, TLS without a certificate, a logout
without the next log-in prove nothing.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from support.psc import CALLBACK, PscClient

from lgo_sandbox.conformance import Verdict
from lgo_sandbox.requirements import catalogue
from psc_mock.checks import CHECKS

Act = Callable[[PscClient], object]


def authorized(lgo: PscClient) -> None:
    lgo.authorize()


def logged_in(lgo: PscClient) -> None:
    lgo.userinfo(lgo.tokens()["access_token"])


def in_clear(lgo: PscClient) -> None:
    form = {"client_id": "lgo-mtls", "grant_type": "authorization_code", "redirect_uri": CALLBACK}
    code = lgo.code(client_id="lgo-mtls")
    lgo.http.post(lgo.protocol("token", tls=False), data={**form, "code": code})


def with_certificate(lgo: PscClient) -> None:
    lgo.mtls_tokens(lgo.with_certificate())


def bursting(lgo: PscClient) -> None:
    tokens = lgo.tokens()
    for _ in range(4):
        lgo.refresh(tokens)


def refreshed(lgo: PscClient) -> None:
    tokens = lgo.tokens()
    lgo.tenant.move(seconds=100)
    lgo.refresh(tokens)


def logged_out(lgo: PscClient) -> None:
    lgo.logout(lgo.tokens())


def logged_out_and_in(lgo: PscClient) -> None:
    logged_out(lgo)
    lgo.code()


def left_open(lgo: PscClient) -> None:
    lgo.tokens()
    lgo.mark("deconnexion-demandee")
    lgo.authorize()


def inactive_logout(lgo: PscClient) -> None:
    tokens = lgo.tokens()
    lgo.mark("utilisateur-inactif")
    lgo.logout(tokens)


def back_after_silence(lgo: PscClient) -> None:
    tokens = lgo.tokens()
    lgo.mark("utilisateur-inactif")
    lgo.refresh(tokens)
    lgo.authorize()


def outliving(lgo: PscClient) -> None:
    token = lgo.tokens()["access_token"]
    lgo.tenant.move(hours=4)
    lgo.userinfo(token)


def over_and_back(lgo: PscClient) -> None:
    lgo.tokens()
    lgo.tenant.move(minutes=31)
    lgo.tokens()


def over_used_and_back(lgo: PscClient) -> None:
    outliving(lgo)
    lgo.tokens()


def exchanged(*audiences: str) -> Act:
    def act(lgo: PscClient) -> None:
        http = lgo.with_certificate()
        token = lgo.mtls_tokens(http)["access_token"]
        for audience in audiences:
            api = lgo.exchange_for_api(http, token, audience=audience, scope=audience).json()["access_token"]
            lgo.http.post(lgo.api("token/introspect"), data={"token": api}, auth=("insi", "secret-insi"))

    return act


def not_exchanged(lgo: PscClient) -> None:
    token = lgo.tokens()["access_token"]
    lgo.http.post(lgo.api("token/introspect"), data={"token": token}, auth=("insi", "secret-insi"))


def swallowed(lgo: PscClient) -> None:
    lgo.arm("nonce-wrong")
    logged_in(lgo)


def embedded(lgo: PscClient) -> None:
    lgo.http.get(f"{lgo.wallet}/auth", params=lgo.request(), headers={"User-Agent": "x Electron/30"})


FAILS: dict[str, Act] = {
    "PSC.01": left_open,
    "PSC.08": lambda lgo: lgo.authorize(acr_values="0"),
    "PSC.10": not_exchanged,
    "EXI-PSC-08": swallowed,
    "EXI-PSC-09": lambda lgo: lgo.authorize(state="1"),
    "EXI-PSC-10": lambda lgo: lgo.post("token", grant_type="password"),
    "EXI-PSC-11": bursting,
    "EXI-PSC-14": lambda lgo: lgo.http.get(lgo.protocol("auth"), params=lgo.request()),
    "EXI-PSC-15": lambda lgo: lgo.exchange(lgo.code(), redirect_uri=CALLBACK + "2"),
    "EXI-PSC-16": lambda lgo: lgo.authorize(acr_values=None),
    "EXI-PSC-20": left_open,
    "EXI-PSC-24": in_clear,
    "EXI-PSC-25": embedded,
    "EXI-PSC-26": embedded,
    "EXI-PSC-32": inactive_logout,
    "EXI-RIE-PS-13": outliving,
}
OPEN: dict[str, Act] = {
    "PSC.01": logged_in,
    "PSC.08": lambda lgo: lgo.ask_ciba(),
    "PSC.10": exchanged("insi", "dmp"),
    "EXI-PSC-08": authorized,
    "EXI-PSC-09": lambda lgo: lgo.tokens(),
    "EXI-PSC-10": lambda lgo: lgo.tokens(),
    "EXI-PSC-11": logged_in,
    "EXI-PSC-14": logged_in,
    "EXI-PSC-15": lambda lgo: lgo.tokens(),
    "EXI-PSC-16": lambda lgo: lgo.ask_ciba(),
    "EXI-PSC-20": logged_out,
    "EXI-PSC-24": logged_in,
    "EXI-PSC-25": authorized,
    "EXI-PSC-26": authorized,
    "EXI-PSC-32": logged_out,
    "EXI-RIE-PS-13": lambda lgo: [lgo.tokens(), lgo.logout(lgo.tokens()), lgo.tokens()],
}
PROVES: dict[str, Act] = {
    "PSC.08": authorized,
    "PSC.10": exchanged("insi", "dmp", "eprescription"),
    "EXI-PSC-08": logged_in,
    "EXI-PSC-09": logged_in,
    "EXI-PSC-10": logged_in,
    "EXI-PSC-11": refreshed,
    "EXI-PSC-15": logged_in,
    "EXI-PSC-16": authorized,
    "EXI-PSC-20": logged_out_and_in,
    "EXI-PSC-24": with_certificate,
    "EXI-PSC-32": back_after_silence,
    "EXI-RIE-PS-13": over_and_back,
}
LINKED = {number for check in CHECKS for number in check.requirements}


def test_every_requirement_with_a_check_has_its_three_clients() -> None:
    assert set(FAILS) == set(OPEN) == LINKED
    assert set(PROVES) == {number for number in LINKED if catalogue().get(number).wire == "Y"}


@pytest.mark.parametrize("number", sorted(FAILS))
def test_a_client_that_breaks_it_fails(lgo: PscClient, number: str) -> None:
    FAILS[number](lgo)
    assert lgo.verdict(number) is Verdict.FAIL


@pytest.mark.parametrize("number", sorted(OPEN))
def test_a_part_of_it_proves_nothing(lgo: PscClient, number: str) -> None:
    OPEN[number](lgo)
    assert lgo.verdict(number) not in (Verdict.PASS, Verdict.FAIL)


@pytest.mark.parametrize("number", sorted(PROVES))
def test_the_whole_of_it_passes(lgo: PscClient, number: str) -> None:
    PROVES[number](lgo)
    assert lgo.verdict(number) is Verdict.PASS


def without_browser(lgo: PscClient) -> None:
    lgo.tenant.option(psc__ecps="accept", psc__ciba_interval="0")
    lgo.poll(lgo.ask_ciba().json()["auth_req_id"])


def test_a_session_without_a_browser_is_proven_ended_too(lgo: PscClient) -> None:
    without_browser(lgo)
    lgo.tenant.move(minutes=31)
    without_browser(lgo)
    assert lgo.verdict("EXI-RIE-PS-13") is Verdict.PASS


def test_an_api_token_that_outlives_its_session_fails(lgo: PscClient) -> None:
    http = lgo.with_certificate()
    api = lgo.exchange_for_api(http, lgo.mtls_tokens(http)["access_token"]).json()["access_token"]
    lgo.tenant.move(minutes=31)
    lgo.http.post(lgo.api("token/introspect"), data={"token": api}, auth=("insi", "secret-insi"))
    assert lgo.verdict("EXI-RIE-PS-13") is Verdict.FAIL


def test_a_session_that_was_used_after_its_end_is_not_proven_ended_by_the_next_log_in(lgo: PscClient) -> None:
    over_used_and_back(lgo)
    assert lgo.verdict("EXI-RIE-PS-13") is Verdict.FAIL
    assert "PSC-SES-07" not in lgo.kept()


def test_requirements_are_written_out_and_known_and_ids_are_unique() -> None:
    assert len({check.id for check in CHECKS}) == len(CHECKS)
    for check in CHECKS:
        assert check.id.startswith("PSC-")
        assert all(number in catalogue() for number in check.requirements), check.id
        assert check.source.startswith("docs/sources/")
        assert check.remedy.endswith(".")
