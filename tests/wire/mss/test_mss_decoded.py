"""What people are shown of an exchange: every kind of facts that no rule reads is told here."""

from __future__ import annotations

from support.mail_client import Mailer
from support.mail_documents import documents
from support.mss_operator import MailTenant
from support.mss_people import CLOSED_CITIZEN, GENERALISTE, MAIL, TITULAIRE

from mss_mock.decoding import decode


def _shown(tenant: MailTenant, operation: str) -> dict[str, str]:
    decoded = decode(tenant.exchanges(operation)[-1])
    return dict((*decoded.request, *decoded.response))


def test_a_mail_shows_its_people_its_subject_and_what_became_of_it(tenant: MailTenant) -> None:
    with tenant.smtp() as client:
        client.sendmail(TITULAIRE, [GENERALISTE, CLOSED_CITIZEN], MAIL)
    shown = _shown(tenant, "smtp-message")
    assert (shown["Boîte"], shown["Objet"]) == (TITULAIRE, "Bonjour")
    assert (shown[GENERALISTE], shown[CLOSED_CITIZEN]) == ("delivered", "5.2.1")
    assert shown["TLS"].startswith("TLSv1.")
    assert _shown(tenant, "smtp-auth")["Mécanisme"] == "XOAUTH2"


def test_a_mail_of_documents_shows_whose_they_are_or_why_its_archive_cannot_be_read(tenant: MailTenant) -> None:
    with tenant.smtp() as client:
        client.sendmail(TITULAIRE, [GENERALISTE], documents())
        shown = _shown(tenant, "smtp-message")
        client.sendmail(TITULAIRE, [GENERALISTE], documents(b"rien"))
    assert shown["Documents"] == "Compte rendu (11488-4), MARTIN CLAIRE, 30/03/1956, 256036330091838"
    assert "ZIP illisible" in _shown(tenant, "smtp-message")["Archive illisible"]


def test_a_refused_command_shows_its_line_and_its_answer(tenant: MailTenant, mailer: Mailer) -> None:
    mailer.sender().reply(b"MAIL FROM:<x@y>")
    shown = _shown(tenant, "smtp-mail")
    assert shown["Commande"] == "MAIL FROM:<x@y>"
    assert shown["Réponse"].startswith("553 5.7.1 ")


def test_a_command_of_imap_shows_folder_and_target(tenant: MailTenant, mailer: Mailer) -> None:
    tenant.put(TITULAIRE, MAIL)
    mailer.reader(b"SELECT INBOX", b"COPY 1 Archive")
    assert _shown(tenant, "imap-select")["Dossier"] == "INBOX"
    assert _shown(tenant, "imap-copy")["Vers le dossier"] == "Archive"


def test_the_http_door_shows_what_was_asked(tenant: MailTenant, mailer: Mailer) -> None:
    mailer.http("/fhir/v2/Practitioner?family=delorme")
    assert _shown(tenant, "annuaire-search") == {
        "Ressource": "Practitioner",
        "Critères": "family=delorme",
        "Résultats": "1",
    }
    mailer.http("/fhir/v2/Practitioner/003-899700090055")
    assert _shown(tenant, "annuaire-read")["Ressource"] == "Practitioner/003-899700090055"
    tenant.configure(annuaire_size="0")
    mailer.http("/annuaire-sante-webservices/V300/services/extraction/Extraction_Correspondance_MSSante")
    assert int(_shown(tenant, "annuaire-extraction")["Lignes"]) > 10
    mailer.http("/listeblanchemssante.xml")
    assert int(_shown(tenant, "white-list")["Domaines"]) > 1
    mailer.http("/mail/config-v1.1.xml?emailaddress=a@pharmacien.mssante.fr")
    assert _shown(tenant, "autoconfig")["Domaine"] == "pharmacien.mssante.fr"
