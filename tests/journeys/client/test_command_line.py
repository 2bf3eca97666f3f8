"""``lgo`` when things go wrong: one sentence in French and an exit code, never a trace."""

from __future__ import annotations

import json
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from lgo_client.cli import app
from lgo_sandbox.control.ready import people_document
from lgo_sandbox.pki import Pki
from lgo_sandbox.pki.holders import organisation_holder
from lgo_sandbox.population.people import population

RUN = CliRunner()
TRAITS = ["ADRTROIS", "TOUSSAINT", "--sexe", "M", "--naissance", "1960-01-01"]


@pytest.fixture(scope="module")
def document(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    """The connection document of a sandbox that was stopped since."""
    pki = Pki.open(tmp_path_factory.mktemp("stopped") / "pki")
    issued = pki.issue("org-auth", holder=organisation_holder(population().structure("officine")))
    with socket.socket() as held:  # bound and never listened on: nobody answers there, nobody else is given the port
        held.bind(("127.0.0.1", 0))
        yield {
            "services": {"insi": {"https": f"https://127.0.0.1:{held.getsockname()[1]}"}},
            "ca": str(pki.ca_bundle),
            "certificates": {"org-auth": files(issued)},
            "idam": "LGOSANDBOX01",
            **people_document(population()),
        }


def files(issued: Any) -> dict[str, str]:
    return {"chain": str(issued.chain), "key": str(issued.key)}


def lgo(*arguments: str, ready: Any, tmp_path: Path) -> Result:
    path = tmp_path / "ready.json"
    path.write_text(ready if isinstance(ready, str) else json.dumps(ready), encoding="utf-8")
    return RUN.invoke(app, [*arguments, "--ready", str(path)])


def told(result: Result, code: int, *texts: str) -> None:
    said = re.sub(r"\s+", " ", result.output)
    assert result.exit_code == code, said
    assert isinstance(result.exception, SystemExit)
    assert "Traceback" not in said
    assert [text for text in texts if text not in said] == [], said


def test_a_stopped_sandbox_is_told_with_its_address(document: dict[str, Any], tmp_path: Path) -> None:
    address = document["services"]["insi"]["https"]
    for command in (["insi", "traits", *TRAITS], ["identite", "qualifier", *TRAITS]):
        told(lgo(*command, ready=document, tmp_path=tmp_path), 2, f"{address}/lps", "ne répond pas", "lgo-sandbox up")


@pytest.mark.parametrize(
    ("ready", "text"),
    [
        ("{", "n'est pas un fichier de connexion lisible"),
        ({}, "n'a pas « structures »"),
        ({**people_document(population()), "idam": "X"}, "n'a pas « certificates/org-auth »"),
    ],
    ids=["not JSON", "empty", "without certificate"],
)
def test_a_document_that_lacks_something_is_told(ready: Any, text: str, tmp_path: Path) -> None:
    told(lgo("insi", "traits", *TRAITS, ready=ready, tmp_path=tmp_path), 2, text)


def test_a_folder_or_nothing_is_no_document(tmp_path: Path) -> None:
    told(RUN.invoke(app, ["insi", "traits", *TRAITS, "--ready", str(tmp_path)]), 2, "n'est pas un fichier de connexion")
    told(RUN.invoke(app, ["login", "--ready", str(tmp_path / "no.json")]), 2, "n'existe pas", "lgo-sandbox up")


def test_a_certificate_that_is_no_file_is_told(document: dict[str, Any], tmp_path: Path) -> None:
    lost = {**document, "certificates": {"org-auth": {"cert": str(tmp_path / "a.pem"), "key": str(tmp_path / "b.key")}}}
    told(lgo("insi", "traits", *TRAITS, ready=lost, tmp_path=tmp_path), 2, "fichier ou connexion inutilisable")


@pytest.mark.parametrize("command", [["insi", "traits"], ["identite", "qualifier"]])
def test_a_search_without_a_first_name_is_a_wrong_use(
    document: dict[str, Any], command: list[str], tmp_path: Path
) -> None:
    result = lgo(*command, "ADRTROIS", " ", *TRAITS[2:], ready=document, tmp_path=tmp_path)
    told(result, 2, "au moins un prénom")


def test_an_unknown_mode_is_told_with_those_that_are(document: dict[str, Any], tmp_path: Path) -> None:
    result = lgo("insi", "traits", *TRAITS, "--mode", "x", ready=document, tmp_path=tmp_path)
    told(result, 2, "mode inconnu : x", "certificat, cps, psc")


def test_a_document_of_no_trust_is_refused_before_any_call(document: dict[str, Any], tmp_path: Path) -> None:
    result = lgo(
        "identite", "qualifier", *TRAITS, "--piece", "facture EDF", "--douteuse", ready=document, tmp_path=tmp_path
    )
    told(result, 1, "refus", "douteuse ou fictive")
    assert "identité provisoire" in result.output


def test_the_trace_is_shown_to_whoever_asks_for_it(
    document: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LGO_TRACE", "1")
    result = lgo("insi", "traits", *TRAITS, ready=document, tmp_path=tmp_path)
    assert type(result.exception).__name__ == "ConnectError"


def test_the_command_line_itself_loads_the_client_of_no_service() -> None:
    """Each would cost a tenth of a second or more to whoever only wants the help."""
    heavy = ("lgo_client.dmp", "lgo_client.mss", "lgo_client.psc", "lgo_client.journeys", "signxml", "jose", "fpdf")
    asked = f"import sys, lgo_client.cli; print([one for one in {heavy} if one in sys.modules])"
    done = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
