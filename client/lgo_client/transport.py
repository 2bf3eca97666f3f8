"""HTTPS with a client certificate, and the trace of every exchange, as an LGO keeps it for support.

Knows no protocol above HTTP.
"""

from __future__ import annotations

import ssl
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import httpx

from lgo_client.environment import Certificate

__all__ = ["Sent", "http_client", "tls_context"]

TIMEOUT_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Sent:
    """One HTTP exchange, seen from the client: for the step list and the evidence."""

    method: str
    url: str
    status: int
    milliseconds: float


Observer = Callable[[Sent], None]


def tls_context(ca: Path, certificate: Certificate | None = None) -> ssl.SSLContext:
    """Return a context that trusts the given authorities only, TLS 1.2 at least."""
    context = ssl.create_default_context(cafile=str(ca))
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if certificate is not None:
        context.load_cert_chain(certificate.chain, certificate.key)
    return context


def http_client(ca: Path, certificate: Certificate | None = None, observer: Observer | None = None) -> httpx.Client:
    """Return an HTTP client; ``observer`` is told of every finished exchange."""

    def told(response: httpx.Response) -> None:
        response.read()
        if observer is not None:
            request = response.request
            milliseconds = response.elapsed.total_seconds() * 1000
            observer(Sent(request.method, str(request.url), response.status_code, milliseconds))

    context = tls_context(ca, certificate)
    return httpx.Client(verify=context, timeout=TIMEOUT_SECONDS, trust_env=False, event_hooks={"response": [told]})
