"""``lgo mss correspondant`` against a running operator and its control API: what is shown, what is refused and how."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from support.mss_desk import connection
from support.mss_operator import MailOperator, MailTenant
from support.mss_people import OFFICINE, TITULAIRE
from typer.testing import CliRunner

from lgo_client import cli_dmp_desk
from lgo_client.cli import app
from lgo_sandbox.control.app import create_app
from lgo_sandbox.gate.serving import HttpListener, bind

RUN = CliRunner()
WIDE = 260
Lgo = Callable[..., str]


@pytest.fixture(scope="module")
def control(operator: MailOperator) -> Iterator[str]:
    sock = bind("127.0.0.1", 0)
    listener = operator.runner.wait(HttpListener.open(create_app(operator.runner.launcher), sock))
    yield f"http://127.0.0.1:{sock.getsockname()[1]}"
    operator.runner.wait(listener.close())


@pytest.fixture
def lgo(tenant: MailTenant, control: str, tmp_path: Path) -> Lgo:
    ready = tmp_path / "ready.json"
    ready.write_text(json.dumps({**connection(tenant), "control": control}), encoding="utf-8")

    def run(*arguments: str, code: int = 0) -> str:
        cli_dmp_desk.console.width = WIDE
        result = RUN.invoke(app, ["mss", "correspondant", *arguments, "--ready", str(ready)])
        assert isinstance(result.exception, SystemExit | None), result.output
        said = re.sub(r"\s+", " ", result.output)
        assert result.exit_code == code, said
        return said

    return run


def test_correspondents_are_shown_with_their_acts(lgo: Lgo) -> None:
    said = lgo("liste")
    assert "4 correspondants" in said
    assert "contact_auto@ch-valfontaine.mssante.fr" in said
    assert "Documents historiques, plusieurs dans une archive" in said


def test_a_document_a_new_version_and_a_withdrawal_are_sent_and_kept(lgo: Lgo, tenant: MailTenant) -> None:
    said = lgo("envoyer", "hopital", "lettre-de-liaison", "martin-claire", "--a", OFFICINE, "--accuse", "dsn")
    assert f"MARTIN CLAIRE 12/03/1956 », à {OFFICINE} : remis document 2.25." in said
    assert "version 2" in lgo("envoyer", "hopital", "nouvelle-version", "martin-claire", "--sans-accuse")
    assert "Document supprimé" in lgo("envoyer", "hopital", "suppression", "martin-claire")
    assert len(tenant.inbox(OFFICINE)) == 3
    shown = lgo("liste", "hopital")
    assert "3 envois" in shown
    assert shown.count("remis") == 3


def test_a_critical_result_is_told_as_soon_as_it_is_received(lgo: Lgo, tenant: MailTenant, tmp_path: Path) -> None:
    lgo("envoyer", "laboratoire", "biologie-critique", "martin-claire", "--sans-accuse")
    env = {"LGO_DOSSIER": str(tmp_path / "poste"), "LGO_MSS_JETON": tenant.token()}
    said = RUN.invoke(app, ["mss", "relever", "--ready", str(tmp_path / "ready.json")], env=env).output
    assert "classé (patient 256036330091838) – résultat critique, à voir aussitôt" in re.sub(r"\s+", " ", said)


def test_what_is_for_later_says_when(lgo: Lgo, tenant: MailTenant) -> None:
    assert f"à {TITULAIRE} : prévu le " in lgo("envoyer", "imagerie", "imagerie", "martin-claire", "--delai", "60")
    assert tenant.inbox(TITULAIRE) == []
    tenant.move(hours=1)
    assert len(tenant.inbox(TITULAIRE)) == 1


def test_the_corpus_is_shown_and_put_in_a_mailbox(lgo: Lgo, tenant: MailTenant) -> None:
    assert "14 mails" in lgo("corpus")
    assert tenant.inbox(TITULAIRE) == []
    said = lgo("corpus", "martin-claire", "--cas", "question", "--cas", "patient-inconnu")
    assert "quarantaine (902)" in said
    assert len(tenant.inbox(TITULAIRE)) == 2


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("envoyer", "dentiste", "vsm", "martin-claire"), "aucun correspondant « dentiste » ; attendu : generaliste"),
        (("envoyer", "generaliste", "imagerie", "martin-claire"), "attendu : un acte de « generaliste » parmi"),
        (("envoyer", "generaliste", "vsm", "personne"), "patient : « personne » n'est celui de personne"),
        (("envoyer", "generaliste", "suppression", "martin-claire"), "Envoyez d'abord le document"),
        (("envoyer", "generaliste", "vsm", "martin-claire", "--delai", "1", "--le", "x"), "--delai et --le ensemble"),
        (("corpus", "martin-claire", "--accuse", "mdn", "--sans-accuse"), "--accuse et --sans-accuse ensemble"),
        (("corpus", "martin-claire", "--cas", "n2"), "attendu : une liste de n1"),
    ],
)
def test_what_is_refused_is_said_in_the_words_of_the_sandbox(lgo: Lgo, arguments: tuple[str, ...], words: str) -> None:
    said = lgo(*arguments, code=1)
    assert words in said
    assert "Traceback" not in said
