"""A stand-in for Pro Santé Connect's introspection: tokens ``jeton.<persona>`` are active, and nothing is signed.

For tests of resource servers alone; ``panne`` is a defect of the server, ``bavard`` an answer that is no JSON, any
other token is inactive. A token may name its session before ``~``, and end with ``.anything``.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import parse_qs

from lgo_sandbox.population.people import population

__all__ = ["introspection_of"]

UNKNOWN_NUMBER = "899700099999"
App = Callable[[Any, Any, Any], Awaitable[None]]


def introspection_of(client: str, secret: str) -> App:
    """Return the ASGI application that answers one resource server."""
    basic = "Basic " + base64.b64encode(f"{client}:{secret}".encode()).decode()

    async def application(scope: Any, receive: Any, send: Any) -> None:
        token = parse_qs((await receive())["body"].decode()).get("token", [""])[0].rpartition("~")[2]
        known = dict(scope["headers"]).get(b"authorization", b"").decode() == basic
        status = 401 if not known else 500 if token.startswith("panne") else 200
        body = b"<html>" if token.startswith("bavard") else json.dumps(introspected(token)).encode()
        headers = [(b"content-type", b"application/json")]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    return application


def introspected(token: str) -> dict[str, Any]:
    """Return what introspection says of a token."""
    kind, _, rest = token.partition(".")
    persona = rest.partition(".")[0]
    person = next((one for one in population().professionals if one.id == persona), None)
    if persona == "inconnu":
        return {"active": True, "SubjectNameID": UNKNOWN_NUMBER, "client_id": "lgo-demo"}
    if person is None or kind != "jeton":
        return {"active": False}
    return {
        "active": True,
        "SubjectNameID": person.national_id,
        "preferred_username": person.national_id,
        "client_id": "lgo-demo",
    }
