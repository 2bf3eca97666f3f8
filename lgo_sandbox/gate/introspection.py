"""Asking an authorization server about a token (RFC 7662), as every resource server here does.

When the server lives in this process the question goes to its own handler through its gate, without socket, client or
router: same answer, same exchange in the journal, same faults, a tenth of the cost. Else it goes over HTTP. The caller
does not see which. Source: docs/sources/psc.md#introspection. Knows no service and no rule: what an inactive token
means is the caller's.
"""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import quote_plus

from lgo_sandbox.gate.inside import ask_inside
from lgo_sandbox.sandbox import Sandbox

if TYPE_CHECKING:
    import httpx

__all__ = ["IntrospectionFailed", "introspected", "introspected_at"]

OK = 200


class IntrospectionFailed(Exception):
    """The authorization server gave no answer that can be used; the message is French."""


async def introspected(
    sandbox: Sandbox, session: str, door: str, path: str, token: str, credentials: tuple[str, str]
) -> dict[str, Any]:
    """Return what the server behind a door says of a token, on behalf of a session. Raises IntrospectionFailed."""
    inside = await ask_inside(sandbox, session, door, path, _headers(credentials), _form(token))
    if inside is not None:
        return _facts(*inside)
    try:
        url = sandbox.url(door, session) + path
    except KeyError as error:
        raise IntrospectionFailed("l'adresse du serveur d'autorisation n'est pas connue") from error
    return await introspected_at(sandbox.http, url, token, credentials)


async def introspected_at(
    http: httpx.AsyncClient, url: str, token: str, credentials: tuple[str, str]
) -> dict[str, Any]:
    """Return what the server at ``url`` says of a token. Raises IntrospectionFailed."""
    # At the first call, not at start: a sandbox that introspects nothing does without the client.
    import httpx

    try:
        answer = await http.post(url, content=_form(token), headers=_headers(credentials))
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise IntrospectionFailed(f"le serveur d'autorisation ne répond pas ({type(error).__name__})") from error
    return _facts(answer.status_code, answer.content)


def _headers(credentials: tuple[str, str]) -> Mapping[str, str]:
    basic = b64encode(":".join(credentials).encode()).decode("ascii")
    return {"authorization": f"Basic {basic}", "content-type": "application/x-www-form-urlencoded"}


def _form(token: str) -> bytes:
    return f"token={quote_plus(token)}".encode("ascii")


def _facts(status: int, body: bytes) -> dict[str, Any]:
    if not status:
        raise IntrospectionFailed("le serveur d'autorisation ne répond pas")
    if status != OK:
        raise IntrospectionFailed(f"introspection refusée (HTTP {status})")
    try:
        facts = json.loads(body)
    except ValueError as error:
        raise IntrospectionFailed("le serveur d'autorisation n'a pas répondu en JSON") from error
    if not isinstance(facts, dict):
        raise IntrospectionFailed("la réponse d'introspection n'est pas un objet JSON")
    return facts
