"""How a token or code tells the session it was issued in, without any store and without being trusted for it.

A JWT of a session other than ``default`` carries the session at the end of its ``jti``, after a ``~``: verifiers look
at the members of a header (strict ones refuse those that they do not know) and at most claims, but a ``jti`` is any
text. Tokens of former releases have it in their header (member ``sbx``). An opaque code or refresh token carries it
before a ``~``. A false name only leads to a session that does not know the token. Source: design of the project (« A
request finds its session »), decision 4.
"""

from __future__ import annotations

import base64
import binascii
import json
from functools import lru_cache
from typing import Any

from lgo_sandbox.settings import DEFAULT_SESSION
from lgo_sandbox.tenant.session import valid_name

__all__ = ["FORMER_HEADER", "mark", "mark_jti", "session_of_bearer", "session_of_token"]

FORMER_HEADER = "sbx"
"""The header member that told the session before ``jti`` did: read, no more written."""
SEPARATOR = "~"
MAX_HEADER = 2048
MAX_CLAIMS = 16 * 1024


def mark(session: str, token: str) -> str:
    """Return an opaque token that tells its session."""
    return token if session == DEFAULT_SESSION else f"{session}{SEPARATOR}{token}"


def mark_jti(session: str, jti: str) -> str:
    """Return the ``jti`` of a JWT that tells its session; what a ``jti`` begins with stays its beginning."""
    return jti if session == DEFAULT_SESSION else f"{jti}{SEPARATOR}{session}"


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
    header, claims, _ = token.split(".")
    named = _of_claims(claims) if len(claims) <= MAX_CLAIMS else ""
    return named or (_of_header(header) if len(header) <= MAX_HEADER else "")


@lru_cache(maxsize=256)
def _of_claims(encoded: str) -> str:
    """Return the session that encoded claims name. A client shows the same token many times."""
    octets = _decoded(encoded)
    jti = _member(octets, "jti") if SEPARATOR.encode() in octets else ""
    return _named(jti.rpartition(SEPARATOR)[2]) if isinstance(jti, str) and SEPARATOR in jti else ""


@lru_cache(maxsize=256)
def _of_header(encoded: str) -> str:
    """Return the session that an encoded header of a former release names."""
    octets = _decoded(encoded)
    return _named(_member(octets, FORMER_HEADER)) if FORMER_HEADER.encode() in octets else ""


def _decoded(encoded: str) -> bytes:
    try:
        return base64.urlsafe_b64decode(encoded.encode("ascii") + b"=" * (-len(encoded) % 4))
    except (binascii.Error, ValueError):
        return b""


def _member(octets: bytes, name: str) -> Any:
    try:
        value = json.loads(octets)
    except (ValueError, RecursionError):
        return ""
    return value.get(name, "") if isinstance(value, dict) else ""


def _named(name: Any) -> str:
    return name if isinstance(name, str) and valid_name(name) else ""
