"""Connections to a running sandbox that outlive the clients that use them: a TLS handshake costs more than a request.

Each client has its own cookies; one pool of connections for each certificate serves them all.
"""

from __future__ import annotations

import httpx

from lgo_sandbox.pki import Issued
from support.tenants import Runner

__all__ = ["Connections"]

IDLE_SECONDS = 2.0
"""How long a connection is kept unused: less than the server does, which might hang up while a request leaves."""
TIMEOUT_SECONDS = 30.0


class _Lent(httpx.BaseTransport):
    """A pool that the clients who use it cannot close."""

    def __init__(self, pool: httpx.BaseTransport) -> None:
        self._pool = pool

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request."""
        return self._pool.handle_request(request)


class Connections:
    """The pools of connections to one sandbox, and to all that have its authorities."""

    def __init__(self, runner: Runner) -> None:
        self._runner = runner
        self._pools: dict[Issued | None, httpx.HTTPTransport] = {}

    def client(self, certificate: Issued | None = None) -> httpx.Client:
        """Return a new client, which may show a certificate; whether it is closed matters to nobody."""
        pool = self._pools.get(certificate) or self._opened(certificate)
        return httpx.Client(transport=_Lent(pool), trust_env=False, timeout=TIMEOUT_SECONDS)

    def close(self) -> None:
        """Close every connection."""
        for pool in self._pools.values():
            pool.close()

    def _opened(self, certificate: Issued | None) -> httpx.HTTPTransport:
        limits = httpx.Limits(keepalive_expiry=IDLE_SECONDS)
        pool = httpx.HTTPTransport(verify=self._runner.trust(certificate), trust_env=False, limits=limits)
        return self._pools.setdefault(certificate, pool)
