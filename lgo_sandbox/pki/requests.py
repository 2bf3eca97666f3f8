"""What a certificate to make is made of: kind, holder, variant, and what follows from them.

Source: specs/psc.md §5 (three years). A lifetime begins a year before the certificate is made, so that a session whose
clock was set back finds it valid; a server's whole life is two years: Apple's systems refuse more than 825 days.
Knows no file, no key, and no clock: the moment is a parameter.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from lgo_sandbox.pki.building import Validity
from lgo_sandbox.pki.holders import SANDBOX_OPERATOR, Holder, PersonHolder
from lgo_sandbox.pki.names import Ca
from lgo_sandbox.pki.profiles import PROFILES, Kind, Variant, base_name

__all__ = ["LOCAL_HOSTS", "UNREACHABLE", "Request", "lifetime", "renewal"]

LOCAL_HOSTS = ("localhost", "127.0.0.1", "::1")
"""What every server certificate names."""

_WRONG_HOSTS = ("wrong.invalid",)
UNREACHABLE = "http://127.0.0.1:9/pki/crl"
"""Where nobody answers: the port of the discard service (RFC 863), which no system opens any more."""
_YEAR = timedelta(days=365)
_RENEWAL = timedelta(days=30)
_LIFETIMES = {
    Variant.EXPIRED: (-5 * _YEAR, -2 * _YEAR),
    Variant.NOT_YET_VALID: (10 * _YEAR, 13 * _YEAR),
}
_LIFETIME = (-_YEAR, 2 * _YEAR)
_SERVER_LIFETIME = (-_YEAR, _YEAR)


@dataclass(frozen=True, slots=True)
class Request:
    """A certificate to make.

    ``common_name`` replaces the usual CN of a legal person; ``hosts`` are added to those a server has anyway;
    ``validity`` (aware datetimes) replaces the usual lifetime; ``name`` the usual name, which it should whenever
    anything else is unusual, else this certificate takes the place of the usual one.
    """

    kind: Kind
    holder: Holder = SANDBOX_OPERATOR
    variant: Variant = Variant.GOOD
    hosts: tuple[str, ...] = ()
    common_name: str = ""
    validity: Validity | None = None
    name: str = ""

    @property
    def key_name(self) -> str:
        """The name of the key, shared by the variants."""
        return f"cps-{self.holder.id}" if isinstance(self.holder, PersonHolder) else base_name(self.kind, self.holder)

    @property
    def file_name(self) -> str:
        """The name in the ready-file and on disk."""
        usual = base_name(self.kind, self.holder)
        return self.name or (usual if self.variant is Variant.GOOD else f"{usual}-{self.variant}")

    @property
    def authority(self) -> Ca | None:
        """Who signs; None: the holder itself."""
        if self.variant is Variant.SELF_SIGNED:
            return None
        return Ca.WRONG if self.variant is Variant.WRONG_CA else PROFILES[self.kind].ca

    @property
    def all_hosts(self) -> tuple[str, ...]:
        """What the certificate names as hosts."""
        if self.variant is Variant.WRONG_HOST:
            return _WRONG_HOSTS
        if self.kind is Kind.SERVER:
            return tuple(dict.fromkeys((*LOCAL_HOSTS, *self.hosts)))
        if self.kind is Kind.PSC_CLIENT:
            return (self.common_name or PROFILES[self.kind].common_name, *self.hosts)
        return self.hosts


def lifetime(request: Request, now: datetime) -> Validity:
    """Return the first and last moment of a certificate made now."""
    if request.validity:
        return request.validity
    usual = _SERVER_LIFETIME if request.kind is Kind.SERVER else _LIFETIME
    start, end = _LIFETIMES.get(request.variant, usual)
    return now + start, now + end


def renewal(request: Request, now: datetime) -> datetime | None:
    """Return when a certificate made now should be made again; None when its dates are what it is for."""
    if request.validity or request.variant in _LIFETIMES:
        return None
    return lifetime(request, now)[1] - _RENEWAL
