"""Makes the tokens of a grant, keeps what must be known of them, and finds them again.

Source: docs/sources/psc.md#duree-des-jetons, #introspection; members of the answer in Keycloak's order, none null. The
access token is a JWT known by its ``jti``, the refresh token an opaque secret known by its digest.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from lgo_sandbox.gate.asgi import Call
from lgo_sandbox.tenant.tokens import mark, mark_jti
from lgo_sandbox.wire.jwt import BadToken, at_hash, unverified_claims, verify
from psc_mock import hot, store
from psc_mock.app.answers import token_profile
from psc_mock.app.mutating import signed_id_token
from psc_mock.app.sso import login_named, login_over
from psc_mock.codes.profiles import FINER
from psc_mock.domain.claims import CHANGED_LEVEL, Grant, access_claims, id_claims, level
from psc_mock.domain.endings import forgotten
from psc_mock.domain.lifetimes import still_lives, token_lifetimes
from psc_mock.domain.mutations import ACR_CHANGED, SUB_CHANGED, Kind, struck_of_kind, title_of
from psc_mock.domain.refusals import shortened
from psc_mock.facts import NewForms, TokenSeen, TokensIssued
from psc_mock.keys import signing_key, verifying_keys

__all__ = [
    "MAX_KEY",
    "SESSION_OVER",
    "Found",
    "Issue",
    "Looked",
    "claimed_client",
    "issue_tokens",
    "look_up",
    "token_key",
]

ABSENT = "absent"
MAX_KEY = 48
JWT_DOTS = 2

LIVE, REFRESH, EXPIRED, REVOKED, SESSION_OVER = "live", "refresh", "expired", "revoked", "session-over"
DEAD = {EXPIRED: "jeton expiré", REVOKED: "jeton révoqué"}
"""State of a token that lives no more, in a log-in that does → what findings say of it."""


@dataclass(frozen=True, slots=True)
class Issue:
    """What tokens are made for: a running log-in, and what was granted in it."""

    login: hot.LoginFacts
    client_id: str
    scope: str
    nonce: str
    issuer: str
    grant_type: str
    changes: tuple[str, ...] = ()
    """Faults of the log-in, met by an earlier token of it."""


@dataclass(frozen=True, slots=True)
class Found:
    """A live token with its log-in."""

    row: hot.TokenFacts
    grant: Grant


@dataclass(frozen=True, slots=True)
class Looked:
    """What came of looking for a token: the live one, or in French why there is none."""

    found: Found | None
    why: str = ""
    over: bool = False
    """Its log-in has ended."""


def issue_tokens(call: Call, issue: Issue) -> dict[str, Any]:
    """Return the members of a token answer; the tokens are stored and the log-in is kept alive."""
    session = call.session
    now, iat = session.clock.age().timestamp(), int(session.clock.wire().timestamp())
    access_life, refresh_life = token_lifetimes(issue.login.created, now)
    grant = _grant(call, issue, {*call.struck, *issue.changes})
    jti = mark_jti(session.name, grant.profile.jti_prefix + session.ids.uuid())
    access = signing_key(call.session).sign(access_claims(grant, jti, iat, access_life))
    refresh = mark(session.name, session.ids.token(48))
    granted = (grant.sid, grant.client_id, grant.scope, grant.nonce, grant.issuer, now)
    mutations = " ".join(sorted({*call.struck, *grant.changes}))
    rows = [
        hot.TokenFacts(key, kind, id_, *granted, life, iat, iat + life, False, mutations)
        for key, kind, id_, life in (
            (jti, True, jti, access_life),
            (store.digest(refresh), False, session.ids.uuid(), refresh_life),
        )
    ]
    hot.keep(session.db, rows, grant.sid, now)
    call.note(
        TokensIssued(client_id=grant.client_id, sid=grant.sid, person=grant.national_id, grant_type=issue.grant_type)
    )
    if news := _news(grant):
        call.note(NewForms(client_id=grant.client_id, sid=grant.sid, news=news))
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


def claimed_client(call: Call) -> str:
    """Return the client that a bearer token claims to be for, unverified: faults look for it. Empty without one."""
    scheme, _, token = call.headers.get("authorization", "").partition(" ")
    try:
        return str(unverified_claims(token.strip()).get("azp", "")) if scheme.lower() == "bearer" else ""
    except BadToken:
        return ""


def look_up(call: Call, token: str) -> Looked:
    """Look for a token, access or refresh, and note what it is: alive, or known and dead."""
    try:
        key = token_key(token)
    except BadToken as error:
        return Looked(None, error.reason)
    row = hot.token(call.session.db, key)
    if row is None:
        return Looked(None, f"{shortened('jeton', token)}, inconnu de la session « {call.session.name} »")
    login = login_named(call, row.sid)
    state = _state(call, row, login)
    shown = state if row.access else REFRESH
    call.note(TokenSeen(key=row.key[:MAX_KEY], state=shown, owner=row.client_id, sid=row.sid))
    if login is None:
        return Looked(None, _of_ended(call, row), over=True)
    if state != LIVE:
        return Looked(None, f"{DEAD[state]} ({row.client_id})")
    issue = Issue(login, row.client_id, row.scope, row.nonce, row.issuer, "")
    return Looked(Found(row, _grant(call, issue, row.mutations.split())))


@lru_cache(maxsize=1024)
def token_key(token: str) -> str:
    """Return what a token is known by. Raises BadToken for one that is tampered with.

    Kept for a while: our keys never change, and whether the token still lives is asked of the store each time.
    """
    if token.count(".") != JWT_DOTS:
        return store.digest(token)
    _, claims = verify(token, verifying_keys())
    return str(claims["jti"]) if "jti" in claims else store.digest(token)


def _of_ended(call: Call, row: hot.TokenFacts) -> str:
    ending = login_over(call, row.sid) or forgotten()
    return f"un jeton de {row.client_id}, dont la {ending.told(call.session.clock.age().timestamp())}"


def _state(call: Call, row: hot.TokenFacts, login: hot.LoginFacts | None) -> str:
    if login is None:
        return SESSION_OVER
    if row.revoked:
        return REVOKED
    return LIVE if still_lives(row.created, row.lifetime, call.session.clock.age().timestamp()) else EXPIRED


def _grant(call: Call, issue: Issue, struck: Collection[str]) -> Grant:
    session, login = call.session, issue.login
    profile, acr = token_profile(session, login.profile), session.option("psc.acr")
    if acr == FINER:
        acr = level(profile, session.option("psc.environment"), login.auth_mode)
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
        profile=profile,
        changes=tuple(struck_of_kind(struck, Kind.LOGIN)) if struck else (),
    )


def _news(grant: Grant) -> tuple[str, ...]:
    """Return what a client written before 2026 has not seen yet in the tokens of a log-in, in French."""
    faults = tuple(title_of(name) for name in grant.changes)
    bare = ("sub : un UUID seul (profil 2026)",) if grant.profile.bare_sub and SUB_CHANGED not in grant.changes else ()
    raised = ("acr : eidas2",) if grant.level == CHANGED_LEVEL and ACR_CHANGED not in grant.changes else ()
    return (*faults, *bare, *raised)


def _id_token(call: Call, grant: Grant, iat: int, lifetime: int, access: str) -> str:
    person = call.session.people.professional(grant.national_id)
    names = (person.given_name, person.family_name) if person else ("", "")
    jti = mark_jti(call.session.name, call.session.ids.uuid())
    claims = id_claims(grant, jti, iat, lifetime, at_hash(access), names)
    return signed_id_token(call, signing_key(call.session), claims)
