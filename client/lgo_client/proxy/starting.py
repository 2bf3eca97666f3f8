"""A proxy e-Santé for the services of an environment: one certificate for Pro Santé Connect, the exchange and the APIs.

Source: specs/psc.md §3.5 (the certificate of the exchange is shown to the API). Knows addresses and certificates.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.cookiejar import DefaultCookiePolicy

from cryptography import x509

from lgo_client.clock import Workplace
from lgo_client.environment import Environment
from lgo_client.proxy.server import ProxyServer
from lgo_client.proxy.sessions import Proxy, Route
from lgo_client.psc import ProSanteConnect
from lgo_client.transport import http_client

__all__ = ["ROUTES", "opened"]

CERTIFICATE = "org-auth"
ROUTES = ("insi", "dmp", "eprescription")
"""Names of routes, of services and of the audiences of their APIs."""


@contextmanager
def opened(
    environment: Environment,
    client_id: str,
    port: int = 0,
    workplace: Workplace | None = None,
    sleep: Callable[[float], None] = time.sleep,
) -> Iterator[ProxyServer]:
    """Serve within the block."""
    certificate, root = environment.certificate(CERTIFICATE), environment.url("psc")
    dn = x509.load_der_x509_certificate(certificate.der).subject.rfc4514_string()
    routes = {name: Route(name, name, environment.url(name)) for name in ROUTES}
    with http_client(environment.ca, certificate) as http:
        # One client serves all users: what an API sets for one must not be sent for another.
        http.cookies.jar.set_policy(DefaultCookiePolicy(allowed_domains=()))
        provider = ProSanteConnect(http, root, environment.client(client_id), workplace or Workplace())
        server = ProxyServer(Proxy(provider, http, root, routes, certificate.der, dn, sleep), port=port)
        server.start()
        try:
            yield server
        finally:
            server.stop()
