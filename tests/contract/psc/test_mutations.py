"""Every mutation of the provider against four relying parties: who refuses, who lets it pass.

openid-client 6 (npm) as it comes and with its checks of non-repudiation, Authlib, and the reference client, which must
refuse all that a careful client refuses (its clock may be a minute off). The table is that of specs/psc.md §6.3,
measured again here.
"""

from __future__ import annotations

import ssl
from typing import Any

import httpx
import pytest
from support.openid_client import OpenidClient
from support.psc import CALLBACK, DEMO, TITULAIRE, PscClient

from lgo_client.clock import Workplace
from lgo_client.environment import OidcClient
from lgo_client.psc import ProSanteConnect, PscRefused
from psc_mock.codes.profiles import PROFILES
from psc_mock.domain.mutations import MUTATIONS

TABLE = """
callback-iss-missing R R . R
callback-iss-wrong R R . R
callback-state-wrong R R R R
issuer-slash R R R R
jwks-empty . R R R
jwks-bare . . . .
jwks-extra-enc . . . .
nonce-missing R R R R
nonce-wrong R R R R
aud-wrong R R . R
aud-array-azp . . . R
aud-array-no-azp R R R R
azp-wrong . . R R
exp-30 R R . .
exp-600 R R R R
iat-future . . R R
iat-past . . . .
iat-missing R R R R
sub-missing R R R R
iss-wrong R R R R
at-hash-wrong . . R R
at-hash-missing . . . .
auth-time-text R R R R
alg-hs256 . R R R
alg-none R R R R
kid-unknown . R R R
kid-missing . . . R
other-key . R R R
signature-corrupt . R R R
id-token-missing R R . R
expires-in-text . . . R
token-type-missing R R . R
token-type-lower . . . .
refresh-token-null R R . R
scope-null R R . .
text-plain . . . .
http-201 R R . R
tokens-dead R R R R
userinfo-sub-wrong R R . R
userinfo-sub-missing R R . R
userinfo-401 R R R R
sub-changed . . . .
acr-eidas2 . . . .
claims-unknown . . . .
"""
EXPECTED = {line.split()[0]: line.split()[1:] for line in TABLE.strip().splitlines()}


def test_the_table_has_every_mutation() -> None:
    assert list(EXPECTED) == [one.name for one in MUTATIONS]


def reference(provider: PscClient) -> str:
    """Play the reference client; return the code of its refusal, empty when it accepts."""
    browser, oidc = provider.browser(), OidcClient(*DEMO, (CALLBACK,))
    try:
        client = ProSanteConnect(provider.browser(), provider.tenant.url("psc"), oidc, Workplace())
        client.login(lambda url, _redirect: str(browser.get(url).headers["location"]), hint="titulaire").userinfo()
    except PscRefused as refused:
        return refused.code
    return ""


def test_the_reference_client_refuses_what_a_careful_client_refuses(provider: PscClient) -> None:
    assert reference(provider) == ""
    seen = {}
    for name in EXPECTED:
        provider.arm(name)
        seen[name] = "R" if reference(provider) else "."
        provider.heal()
    assert seen == {name: row[3] for name, row in EXPECTED.items()}


@pytest.mark.parametrize("strict", [False, True], ids=["as-it-comes", "non-repudiation"])
def test_openid_client_reacts_as_measured(provider: PscClient, node: OpenidClient, strict: bool) -> None:
    order = {"issuer": provider.issuer, "redirect": CALLBACK, "client": DEMO[0], "secret": DEMO[1]}
    assert node.play(nr=strict, **order) == {"subject": TITULAIRE}
    seen, said = {}, {}
    for name in EXPECTED:
        provider.arm(name)
        said[name] = node.play(nr=strict, **order)
        seen[name] = "R" if "refused" in said[name] else "."
        provider.heal()
    assert seen == {name: row[int(strict)] for name, row in EXPECTED.items()}, said


@pytest.mark.parametrize("profile", PROFILES)
def test_openid_client_logs_in_refreshes_introspects_and_logs_out(
    provider: PscClient, node: OpenidClient, profile: str
) -> None:
    provider.tenant.option(psc__profile=profile)
    order = {"issuer": provider.issuer, "redirect": CALLBACK, "client": DEMO[0], "secret": DEMO[1]}
    out = "http://127.0.0.1:8765/logged-out"
    assert node.play(nr=True, out=out, **order) == {
        "subject": TITULAIRE,
        "issuer": provider.issuer,
        "renewed": True,
        "active": True,
        "location": f"{out}?state=bye",
        "after": False,
    }
    assert provider.tenant.findings() == []


class _Request:
    """What Authlib's integration wants of a web request: a session and the parameters that came back."""

    def __init__(self) -> None:
        self.session: dict[str, Any] = {}
        self.scope: dict[str, Any] = {"session": self.session}
        self.query_params: dict[str, str] = {}
        self.method = "GET"

    def url_for(self, _name: str) -> str:
        return CALLBACK


async def authlib(provider: PscClient, trust: ssl.SSLContext) -> str:
    """Log in with Authlib's web client; return the name of what it raises, empty when it accepts."""
    from authlib.integrations.starlette_client import OAuth

    oauth = OAuth()
    oauth.register(
        "psc",
        client_id="lgo-demo",
        client_secret="secret-lgo-demo",
        server_metadata_url=f"{provider.issuer}/.well-known/wallet-openid-configuration",
        client_kwargs={"scope": "openid scope_all", "verify": trust, "trust_env": False},
    )
    request = _Request()
    try:
        sent = await oauth.psc.authorize_redirect(request, CALLBACK, acr_values="eidas1", login_hint="titulaire")
        async with httpx.AsyncClient(verify=trust, trust_env=False) as browser:
            back = await browser.get(sent.headers["location"])
        request.query_params = dict(httpx.URL(back.headers["location"]).params)
        token = await oauth.psc.authorize_access_token(request)
        await oauth.psc.userinfo(token=token)
    except Exception as error:
        return f"{type(error).__name__} {error}"
    return ""


async def test_authlib_reacts_as_measured(provider: PscClient) -> None:
    trust = provider.tenant.runner.trust()
    assert await authlib(provider, trust) == ""
    seen, said = {}, {}
    for name in EXPECTED:
        provider.arm(name)
        said[name] = await authlib(provider, trust)
        seen[name] = "R" if said[name] else "."
        provider.heal()
    assert seen == {name: row[2] for name, row in EXPECTED.items()}, said
