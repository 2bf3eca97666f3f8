"""The key that signs tokens: it ships with the code, named SANDBOX, and is built once.

Source: design of the project (« Certificates »); specs/psc.md §6.4 (stable kid) and §8 (RS256, prebuilt key).
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from lgo_sandbox.wire.jwt import SigningKey

__all__ = ["KID", "signing_key"]

KID = "SANDBOX-psc-2025"


@cache
def signing_key() -> SigningKey:
    """Return the signing key; known to everybody, it proves nothing outside a sandbox."""
    return SigningKey(files("psc_mock").joinpath("data/SANDBOX-psc-signing.pem").read_bytes(), KID)
