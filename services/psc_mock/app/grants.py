"""The two live grants of this version: authorization code and refresh token.

Source: specs/psc.md §1.5–1.7. The checks stand in the order of the real ones; a code is used up by the first request
that presents it, right or wrong, and a second one ends what the first had obtained.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lgo_sandbox.gate.asgi import Call
from lgo_sandbox.wire.oauth import pkce_matches
from psc_mock import hot, store
from psc_mock.app.issuing import WINDOW, Issue, issue_tokens
from psc_mock.app.sso import login_named
from psc_mock.codes import CODE_LIFETIME
from psc_mock.domain.clients import Client
from psc_mock.domain.lifetimes import still_lives
from psc_mock.domain.refusals import Refused

__all__ = ["by_code", "by_refresh"]


def by_code(call: Call, client: Client, fields: Mapping[str, str]) -> dict[str, Any]:
    """Exchange an authorization code."""
    if "code" not in fields:
        raise Refused("code_missing")
    code = _taken_code(call, fields["code"])
    call.note(
        swallowed=code.mutations.split(), challenge=code.code_challenge_method, verifier="code_verifier" in fields
    )
    now = call.session.clock.age().timestamp()
    if not still_lives(code.created, CODE_LIFETIME, now):
        raise Refused("code_expired")
    if code.client_id != client.client_id:
        raise Refused("code_of_another_client")
    if fields.get("redirect_uri") != code.redirect_uri:
        raise Refused("redirect_mismatch")
    login = _login(call, code.sid)
    _check_verifier(code, fields.get("code_verifier"))
    return issue_tokens(call, Issue(login, code.client_id, code.scope, code.nonce, code.issuer))


def by_refresh(call: Call, client: Client, fields: Mapping[str, str]) -> dict[str, Any]:
    """Exchange a refresh token; the person's session goes on, ``auth_time`` stays."""
    if "refresh_token" not in fields:
        raise Refused("refresh_missing")
    row = hot.token(call.session.db, store.digest(fields["refresh_token"]))
    if row is None or row.access:
        raise Refused("refresh_invalid")
    if row.client_id != client.client_id:
        raise Refused("refresh_of_another_client")
    if not still_lives(row.created, row.lifetime, call.session.clock.age().timestamp()):
        raise Refused("refresh_expired")
    login = _login(call, row.sid)
    if row.revoked:
        raise Refused("session_dead")
    _note_refreshes(call, row)
    return issue_tokens(call, Issue(login, row.client_id, row.scope, row.nonce, row.issuer))


def _note_refreshes(call: Call, row: hot.TokenFacts) -> None:
    now = call.session.clock.age().timestamp()
    count = hot.recent_refreshes(call.session.db, row.sid, row.client_id, now - WINDOW)
    call.note(recent_refreshes=count, swallowed=row.mutations.split())


def _taken_code(call: Call, value: str) -> store.Code:
    with call.session.db.transaction() as t:
        code = t.get(store.Code, store.digest(value))
        taken = code is not None and store.take_code(t, code)
        if code is not None and not taken:
            store.end_client_session(t, code.sid, code.client_id)
    if code is None:
        raise Refused("code_invalid")
    if not taken:
        raise Refused("code_replayed")
    return code


def _login(call: Call, sid: str) -> hot.LoginFacts:
    login = login_named(call, sid)
    if login is None:
        raise Refused("session_dead")
    return login


def _check_verifier(code: store.Code, verifier: str | None) -> None:
    if not code.code_challenge:
        if verifier is not None:
            raise Refused("verifier_unasked")
    elif verifier is None:
        raise Refused("verifier_missing")
    elif not pkce_matches(verifier, code.code_challenge, code.code_challenge_method):
        raise Refused("verifier_wrong")
