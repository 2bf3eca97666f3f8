"""How the mutations that strike a token request change signatures and answers.

Source: docs/sources/psc.md, « Réponses altérées ». What a mutation is stands in ``domain/mutations``; a wrong key is
one that nobody publishes.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from lgo_sandbox.gate.asgi import Call
from lgo_sandbox.wire.http import RawResponse
from lgo_sandbox.wire.jwt import SigningKey, encode_segments, hs256
from psc_mock import store, wire
from psc_mock.domain.mutations import Kind, apply, struck_of_kind
from psc_mock.keys import stranger_key
from psc_mock.registry import enrolled

__all__ = ["mutated_answer", "signed_id_token"]

UNKNOWN_KID = "SANDBOX-psc-inconnue"


def signed_id_token(call: Call, key: SigningKey, claims: dict[str, Any]) -> str:
    """Return the ID token, its claims and signature changed by the mutations that strike."""
    apply(call.struck, Kind.CLAIMS, claims)
    how = struck_of_kind(call.struck, Kind.SIGNATURE)
    return _badly_signed(call, how[0], key, claims) if how else key.sign(claims)


def _badly_signed(call: Call, how: str, key: SigningKey, claims: dict[str, Any]) -> str:
    if how == "kid-unknown":
        return key.sign(claims, {"kid": UNKNOWN_KID})
    if how == "kid-missing":
        return key.sign(claims, {"kid": None})
    if how == "other-key":
        return stranger_key().sign(claims, {"kid": key.kid})
    if how == "alg-none":
        return encode_segments({"alg": "none", "typ": "JWT"}, claims) + "."
    if how == "alg-hs256":
        return hs256(_secret(call, str(claims.get("aud", ""))), {"kid": key.kid}, claims)
    return _corrupt(key.sign(claims))


def _corrupt(token: str) -> str:
    signed, _, signature = token.rpartition(".")
    return f"{signed}.{'B' if signature[0] == 'A' else 'A'}{signature[1:]}"


def _secret(call: Call, client_id: str) -> str:
    client = enrolled(call.sandbox, call.session, client_id)
    return client.secret if client and client.secret else "secret"


def mutated_answer(call: Call, answer: dict[str, Any]) -> RawResponse:
    """Return a token answer, its members, type and status changed by the mutations that strike."""
    apply(call.struck, Kind.ANSWER, answer)
    shape = struck_of_kind(call.struck, Kind.SHAPE)
    if "tokens-dead" in shape:
        with call.session.db.transaction() as t:
            store.revoke_all(t, str(answer["session_state"]))
    raw = wire.token_answer(answer, 201 if "http-201" in shape else 200)
    return replace(raw, content_type="text/plain;charset=UTF-8") if "text-plain" in shape else raw
