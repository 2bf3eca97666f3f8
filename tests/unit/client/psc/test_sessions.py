"""The session after the log-in: refreshed in time, userinfo, the end."""

from __future__ import annotations

import json
from datetime import timedelta

import httpx
import pytest
from jose import jws
from support.psc_provider import (
    ACCESS,
    CLIENT,
    ROOT,
    SUB,
    Changed,
    Provider,
    Stopwatch,
)

from lgo_client.clock import Workplace
from lgo_client.psc import ProSanteConnect, PscRefused, PscSession


def test_a_young_token_is_not_refreshed(session: PscSession, provider: Provider, stopwatch: Stopwatch) -> None:
    stopwatch.seconds += 105
    assert session.access_token() == ACCESS
    assert (session.refreshed, provider.tokens) == (0, 1)


def test_a_token_about_to_die_is_refreshed_once(session: PscSession, provider: Provider, stopwatch: Stopwatch) -> None:
    stopwatch.seconds += 105.5
    assert [session.access_token() for _ in range(2)] == ["access-2", "access-2"]
    assert session.refreshed == 1
    assert provider.forms[1:] == [
        (
            "/token",
            {
                "grant_type": "refresh_token",
                "refresh_token": "refresh-1",
                "client_id": "lgo-test",
                "client_secret": "s3cr&t",
            },
        )
    ]


def test_each_refresh_uses_the_last_refresh_token(
    session: PscSession, provider: Provider, stopwatch: Stopwatch
) -> None:
    for _ in range(2):
        stopwatch.seconds += 110
        session.access_token()
    assert [form.get("refresh_token") for _, form in provider.forms] == [None, "refresh-1", "refresh-2"]


def test_a_refreshed_token_need_not_repeat_the_nonce(
    session: PscSession, provider: Provider, stopwatch: Stopwatch
) -> None:
    stopwatch.seconds += 110
    provider.claims = {"nonce": None}
    assert session.access_token() == "access-2"


def test_the_wall_clock_alone_refreshes_nothing(provider: Provider, workplace: Workplace, stopwatch: Stopwatch) -> None:
    shown = [workplace.now()]
    http = httpx.Client(transport=httpx.MockTransport(provider))
    psc = ProSanteConnect(http, ROOT, CLIENT, Workplace(lambda: shown[0], workplace.uuid, stopwatch))
    session = psc.login(provider.browser)
    shown[0] += timedelta(days=1)
    assert session.access_token() == ACCESS


@pytest.mark.parametrize(
    ("changes", "code"),
    [({"sub": "f:550dc1c8:899700090022"}, "sub"), ({"aud": "x"}, "aud"), ({"iss": "https://evil.test"}, "iss")],
)
def test_a_refreshed_token_of_somebody_else_is_refused_and_never_used(
    session: PscSession, provider: Provider, stopwatch: Stopwatch, changes: Changed, code: str
) -> None:
    stopwatch.seconds += 110
    provider.claims = changes
    for _ in range(2):
        with pytest.raises(PscRefused) as refused:
            session.access_token()
        assert refused.value.code == code
    assert session.refreshed == 0


def test_the_end_of_the_session_at_psc_is_told(session: PscSession, provider: Provider, stopwatch: Stopwatch) -> None:
    stopwatch.seconds += 110
    provider.status, provider.answer = 400, {"error": "invalid_grant", "error_description": "Session not active"}
    with pytest.raises(PscRefused, match="Session not active"):
        session.access_token()


def test_userinfo_is_asked_with_a_fresh_token(session: PscSession, provider: Provider, stopwatch: Stopwatch) -> None:
    assert session.userinfo()["SubjectNameID"] == "899700090014"
    stopwatch.seconds += 110
    session.userinfo()
    assert provider.authorizations == ["Bearer access-1", "Bearer access-2"]


@pytest.mark.parametrize("sub", ["f:550dc1c8:899700090022", None])
def test_userinfo_about_somebody_else_is_refused(session: PscSession, provider: Provider, sub: str | None) -> None:
    provider.user = {"sub": sub}
    with pytest.raises(PscRefused) as refused:
        session.userinfo()
    assert refused.value.code == "sub"


def test_logout_posts_the_id_token_as_hint(session: PscSession, provider: Provider) -> None:
    session.logout()
    path, form = provider.forms[-1]
    assert (path, list(form)) == ("/logout", ["id_token_hint"])
    claims = json.loads(jws.get_unverified_claims(form["id_token_hint"]))
    assert (claims["sub"], claims["nonce"]) == (SUB, provider.nonce)


def test_a_logout_that_psc_refuses_is_told(session: PscSession, provider: Provider) -> None:
    provider.status = 400
    with pytest.raises(PscRefused, match="400"):
        session.logout()
