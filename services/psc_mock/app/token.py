"""The token endpoint: grant, then client, then the handler of the grant.

Source: specs/psc.md §1.7 (an unknown grant is refused before the client is looked at). A further grant is a line in
``GRANTS``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from lgo_sandbox.gate.asgi import Call
from lgo_sandbox.wire.http import RawResponse
from psc_mock import wire
from psc_mock.app.ciba import by_ciba
from psc_mock.app.client_authentication import authenticate, note_client
from psc_mock.app.grants import by_code, by_refresh
from psc_mock.app.mutating import mutated_answer
from psc_mock.codes import CIBA_GRANT, CODE_GRANT, DEAD_GRANTS, REFRESH_GRANT
from psc_mock.domain.clients import Client
from psc_mock.domain.refusals import Refused

__all__ = ["GRANTS", "token"]

GrantHandler = Callable[[Call, Client, Mapping[str, str]], dict[str, Any]]


def _dead(code: str) -> GrantHandler:
    def refuse(_call: Call, _client: Client, _fields: Mapping[str, str]) -> dict[str, Any]:
        raise Refused(code)

    return refuse


GRANTS: Mapping[str, GrantHandler] = {
    CODE_GRANT: by_code,
    REFRESH_GRANT: by_refresh,
    CIBA_GRANT: by_ciba,
    **{grant: _dead(code) for grant, code in DEAD_GRANTS.items()},
}
"""grant_type → handler; a handler returns the members of the answer or raises Refused."""


async def token(call: Call) -> RawResponse:
    """Answer a token request."""
    call.note(token_in_query=_has_token(call))
    fields, unreadable = _fields(call)
    note_client(call, fields)
    call.note(grant_type=fields.get("grant_type", "")[:200])
    await call.enter("token")
    if unreadable:
        raise unreadable
    if "grant_type" not in fields:
        raise Refused("grant_type_missing")
    handler = GRANTS.get(fields["grant_type"])
    if handler is None:
        raise Refused("grant_type_unknown")
    answer = handler(call, authenticate(call, fields), fields)
    call.summarise(f"Jetons délivrés à {call.exchange.facts['client_id']} ({fields['grant_type']})")
    return mutated_answer(call, answer)


def _fields(call: Call) -> tuple[dict[str, str], Refused | None]:
    try:
        return wire.form(call.body), None
    except Refused as refused:
        return {}, refused


def _has_token(call: Call) -> bool:
    return any(f"{name}=" in call.query for name in ("access_token", "refresh_token", "code", "client_secret"))
