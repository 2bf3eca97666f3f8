"""CIBA: a log-in that a client's server begins, a telephone or a card approves, and polls fetch.

Source: docs/sources/psc.md#interrogations, #erreurs-ciba (poll only). ``auth_req_id`` is opaque (the real one is a JWE
that clients cannot read). No answer of a poll carries ``WWW-Authenticate``. The log-in has no cookie: it serves no
browser.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lgo_sandbox.gate.asgi import Call
from lgo_sandbox.tenant.tokens import mark
from lgo_sandbox.wire.http import RawResponse
from psc_mock import store, wire
from psc_mock.app.answers import issuer_of, profile_of
from psc_mock.app.client_authentication import authenticate, entered, missing
from psc_mock.app.expiry import watch_end
from psc_mock.app.issuing import Issue, issue_tokens
from psc_mock.app.sso import login_named, new_login
from psc_mock.codes import CIBA_GRANT, PUSH_LIFETIME
from psc_mock.discovery import scopes
from psc_mock.domain.ciba import CibaCall, Pending, checked_call, refuse_poll
from psc_mock.domain.clients import Client
from psc_mock.domain.refusals import Refused, shortened, told
from psc_mock.ecps import mode_of, pushed_state, state_now
from psc_mock.facts import CibaAsked, CibaPolled

__all__ = ["by_ciba", "call_back"]

MAX_NOTED = 200
MAX_KEY = 40


async def call_back(call: Call) -> RawResponse:
    """Take a backchannel authentication request."""
    fields = (await entered(call, "ciba")).read()
    client = authenticate(call, fields)
    call.note(_asked(call, fields, client.client_id))
    asked = checked_call(fields, client, call.session.people, scopes(profile_of(call)))
    auth_req_id = mark(call.session.name, call.session.ids.token(48))
    row = _row(call, client, asked, auth_req_id)
    with call.session.db.transaction() as t:
        store.forget_old(t, row.pushed)
        t.add(row)
    call.summarise(f"Connexion CIBA de {asked.person.name} demandée par {client.client_id}")
    waiting = {"interval": row.interval} if row.interval else {}
    return wire.token_answer({"auth_req_id": auth_req_id, "expires_in": PUSH_LIFETIME, **waiting})


def by_ciba(call: Call, client: Client, fields: Mapping[str, str]) -> dict[str, Any]:
    """Answer a poll."""
    if not client.ciba:
        raise Refused("ciba_not_allowed", received=told("client_id", client.client_id), where="enrôlement du client")
    if not fields.get("auth_req_id"):
        raise missing(call, "auth_req_id_missing", "auth_req_id", fields)
    request, where = fields["auth_req_id"], "paramètre auth_req_id"
    with call.session.db.transaction() as t:
        row = t.get(store.CibaRequest, store.digest(request))
    if row is None:
        raise Refused("auth_req_id_invalid", received=f"{shortened('auth_req_id', request)}, inconnu", where=where)
    call.note(CibaPolled(request=row.digest[:MAX_KEY], interval=row.interval))
    if row.state == store.SERVED:
        raise _served(request)
    if row.client_id != client.client_id:
        received = f"la demande de {row.client_id}, interrogée par {client.client_id}"
        raise Refused("auth_req_id_of_another_client", received=received, where="client_id")
    _judge_poll(call, row)
    with call.session.db.transaction() as t:
        if not store.serve_ciba(t, row):
            raise _served(request)
        made, _ = new_login(call, row.national_id, row.means)
        t.add(made)
    login = login_named(call, made.sid)
    assert login is not None
    issued = issue_tokens(call, Issue(login, row.client_id, row.scope, "", row.issuer, CIBA_GRANT))
    watch_end(call.session, client, login)
    return issued


def _served(request: str) -> Refused:
    received = f"{shortened('auth_req_id', request)}, dont les jetons sont déjà pris"
    return Refused("auth_req_id_invalid", received=received, where="paramètre auth_req_id")


def _asked(call: Call, fields: Mapping[str, str], client_id: str) -> CibaAsked:
    sent = {name: value[:MAX_NOTED] for name, value in fields.items()}
    return CibaAsked(
        client_id=client_id,
        login_hint=sent.get("login_hint"),
        binding_message=sent.get("binding_message"),
        scope=sent.get("scope"),
        acr_values=sent.get("acr_values"),
        channel=sent.get("channel"),
        source=call.exchange.peer.rpartition(":")[0],
    )


def _judge_poll(call: Call, row: store.CibaRequest) -> None:
    now = call.session.clock.age().timestamp()
    state = state_now(row, now)
    denied = state in (store.REFUSED, store.WRONG_CODE)
    try:
        refuse_poll(Pending(row.pushed, row.polled, row.interval, state == store.ACCEPTED, denied), now)
    except Refused as refused:
        if refused.code != "ciba_too_early":
            with call.session.db.transaction() as t:
                store.note_poll(t, row, now)
        raise


def _row(call: Call, client: Client, asked: CibaCall, auth_req_id: str) -> store.CibaRequest:
    mode = mode_of(call.session, asked.person.national_id)
    return store.CibaRequest(
        digest=store.digest(auth_req_id),
        id=call.session.ids.token(24),
        client_id=client.client_id,
        national_id=asked.person.national_id,
        scope=asked.scope,
        issuer=issuer_of(call),
        digits=asked.digits,
        means=asked.means,
        mode=mode,
        state=pushed_state(mode),
        pushed=call.session.clock.age().timestamp(),
        interval=int(call.session.option("psc.ciba_interval")),
    )
