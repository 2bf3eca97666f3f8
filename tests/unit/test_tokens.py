"""A token tells its session; whatever else it is tells none."""

from __future__ import annotations

import base64
import json

import pytest

from lgo_sandbox.tenant.tokens import mark, mark_jti, session_of_bearer, session_of_token


def encoded(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def jwt(header: object, claims: object = None) -> str:
    return f"{encoded(header)}.{encoded(claims or {})}.c2ln"


def test_an_opaque_token_tells_its_session() -> None:
    assert session_of_token(mark("essai", "secret")) == "essai"
    assert session_of_bearer(f"bearer  {mark('essai', 'secret')} ") == "essai"


@pytest.mark.parametrize("jti", ["3f6c", "onrtac:3f6c"])
def test_a_jwt_tells_its_session_in_its_jti(jti: str) -> None:
    marked = mark_jti("essai", jti)
    assert marked.startswith(jti)
    assert session_of_token(jwt({"alg": "RS256"}, {"jti": marked})) == "essai"


def test_a_jwt_of_a_former_release_tells_its_session_in_its_header() -> None:
    assert session_of_token(jwt({"alg": "RS256", "sbx": "essai"}, {"jti": "3f6c"})) == "essai"


def test_the_default_session_leaves_tokens_as_they_are() -> None:
    assert mark("default", "secret") == "secret"
    assert mark_jti("default", "3f6c") == "3f6c"
    assert session_of_token("secret") == ""


@pytest.mark.parametrize(
    "token",
    [
        "",
        "a.b.c",
        "é.b.c",
        "Majuscule~x",
        "~x",
        "../x~y",
        jwt([]),
        jwt({"sbx": 3}),
        jwt({"sbx": "NON"}),
        jwt({}, {"jti": 3}),
        jwt({}, {"jti": "3f6c~NON"}),
        jwt({}, {"jti": "3f6c", "sub": "a~essai"}),
        jwt({}, ["jti", "3f6c~essai"]),
        f"{encoded({})}.{'A' * 99_999}.c2ln",
        "A" * 9999 + ".b.c",
    ],
)
def test_anything_else_tells_none(token: str) -> None:
    assert session_of_token(token) == ""


@pytest.mark.parametrize("authorization", ["", "Basic ZXNzYWl+eA==", "Basic essai~x", "Bearer", "essai~x"])
def test_only_a_bearer_token_is_looked_at(authorization: str) -> None:
    assert session_of_bearer(authorization) == ""
