"""What a resource server of the *API Pro Santé Connectée* does with a call: introspection, scope, certificate.

Source: docs/sources/psc.md#echange-de-jeton (introspection at its authorization server, scopes, certificate against
``cnf``), RFC 6750 §3, RFC 7662, RFC 8705 §3. A service calls ``read_access``; it names the addresses, the credentials
and what it wants. Knows no service and no store.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lgo_sandbox.gate.introspection import IntrospectionFailed, introspected_at
from lgo_sandbox.wire.binding import binding_fits, names_certificate
from lgo_sandbox.wire.oauth import BadAuthorization, Bearer, read_authorization

if TYPE_CHECKING:
    import httpx

__all__ = ["AccessRefused", "ResourceServer", "read_access"]


@dataclass(frozen=True, slots=True)
class ResourceServer:
    """A resource server: where it introspects, its credentials there, the audience and the scope that it wants."""

    introspection: str
    credentials: tuple[str, str]
    audience: str
    scope: str


class AccessRefused(Exception):
    """The call may not be served: ``status`` and ``error`` as in RFC 6750 §3.1 (``unavailable``: nobody could tell)."""

    def __init__(self, status: int, error: str, description: str) -> None:
        super().__init__(description)
        self.status, self.error, self.description = status, error, description

    @property
    def challenge(self) -> str:
        """The value of ``WWW-Authenticate``."""
        if not self.error:
            return "Bearer"
        return f'Bearer error="{self.error}", error_description="{self.description}"'


async def read_access(
    http: httpx.AsyncClient, server: ResourceServer, authorization: str | None, der: bytes | None, *, tls: bool = True
) -> Mapping[str, Any]:
    """Return what introspection says of the bearer of an API token. Raises AccessRefused.

    ``der`` is the client certificate of the connection. Without TLS its absence is waived, as everywhere.
    """
    claims = await _introspected(http, server, _token(authorization))
    if claims.get("active") is not True:
        raise AccessRefused(401, "invalid_token", "the token is not active")
    if server.audience not in _listed(claims.get("aud")):
        raise AccessRefused(401, "invalid_token", "the token is for another audience")
    _check_certificate(claims, der, tls=tls)
    if server.scope not in str(claims.get("scope", "")).split():
        raise AccessRefused(403, "insufficient_scope", f"scope {server.scope} is wanted")
    return claims


def _token(authorization: str | None) -> str:
    try:
        credentials = read_authorization(authorization)
    except BadAuthorization:
        credentials = None
    if not isinstance(credentials, Bearer):
        raise AccessRefused(401, "", "no bearer token")
    return credentials.token


async def _introspected(http: httpx.AsyncClient, server: ResourceServer, token: str) -> Mapping[str, Any]:
    try:
        return await introspected_at(http, server.introspection, token, server.credentials)
    except IntrospectionFailed as error:
        raise AccessRefused(503, "unavailable", "introspection gave no answer") from error


def _check_certificate(claims: Mapping[str, Any], der: bytes | None, *, tls: bool) -> None:
    if der is None and not tls:
        return
    if not names_certificate(claims):
        raise AccessRefused(401, "invalid_token", "the token is bound to no certificate")
    if der is None or not binding_fits(claims["cnf"], der):
        raise AccessRefused(401, "invalid_token", "the token is bound to another certificate")


def _listed(value: object) -> list[object]:
    return value if isinstance(value, list) else [value]
