"""Where a real telephone finds a page of the sandbox: at the machine's address as others reach it, if they may.

Source: none, the presentation is ours. With ``--public`` and a host that is not the loopback, the first public name,
the published host or the host itself; for a wildcard bind the address of the interface that leads outside, which is
asked of the routing table without a packet. The plain port is preferred: a telephone does not know our authority.
"""

from __future__ import annotations

import base64
import ipaddress
import socket
from functools import lru_cache
from urllib.parse import urlsplit

from lgo_sandbox.gate.asgi import Call
from lgo_sandbox.settings import Settings
from lgo_sandbox.wire.browsing import with_parameters

__all__ = ["phone_url", "qr_of", "reachable_host"]

WILDCARDS = ("", "0.0.0.0", "::")
OUTSIDE = ("192.0.2.1", 9)
"""An address that nobody has (RFC 5737): asking for the way to it sends nothing."""


def phone_url(call: Call, door: str, path: str, **members: str | None) -> str:
    """Return the address of a page on a door for other devices; empty when they cannot reach it."""
    host = reachable_host(call.sandbox.settings)
    if not host:
        return ""
    here = urlsplit(call.url(door, tls=not call.sandbox.settings.plain_ports))
    shown = f"[{host}]" if ":" in host else host
    return with_parameters(f"{here.scheme}://{shown}:{here.port}{here.path}{path}", members)


def reachable_host(settings: Settings) -> str:
    """Return the name or address by which other devices reach this machine; empty when it is not open to them."""
    if not settings.public or _is_loopback(settings.host):
        return ""
    if named := next(iter(settings.public_names), settings.published_host):
        return named
    return _outward() if settings.host in WILDCARDS else settings.host


@lru_cache(maxsize=32)
def qr_of(url: str) -> str:
    """Return the QR code of an address as the source of an image."""
    from health_documents.barcodes.images import write_qr

    return "data:image/png;base64," + base64.b64encode(write_qr(url)).decode("ascii")


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _outward() -> str:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(OUTSIDE)
        except OSError:
            return ""
        found = str(probe.getsockname()[0])
    return "" if _is_loopback(found) else found
