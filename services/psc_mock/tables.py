"""The tables of Pro Santé Connect in a session's store: clients, log-in requests, log-ins, codes, tokens, e-CPS modes.

Codes, refresh tokens and cookies are kept as digests. Moments are seconds of age time, except ``auth_time``, ``iat``
and ``exp`` (wire time). Source: design of the project (State). The queries are in ``store``, the hot ones in ``hot``.
"""

from __future__ import annotations

from sqlalchemy import Index
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel

__all__ = [
    "CHOOSING",
    "ApiToken",
    "Base",
    "CibaRequest",
    "ClientRow",
    "Code",
    "Login",
    "LoginRequest",
    "PersonaMode",
    "RetiredKey",
    "Token",
]

CHOOSING = "choosing"
"""The first state of a log-in request; the others are in ``store``."""


class Base(SQLModel, registry=registry()):
    """The root of this service's tables."""


class ClientRow(Base, table=True):
    """An enrolled client; addresses are a JSON list."""

    __tablename__ = "psc_client"

    client_id: str = Field(primary_key=True)
    title: str = ""
    secret: str = ""
    space: str = ""
    redirect_uris: str = "[]"
    post_logout_uris: str = "[]"
    loopback_any_port: bool = False
    certificate_ou: str = ""
    certificate_cn: str = ""
    ciba: bool = False
    api_scopes: str = "[]"
    backchannel_logout_uri: str = ""


class LoginRequest(Base, table=True):
    """An authorization request that waits for a person: choosing, then waiting for the e-CPS."""

    __tablename__ = "psc_login_request"

    id: str = Field(primary_key=True)
    request: str
    issuer: str
    browser: str
    csrf: str
    created: float = Field(index=True)
    state: str = CHOOSING
    national_id: str = Field(default="", index=True)
    digits: str = ""
    pushed: float = 0.0
    means: str = ""
    mode: str = ""
    mutations: str = ""


class CibaRequest(Base, table=True):
    """A request that a client makes without a browser, waiting for the e-CPS or the card, then for its polls.

    Kept after its end, because clients go on polling.
    """

    __tablename__ = "psc_ciba_request"

    digest: str = Field(primary_key=True)
    id: str = Field(index=True)
    client_id: str = Field(index=True)
    national_id: str = Field(index=True)
    scope: str
    issuer: str
    digits: str
    means: str
    mode: str
    state: str
    pushed: float = Field(index=True)
    interval: int
    polled: float = 0.0


class Login(Base, table=True):
    """A person's SSO session; ``sid`` is what tokens carry as ``session_state``.

    ``ended_by`` says in French how it ended before its time, ``announced`` whether the clients were told; ``profile``
    is the dated profile that it began under (empty in a state that is older than the column: the session's).
    """

    __tablename__ = "psc_login"

    sid: str = Field(primary_key=True)
    cookie: str = Field(index=True)
    national_id: str
    auth_time: int
    auth_mode: str
    created: float = Field(index=True)
    used: float
    ended: bool = False
    ended_at: float = 0.0
    ended_by: str = ""
    announced: bool = False
    profile: str = ""


class Code(Base, table=True):
    """An authorization code with what it grants; kept after use, to recognise a replay."""

    __tablename__ = "psc_code"

    digest: str = Field(primary_key=True)
    client_id: str
    redirect_uri: str
    sid: str
    scope: str
    state: str
    nonce: str
    code_challenge: str
    code_challenge_method: str
    issuer: str
    created: float = Field(index=True)
    used: bool = False
    mutations: str = ""


class Token(Base, table=True):
    """An access token (key: its jti) or a refresh token (key: its digest)."""

    __tablename__ = "psc_token"
    __table_args__ = (Index("psc_token_of_login", "sid", "created"),)

    key: str = Field(primary_key=True)
    access: bool
    jti: str
    sid: str
    client_id: str
    scope: str
    nonce: str
    issuer: str
    created: float = Field(index=True)
    lifetime: int
    iat: int
    exp: int
    revoked: bool = False
    mutations: str = ""


class ApiToken(Base, table=True):
    """A token of the *API Pro Santé Connectée* (key: its jti) or its refresh token (key: its digest).

    ``ended_by`` says in French why it serves no more although its log-in goes on.
    """

    __tablename__ = "psc_api_token"

    key: str = Field(primary_key=True)
    access: bool
    sid: str = Field(index=True)
    client_id: str
    national_id: str
    scope: str
    audience: str
    issuer: str
    confirmation: str
    acr: str
    auth_time: int
    auth_mode: str
    created: float = Field(index=True)
    lifetime: int
    iat: int
    ended_at: float = 0.0
    ended_by: str = ""


class RetiredKey(Base, table=True):
    """A signing key that signs no more, and since when."""

    __tablename__ = "psc_retired_key"

    number: str = Field(primary_key=True)
    since: float


class PersonaMode(Base, table=True):
    """How a person's e-CPS answers, when it is not as the session's option says."""

    __tablename__ = "psc_ecps_mode"

    national_id: str = Field(primary_key=True)
    mode: str
