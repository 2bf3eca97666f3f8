"""The console and the report in a real browser of three sizes: nothing that matters is out of sight.

Chromium through Playwright; skipped where either is absent. With ``LGO_SANDBOX_SCREENSHOTS`` set to a folder, the pages
are kept there to be looked at.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest
from support.chromium import Windows
from support.mss_people import TITULAIRE
from support.plain import NO_TLS
from support.tenants import Runner, Tenant, running_in_background

from mss_mock.delivery import store_of

if TYPE_CHECKING:
    from playwright.sync_api import Page

SIZES = [(1920, 1080), (1366, 768), (390, 844)]
LONG = "/" + "UnCheminSansEspace" * 60
UNREADABLE = "/auth/realms/esante-wallet/protocol/openid-connect/auth?state=" + "é" * 150 + "&nonce=%00%ff"
SIDEWAYS = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.fixture(scope="module")
def runner(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Runner]:
    with running_in_background(tmp_path_factory.mktemp("console"), "control", "psc", "dmp", "mss") as started:
        yield started


@pytest.fixture(params=SIZES, ids=lambda size: f"{size[0]}")
def page(chromium: Windows, request: pytest.FixtureRequest) -> Iterator[Page]:
    width, height = request.param
    yield chromium.open(viewport={"width": width, "height": height})
    chromium.forget()


@pytest.fixture
def tenant(runner: Runner) -> Tenant:
    """A session to which a client sent lines that no table is wide enough for."""
    tenant = runner.tenant()
    for path in (LONG, UNREADABLE):
        httpx.get(tenant.url("psc", tls=False) + path, verify=NO_TLS)
    tenant.exchanges()
    return tenant


def root(tenant: Tenant) -> str:
    return tenant.runner.launcher.addresses_of(tenant.name).control


def shot(page: Page, name: str) -> None:
    if folder := os.environ.get("LGO_SANDBOX_SCREENSHOTS"):
        page.screenshot(path=str(Path(folder) / f"{name}-{page.evaluate('innerWidth')}.png"))


def test_a_long_line_hides_the_verdict_of_no_row(page: Page, tenant: Tenant) -> None:
    page.goto(f"{root(tenant)}/")
    page.select_option("#session", tenant.name)
    page.locator("#exchanges tr").nth(1).wait_for()
    shot(page, "console")
    inside = page.locator(".list").bounding_box()
    assert inside
    for cell in page.locator("#exchanges td").all():
        box = cell.bounding_box()
        assert box is not None, cell.inner_text()
        assert box["width"] > 0
        assert box["x"] + box["width"] <= inside["x"] + inside["width"] + 1, cell.inner_text()
        assert box["height"] <= 200, "a single row must not take the whole list"
    assert page.evaluate(SIDEWAYS) <= 0


def test_the_whole_of_a_long_line_is_read_in_the_detail_without_scrolling_sideways(page: Page, tenant: Tenant) -> None:
    page.goto(f"{root(tenant)}/")
    page.select_option("#session", tenant.name)
    page.locator("#exchanges .open").last.click()
    page.wait_for_selector("#detail h3")
    shot(page, "console-detail")
    assert LONG in page.locator("#detail").inner_text()
    assert page.evaluate("(d => d.scrollWidth - d.clientWidth)(document.querySelector('#detail'))") <= 0
    assert page.evaluate(SIDEWAYS) <= 0


def test_a_report_kept_as_a_file_fits_the_screen_and_its_sources_open(
    page: Page, tenant: Tenant, tmp_path: Path
) -> None:
    kept = tmp_path / "report.html"
    kept.write_bytes(
        httpx.get(f"{root(tenant)}/_sandbox/v1/report.html", params={"session": tenant.name}, verify=NO_TLS).content
    )
    page.goto(kept.as_uri())
    shot(page, "report")
    assert page.evaluate(SIDEWAYS) <= 0
    link = page.locator("tr.NOT_OBSERVED td:last-child a").first
    title = link.inner_text()
    link.click()
    opened = page.locator("article:target")
    assert opened.locator("h3").inner_text() == title
    top = opened.evaluate("one => one.getBoundingClientRect().top")
    assert 0 <= top < page.evaluate("innerHeight")
    shot(page, "report-source")


def test_a_patient_is_one_click_from_his_pages_in_the_session_that_is_shown(page: Page, tenant: Tenant) -> None:
    page.goto(f"{root(tenant)}/")
    page.select_option("#session", tenant.name)
    expected = (
        f"{tenant.url('mes', tls=False)}/connexion#martin-claire",
        f"{tenant.url('dmp_web', tls=False)}/AccesDirect/TableauDeBord/256036330091838",
    )
    for href in expected:
        page.locator(f"#patient-rows a[href='{href}']").wait_for()
    page.goto(expected[0])
    assert page.locator("button:target strong").inner_text() == "Claire MARTIN"


def test_a_correspondent_is_made_to_write_by_a_click_now_or_later(page: Page, tenant: Tenant) -> None:
    page.goto(f"{root(tenant)}/?session={tenant.name}")
    form = page.get_by_role("form")
    form.get_by_label("Qui, et quoi").select_option("hopital lettre-de-liaison")
    form.get_by_label("Au sujet de").select_option("martin-claire")
    form.get_by_label("À", exact=True).select_option(TITULAIRE)
    form.get_by_role("button", name="Faire écrire").click()
    page.get_by_role("status").filter(has_text="« Lettre de liaison à la sortie MARTIN CLAIRE").wait_for()
    form.get_by_label("Quand (heure d'âge)").select_option("60")
    form.get_by_role("button", name="Faire écrire").click()
    rows = page.get_by_role("region", name="Ce qui a été fait").locator("tbody tr")
    rows.nth(1).wait_for()
    page.locator("#acteurs").scroll_into_view_if_needed()
    shot(page, "console-actors")
    assert [row.locator("td").last.inner_text() for row in rows.all()] == ["prévu", "remis"]
    assert page.evaluate(SIDEWAYS) <= 0
    store = tenant.do(store_of)
    folder = tenant.do(lambda _session: store.folder(TITULAIRE, "INBOX"))
    assert folder is not None
    assert folder.messages == 1


def test_what_an_actor_refuses_is_told_beside_its_button(page: Page, tenant: Tenant) -> None:
    page.goto(f"{root(tenant)}/?session={tenant.name}")
    form = page.get_by_role("form")
    form.get_by_label("Qui, et quoi").select_option("laboratoire nouvelle-version")
    form.get_by_role("button", name="Faire écrire").click()
    page.locator("#actors .bad").wait_for()
    assert "attendu" in page.locator("#actors .bad").inner_text()


def test_a_sandbox_without_actors_shows_no_place_for_them(page: Page, runner: Runner, tenant: Tenant) -> None:
    page.route("**/services?*", lambda route: route.fulfill(json=[]))
    page.goto(f"{root(tenant)}/?session={tenant.name}")
    page.locator("#exchanges tr").first.wait_for()
    assert page.locator("#acteurs").is_hidden()
