"""A real browser at both sites: a patient with his telephone, a professional at his desk, what one does the other sees.

Chromium through Playwright; skipped where either is absent. With ``LGO_SANDBOX_SCREENSHOTS`` set to a folder, the pages
are kept there to be looked at.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from support.chromium import Windows, follow
from support.dmp_door import Dmp, DmpDoors
from support.dmp_pages import fill

if TYPE_CHECKING:
    from playwright.sync_api import Page

DESK = {"viewport": {"width": 1366, "height": 768}}


@pytest.fixture
def dmp(dmp_doors: DmpDoors) -> Iterator[Dmp]:
    """A session of its own, with documents."""
    dmp = dmp_doors.door()
    fill(dmp)
    yield dmp
    dmp.leave()


def shot(page: Page, name: str) -> None:
    """Keep a picture of a page, when a folder is named for them."""
    if folder := os.environ.get("LGO_SANDBOX_SCREENSHOTS"):
        page.screenshot(path=str(Path(folder) / f"{name}.png"), full_page=True)


def fits(page: Page) -> bool:
    """Tell whether nothing of a page is beyond the right edge."""
    wider = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
    return not page.evaluate(wider)


def test_a_patient_hides_a_document_on_the_phone_and_the_desk_no_longer_shows_it(dmp: Dmp, windows: Windows) -> None:
    phone, desk = windows.phone(), windows.open(**DESK)
    phone.goto(f"{dmp.tenant.url('mes')}/")
    follow(phone.locator("button[value=martin-claire]"))
    assert fits(phone)
    shot(phone, "mes-accueil")
    follow(phone.get_by_role("link", name="Documents", exact=True))
    assert fits(phone)
    desk.goto(f"{dmp.tenant.url('dmp_web')}/AccesDirect/Documents/{dmp.patient}")
    follow(desk.locator("button[value=adjoint]"))
    shot(desk, "web-documents")
    assert desk.get_by_text("Vaccination contre la grippe").count() == 1
    follow(phone.get_by_text("Vaccination contre la grippe"))
    assert fits(phone)
    follow(phone.get_by_role("button", name="Masquer aux professionnels"))
    assert "Document masqué" in phone.inner_text("[role=status]")
    shot(phone, "mes-masque")
    desk.reload()
    assert desk.get_by_text("Vaccination contre la grippe").count() == 0


def test_a_professional_asks_confirms_and_the_patient_blocks_him(dmp: Dmp, windows: Windows) -> None:
    phone, desk = windows.phone(), windows.open(**DESK)
    matricule = dmp.named("blanc-nathalie")
    desk.goto(f"{dmp.tenant.url('dmp_web')}/AccesDirect/DossierPatient/{matricule}")
    follow(desk.locator("button[value=titulaire]"))
    assert "d'accord ?" in desk.inner_text("h1")
    shot(desk, "web-accord")
    desk.get_by_label("Le patient est d'accord").check()
    follow(desk.get_by_role("button", name="Confirmer l'accès"))
    assert desk.inner_text("main h1") == "Dossier"
    phone.goto(f"{dmp.tenant.url('mes')}/professionnels")
    follow(phone.locator("button[value=blanc-nathalie]"))
    phone.goto(f"{dmp.tenant.url('mes')}/professionnels")
    follow(phone.get_by_role("button", name="Bloquer Hélène VALMONT"))
    assert "Professionnel bloqué" in phone.inner_text("[role=status]")
    assert fits(phone)
    shot(phone, "mes-bloque")
    desk.reload()
    assert "bloqué" in desk.inner_text("main h1")
    shot(desk, "web-bloque")


def test_everything_is_reached_by_the_keyboard_alone(dmp: Dmp, windows: Windows) -> None:
    desk = windows.open(**DESK)
    desk.goto(f"{dmp.tenant.url('mes')}/connexion")
    desk.locator("button[value=martin-claire]").focus()
    desk.keyboard.press("Enter")
    desk.wait_for_url("**/")
    desk.keyboard.press("Tab")
    assert desk.evaluate("document.activeElement.textContent") == "Aller au contenu"
    reached = set()
    for _ in range(30):
        desk.keyboard.press("Tab")
        reached.add(desk.evaluate("document.activeElement.textContent.trim()"))
    assert {"Documents", "Agenda", "Confidentialité", "Tout voir"} <= reached


def test_nothing_stored_with_bad_intent_runs(dmp: Dmp, windows: Windows) -> None:
    evil = "&lt;img src=x onerror=&quot;window.pris=1&quot;&gt;&lt;script&gt;window.pris=1&lt;/script&gt;"
    dmp.feed(dmp.document(title=evil))
    desk, complaints = windows.open(**DESK), list[str]()
    desk.on("console", lambda message: complaints.append(message.text))
    desk.goto(f"{dmp.tenant.url('mes')}/")
    follow(desk.locator("button[value=martin-claire]"))
    for site, path in (("mes", "/documents"), ("dmp_web", f"/AccesDirect/Documents/{dmp.patient}")):
        desk.goto(f"{dmp.tenant.url(site)}{path}")
        if desk.locator("button[value=titulaire]").count():
            follow(desk.locator("button[value=titulaire]"))
        assert desk.evaluate("window.pris") is None
        follow(desk.get_by_text("<img src=x").first)
        assert "<script>" in desk.inner_text("main h1")
        assert desk.evaluate("window.pris") is None
    assert [text for text in complaints if "Content Security Policy" in text] == []
