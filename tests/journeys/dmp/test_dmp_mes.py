"""Mon espace santé over real sockets: each act of the patient's side shows at once on the professional's."""

from __future__ import annotations

import io
from datetime import timedelta

import pytest
from PIL import Image
from support.dmp_door import Dmp
from support.dmp_messages import status_of, unique_ids_of
from support.dmp_pages import Browser, Page, Sites, fill
from support.dmp_services import authorised, told

PDF = b"%PDF-1.4 essai du patient"


def _add(browser: Browser, title: str = "Carnet de suivi", content: bytes = PDF, name: str = "carnet.pdf") -> Page:
    browser.get("/documents/ajouter")
    files = {"fichier": (name, content, "application/octet-stream")}
    return browser.post("/documents/ajouter", files=files, titre=title)


def _first(page: Page) -> str:
    """Return the path, without its session, of the first document of a list."""
    return "/documents/" + next(one for one in page.links("/documents/") if "ajouter" not in one).rpartition("/")[2]


def _found(dmp: Dmp) -> list[str]:
    return unique_ids_of(dmp.find(vihf=dmp.direct()))


# --- log-in


def test_nobody_sees_a_record_without_logging_in(sites: Sites) -> None:
    browser = sites.stranger("mes")
    for path in ("/", "/documents", "/acces", "/profil", "/documents/x/fichier"):
        page = browser.get(path)
        assert page.path.endswith("/connexion")
        assert "FranceConnect » simulé" in page.text


def test_the_cookie_is_out_of_reach_of_scripts_and_of_other_sites(sites: Sites) -> None:
    browser = sites.space()
    browser.client.follow_redirects = False
    browser.client.cookies.clear()
    browser.get("/connexion")
    page = browser.post("/connexion", personne="martin-claire")
    (cookie,) = [one for one in page.response.headers.get_list("set-cookie") if one.startswith("DMP_MES=")]
    assert all(part in cookie for part in ("HttpOnly", "SameSite=Lax", "Secure", "Path=/s/"))


def test_somebody_who_logs_out_is_out(sites: Sites) -> None:
    browser = sites.space()
    kept = dict(browser.client.cookies)
    browser.post("/deconnexion")
    browser.client.cookies.update(kept)
    assert browser.get("/documents").path.endswith("/connexion")


def test_whoever_is_not_on_the_list_is_refused_with_a_finding(dmp: Dmp, sites: Sites) -> None:
    browser = sites.stranger("mes")
    browser.get("/connexion")
    page = browser.post("/connexion", personne="bernard-hugo")
    assert (page.status, page.title) == (403, "Cette personne n'a pas d'espace")
    assert dmp.findings() == ["DMP-REFUS"]
    assert dmp.exchanges()[0].findings[0].received == "personne bernard-hugo"


# --- forms


@pytest.mark.parametrize("path", ["/confidentialite", "/professionnels", "/agenda", "/applications", "/profil/ouvrir"])
def test_a_form_of_another_site_changes_nothing(dmp: Dmp, sites: Sites, path: str) -> None:
    browser = sites.space()
    for csrf in ("", "faux"):
        page = browser.post(path, csrf=csrf, geste="fermer", confirme="oui")
        assert (page.status, page.title) == (403, "Ce formulaire ne vient pas de cette page")
        assert dmp.findings() == ["DMP-REFUS"]
        browser.get("/")
    assert dmp.control("patients", tail=dmp.patient)["status"] == "actif"


def test_a_log_in_form_of_another_site_logs_nobody_in(sites: Sites) -> None:
    browser = sites.stranger("mes")
    browser.get("/connexion")
    assert browser.post("/connexion", csrf="faux", personne="martin-claire").status == 403
    browser.client.cookies.clear()
    browser.get("/connexion")
    browser.client.cookies.clear()
    assert browser.post("/connexion", personne="martin-claire").status == 403


def test_no_page_may_be_framed_or_run_anything(sites: Sites) -> None:
    browser = sites.space()
    for path in ("/", "/documents", "/agenda", "/documents/inconnu"):
        headers = browser.get(path).response.headers
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        assert "script-src" not in policy
        assert (headers["x-content-type-options"], headers["cache-control"]) == ("nosniff", "no-store")


def test_no_page_has_a_script_or_a_style_of_its_own(sites: Sites) -> None:
    browser = sites.space()
    for path in ("/", "/documents", "/professionnels", "/confidentialite", "/agenda", "/applications", "/messages"):
        tree = browser.get(path).tree
        assert tree is not None
        assert list(tree.iter("script", "style")) == []
        assert [one.attrib for one in tree.iter() if any(n == "style" or n.startswith("on") for n in one.attrib)] == []
        assert "SIMULATION" in browser.get(path).text


# --- documents


def test_documents_are_listed_searched_and_read(dmp: Dmp, sites: Sites) -> None:
    fill(dmp)
    browser = sites.space()
    assert "4 documents" in browser.get("/documents").text
    assert "1 document sur 4" in browser.get("/documents", q="grippe").text
    assert "1 document sur 4" in browser.get("/documents", type="11502-2").text
    assert "2 documents sur 4" in browser.get("/documents", du="2026-06-01").text
    assert "Aucun document ne correspond" in browser.get("/documents", q="<script>").text
    page = browser.get(_first(browser.get("/documents", q="grippe")))
    assert page.title == "Vaccination contre la grippe"
    assert "VAXIGRIPTETRA" in page.text


def test_a_pdf_is_opened_alone_and_downloaded_as_a_file(dmp: Dmp, sites: Sites) -> None:
    fill(dmp)
    browser = sites.space()
    path = _first(browser.get("/documents", q="bilan partagé"))
    assert any(link.endswith("/piece/0") for link in browser.get(path).links("/piece/"))
    piece = browser.get(f"{path}/piece/0").response
    assert piece.headers["content-type"] == "application/pdf"
    assert piece.content.startswith(b"%PDF")
    kept = browser.get(f"{path}/fichier").response
    assert kept.content == piece.content
    assert kept.headers["content-disposition"].startswith("attachment")
    assert browser.get(f"{path}/piece/7").status == 404


def test_a_document_that_the_patient_hides_is_hidden_at_once(dmp: Dmp, sites: Sites) -> None:
    fill(dmp)
    browser = sites.space()
    before = _found(dmp)
    browser.get(_first(browser.get("/documents", q="grippe")))
    vihf = dmp.direct("adjoint")
    assert "Document masqué" in browser.post(f"{_path(browser.page)}/visibilite", masquer="oui").text
    assert len(unique_ids_of(dmp.find(vihf=vihf))) == len(before) - 1
    assert "Document visible" in browser.post(f"{_path(browser.page)}/visibilite", masquer="non").text
    assert len(unique_ids_of(dmp.find(vihf=vihf))) == len(before)


def _path(page: Page | None) -> str:
    """Return the path of a page, without its session."""
    assert page is not None
    return "/" + page.path.split("/", 3)[3]


def test_what_a_professional_made_invisible_is_not_in_the_space(dmp: Dmp, sites: Sites) -> None:
    hidden = {"confidentiality": [("N", "2.16.840.1.113883.5.25"), ("INVISIBLE_PATIENT", "1.2.250.1.213.1.1.4.13")]}
    dmp.feed(dmp.document(codes=hidden))
    browser = sites.space()
    assert "Aucun document" in browser.get("/documents").text
    entry = dmp.control("patients", tail=dmp.patient)["documents"][0]
    assert browser.get(f"/documents/{entry['lid'].removeprefix('urn:uuid:')}").status == 404
    assert dmp.findings() == ["DMP-REFUS"]


def test_a_document_of_the_patient_is_read_by_professionals_until_he_deletes_it(dmp: Dmp, sites: Sites) -> None:
    browser = sites.space()
    assert "Document ajouté" in _add(browser).text
    (entry,) = dmp.control("patients", tail=dmp.patient)["documents"]
    assert [one["code"] for one in entry["codes"]["class"]] == ["90"]
    assert _found(dmp) == [entry["unique_id"]]
    assert PDF.hex() not in dmp.read(entry["unique_id"]).http.text
    page = browser.get(_first(browser.get("/documents")))
    assert "Supprimer" in page.text
    assert "Document supprimé" in browser.post(f"{_path(page)}/supprimer").text
    assert _found(dmp) == []


def test_what_a_professional_wrote_is_not_the_patients_to_delete(dmp: Dmp, sites: Sites) -> None:
    dmp.feed(dmp.document())
    browser = sites.space()
    page = browser.get(_first(browser.get("/documents")))
    assert "Supprimer" not in page.text
    refused = browser.post(f"{_path(page)}/supprimer")
    assert (refused.status, refused.title) == (403, "Ce document a été ajouté par un professionnel")
    assert len(_found(dmp)) == 1


def test_an_image_becomes_a_pdf(dmp: Dmp, sites: Sites) -> None:
    made = io.BytesIO()
    Image.new("RGB", (40, 30), "white").save(made, "PNG")
    browser = sites.space()
    assert "Document ajouté" in _add(browser, content=made.getvalue(), name="photo.png").text
    page = browser.get(f"{_first(browser.get('/documents'))}/piece/0")
    assert page.response.content.startswith(b"%PDF")


@pytest.mark.parametrize(
    "content", [b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", b"<html>", b"", b"\x89PNG\r\n\x1a\nbad"]
)
def test_a_file_of_another_format_is_refused_whatever_its_name(dmp: Dmp, sites: Sites, content: bytes) -> None:
    page = _add(sites.space(), content=content, name="carnet.pdf")
    assert (page.status, page.title) == (422, "Ce document n'a pas été ajouté")
    assert dmp.findings() == ["DMP-REFUS"]
    assert _found(dmp) == []


# --- who may


def test_a_professional_who_is_blocked_reads_no_more_and_is_let_in_again_on_demand(dmp: Dmp, sites: Sites) -> None:
    browser, titulaire = sites.space(), dmp.persona("titulaire").national_id
    browser.get("/professionnels")
    page = browser.post("/professionnels", professionnel=titulaire, geste="bloquer")
    assert "Professionnel bloqué" in page.text
    assert "bloqué par le patient" in dmp.find().fault[1]
    assert titulaire in told(authorised(dmp, "INTERDITE", dmp.direct("adjoint")), "nationalId")
    assert "débloqué" in browser.post("/professionnels", professionnel=titulaire, geste="debloquer").text
    assert "aucune autorisation" in dmp.find().fault[1]


def test_an_authorisation_is_taken_back(dmp: Dmp, sites: Sites) -> None:
    browser, titulaire = sites.space(), dmp.persona("titulaire").national_id
    browser.get("/professionnels")
    assert "Autorisation retirée" in browser.post("/professionnels", professionnel=titulaire, geste="retirer").text
    assert "aucune autorisation" in dmp.find().fault[1]


@pytest.mark.parametrize("fields", [{"professionnel": "999", "geste": "bloquer"}, {"professionnel": "", "geste": "x"}])
def test_nobody_unknown_is_blocked(dmp: Dmp, sites: Sites, fields: dict[str, str]) -> None:
    browser = sites.space()
    browser.get("/professionnels")
    assert browser.post("/professionnels", **fields).status == 422
    assert dmp.findings() == ["DMP-REFUS"]


def test_a_closed_space_is_closed_to_professionals_and_opens_again(dmp: Dmp, sites: Sites) -> None:
    dmp.feed(dmp.document())
    browser = sites.space()
    browser.get("/confidentialite")
    browser.post("/confidentialite", geste="fermer")
    assert dmp.find().http.status_code == 200
    browser.get("/confidentialite")
    assert "Votre espace est fermé" in browser.post("/confidentialite", geste="fermer", confirme="oui").text
    assert dmp.find().fault[0] == "soap:DMPClosed"
    assert "n'est pas ouvert" in browser.get("/documents").text
    browser.get("/confidentialite")
    assert "Votre espace est ouvert" in browser.post("/confidentialite", geste="rouvrir").text
    assert len(_found(dmp)) == 1


def test_somebody_without_a_dmp_opens_one(dmp: Dmp, sites: Sites) -> None:
    browser = sites.space("fournier-ines")
    assert "n'est pas ouvert" in browser.get("/").text
    browser.get("/confidentialite")
    browser.post("/confidentialite", geste="rouvrir")
    assert dmp.control("patients", tail=dmp.named("fournier-ines"))["status"] == "actif"


def test_what_the_patient_opposes_is_refused_to_professionals(dmp: Dmp, sites: Sites) -> None:
    browser = sites.space()
    browser.get("/confidentialite")
    browser.post("/confidentialite", geste="choix", emergency_opposed="permis")
    state = dmp.control("patients", tail=dmp.patient)
    assert [state[name] for name in ("feed_opposed", "breaking_opposed", "emergency_opposed")] == [True, True, False]
    assert not status_of(dmp.feed(dmp.document())).endswith("Success")
    assert "bris de glace" in dmp.find(vihf=dmp.direct(purpose="bris_de_glace")).fault[1]
    page = browser.get("/acces")
    assert "a refusé l'accès en bris de glace" in page.text
    assert "du SAMU" not in page.text


# --- history


def test_the_history_tells_who_did_what_in_the_time_of_the_session(dmp: Dmp, sites: Sites) -> None:
    dmp.feed(dmp.document(title="Bilan de juin"))
    _found(dmp)
    (entry,) = dmp.control("patients", tail=dmp.patient)["documents"]
    dmp.read(entry["unique_id"])
    dmp.find(vihf=dmp.direct(purpose="bris_de_glace"))
    page = sites.space().get("/acces")
    assert "a ajouté un document : « Bilan de juin »" in page.text
    assert "a lu un document : « Bilan de juin »" in page.text
    assert "a consulté la liste des documents" in page.text
    assert "accès en bris de glace" in page.text
    assert "Pharmacien titulaire d'officine, PHARMACIE DE LA FONTAINE" in page.text


def test_a_refused_transaction_and_a_search_for_an_identifier_leave_no_line(dmp: Dmp, sites: Sites) -> None:
    dmp.set_dmp(authorisations={dmp.persona("titulaire").national_id: "INTERDITE"})
    dmp.find()
    dmp.test_existence()
    assert "Personne n'a encore ouvert" in sites.space().get("/acces").text


def test_the_history_forgets_after_a_year(dmp: Dmp, sites: Sites) -> None:
    dmp.feed(dmp.document())
    browser = sites.space()
    assert "a ajouté un document" in browser.get("/acces").text
    dmp.tenant.move(days=366)
    assert "a ajouté un document" not in browser.get("/acces").text


def test_a_hundred_lines_are_shown(dmp: Dmp, sites: Sites) -> None:
    from dmp_mock.accesses import Access, note_access
    from dmp_mock.authorisations import moment

    session = dmp.session
    at = moment(session.clock.age() - timedelta(hours=1))
    lines = [Access(at, dmp.persona("titulaire").national_id, "", "TD3.1", "normal", f"acte {n}") for n in range(120)]
    dmp.do(lambda: note_access(session.db, dmp.patient, *lines))
    page = sites.space().get("/acces")
    assert ("acte 119" in page.text, "acte 19" in page.text) == (True, False)


# --- representatives


def test_a_parent_opens_the_record_of_a_child_within_the_rules(dmp: Dmp, sites: Sites) -> None:
    child = dmp.named("bernard-hugo")
    normal, scheme = ("N", "2.16.840.1.113883.5.25"), "1.2.250.1.213.1.1.4.13"
    for title, codes in (
        ("Pour tous", [normal]),
        ("Sans ses parents", [normal, ("INVISIBLE_REPRESENTANTS_LEGAUX", scheme)]),
        ("Sans patient", [normal, ("INVISIBLE_PATIENT", scheme)]),
    ):
        document = dmp.document(title=title, codes={"confidentiality": codes})
        document.patient = child
        document.content = document.content.replace(dmp.patient.encode(), child.encode())
        assert status_of(dmp.feed(document, vihf=dmp.indirect(patient=child))).endswith("Success")
    browser = sites.space("bernard-elodie")
    page = browser.get("/documents")
    assert "Vous êtes dans le dossier de Hugo BERNARD" in page.text
    assert ("Pour tous" in page.text, "Sans ses parents" in page.text, "Sans patient" in page.text) == (
        True,
        False,
        False,
    )
    assert "sans ses parents" not in browser.get("/acces").text.casefold()
    browser.get(_first(browser.get("/documents")))
    assert "Élodie BERNARD a lu un document" in browser.get("/acces").text


def test_a_parent_changes_record_and_opens_no_strangers(sites: Sites) -> None:
    browser = sites.space("bernard-elodie")
    assert "Alba BERNARD" in browser.post("/profil/ouvrir", profil="bernard-alba").text
    page = browser.post("/profil/ouvrir", profil="martin-claire")
    assert "Claire MARTIN" not in page.text
    assert "Alba BERNARD" in page.text


def test_a_child_who_came_of_age_is_no_longer_represented(dmp: Dmp, sites: Sites) -> None:
    browser = sites.space("nessi-ruth")
    assert "Michelangelo" in browser.get("/profil").text
    dmp.tenant.move(days=2 * 366)
    assert "Michelangelo" not in browser.get("/profil").text


# --- agenda, applications, the rest


def test_something_is_always_to_come_wherever_the_clock_stands(dmp: Dmp, sites: Sites) -> None:
    browser = sites.space()
    for _ in range(3):
        assert browser.get("/agenda").text.count("Renouvellement de votre ordonnance") == 3
        dmp.tenant.move(days=200)


def test_the_agenda_holds_planned_and_own_entries(sites: Sites) -> None:
    browser = sites.space()
    assert "Vaccination contre la grippe" in browser.get("/agenda").text
    page = browser.post("/agenda", titre="Kiné <b>", jour="2099-01-02", heure="10:30", lieu="Ici")
    assert "Kiné <b>" in page.text
    assert "Kiné <b>" not in page.html
    (path,) = [str(form.get("action")) for form in page.tree.iter("form") if "supprimer" in str(form.get("action"))]  # type: ignore[union-attr]
    assert "Kiné" not in browser.post("/" + path.split("/", 3)[3]).text
    assert browser.post("/agenda/prevu-2026-12-08T10:30/supprimer").status == 200
    assert "Renouvellement de votre ordonnance" in browser.get("/agenda").text


@pytest.mark.parametrize("fields", [{"titre": "", "jour": "2027-01-01"}, {"titre": "x", "jour": "demain"}])
def test_an_entry_without_title_or_time_is_refused(dmp: Dmp, sites: Sites, fields: dict[str, str]) -> None:
    browser = sites.space()
    browser.get("/agenda")
    assert browser.post("/agenda", heure="10:00", **fields).status == 422
    assert dmp.findings() == ["DMP-REFUS"]


def test_an_application_is_let_in_and_out(sites: Sites) -> None:
    browser = sites.space()
    assert browser.get("/applications").text.count("Aucun accord") == 3
    page = browser.post("/applications", application="carnet-tension", accord="oui")
    assert (page.text.count("Aucun accord"), "Accord donné le" in page.text) == (2, True)
    assert browser.post("/applications", application="carnet-tension", accord="non").text.count("Aucun accord") == 3
    assert "a retiré son accord à l'application « Carnet de tension »" in browser.get("/acces").text


def test_messages_name_the_mailbox_of_the_patient(dmp: Dmp, sites: Sites) -> None:
    assert f"{dmp.patient}@patient.mssante.fr" in sites.space().get("/messages").text


def test_without_the_mail_service_messages_say_what_to_do(dmp: Dmp, sites: Sites) -> None:
    browser = sites.space()
    for path in ("/messages", "/messages/r1-1", "/messages/ecrire", "/messages/r1-1/pieces/2"):
        page = browser.get(path)
        assert (page.status, "Votre messagerie ne répond pas" in page.text) == (503, True)
        assert "Démarrez MSSanté avec le DMP" in page.text
        assert dmp.findings() == ["DMP-REFUS"]
    assert browser.get("/documents").status == 200


def test_an_unknown_address_and_an_armed_fault_are_pages(dmp: Dmp, sites: Sites) -> None:
    browser = sites.space()
    page = browser.get("/nulle-part")
    assert (page.status, "Cette adresse n'existe pas" in page.text) == (404, True)
    assert dmp.findings() == ["SANDBOX-CHEMIN"]
    assert page.response.headers["content-security-policy"].startswith("default-src 'none'")
    large = browser.client.post(f"{browser.root}/documents/ajouter", content=b"x" * (33 * 1024 * 1024))
    assert large.headers["content-type"].startswith("text/html")
