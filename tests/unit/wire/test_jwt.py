from __future__ import annotations

import base64
import hashlib
import hmac
import json
from contextlib import suppress
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_public_key,
)
from hypothesis import given, settings
from hypothesis import strategies as st
from joserfc import jwt as joserfc_jwt
from joserfc.jwk import KeySet, RSAKey

from lgo_sandbox.wire import jwt
from lgo_sandbox.wire.jwt import (
    BadToken,
    SigningKey,
    VerifyingKey,
    at_hash,
    encode_segments,
    jwks,
    unverified_claims,
    unverified_header,
    verify,
)

CLAIMS: dict[str, Any] = {"exp": 1, "iat": 2, "iss": "https://x", "aud": ["b", "a"], "given_name": "Éloïse"}


@pytest.fixture(scope="module")
def key(private_pem: bytes) -> SigningKey:
    return SigningKey(private_pem, "k1")


def b64(octets: bytes) -> str:
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()


def unb64(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "==")


def test_a_token_keeps_the_order_of_its_members(key: SigningKey) -> None:
    header, claims, _ = key.sign(CLAIMS, {"cty": "x"}).split(".")
    assert unb64(header) == b'{"alg":"RS256","typ":"JWT","kid":"k1","cty":"x"}'
    assert unb64(claims) == json.dumps(CLAIMS, separators=(",", ":"), ensure_ascii=False).encode()


def test_a_token_is_verified_by_a_second_library(key: SigningKey) -> None:
    keys = KeySet.import_key_set(jwks([key.public_jwk()]))  # type: ignore[arg-type]
    token = joserfc_jwt.decode(key.sign(CLAIMS), keys, algorithms=["RS256"])
    assert token.claims == CLAIMS


def test_a_token_of_a_second_library_is_verified(private_pem: bytes, key: SigningKey) -> None:
    token = joserfc_jwt.encode({"alg": "RS256", "kid": "k1"}, CLAIMS, RSAKey.import_key(private_pem))
    assert verify(token, [key.public]) == ({"alg": "RS256", "kid": "k1", "typ": "JWT"}, CLAIMS)


def test_no_date_is_judged(key: SigningKey) -> None:
    assert verify(key.sign({"exp": 0, "nbf": 9_999_999_999}), [key.public])[1]["exp"] == 0


def test_signing_builds_no_key_again(key: SigningKey, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(jwt, "jwk")
    assert verify(key.sign(CLAIMS), [key.public])[1] == CLAIMS


def test_the_public_jwk_is_read_back(key: SigningKey) -> None:
    member = key.public_jwk()
    assert list(member) == ["kid", "kty", "alg", "use", "n", "e"]
    assert verify(key.sign(CLAIMS), [VerifyingKey.from_jwk(member)])[0]["kid"] == "k1"
    assert verify(key.sign(CLAIMS), [VerifyingKey.from_jwk({"kty": "RSA", "n": member["n"], "e": "AQAB", "kid": "k1"})])


def test_the_unverified_view_reads_without_a_key(key: SigningKey) -> None:
    token = key.sign(CLAIMS)[:-4] + "AAAA"
    assert unverified_header(token)["kid"] == "k1"
    assert unverified_claims(token) == CLAIMS


@pytest.mark.parametrize("algorithm", ["none", "None", "", "HS256", "RS384", "PS256", "ES256", None, 1, ["RS256"]])
def test_any_other_algorithm_is_refused(key: SigningKey, algorithm: object) -> None:
    with pytest.raises(BadToken):
        verify(key.sign(CLAIMS, {"alg": algorithm}), [key.public])


def test_an_unsigned_token_is_refused(key: SigningKey) -> None:
    for algorithm in ("none", "RS256"):
        with pytest.raises(BadToken):
            verify(encode_segments({"alg": algorithm, "kid": "k1"}, CLAIMS) + ".", [key.public])


@pytest.mark.parametrize("encoding", [Encoding.PEM, Encoding.DER])
@pytest.mark.parametrize("algorithm", ["HS256", "RS256"])
def test_the_public_key_is_no_hmac_secret(
    public_pem: bytes, key: SigningKey, encoding: Encoding, algorithm: str
) -> None:
    secret = load_pem_public_key(public_pem).public_bytes(encoding, PublicFormat.SubjectPublicKeyInfo)
    segments = encode_segments({"alg": algorithm, "kid": "k1"}, CLAIMS)
    token = f"{segments}.{b64(hmac.digest(secret, segments.encode(), 'sha256'))}"
    with pytest.raises(BadToken):
        verify(token, [key.public])


def test_asking_for_another_algorithm_is_a_programming_error(key: SigningKey) -> None:
    with pytest.raises(ValueError, match="RS256"):
        verify(key.sign(CLAIMS), [key.public], algorithms=["RS256", "HS256"])


@pytest.mark.parametrize("headers", [{"crit": ["exp"]}, {"crit": []}, {"b64": False, "crit": ["b64"]}, {"b64": False}])
def test_a_critical_header_is_refused(key: SigningKey, headers: dict[str, Any]) -> None:
    with pytest.raises(BadToken):
        verify(key.sign(CLAIMS, headers), [key.public])


def test_the_key_is_the_one_of_the_kid(
    key: SigningKey, public_pem: bytes, other_private_key: rsa.RSAPrivateKey
) -> None:
    other_pem = other_private_key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    other = VerifyingKey(other_pem, "k2")
    assert verify(key.sign(CLAIMS), [other, key.public])
    with pytest.raises(BadToken, match="kid"):
        verify(key.sign(CLAIMS), [other])
    with pytest.raises(BadToken, match="signature"):
        verify(key.sign(CLAIMS), [VerifyingKey(other_pem, "k1")])
    with pytest.raises(BadToken, match="kid"):
        verify(key.sign(CLAIMS), [key.public, VerifyingKey(other_pem, "k1")])
    with pytest.raises(BadToken, match="kid"):
        verify(key.sign(CLAIMS, {"kid": None}), [key.public, other])
    assert verify(key.sign(CLAIMS, {"kid": None}), [key.public])


def test_a_key_for_encryption_or_another_algorithm_does_not_verify(key: SigningKey, public_pem: bytes) -> None:
    for unfit in (VerifyingKey(public_pem, "k1", use="enc"), VerifyingKey(public_pem, "k1", alg="RSA-OAEP")):
        with pytest.raises(BadToken, match="kid"):
            verify(key.sign(CLAIMS), [unfit])


def test_a_key_carried_by_the_token_is_not_used(key: SigningKey, other_private_key: rsa.RSAPrivateKey) -> None:
    pem = other_private_key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    attacker = SigningKey(pem, "k1")
    with pytest.raises(BadToken, match="signature"):
        verify(attacker.sign(CLAIMS, {"jwk": attacker.public_jwk()}), [key.public])


def test_a_changed_claim_or_signature_is_refused(key: SigningKey) -> None:
    header, _, signature = key.sign(CLAIMS).split(".")
    with pytest.raises(BadToken, match="signature"):
        verify(f"{header}.{b64(b'{}')}.{signature}", [key.public])


@pytest.mark.parametrize(
    "token",
    [
        "",
        "..",
        "a.b",
        "a.b.c.d",
        "a.b.c.d.e",
        "!.!.!",
        "é.é.é",
        "a.a.a",
        "e30.e30.e30=",
        f"{b64(b'[]')}.{b64(b'{}')}.AA",
        f"{b64(b'{')}.{b64(b'{}')}.AA",
        f"{b64(b'[' * 9000)}.{b64(b'{}')}.AA",
        "e30." * 30_000,
        "a" * 70_000,
    ],
    ids=lambda token: f"{token[:12]}x{len(token)}",
)
def test_what_is_no_compact_token_is_refused(key: SigningKey, token: str) -> None:
    with pytest.raises(BadToken):
        verify(token, [key.public])


def test_a_header_member_given_twice_is_refused(key: SigningKey) -> None:
    with pytest.raises(BadToken):
        unverified_header(b64(b'{"alg":"none","alg":"RS256"}') + ".e30.AA")


def test_a_second_text_of_the_same_signature_is_refused(key: SigningKey) -> None:
    token = key.sign(CLAIMS)
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    twin = token[:-1] + alphabet[alphabet.index(token[-1]) ^ 1]
    assert unb64(twin.rpartition(".")[2]) == unb64(token.rpartition(".")[2])
    with pytest.raises(BadToken):
        verify(twin, [key.public])


def test_only_rsa_keys_of_a_fit_length_are_taken(private_pem: bytes, public_pem: bytes) -> None:
    small = rsa.generate_private_key(public_exponent=65537, key_size=1024)
    curve = ec.generate_private_key(ec.SECP256R1())
    for private in (small, curve):
        with pytest.raises(ValueError, match="RSA"):
            SigningKey(private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()), "k")
        with pytest.raises(ValueError, match="RSA"):
            VerifyingKey(private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    for unfit in (
        b"secret",
        load_pem_public_key(public_pem).public_bytes(Encoding.DER, PublicFormat.PKCS1),
        private_pem,
    ):
        with pytest.raises(ValueError):
            VerifyingKey(unfit)
    with pytest.raises(ValueError):
        SigningKey(public_pem, "k")


@pytest.mark.parametrize(
    "member",
    [
        {},
        {"kty": "oct", "k": "c2VjcmV0"},
        {"kty": "RSA"},
        {"kty": "RSA", "n": "AQAB", "e": "AQAB"},
        {"kty": "RSA", "n": "!", "e": "AQAB"},
        {"kty": "RSA", "n": 1, "e": 1},
        {"kty": "RSA", "n": "A" * 100_000, "e": "AQAB"},
    ],
)
def test_a_jwk_that_is_no_sound_rsa_key_is_refused(member: dict[str, Any]) -> None:
    with pytest.raises(ValueError):
        VerifyingKey.from_jwk(member)


def test_at_hash_is_half_of_the_digest() -> None:
    assert at_hash("abc") == b64(hashlib.sha256(b"abc").digest()[:16])


@settings(deadline=None)
@given(st.text(max_size=80), st.binary(max_size=60), st.binary(max_size=60))
def test_reading_anything_raises_nothing_else_than_bad_token(token: str, header: bytes, claims: bytes) -> None:
    for each in (token, f"{b64(header)}.{b64(claims)}.AA"):
        with suppress(BadToken):
            verify(each, [])
