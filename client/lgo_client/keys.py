"""Private keys of certificates, read once each.

To prove that a key is sound takes OpenSSL ten times as long as to sign with it, and it does so whenever it reads one.
"""

from __future__ import annotations

from functools import lru_cache

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

__all__ = ["private_key"]


@lru_cache(maxsize=64)
def private_key(pem: bytes) -> rsa.RSAPrivateKey:
    """Return the key of a PEM file. Raises ValueError for what is no sound RSA key without a password."""
    key = serialization.load_pem_private_key(pem, password=None)
    if not isinstance(key, rsa.RSAPrivateKey):
        raise ValueError("not a private RSA key")
    return key
