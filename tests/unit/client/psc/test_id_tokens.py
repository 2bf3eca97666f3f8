"""The id token: each claim, its time, its signature, its form."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable

import pytest
from jose import jwk, jws
from support.psc_provider import (
    SUB,
    Changed,
    Connect,
    Keys,
    Provider,
    at_hash,
    refusal,
    unpadded,
)


@pytest.mark.parametrize(
    ("claim", "value"),
    [
        ("iss", "https://evil.test"),
        ("iss", None),
        ("aud", "another-client"),
        ("aud", ["lgo-test", "another-client"]),
        ("aud", []),
        ("aud", None),
        ("azp", "another-client"),
        ("nonce", "other"),
        ("nonce", ""),
        ("nonce", None),
        ("at_hash", at_hash("another token")),
        ("at_hash", ""),
        ("sub", ""),
        ("sub", None),
        ("exp", None),
        ("exp", "demain"),
        ("iat", None),
        ("iat", [1]),
    ],
)
def test_an_id_token_with_one_wrong_claim_is_refused_for_that_claim(
    connect: Connect, provider: Provider, claim: str, value: object
) -> None:
    provider.claims = {claim: value}
    assert refusal(connect, provider) == claim


@pytest.mark.parametrize(
    ("claim", "value"), [("aud", ["lgo-test"]), ("azp", None), ("at_hash", None), ("unknown", {"any": "thing"})]
)
def test_an_id_token_may_differ_where_the_standard_leaves_a_choice(
    connect: Connect, provider: Provider, claim: str, value: object
) -> None:
    provider.claims = {claim: value}
    assert connect().login(provider.browser).claims["sub"] == SUB


@pytest.mark.parametrize(("claim", "seconds"), [("exp", -61), ("iat", 61), ("auth_time", 61)])
def test_a_token_out_of_its_time_is_refused(connect: Connect, provider: Provider, claim: str, seconds: float) -> None:
    provider.claims = {claim: provider.now + seconds}
    assert refusal(connect, provider) == claim


@pytest.mark.parametrize(("claim", "seconds"), [("exp", -59), ("iat", 59), ("auth_time", 59), ("auth_time", -14000)])
def test_a_minute_of_difference_between_clocks_is_forgiven(
    connect: Connect, provider: Provider, claim: str, seconds: float
) -> None:
    provider.claims = {claim: provider.now + seconds}
    assert connect().login(provider.browser).claims["sub"] == SUB


def unsigned(claims: Changed, **header: str) -> str:
    parts = (json.dumps(header).encode(), json.dumps(claims).encode())
    return ".".join(unpadded(part) for part in parts) + "."


def with_public_key_as_secret(keys: Keys, claims: Changed) -> str:
    secret = jwk.RSAKey(keys.own.public_key(), "RS256").to_pem().decode()
    header, payload, _ = unsigned(claims, alg="HS256", kid="k1").split(".")
    mac = jwk.HMACKey(base64.b64encode(secret.encode()).decode(), "HS256").sign(f"{header}.{payload}".encode())
    return f"{header}.{payload}.{unpadded(mac)}"


FORGERIES: dict[str, tuple[Callable[[Keys, Changed], str], str]] = {
    "signed by another key": (
        lambda keys, claims: str(
            jws.sign(claims, jwk.RSAKey(keys.other, "RS256"), headers={"kid": "k1"}, algorithm="RS256")
        ),
        "signature",
    ),
    "unknown kid": (
        lambda keys, claims: str(
            jws.sign(claims, jwk.RSAKey(keys.own, "RS256"), headers={"kid": "k2"}, algorithm="RS256")
        ),
        "kid",
    ),
    "no kid": (
        lambda keys, claims: str(jws.sign(claims, jwk.RSAKey(keys.own, "RS256"), algorithm="RS256")),
        "kid",
    ),
    "another RSA algorithm": (
        lambda keys, claims: str(
            jws.sign(claims, jwk.RSAKey(keys.own, "RS512"), headers={"kid": "k1"}, algorithm="RS512")
        ),
        "signature",
    ),
    "HS256 with the public key": (with_public_key_as_secret, "signature"),
    "alg none": (lambda keys, claims: unsigned(claims, alg="none", kid="k1"), "signature"),
    "alg None": (lambda keys, claims: unsigned(claims, alg="None", kid="k1"), "signature"),
    "no alg": (lambda keys, claims: unsigned(claims, kid="k1"), "signature"),
    "not a token": (lambda keys, claims: "bouh", "signature"),
    "empty": (lambda keys, claims: "", "signature"),
}


@pytest.mark.parametrize("forgery", FORGERIES)
def test_a_forged_id_token_is_refused(connect: Connect, provider: Provider, keys: Keys, forgery: str) -> None:
    forge, code = FORGERIES[forgery]
    provider.sign = lambda claims: forge(keys, claims)
    assert refusal(connect, provider) == code


def test_changed_claims_under_a_right_signature_are_refused(connect: Connect, provider: Provider) -> None:
    def tampered(claims: Changed) -> str:
        header, _, value = provider.signed(claims).split(".")
        return f"{header}.{unpadded(json.dumps({**claims, 'sub': 'somebody else'}).encode())}.{value}"

    provider.sign = tampered
    assert refusal(connect, provider) == "signature"


@pytest.mark.parametrize("payload", [b"[]", b'"text"', b"not json"])
def test_a_signed_token_that_is_no_object_is_refused(
    connect: Connect, provider: Provider, keys: Keys, payload: bytes
) -> None:
    def signed(claims: Changed) -> str:
        return str(jws.sign(payload, jwk.RSAKey(keys.own, "RS256"), headers={"kid": "k1"}, algorithm="RS256"))

    provider.sign = signed
    assert refusal(connect, provider) == "jwt"
