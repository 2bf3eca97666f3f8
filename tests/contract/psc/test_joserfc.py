"""joserfc as it comes, which refuses header members that are not registered: tokens of a named session pass."""

from __future__ import annotations

from typing import Any

import pytest
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from support.psc import PscClient

from lgo_sandbox.tenant.tokens import FORMER_HEADER
from psc_mock.codes.profiles import PROFILES
from psc_mock.keys import key_numbered


def keys(provider: PscClient) -> KeySet:
    published = provider.http.get(provider.protocol("certs")).json()
    return KeySet.import_key_set(published)


def verified(provider: PscClient, token: str) -> dict[str, Any]:
    decoded = jwt.decode(token, keys(provider), algorithms=["RS256"])
    assert set(decoded.header) == {"alg", "typ", "kid"}
    jwt.JWTClaimsRegistry(iss={"essential": True, "value": decoded.claims["iss"]}).validate(decoded.claims)
    return dict(decoded.claims)


@pytest.mark.parametrize("profile", PROFILES)
def test_every_token_of_a_named_session_passes_its_strict_verification(provider: PscClient, profile: str) -> None:
    provider.tenant.option(psc__profile=profile)
    tokens = provider.tokens()
    provider.refresh(tokens)
    for name in ("access_token", "id_token"):
        claims = verified(provider, tokens[name])
        assert claims["iss"] == provider.issuer
        assert claims["jti"].endswith(f"~{provider.tenant.name}")


def test_the_tokens_of_an_api_pass_it_too(provider: PscClient) -> None:
    http = provider.with_certificate()
    answer = provider.exchange_for_api(http, provider.mtls_tokens(http)["access_token"]).json()
    for name in ("access_token", "id_token"):
        assert verified(provider, answer[name])["SubjectNameID"]


def test_the_mark_of_former_releases_is_what_it_refuses(provider: PscClient) -> None:
    former = key_numbered("1").sign({"jti": "1"}, {FORMER_HEADER: provider.tenant.name})
    with pytest.raises(JoseError):
        jwt.decode(former, keys(provider), algorithms=["RS256"])
