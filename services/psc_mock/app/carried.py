"""Authorization requests whose parameters come otherwise than one by one: pushed before, or in a request object.

Source: docs/sources/psc.md#demande-poussee (Keycloak; announced by the real service, seen of no client); RFC 9126,
OpenID Connect core §6. A pushed request serves once, for a minute, the client that pushed it. An object is taken
unsigned, or under HS256 with the client's secret, since no public key is enrolled; no address is ever fetched.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

from lgo_sandbox.gate.asgi import Call
from lgo_sandbox.wire.http import RawResponse
from lgo_sandbox.wire.jwt import BadToken, signed_by_secret, unverified_claims, unverified_header
from psc_mock import store, wire
from psc_mock.app.answers import issuer_of, profile_of, refuse
from psc_mock.app.client_authentication import authenticate, entered
from psc_mock.codes import PUSHED_LIFETIME, PUSHED_URN
from psc_mock.discovery import scopes
from psc_mock.domain.authorization import checked_request, return_address
from psc_mock.domain.clients import Client
from psc_mock.domain.lifetimes import still_lives
from psc_mock.domain.refusals import Redirected, Refused, Shown, shortened, told
from psc_mock.facts import RequestCarried

__all__ = ["CARRIERS", "push_request", "unfolded"]

CARRIERS = frozenset({"request", "request_uri"})
"""Parameters that stand for others."""
REGISTERED = frozenset({"iss", "aud", "exp", "iat", "nbf", "jti"})
"""Claims of a request object that are no parameters."""


async def push_request(call: Call) -> RawResponse:
    """Keep an authorization request that its client pushes, and give it a name."""
    fields = dict((await entered(call, "pushed")).read())
    client = authenticate(call, fields)
    call.note(RequestCarried(how="pushed"))
    if "request_uri" in fields:
        received = told("request_uri", fields["request_uri"])
        raise Refused("pushed_twice", received=received, where="paramètre request_uri")
    asked = {name: value for name, value in fields.items() if name != "client_secret"}
    asked["client_id"] = client.client_id
    try:
        to = return_address(asked, (), client)
        checked_request(_opened(client, asked), (), to, scopes(profile_of(call)))
    except Shown as shown:
        refuse(call, shown)
        return wire.token_answer({"error": "invalid_request", "error_description": shown.page.text}, 400)
    except Redirected as redirected:
        refuse(call, redirected)
        known = redirected.entry
        return wire.token_answer({"error": known.error, "error_description": known.description}, 400)
    return _kept(call, client, asked)


def _kept(call: Call, client: Client, asked: Mapping[str, str]) -> RawResponse:
    row = store.LoginRequest(
        id=call.session.ids.token(24),
        request=json.dumps(dict(asked)),
        issuer=issuer_of(call),
        browser="",
        csrf="",
        created=call.session.clock.age().timestamp(),
        state=store.PUSHED,
    )
    with call.session.db.transaction() as t:
        store.forget_old(t, row.created)
        t.add(row)
    call.summarise(f"Demande d'autorisation poussée par {client.client_id}")
    return wire.token_answer({"request_uri": PUSHED_URN + row.id, "expires_in": PUSHED_LIFETIME}, 201)


def unfolded(call: Call, client: Client | None, parameters: Mapping[str, str]) -> dict[str, str]:
    """Return the parameters of a request, those that it carries folded up included. Raises Shown."""
    asked = dict(parameters)
    if client is None or not CARRIERS & asked.keys():
        return asked
    if uri := asked.pop("request_uri", ""):
        call.note(RequestCarried(how="pushed"))
        asked = _pushed(call, client, uri)
    if "request" in asked:
        call.note(RequestCarried(how="object"))
    return _opened(client, asked)


def _pushed(call: Call, client: Client, uri: str) -> dict[str, str]:
    where = "paramètre request_uri"
    if not uri.startswith(PUSHED_URN):
        raise Shown("request_uri_refused", received=told("request_uri", uri), where=where)
    with call.session.db.transaction() as t:
        row = t.get(store.LoginRequest, uri.removeprefix(PUSHED_URN))
        found = row if row is not None and row.state == store.PUSHED else None
        asked: dict[str, str] = json.loads(found.request) if found else {}
        hers = found is not None and asked["client_id"] == client.client_id
        created = found.created if found else 0.0
        taken = found is not None and hers and store.take_request(t, found.id)
    age = call.session.clock.age().timestamp() - created
    if not taken:
        why = f"la demande de {asked['client_id']}" if asked else "une demande inconnue, ou qui a déjà servi"
        raise Shown("request_uri_unknown", received=f"{shortened('request_uri', uri)} : {why}", where=where)
    if not still_lives(created, PUSHED_LIFETIME, created + age):
        raise Shown("request_uri_unknown", received=f"une demande poussée il y a {age:.0f} s", where=where)
    return asked


def _opened(client: Client, parameters: Mapping[str, str]) -> dict[str, str]:
    """Return the parameters with those of the request object, which win. Raises Shown."""
    asked = dict(parameters)
    token = asked.pop("request", None)
    if token is None:
        return asked
    where = "paramètre request"
    try:
        algorithm, claims = unverified_header(token).get("alg"), unverified_claims(token)
        signed = algorithm == "none" or (algorithm == "HS256" and signed_by_secret(token, client.secret))
    except BadToken as error:
        raise Shown("request_object_invalid", received=f"request : {error.reason}", where=where) from error
    if not signed:
        named = str(algorithm)[:20]
        raise Shown(
            "request_object_invalid", received=f"un objet signé en {named}, sans clé qui convienne", where=where
        )
    told_values = {name: _text(value) for name, value in claims.items() if name not in REGISTERED}
    if told_values.get("client_id", client.client_id) != client.client_id:
        received = f"un objet dont client_id est {told_values['client_id'][:60]}"
        raise Shown("request_object_invalid", received=received, where=where)
    return {**asked, **told_values}


def _text(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
