"""``lgo mss`` against a running operator: what is shown, how each ends, never a trace."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from support.mail_documents import documents
from support.mss_desk import ready_file
from support.mss_operator import MailTenant
from support.mss_people import GENERALISTE, TITULAIRE
from typer.testing import CliRunner

from lgo_client import cli_dmp_desk
from lgo_client.cli import app

RUN = CliRunner()
WIDE = 220
MATRICULE = "256036330091838"


class Command:
    """``lgo mss`` for a persona, in a folder of its own."""

    def __init__(self, tenant: MailTenant, folder: Path) -> None:
        self.tenant, self.folder = tenant, folder
        self.ready = str(ready_file(tenant, folder))

    def __call__(self, *arguments: str, who: str = "titulaire", code: int = 0, token: str = "") -> str:
        cli_dmp_desk.console.width = WIDE
        env = {"LGO_DOSSIER": str(self.folder / who), "LGO_MSS_JETON": token or self.tenant.token(who)}
        by = [] if arguments[0] in ("annuaire", "carnet") else ["--par", who]
        result = RUN.invoke(app, ["mss", *arguments, *by, "--ready", self.ready], env=env)
        assert isinstance(result.exception, SystemExit | None), result.output
        said = re.sub(r"\s+", " ", result.output)
        assert result.exit_code == code, said
        return said


@pytest.fixture
def lgo(tenant: MailTenant, tmp_path: Path) -> Command:
    return Command(tenant, tmp_path)


def test_a_document_is_sent_filed_replied_to_and_acknowledged(lgo: Command) -> None:
    said = lgo("envoyer", "martin-claire", "--a", GENERALISTE, "--au-patient")
    assert said.count(": envoyé") == 2
    said = lgo("relever", who="generaliste")
    assert "message 1, « Bilan" in said
    assert f": classé (patient {MATRICULE})" in said
    assert "Accusé de : " in said
    assert "CDA N1 Bilan partagé de médication" in lgo("documents", "martin-claire", who="generaliste")
    assert "CDA de niveau 1" in lgo("ouvrir", "1", who="generaliste")
    assert "pièce jointe : IHE_XDM.zip" in lgo("lire", "1", who="generaliste")
    assert "RE: Bilan" in lgo("repondre", "1", "--texte", "Merci.", who="generaliste")
    assert "4 messages" in lgo("relever")
    assert "remis, intégré" in lgo("envois")
    assert "Merci." in lgo("lire", "4")


def test_nothing_leaves_for_who_refuses_or_is_not_qualified(lgo: Command, tenant: MailTenant) -> None:
    assert "n'est pas qualifiée" in lgo("envoyer", "martin-claire", "--au-patient", "--identite", "recuperee", code=1)
    assert "refuse" in lgo("refus", "martin-claire", "--patient")
    assert "le patient refuse l'envoi" in lgo("envoyer", "martin-claire", "--au-patient", code=1)
    assert "ne refuse plus" in lgo("refus", MATRICULE, "--patient", "--lever")
    assert "0 message" in lgo("file")
    assert tenant.exchanges("smtp-message") == []


def test_a_mail_that_cannot_be_filed_waits_in_quarantine_for_somebody(lgo: Command, tenant: MailTenant) -> None:
    tenant.put(TITULAIRE, documents(b"PK\x03\x04 pas une archive"))
    assert "quarantaine – archive illisible" in lgo("relever")
    assert "1 message en quarantaine" in lgo("quarantaine", code=1)
    assert "archive illisible" in lgo("quarantaine", "rattacher", "1", "martin-claire", code=1)
    assert "message 1 écarté" in lgo("quarantaine", "ecarter", "1")
    assert "0 message en quarantaine" in lgo("quarantaine")
    assert "n'est pas en quarantaine" in lgo("quarantaine", "ecarter", "1", code=1)


def test_what_cannot_leave_now_waits_in_the_queue(lgo: Command) -> None:
    said = lgo("ecrire", GENERALISTE, "--objet", "Question", "--texte", "Bonjour", token="faux", code=1)
    assert "l'opérateur refuse le jeton ou le certificat" in said
    assert "en attente" in lgo("file")
    assert ": envoyé" in lgo("file", "envoyer")
    assert "aucun message 1 à retirer" in lgo("file", "retirer", "1", code=1)
    assert "aucun message 9 mis de côté" in lgo("file", "relancer", "9", code=1)


def test_an_operator_that_refuses_is_told_in_french(lgo: Command) -> None:
    assert "l'opérateur refuse" in lgo("relever", token="faux", code=1)
    assert "aucun message 7" in lgo("repondre", "7", "--texte", "x", code=1)
    assert "à qui ?" in lgo("envoyer", "martin-claire", code=1)
    assert "n'a été envoyé à personne" in lgo("supprimer", "1.2.3", code=1)


def test_the_directory_is_searched_loaded_and_kept(lgo: Command) -> None:
    lgo.tenant.configure(annuaire_size="0")
    assert GENERALISTE in lgo("annuaire", "chercher", "Delorme")
    assert "0 boîte" in lgo("annuaire", "chercher", "Delorme", "--ici", code=1)
    assert "chargement entier" in lgo("annuaire", "charger")
    assert GENERALISTE in lgo("annuaire", "chercher", "Delorme", "--ici")
    assert "delta : " in lgo("annuaire", "delta")
    assert "gardée" in lgo("carnet", "ajouter", GENERALISTE, "Dr Delorme")
    assert "Dr Delorme" in lgo("carnet")
    assert "oubliée" in lgo("carnet", "oublier", GENERALISTE)
    assert "attendu : une adresse MSSanté" in lgo("carnet", "ajouter", "a@b.fr", "X", code=1)
