"""Every ``lgo`` command when the sandbox is down: which address, what was expected, how to start it."""

from __future__ import annotations

import json
import re
import socket
import ssl
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import typer
from typer.testing import CliRunner

from lgo_client.cli import app
from lgo_client.mss.errors import MssUnavailable, NotLoggedIn, in_french
from lgo_client.unanswered import START, said_of, unanswered, why
from lgo_sandbox.control.ready import people_document
from lgo_sandbox.pki import Pki
from lgo_sandbox.pki.holders import organisation_holder
from lgo_sandbox.population.people import population

TRAITS = ["ADRTROIS", "TOUSSAINT", "--sexe", "M", "--naissance", "1960-01-01"]
PATIENT, DOCUMENT, NUMBER, MAILBOX = "martin-claire", "1.2.3", "1", "a@b.mssante.fr"
ASKING = {
    "demo": ["--once"],
    "login": ["--ciba", "899900012347"],
    "insi traits": TRAITS,
    "insi vitale": ["160013155530645", "--naissance", "1960-01-01"],
    "insi verifier": ["160013155530645", *TRAITS],
    "identite qualifier": TRAITS,
    "dmp lister": [PATIENT],
    "dmp consulter": [PATIENT, DOCUMENT],
    "dmp masquer": [PATIENT, DOCUMENT],
    "dmp demasquer": [PATIENT, DOCUMENT],
    "dmp rendre-visible": [PATIENT, DOCUMENT],
    "dmp archiver": [PATIENT, DOCUMENT],
    "dmp desarchiver": [PATIENT, DOCUMENT],
    "dmp supprimer": [PATIENT, DOCUMENT],
    "dmp synchroniser": [PATIENT],
    "dmp existence": [PATIENT],
    "dmp donnees": [PATIENT],
    "dmp autorisations": [PATIENT],
    "dmp patients": [],
    "dmp rechercher-patient": ["MARTIN"],
    "dmp web": [PATIENT],
    "dmp scenario": ["A"],
    "dmp autorisation ajouter": [PATIENT],
    "dmp autorisation supprimer": [PATIENT],
    "mss relever": [],
    "mss annuaire chercher": ["MARTIN"],
    "mss annuaire charger": [],
    "mss annuaire delta": [],
    "mss correspondant liste": [],
    "mss correspondant envoyer": ["hopital", "historique", PATIENT],
    "mss correspondant corpus": [PATIENT],
    "mss scenario": ["B"],
}
"""What asks a service at once: it ends with 2."""
QUEUED = {
    "dmp alimenter": [PATIENT],
    "mss ecrire": [MAILBOX, "--objet", "x", "--texte", "x"],
}
"""What waits in a queue when nobody answers: it ends with 1."""
WITHOUT_ASKING = {
    *("proxy", "identite statuts", "dmp choix", "mss messages", "mss documents", "mss envois", "mss refus"),
    *("dmp file relancer", "dmp file retirer", "mss file relancer", "mss file retirer"),
    *("mss quarantaine rattacher", "mss quarantaine ecarter", "mss carnet ajouter", "mss carnet oublier"),
    # what they ask for is looked for on the workstation first, which has nothing
    *("mss lire", "mss repondre", "mss accuser", "mss ouvrir", "mss remplacer", "mss supprimer"),
    # as those of QUEUED, whose way they go
    *("dmp remplacer", "dmp envoyer", "mss envoyer", "mss file envoyer"),
}
SYSTEM_WORDS = re.compile(r"Errno|refused|ConnectError|Traceback|timed out", re.IGNORECASE)


@pytest.fixture(scope="module")
def ready(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The connection document of a sandbox that was stopped since: nobody listens at any of its addresses."""
    folder = tmp_path_factory.mktemp("stopped")
    pki = Pki.open(folder / "pki")
    issued = pki.issue("org-auth", holder=organisation_holder(population().structure("officine")))
    files = {"cert": str(issued.chain), "chain": str(issued.chain), "key": str(issued.key)}
    held = socket.socket()  # bound and never listened on: nobody answers there, and nobody else is given the port
    held.bind(("127.0.0.1", 0))
    address = f"127.0.0.1:{held.getsockname()[1]}"
    cards = (f"cps-{who}-{use}" for who in ("titulaire", "generaliste") for use in ("auth", "sign"))
    names = ("org-auth", "org-sign", "psc-client", "mss-app", *cards)
    services = ("psc", "psc_wallet", "insi", "dmp", "eprescription", "annuaire")
    document: dict[str, Any] = {
        "session": "default",
        "control": f"http://{address}",
        "services": {name: {"https": f"https://{address}", "http": f"http://{address}"} for name in services},
        "smtp": address,
        "imap": address,
        "ca": str(pki.ca_bundle),
        "certificates": dict.fromkeys(names, files),
        "oidc_clients": [
            {"client_id": one, "redirect_uris": ["http://x"]} for one in ("lgo-demo", "prescripteur-demo")
        ],
        "idam": "LGOSANDBOX01",
        "nil": "SANDBOX000001",
        "annuaire_api_key": "x",
        **people_document(population()),
    }
    path = folder / "ready.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    yield path
    held.close()


def commands(group: Any, path: tuple[str, ...] = ()) -> Iterator[str]:
    below = getattr(group, "commands", {})
    if not below:
        yield " ".join(path)
    for name, one in below.items():
        yield from commands(one, (*path, name))


def test_every_command_is_here() -> None:
    assert sorted(commands(typer.main.get_command(app))) == sorted([*ASKING, *QUEUED, *WITHOUT_ASKING])


def said(ready: Path, command: str, arguments: list[str], code: int) -> str:
    result = CliRunner().invoke(app, [*command.split(), *arguments, "--ready", str(ready)])
    text = re.sub(r"\s+", " ", result.output)
    assert result.exit_code == code, text
    assert SYSTEM_WORDS.search(text) is None, text
    return text


@pytest.mark.parametrize("command", ASKING)
def test_a_command_says_that_nobody_answers_and_how_to_start_a_sandbox(
    command: str, ready: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    document = json.loads(ready.read_text(encoding="utf-8"))
    text = said(ready, command, ASKING[command], 2)
    assert re.search(rf"://{document['smtp']}\S* ne répond pas \(connexion refusée\) : attendu", text), text
    assert "un bac à sable en marche" in text
    assert START in text


@pytest.mark.parametrize("command", QUEUED)
def test_what_waits_in_a_queue_says_so_and_how_to_start_a_sandbox(
    command: str, ready: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    document = json.loads(ready.read_text(encoding="utf-8"))
    text = said(ready, command, QUEUED[command], 1)
    assert f"{document['smtp']} (connexion refusée)" in text
    assert "la file attend" in text
    assert START in text


@pytest.mark.parametrize(
    ("cause", "reason"),
    [
        (ConnectionRefusedError(111, "Connection refused"), "connexion refusée"),
        (ConnectionResetError(104, "Connection reset by peer"), "connexion impossible"),
        (TimeoutError("timed out"), "délai dépassé"),
        (socket.gaierror(-2, "Name or service not known"), "nom de machine inconnu"),
        (ssl.SSLCertVerificationError("certificate verify failed"), "certificat du serveur refusé"),
        (ssl.SSLError("tlsv1 alert"), "TLS refusé"),
    ],
    ids=["refused", "reset", "timeout", "unknown host", "certificate", "tls"],
)
def test_what_the_system_says_is_told_in_french(cause: Exception, reason: str) -> None:
    error = httpx.ConnectError("in English")
    error.__cause__ = cause
    assert why(error) == reason
    assert unanswered(error) == said_of("le service", error)


def test_an_answer_that_is_cut_or_an_error_of_another_kind_is_told_apart() -> None:
    assert why(httpx.ReadError("")) == "connexion coupée"
    assert why(httpx.ReadTimeout("")) == "délai dépassé"
    assert unanswered(ValueError("x")) == ""


def test_an_operator_that_answered_once_is_not_said_to_be_down() -> None:
    assert in_french(MssUnavailable("connexion coupée")) == "l'opérateur ne répond pas (connexion coupée)"
    away = MssUnavailable("connexion refusée", address="smtp://127.0.0.1:1")
    assert in_french(away) == "l'opérateur ne répond pas à smtp://127.0.0.1:1 (connexion refusée)"
    assert in_french(NotLoggedIn("fermé")) == "pas de jeton de Pro Santé Connect (fermé)"
