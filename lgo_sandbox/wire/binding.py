"""Tokens bound to a client certificate: the ``cnf`` member in both of its forms, and whether a certificate fits.

Source: docs/sources/psc.md#jeton-lie-au-certificat: in the *API Pro Santé Connectée* ``x5t#S256`` is standard Base64,
with padding, of the lower-case hexadecimal SHA-256 of the certificate (high); RFC 8705 §3.1 wants base64url of the raw
hash. Knows no token.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from typing import Any

from lgo_sandbox.wire.oauth import same_secret

__all__ = ["ANS", "MEMBER", "RFC8705", "binding_fits", "confirmation", "names_certificate"]

ANS, RFC8705 = "ans", "rfc8705"
MEMBER = "x5t#S256"


def confirmation(der: bytes, form: str = ANS) -> dict[str, str]:
    """Return the ``cnf`` of a certificate, in the form ``ans`` or ``rfc8705``. Raises ValueError for another form."""
    digest = hashlib.sha256(der)
    if form == ANS:
        return {MEMBER: base64.b64encode(digest.hexdigest().encode()).decode()}
    if form == RFC8705:
        return {MEMBER: base64.urlsafe_b64encode(digest.digest()).rstrip(b"=").decode()}
    raise ValueError("unknown form of cnf")


def binding_fits(cnf: object, der: bytes, forms: tuple[str, ...] = (ANS, RFC8705)) -> bool:
    """Tell whether a ``cnf`` member is that of the certificate, in one of the forms."""
    told = cnf.get(MEMBER) if isinstance(cnf, Mapping) else None
    return isinstance(told, str) and any(same_secret(told, confirmation(der, form)[MEMBER]) for form in forms)


def names_certificate(claims: Mapping[str, Any]) -> bool:
    """Tell whether claims are bound to a certificate at all."""
    cnf = claims.get("cnf")
    return isinstance(cnf, Mapping) and MEMBER in cnf
