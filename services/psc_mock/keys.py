"""The key that signs tokens: it ships with the code, named SANDBOX, and is built once.

Source: design of the project (« Certificates »); specs/psc.md §6.4 (stable kid) and §8 (RS256, prebuilt key).
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from lgo_sandbox.wire.jwt import SigningKey

__all__ = ["KID", "signing_key", "stranger_key"]

KID = "SANDBOX-psc-2025"


@cache
def signing_key() -> SigningKey:
    """Return the signing key; known to everybody, it proves nothing outside a sandbox."""
    return SigningKey(files("psc_mock").joinpath("data/SANDBOX-psc-signing.pem").read_bytes(), KID)


@cache
def stranger_key() -> SigningKey:
    """Return a key that nobody publishes, to sign what must be refused; made for this process."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return SigningKey(pem, KID)
