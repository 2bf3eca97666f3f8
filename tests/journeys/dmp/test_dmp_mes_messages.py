"""The messages of Mon espace santé over real sockets, with DMP and MSSanté in one process."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from email.message import EmailMessage

import pytest
from support.citizen_post import Post
from support.dmp_door import Dmp, DmpDoors
from support.dmp_messages import unique_ids_of
from support.dmp_pages import Browser, Page, Sites
from support.mail_documents import PATIENT, PDF, PDF_NAME, attached, composed, documents, header, packed
from support.mail_documents import page as blank
from support.mss_people import CITIZEN, GENERALISTE, OFFICINE, TITULAIRE
from support.tenants import Runner

from lgo_sandbox.gate.citizen_mail import CitizenMailbox, MailRefused
from lgo_sandbox.sandbox import Sandbox
from lgo_sandbox.tenant.faults import Fault, FaultKind

CHILD = "114096330092306@patient.mssante.fr"
ASKED = {"Disposition_Notification_To": TITULAIRE}


@pytest.fixture(scope="module")
def all_doors(everything: Runner) -> Iterator[DmpDoors]:
    doors = DmpDoors(everything)
    yield doors
    doors.close()


@pytest.fixture
def dmp(all_doors: DmpDoors) -> Iterator[Dmp]:
    dmp = all_doors.door()
    yield dmp
    dmp.leave()


@pytest.fixture
def sites(dmp: Dmp) -> Iterator[Sites]:
    sites = Sites(dmp)
    yield sites
    sites.close()


@pytest.fixture
def post(dmp: Dmp) -> Post:
    return Post(dmp.tenant)


def _first(browser: Browser, rank: int = 0) -> str:
    """Return the path of a conversation of the list, the last one first."""
    links = browser.get("/messages").links("/messages/")
    return "/messages/" + [one for one in links if "ecrire" not in one][rank].rpartition("/")[2]


def _open(browser: Browser, rank: int = 0) -> Page:
    return browser.get(_first(browser, rank))


def _action(page: Page, name: str) -> str:
    """Return the path of a form of a page, without its session."""
    assert page.tree is not None
    found = next(str(form.get("action")) for form in page.tree.iter("form") if str(form.get("action")).endswith(name))
    return "/" + found.split("/", 3)[3] if found.startswith("/s/") else found


def _piece(page: Page, rank: int = 0) -> str:
    link = page.links("/pieces/")[2 * rank]
    return "/" + link.split("/", 3)[3]


# Reading


def test_a_mail_is_listed_unread_then_read_and_stays_read(post: Post, sites: Sites) -> None:
    post.bring(Subject="Votre ordonnance est prête")
    browser = sites.space()
    assert "1 message non lu" in browser.get("/messages").text
    page = _open(browser)
    assert page.title == "Votre ordonnance est prête"
    assert "Bonjour docteur." in page.text
    assert TITULAIRE in page.text
    assert "non lu" not in browser.get("/messages").text
    assert post.flags() == [frozenset({"\\Seen"})]


def test_the_report_of_reading_is_sent_once_to_who_asked(post: Post, sites: Sites) -> None:
    post.bring(**ASKED)
    browser = sites.space()
    assert "Un accusé de lecture a été envoyé à" in _open(browser).text
    (report,) = post.inbox()
    assert report.get_content_type() == "multipart/report"
    assert report["From"].startswith("CLAIRE MARTIN <")
    assert "displayed" in report.as_string()
    assert "accusé de lecture" not in _open(sites.space()).text
    assert len(post.inbox()) == 1


def test_nobody_is_told_who_did_not_ask(post: Post, sites: Sites) -> None:
    post.bring()
    _open(sites.space())
    assert post.inbox() == []


def test_what_a_robot_read_is_read_and_is_not_reported_again(post: Post, sites: Sites) -> None:
    post.set_robot("silent")
    post.bring(**ASKED)
    browser = sites.space()
    assert "non lu" not in browser.get("/messages").text
    _open(browser)
    assert [one["Subject"] for one in post.inbox()] == ["Lu : Bonjour"]


def test_a_late_robot_does_not_report_what_the_page_reported(post: Post, sites: Sites) -> None:
    post.set_robot("late")
    post.bring(**ASKED)
    _open(sites.space())
    post.tenant.move(minutes=60)
    assert [one["Subject"] for one in post.inbox()] == ["Lu : Bonjour", "RE: Bonjour"]


def test_mails_that_name_each_other_are_one_conversation_and_subjects_join_nothing(post: Post, sites: Sites) -> None:
    post.bring(Subject="Bonjour")
    post.bring(Subject="Suite", Message_ID="<deux@x>", In_Reply_To="<un@pharmacien.mssante.fr>")
    post.bring(Subject="Bonjour", Message_ID="<trois@x>")
    browser = sites.space()
    assert "2 conversations" in browser.get("/messages").text
    assert "2 messages" in browser.get("/messages").text
    assert _open(browser, 1).text.count("Bonjour docteur.") == 2


def test_the_prefix_for_software_is_not_shown(post: Post, sites: Sites) -> None:
    post.bring(documents())
    assert _open(sites.space()).title == "Compte rendu MARTIN Claire 30/03/1956"


def test_no_sign_turns_a_line_round(post: Post, sites: Sites) -> None:
    post.bring(Subject="Facture \u202egnp.exe")
    assert _open(sites.space()).title == "Facture gnp.exe"


# Answering


def test_an_answer_goes_back_in_the_thread_with_its_pdf_and_is_kept(post: Post, sites: Sites) -> None:
    post.bring(Message_ID="<un@x>", References="<zero@x>")
    browser = sites.space()
    page = _open(browser)
    files = {"fichier": ("C:\\photo.2.pdf", PDF, "application/octet-stream")}
    page = browser.post(_action(page, "/repondre"), texte="Merci,\r\nà demain <b>", files=files)
    assert "Message envoyé" in page.text
    assert "Merci, à demain <b>" in page.text
    (answer,) = post.inbox()
    assert (answer["Subject"], answer["In-Reply-To"]) == ("RE: Bonjour", "<un@x>")
    assert answer["References"].split() == ["<zero@x>", "<un@x>"]
    (attachment,) = answer.iter_attachments()
    assert (attachment.get_filename(), attachment.get_content()) == ("photo.2.pdf", PDF)
    assert _body(answer).splitlines() == ["Merci,", "à demain <b>"]
    assert "1 conversation" in browser.get("/messages").text


def _body(mail: EmailMessage) -> str:
    part = mail.get_body()
    assert part is not None
    return str(part.get_content()).strip()


def test_an_answer_goes_where_reply_to_says(post: Post, sites: Sites) -> None:
    post.bring(Reply_To=OFFICINE)
    browser = sites.space()
    browser.post(_action(_open(browser), "/repondre"), texte="Merci", destinataire=GENERALISTE)
    assert (len(post.inbox(OFFICINE)), post.inbox(TITULAIRE), post.inbox(GENERALISTE)) == (1, [], [])


def test_a_closed_exchange_is_shown_closed_and_an_answer_is_refused_with_a_finding(
    dmp: Dmp, post: Post, sites: Sites
) -> None:
    post.bring()
    browser = sites.space()
    action = _action(_open(browser), "/repondre")
    post.bring(X_MSS_MES="FIN", Message_ID="<fin@x>", In_Reply_To="<un@pharmacien.mssante.fr>")
    page = _open(browser)
    assert "Ce professionnel a clos l'échange" in page.text
    assert "repondre" not in page.html
    refused = browser.post(action, texte="Encore une question")
    assert (refused.status, refused.title) == (403, "Ce professionnel a clos l'échange")
    assert dmp.findings() == ["DMP-REFUS"]
    assert "clos par le message <fin@x>" in dmp.exchanges()[0].findings[0].received
    assert post.inbox() == []


def test_a_patient_writes_to_who_wrote_before_and_to_nobody_else(dmp: Dmp, post: Post, sites: Sites) -> None:
    post.bring()
    browser = sites.space()
    page = browser.get("/messages/ecrire")
    assert TITULAIRE in page.text
    assert GENERALISTE not in page.text
    browser.post("/messages/ecrire", destinataire=TITULAIRE, objet="Question", texte="Bonjour")
    assert [(one["Subject"], one["In-Reply-To"]) for one in post.inbox()] == [("Question", None)]
    browser.get("/messages/ecrire")
    refused = browser.post("/messages/ecrire", destinataire=GENERALISTE, objet="Question", texte="Bonjour")
    assert (refused.status, refused.title) == (403, "Vous ne pouvez pas écrire à ce professionnel")
    assert dmp.findings() == ["DMP-REFUS"]


@pytest.mark.parametrize(
    ("fields", "content", "title"),
    [
        ({"texte": "  "}, b"", "Il manque l'objet ou le texte"),
        ({"texte": "x" * 20_001}, b"", "Il manque l'objet ou le texte"),
        ({"texte": "Voici"}, b"<svg onload='alert(1)'/>", "Ce fichier ne peut pas être joint"),
        ({"texte": "Voici"}, b"%PDF-" + b"0" * 7_600_000, "Ce message est trop lourd"),
    ],
)
def test_what_no_mail_may_be_is_refused_with_a_finding(
    dmp: Dmp, post: Post, sites: Sites, fields: dict[str, str], content: bytes, title: str
) -> None:
    post.bring()
    browser = sites.space()
    files = {"fichier": ("a.pdf", content, "application/pdf")} if content else None
    refused = browser.post(_action(_open(browser), "/repondre"), files=files, **fields)
    assert (refused.status, refused.title) == (422, title)
    assert dmp.findings() == ["DMP-REFUS"]
    assert post.inbox() == []


def test_a_representative_signs_for_the_child(post: Post, sites: Sites) -> None:
    post.bring(to=CHILD, **ASKED)
    browser = sites.space("bernard-elodie")
    page = _open(browser)
    assert "signé Élodie BERNARD, pour Hugo BERNARD" in page.text
    browser.post(_action(page, "/repondre"), texte="Merci")
    assert {one["From"] for one in post.inbox()} == {f'"Élodie BERNARD, pour HUGO BERNARD" <{CHILD}>'}
    browser.post("/profil/ouvrir", profil="bernard-alba")
    assert "Aucun message" in browser.get("/messages").text


# Deleting


def test_a_mail_is_deleted_for_good(post: Post, sites: Sites) -> None:
    post.bring()
    browser = sites.space()
    page = browser.post(_action(_open(browser), "/supprimer"))
    assert "Message supprimé" in page.text
    assert "Aucun message" in page.text
    assert post.flags() == []


# Documents


def test_the_document_of_an_archive_is_read_opened_kept_and_filed_once(dmp: Dmp, post: Post, sites: Sites) -> None:
    post.bring(documents(packed(pdf=blank()), pdfs=((PDF_NAME, blank()),)))
    browser = sites.space()
    mail = _open(browser)
    shown = browser.get(_piece(mail))
    assert shown.title == "Compte rendu"
    assert "VALMONT" in shown.text
    (inner,) = {"/" + one.split("/", 3)[3] for one in shown.links("/piece/")}
    assert browser.get(inner).response.headers["content-type"] == "application/pdf"
    kept = browser.get(inner.replace("/piece/0", "/fichier")).response
    assert kept.headers["content-disposition"].startswith("attachment")
    action = _action(browser.get(_piece(mail)), "/ranger")
    filed = browser.post(action, document="1", titre="Mon compte rendu")
    assert "Document rangé" in filed.text
    assert filed.title == "Mon compte rendu"
    (entry,) = dmp.control("patients", tail=dmp.patient)["documents"]
    assert [one["code"] for one in entry["codes"]["class"]] == ["90"]
    assert unique_ids_of(dmp.find(vihf=dmp.direct())) == [entry["unique_id"]]
    assert "Rangé dans votre espace" in browser.get(_piece(mail)).text
    again = browser.post(action, document="1", titre="Encore", csrf=mail.csrf())
    assert (again.status, again.title) == (409, "Ce document est déjà rangé dans votre espace")
    assert dmp.findings() == ["DMP-REFUS"]
    assert len(dmp.control("patients", tail=dmp.patient)["documents"]) == 1
    assert "a rangé un document reçu par messagerie" in browser.get("/acces").text


def test_what_was_filed_and_deleted_is_filed_again(post: Post, sites: Sites) -> None:
    post.bring(attached(("Lettre_de_sortie.pdf", "application/pdf", blank())))
    browser = sites.space()
    action = _action(browser.get(_piece(_open(browser))), "/ranger")
    filed = browser.post(action)
    assert filed.title == "Lettre de sortie"
    assert "rangé dans mes documents" in _open(browser).text
    browser.post(f"/{filed.path.split('/', 3)[3]}/supprimer")
    assert "rangé dans mes documents" not in _open(browser).text
    browser.get("/messages")
    assert browser.post(action, titre="De nouveau").title == "De nouveau"


def test_an_archive_of_another_patient_is_shown_with_a_warning_and_not_filed(
    dmp: Dmp, post: Post, sites: Sites
) -> None:
    other = header(patient=replace(PATIENT, matricule=dmp.stranger().matricule))
    post.bring(documents(packed(other)))
    browser = sites.space()
    shown = browser.get(_piece(_open(browser)))
    assert "Ce document n'est pas à votre nom" in shown.text
    assert "ranger" not in shown.html
    refused = browser.post(shown.path.split("/", 3)[3].join(("/", "/ranger")), document="1", titre="x")
    assert (refused.status, refused.title) == (422, "Ce document n'a pas été rangé")
    assert dmp.findings() == ["DMP-REFUS"]
    assert dmp.control("patients", tail=dmp.patient)["documents"] == []


def test_several_documents_are_chosen_from_a_list(post: Post, sites: Sites) -> None:
    post.bring(documents(packed(header(), header(id="2.25.9", title="Bilan <b>"))))
    browser = sites.space()
    shown = browser.get(_piece(_open(browser)))
    assert "2 documents de santé" in shown.text
    assert "Bilan <b>" in shown.text
    last = "/" + shown.links("/documents/2")[0].split("/", 3)[3]
    assert browser.get(last).title == "Bilan <b>"
    assert browser.get(last.replace("/documents/2", "/documents/3")).status == 404


@pytest.mark.parametrize("content", [b"PK\x03\x04 not an archive", b"bomb"])
def test_an_archive_that_cannot_be_read_says_so(post: Post, sites: Sites, content: bytes) -> None:
    if content == b"bomb":
        made = io.BytesIO()
        with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("IHE_XDM/SUBSET01/METADATA.XML", b"0" * (17 * 1024 * 1024))
        content = made.getvalue()
    post.bring(documents(content))
    browser = sites.space()
    page = browser.get(_piece(_open(browser)))
    assert (page.status, "Cette archive ne se lit pas" in page.text) == (200, True)


# What is hostile

EVIL = '"><script>pris()</script><img src=x onerror=pris()>'


def test_stored_markup_is_text(post: Post, sites: Sites) -> None:
    html = b"Content-Type: text/html\r\n\r\n<style>p{}</style><p>Bonjour</p><script>pris()</script><b>&lt;i&gt;</b>"
    post.bring(
        composed(f"Subject: {EVIL}\r\n", html).replace(
            b"Mme Helene VALMONT - Pharmacie de la Fontaine", b'"<svg onload=pris()>"'
        )
    )
    post.bring(attached((f"{EVIL}.pdf", "application/pdf", PDF), text=EVIL, Message_ID="<deux@x>"))
    browser = sites.space()
    for page in (browser.get("/messages"), _open(browser), _open(browser, 1), browser.get(_piece(_open(browser)))):
        assert page.status == 200
        assert page.tree is not None
        assert list(page.tree.iter("script", "style", "svg")) == [
            one for one in page.tree.iter("svg") if one.get("class") == "icone"
        ]
        assert "script-src" not in page.response.headers["content-security-policy"]
        assert [one.get("src") for one in page.tree.iter("img")] == []
    text = _open(browser, 1).text
    assert "Bonjour <i>" in text
    assert "pris()" not in text.replace("<svg onload=pris()>", "")
    assert "seul son texte s'affiche" in text


@pytest.mark.parametrize(
    ("name", "kind", "octets", "shown"),
    [
        ("dessin.svg", "image/svg+xml", b"<svg xmlns='http://www.w3.org/2000/svg' onload='pris()'/>", "ne s'ouvre pas"),
        ("page.html", "text/html", b"<script>pris()</script>", "ne s'ouvre pas"),
        ("scan.pdf", "application/pdf", b"<html><script>pris()</script>", "ne s'ouvre pas"),
        ("photo.png", "application/octet-stream", b"\x89PNG\r\n\x1a\n", "Ranger"),
        ("note.txt", "text/plain", b"<script>pris()</script>", "<script>pris()</script>"),
    ],
)
def test_a_file_is_opened_by_what_it_holds_and_kept_as_a_file(
    post: Post, sites: Sites, name: str, kind: str, octets: bytes, shown: str
) -> None:
    post.bring(attached((name, kind, octets)))
    browser = sites.space()
    path = _piece(_open(browser))
    assert shown in browser.get(path).text
    inline = browser.get(f"{path}/contenu").response
    assert (inline.status_code, inline.headers["x-content-type-options"]) == (
        200 if "PNG" in repr(octets) else 404,
        "nosniff",
    )
    kept = browser.get(f"{path}/fichier").response
    assert kept.headers["content-type"] == "application/octet-stream"
    assert kept.headers["content-disposition"].startswith("attachment")
    assert kept.headers["content-security-policy"] == "default-src 'none'; sandbox; frame-ancestors 'none'"
    assert kept.content.strip() == octets.strip()


@pytest.mark.parametrize(("name", "octets"), [("facture.pdf.exe", b"%PDF-"), ("facture.pdf", b"MZ\x90\x00")])
def test_a_program_is_neither_opened_nor_given(dmp: Dmp, post: Post, sites: Sites, name: str, octets: bytes) -> None:
    post.bring(attached((name, "application/octet-stream", octets)))
    browser = sites.space()
    mail = _open(browser)
    number = mail.path.rpartition("/")[2]
    path = f"/messages/{number}/pieces/2"
    assert "Ce fichier est un programme" in browser.get(path).text
    assert browser.get(f"{path}/fichier").status == 403
    assert dmp.findings() == ["DMP-REFUS"]


def test_a_mail_of_many_parts_and_levels_is_shown_within_bounds(post: Post, sites: Sites) -> None:
    post.bring(composed("", *[b"Content-Disposition: attachment; filename=a\r\n\r\nx"] * 400))
    deep = b"".join(b"--a%d\r\nContent-Type: multipart/mixed; boundary=a%d\r\n\r\n" % (n, n + 1) for n in range(60))
    post.bring(composed("", b"Content-Type: multipart/mixed; boundary=a0\r\n\r\n" + deep).replace(b"<un@", b"<deux@"))
    browser = sites.space()
    assert _open(browser, 1).html.count("pastille") == 100
    assert _open(browser).status == 200


# Who may


def test_another_patients_mail_is_out_of_reach(dmp: Dmp, post: Post, sites: Sites) -> None:
    post.bring(attached(("a.pdf", "application/pdf", PDF)))
    browser = sites.space()
    mail = _first(browser)
    stranger = sites.space("durand-paul-1")
    for path in (mail, f"{mail}/pieces/2", f"{mail}/pieces/2/fichier", f"{mail}/pieces/2/documents/1"):
        assert stranger.get(path).status == 404
        assert dmp.findings() == ["DMP-REFUS"]
    stranger.get("/messages")
    for act in ("repondre", "supprimer", "pieces/2/ranger"):
        assert stranger.post(f"{mail}/{act}", texte="a").status == 404
    assert _open(browser).status == 200
    assert post.inbox() == []


@pytest.mark.parametrize("part", ["9", "1.1.1", "x", "0", "99999999999"])
def test_a_part_that_is_not_there_is_not_found(post: Post, sites: Sites, part: str) -> None:
    post.bring(attached(("a.pdf", "application/pdf", PDF)))
    browser = sites.space()
    assert browser.get(f"{_first(browser)}/pieces/{part}").status == 404


@pytest.mark.parametrize("act", ["repondre", "supprimer", "pieces/2/ranger"])
def test_a_form_of_another_site_does_nothing(post: Post, sites: Sites, act: str) -> None:
    post.bring(attached(("a.pdf", "application/pdf", blank())))
    browser = sites.space()
    mail = _first(browser)
    assert browser.post(f"{mail}/{act}", csrf="faux", texte="a", titre="a").status == 403
    assert (post.inbox(), len(post.flags())) == ([], 1)


def test_a_client_cannot_ask_for_a_mailbox(dmp: Dmp, post: Post) -> None:
    post.bring()
    url = dmp.tenant.url("annuaire")
    for seal in ("", "0" * 64, "é"):
        headers = {"X-Sandbox-Seal": seal.encode()}
        body = b'{"act": "open", "mailbox": "256036330091838@patient.mssante.fr"}\n'
        answer = dmp.doors.client(None).post(f"{url}/sandbox/citizen-mail", content=body, headers=headers)
        assert (answer.status_code, b"Bonjour" in answer.content) == (404, False)
        (finding,) = dmp.exchanges()[0].findings
        assert (finding.check_id, "N'appelez pas cette adresse" in finding.remedy) == ("MSS-REFUS", True)
    assert dmp.doors.client(None).get(f"{url}/sandbox/citizen-mail").status_code == 404
    assert dmp.doors.client(None).post(f"{url}/sandbox/citizen-mai").status_code == 404
    assert "citizen-mail" not in str(dmp.exchanges()[0].findings)


# What is closed, absent, silent


@pytest.mark.parametrize(
    ("state", "said"),
    [
        ("closed", "Votre messagerie est fermée"),
        ("absent", "Vous n'avez pas de messagerie"),
        ("opposed", "Vous avez refusé la messagerie"),
    ],
)
def test_a_mailbox_that_takes_no_mail_says_so(post: Post, sites: Sites, state: str, said: str) -> None:
    post.bring()
    browser = sites.space()
    mail = _first(browser)
    post.set_state(state)
    page = browser.get("/messages")
    assert (page.status, said in page.text) == (200, True)
    assert browser.get(mail).status == 404
    browser.get("/messages")
    assert browser.post(f"{mail}/repondre", texte="Merci").title == "Votre messagerie est fermée"
    post.set_state("open")
    assert browser.get(mail).status == 200


def test_a_mailbox_is_closed_with_the_space_and_opened_with_it(post: Post, sites: Sites) -> None:
    browser = sites.space()
    browser.post("/confidentialite", geste="fermer", confirme="oui")
    post.bring()
    (returned,) = post.inbox()
    assert returned["Subject"] == "Message non distribué"
    browser.post("/confidentialite", geste="rouvrir")
    post.bring()
    assert len(post.inbox(CITIZEN)) == len(post.inbox()) == 1


def test_a_space_is_closed_although_its_mailbox_does_not_answer(dmp: Dmp, post: Post, sites: Sites) -> None:
    browser = sites.space()
    dmp.tenant.do(
        lambda session: session.faults.arm(Fault("f1", "mss", FaultKind.STATUS, 503, operation="citizen-mail"))
    )
    assert "Votre espace est fermé" in browser.post("/confidentialite", geste="fermer", confirme="oui").text
    (said,) = [one.summary for one in dmp.exchanges() if "(fermer)" in one.summary]
    assert said.endswith(" ; la messagerie est restée comme elle était : la messagerie a répondu HTTP 503")
    post.bring()
    assert len(post.inbox(CITIZEN)) == 1


def test_acts_are_in_the_journal_and_looks_are_not(dmp: Dmp, post: Post, sites: Sites) -> None:
    post.bring(**ASKED)
    browser = sites.space()
    page = _open(browser)
    browser.post(_action(page, "/repondre"), texte="Merci")
    said = [one.summary for one in dmp.exchanges() if one.operation == "citizen-mail"]
    assert set(said) == {
        f"Messagerie de l'usager : martin-claire lit, accusé de lecture à {TITULAIRE}",
        f"Messagerie de l'usager : martin-claire écrit à {TITULAIRE}",
        "Messagerie de l'usager : martin-claire lit",
    }


def test_a_mailbox_out_of_order_is_a_page_in_french(dmp: Dmp, post: Post, sites: Sites) -> None:
    browser = sites.space()
    dmp.tenant.do(
        lambda session: session.faults.arm(Fault("f1", "mss", FaultKind.STATUS, 503, operation="citizen-mail"))
    )
    page = browser.get("/messages")
    assert (page.status, "Votre messagerie ne répond pas" in page.text) == (503, True)
    assert "HTTP 503" in page.text


class Elsewhere:
    """A sandbox whose mailboxes another process keeps."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.served, self.settings, self.http, self.url = frozenset[str](), sandbox.settings, sandbox.http, sandbox.url


@pytest.mark.parametrize("kind", [Sandbox, Elsewhere])
def test_a_mailbox_of_this_process_and_one_of_another_answer_alike(dmp: Dmp, post: Post, kind: type) -> None:
    post.bring(attached(("a.pdf", "application/pdf", PDF), **ASKED))
    runner, sandbox = dmp.doors.runner, dmp.doors.runner.launcher.sandbox
    asked = sandbox if kind is Sandbox else kind(sandbox)
    box = CitizenMailbox(asked, dmp.tenant.session, "annuaire", CITIZEN)
    (head,) = runner.wait(box.opened()).mails
    (mail,) = runner.wait(box.read([head.id]))
    file, mark, octets = runner.wait(box.file(head.id, mail.files[0].part))
    assert (head.address, head.seen, mail.receipt) == (TITULAIRE, False, TITULAIRE)
    assert (file.name, octets, mark) == ("a.pdf", PDF, mail.mark)
    assert runner.wait(box.write("", "", "Merci", answers=head.id, pdf=PDF, name="b.pdf")) == TITULAIRE
    with pytest.raises(MailRefused, match="absent"):
        runner.wait(box.file("r1-1", "1"))
    runner.wait(box.delete(head.id))
    assert (post.flags(), len(post.inbox())) == ([], 2)
