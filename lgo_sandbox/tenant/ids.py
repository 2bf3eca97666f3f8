"""Identifiers and secrets of a session: unpredictable by default, a repeatable sequence when the session has a seed.

Source: design of the project (the same sequence gives the same bytes when asked for). In a seeded session each value is
HMAC-SHA-256 of the seed and a counter; the counter lives in the session's store, so that another process goes on where
this one stopped. Must not know what the identifiers are for.
"""

from __future__ import annotations

import base64
import hmac
import secrets
import uuid
from collections.abc import Callable

__all__ = ["Ids"]


class Ids:
    """A source of identifiers. ``seed`` empty: random; else a sequence numbered by ``counter``."""

    def __init__(self, seed: str = "", counter: Callable[[], int] | None = None) -> None:
        self._seed = seed.encode()
        self._counter = counter

    def octets(self, size: int) -> bytes:
        """Return ``size`` unpredictable (or, with a seed, repeatable) octets."""
        if not self._seed or self._counter is None:
            return secrets.token_bytes(size)
        number = self._counter()
        blocks = (self._block(number, part) for part in range(-(-size // 32)))
        return b"".join(blocks)[:size]

    def uuid(self) -> str:
        """Return a version 4 UUID, lower case."""
        return str(uuid.UUID(bytes=self.octets(16), version=4))

    def token(self, size: int = 32) -> str:
        """Return a URL-safe secret of ``size`` octets, without padding."""
        return base64.urlsafe_b64encode(self.octets(size)).rstrip(b"=").decode()

    def oid(self) -> str:
        """Return an OID made of a UUID (ITU-T X.667: ``2.25.`` and its integer)."""
        return f"2.25.{uuid.UUID(self.uuid()).int}"

    def pick(self, alphabet: str, size: int) -> str:
        """Return ``size`` characters of an alphabet of at most 256."""
        return "".join(alphabet[octet % len(alphabet)] for octet in self.octets(size))

    def _block(self, number: int, part: int) -> bytes:
        return hmac.digest(self._seed, f"{number}:{part}".encode(), "sha256")
