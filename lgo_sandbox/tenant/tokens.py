"""How a token or code tells the session it was issued in, without any store and without being trusted for it.

A JWT of a session other than ``default`` carries the session in its *header* (member ``sbx``, which verifiers
ignore); an opaque code or refresh token carries it before a ``~``. A false name only leads to a session that
does not know the token. Source: design of the project (« A request finds its session »).
"""

from __future__ import annotations

import base64
import binascii
import json
from functools import lru_cache

from lgo_sandbox.settings import DEFAULT_SESSION
from lgo_sandbox.tenant.session import valid_name

__all__ = ["HEADER", "mark", "mark_header", "session_of_bearer", "session_of_token"]

HEADER = "sbx"
SEPARATOR = "~"
MAX_HEADER = 2048


def mark(session: str, token: str) -> str:
    """Return an opaque token that tells its session."""
    return token if session == DEFAULT_SESSION else f"{session}{SEPARATOR}{token}"


def mark_header(session: str) -> dict[str, str]:
    """Return the members to add to the header of a JWT."""
    return {} if session == DEFAULT_SESSION else {HEADER: session}


def session_of_token(token: str) -> str:
    """Return the session that a token names, empty when it names none."""
    name, separator, _ = token.partition(SEPARATOR)
    if separator:
        return name if valid_name(name) else ""
    return _of_jwt(token) if token.count(".") == 2 else ""


def session_of_bearer(authorization: str) -> str:
    """Return the session named by the token of an ``Authorization: Bearer`` header, empty when there is none."""
    scheme, _, token = authorization.partition(" ")
    return session_of_token(token.strip()) if scheme.lower() == "bearer" else ""


def _of_jwt(token: str) -> str:
    encoded = token.partition(".")[0]
    return _of_header(encoded) if len(encoded) <= MAX_HEADER else ""


@lru_cache(maxsize=256)
def _of_header(encoded: str) -> str:
    """Return the session that an encoded header names. It repeats from token to token of a session."""
    try:
        header = json.loads(base64.urlsafe_b64decode(encoded.encode("ascii") + b"=" * (-len(encoded) % 4)))
    except (binascii.Error, ValueError, RecursionError):
        return ""
    name = header.get(HEADER, "") if isinstance(header, dict) else ""
    return name if isinstance(name, str) and valid_name(name) else ""
