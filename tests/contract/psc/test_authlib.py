"""Authlib, as a relying party that nobody here wrote, logs in over TLS; joserfc judges the tokens a second time."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import KeySet
from support.psc import CALLBACK, DEMO, PscClient

from lgo_sandbox.wire.jwt import unverified_claims
from psc_mock.codes.profiles import PROFILES

if TYPE_CHECKING:
    from authlib.integrations.httpx_client import OAuth2Client

OUT = "http://127.0.0.1:8765/logged-out"
NONCE = "a-nonce-of-the-contract-test"


@dataclass
class RelyingParty:
    """Authlib's client, with the discovery document and the session that it is in."""

    client: OAuth2Client
    document: dict[str, Any]
    lgo: PscClient

    @property
    def browser(self) -> httpx.Client:
        return self.lgo.http

    def login(self) -> Any:
        verifier = "authlib-chooses-its-own-verifier-of-a-fit-length"
        asked = {"acr_values": "eidas1", "nonce": NONCE, "code_verifier": verifier, "login_hint": "titulaire"}
        url, state = self.client.create_authorization_url(self.document["authorization_endpoint"], **asked)
        returned = self.browser.get(url).headers["location"]
        announced = self.document.get("authorization_response_iss_parameter_supported", False)
        assert parse_qs(urlsplit(returned).query).get("iss", []) == [self.document["issuer"]] * announced
        return self.client.fetch_token(
            self.document["token_endpoint"], authorization_response=returned, state=state, code_verifier=verifier
        )


@pytest.fixture(params=list(PROFILES))
def provider(request: pytest.FixtureRequest, lgo: PscClient) -> PscClient:
    """A named session in each profile, whose e-CPS accepts at once."""
    lgo.tenant.option(psc__ecps="accept", psc__profile=request.param)
    return lgo


@pytest.fixture
def party(provider: PscClient) -> Iterator[RelyingParty]:
    document = provider.http.get(f"{provider.issuer}/.well-known/wallet-openid-configuration").json()
    assert document["issuer"] == provider.issuer
    from authlib.integrations.httpx_client import OAuth2Client

    client = OAuth2Client(
        *DEMO,
        scope="openid scope_all",
        redirect_uri=CALLBACK,
        code_challenge_method="S256",
        verify=provider.tenant.runner.trust(),
        trust_env=False,
    )
    with client:
        yield RelyingParty(client, document, provider)


def _verified(party: RelyingParty, token: str, audience: str | None = None) -> dict[str, Any]:
    """Verify a token with joserfc: signature by the published keys, issuer, dates on the machine's clock."""
    keys = KeySet.import_key_set(party.browser.get(party.document["jwks_uri"]).json())
    decoded = jwt.decode(token, keys, algorithms=["RS256"])
    wanted: dict[str, Any] = {"iss": {"essential": True, "value": party.document["issuer"]}}
    if audience:
        wanted["aud"] = {"essential": True, "value": audience}
    jwt.JWTClaimsRegistry(leeway=0, **wanted).validate(decoded.claims)
    assert decoded.claims["iat"] <= time.time()
    return dict(decoded.claims)


def test_authlib_logs_in_reads_the_identity_refreshes_and_logs_out(party: RelyingParty) -> None:
    token = party.login()
    claims = _verified(party, token["id_token"], "lgo-demo")
    assert claims["nonce"] == NONCE
    _verified(party, token["access_token"])
    identity = (party.client.get(party.document["userinfo_endpoint"])).json()
    assert (identity["sub"], identity["SubjectNameID"]) == (claims["sub"], "899700090014")
    renewed = party.client.refresh_token(party.document["token_endpoint"])
    assert renewed["access_token"] != token["access_token"]
    fields = {"id_token_hint": renewed["id_token"], "post_logout_redirect_uri": OUT, "state": "bye"}
    out = party.browser.get(party.document["end_session_endpoint"], params=fields)
    assert out.headers["location"] == f"{OUT}?state=bye"
    assert party.lgo.tenant.findings() == []


def test_at_hash_is_what_authlib_computes(party: RelyingParty) -> None:
    from authlib.oidc.core.claims import CodeIDToken

    token = party.login()
    claims = _verified(party, token["id_token"], "lgo-demo")
    options = {"iss": {"value": party.document["issuer"]}, "aud": {"value": "lgo-demo"}}
    header = {"alg": "RS256"}
    judged = CodeIDToken(claims, header, options, {"access_token": token["access_token"], "nonce": NONCE})
    judged.validate(now=int(time.time()), leeway=0)


def test_four_hours_later_the_session_is_dead_and_new_tokens_are_still_not_from_the_future(
    party: RelyingParty,
) -> None:
    from authlib.integrations.base_client import OAuthError

    token = party.login()
    party.lgo.tenant.move(hours=4)
    with pytest.raises(OAuthError, match="invalid_grant"):
        party.client.refresh_token(party.document["token_endpoint"], token["refresh_token"])
    prompt = party.browser.get(
        party.document["authorization_endpoint"],
        params={
            "client_id": "lgo-demo",
            "redirect_uri": CALLBACK,
            "response_type": "code",
            "scope": "openid",
            "prompt": "none",
        },
    )
    assert "error=login_required" in prompt.headers["location"]
    again = party.login()
    claims = _verified(party, again["id_token"], "lgo-demo")
    assert claims["sid"] != unverified_claims(token["id_token"])["sid"]
    assert (party.client.get(party.document["userinfo_endpoint"])).status_code == 200


def test_session_not_active_is_said_while_the_refresh_token_itself_still_lives(party: RelyingParty) -> None:
    token = party.login()
    for _ in range(9):
        party.lgo.tenant.move(minutes=26)
        token = party.client.refresh_token(party.document["token_endpoint"], token["refresh_token"])
        _verified(party, token["access_token"])
    party.browser.post(party.document["end_session_endpoint"], data={"id_token_hint": token["id_token"]})
    answer = party.browser.post(
        party.document["token_endpoint"],
        data={"grant_type": "refresh_token", "refresh_token": token["refresh_token"]},
        auth=DEMO,
    )
    assert answer.json() == {"error": "invalid_grant", "error_description": "Session not active"}
