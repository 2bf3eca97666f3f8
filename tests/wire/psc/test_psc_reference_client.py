"""The reference client against the service: CIBA, browser, refresh, logout, accounts; it is reproached nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, TypeVar

import httpx
import pytest

from lgo_client.accounts import Accounts, UserSession
from lgo_client.browsers import unattended_browser
from lgo_client.ciba import CARD, ciba_login
from lgo_client.clock import Workplace
from lgo_client.environment import OidcClient
from lgo_client.psc import ProSanteConnect, PscRefused

T = TypeVar("T")
TITULAIRE = "899700090014"
CALLBACK = "http://127.0.0.1:8765/callback"


class Person:
    """Answers in the e-CPS while the client sleeps, and moves the clock of the session as the client's goes."""

    def __init__(self, psc: Any, action: str = "accept", after: int = 1) -> None:
        self.psc, self.action, self.after = psc, action, after
        self.slept: list[float] = []
        self.shown: list[str] = []

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.psc.move(seconds=seconds)
        if len(self.slept) == self.after:
            self.answer()

    def answer(self) -> None:
        for push in self.psc.resource("ecps")["requests"]:
            assert push["digits"] in self.shown or push["kind"] == "web"
            self.psc.resource("ecps", "POST", {"id": push["id"], "action": self.action})


async def away(work: Callable[[], T]) -> T:
    """Run the client, which blocks, beside the service."""
    return await asyncio.to_thread(work)


def provider(psc: Any, http: httpx.Client, stopwatch: Callable[[], float] | None = None) -> ProSanteConnect:
    workplace = Workplace(stopwatch=stopwatch) if stopwatch else Workplace()
    oidc = OidcClient("lgo-demo", "secret-lgo-demo", (CALLBACK,))
    return ProSanteConnect(http, psc.launcher.sandbox.addresses.root("psc"), oidc, workplace)


@pytest.mark.parametrize("after", [1, 3])
async def test_ciba_waits_for_the_person_and_is_reproached_nothing(psc: Any, after: int) -> None:
    person = Person(psc, after=after)

    def work() -> str:
        with httpx.Client(verify=psc.trust, trust_env=False) as http:
            session = ciba_login(provider(psc, http), TITULAIRE, person.shown.append, sleep=person.sleep)
            told = str(session.userinfo()["SubjectNameID"])
            session.logout()
            return told

    assert await away(work) == TITULAIRE
    assert person.slept == [5.0] * after
    assert len(person.shown[0]) == 2
    assert psc.findings() == set()


@pytest.mark.parametrize(("action", "code"), [("refuse", "access_denied"), ("wrong_code", "access_denied")])
async def test_ciba_stops_at_a_refusal(psc: Any, action: str, code: str) -> None:
    person = Person(psc, action)

    def work() -> None:
        with httpx.Client(verify=psc.trust, trust_env=False) as http:
            ciba_login(provider(psc, http), TITULAIRE, person.shown.append, sleep=person.sleep)

    with pytest.raises(PscRefused) as refused:
        await away(work)
    assert refused.value.code == code
    assert psc.findings() == set()


async def test_ciba_without_an_answer_ends_with_the_request(psc: Any) -> None:
    psc.option(ecps="ignore")
    person = Person(psc)

    def work() -> None:
        with httpx.Client(verify=psc.trust, trust_env=False) as http:
            ciba_login(provider(psc, http), TITULAIRE, person.shown.append, sleep=person.sleep)

    with pytest.raises(PscRefused) as refused:
        await away(work)
    assert refused.value.code == "expired_token"
    assert psc.findings() == set()


async def test_web_and_card_lead_to_one_account_and_logging_out_closes_both_sessions(psc: Any) -> None:
    person = Person(psc)
    accounts = Accounts()

    def work() -> tuple[int, bool]:
        with (
            httpx.Client(verify=psc.trust, trust_env=False) as http,
            httpx.Client(verify=psc.trust, trust_env=False) as browser,
        ):
            client = provider(psc, http)
            web = client.login(unattended_browser(browser, person.answer), hint="titulaire")
            first = UserSession(accounts.matched(web.userinfo()), web)
            first.logout()
            card = ciba_login(client, TITULAIRE, person.shown.append, channel=CARD, sleep=person.sleep)
            second = UserSession(accounts.matched(card.userinfo()), card)
            assert second.account.means == {"MOBILE", "CARD"}
            second.logout()
            with pytest.raises(PscRefused):
                second.access_token()
            again = client.login(unattended_browser(browser, person.answer), hint="titulaire")
            return len(accounts.known), bool(again.access_token())

    assert await away(work) == (1, True)
    logins = psc.resource("sessions")["sessions"]
    assert sorted(one["active"] for one in logins) == [False, False, True]
    assert psc.findings() == set()


async def test_the_access_token_is_refreshed_before_it_dies_until_the_session_is_over(psc: Any) -> None:
    psc.option(ecps="accept")
    elapsed = [0.0]

    def pass_time(seconds: float) -> None:
        elapsed[0] += seconds
        psc.move(seconds=seconds)

    def work() -> tuple[int, str]:
        with (
            httpx.Client(verify=psc.trust, trust_env=False) as http,
            httpx.Client(verify=psc.trust, trust_env=False) as browser,
        ):
            client = provider(psc, http, lambda: elapsed[0])
            session = client.login(unattended_browser(browser, lambda: None), hint="titulaire")
            for _ in range(5):
                pass_time(110)
                session.userinfo()
            pass_time(31 * 60)
            with pytest.raises(PscRefused) as refused:
                session.access_token()
            return session.refreshed, refused.value.code

    assert await away(work) == (5, "invalid_grant")
    assert psc.findings() == set()
