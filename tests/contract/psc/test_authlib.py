"""Authlib, as a relying party that nobody here wrote, logs in over TLS; joserfc judges the tokens a second time."""

from __future__ import annotations

import shutil
import ssl
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import KeySet

from lgo_sandbox.run.assemble import running
from lgo_sandbox.run.launcher import Launcher
from lgo_sandbox.settings import Settings
from lgo_sandbox.wire.jwt import unverified_claims

CALLBACK = "http://127.0.0.1:8765/callback"
OUT = "http://127.0.0.1:8765/logged-out"
NONCE = "a-nonce-of-the-contract-test"


@dataclass
class RelyingParty:
    """Authlib's client, with the discovery document and the tester's hand on the clock."""

    client: Any
    document: dict[str, Any]
    launcher: Launcher
    browser: httpx.AsyncClient

    def move(self, **by: float) -> None:
        self.launcher.sandbox.sessions.get("default").move_clock(by=timedelta(**by))

    async def login(self) -> Any:
        verifier = "authlib-chooses-its-own-verifier-of-a-fit-length"
        asked = {"acr_values": "eidas1", "nonce": NONCE, "code_verifier": verifier, "login_hint": "titulaire"}
        url, state = self.client.create_authorization_url(self.document["authorization_endpoint"], **asked)
        answer = await self.browser.get(url)
        returned = answer.headers["location"]
        assert parse_qs(urlsplit(returned).query)["iss"] == [self.document["issuer"]]
        return await self.client.fetch_token(
            self.document["token_endpoint"], authorization_response=returned, state=state, code_verifier=verifier
        )


@pytest.fixture(scope="module")
def psc_state(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("psc-authlib")


@pytest.fixture
async def party(psc_state: Path) -> AsyncIterator[RelyingParty]:
    from authlib.integrations.httpx_client import AsyncOAuth2Client

    shutil.rmtree(psc_state / "sessions", ignore_errors=True)
    async with running(Settings(state=psc_state, port_base=0), ["psc"]) as launcher:
        sandbox = launcher.sandbox
        session = sandbox.sessions.get("default")
        session.configure(replace(session.config, options={"psc.ecps": "accept"}))
        trust = ssl.create_default_context(cafile=str(sandbox.pki.ca_bundle))
        issuer = f"{sandbox.addresses.root('psc')}/auth/realms/esante-wallet"
        client = AsyncOAuth2Client(
            "lgo-demo",
            "secret-lgo-demo",
            scope="openid scope_all",
            redirect_uri=CALLBACK,
            code_challenge_method="S256",
            verify=trust,
            trust_env=False,
        )
        async with httpx.AsyncClient(verify=trust, trust_env=False) as browser, client:
            document = (await browser.get(f"{issuer}/.well-known/wallet-openid-configuration")).json()
            assert document["issuer"] == issuer
            yield RelyingParty(client, document, launcher, browser)


async def _verified(party: RelyingParty, token: str, audience: str | None = None) -> dict[str, Any]:
    """Verify a token with joserfc: signature by the published keys, issuer, dates on the machine's clock."""
    keys = KeySet.import_key_set((await party.browser.get(party.document["jwks_uri"])).json())
    decoded = jwt.decode(token, keys, algorithms=["RS256"])
    wanted: dict[str, Any] = {"iss": {"essential": True, "value": party.document["issuer"]}}
    if audience:
        wanted["aud"] = {"essential": True, "value": audience}
    jwt.JWTClaimsRegistry(leeway=0, **wanted).validate(decoded.claims)
    assert decoded.claims["iat"] <= time.time()
    return dict(decoded.claims)


async def test_authlib_logs_in_reads_the_identity_refreshes_and_logs_out(party: RelyingParty) -> None:
    token = await party.login()
    claims = await _verified(party, token["id_token"], "lgo-demo")
    assert claims["nonce"] == NONCE
    await _verified(party, token["access_token"])
    identity = (await party.client.get(party.document["userinfo_endpoint"])).json()
    assert (identity["sub"], identity["SubjectNameID"]) == (claims["sub"], "899700090014")
    renewed = await party.client.refresh_token(party.document["token_endpoint"])
    assert renewed["access_token"] != token["access_token"]
    fields = {"id_token_hint": renewed["id_token"], "post_logout_redirect_uri": OUT, "state": "bye"}
    out = await party.browser.get(party.document["end_session_endpoint"], params=fields)
    assert out.headers["location"] == f"{OUT}?state=bye"
    journal = party.launcher.sandbox.sessions.get("default").journal.read()
    assert [finding.check_id for exchange in journal for finding in exchange.findings] == []


async def test_at_hash_is_what_authlib_computes(party: RelyingParty) -> None:
    from authlib.oidc.core.claims import CodeIDToken

    token = await party.login()
    claims = await _verified(party, token["id_token"], "lgo-demo")
    options = {"iss": {"value": party.document["issuer"]}, "aud": {"value": "lgo-demo"}}
    header = {"alg": "RS256"}
    judged = CodeIDToken(claims, header, options, {"access_token": token["access_token"], "nonce": NONCE})
    judged.validate(now=int(time.time()), leeway=0)


async def test_four_hours_later_the_session_is_dead_and_new_tokens_are_still_not_from_the_future(
    party: RelyingParty,
) -> None:
    from authlib.integrations.base_client import OAuthError

    token = await party.login()
    party.move(hours=4)
    with pytest.raises(OAuthError, match="invalid_grant"):
        await party.client.refresh_token(party.document["token_endpoint"], token["refresh_token"])
    prompt = await party.browser.get(
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
    again = await party.login()
    claims = await _verified(party, again["id_token"], "lgo-demo")
    assert claims["sid"] != unverified_claims(token["id_token"])["sid"]
    assert (await party.client.get(party.document["userinfo_endpoint"])).status_code == 200


async def test_session_not_active_is_said_while_the_refresh_token_itself_still_lives(party: RelyingParty) -> None:
    token = await party.login()
    for _ in range(9):
        party.move(minutes=26)
        token = await party.client.refresh_token(party.document["token_endpoint"], token["refresh_token"])
        await _verified(party, token["access_token"])
    await party.browser.post(party.document["end_session_endpoint"], data={"id_token_hint": token["id_token"]})
    answer = await party.browser.post(
        party.document["token_endpoint"],
        data={"grant_type": "refresh_token", "refresh_token": token["refresh_token"]},
        auth=("lgo-demo", "secret-lgo-demo"),
    )
    assert answer.json() == {"error": "invalid_grant", "error_description": "Session not active"}
