"""The person's SSO session, found by the cookie of the wallet host.

Source: docs/sources/psc.md#fin-de-session (4 h at most, 30 min idle), #deconnexion. The cookie is named for the service
and carries the session's path; it never tells the sandbox's session, since browsers send cookies to every port of a
host.
"""

from __future__ import annotations

from lgo_sandbox.gate.asgi import Call
from psc_mock import hot, store, wire
from psc_mock.domain.endings import Ending, ending_of, forgotten
from psc_mock.domain.lifetimes import login_lives
from psc_mock.domain.refusals import Refused

__all__ = ["SSO_COOKIE", "alive", "current_login", "login_named", "login_over", "new_login", "session_dead"]

SSO_COOKIE = "PSC_SESSION"


def alive(login: store.Login | hot.LoginFacts | None, now: float) -> bool:
    """Tell whether a log-in runs."""
    return login is not None and not login.ended and login_lives(login.created, login.used, now)


def current_login(call: Call) -> store.Login | None:
    """Return the running log-in of the browser that calls."""
    cookie = wire.cookie(call.headers, SSO_COOKIE)
    with call.session.db.transaction() as t:
        login = store.login_of_cookie(t, cookie)
    return login if alive(login, call.session.clock.age().timestamp()) else None


def login_named(call: Call, sid: str) -> hot.LoginFacts | None:
    """Return a running log-in by its id."""
    login = hot.login(call.session.db, sid)
    return login if alive(login, call.session.clock.age().timestamp()) else None


def login_over(call: Call, sid: str) -> Ending | None:
    """Return how a log-in ended, None for one that runs."""
    return ending_of(hot.login(call.session.db, sid), call.session.clock.age().timestamp())


def session_dead(call: Call, sid: str) -> Refused:
    """Return the refusal of what outlived its log-in: when and how that ended."""
    ending, now = login_over(call, sid) or forgotten(), call.session.clock.age().timestamp()
    return Refused("session_dead", received=ending.told(now), where="session de la personne")


def new_login(call: Call, national_id: str, means: str) -> tuple[store.Login, str]:
    """Return a new log-in, not yet stored, and the value of its cookie: never one that the browser brought."""
    session = call.session
    cookie, now = session.ids.token(), session.clock.age().timestamp()
    login = store.Login(
        sid=session.ids.uuid(),
        cookie=store.digest(cookie),
        national_id=national_id,
        auth_time=int(session.clock.wire().timestamp()),
        auth_mode=means,
        created=now,
        used=now,
        profile=session.option("psc.profile"),
    )
    return login, cookie
