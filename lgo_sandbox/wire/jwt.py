"""RS256 tokens on python-jose keys, with the guards that library lacks.

Source: RFC 7515 §4 and §7.1, RFC 7519, RFC 7517, RFC 8725 (best practices), OpenID Connect core §3.1.3.6 (at_hash);
of the library was measured: keys are built once, the algorithm and the key are chosen here,
and only key objects ever meet a signature, so that neither a PEM nor a DER can serve as an HMAC secret; confidence
high. Knows no claim, no issuer and no clock: dates belong to the caller.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)
from jose import jwk
from jose.exceptions import JOSEError

from lgo_sandbox.wire.json import BadJson, read_json, write_json
from lgo_sandbox.wire.quoting import quoted

__all__ = [
    "RS256",
    "BadToken",
    "SigningKey",
    "VerifyingKey",
    "at_hash",
    "encode_segments",
    "hs256",
    "jwks",
    "signed_by_secret",
    "unverified_claims",
    "unverified_header",
    "verify",
]

RS256 = "RS256"
_MIN_RSA_BITS = 2048
_MAX_RSA_BITS = 8192

_MAX_TOKEN = 64 * 1024
_UNREADABLE = "base64url illisible dans le jeton"
_ALPHABET = re.compile(r"[A-Za-z0-9_-]*")


class BadToken(ValueError):
    """The token is not one that we accept; ``reason`` in French."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class VerifyingKey:
    """A public RSA key with its kid and use, ready to verify; build it once and keep it."""

    def __init__(self, pem: bytes, kid: str | None = None, *, use: str = "sig", alg: str = RS256) -> None:
        """Take a PEM public key. Raises ValueError for anything but RSA of 2048 to 8192 bits."""
        key = _loaded(load_pem_public_key, pem)
        if not isinstance(key, RSAPublicKey) or not _MIN_RSA_BITS <= key.key_size <= _MAX_RSA_BITS:
            raise ValueError("not a PEM public RSA key of a fit length")
        self.kid, self.use, self.alg = kid, use, alg
        self._key = jwk.construct(pem.decode("ascii"), RS256)

    @classmethod
    def from_jwk(cls, member: Mapping[str, Any]) -> VerifyingKey:
        """Take a key of a JWK set. Raises ValueError for anything but a sound public RSA key."""
        modulus, exponent = _b64_integer(member.get("n")), _b64_integer(member.get("e"))
        if member.get("kty") != "RSA" or not modulus or not exponent:
            raise ValueError("not an RSA JWK")
        public = {"kty": "RSA", "n": member["n"], "e": member["e"]}
        try:
            pem = jwk.construct(public, RS256).to_pem()
        except JOSEError as error:
            raise ValueError("not an RSA JWK") from error
        return cls(pem, member.get("kid"), use=member.get("use") or "sig", alg=member.get("alg") or RS256)

    def verifies(self, message: bytes, signature: bytes) -> bool:
        """Tell whether the signature is that of the message under this key."""
        return bool(self._key.verify(message, signature))


class SigningKey:
    """A private RSA key with its kid, built once: a PEM per call costs python-jose 49 ms."""

    def __init__(self, pem: bytes, kid: str) -> None:
        """Take a PEM private key without password. Raises ValueError for anything but RSA of 2048 to 8192 bits."""
        key = _loaded(load_pem_private_key, pem, None)
        if not isinstance(key, RSAPrivateKey):
            raise ValueError("not a PEM private RSA key")
        public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        self.kid = kid
        self.public = VerifyingKey(public, kid)
        self._key = jwk.construct(pem.decode("ascii"), RS256)

    def sign(self, claims: Mapping[str, Any], headers: Mapping[str, Any] | None = None) -> str:
        """Return the compact token; header members are alg, typ, kid, then ``headers``, which may replace them, or
        with None leave them out.

        Claims keep their order. ``alg`` in the header is what the caller says; the signature is always RS256.
        """
        header = {"alg": RS256, "typ": "JWT", "kid": self.kid, **(headers or {})}
        header = {name: value for name, value in header.items() if value is not None}
        segments = encode_segments(header, claims)
        return f"{segments}.{_b64(self._key.sign(segments.encode()))}"

    def public_jwk(self, *, use: str = "sig", alg: str = RS256) -> dict[str, str]:
        """Return the public key as a member of a JWK set: kid, kty, alg, use, n, e."""
        numbers = self._key.public_key().to_dict()
        return {"kid": self.kid, "kty": "RSA", "alg": alg, "use": use, "n": numbers["n"], "e": numbers["e"]}


def jwks(members: Iterable[Mapping[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    """Return a JWK set of those members."""
    return {"keys": [dict(member) for member in members]}


def encode_segments(header: Mapping[str, Any], claims: Mapping[str, Any]) -> str:
    """Return ``header.claims`` in base64url, the signing input of a token, members in the order given."""
    return f"{_b64(write_json(header))}.{_b64(write_json(claims))}"


def hs256(secret: str, headers: Mapping[str, Any], claims: Mapping[str, Any]) -> str:
    """Return a token under HMAC-SHA-256, which nobody here accepts: for faults and tests only."""
    segments = encode_segments({"alg": "HS256", "typ": "JWT", **headers}, claims)
    return f"{segments}.{_b64(hmac.digest(secret.encode(), segments.encode(), 'sha256'))}"


def signed_by_secret(token: str, secret: str) -> bool:
    """Tell whether a token under HS256 is signed by a client's secret: for request objects, which prove no identity.

    Raises BadToken for what is no compact token.
    """
    signature = _unb64(_segments(token)[2])
    message = token.rpartition(".")[0].encode("ascii")
    return bool(secret) and hmac.compare_digest(signature, hmac.digest(secret.encode(), message, "sha256"))


def unverified_header(token: str) -> dict[str, Any]:
    """Return the header of a token that nothing has verified. Raises BadToken."""
    return _object(_segments(token)[0])


def unverified_claims(token: str) -> dict[str, Any]:
    """Return the claims of a token that nothing has verified, to tell who claims to speak. Raises BadToken."""
    return _object(_segments(token)[1])


def verify(
    token: str, keys: Sequence[VerifyingKey], *, algorithms: Sequence[str] = (RS256,)
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the header and the claims of a token signed by one of the keys. Judges no claim and no date.

    The key is the one of the token's kid, or the only one when the token has none; keys of another use or algorithm
    do not count. Raises BadToken for any other algorithm than RS256, a critical header, a kid unknown or in doubt, a
    wrong signature, or what is no compact token.
    """
    if set(algorithms) - {RS256}:
        raise ValueError("only RS256 is verified here")
    segments = _segments(token)
    header = _object(segments[0])
    _check_header(header, algorithms)
    key = _chosen(header.get("kid"), keys)
    message = token.rpartition(".")[0].encode("ascii")
    if not key.verifies(message, _unb64(segments[2])):
        raise BadToken("la signature du jeton est fausse")
    return header, _object(segments[1])


def at_hash(access_token: str) -> str:
    """Return the at_hash of an access token under RS256: the left half of its SHA-256."""
    return _b64(hashlib.sha256(access_token.encode()).digest()[:16])


def _check_header(header: Mapping[str, Any], algorithms: Sequence[str]) -> None:
    if header.get("alg") not in algorithms:
        raise BadToken(f"algorithme {quoted(header.get('alg'), 40)} refusé")
    if "crit" in header or "b64" in header:
        raise BadToken("en-tête critique inconnu dans le jeton")


def _chosen(kid: object, keys: Sequence[VerifyingKey]) -> VerifyingKey:
    candidates = [key for key in keys if key.use == "sig" and key.alg == RS256 and (kid is None or key.kid == kid)]
    if len(candidates) != 1:
        raise BadToken(f"aucune clé de signature unique pour le kid {quoted(kid, 80)}")
    return candidates[0]


def _segments(token: str) -> list[str]:
    if len(token) > _MAX_TOKEN:
        raise BadToken("jeton trop long")
    if len(segments := token.split(".")) != 3:
        raise BadToken("un jeton signé a trois parties séparées par des points")
    if not all(map(_ALPHABET.fullmatch, segments)):
        raise BadToken(_UNREADABLE)
    return segments


def _object(segment: str) -> dict[str, Any]:
    try:
        value = read_json(_unb64(segment))
    except BadJson as error:
        raise BadToken(f"jeton illisible : {error.reason}") from error
    if not isinstance(value, dict):
        raise BadToken("l'en-tête et les données d'un jeton sont des objets JSON")
    return value


def _unb64(text: str) -> bytes:
    """Decode base64url in its one canonical form, so that no second text passes for the same token."""
    try:
        octets = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except ValueError as error:
        raise BadToken(_UNREADABLE) from error
    if _b64(octets) != text:
        raise BadToken(_UNREADABLE)
    return octets


def _b64(octets: bytes) -> str:
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode("ascii")


def _b64_integer(text: object) -> int:
    if not isinstance(text, str) or len(text) > 2 * _MAX_RSA_BITS // 8:
        return 0
    try:
        return int.from_bytes(_unb64(text), "big")
    except BadToken:
        return 0


def _loaded(loader: Any, *arguments: Any) -> object:
    try:
        return loader(*arguments)
    except (TypeError, UnsupportedAlgorithm) as error:
        raise ValueError("not a PEM key") from error
