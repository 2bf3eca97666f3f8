"""Asking an authorization server about a token (RFC 7662), as every resource server here does.

When the server lives in this process the question goes to its own handler through its gate, without socket, client or
router: same answer, same exchange in the journal, same faults, a tenth of the cost. Else it goes over HTTP. The caller
does not see which. As RFC 7662 §4 has it, a server here does not ask twice within a second about a token that lives,
unless anything was committed, moved or armed in the session meanwhile: a revocation is seen at once.
Source: docs/sources/psc.md#introspection. Knows no service and no rule: what an inactive token means is the caller's.
"""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import quote_plus, unquote

from lgo_sandbox.gate.inside import ask_inside
from lgo_sandbox.sandbox import Sandbox
from lgo_sandbox.tenant.session import Session

if TYPE_CHECKING:
    import httpx

__all__ = [
    "BECAUSE",
    "ENDING_PATH",
    "INACTIVE_BECAUSE",
    "IntrospectionFailed",
    "ended_because",
    "introspected",
    "introspected_at",
]

INACTIVE_BECAUSE = "X-Sandbox-Inactive"
"""The header in which an authorization server of a sandbox tells another service why a token is dead, percent-encoded
French; the answer itself says nothing but that it is."""
BECAUSE = "x-sandbox-inactive"
"""The member of the answer of ``introspected`` that holds it, decoded; no server answers a member of this name."""

ENDING_PATH = "/sandbox/session-ended"
"""Where an authorization server of this process tells the others, never a client, whether a session has ended: JSON
with the member ``ended``, French, empty while it goes on."""

OK = 200
BELIEVED = timedelta(seconds=1)
MAX_KEPT = 1_000
MAX_BECAUSE = 300
Asked = tuple[str, str, str, tuple[str, str]]
"""Door, path, token and credentials."""


class IntrospectionFailed(Exception):
    """The authorization server gave no answer that can be used; the message is French."""


async def introspected(
    sandbox: Sandbox, session: str, door: str, path: str, token: str, credentials: tuple[str, str]
) -> dict[str, Any]:
    """Return what the server behind a door says of a token, on behalf of a session. Raises IntrospectionFailed."""
    tenant, asked = sandbox.sessions.current(session), (door, path, token, credentials)
    kept = sandbox.introspected.setdefault(tenant, {})
    if (known := _known(tenant, kept, asked)) is not None:
        return known
    inside = await ask_inside(sandbox, session, door, path, _headers(credentials), _form(token))
    if inside is not None:
        return _keep(tenant, kept, asked, _facts(inside.status, bytes(inside.body), inside.headers))
    try:
        url = sandbox.url(door, session) + path
    except KeyError as error:
        raise IntrospectionFailed("l'adresse du serveur d'autorisation n'est pas connue") from error
    return await introspected_at(sandbox.http, url, token, credentials)


async def ended_because(sandbox: Sandbox, session: str, door: str, token: str) -> str:
    """Return when and how the session behind a token ended, in French; "" while it goes on, or when nobody here knows.

    Only a server of this process is asked: it has no exchange in the journal, and needs none.
    """
    answer = await ask_inside(sandbox, session, door, ENDING_PATH, {}, _form(token))
    if answer is None or answer.status != OK:
        return ""
    return str(json.loads(bytes(answer.body)).get("ended", ""))[:MAX_BECAUSE]


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
    return _facts(answer.status_code, answer.content, answer.headers)


@dataclass(frozen=True, slots=True)
class _Kept:
    """What was said of a token, until when it is believed, and what stood when it was said."""

    facts: dict[str, Any]
    until: datetime
    standing: tuple[Any, ...]


def _known(session: Session, kept: dict[Asked, _Kept], asked: Asked) -> dict[str, Any] | None:
    one = kept.get(asked)
    if one is None or one.until < session.clock.age() or one.standing != _standing(session):
        return None
    return dict(one.facts)


def _keep(session: Session, kept: dict[Asked, _Kept], asked: Asked, facts: dict[str, Any]) -> dict[str, Any]:
    if facts.get("active") is True and not session.faults.armed():
        if len(kept) >= MAX_KEPT:
            kept.clear()
        kept[asked] = _Kept(facts, session.clock.age() + BELIEVED, _standing(session))
    return facts


def _standing(session: Session) -> tuple[Any, ...]:
    """Return what stays the same as long as nothing that an answer depends on was changed, but for the time."""
    return session.db.generation(), session.config, session.faults.armed()


def _headers(credentials: tuple[str, str]) -> Mapping[str, str]:
    basic = b64encode(":".join(credentials).encode()).decode("ascii")
    return {"authorization": f"Basic {basic}", "content-type": "application/x-www-form-urlencoded"}


def _form(token: str) -> bytes:
    return f"token={quote_plus(token)}".encode("ascii")


def _facts(status: int, body: bytes, headers: Mapping[str, str]) -> dict[str, Any]:
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
    because = unquote(headers.get(BECAUSE, ""))[:MAX_BECAUSE]
    return {**facts, BECAUSE: because} if because else facts
