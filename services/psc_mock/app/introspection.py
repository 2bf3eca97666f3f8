"""Introspection and revocation of tokens.

Source: docs/sources/psc.md#introspection (no audience: every enrolled client may introspect every token; an inactive
one says nothing else), RFC 7009. Confidence high for introspection, medium for revocation.
"""

from __future__ import annotations

from urllib.parse import parse_qs

from lgo_sandbox.gate.asgi import Call
from lgo_sandbox.wire.http import RawResponse
from lgo_sandbox.wire.jwt import BadToken
from psc_mock import hot, store, wire
from psc_mock.app.client_authentication import authenticate, entered, missing
from psc_mock.app.issuing import look_up, token_key
from psc_mock.app.sso import login_over
from psc_mock.domain.claims import INACTIVE, introspection
from psc_mock.domain.endings import by_revocation
from psc_mock.domain.refusals import Refused
from psc_mock.facts import TokensRevoked

__all__ = ["introspect", "revoke", "tell_ending"]


async def introspect(call: Call) -> RawResponse:
    """Tell an enrolled client about a token."""
    fields = (await entered(call, "introspection")).read()
    client = authenticate(call, fields)
    if not fields.get("token"):
        raise missing(call, "token_missing", "token", fields)
    found = look_up(call, fields["token"]).found
    call.summarise(f"Introspection par {client.client_id} : jeton {'actif' if found else 'inactif'}")
    if found is None:
        return wire.json_answer(INACTIVE)
    row = found.row
    return wire.json_answer(introspection(found.grant, row.jti, row.iat, row.exp, access=row.access))


async def tell_ending(call: Call) -> RawResponse:
    """Tell a service of this process whether the session that a token stems from has ended; no client can ask this.

    It leaves no exchange and meets no fault: nothing of the kind exists on the wire. An expired token of a session
    that goes on is not ended. Source: docs/sources/psc.md#fin-de-session.
    """
    call.quiet = call.entered = True
    try:
        row = hot.token(call.session.db, token_key(parse_qs(call.body.decode()).get("token", [""])[0]))
    except (BadToken, ValueError):
        row = None
    if row is None:
        return wire.json_answer({"ended": ""})
    over = login_over(call, row.sid)
    if over is not None:
        return wire.json_answer({"ended": over.told(call.session.clock.age().timestamp())})
    return wire.json_answer(
        {"ended": "session Pro Santé Connect finie pour ce logiciel (jeton révoqué)" if row.revoked else ""}
    )


async def revoke(call: Call) -> RawResponse:
    """Revoke a token of the client: an access token alone, a refresh token with the client's whole session."""
    fields = (await entered(call, "revocation")).read()
    client = authenticate(call, fields)
    if not fields.get("token"):
        raise missing(call, "token_missing", "token", fields)
    found = look_up(call, fields["token"]).found
    if found is not None:
        row = found.row
        if row.client_id != client.client_id:
            received = f"le jeton de {row.client_id}, révoqué par {client.client_id}"
            raise Refused("token_of_another_client", received=received, where="client_id")
        with call.session.db.transaction() as t:
            if row.access:
                store.revoke_token(t, row.key)
            else:
                now = call.session.clock.age().timestamp()
                store.end_client_session(t, row.sid, client.client_id, now, by_revocation(client.client_id))
        call.note(TokensRevoked(client_id=client.client_id, sid=row.sid, whole=not row.access))
    call.summarise(f"Révocation par {client.client_id}")
    return RawResponse(200, b"", "", wire.NO_STORE)
