"""The token endpoint: grant, then client, then the handler of the grant.

Source: docs/sources/psc.md#erreurs-du-point-jeton (an unknown grant is refused before the client is looked at). A
further grant is a line in ``GRANTS``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from difflib import get_close_matches
from typing import Any

from lgo_sandbox.gate.asgi import Call
from lgo_sandbox.wire.http import RawResponse
from psc_mock.app.ciba import by_ciba
from psc_mock.app.client_authentication import authenticate, entered, missing
from psc_mock.app.grants import by_code, by_refresh
from psc_mock.app.mutating import mutated_answer
from psc_mock.codes import API_PATHS, CIBA_GRANT, CODE_GRANT, DEAD_GRANTS, EXCHANGE_GRANT, REFRESH_GRANT
from psc_mock.domain.clients import Client
from psc_mock.domain.refusals import Refused, told
from psc_mock.facts import TokenAsked

__all__ = ["GRANTS", "token"]

MAX_GRANT = 200
AT_APIS = tuple(f"{path}/protocol/openid-connect/token" for path in API_PATHS[1:])
GrantHandler = Callable[[Call, Client, Mapping[str, str]], dict[str, Any]]


def _dead(code: str) -> GrantHandler:
    def refuse(_call: Call, _client: Client, fields: Mapping[str, str]) -> dict[str, Any]:
        raise Refused(code, received=told("grant_type", fields["grant_type"]), where="paramètre grant_type du corps")

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
    form = await entered(call, "token", lambda fields: call.note(TokenAsked(grant_type=_grant_type(fields))))
    fields = form.read()
    if "grant_type" not in fields:
        raise missing(call, "grant_type_missing", "grant_type", fields)
    handler = GRANTS.get(fields["grant_type"])
    if handler is None:
        raise _unknown(fields["grant_type"])
    client = authenticate(call, fields)
    answer = handler(call, client, fields)
    call.summarise(f"Jetons délivrés à {client.client_id} ({fields['grant_type']})")
    return mutated_answer(call, answer)


def _unknown(grant_type: str) -> Refused:
    """Say of an unknown grant which one was meant, or where it is served."""
    received, where, remedy = told("grant_type", grant_type), "paramètre grant_type du corps", ""
    if grant_type == EXCHANGE_GRANT:
        remedy = f"Échanger à l'adresse de jetons de l'API : {', '.join(AT_APIS)}."
    elif "ciba" in grant_type.lower():
        remedy = f"Écrire grant_type={CIBA_GRANT}, à la lettre."
    elif near := get_close_matches(grant_type, (CODE_GRANT, REFRESH_GRANT), 1):
        remedy = f"Écrire grant_type={near[0]}."
    return Refused("grant_type_unknown", received=received, where=where, remedy=remedy)


def _grant_type(fields: Mapping[str, str]) -> str | None:
    return fields["grant_type"][:MAX_GRANT] if "grant_type" in fields else None
