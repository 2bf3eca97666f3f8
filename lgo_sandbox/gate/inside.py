"""Calling another service of this process without a socket: through its gate, to the handler that its route has.

What the other service answers is an exchange like any other: session, limits, faults, checks, journal. Source: design
of the project (services meet only on the wire; « answered in process, by the same code path »). Knows services by their
contract only.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from lgo_sandbox.contract import Handler, Service
from lgo_sandbox.gate.asgi import Gate
from lgo_sandbox.gate.call import Call
from lgo_sandbox.gate.web import Errors, send_raw
from lgo_sandbox.sandbox import Sandbox
from lgo_sandbox.tenant.faults import FaultKind

__all__ = ["InsideAnswer", "ask_inside"]

LOG = logging.getLogger(__name__)


async def ask_inside(
    sandbox: Sandbox, session: str, door: str, path: str, headers: Mapping[str, str], body: bytes
) -> InsideAnswer | None:
    """Post to a path behind a door of this process, on behalf of a session; return the answer.

    None when the door is not served here, or its service answers that path on the wire only. Status 0: no answer came.
    """
    gate = _gate(sandbox, door, path)
    if gate is None:
        return None
    prefix = "" if session == sandbox.addresses.session else f"/s/{session}"
    answered = InsideAnswer()
    await gate(_scope(prefix + path, headers, body), _Request(body), answered)
    return answered


def _gate(sandbox: Sandbox, door: str, path: str) -> Gate | None:
    if door not in sandbox.served or door in sandbox.settings.service_urls:
        return None
    key = (door, path)
    if key not in sandbox.inside:
        service, of = next((s, d) for s in sandbox.services.values() for d in s.doors if d.name == door)
        handler = service.inside.get(path)
        sandbox.inside[key] = Gate(_Handled(service, handler), sandbox, service, of) if handler else None
    gate: Gate | None = sandbox.inside[key]
    return gate


class _Handled:
    """One handler as an application: no router, no framework."""

    def __init__(self, service: Service, handler: Handler) -> None:
        self._errors = Errors(service.problem)
        self._handler = handler

    async def __call__(self, scope: Any, _receive: Any, send: Any) -> None:
        call = Call.of(scope)
        try:
            raw = await self._errors.answered(self._handler, call)
        except Exception:
            # Not raised again, unlike behind a socket: the caller's own request goes on and says what it got.
            LOG.exception("a handler that was called inside failed")
            raw = self._errors.defect(call)
        if call.spoiling is not None and call.spoiling.kind is not FaultKind.DRIP:
            return  # what a wire fault leaves of an answer is no answer here
        await send_raw(send, raw)


class _Request:
    """The ``receive`` of one request that is all there."""

    def __init__(self, body: bytes) -> None:
        self._body = body

    async def __call__(self) -> dict[str, Any]:
        return {"type": "http.request", "body": self._body, "more_body": False}


class InsideAnswer:
    """What is answered, as the ``send`` that keeps it; the names of headers are in small letters."""

    def __init__(self) -> None:
        self.status = 0
        self.headers: dict[str, str] = {}
        self.body = bytearray()

    async def __call__(self, message: Any) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            lines = message.get("headers", ())
            self.headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in lines}
        elif message["type"] == "http.response.body":
            self.body += message.get("body", b"")


def _scope(path: str, headers: Mapping[str, str], body: bytes) -> dict[str, Any]:
    lines = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]
    return {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "POST",
        "scheme": "http",
        "path": path,
        "raw_path": path.encode("ascii"),
        "query_string": b"",
        "root_path": "",
        "headers": [*lines, (b"host", b"inside"), (b"content-length", str(len(body)).encode("ascii"))],
        "client": None,
        "server": None,
        "state": {},
    }
