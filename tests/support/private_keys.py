"""Private keys of issued certificates, read once each: to read one proves it sound, which takes longer than to sign."""

from __future__ import annotations

from functools import cache

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from lgo_sandbox.pki import Issued

__all__ = ["key_of"]


def key_of(issued: Issued) -> RSAPrivateKey:
    """Return the private key of a certificate."""
    return _loaded(issued.key.read_bytes())


@cache
def _loaded(pem: bytes) -> RSAPrivateKey:
    key = load_pem_private_key(pem, None)
    assert isinstance(key, RSAPrivateKey)
    return key
