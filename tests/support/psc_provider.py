"""Pro Santé Connect by script, for the tests of the reference client: its keys, its answers, and a watch that waits."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from jose import jwk, jws

from lgo_client.environment import OidcClient
from lgo_client.psc import ProSanteConnect, PscRefused

__all__ = [
    "CLIENT",
    "ISSUER",
    "PROTOCOL",
    "REDIRECT",
    "ROOT",
    "SUB",
    "Changed",
    "Connect",
    "Keys",
    "Provider",
    "Stopwatch",
    "at_hash",
    "changed",
    "refusal",
    "unpadded",
]

ROOT = "https://psc.test"
ISSUER = f"{ROOT}/auth/realms/esante-wallet"
PROTOCOL = f"{ISSUER}/protocol/openid-connect"
REDIRECT = "http://127.0.0.1:8999/callback"
CLIENT = OidcClient("lgo-test", "s3cr&t", (REDIRECT, "http://127.0.0.1/other"))
SUB = "f:550dc1c8-d97b-4b1e-ac8c-8eb4471cf9dd:899700090014"
ACCESS = "access-1"

Changed = dict[str, Any]


class Keys:
    """Two RSA keys: the provider's, and a thief's."""

    def __init__(self) -> None:
        self.own, self.other = (rsa.generate_private_key(public_exponent=65537, key_size=2048) for _ in range(2))

    def public(self, kid: str = "k1") -> Changed:
        return {**jwk.RSAKey(self.own.public_key(), "RS256").to_dict(), "kid": kid, "use": "sig"}


def unpadded(octets: bytes) -> str:
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()


def at_hash(token: str) -> str:
    return unpadded(hashlib.sha256(token.encode()).digest()[:16])


@dataclass
class Provider:
    """Pro Santé Connect by script: right in everything but what a test changes (None removes a member)."""

    keys: Keys
    now: float
    metadata: Changed = field(default_factory=dict)
    callback: Changed = field(default_factory=dict)
    answer: Changed = field(default_factory=dict)
    claims: Changed = field(default_factory=dict)
    user: Changed = field(default_factory=dict)
    sign: Callable[[Changed], str] | None = None
    status: int = 200
    nonce: str = ""
    asked: Changed = field(default_factory=dict)
    forms: list[tuple[str, Changed]] = field(default_factory=list)
    authorizations: list[str | None] = field(default_factory=list)
    tokens: int = 0

    def __call__(self, request: httpx.Request) -> httpx.Response:
        url = str(request.url)
        if request.method == "POST":
            self.forms.append((url.removeprefix(PROTOCOL), dict(parse_qsl(request.content.decode()))))
        bodies: dict[str, Callable[[], Any]] = {
            f"{ISSUER}/.well-known/wallet-openid-configuration": self.discovery,
            f"{PROTOCOL}/certs": lambda: {"keys": [self.keys.public()]},
            f"{PROTOCOL}/token": self.token,
            f"{PROTOCOL}/logout": dict,
            f"{PROTOCOL}/userinfo": lambda: self.userinfo(request),
        }
        status = self.status if request.method == "POST" else 200
        return httpx.Response(status, json=bodies[url]())

    def discovery(self) -> Changed:
        return changed(
            {
                "issuer": ISSUER,
                "authorization_endpoint": "https://wallet.test/auth",
                "token_endpoint": f"{PROTOCOL}/token",
                "userinfo_endpoint": f"{PROTOCOL}/userinfo",
                "end_session_endpoint": f"{PROTOCOL}/logout",
                "jwks_uri": f"{PROTOCOL}/certs",
                "authorization_response_iss_parameter_supported": True,
            },
            self.metadata,
        )

    def browser(self, url: str, redirect_uri: str) -> str:
        assert url.startswith("https://wallet.test/auth?")
        self.asked = {name: value for name, (value,) in parse_qs(urlsplit(url).query).items()}
        self.nonce = self.asked["nonce"]
        back = {"code": "c0de", "state": self.asked["state"], "session_state": "s", "iss": ISSUER}
        return f"{redirect_uri}?{urlencode(changed(back, self.callback))}"

    def token(self) -> Any:
        self.tokens += 1
        access = f"access-{self.tokens}"
        claims = {
            "iss": ISSUER,
            "sub": SUB,
            "aud": CLIENT.client_id,
            "azp": CLIENT.client_id,
            "typ": "ID",
            "iat": int(self.now),
            "exp": int(self.now) + 120,
            "nonce": self.nonce,
            "at_hash": at_hash(access),
        }
        answer = {
            "access_token": access,
            "expires_in": 120,
            "refresh_expires_in": 1800,
            "refresh_token": f"refresh-{self.tokens}",
            "token_type": "Bearer",
            "id_token": (self.sign or self.signed)(changed(claims, self.claims)),
        }
        return changed(answer, self.answer)

    def signed(self, claims: Changed) -> str:
        return str(jws.sign(claims, jwk.RSAKey(self.keys.own, "RS256"), headers={"kid": "k1"}, algorithm="RS256"))

    def userinfo(self, request: httpx.Request) -> Changed:
        self.authorizations.append(request.headers.get("authorization"))
        return changed({"sub": SUB, "SubjectNameID": "899700090014"}, self.user)


def changed(values: Changed, changes: Changed) -> Changed:
    return {name: value for name, value in {**values, **changes}.items() if value is not None}


class Stopwatch:
    """Seconds that pass when a test says so."""

    def __init__(self) -> None:
        self.seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds


Connect = Callable[..., ProSanteConnect]


def refusal(connect: Connect, provider: Provider) -> str:
    with pytest.raises(PscRefused) as refused:
        connect().login(provider.browser)
    return refused.value.code
