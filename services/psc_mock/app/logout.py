"""The end of a person's session.

Source: docs/sources/psc.md#deconnexion: by GET or POST; the hint is looked at before the address and may have expired;
only a registered address is followed, with ``state`` alone (which the real service may drop: option
``psc.logout_state``); a refresh token posted by its client ends the session with 204; without a hint the person is
asked first, and ``client_id`` alone tells which addresses may be followed (Keycloak).
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from lgo_sandbox.gate.asgi import Call
from lgo_sandbox.wire.http import RawResponse
from lgo_sandbox.wire.jwt import BadToken, verify
from lgo_sandbox.wire.oauth import same_secret
from psc_mock import store, wire
from psc_mock.app.backchannel import tell_clients
from psc_mock.app.client_authentication import authenticate
from psc_mock.app.login import cookie_path
from psc_mock.app.sso import SSO_COOKIE, current_login
from psc_mock.codes import PROTOCOL_PATH
from psc_mock.domain.addresses import compared
from psc_mock.domain.clients import may_log_out_to
from psc_mock.domain.endings import by_logout
from psc_mock.domain.refusals import Refused, Shown, shortened, told
from psc_mock.facts import LoggedOut
from psc_mock.keys import verifying_keys
from psc_mock.pages import page
from psc_mock.registry import enrolled

__all__ = ["logout"]

MAX_NOTED = 100
CONFIRMED = ("client_id", "post_logout_redirect_uri", "state")
"""What the page of confirmation carries on to the answer."""


async def logout(call: Call) -> RawResponse:
    """Log a person out."""
    call.exchange.operation = "logout"
    fields, repeated = wire.parameters(call.body if call.method == "POST" else call.query.encode("latin-1"))
    hint = fields.get("id_token_hint")
    asked = LoggedOut(
        client_id=fields.get("client_id", "")[:MAX_NOTED], hint=hint is not None, by_refresh=False, sid="", person=""
    )
    call.note(asked)
    await call.enter("logout", asked.client_id)
    if repeated:
        name = min(repeated)[:MAX_NOTED]
        raise Shown("request_unreadable", received=f"{name} donné deux fois", where=f"paramètre {name}")
    answer = _answered(call, fields, asked)
    ended = call.exchange.noted.get(LoggedOut)
    if ended is not None and ended.sid and ended.person:
        await tell_clients(call, ended.sid)
    return answer


def _answered(call: Call, fields: dict[str, str], asked: LoggedOut) -> RawResponse:
    if call.method == "POST" and "refresh_token" in fields:
        return _by_refresh_token(call, fields, asked)
    hint = fields.get("id_token_hint")
    if hint is None:
        return _without_hint(call, fields)
    return _by_hint(call, fields, _hint(hint), asked)


def _by_hint(call: Call, fields: dict[str, str], claims: dict[str, str], asked: LoggedOut) -> RawResponse:
    if asked.client_id not in ("", claims["azp"]):
        received = f"client_id={asked.client_id}, avec l'ID token de {claims['azp']}"
        raise Shown("logout_client_mismatch", received=received, where="paramètre client_id")
    asked = replace(asked, client_id=claims["azp"])
    call.note(asked)
    target = _target(call, claims["azp"], fields)
    with call.session.db.transaction() as t:
        login = t.get(store.Login, claims["sid"])
        store.end_login(t, claims["sid"], _now(call), by_logout(claims["azp"]))
    call.note(replace(asked, sid=claims["sid"], person=login.national_id if login else ""))
    call.summarise(f"Déconnexion demandée par {claims['azp']}")
    return wire.redirect(target, [_no_cookie(call)]) if target else _done(call)


def _hint(token: str) -> dict[str, str]:
    """Return the claims of an ID token of ours, expired or not. Raises Shown."""
    where = "paramètre id_token_hint"
    try:
        _, claims = verify(token, verifying_keys())
    except BadToken as error:
        received = f"{shortened('id_token_hint', token)} : {error.reason}"
        raise Shown("hint_invalid", received=received, where=where) from error
    if claims.get("typ") != "ID":
        kind = (
            "un access_token, et non l'ID token"
            if claims.get("typ") == "Bearer"
            else "un JWT qui n'est pas un ID token"
        )
        raise Shown("hint_invalid", received=kind, where=where)
    return {name: str(claims.get(name, "")) for name in ("azp", "sid")}


def _target(call: Call, client_id: str, fields: dict[str, str]) -> str:
    uri = fields.get("post_logout_redirect_uri")
    if not uri:
        return ""
    client = enrolled(call.sandbox, call.session, client_id)
    if client is None or not may_log_out_to(client, uri):
        name = "post_logout_redirect_uri"
        received, expected, remedy = compared(name, uri, client.post_logout_uris if client else ())
        raise Shown(
            "logout_redirect_invalid",
            received=received,
            expected=expected,
            remedy=remedy,
            where=f"paramètre {name}",
            sent=uri,
            enrolled=client.post_logout_uris if client else (),
        )
    state = fields.get("state") if call.session.option("psc.logout_state") == "keep" else None
    return wire.with_parameters(uri, {"state": state})


def _without_hint(call: Call, fields: dict[str, str]) -> RawResponse:
    """Ask the person first: nothing proves that the call comes from a client that she uses."""
    client_id = fields.get("client_id", "")
    if fields.get("post_logout_redirect_uri") and not client_id:
        raise Shown("hint_missing", received=told("id_token_hint", None), where="paramètre id_token_hint")
    client = enrolled(call.sandbox, call.session, client_id) if client_id else None
    if client_id and client is None:
        raise Shown("client_not_found", received=told("client_id", client_id), where="paramètre client_id")
    target = _target(call, client_id, fields)
    login = current_login(call)
    if login is None:
        return wire.redirect(target, [_no_cookie(call)]) if target else _done(call)
    token = store.digest(f"logout:{login.cookie}")
    if call.method == "POST" and same_secret(fields.get("csrf", ""), token):
        return _confirmed(call, login, client_id, target)
    call.summarise("Déconnexion demandée : la personne doit la confirmer")
    person = call.session.people.professional(login.national_id)
    return page(
        "confirm",
        action=f"{call.prefix}{PROTOCOL_PATH}/logout",
        csrf=token,
        client=(client.title or client.client_id) if client else "",
        person=person.name if person else "",
        fields=[(name, fields[name]) for name in CONFIRMED if name in fields],
    )


def _confirmed(call: Call, login: store.Login, client_id: str, target: str) -> RawResponse:
    with call.session.db.transaction() as t:
        store.end_login(t, login.sid, _now(call), by_logout(client_id[:MAX_NOTED]))
    call.note(
        LoggedOut(
            client_id=client_id[:MAX_NOTED], hint=False, by_refresh=False, sid=login.sid, person=login.national_id
        )
    )
    call.summarise(f"Déconnexion confirmée par {login.national_id}")
    return wire.redirect(target, [_no_cookie(call)], status=303) if target else _done(call)


def _by_refresh_token(call: Call, fields: dict[str, str], asked: LoggedOut) -> RawResponse:
    client = authenticate(call, fields)
    login = None
    with call.session.db.transaction() as t:
        row = t.get(store.Token, store.digest(fields["refresh_token"]))
        known = row is not None and not row.access and row.client_id == client.client_id
        if row is not None and known:
            login = t.get(store.Login, row.sid)
            store.end_login(t, row.sid, _now(call), by_logout(client.client_id))
    if row is None or not known:
        received = shortened("refresh_token", fields["refresh_token"])
        raise Refused("refresh_invalid", received=received, where="paramètre refresh_token")
    person = login.national_id if login else ""
    call.note(replace(asked, client_id=client.client_id, by_refresh=True, sid=row.sid, person=person))
    call.summarise(f"Déconnexion par jeton de rafraîchissement de {client.client_id}")
    return RawResponse(204, b"", "", wire.NO_STORE)


def _now(call: Call) -> float:
    return call.session.clock.age().timestamp()


def _done(call: Call) -> RawResponse:
    values: dict[str, Any] = {"title": "Déconnexion", "text": "Vous êtes déconnecté de Pro Santé Connect."}
    return page("message", cookies=[_no_cookie(call)], link="", link_text="", **values)


def _no_cookie(call: Call) -> str:
    return wire.set_cookie(SSO_COOKIE, "", cookie_path(call), secure=call.tls)
