"""A real browser: log-in with the e-CPS in a second page, the log-in after a logout, what a person sees when it fails.

Chromium through Playwright; skipped where either is absent. With ``LGO_SANDBOX_SCREENSHOTS`` set to a folder, the pages
are kept there to be looked at.
"""

from __future__ import annotations

import json
import os
import re
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import pytest
from support.chromium import PHONE, Windows, follow, serving
from support.psc import CALLBACK, DEMO, PscClient

from lgo_client.browsers import external_browser
from lgo_client.clock import Workplace
from lgo_client.environment import OidcClient
from lgo_client.psc import ProSanteConnect

if TYPE_CHECKING:
    from playwright.sync_api import Page

FORM = "application/x-www-form-urlencoded"


def shot(page: Page, name: str) -> None:
    """Keep a picture of a page, when a folder is named for them."""
    if folder := os.environ.get("LGO_SANDBOX_SCREENSHOTS"):
        page.screenshot(path=str(Path(folder) / f"{name}.png"), full_page=True)


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
    lgo: PscClient, windows: Windows, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk, phone = windows.open(), windows.phone()
    wallet = lgo.wallet

    def person(url: str) -> None:
        desk.goto(url)
        assert "SIMULATION" in desk.inner_text("body")
        shot(desk, "1-choix")
        follow(desk.get_by_role("button", name=re.compile("Claire|titulaire", re.IGNORECASE)).first)
        digits = desk.inner_text("#digits")
        shot(desk, "2-attente")
        phone.goto(f"{wallet}/ecps?persona=titulaire")
        assert digits in phone.inner_text(".card .digits")
        shot(phone, "3-telephone")
        phone.fill(".pin", "0000")
        follow(phone.get_by_role("button", name="Accepter"))
        assert "Code secret incorrect" in phone.inner_text("body")
        shot(phone, "4-code-faux")
        phone.fill(".pin", "1234")
        follow(phone.get_by_role("button", name="Accepter"))
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
        follow(desk.get_by_role("button", name="Annuler"))

    again = in_browser(lgo, monkeypatch, asked_again)
    assert "Se connecter à" in seen[0]
    assert again["error"].code == "access_denied"
    assert set(lgo.tenant.findings()) == {"PSC-REPONSE"}


def test_a_refusal_on_the_phone_sends_the_user_back_with_access_denied(
    lgo: PscClient, windows: Windows, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = windows.open()
    phone = desk.context.new_page()
    wallet = lgo.wallet

    def person(url: str) -> None:
        desk.goto(url)
        desk.fill("#person", "preparateur")
        follow(desk.get_by_role("button", name="Utiliser ma carte CPS"))
        assert "pas de carte CPS" in desk.inner_text("body")
        shot(desk, "7-sans-carte")
        desk.fill("#person", "preparateur")
        follow(desk.get_by_role("button", name="Continuer avec l'e-CPS"))
        phone.goto(f"{wallet}/ecps")
        follow(phone.get_by_role("button", name="Refuser"))
        assert "refusée" in phone.inner_text("body")
        desk.wait_for_url("http://127.0.0.1:*/callback*", timeout=15_000)

    assert in_browser(lgo, monkeypatch, person)["error"].code == "access_denied"


def test_the_page_of_the_phone_fits_and_is_empty_without_requests(lgo: PscClient, windows: Windows) -> None:
    phone = windows.phone()
    phone.goto(f"{lgo.wallet}/ecps")
    assert "Aucune demande" in phone.inner_text("body")
    assert phone.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    shot(phone, "8-vide")


@pytest.fixture
def site() -> Iterator[str]:
    """A page of a site, at a port of its own; its origin is what the browser tells."""
    with serving({}) as origin:
        yield origin


def test_a_counter_of_two_people_each_with_her_own_telephone(lgo: PscClient, windows: Windows, site: str) -> None:
    back = f"{site}/callback"
    desks = {who: windows.open() for who in ("titulaire", "adjoint")}
    phones = {who: windows.phone() for who in desks}
    for who, phone in phones.items():
        phone.goto(f"{lgo.wallet}/ecps?persona={who}")
        assert "Aucune demande" in phone.inner_text("body")
    for who, desk in desks.items():
        desk.goto(f"{lgo.wallet}/auth?{urlencode(lgo.request(login_hint=who, redirect_uri=back))}")
    for who, phone in phones.items():
        phone.wait_for_selector(".card .digits", timeout=10_000)
        assert phone.locator(".card").count() == 1
        assert phone.inner_text(".card .digits") == desks[who].inner_text("#digits")
        assert "LGO de démonstration" in phone.inner_text(".card")
        assert phone.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    phones["adjoint"].get_by_role("button", name="Refuser").click()
    desks["adjoint"].wait_for_url(f"{back}*error=access_denied*", timeout=15_000)
    assert desks["titulaire"].inner_text("#digits")


def test_a_digit_that_was_typed_stays_when_another_request_arrives(lgo: PscClient, windows: Windows) -> None:
    desk, phone, other = (windows.open() for _ in range(3))
    desk.goto(f"{lgo.wallet}/auth?{urlencode(lgo.request(login_hint='titulaire'))}")
    phone.goto(f"{lgo.wallet}/ecps?persona=titulaire")
    phone.fill(".pin", "12")
    other.goto(f"{lgo.wallet}/auth?{urlencode(lgo.request(login_hint='titulaire', client_id='prescripteur-demo'))}")
    phone.wait_for_selector(".card >> nth=1", timeout=10_000)
    assert phone.locator(".card .digits").first.inner_text() == other.inner_text("#digits")
    assert phone.locator(".pin").nth(1).input_value() == "12"


def test_the_waiting_page_counts_down_sends_again_and_is_cancelled(lgo: PscClient, windows: Windows, site: str) -> None:
    desk = windows.open()
    desk.goto(f"{lgo.wallet}/auth?{urlencode(lgo.request(login_hint='titulaire', redirect_uri=site + '/callback'))}")
    left = int(desk.inner_text("b[data-left]"))
    desk.wait_for_function("before => Number(document.querySelector('b[data-left]').textContent) < before", arg=left)
    follow(desk.get_by_role("button", name="Renvoyer la demande"))
    assert desk.inner_text("#digits")
    assert len(lgo.resource("ecps")["requests"]) == 1
    desk.get_by_role("button", name="Annuler").click()
    desk.wait_for_url(f"{site}/callback*error=access_denied*", timeout=15_000)
    assert lgo.resource("ecps")["requests"] == []


def test_without_scripts_a_log_in_goes_through_by_itself(lgo: PscClient, windows: Windows, site: str) -> None:
    desk, phone = (windows.open(java_script_enabled=False) for _ in "dp")
    desk.goto(f"{lgo.wallet}/auth?{urlencode(lgo.request(redirect_uri=site + '/callback'))}")
    follow(desk.get_by_role("button", name=re.compile("Pharmacien titulaire")).first)
    phone.goto(f"{lgo.wallet}/ecps?persona=titulaire")
    phone.fill(".pin", "1234")
    phone.get_by_role("button", name="Accepter").click()
    desk.wait_for_url(f"{site}/callback?*code=*", timeout=15_000)


def test_a_refusal_in_a_browser_marks_the_difference_and_says_what_to_do(lgo: PscClient, windows: Windows) -> None:
    desk = windows.open()
    blocked: list[str] = []
    desk.on("console", lambda message: blocked.append(message.text) if "Content Security" in message.text else None)
    desk.goto(f"{lgo.wallet}/auth?{urlencode(lgo.request(redirect_uri='http://127.0.0.1:8765/Callback'))}")
    assert desk.locator("mark").all_inner_texts() == ["C", "c"]
    assert "SIMULATION" in desk.inner_text("body")
    shot(desk, "9-refus")
    desk.goto(f"{lgo.issuer}/.well-known/openid-configuration")
    assert "wallet-openid-configuration" in desk.inner_text(".todo")
    desk.goto(f"{lgo.wallet}/ecps")
    assert blocked == []


CALL = """async ([url, method, headers, body]) => {
  try { const answer = await fetch(url, { method, headers, body }); return [answer.status, await answer.text()]; }
  catch (error) { return [0, String(error)]; }
}"""


@pytest.mark.parametrize("hostile", [False, True])
def test_a_page_reads_what_its_client_may_and_a_strange_one_only_what_is_public(
    lgo: PscClient, windows: Windows, site: str, hostile: bool
) -> None:
    page = windows.open()
    page.goto(site.replace("127.0.0.1", "localhost") if hostile else site)
    code = lgo.code()
    public = page.evaluate(CALL, [f"{lgo.issuer}/.well-known/wallet-openid-configuration", "GET", {}, None])
    assert public[0] == 200
    assert page.evaluate(CALL, [lgo.protocol("certs"), "GET", {}, None])[0] == 200
    headers = {"Authorization": "Basic bGdvLWRlbW86c2VjcmV0LWxnby1kZW1v", "Content-Type": FORM}
    form = urlencode({"grant_type": "authorization_code", "code": code, "redirect_uri": CALLBACK})
    status, body = page.evaluate(CALL, [lgo.protocol("token"), "POST", headers, form])
    assert status == (0 if hostile else 200), body
    if hostile:
        assert lgo.reproaches() == {"PSC-TOK-14"}
        assert lgo.exchange(code).status_code == 200
        return
    bearer = {"Authorization": f"Bearer {json.loads(body)['access_token']}"}
    assert page.evaluate(CALL, [lgo.protocol("userinfo"), "GET", bearer, None])[0] == 200
    assert lgo.reproaches() == {"PSC-TOK-12", "PSC-TOK-14"}
