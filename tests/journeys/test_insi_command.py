"""``lgo insi`` and ``lgo identite`` against a running INSi: what is shown, and how each ends."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.tenants import Runner, running_in_background
from typer.testing import CliRunner, Result

from lgo_client import cli_insi
from lgo_client.cli import app
from lgo_sandbox.control.ready import people_document

RUN = CliRunner()
WIDE = 200
"""Columns of the terminal: whoever imports the commands first fixes what they believe."""
ECETINSI = ["ECETINSI", "PIERRE-ALAIN", "--sexe", "M", "--naissance", "2009-07-14"]


@pytest.fixture(scope="module")
def runner(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Runner]:
    with running_in_background(tmp_path_factory.mktemp("insi-command"), "insi") as runner:
        yield runner


@pytest.fixture
def ready(runner: Runner, tmp_path: Path) -> str:
    tenant = runner.tenant()
    issued = {
        "org-auth": runner.issue("org-auth", session=tenant.name),
        "cps-titulaire-sign": runner.issue("cps-sign", "titulaire", session=tenant.name),
    }
    document = {
        "services": {"insi": {"https": tenant.url("insi")}},
        "ca": str(runner.launcher.sandbox.pki.ca_bundle),
        "certificates": {name: {"chain": str(one.chain), "key": str(one.key)} for name, one in issued.items()},
        "idam": "LGOSANDBOX01",
        **people_document(runner.people),
    }
    path = tmp_path / "ready.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    return str(path)


def lgo(ready: str, *arguments: str) -> tuple[Result, str]:
    cli_insi.console.width = WIDE
    result = RUN.invoke(app, [*arguments, "--ready", ready])
    return result, re.sub(r"\s+", " ", result.output)


@pytest.mark.parametrize("mode", ["certificat", "cps", "psc"])
def test_a_search_shows_the_identity_with_its_former_matricule(ready: str, mode: str) -> None:
    result, said = lgo(ready, "insi", "traits", *ECETINSI, "--mode", mode)
    assert result.exit_code == 0, said
    assert "matricule 109076322083489" in said
    assert "matricule antérieur 209076322083439 (1.2.250.1.213.1.4.8) 2019-03-01 2019-02-28" in said


def test_an_identity_is_qualified_with_a_dated_history(ready: str) -> None:
    result, said = lgo(ready, "identite", "qualifier", *ECETINSI, "--piece", "passeport")
    assert result.exit_code == 0, said
    assert "identité qualifiée" in said
    assert re.search(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z │ INSi a rendu une identité", said)
    assert "haut niveau contrôlée (passeport)" in said
    assert "matricule antérieur 209076322083439" in said


@pytest.mark.parametrize("shown", ["facture EDF", "carte Vitale"])
def test_a_document_of_no_trust_leaves_the_identity_recovered(ready: str, shown: str) -> None:
    result, said = lgo(ready, "identite", "qualifier", *ECETINSI, "--piece", shown)
    assert result.exit_code == 1
    assert f"refus : « {shown} » n'est pas une pièce à haut niveau de confiance" in said
    assert "identité récupérée" in said


def test_a_refusal_of_the_service_is_told_with_its_code(ready: str) -> None:
    result, said = lgo(ready, "insi", "traits", "Ecetinsi", *ECETINSI[1:])
    assert (result.exit_code, "refus insi_simule_nom_naissance" in said) == (1, True)


def test_nobody_is_no_error_of_the_command(ready: str) -> None:
    result, said = lgo(ready, "insi", "traits", "HOUILLES", "PIERRE", "--sexe", "M", "--naissance", "1993-01-27")
    assert (result.exit_code, "01 Aucune identite trouvee" in said) == (1, True)
