"""Discovery and the key set. Source: docs/sources/psc.md#decouverte."""

from __future__ import annotations

from functools import lru_cache

from lgo_sandbox.gate.asgi import Call
from lgo_sandbox.wire.http import RawResponse
from lgo_sandbox.wire.jwt import jwks
from psc_mock import wire
from psc_mock.app.answers import issuer_of, profile_of
from psc_mock.codes import DOOR_WALLET
from psc_mock.discovery import discovery_document
from psc_mock.domain.mutations import Kind, apply
from psc_mock.keys import published_keys

__all__ = ["certs", "discovery"]


async def discovery(call: Call) -> RawResponse:
    """Answer the discovery document, the same on the plain and the TLS listener."""
    await call.enter("discovery")
    call.summarise("Document de découverte")
    authorization_endpoint = call.url(DOOR_WALLET, tls=True) + "/auth"
    of = (issuer_of(call), authorization_endpoint, profile_of(call))
    if not call.struck:
        return _answer(*of)
    document = discovery_document(*of)
    apply(call.struck, Kind.ANSWER, document)
    return wire.json_answer(document)


@lru_cache(maxsize=64)
def _answer(issuer: str, authorization_endpoint: str, profile: str) -> RawResponse:
    return wire.json_answer(discovery_document(issuer, authorization_endpoint, profile))


async def certs(call: Call) -> RawResponse:
    """Answer the public keys."""
    await call.enter("certs")
    call.summarise("Clés publiques de signature")
    published = jwks(key.public_jwk() for key in published_keys(call.session))
    apply(call.struck, Kind.ANSWER, published)
    return wire.json_answer(published)
