"""CIBA: a log-in that a client's server begins, a telephone or a card approves, and polls fetch.

Source: specs/psc.md §3.1–3.2, §1.4 (poll only). ``auth_req_id`` is opaque (the real one is a JWE that clients cannot
read). No answer of a poll carries ``WWW-Authenticate``. The log-in has no cookie: it serves no browser.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lgo_sandbox.gate.asgi import Call
from lgo_sandbox.tenant.tokens import mark
from lgo_sandbox.wire.http import RawResponse
from psc_mock import store, wire
from psc_mock.app.answers import issuer_of, profile_of
from psc_mock.app.client_authentication import authenticate, note_client
from psc_mock.app.issuing import Issue, issue_tokens
from psc_mock.app.sso import login_named, new_login
from psc_mock.codes import PUSH_LIFETIME
from psc_mock.discovery import scopes
from psc_mock.domain.ciba import CibaCall, Pending, checked_call, refuse_poll
from psc_mock.domain.clients import Client
from psc_mock.domain.refusals import Refused
from psc_mock.ecps import mode_of, pushed_state, state_now

__all__ = ["by_ciba", "call_back"]

NOTED = ("login_hint", "binding_message", "scope", "acr_values", "channel")
EARLIER = 3
"""How many earlier binding messages are looked at."""
TERMINAL = ("ciba_expired", "ciba_denied")


async def call_back(call: Call) -> RawResponse:
    """Take a backchannel authentication request."""
    try:
        fields = wire.form(call.body)
    except Refused:
        fields = {}
    note_client(call, fields)
    call.note(ciba={name: fields[name][:200] for name in NOTED if name in fields}, token_in_query=False)
    await call.enter("ciba")
    fields = wire.form(call.body)
    client = authenticate(call, fields)
    _note_earlier(call, client)
    asked = checked_call(fields, client, call.session.people, scopes(profile_of(call)))
    auth_req_id = mark(call.session.name, call.session.ids.token(48))
    row = _row(call, client, asked, auth_req_id)
    with call.session.db.transaction() as t:
        store.forget_old(t, row.pushed)
        t.add(row)
    call.note(person=asked.person.national_id)
    call.summarise(f"Connexion CIBA de {asked.person.name} demandée par {client.client_id}")
    waiting = {"interval": row.interval} if row.interval else {}
    return wire.token_answer({"auth_req_id": auth_req_id, "expires_in": PUSH_LIFETIME, **waiting})


def by_ciba(call: Call, client: Client, fields: Mapping[str, str]) -> dict[str, Any]:
    """Answer a poll."""
    if not client.ciba:
        raise Refused("ciba_not_allowed")
    if not fields.get("auth_req_id"):
        raise Refused("auth_req_id_missing")
    with call.session.db.transaction() as t:
        row = t.get(store.CibaRequest, store.digest(fields["auth_req_id"]))
    if row is None or row.state == store.SERVED:
        raise Refused("auth_req_id_invalid")
    if row.client_id != client.client_id:
        raise Refused("auth_req_id_of_another_client")
    call.note(told_before=row.told, interval=row.interval, person=row.national_id)
    _judge_poll(call, row)
    with call.session.db.transaction() as t:
        if not store.serve_ciba(t, row):
            raise Refused("auth_req_id_invalid")
        made, _ = new_login(call, row.national_id, row.means)
        t.add(made)
    login = login_named(call, made.sid)
    assert login is not None
    return issue_tokens(call, Issue(login, row.client_id, row.scope, "", row.issuer))


def _judge_poll(call: Call, row: store.CibaRequest) -> None:
    now = call.session.clock.age().timestamp()
    state = state_now(row, now)
    denied = state in (store.REFUSED, store.WRONG_CODE)
    try:
        refuse_poll(Pending(row.pushed, row.polled, row.interval, state == store.ACCEPTED, denied), now)
    except Refused as refused:
        polled = row.polled if refused.code == "ciba_too_early" else now
        told = row.told if row.told in TERMINAL else refused.code
        with call.session.db.transaction() as t:
            store.note_poll(t, row, polled, told)
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
        source=_source(call),
        state=pushed_state(mode),
        pushed=call.session.clock.age().timestamp(),
        interval=int(call.session.option("psc.ciba_interval")),
    )


def _note_earlier(call: Call, client: Client) -> None:
    with call.session.db.transaction() as t:
        earlier = store.earlier_ciba(t, client.client_id, EARLIER)
    call.note(
        earlier_messages=[row.digits for row in earlier],
        earlier_sources=sorted({row.source for row in earlier}),
        source=_source(call),
    )


def _source(call: Call) -> str:
    return call.exchange.peer.rpartition(":")[0]
