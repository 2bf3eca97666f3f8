"""A real browser: log-in with the e-CPS in a second page, the log-in after a logout, what a person sees when it fails.

Chromium through Playwright; skipped where either is absent. With ``LGO_SANDBOX_SCREENSHOTS`` set to a folder, the pages
are kept there to be looked at.
"""

from __future__ import annotations

import os
import re
import shutil
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from support.psc import DEMO, PscClient

from lgo_client.browsers import external_browser
from lgo_client.clock import Workplace
from lgo_client.environment import OidcClient
from lgo_client.psc import ProSanteConnect

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page, ViewportSize

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")

CHROMIUM = os.environ.get("LGO_SANDBOX_CHROMIUM") or shutil.which("chromium") or "/usr/bin/chromium"
PHONE: ViewportSize = {"width": 390, "height": 844}


def shot(page: Page, name: str) -> None:
    """Keep a picture of a page, when a folder is named for them."""
    if folder := os.environ.get("LGO_SANDBOX_SCREENSHOTS"):
        page.screenshot(path=str(Path(folder) / f"{name}.png"), full_page=True)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """One browser for this module: Playwright's loop would be in the way of asynchronous tests elsewhere."""
    if not Path(CHROMIUM).exists():
        pytest.skip(f"{CHROMIUM} is not installed")
    with playwright.sync_playwright() as started:
        launched: Browser = started.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield launched
        launched.close()


@pytest.fixture
def browser(chromium: Browser) -> Iterator[Browser]:
    """The browser, which forgets what a test did."""
    yield chromium
    for context in chromium.contexts:
        context.close()


def client(lgo: PscClient, port: int) -> ProSanteConnect:
    """The reference client of a session, waiting for its user at a loopback port."""
    oidc = OidcClient(*DEMO, (f"http://127.0.0.1:{port}/callback",))
    return ProSanteConnect(lgo.http, lgo.tenant.url("psc"), oidc, Workplace())


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def in_browser(lgo: PscClient, monkeypatch: pytest.MonkeyPatch, person: Callable[[str], Any]) -> dict[str, Any]:
    """Log in through the loopback redirect: the client waits in a thread, the person acts with the page given."""
    opened: list[str] = []
    ready = threading.Event()

    def remember(url: str) -> bool:
        opened.append(url)
        ready.set()
        return True

    monkeypatch.setattr("lgo_client.browsers.webbrowser.open", remember)
    provider = client(lgo, free_port())
    done: dict[str, Any] = {}

    def work() -> None:
        try:
            done["session"] = provider.login(external_browser)
            done["userinfo"] = done["session"].userinfo()
        except Exception as error:
            done["error"] = error

    waiting = threading.Thread(target=work)
    waiting.start()
    assert ready.wait(20)
    person(opened[0])
    waiting.join(20)
    return done


def test_a_person_logs_in_with_the_phone_logs_out_and_is_asked_again(
    lgo: PscClient, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    context = browser.new_context(ignore_https_errors=True)
    desk = context.new_page()
    phone = browser.new_context(ignore_https_errors=True, viewport=PHONE, is_mobile=True).new_page()
    wallet = lgo.wallet

    def person(url: str) -> None:
        desk.goto(url)
        assert "SIMULATION" in desk.inner_text("body")
        shot(desk, "1-choix")
        desk.get_by_role("button", name=re.compile("Claire|titulaire", re.IGNORECASE)).first.click()
        digits = desk.inner_text("#digits")
        shot(desk, "2-attente")
        phone.goto(f"{wallet}/ecps?persona=titulaire")
        assert digits in phone.inner_text(".card .digits")
        shot(phone, "3-telephone")
        phone.fill(".pin", "0000")
        phone.get_by_role("button", name="Accepter").click()
        assert "Code secret incorrect" in phone.inner_text("body")
        shot(phone, "4-code-faux")
        phone.fill(".pin", "1234")
        phone.get_by_role("button", name="Accepter").click()
        assert "Connexion validée" in phone.inner_text("body")
        shot(phone, "5-valide")
        desk.wait_for_url("http://127.0.0.1:*/callback*", timeout=15_000)
        shot(desk, "6-retour")

    first = in_browser(lgo, monkeypatch, person)
    assert first.get("error") is None
    assert first["userinfo"]["SubjectNameID"] == "899700090014"

    silent = in_browser(lgo, monkeypatch, desk.goto)
    assert silent["userinfo"]["sub"] == first["userinfo"]["sub"]

    silent["session"].logout()
    seen: list[str] = []

    def asked_again(url: str) -> None:
        desk.goto(url)
        seen.append(desk.inner_text("h1"))
        desk.get_by_role("button", name="Annuler").click()

    again = in_browser(lgo, monkeypatch, asked_again)
    assert "Se connecter à" in seen[0]
    assert again["error"].code == "access_denied"
    assert set(lgo.tenant.findings()) == {"PSC-REPONSE"}


def test_a_refusal_on_the_phone_sends_the_user_back_with_access_denied(
    lgo: PscClient, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    context = browser.new_context(ignore_https_errors=True)
    desk, phone = context.new_page(), context.new_page()
    wallet = lgo.wallet

    def person(url: str) -> None:
        desk.goto(url)
        desk.fill("#person", "preparateur")
        desk.get_by_role("button", name="Utiliser ma carte CPS").click()
        assert "pas de carte CPS" in desk.inner_text("body")
        shot(desk, "7-sans-carte")
        desk.fill("#person", "preparateur")
        desk.get_by_role("button", name="Continuer avec l'e-CPS").click()
        phone.goto(f"{wallet}/ecps")
        phone.get_by_role("button", name="Refuser").click()
        assert "refusée" in phone.inner_text("body")
        desk.wait_for_url("http://127.0.0.1:*/callback*", timeout=15_000)

    assert in_browser(lgo, monkeypatch, person)["error"].code == "access_denied"


def test_the_page_of_the_phone_fits_and_is_empty_without_requests(lgo: PscClient, browser: Browser) -> None:
    phone = browser.new_context(ignore_https_errors=True, viewport=PHONE, is_mobile=True).new_page()
    phone.goto(f"{lgo.wallet}/ecps")
    assert "Aucune demande" in phone.inner_text("body")
    assert phone.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    shot(phone, "8-vide")
