"""What is wrong with a certificate, at a moment that the caller gives (the age time of a session).

Source: RFC 5280 §6.1 reduced to our two levels; which error a service makes of it is the service's.
Knows no clock.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from lgo_sandbox.pki.peer import Family, PeerCertificate

__all__ = ["Judgement", "issuer_of", "judged"]


class Judgement(StrEnum):
    """The first thing that is wrong, in the order of this list; ``ok`` when nothing is."""

    WRONG_AUTHORITY = "wrong_authority"
    NOT_YET_VALID = "not_yet_valid"
    EXPIRED = "expired"
    REVOKED = "revoked"
    UNKNOWN_FAMILY = "unknown_family"
    OK = "ok"


_SHA256_WITH_RSA = bytes.fromhex("300d06092a864886f70d01010b0500")
_BIT_STRING_OF_256_OCTETS = bytes.fromhex("0382010100")
_SIGNATURE_HEAD = _SHA256_WITH_RSA + _BIT_STRING_OF_256_OCTETS
"""What stands, unsigned, between the content and the signature of every certificate that we sign."""


def _has_signed(authority: x509.Certificate, peer: PeerCertificate) -> bool:
    key = authority.public_key()
    content, signature = peer.signed
    if not isinstance(key, rsa.RSAPublicKey) or not peer.der.endswith(_SIGNATURE_HEAD + signature):
        return False
    try:
        key.verify(signature, content, padding.PKCS1v15(), hashes.SHA256())
    except InvalidSignature:
        return False
    return True


def issuer_of(peer: PeerCertificate, authorities: Iterable[x509.Certificate]) -> x509.Certificate | None:
    """Return the authority that signed this certificate, None when it is none of these."""
    named = (authority for authority in authorities if authority.subject.public_bytes() == peer.issuer_der)
    return next((authority for authority in named if _has_signed(authority, peer)), None)


def judged(peer: PeerCertificate, *, trusted: bool, revoked_since: datetime | None, at: datetime) -> Judgement:
    """Return the verdict on a certificate whose signature and revocation are known already."""
    if not trusted:
        return Judgement.WRONG_AUTHORITY
    if at < peer.not_before:
        return Judgement.NOT_YET_VALID
    if at > peer.not_after:
        return Judgement.EXPIRED
    if revoked_since is not None and revoked_since <= at:
        return Judgement.REVOKED
    return Judgement.UNKNOWN_FAMILY if peer.family is Family.UNKNOWN else Judgement.OK
