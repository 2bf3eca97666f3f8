"""Introspection and revocation of tokens.

Source: specs/psc.md §1.5 and §1.7 (no audience: every enrolled client may introspect every token; an inactive one says
nothing else), RFC 7009. Confidence high for introspection, medium for revocation.
"""

from __future__ import annotations

from lgo_sandbox.gate.asgi import Call
from lgo_sandbox.wire.http import RawResponse
from psc_mock import store, wire
from psc_mock.app.client_authentication import authenticate, note_client
from psc_mock.app.issuing import count_use, find_token
from psc_mock.domain.claims import INACTIVE, introspection
from psc_mock.domain.refusals import Refused

__all__ = ["introspect", "revoke"]


async def introspect(call: Call) -> RawResponse:
    """Tell an enrolled client about a token."""
    fields = await _entered(call, "introspection")
    client = authenticate(call, fields)
    if not fields.get("token"):
        raise Refused("token_missing")
    found = find_token(call, fields["token"])
    call.note(active=found is not None, own_token=call.exchange.facts.get("token_client") == client.client_id)
    call.summarise(f"Introspection par {client.client_id} : jeton {'actif' if found else 'inactif'}")
    if found is None:
        return wire.json_answer(INACTIVE)
    count_use(call, found)
    row = found.row
    return wire.json_answer(introspection(found.grant, row.jti, row.iat, row.exp, access=row.access))


async def revoke(call: Call) -> RawResponse:
    """Revoke a token of the client: an access token alone, a refresh token with the client's whole session."""
    fields = await _entered(call, "revocation")
    client = authenticate(call, fields)
    if not fields.get("token"):
        raise Refused("token_missing")
    found = find_token(call, fields["token"])
    if found is not None:
        if found.row.client_id != client.client_id:
            raise Refused("token_of_another_client")
        with call.session.db.transaction() as t:
            if found.row.access:
                store.revoke_token(t, found.row.key)
            else:
                store.end_client_session(t, found.row.sid, client.client_id)
    call.summarise(f"Révocation par {client.client_id}")
    return RawResponse(200, b"", "", wire.NO_STORE)


async def _entered(call: Call, operation: str) -> dict[str, str]:
    call.note(token_in_query="token=" in call.query)
    try:
        fields = wire.form(call.body)
    except Refused:
        call.note(client_id="")
        await call.enter(operation)
        raise
    note_client(call, fields)
    await call.enter(operation)
    return fields
