"""How long things last, in seconds of age time, which callers read from the session's clock.

Source: docs/sources/psc.md#duree-des-jetons, #fin-de-session. A log-in lasts 4 h at most and dies after 30 min without
refresh or SSO; its tokens never outlive it. The moment of issue is stored beside each token: ``iat`` is cut to the
second, which would age a token by a clock jump made in that very second.
"""

from __future__ import annotations

from psc_mock.codes import ACCESS_LIFETIME, LOGIN_IDLE, LOGIN_LIFETIME, REFRESH_LIFETIME

__all__ = ["login_lives", "still_lives", "token_lifetimes"]


def still_lives(since: float, lifetime: float, now: float) -> bool:
    """Tell whether what began at ``since`` still lives."""
    return now - since < lifetime


def login_lives(created: float, used: float, now: float) -> bool:
    """Tell whether a log-in made at ``created`` and last used at ``used`` still lives."""
    return still_lives(created, LOGIN_LIFETIME, now) and still_lives(used, LOGIN_IDLE, now)


def token_lifetimes(created: float, now: float) -> tuple[int, int]:
    """Return the seconds that an access token and a refresh token issued now will live, within their log-in."""
    left = int(LOGIN_LIFETIME - (now - created))
    return min(ACCESS_LIFETIME, left), min(REFRESH_LIFETIME, left)
