"""A real browser at the messages of Mon espace santé: a patient with a telephone reads, files, answers; nothing runs.

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
from support.citizen_post import Post
from support.dmp_door import Dmp, DmpDoors
from support.mail_documents import PDF_NAME, attached, documents, header, packed
from support.mss_people import GENERALISTE, TITULAIRE
from support.tenants import Runner

from health_documents.pdf.readable import readable_document
from health_documents.pdf.write import render_pdf
from health_documents.values.pdf import PdfSection

if TYPE_CHECKING:
    from playwright.sync_api import Page

DESKS = {
    "portable": {"viewport": {"width": 1280, "height": 720}},
    "projecteur": {"viewport": {"width": 1920, "height": 1080}},
}
EVIL = '"><img src=x onerror="window.pris=1"><script>window.pris=1</script>'
LETTER = (
    "Bonjour Madame,\n\nVotre bilan de médication est prêt : vous le trouverez en pièce jointe. Prenez le temps de le "
    "lire avant notre rendez-vous de jeudi.\n\nVous pouvez me répondre ici.\n\nHélène VALMONT\nPharmacie de la Fontaine"
)


@pytest.fixture
def dmp(everything: Runner) -> Iterator[Dmp]:
    doors = DmpDoors(everything)
    dmp = doors.door()
    yield dmp
    dmp.leave()
    doors.close()


@pytest.fixture
def post(dmp: Dmp) -> Post:
    """The post of that session, with a few conversations."""
    post = Post(dmp.tenant)
    own = header()
    page = render_pdf(readable_document(own, [PdfSection("Traitements", ("Metformine 500 mg, matin et soir.",))]))
    post.bring(
        attached(
            ("Mode d'emploi du tensiomètre.pdf", "application/pdf", page + b"\n%autre\n"),
            subject="Votre tensiomètre",
            text="Bonjour, voici le mode d'emploi.",
            Message_ID="<trois@medecin.mssante.fr>",
            From=f"Dr Isabelle DELORME - Cabinet des Tilleuls <{GENERALISTE}>",
        ),
        sender=GENERALISTE,
    )
    post.bring(
        attached(
            subject=EVIL, text=EVIL, Message_ID="<quatre@x>", X_MSS_MES="FIN", From=f'"{EVIL[2:20]}" <{GENERALISTE}>'
        ),
        sender=GENERALISTE,
    )
    post.bring(
        documents(
            packed(own, pdf=page),
            pdfs=((PDF_NAME, page),),
            text=LETTER,
            subject="XDM/1.0/DDM+Bilan partagé de médication MARTIN Claire 30/03/1956",
            Disposition_Notification_To=TITULAIRE,
        )
    )
    return post


def shot(page: Page, name: str) -> None:
    """Keep a picture of a page, when a folder is named for them."""
    if folder := os.environ.get("LGO_SANDBOX_SCREENSHOTS"):
        page.screenshot(path=str(Path(folder) / f"{name}.png"), full_page=True)


def fits(page: Page) -> bool:
    """Tell whether nothing of a page is beyond the right edge."""
    return not page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")


def _log_in(page: Page, dmp: Dmp) -> None:
    page.goto(f"{dmp.tenant.url('mes')}/connexion")
    follow(page.locator("button[value=martin-claire]"))


def test_a_patient_reads_files_and_answers_on_the_phone(dmp: Dmp, post: Post, windows: Windows) -> None:
    phone, complaints = windows.phone(), list[str]()
    phone.on("console", lambda message: complaints.append(message.text))
    _log_in(phone, dmp)
    follow(phone.get_by_role("link", name="Messages", exact=True))
    assert "3 messages non lus" in phone.inner_text("main")
    assert fits(phone)
    shot(phone, "messages-telephone")
    follow(phone.get_by_text("Bilan partagé de médication"))
    assert "Un accusé de lecture a été envoyé" in phone.inner_text("main")
    assert fits(phone)
    shot(phone, "message-telephone")
    follow(phone.get_by_role("link", name="Ouvrir les documents de santé"))
    assert phone.inner_text("main h1") == "Compte rendu"
    assert fits(phone)
    shot(phone, "document-telephone")
    phone.get_by_label("Titre dans mes documents").fill("Bilan de médication")
    follow(phone.get_by_role("button", name="Ranger dans mes documents"))
    assert "Document rangé" in phone.inner_text("[role=status]")
    assert phone.inner_text("main h1") == "Bilan de médication"
    follow(phone.get_by_role("link", name="Messages", exact=True))
    follow(phone.get_by_text("Bilan partagé de médication"))
    phone.get_by_label("Votre message").fill("Merci, à jeudi.")
    follow(phone.get_by_role("button", name="Envoyer"))
    assert "Message envoyé" in phone.inner_text("[role=status]")
    assert fits(phone)
    shot(phone, "reponse-telephone")
    assert [one["Subject"][:4] for one in post.inbox()] == ["Lu :", "RE: "]
    phone.goto(f"{dmp.tenant.url('mes')}/messages")
    follow(phone.get_by_text("<script>").first)
    assert "Vous ne pouvez pas répondre" in phone.inner_text("main")
    assert fits(phone)
    shot(phone, "message-hostile-telephone")
    assert phone.evaluate("window.pris") is None
    post.set_state("closed")
    follow(phone.get_by_role("link", name="Messages", exact=True))
    assert "Votre messagerie est fermée" in phone.inner_text("main")
    shot(phone, "messages-fermees-telephone")
    assert [text for text in complaints if "Content Security Policy" in text] == []


@pytest.mark.parametrize("desk", DESKS)
def test_the_messages_are_read_on_a_wide_screen(dmp: Dmp, post: Post, windows: Windows, desk: str) -> None:
    page = windows.open(**DESKS[desk])
    _log_in(page, dmp)
    page.goto(f"{dmp.tenant.url('mes')}/messages")
    shot(page, f"messages-{desk}")
    follow(page.get_by_text("Votre tensiomètre"))
    assert fits(page)
    shot(page, f"message-{desk}")
    follow(page.get_by_role("link", name="Ouvrir Mode d'emploi du tensiomètre.pdf"))
    assert page.locator("iframe.pdf").count() == 1
    shot(page, f"piece-{desk}")
    page.goto(f"{dmp.tenant.url('mes')}/messages/ecrire")
    assert fits(page)
    shot(page, f"ecrire-{desk}")


def test_a_message_is_read_and_answered_by_the_keyboard_alone(dmp: Dmp, post: Post, windows: Windows) -> None:
    page = windows.open(**DESKS["portable"])
    _log_in(page, dmp)
    page.goto(f"{dmp.tenant.url('mes')}/messages")
    page.get_by_role("link", name="Bilan partagé").focus()
    with page.expect_navigation():
        page.keyboard.press("Enter")
    reached = dict[str, str]()
    for _ in range(40):
        page.keyboard.press("Tab")
        reached[page.evaluate("document.activeElement.textContent.trim()")] = page.evaluate(
            "document.activeElement.name"
        )
        if page.evaluate("document.activeElement.name") == "texte":
            break
    assert {"Documents de santé", "Ouvrir", "Supprimer"} <= set(reached)
    page.keyboard.type("Merci")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert "Message envoyé" in page.inner_text("[role=status]")
