"""The reads and writes of the token endpoint, without the ORM, which costs twenty times more there.

Source: design of the project (« Hot reads may use Core »). The tables are those of ``store``; each write is one commit.
What
a client is enrolled as is parsed once for each state of its row.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, fields
from functools import lru_cache
from operator import attrgetter
from typing import Any

from lgo_sandbox.state.port import Store
from psc_mock.domain.clients import Client

__all__ = ["LoginFacts", "TokenFacts", "client", "keep", "login", "token"]


@dataclass(frozen=True, slots=True)
class TokenFacts:
    """A row of the tokens, as ``store.Token`` describes it."""

    key: str
    access: bool
    jti: str
    sid: str
    client_id: str
    scope: str
    nonce: str
    issuer: str
    created: float
    lifetime: int
    iat: int
    exp: int
    revoked: bool = False
    mutations: str = ""


@dataclass(frozen=True, slots=True)
class LoginFacts:
    """A row of the log-ins, as ``store.Login`` describes it, without its cookie."""

    sid: str
    national_id: str
    auth_time: int
    auth_mode: str
    created: float
    used: float
    ended: bool
    ended_at: float
    ended_by: str
    profile: str


def _names(kind: Any) -> str:
    return ", ".join(f'"{field.name}"' for field in fields(kind))


_MARKS = ", ".join("?" * len(fields(TokenFacts)))
_VALUES = attrgetter(*(field.name for field in fields(TokenFacts)))
_TOKEN = f"SELECT {_names(TokenFacts)} FROM psc_token WHERE key = ?"
_LOGIN = f"SELECT {_names(LoginFacts)} FROM psc_login WHERE sid = ?"
_CLIENT = f"SELECT {_names(Client)} FROM psc_client WHERE client_id = ?"
_INSERT = f"INSERT INTO psc_token ({_names(TokenFacts)}) VALUES ({_MARKS})"
_USED = "UPDATE psc_login SET used = ? WHERE sid = ?"


def token(db: Store, key: str) -> TokenFacts | None:
    """Return a token by its key."""
    rows = db.rows(_TOKEN, key)
    return TokenFacts(*rows[0]) if rows else None


def login(db: Store, sid: str) -> LoginFacts | None:
    """Return a log-in by its id."""
    rows = db.rows(_LOGIN, sid)
    return LoginFacts(*rows[0]) if rows else None


def client(db: Store, client_id: str) -> Client | None:
    """Return an enrolled client."""
    rows = db.rows(_CLIENT, client_id)
    return _client(rows[0]) if rows else None


@lru_cache(maxsize=256)
def _client(row: tuple[Any, ...]) -> Client:
    values = dict(zip((field.name for field in fields(Client)), row, strict=True))
    for name in ("redirect_uris", "post_logout_uris", "api_scopes"):
        values[name] = tuple(json.loads(values[name]))
    for name in ("loopback_any_port", "ciba"):
        values[name] = bool(values[name])
    return Client(**values)


def keep(db: Store, rows: Sequence[TokenFacts], sid: str, used: float) -> None:
    """Keep new tokens, and their log-in alive, in one commit."""
    db.write([*((_INSERT, _VALUES(row)) for row in rows), (_USED, (used, sid))])
