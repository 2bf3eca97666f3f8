"""Makes the tokens of a grant, keeps what must be known of them, and finds them again.

Source: specs/psc.md §1.5 (members of the answer, Keycloak's order), §2.1–2.2, §6.4 (no null member). The access token
is a JWT known by its ``jti``, the refresh token an opaque secret known by its digest.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from lgo_sandbox.gate.asgi import Call
from lgo_sandbox.tenant.tokens import mark, mark_header
from lgo_sandbox.wire.jwt import BadToken, at_hash, unverified_claims, verify
from psc_mock import hot, store
from psc_mock.app.mutating import signed_id_token
from psc_mock.app.sso import login_named
from psc_mock.domain.claims import Grant, access_claims, id_claims
from psc_mock.domain.lifetimes import still_lives, token_lifetimes
from psc_mock.keys import signing_key, verifying_keys

__all__ = ["WINDOW", "Found", "Issue", "claimed_client", "count_use", "find_token", "issue_tokens"]

ABSENT = "absent"
WINDOW = 60.0
"""Seconds of age time over which uses of a token are counted."""


@dataclass(frozen=True, slots=True)
class Issue:
    """What tokens are made for: a running log-in, and what was granted in it."""

    login: hot.LoginFacts
    client_id: str
    scope: str
    nonce: str
    issuer: str


@dataclass(frozen=True, slots=True)
class Found:
    """A live token with its log-in."""

    row: hot.TokenFacts
    grant: Grant


def issue_tokens(call: Call, issue: Issue) -> dict[str, Any]:
    """Return the members of a token answer; the tokens are stored and the log-in is kept alive."""
    session = call.session
    now, iat = session.clock.age().timestamp(), int(session.clock.wire().timestamp())
    access_life, refresh_life = token_lifetimes(issue.login.created, now)
    grant = _grant(call, issue)
    jti, header = session.ids.uuid(), mark_header(session.name)
    access = signing_key(call.session).sign(access_claims(grant, jti, iat, access_life), header)
    refresh = mark(session.name, session.ids.token(48))
    granted = (grant.sid, grant.client_id, grant.scope, grant.nonce, grant.issuer, now)
    mutations = " ".join(sorted(call.struck))
    rows = [
        hot.TokenFacts(key, kind, id_, *granted, life, iat, iat + life, False, mutations)
        for key, kind, id_, life in (
            (jti, True, jti, access_life),
            (store.digest(refresh), False, session.ids.uuid(), refresh_life),
        )
    ]
    hot.keep(session.db, rows, grant.sid, now)
    call.note(person=grant.national_id, session_state=grant.sid)
    id_token = {"id_token": _id_token(call, grant, iat, access_life, access)} if grant.with_openid else {}
    return {
        "access_token": access,
        "expires_in": access_life,
        "refresh_expires_in": refresh_life,
        "refresh_token": refresh,
        "token_type": "Bearer",
        **id_token,
        "not-before-policy": 0,
        "session_state": grant.sid,
        "scope": grant.scope,
    }


def count_use(call: Call, found: Found) -> None:
    """Note how often this access token was asked about within a minute."""
    if found.row.access:
        now = call.session.clock.age().timestamp()
        with call.session.db.transaction() as t:
            call.note(uses=store.count_use(t, found.row.key, call.exchange.operation, now, WINDOW))


def claimed_client(call: Call) -> str:
    """Return the client that a bearer token claims to be for, unverified: faults look for it. Empty without one."""
    scheme, _, token = call.headers.get("authorization", "").partition(" ")
    try:
        return str(unverified_claims(token.strip()).get("azp", "")) if scheme.lower() == "bearer" else ""
    except BadToken:
        return ""


def find_token(call: Call, token: str) -> Found | None:
    """Return a token that lives, access or refresh; None for one that is unknown, tampered with, expired or revoked.

    Notes which of these it is.
    """
    try:
        _, claims = verify(token, verifying_keys()) if token.count(".") == 2 else ({}, {})
    except BadToken:
        return None
    key = str(claims["jti"]) if "jti" in claims else store.digest(token)
    row = hot.token(call.session.db, key)
    if row is None:
        return None
    call.note(token_client=row.client_id)
    login = login_named(call, row.sid)
    expired = not still_lives(row.created, row.lifetime, call.session.clock.age().timestamp())
    if login is None or row.revoked or expired:
        state = "session-over" if login is None else "revoked" if row.revoked else "expired"
        call.note(token_state=state if row.access else "refresh")
        return None
    call.note(token_state="live" if row.access else "refresh")
    return Found(row, _grant(call, Issue(login, row.client_id, row.scope, row.nonce, row.issuer)))


def _grant(call: Call, issue: Issue) -> Grant:
    acr = call.session.option("psc.acr")
    login = issue.login
    return Grant(
        issuer=issue.issuer,
        client_id=issue.client_id,
        sid=login.sid,
        national_id=login.national_id,
        scope=issue.scope,
        nonce=issue.nonce,
        acr="" if acr == ABSENT else acr,
        auth_time=login.auth_time,
        auth_mode=login.auth_mode,
    )


def _id_token(call: Call, grant: Grant, iat: int, lifetime: int, access: str) -> str:
    person = call.session.people.professional(grant.national_id)
    names = (person.given_name, person.family_name) if person else ("", "")
    claims = id_claims(grant, call.session.ids.uuid(), iat, lifetime, at_hash(access), names)
    return signed_id_token(call, signing_key(call.session), claims)
