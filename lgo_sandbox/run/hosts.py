"""Where a sandbox may listen: on this machine, elsewhere only when that is said. Imports nothing heavy."""

from __future__ import annotations

import ipaddress

from lgo_sandbox.settings import Settings

__all__ = ["PublicBindRefused", "check_host"]


class PublicBindRefused(ValueError):
    """The host is not loopback and the flag that allows it is missing."""


def check_host(settings: Settings) -> None:
    """Raise PublicBindRefused, in French, when the network would see the sandbox and nobody asked for that."""
    try:
        loopback = ipaddress.ip_address(settings.host).is_loopback
    except ValueError:
        loopback = settings.host == "localhost"
    if not loopback and not settings.public:
        raise PublicBindRefused(
            f"écouter sur {settings.host} rendrait le bac à sable visible du réseau : ajoutez --public si c'est voulu."
        )
