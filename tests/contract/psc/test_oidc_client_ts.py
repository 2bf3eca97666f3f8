"""oidc-client-ts in Chromium, by configuration only: a page that is its own client, let in and reproached.

The whole discovery address is given, as PSC needs; the library checks state, nonce and issuer, and calls token and
userinfo by ``fetch``, so that the browser itself judges what a page may read.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from support.chromium import Windows, serving
from support.psc import DEMO, PscClient

if TYPE_CHECKING:
    from playwright.sync_api import Page

PAGE = b'<!doctype html><title>page</title><script src="/oidc-client-ts.js"></script>'
MANAGER = """config => { globalThis.manager = new oidc.UserManager(config); }"""
BACK = """async () => {
  const user = await manager.signinCallback();
  return { profile: user.profile, scope: user.scope, access: user.access_token, session: user.session_state };
}"""


def settings(lgo: PscClient, site: str) -> dict[str, Any]:
    return {
        "authority": lgo.issuer,
        "metadataUrl": f"{lgo.issuer}/.well-known/wallet-openid-configuration",
        "client_id": DEMO[0],
        "client_secret": DEMO[1],
        "redirect_uri": f"{site}/callback",
        "post_logout_redirect_uri": f"{site}/logged-out",
        "scope": "openid scope_all",
        "acr_values": "eidas1",
        "extraQueryParams": {"nonce": "n" * 24, "login_hint": "titulaire"},
        "loadUserInfo": True,
    }


def opened(windows: Windows, lgo: PscClient, site: str, path: str = "/") -> Page:
    page = windows.open()
    page.goto(f"{site}{path}")
    page.evaluate(MANAGER, settings(lgo, site))
    return page


def signed_in(page: Page, lgo: PscClient, site: str) -> dict[str, Any]:
    page.evaluate("() => { manager.signinRedirect(); }")
    page.wait_for_url(f"{site}/callback?*", timeout=15_000)
    page.evaluate(MANAGER, settings(lgo, site))
    told: dict[str, Any] = page.evaluate(BACK)
    return told


def test_a_page_logs_in_reads_the_identity_refreshes_and_logs_out(
    provider: PscClient, windows: Windows, browser_library: bytes
) -> None:
    with serving({"/": PAGE, "/callback": PAGE, "/oidc-client-ts.js": browser_library}) as site:
        page = opened(windows, provider, site)
        told = signed_in(page, provider, site)
        assert told["profile"]["SubjectNameID"] == "899700090014"
        assert told["scope"] == "openid scope_all"
        renewed = page.evaluate("async () => (await manager.signinSilent()).access_token")
        assert renewed != told["access"]
        page.evaluate("() => { manager.signoutRedirect(); }")
        page.wait_for_url(f"{site}/logged-out*", timeout=15_000)
    assert {"PSC-TOK-12"} <= provider.reproaches() <= {"PSC-TOK-12", "PSC-TOK-14"}
    assert provider.userinfo(renewed).status_code == 401


def test_a_page_whose_origin_no_client_has_is_kept_out_by_the_browser(
    provider: PscClient, windows: Windows, browser_library: bytes
) -> None:
    provider.tenant.option(psc__web_origins="none")
    with serving({"/": PAGE, "/callback": PAGE, "/oidc-client-ts.js": browser_library}) as site:
        page = opened(windows, provider, site)
        with pytest.raises(Exception, match="Failed to fetch"):
            signed_in(page, provider, site)
    assert provider.reproaches() == {"PSC-TOK-12"}
