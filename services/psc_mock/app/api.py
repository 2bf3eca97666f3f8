"""The authorization server of the *API Pro Santé Connectée*: token exchange, refresh, introspection, description.

Source: docs/sources/psc.md#echange-de-jeton, #jeton-lie-au-certificat, RFC 8693, RFC 7662. Mutual TLS, no secret: the
certificate's names are those enrolled for the client, and its thumbprint binds the tokens. Each API has an
authorization server (#adresse-par-api); a shared one, for any audience, is ours, as all these addresses are, and the
answers say so. Resource servers introspect with their own credentials and check the certificate
(``lgo_sandbox.gate.api_access``).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import quote

from lgo_sandbox.gate.asgi import Call
from lgo_sandbox.gate.introspection import INACTIVE_BECAUSE
from lgo_sandbox.tenant.tokens import mark, mark_jti
from lgo_sandbox.wire.binding import binding_fits, confirmation
from lgo_sandbox.wire.http import RawResponse
from lgo_sandbox.wire.jwt import BadToken, at_hash, verify
from psc_mock import store, wire
from psc_mock.app.answers import issuer_of, token_profile
from psc_mock.app.client_authentication import authenticate, authenticate_by_certificate, entered, missing
from psc_mock.app.issuing import MAX_KEY, SESSION_OVER, Looked, look_up
from psc_mock.app.misplaced import misplaced
from psc_mock.app.sso import login_named, login_over, session_dead
from psc_mock.codes import (
    ACCESS_TOKEN_TYPE,
    API_AUDIENCES,
    API_REFRESH_LIFETIME,
    EXCHANGE_GRANT,
    ISSUER_PATH,
    REALMS,
    REFRESH_GRANT,
    SIMULATION,
)
from psc_mock.domain.api import ApiGrant, api_claims, wanted_exchange
from psc_mock.domain.claims import INACTIVE, Grant, id_claims
from psc_mock.domain.clients import Client
from psc_mock.domain.endings import Ending
from psc_mock.domain.lifetimes import still_lives
from psc_mock.domain.refusals import Refused, shortened, told
from psc_mock.facts import ApiAsked, ApiQuestioned, Swallowed, TokenSeen, TokensIssued
from psc_mock.keys import signing_key, verifying_keys

__all__ = ["api_discovery", "api_introspect", "api_token"]

MAX_NOTED = 200


def api_issuer(call: Call) -> str:
    """Return the issuer of API tokens at the address that was called, beside that of Pro Santé Connect."""
    return issuer_of(call).removesuffix(ISSUER_PATH) + REALMS + _realm(call)


def _realm(call: Call) -> str:
    return str(call.scope["path"]).removeprefix(REALMS).partition("/")[0]


def _address(call: Call) -> str:
    """Return the API whose authorization server was called, empty at the shared one."""
    return realm if (realm := _realm(call)) in API_AUDIENCES else ""


async def api_discovery(call: Call) -> RawResponse:
    """Describe the server."""
    await call.enter("api-discovery")
    issuer = api_issuer(call)
    protocol = f"{issuer}/protocol/openid-connect"
    return _told(
        {
            "issuer": issuer,
            "token_endpoint": f"{protocol}/token",
            "introspection_endpoint": f"{protocol}/token/introspect",
            "jwks_uri": f"{issuer_of(call)}/protocol/openid-connect/certs",
            "grant_types_supported": [EXCHANGE_GRANT, REFRESH_GRANT],
            "token_endpoint_auth_methods_supported": ["tls_client_auth"],
            "tls_client_certificate_bound_access_tokens": True,
        }
    )


async def api_token(call: Call) -> RawResponse:
    """Exchange a token of Pro Santé Connect, or refresh a token of an API."""
    form = await entered(call, "api-token", lambda fields: call.note(_asked(fields)))
    fields = form.read()
    grant = fields.get("grant_type")
    if grant is None:
        raise missing(call, "grant_type_missing", "grant_type", fields)
    if grant not in (EXCHANGE_GRANT, REFRESH_GRANT):
        expected = f"grant_type={EXCHANGE_GRANT} ou {REFRESH_GRANT}"
        received, remedy = told("grant_type", grant), f"Écrire grant_type={EXCHANGE_GRANT}."
        where = "paramètre grant_type"
        raise Refused("grant_type_unknown", received=received, expected=expected, remedy=remedy, where=where)
    client = authenticate_by_certificate(call, fields)
    if not client.api_scopes:
        raise Refused("api_client_refused", received=told("client_id", client.client_id), where="enrôlement du client")
    answer = _exchanged(call, client, fields) if grant == EXCHANGE_GRANT else _renewed(call, client, fields)
    call.summarise(f"Jeton d'API délivré à {client.client_id}")
    return wire.with_headers(wire.token_answer(answer), SIMULATION)


async def api_introspect(call: Call) -> RawResponse:
    """Tell a resource server about a token of an API."""
    fields = (await entered(call, "api-introspection")).read()
    client = authenticate(call, fields)
    if not fields.get("token"):
        raise missing(call, "token_missing", "token", fields)
    known = _known(call, fields["token"])
    foreign = known is None and look_up(call, fields["token"]).found is not None
    if known is not None and _address(call) not in ("", *known.audience.split()):
        known = None
    ending = _ending(call, known) if known else None
    found = known if known and not ending and _unexpired(call, known) else None
    call.note(ApiQuestioned(audience=found.audience if found else "", psc_token=foreign))
    call.summarise(f"Introspection d'API par {client.client_id} : jeton {'actif' if found else 'inactif'}")
    if known and ending:
        return _outlived(call, known, ending)
    return _told(_introspection(call, found) if found else INACTIVE)


def _outlived(call: Call, row: store.ApiToken, ending: Ending) -> RawResponse:
    """Answer as of any dead token; beside the answer, tell the services of the sandbox when and how the session ended.

    Source: docs/sources/psc.md#fin-de-session.
    """
    call.note(TokenSeen(key=row.key[:MAX_KEY], state=SESSION_OVER, owner=row.client_id, sid=row.sid))
    told = ending.told(call.session.clock.age().timestamp())
    return wire.with_headers(_told(INACTIVE), ((INACTIVE_BECAUSE, quote(told)),))


def _asked(fields: Mapping[str, str]) -> ApiAsked:
    sent = {name: value[:MAX_NOTED] for name, value in fields.items()}
    actor = "actor_token" in sent
    return ApiAsked(grant_type=sent.get("grant_type"), audience=sent.get("audience"), actor=actor)


def _exchanged(call: Call, client: Client, fields: Mapping[str, str]) -> dict[str, Any]:
    wanted = wanted_exchange(client, fields, _address(call))
    looked = look_up(call, wanted.subject_token)
    found, where = looked.found, "paramètre subject_token"
    if found is None and (other := _known(call, wanted.subject_token)) is not None:
        raise Refused("subject_token_of_api", received=f"un jeton d'API ({other.audience})", where=where)
    if found is None:
        raise _no_subject(wanted.subject_token, looked)
    if not found.row.access:
        remedy = "Mettre dans subject_token l'access_token reçu avec ce refresh_token."
        raise Refused("subject_token_dead", received="un refresh_token", remedy=remedy, where=where)
    if found.grant.client_id != client.client_id:
        owner = found.grant.client_id
        received = f"le jeton de {owner}, échangé par {client.client_id}"
        remedy = f"Échanger avec client_id={owner} et son certificat, ou le jeton de {client.client_id}."
        raise Refused("subject_token_dead", received=received, remedy=remedy, where=where)
    call.note(Swallowed(mutations=tuple(found.row.mutations.split())))
    grant = replace(found.grant, issuer=api_issuer(call), scope=wanted.scope, nonce="")
    return _issued(call, ApiGrant(grant, wanted.audiences, _confirmation(call)), EXCHANGE_GRANT)


def _no_subject(token: str, looked: Looked) -> Refused:
    """Say why nothing is exchanged: another token than a living access token came, or its log-in is over."""
    other, received, remedy = misplaced(token), looked.why, ""
    if other is not None:
        received, remedy = other.received, f"Mettre dans subject_token {other.instead}"
    elif looked.over:
        remedy = "Ramener l'utilisateur à la page de connexion, puis échanger le jeton d'accès de sa nouvelle session."
    return Refused("subject_token_dead", received=received, remedy=remedy, where="paramètre subject_token")


def _renewed(call: Call, client: Client, fields: Mapping[str, str]) -> dict[str, Any]:
    token, where = fields.get("refresh_token", ""), "paramètre refresh_token"
    row = _known(call, token)
    over = row is not None and _ending(call, row) is not None
    if row is None or row.access or row.client_id != client.client_id or not (over or _unexpired(call, row)):
        raise Refused("refresh_invalid", received=shortened("refresh_token", token), where=where)
    if row.issuer.rpartition("/")[2] != _realm(call):
        received, expected = f"un jeton de {row.issuer}", f"un jeton délivré par {api_issuer(call)}"
        remedy = f"Rafraîchir ce jeton à {row.issuer}/protocol/openid-connect/token."
        raise Refused("refresh_invalid", received=received, expected=expected, remedy=remedy, where=where)
    cnf = json.loads(row.confirmation)
    if cnf and (call.peer is None or not binding_fits(cnf, call.peer.der)):
        received = f"le certificat CN={call.peer.common_name}" if call.peer else "aucun certificat"
        raise Refused("certificate_changed", received=received, where="certificat de la connexion TLS")
    login = login_named(call, row.sid)
    if login is None:
        raise session_dead(call, row.sid)
    if row.ended_by:
        told = Ending(row.ended_at, row.ended_by).told(call.session.clock.age().timestamp())
        raise Refused("session_dead", received=told, where="session de la personne")
    return _issued(call, ApiGrant(_grant(call, row), tuple(row.audience.split()), cnf), REFRESH_GRANT)


def _confirmation(call: Call) -> dict[str, str]:
    return confirmation(call.peer.der, call.session.option("psc.cnf")) if call.peer else {}


def _issued(call: Call, of: ApiGrant, grant_type: str) -> dict[str, Any]:
    session, grant = call.session, of.grant
    iat, life = int(session.clock.wire().timestamp()), int(session.option("psc.api_lifetime"))
    jti = mark_jti(session.name, session.ids.uuid())
    access = signing_key(call.session).sign(api_claims(of, jti, iat, life))
    refresh = mark(session.name, session.ids.token(48))
    rows = [
        _row(call, of, key, iat, lifetime, access=kind)
        for key, kind, lifetime in ((jti, True, life), (store.digest(refresh), False, API_REFRESH_LIFETIME))
    ]
    with session.db.transaction() as t:
        t.add_all(rows)
    call.note(TokensIssued(client_id=grant.client_id, sid=grant.sid, person=grant.national_id, grant_type=grant_type))
    person = session.people.professional(grant.national_id)
    names = (person.given_name, person.family_name) if person else ("", "")
    identity = id_claims(grant, mark_jti(session.name, session.ids.uuid()), iat, life, at_hash(access), names)
    return {
        "access_token": access,
        "expires_in": life,
        "refresh_expires_in": API_REFRESH_LIFETIME,
        "refresh_token": refresh,
        "token_type": "Bearer",
        "id_token": signing_key(call.session).sign(identity),
        "not-before-policy": 0,
        "session_state": grant.sid,
        "scope": grant.scope,
        "issued_token_type": ACCESS_TOKEN_TYPE,
    }


def _row(call: Call, of: ApiGrant, key: str, iat: int, lifetime: int, *, access: bool) -> store.ApiToken:
    grant = of.grant
    return store.ApiToken(
        key=key,
        access=access,
        sid=grant.sid,
        client_id=grant.client_id,
        national_id=grant.national_id,
        scope=grant.scope,
        audience=" ".join(of.audiences),
        issuer=grant.issuer,
        confirmation=json.dumps(dict(of.confirmation)),
        acr=grant.level,
        auth_time=grant.auth_time,
        auth_mode=grant.auth_mode,
        created=call.session.clock.age().timestamp(),
        lifetime=lifetime,
        iat=iat,
    )


def _grant(call: Call, row: store.ApiToken) -> Grant:
    login = login_named(call, row.sid)
    return Grant(
        issuer=row.issuer,
        client_id=row.client_id,
        sid=row.sid,
        national_id=row.national_id,
        scope=row.scope,
        nonce="",
        acr=row.acr,
        auth_time=row.auth_time,
        auth_mode=row.auth_mode,
        profile=token_profile(call.session, login.profile if login else ""),
    )


def _known(call: Call, token: str) -> store.ApiToken | None:
    """Return a token that was given here, alive or dead."""
    try:
        _, claims = verify(token, verifying_keys()) if token.count(".") == 2 else ({}, {})
    except BadToken:
        return None
    with call.session.db.transaction() as t:
        return t.get(store.ApiToken, str(claims["jti"]) if "jti" in claims else store.digest(token))


def _ending(call: Call, row: store.ApiToken) -> Ending | None:
    """Return how the log-in that a token stems from ended for its client, None as long as it goes on."""
    over = login_over(call, row.sid)
    return over or (Ending(row.ended_at, row.ended_by) if row.ended_by else None)


def _unexpired(call: Call, row: store.ApiToken) -> bool:
    return still_lives(row.created, row.lifetime, call.session.clock.age().timestamp())


def _introspection(call: Call, row: store.ApiToken) -> dict[str, Any]:
    of = ApiGrant(_grant(call, row), tuple(row.audience.split()), json.loads(row.confirmation))
    claims = api_claims(of, row.key if row.access else "", row.iat, row.lifetime)
    claims["typ"] = "Bearer" if row.access else "Refresh"
    return {**claims, "client_id": row.client_id, "username": row.national_id, "active": True}


def _told(value: Any) -> RawResponse:
    return wire.with_headers(wire.json_answer(value), SIMULATION)
