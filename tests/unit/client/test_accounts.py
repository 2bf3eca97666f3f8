"""Accounts are matched on SubjectNameID; logging out closes both sessions, idleness only the software's."""

from __future__ import annotations

from typing import Any

import pytest

from lgo_client.accounts import Accounts, UserSession
from lgo_client.psc import PscRefused

ME = {"SubjectNameID": "899700090014", "sub": "f:x:899700090014", "given_name": "Claire", "family_name": "FONTAINE"}
OTHER = {"SubjectNameID": "899700090022", "sub": "f:x:899700090022"}


class Session:
    """A session of Pro Santé Connect by script."""

    def __init__(self, dead: bool = False) -> None:
        self.dead, self.left = dead, False

    def access_token(self) -> str:
        if self.dead:
            raise PscRefused("invalid_grant", "Session not active")
        return "token"

    def logout(self) -> None:
        self.left = True
        if self.dead:
            raise PscRefused("503", "panne")


def test_one_account_whatever_the_means() -> None:
    accounts = Accounts()
    first = accounts.matched({**ME, "authMode": "CARD"})
    second = accounts.matched({**ME, "authMode": "MOBILE"})
    assert (first.login, second.login, second.name) == ("899700090014", "899700090014", "Claire FONTAINE")
    assert second.means == {"CARD", "MOBILE"}
    assert list(accounts.known) == ["899700090014"]


def test_a_local_account_is_joined_with_the_person_and_takes_over_what_was_made_meanwhile() -> None:
    accounts = Accounts()
    accounts.add("claire")
    accounts.matched({**ME, "authMode": "MOBILE"})
    joined = accounts.joined("claire", {**ME, "authMode": "CARD"})
    assert (joined.login, joined.merged, joined.sub) == ("claire", ("899700090014",), ME["sub"])
    assert accounts.matched(ME).login == "claire"
    assert list(accounts.known) == ["claire"]


def test_an_account_of_somebody_else_is_not_joined() -> None:
    accounts = Accounts()
    accounts.add("claire")
    accounts.joined("claire", ME)
    with pytest.raises(PscRefused):
        accounts.joined("claire", OTHER)
    assert accounts.matched(OTHER).login != "claire"
    with pytest.raises(KeyError):
        accounts.joined("personne", ME)
    with pytest.raises(ValueError):
        accounts.add("claire")


@pytest.mark.parametrize("claims", [{}, {"SubjectNameID": "8"}, {"sub": "x"}, {"SubjectNameID": "", "sub": "x"}])
def test_an_answer_that_does_not_say_who_is_refused(claims: dict[str, Any]) -> None:
    with pytest.raises(PscRefused):
        Accounts().matched(claims)


def test_an_account_is_the_same_person_s_when_sub_takes_another_form() -> None:
    accounts = Accounts()
    before = accounts.matched(ME)
    after = accounts.matched({**ME, "sub": "4f3c6d2e-0000-5000-8000-000000000001"})
    assert (after.login, after.sub) == (before.login, "4f3c6d2e-0000-5000-8000-000000000001")
    assert list(accounts.known) == [before.login]


def test_logging_out_closes_both_sessions_even_when_the_provider_is_down() -> None:
    for dead in (False, True):
        psc: Any = Session(dead)
        session = UserSession(Accounts().matched(ME), psc)
        if dead:
            with pytest.raises(PscRefused):
                session.logout()
        else:
            session.logout()
        assert (session.open, psc.left) == (False, True)


def test_idleness_closes_the_software_only() -> None:
    psc: Any = Session()
    session = UserSession(Accounts().matched(ME), psc)
    session.leave_idle()
    assert (session.open, psc.left) == (False, False)
    with pytest.raises(PscRefused):
        session.access_token()


def test_the_software_s_session_ends_with_that_of_the_provider() -> None:
    psc: Any = Session(dead=True)
    session = UserSession(Accounts().matched(ME), psc)
    with pytest.raises(PscRefused):
        session.access_token()
    assert not session.open
