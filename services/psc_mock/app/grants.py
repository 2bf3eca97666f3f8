"""The two live grants of this version: authorization code and refresh token.

Source: docs/sources/psc.md#erreurs-du-point-jeton, #code-d-autorisation, #duree-des-jetons. The checks
stand in the order of the real ones; a code is used up by the first request that presents it, right or wrong, and a
second one ends what the first had obtained.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lgo_sandbox.gate.asgi import Call
from lgo_sandbox.wire.oauth import pkce_matches
from psc_mock import hot, store
from psc_mock.app.client_authentication import missing
from psc_mock.app.expiry import watch_end
from psc_mock.app.issuing import Issue, issue_tokens
from psc_mock.app.sso import login_named, session_dead
from psc_mock.codes import CODE_GRANT, CODE_LIFETIME, REFRESH_GRANT
from psc_mock.domain.addresses import compared
from psc_mock.domain.clients import Client
from psc_mock.domain.endings import by_replay
from psc_mock.domain.lifetimes import still_lives
from psc_mock.domain.refusals import Refused, shortened, told
from psc_mock.facts import CodePresented, Swallowed, TokenSeen

__all__ = ["by_code", "by_refresh"]

JWT_DOTS = 2
MAX_KEY = 40


def by_code(call: Call, client: Client, fields: Mapping[str, str]) -> dict[str, Any]:
    """Exchange an authorization code."""
    if "code" not in fields:
        raise missing(call, "code_missing", "code", fields)
    code = _taken_code(call, fields)
    call.note(Swallowed(mutations=tuple(code.mutations.split())))
    now = _now(call)
    if not still_lives(code.created, CODE_LIFETIME, now):
        received = f"{shortened('code', fields['code'])}, délivré il y a {now - code.created:.0f} s"
        raise Refused("code_expired", received=received, where="paramètre code")
    if code.client_id != client.client_id:
        received = f"le code de {code.client_id}, échangé par {client.client_id}"
        raise Refused("code_of_another_client", received=received, where="client_id")
    if fields.get("redirect_uri") != code.redirect_uri:
        received, expected, remedy = compared("redirect_uri", fields.get("redirect_uri"), [code.redirect_uri])
        raise Refused(
            "redirect_mismatch",
            received=received,
            expected=expected,
            remedy=remedy.partition(", ou")[0],
            where="paramètre redirect_uri",
        )
    login = _login(call, code.sid)
    _check_verifier(code, fields.get("code_verifier"))
    issued = issue_tokens(call, Issue(login, code.client_id, code.scope, code.nonce, code.issuer, CODE_GRANT))
    watch_end(call.session, client, login)
    return issued


def by_refresh(call: Call, client: Client, fields: Mapping[str, str]) -> dict[str, Any]:
    """Exchange a refresh token; the person's session goes on, ``auth_time`` stays."""
    if "refresh_token" not in fields:
        raise missing(call, "refresh_missing", "refresh_token", fields)
    token, where = fields["refresh_token"], "paramètre refresh_token"
    row = hot.token(call.session.db, store.digest(token))
    if row is None or row.access:
        raise Refused("refresh_invalid", received=_unknown_refresh(token), where=where)
    if row.client_id != client.client_id:
        received = f"le jeton de {row.client_id}, présenté par {client.client_id}"
        raise Refused("refresh_of_another_client", received=received, where="client_id")
    now = _now(call)
    if not still_lives(row.created, row.lifetime, now):
        received = f"{shortened('refresh_token', token)}, délivré il y a {now - row.created:.0f} s"
        raise Refused("refresh_expired", received=received, where=where)
    call.note(TokenSeen(key=row.key[:MAX_KEY], state="refresh", owner=row.client_id, sid=row.sid))
    login = _login(call, row.sid)
    if row.revoked:
        raise Refused("session_dead", received="jeton révoqué par une déconnexion ou une révocation", where=where)
    call.note(Swallowed(mutations=tuple(row.mutations.split())))
    changes = tuple(row.mutations.split())
    return issue_tokens(call, Issue(login, row.client_id, row.scope, row.nonce, row.issuer, REFRESH_GRANT, changes))


def _unknown_refresh(token: str) -> str:
    kind = " (un JWT : l'access_token, non le refresh_token)" if token.count(".") == JWT_DOTS else ""
    return shortened("refresh_token", token) + kind


def _now(call: Call) -> float:
    return call.session.clock.age().timestamp()


def _taken_code(call: Call, fields: Mapping[str, str]) -> store.Code:
    value = fields["code"]
    with call.session.db.transaction() as t:
        code = t.get(store.Code, store.digest(value))
        taken = code is not None and store.take_code(t, code)
        if code is not None and not taken:
            store.end_client_session(t, code.sid, code.client_id, _now(call), by_replay(code.client_id))
    if code is None:
        raise Refused("code_invalid", received=shortened("code", value), where="paramètre code")
    method, verifier = code.code_challenge_method if code.code_challenge else "", "code_verifier" in fields
    call.note(CodePresented(owner=code.client_id, challenge_method=method, verifier=verifier))
    if not taken:
        raise Refused("code_replayed", received=f"{shortened('code', value)}, déjà échangé", where="paramètre code")
    return code


def _login(call: Call, sid: str) -> hot.LoginFacts:
    login = login_named(call, sid)
    if login is None:
        raise session_dead(call, sid)
    return login


def _check_verifier(code: store.Code, verifier: str | None) -> None:
    if not code.code_challenge:
        if verifier is not None:
            raise Refused("verifier_unasked", received="code_verifier présent", where="paramètre code_verifier")
    elif verifier is None:
        raise Refused("verifier_missing", received=told("code_verifier", None), where="paramètre code_verifier")
    elif not pkce_matches(verifier, code.code_challenge, code.code_challenge_method):
        received = f"un code_verifier de {len(verifier)} caractères, pour {code.code_challenge_method}"
        raise Refused("verifier_wrong", received=received, where="paramètre code_verifier")
