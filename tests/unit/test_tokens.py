"""A token tells its session; whatever else it is tells none."""

from __future__ import annotations

import base64
import json

import pytest

from lgo_sandbox.tenant.tokens import mark, mark_header, session_of_bearer, session_of_token


def jwt(header: object) -> str:
    encoded = base64.urlsafe_b64encode(json.dumps(header).encode()).rstrip(b"=").decode()
    return f"{encoded}.e30.c2ln"


def test_an_opaque_token_tells_its_session() -> None:
    assert session_of_token(mark("essai", "secret")) == "essai"
    assert session_of_bearer(f"bearer  {mark('essai', 'secret')} ") == "essai"


def test_a_jwt_tells_its_session_in_its_header() -> None:
    assert session_of_token(jwt({"alg": "RS256", **mark_header("essai")})) == "essai"


def test_the_default_session_leaves_tokens_as_they_are() -> None:
    assert mark("default", "secret") == "secret"
    assert mark_header("default") == {}
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
        "A" * 9999 + ".b.c",
    ],
)
def test_anything_else_tells_none(token: str) -> None:
    assert session_of_token(token) == ""


@pytest.mark.parametrize("authorization", ["", "Basic ZXNzYWl+eA==", "Basic essai~x", "Bearer", "essai~x"])
def test_only_a_bearer_token_is_looked_at(authorization: str) -> None:
    assert session_of_bearer(authorization) == ""
