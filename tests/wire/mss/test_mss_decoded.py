"""What people are shown of an exchange: every kind of facts that no rule reads is told here."""

from __future__ import annotations

import pytest
from support.mail_dialogues import Mailer

from mss_mock.decoding import decode


@pytest.fixture
def mailer(tenant, connect, monkeypatch) -> Mailer:
    return Mailer(tenant, connect, monkeypatch.setattr)


def _shown(tenant, operation: str) -> dict[str, str]:
    decoded = decode(tenant.exchanges(operation)[-1])
    return dict((*decoded.request, *decoded.response))


def test_a_mail_shows_its_people_its_subject_and_what_became_of_it(tenant, mss):
    with tenant.smtp() as client:
        client.sendmail(mss.TITULAIRE, [mss.GENERALISTE, mss.CLOSED_CITIZEN], mss.MAIL)
    shown = _shown(tenant, "smtp-message")
    assert (shown["Boîte"], shown["Objet"]) == (mss.TITULAIRE, "Bonjour")
    assert (shown[mss.GENERALISTE], shown[mss.CLOSED_CITIZEN]) == ("delivered", "5.2.1")
    assert shown["TLS"].startswith("TLSv1.")
    assert _shown(tenant, "smtp-auth")["Mécanisme"] == "XOAUTH2"


def test_a_refused_command_shows_its_line_and_its_answer(tenant, mailer):
    mailer.sender().reply(b"MAIL FROM:<x@y>")
    shown = _shown(tenant, "smtp-mail")
    assert shown["Commande"] == "MAIL FROM:<x@y>"
    assert shown["Réponse"].startswith("553 5.7.1 ")


def test_a_command_of_imap_shows_folder_and_target(tenant, mailer, mss):
    tenant.put(mss.TITULAIRE, mss.MAIL)
    mailer.reader(b"SELECT INBOX", b"COPY 1 Archive")
    assert _shown(tenant, "imap-select")["Dossier"] == "INBOX"
    assert _shown(tenant, "imap-copy")["Vers le dossier"] == "Archive"


def test_the_http_door_shows_what_was_asked(tenant, mailer):
    mailer.http("/fhir/v2/Practitioner?family=delorme")
    assert _shown(tenant, "annuaire-search") == {
        "Ressource": "Practitioner",
        "Critères": "family=delorme",
        "Résultats": "1",
    }
    mailer.http("/fhir/v2/Practitioner/003-899700090055")
    assert _shown(tenant, "annuaire-read")["Ressource"] == "Practitioner/003-899700090055"
    mailer.http("/listeblanchemssante.xml")
    assert int(_shown(tenant, "white-list")["Domaines"]) > 1
    mailer.http("/mail/config-v1.1.xml?emailaddress=a@pharmacien.mssante.fr")
    assert _shown(tenant, "autoconfig")["Domaine"] == "pharmacien.mssante.fr"
