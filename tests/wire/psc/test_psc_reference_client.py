"""The reference client against the service: CIBA, browser, refresh, logout, accounts; it is reproached nothing."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from support.psc import CALLBACK, DEMO, TITULAIRE, PscClient

from lgo_client.accounts import Accounts, UserSession
from lgo_client.browsers import unattended_browser
from lgo_client.ciba import CARD, ciba_login
from lgo_client.clock import Workplace
from lgo_client.environment import OidcClient
from lgo_client.psc import ProSanteConnect, PscRefused


class Person:
    """Answers in the e-CPS while the client sleeps, and moves the clock of the session as the client's goes."""

    def __init__(self, lgo: PscClient, action: str = "accept", after: int = 1) -> None:
        self.lgo, self.action, self.after = lgo, action, after
        self.slept: list[float] = []
        self.shown: list[str] = []

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.lgo.tenant.move(seconds=seconds)
        if len(self.slept) == self.after:
            self.answer()

    def answer(self) -> None:
        for push in self.lgo.resource("ecps")["requests"]:
            assert push["digits"] in self.shown or push["kind"] == "web"
            self.lgo.resource("ecps", "POST", {"id": push["id"], "action": self.action})


def provider(lgo: PscClient, stopwatch: Callable[[], float] | None = None) -> ProSanteConnect:
    workplace = Workplace(stopwatch=stopwatch) if stopwatch else Workplace()
    return ProSanteConnect(lgo.http, lgo.tenant.url("psc"), OidcClient(*DEMO, (CALLBACK,)), workplace)


@pytest.mark.parametrize("after", [1, 3])
def test_ciba_waits_for_the_person_and_is_reproached_nothing(lgo: PscClient, after: int) -> None:
    person = Person(lgo, after=after)
    session = ciba_login(provider(lgo), TITULAIRE, person.shown.append, sleep=person.sleep)
    assert session.userinfo()["SubjectNameID"] == TITULAIRE
    session.logout()
    assert person.slept == [5.0] * after
    assert len(person.shown[0]) == 2
    assert lgo.reproaches() == set()


@pytest.mark.parametrize(("action", "code"), [("refuse", "access_denied"), ("wrong_code", "access_denied")])
def test_ciba_stops_at_a_refusal(lgo: PscClient, action: str, code: str) -> None:
    person = Person(lgo, action)
    with pytest.raises(PscRefused) as refused:
        ciba_login(provider(lgo), TITULAIRE, person.shown.append, sleep=person.sleep)
    assert refused.value.code == code
    assert lgo.reproaches() == set()


def test_ciba_without_an_answer_ends_with_the_request(lgo: PscClient) -> None:
    lgo.tenant.option(psc__ecps="ignore")
    person = Person(lgo)
    with pytest.raises(PscRefused) as refused:
        ciba_login(provider(lgo), TITULAIRE, person.shown.append, sleep=person.sleep)
    assert refused.value.code == "expired_token"
    assert lgo.reproaches() == set()


def test_web_and_card_lead_to_one_account_and_logging_out_closes_both_sessions(lgo: PscClient) -> None:
    person, accounts = Person(lgo), Accounts()
    client, browser = provider(lgo), unattended_browser(lgo.browser(), person.answer)
    web = client.login(browser, hint="titulaire")
    first = UserSession(accounts.matched(web.userinfo()), web)
    first.logout()
    card = ciba_login(client, TITULAIRE, person.shown.append, channel=CARD, sleep=person.sleep)
    second = UserSession(accounts.matched(card.userinfo()), card)
    assert second.account.means == {"MOBILE", "CARD"}
    second.logout()
    with pytest.raises(PscRefused):
        second.access_token()
    assert client.login(browser, hint="titulaire").access_token()
    assert len(accounts.known) == 1
    logins = lgo.resource("sessions")["sessions"]
    assert sorted(one["active"] for one in logins) == [False, False, True]
    assert lgo.reproaches() == set()


def test_the_access_token_is_refreshed_before_it_dies_until_the_session_is_over(lgo: PscClient) -> None:
    lgo.tenant.option(psc__ecps="accept")
    elapsed = [0.0]

    def pass_time(seconds: float) -> None:
        elapsed[0] += seconds
        lgo.tenant.move(seconds=seconds)

    client = provider(lgo, lambda: elapsed[0])
    session = client.login(unattended_browser(lgo.browser(), lambda: None), hint="titulaire")
    for _ in range(5):
        pass_time(110)
        session.userinfo()
    pass_time(31 * 60)
    with pytest.raises(PscRefused) as refused:
        session.access_token()
    assert (session.refreshed, refused.value.code) == (5, "invalid_grant")
    assert lgo.reproaches() == set()
