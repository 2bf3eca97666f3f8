"""Asking an authorization server about a token (RFC 7662), as every resource server here does.

Source: specs/psc.md §1.5 (form, Basic; inactive: ``{"active": false}``), RFC 7662 §2. Knows no service and no rule:
what an inactive token means is the caller's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import httpx

__all__ = ["IntrospectionFailed", "introspected"]


class IntrospectionFailed(Exception):
    """The authorization server gave no answer that can be used; the message is French."""


async def introspected(http: httpx.AsyncClient, url: str, token: str, credentials: tuple[str, str]) -> dict[str, Any]:
    """Return what the server at ``url`` says of a token. Raises IntrospectionFailed."""
    # At the first call, not at start: a sandbox that introspects nothing does without the client.
    import httpx

    try:
        answer = await http.post(url, data={"token": token}, auth=credentials)
        facts = answer.json() if answer.status_code == httpx.codes.OK else None
    except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
        raise IntrospectionFailed(f"le serveur d'autorisation ne répond pas : {error!r}") from error
    if not isinstance(facts, dict):
        raise IntrospectionFailed(f"introspection refusée (HTTP {answer.status_code})")
    return facts
