"""What pages of other sites may read (CORS), and what is told of it: Pro Santé Connect is called by servers.

Source: docs/sources/psc.md#origines (Keycloak; medium), the Fetch standard. Discovery and keys are open to any page,
without credentials. A page may read an endpoint for programs only from an origin of the calling client's redirect
addresses (Keycloak's « + »; option ``psc.web_origins``): nothing else is ever echoed. Keycloak echoes any origin in its
answer to a preflight; here only an origin that some client has.
"""

from __future__ import annotations

from lgo_sandbox.gate.asgi import Call
from lgo_sandbox.gate.web import Handler
from lgo_sandbox.wire.http import RawResponse
from psc_mock import wire
from psc_mock.domain.clients import Client, web_origin_of
from psc_mock.facts import ClientSeen, PageCalled, PreflightAsked, TokenSeen
from psc_mock.registry import enrolled, enrolled_clients

__all__ = ["open_to_all", "open_to_clients", "origin_of", "preflight_answer"]

MAX_NOTED = 100
ALLOWED_HEADERS = "Origin, Accept, X-Requested-With, Content-Type, Authorization, DPoP"
MAX_AGE = "3600"
ANY = ("Access-Control-Allow-Origin", "*")


def origin_of(call: Call) -> str:
    """Return the origin of the page that calls, empty when no page does."""
    return next((value for name, value in call.exchange.request_headers if name == "origin"), "")


def open_to_all(handler: Handler) -> Handler:
    """Return a handler whose answers any page may read: they are public, and carry no credentials."""

    async def answered(call: Call) -> RawResponse:
        raw = await handler(call)
        return wire.with_headers(raw, (ANY,)) if origin_of(call) else raw

    return answered


def open_to_clients(handler: Handler) -> Handler:
    """Return a handler whose answers a page may read when its origin is one of the client that calls."""

    async def answered(call: Call) -> RawResponse:
        origin = origin_of(call)
        if not origin:
            return await handler(call)
        call.note(PageCalled(origin=origin[:MAX_NOTED], admitted=False))
        raw = await handler(call)
        if not _has_origin(call, _caller(call), origin):
            return wire.with_headers(raw, (("Vary", "Origin"),))
        call.note(PageCalled(origin=origin[:MAX_NOTED], admitted=True))
        return wire.with_headers(raw, _admitting(origin))

    return answered


def preflight_answer(call: Call, methods: str, *, public: bool) -> RawResponse:
    """Answer what a browser asks before a page may call: yes to an origin that is known, else nothing."""
    origin = origin_of(call)
    allowing = (
        ("Access-Control-Allow-Methods", ", ".join([*methods.split(), "OPTIONS"])),
        ("Access-Control-Allow-Headers", ALLOWED_HEADERS),
        ("Access-Control-Max-Age", MAX_AGE),
    )
    if public:
        return RawResponse(200, b"", "", (ANY, *allowing))
    known = any(_has_origin(call, client, origin) for client in enrolled_clients(call.sandbox, call.session))
    path = str(call.scope["path"])
    call.note(PreflightAsked(origin=origin[:MAX_NOTED], path=path[:MAX_NOTED], admitted=known))
    call.summarise(f"Question préalable d'un navigateur, pour une page de {origin[:MAX_NOTED]}")
    return RawResponse(200, b"", "", (*_admitting(origin), *allowing) if known else (("Vary", "Origin"),))


def _admitting(origin: str) -> tuple[tuple[str, str], ...]:
    return (
        ("Access-Control-Allow-Origin", origin),
        ("Access-Control-Allow-Credentials", "true"),
        ("Vary", "Origin"),
    )


def _caller(call: Call) -> Client | None:
    """Return the client that the exchange proved: by its credentials, or by the token that it was given."""
    noted = call.exchange.noted
    seen, token = noted.get(ClientSeen), noted.get(TokenSeen)
    client_id = (seen.client_id if seen else "") or (token.owner if token and seen is None else "")
    return enrolled(call.sandbox, call.session, client_id) if client_id else None


def _has_origin(call: Call, client: Client | None, origin: str) -> bool:
    if client is None or call.session.option("psc.web_origins") == "none":
        return False
    return web_origin_of(client, origin)
