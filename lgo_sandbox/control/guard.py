"""The gate before the control API: whose pages may call it, and how much they may send. Pure ASGI.

A web page that a developer visits can make the browser call 127.0.0.1 (cross-site request forgery), or have its own
name resolve to it (DNS rebinding). So the ``Host`` must be a name of this machine, an ``Origin`` the console's own.
With ``public`` the sandbox is meant to be reached under names that we cannot know, and both rules rest.
Source: Fetch standard (Origin), RFC 9110 §7.2 (Host). Knows no route but those that may be sent much.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from lgo_sandbox.control.errors import error_response
from lgo_sandbox.settings import Settings

__all__ = ["Guard"]

_LOAD, _VALIDATE = "/load", "/validate"
_HEADERS = (
    (b"x-content-type-options", b"nosniff"),
    (b"cache-control", b"no-store"),
    (b"referrer-policy", b"no-referrer"),
)


class Guard:
    """ASGI middleware around the control application."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self._app = app
        self._settings = settings
        self._names = {"localhost", settings.host.lower(), *(name.lower() for name in settings.public_names)}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse with 403 or 413, or pass on with a bounded body."""
        if scope["type"] != "http":
            return
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        limit = self._limit(scope["path"])
        if message := self._stranger(headers):
            await error_response(403, message)(scope, receive, send)
        elif _declared_size(headers) > limit:
            message = f"corps de requête trop volumineux : limite {limit} octets"
            await error_response(413, message, {"connection": "close"})(scope, receive, send)
        else:
            await self._app(scope, _bounded(receive, limit), _hardened(send))

    def _limit(self, path: str) -> int:
        if path.endswith(_VALIDATE):
            return self._settings.validate_body_bytes
        return self._settings.dump_bytes if path.endswith(_LOAD) else self._settings.control_body_bytes

    def _stranger(self, headers: Mapping[str, str]) -> str:
        if self._settings.public:
            return ""
        host, origin = headers.get("host", ""), headers.get("origin")
        if not self._is_ours(host):
            return "l'en-tête Host ne désigne pas cette machine (voir LGO_SANDBOX_PUBLIC_NAMES et --public)"
        if origin is not None and origin.lower() != f"http://{host.lower()}":
            return "l'API de contrôle ne se laisse pas appeler par la page d'un autre site"
        return ""

    def _is_ours(self, host: str) -> bool:
        try:
            name = urlsplit(f"//{host}").hostname or ""
        except ValueError:
            return False
        return name in self._names or _is_loopback(name)


def _is_loopback(name: str) -> bool:
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


def _declared_size(headers: Mapping[str, str]) -> int:
    text = headers.get("content-length", "0")
    return int(text) if text.isdecimal() and len(text) < 20 else 0


def _bounded(receive: Receive, limit: int) -> Receive:
    seen = 0

    async def bounded() -> Message:
        nonlocal seen
        message = await receive()
        seen += len(message.get("body", b""))
        if seen > limit:
            raise HTTPException(413)
        return message

    return bounded


def _hardened(send: Send) -> Send:
    async def hardened(message: Message) -> None:
        if message["type"] == "http.response.start":
            present: set[Any] = {name for name, _ in message["headers"]}
            added = [(name, value) for name, value in _HEADERS if name not in present]
            message["headers"] = [*message["headers"], *added]
        await send(message)

    return hardened
