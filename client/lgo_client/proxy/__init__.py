"""A small proxy e-Santé: it logs users in by CIBA, and relays their calls to the APIs with the exchanged token.

A thick client may not call Pro Santé Connect itself: a server between them holds the certificate. This one offers the
contract of the agency's own (``POST /connect``, ``/send/<route>/…``, ``GET /traces``, ``/disconnect``), so that an
editor sees both sides. Source: specs/psc.md §3.4, §11.2. ``lgo proxy`` runs it.
"""

from lgo_client.proxy.server import ProxyServer
from lgo_client.proxy.sessions import Proxy, ProxyRefused, Route

__all__ = ["Proxy", "ProxyRefused", "ProxyServer", "Route"]
