"""The Web-PS over real sockets: who gets in, what each path shows, and what the rules of TD0.9 and TD0.10 forbid."""

from __future__ import annotations

import pytest
from support.dmp_door import Dmp
from support.dmp_messages import status_of, unique_ids_of
from support.dmp_pages import Browser, Page, Sites, fill
from support.dmp_services import authorised, dmps, doctor, told
from support.dmp_vihf import Vihf

ROOMS = (
    "DossierPatient",
    "GestionDMPPatient",
    "Documents",
    "ParcoursDeSoins",
    "HistoriqueAcces",
    "VolontesEtDroits",
    "CarnetVaccination",
)
CLOSED, ABSENT, BLOCKED, UNAUTHORISED = "roux-gerard", "fournier-ines", "mercier-alain", "blanc-nathalie"


def _room(room: str, matricule: str) -> str:
    return f"/AccesDirect/{room}/{matricule}"


def _path(page: Page) -> str:
    return "/" + page.path.split("/", 3)[3]


# --- who gets in


def test_without_a_card_a_persona_is_chosen_which_says_that_it_is_simulated(dmp: Dmp, sites: Sites) -> None:
    browser = sites.stranger("dmp_web")
    page = browser.get(_room("Documents", dmp.patient))
    assert page.path.endswith("/AccesDirect/Connexion")
    assert "il est simulé" in page.text
    assert "retour" in str(page.response.url)
    retour = next(str(one.get("value")) for one in page.tree.iter("input") if one.get("name") == "retour")  # type: ignore[union-attr]
    page = browser.post("/AccesDirect/Connexion", persona="titulaire", retour=retour)
    assert page.title == "Documents"
    assert "persona choisie (simulation)" in page.text
    assert "TD0.10" in browser.get("/AccesDirect/Parametrages").text


def test_with_the_card_of_the_connection_the_page_opens_at_once(dmp: Dmp, sites: Sites) -> None:
    browser = sites.desk("adjoint", card=True)
    page = browser.get(_room("DossierPatient", dmp.patient))
    assert page.title == "Dossier"
    assert "Thomas CASTELNAU" in page.text
    assert "par le certificat de la connexion (TD0.9)" in browser.get("/AccesDirect/Parametrages").text


def test_a_revoked_card_opens_nothing(dmp: Dmp, sites: Sites) -> None:
    browser = Browser(dmp, "dmp_web", dmp.issue("cps-auth", "adjoint", "revoked"))
    page = browser.get(_room("DossierPatient", dmp.patient))
    browser.close()
    assert (page.status, page.title) == (403, "Cette carte n'est pas acceptée")
    assert dmp.findings() == ["DMP-REFUS"]
    assert "révoqué" in dmp.exchanges()[0].findings[0].received


def test_a_professional_struck_off_is_refused(dmp: Dmp, sites: Sites) -> None:
    page = sites.desk("radie").get(_room("DossierPatient", dmp.patient))
    assert page.status == 403
    assert dmp.exchanges()[0].findings


@pytest.mark.parametrize("retour", ["https://ailleurs.example/", "//ailleurs.example", "/AccesDirect/\\\\x", "/autre"])
def test_the_log_in_leads_to_no_other_site(sites: Sites, retour: str) -> None:
    browser = sites.stranger("dmp_web")
    browser.get("/AccesDirect/Connexion", retour=retour)
    browser.client.follow_redirects = False
    page = browser.post("/AccesDirect/Connexion", persona="titulaire", retour=retour)
    assert page.response.headers["location"].endswith("/AccesDirect/TableauDeBord")


def test_a_form_of_another_site_changes_nothing(dmp: Dmp, sites: Sites) -> None:
    browser, matricule = sites.desk(), dmp.named(UNAUTHORISED)
    page = browser.post(f"/AccesDirect/Autorisation/{matricule}", csrf="faux", geste="autoriser", accord="oui")
    assert (page.status, page.title) == (403, "Ce formulaire ne vient pas de cette page")
    assert dmp.findings() == ["DMP-REFUS"]


# --- paths and states


@pytest.mark.parametrize("room", ROOMS)
def test_each_path_opens_for_an_authorised_professional(dmp: Dmp, sites: Sites, room: str) -> None:
    fill(dmp)
    browser = sites.desk()
    page = browser.get(_room(room, dmp.patient))
    assert (page.status, bool(page.title)) == (200, True)
    assert "SIMULATION" in page.text
    assert dmp.exchanges()[0].operation == "web-ps"
    assert dmp.findings() == []


@pytest.mark.parametrize("room", ROOMS)
@pytest.mark.parametrize(("patient", "why"), [(CLOSED, "fermé"), (ABSENT, "absent"), (BLOCKED, "bloqué")])
def test_closed_absent_or_blocked_only_the_dashboard_opens(
    dmp: Dmp, sites: Sites, room: str, patient: str, why: str
) -> None:
    matricule = dmp.named(patient)
    browser = sites.desk()
    page = browser.get(_room(room, matricule))
    assert page.status == 403
    assert why in page.title
    assert page.links(f"/AccesDirect/TableauDeBord/{matricule}")
    assert dmp.findings() == ["DMP-REFUS"]
    board = browser.get(_room("TableauDeBord", matricule))
    assert (board.status, why in board.text) == (200, True)


@pytest.mark.parametrize("room", ROOMS)
def test_without_authorisation_each_path_asks_to_confirm(dmp: Dmp, sites: Sites, room: str) -> None:
    matricule = dmp.named(UNAUTHORISED)
    page = sites.desk().get(_room(room, matricule))
    assert (page.status, page.title) == (200, "Le patient est-il d'accord ?")
    assert "Documents de" not in page.text


def test_what_is_confirmed_is_td0_3_and_shows_everywhere_at_once(dmp: Dmp, sites: Sites) -> None:
    matricule = dmp.named(UNAUTHORISED)
    vihf = dmp.direct(patient=matricule)
    browser = sites.desk()
    browser.get(_room("Documents", matricule))
    refused = browser.post(f"/AccesDirect/Autorisation/{matricule}", geste="autoriser", retour="Documents")
    assert (refused.status, refused.title) == (422, "L'accord du patient n'est pas confirmé")
    assert dmp.find(vihf=vihf).fault[0] == "soap:DMPAccessDeniedByRightsService"
    browser.get(_room("Documents", matricule))
    page = browser.post(f"/AccesDirect/Autorisation/{matricule}", geste="autoriser", accord="oui", retour="Documents")
    assert page.title == "Documents"
    assert dmp.find(vihf=vihf).status == 200
    assert vihf.who.national_id in told(authorised(dmp, "ACTIVE", vihf), "nationalId")
    assert matricule in told(dmps(dmp), "nationalId")
    space = sites.space(UNAUTHORISED)
    assert "Hélène VALMONT a enregistré son autorisation d'accès" in space.get("/acces").text
    browser.get(_room("TableauDeBord", matricule))
    browser.post(f"/AccesDirect/Autorisation/{matricule}", geste="retirer")
    assert dmp.find(vihf=vihf).fault[0] == "soap:DMPAccessDeniedByRightsService"


def test_in_an_emergency_the_file_opens_unless_the_patient_opposed_it(dmp: Dmp, sites: Sites) -> None:
    matricule = dmp.named(UNAUTHORISED)
    browser = sites.desk()
    browser.get(_room("Documents", matricule))
    page = browser.post(f"/AccesDirect/Autorisation/{matricule}", geste="bris_de_glace", retour="Documents")
    assert (page.title, "accès : bris de glace" in page.text) == ("Documents", True)
    assert "accès en bris de glace" in sites.space(UNAUTHORISED).get("/acces").text
    dmp.set_dmp(matricule, breaking_opposed=True)
    refused = browser.get(_room("Documents", matricule))
    assert refused.status == 403
    assert dmp.findings() == ["DMP-REFUS"]
    assert dmp.exchanges()[0].findings[0].received == "patient opposé au bris de glace"


def test_an_unknown_ins_is_told_with_the_way_back(dmp: Dmp, sites: Sites) -> None:
    page = sites.desk().get(_room("Documents", "999999999999999"))
    assert (page.status, page.title) == (404, "Ce matricule INS n'est pas connu")
    assert dmp.findings() == ["DMP-REFUS"]


def test_the_dashboard_lists_the_files_and_finds_one_by_its_ins(dmp: Dmp, sites: Sites) -> None:
    browser = sites.desk()
    assert "Claire MARTIN" in browser.get("/AccesDirect/TableauDeBord").text
    assert "DMP fermé" in browser.get("/AccesDirect/TableauDeBord", ins=dmp.named(CLOSED)).text


# --- a CPE


def test_a_cpe_sees_the_patients_data_and_the_emergency_rights_only(dmp: Dmp, sites: Sites) -> None:
    place = dmp.people.structure("cabinet").id_nat
    dmp.set_dmp(authorisations={place: "VALIDE"})
    browser = sites.desk("secretaire")
    for room in ROOMS:
        page = browser.get(_room(room, dmp.patient))
        expected = 200 if room in ("GestionDMPPatient", "VolontesEtDroits") else 403
        assert (room, page.status) == (room, expected)
    assert "Droits en urgence" in browser.get(_room("VolontesEtDroits", dmp.patient)).text
    assert "Volontés du patient" not in browser.get(_room("VolontesEtDroits", dmp.patient)).text


def test_what_a_cpe_confirms_holds_for_its_structure(dmp: Dmp, sites: Sites) -> None:
    browser = sites.desk("secretaire")
    browser.get(_room("GestionDMPPatient", dmp.named(UNAUTHORISED)))
    path = f"/AccesDirect/Autorisation/{dmp.named(UNAUTHORISED)}"
    page = browser.post(path, geste="autoriser", accord="oui", retour="GestionDMPPatient")
    assert page.title == "Données du patient"
    held = dmp.control("patients", tail=dmp.named(UNAUTHORISED))["authorisations"]
    assert held[dmp.people.structure("cabinet").id_nat] == "VALIDE"


# --- documents


def test_the_page_that_a_software_opens_is_told_apart_from_one_that_the_site_leads_to(dmp: Dmp, sites: Sites) -> None:
    dmp.mark("identité qualifiée")
    browser = sites.desk(card=True)
    browser.get(_room("TableauDeBord", dmp.patient))
    assert "DMP-WEBPS" in dmp.kept()
    second = dmp.named("durand-paul-1")
    dmp.mark("identité récupérée", second)
    browser.client.get(browser.root + _room("DossierPatient", second), headers={"Sec-Fetch-Site": "same-origin"})
    assert dmp.findings() == []
    browser.get(_room("DossierPatient", second))
    assert dmp.findings() == ["DMP-WEBPS"]


def test_the_file_shows_the_last_five_documents(dmp: Dmp, sites: Sites) -> None:
    fill(dmp)
    for day in range(1, 4):
        dmp.feed(dmp.document(title=f"Ancien {day}", slots={"serviceStartTime": f"2020010{day}"}))
    page = sites.desk("adjoint").get(_room("DossierPatient", dmp.patient))
    assert ("Ancien 3" in page.text, "Ancien 2" in page.text) == (True, False)
    assert "Tous les documents (7)" in page.text


def test_documents_are_searched_by_text_type_and_date(dmp: Dmp, sites: Sites) -> None:
    fill(dmp)
    browser = sites.desk()
    for parameters, count in (
        ({"q": "grippe"}, "1 document sur 4"),
        ({"q": "GRIPPE vacc"}, "1 document sur 4"),
        ({"type": "11488-4"}, "1 document sur 4"),
        ({"du": "2026-05-01", "au": "2026-06-30"}, "2 documents sur 4"),
        ({"q": "rien de tel"}, "0 document sur 4"),
    ):
        assert count in browser.get(_room("Documents", dmp.patient), **parameters).text


def test_a_type_that_the_officine_may_not_read_is_not_shown(dmp: Dmp, sites: Sites) -> None:
    kind = {"type": [("83901-9", "2.16.840.1.113883.6.1")], "class": [("11", "1.2.250.1.213.1.1.4.1")]}
    assert status_of(dmp.feed(dmp.document(title="Bilan psy", codes=kind))).endswith("Success")
    assert "Bilan psy" not in sites.desk().get(_room("Documents", dmp.patient)).text
    assert "Bilan psy" in sites.desk("generaliste").get(_room("Documents", dmp.patient)).text


def test_what_is_masked_is_seen_by_its_author_and_the_medecin_traitant_only(dmp: Dmp, sites: Sites) -> None:
    dmp.feed(dmp.document(title="Bilan de mai"))
    browser = sites.desk()
    page = _only_document(browser, dmp.patient)
    assert "Masquer aux professionnels" in page.text
    page = browser.post(_path(page), geste="masquer")
    assert "masqué aux professionnels" in page.text
    assert unique_ids_of(dmp.find(vihf=dmp.direct("adjoint"))) == []
    assert "Bilan de mai" not in sites.desk("adjoint").get(_room("Documents", dmp.patient)).text
    assert "Bilan de mai" in sites.desk("generaliste").get(_room("Documents", dmp.patient)).text
    page = browser.post(_path(page), geste="demasquer")
    assert len(unique_ids_of(dmp.find(vihf=dmp.direct("adjoint")))) == 1


def _only_document(browser: Browser, matricule: str) -> Page:
    page = browser.get(_room("Documents", matricule))
    (link,) = [one for one in page.links("/AccesDirect/Documents/") if len(one.rpartition("/")[2]) == 36]
    return browser.get(_room("Documents", matricule) + "/" + link.rpartition("/")[2])


def test_a_document_is_archived_taken_out_and_deleted(dmp: Dmp, sites: Sites) -> None:
    dmp.feed(dmp.document(title="Bilan de mai"))
    browser = sites.desk()
    page = _only_document(browser, dmp.patient)
    page = browser.post(_path(page), geste="archiver")
    assert "archivé" in page.text
    assert unique_ids_of(dmp.find()) == []
    assert "Bilan de mai" not in browser.get(_room("Documents", dmp.patient)).text
    assert "Bilan de mai" in browser.get(_room("Documents", dmp.patient), archives="oui").text
    browser.page = page
    page = browser.post(_path(page), geste="desarchiver")
    assert len(unique_ids_of(dmp.find())) == 1
    browser.post(_path(page), geste="supprimer")
    assert "Aucun document à votre portée" in browser.get(_room("Documents", dmp.patient)).text
    assert "Hélène VALMONT a supprimé un document" in sites.space().get("/acces").text


def test_anothers_document_is_neither_deleted_nor_offered_to_be(dmp: Dmp, sites: Sites) -> None:
    dmp.feed(dmp.document())
    browser = sites.desk("adjoint")
    page = _only_document(browser, dmp.patient)
    assert "Supprimer" not in page.text
    assert browser.post(_path(page), geste="supprimer").status == 403
    assert dmp.findings() == ["DMP-REFUS"]
    assert len(unique_ids_of(dmp.find())) == 1


def test_vaccinations_and_the_course_of_care_are_read_in_the_documents(dmp: Dmp, sites: Sites) -> None:
    fill(dmp)
    browser = sites.desk()
    page = browser.get(_room("CarnetVaccination", dmp.patient))
    assert ("Vaccination contre la grippe" in page.text, "Hémoglobine" in page.text) == (True, False)
    page = browser.get(_room("ParcoursDeSoins", dmp.patient))
    assert page.text.index("Vaccination contre la grippe") < page.text.index("Consultation de diabétologie")


# --- history


def test_the_medecin_traitant_sees_all_accesses_others_their_own(dmp: Dmp, sites: Sites) -> None:
    dmp.feed(dmp.document(title="Bilan de mai"))
    dmp.find(vihf=dmp.direct("adjoint"))
    others = sites.desk().get(_room("HistoriqueAcces", dmp.patient))
    assert ("Hélène VALMONT" in _main(others), "Thomas CASTELNAU" in _main(others)) == (True, False)
    everything = sites.desk("generaliste").get(_room("HistoriqueAcces", dmp.patient))
    assert ("Hélène VALMONT" in _main(everything), "Thomas CASTELNAU" in _main(everything)) == (True, True)
    assert "Tous les accès" in everything.text


def _main(page: Page) -> str:
    assert page.tree is not None
    return " ".join(" ".join(page.tree.find(".//main").itertext()).split())  # type: ignore[union-attr]


def test_turning_pages_is_one_access_and_reading_one_each(dmp: Dmp, sites: Sites) -> None:
    dmp.feed(dmp.document(title="Bilan de mai"))
    browser = sites.desk()
    _only_document(browser, dmp.patient)
    browser.get(_room("DossierPatient", dmp.patient))
    browser.get(_room("Documents", dmp.patient))
    history = sites.space().get("/acces").text
    assert history.count("a consulté la liste des documents") == 1
    assert history.count("a lu un document : « Bilan de mai »") == 1
    assert "depuis le site des professionnels" in history


def test_reading_on_the_page_is_the_last_act_that_td0_4_tells(dmp: Dmp, sites: Sites) -> None:
    sites.desk().get(_room("Documents", dmp.patient))
    today = dmp.do(lambda: dmp.session.clock.age().strftime("%Y%m%d"))
    acted = told(authorised(dmp, "ACTIVE", dmp.direct("adjoint")), "lastActionDate")
    assert any(at.startswith(today) for at in acted)


def test_a_patients_own_wills_are_read_by_the_doctor(dmp: Dmp, sites: Sites) -> None:
    space = sites.space()
    space.get("/documents/ajouter")
    files = {"fichier": ("a.pdf", b"%PDF-1.4", "application/pdf")}
    space.post("/documents/ajouter", files=files, titre="Mes directives", type="EXPPAT_3")
    vihf: Vihf = doctor(dmp)
    assert len(unique_ids_of(dmp.find(vihf=vihf))) == 1
    assert "Mes directives" in sites.desk("generaliste").get(_room("VolontesEtDroits", dmp.patient)).text
    assert "Mes directives" not in sites.desk().get(_room("VolontesEtDroits", dmp.patient)).text


def test_the_dashboard_says_which_file_is_closed_and_what_the_civil_status_does_not_know(sites: Sites) -> None:
    page = sites.desk("titulaire").get("/AccesDirect/TableauDeBord")
    assert page.tree is not None
    rows = {"".join(row.itertext()) for row in page.tree.iterfind(".//tbody/tr")}
    (closed,) = [row for row in rows if "Gerard ROUX" in row]
    (lunar,) = [row for row in rows if "Fatimata DIALLO" in row]
    assert "dossier fermé" in closed
    assert "née en 1951 (état civil : 1951-20-00)" in lunar
    assert sum("dossier fermé" in row for row in rows) == 1


def test_the_rights_name_the_medecin_traitant(dmp: Dmp, sites: Sites) -> None:
    page = sites.desk("titulaire").get(f"/AccesDirect/VolontesEtDroits/{dmp.patient}")
    assert page.tree is not None
    (marked,) = [row for row in page.tree.iterfind(".//tbody/tr") if "médecin traitant" in "".join(row.itertext())]
    assert "Isabelle DELORME" in "".join(marked.itertext())
