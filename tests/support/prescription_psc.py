"""A small introspection in the place of Pro Santé Connect: the token itself says whose it is."""

from __future__ import annotations

import base64
import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import parse_qs

from eprescription_mock import codes
from lgo_sandbox.gate.serving import HttpListener, bind
from lgo_sandbox.population.people import population
from support.tenants import Runner

__all__ = ["answering", "bound"]

BASIC = "Basic " + base64.b64encode(f"{codes.PSC_CLIENT}:{codes.PSC_SECRET}".encode()).decode()


def bound() -> tuple[socket.socket, str]:
    """Return a socket on a free port, and its address."""
    sock = bind("127.0.0.1", 0)
    return sock, f"http://127.0.0.1:{sock.getsockname()[1]}"


@contextmanager
def answering(runner: Runner, sock: socket.socket) -> Iterator[None]:
    """Answer on a socket within the block, in the loop of a running sandbox."""
    listener = runner.wait(HttpListener.open(introspect, sock))
    try:
        yield
    finally:
        runner.wait(listener.close())


async def introspect(scope: Any, receive: Any, send: Any) -> None:
    """Introspect tokens ``jeton.<persona>``; ``panne`` is a defect, ``bavard`` no JSON, any other one is inactive."""
    form = parse_qs((await receive())["body"].decode())
    known = dict(scope["headers"]).get(b"authorization", b"").decode() == BASIC
    right = known and scope["path"].endswith(codes.PSC_INTROSPECTION)
    token = form["token"][0]
    answer = json.dumps(_introspected(token)).encode() if token != "bavard" else b"<html>"
    status = 401 if not right else 500 if token == "panne" else 200
    await send({"type": "http.response.start", "status": status, "headers": [(b"content-type", b"application/json")]})
    await send({"type": "http.response.body", "body": answer})


def _introspected(token: str) -> dict[str, Any]:
    persona = token.rpartition("~")[2].removeprefix("jeton.")
    person = next((one for one in population().professionals if one.id == persona), None)
    if token.endswith("inconnu"):
        return {"active": True, "SubjectNameID": "899700099999", "client_id": "lgo-demo"}
    if person is None:
        return {"active": False}
    return {"active": True, "SubjectNameID": person.national_id, "client_id": "lgo-demo"}
