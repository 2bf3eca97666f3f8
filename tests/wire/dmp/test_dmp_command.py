"""``lgo dmp`` against a running DMP: what is shown, how each ends, and that the reference client raises no finding."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from support.dmp_door import Dmp
from support.dmp_ready import ready_file
from typer.testing import CliRunner, Result

from lgo_client import cli_dmp
from lgo_client.cli import app

RUN = CliRunner()
WIDE = 200


@pytest.fixture
def ready(dmp: Dmp, tmp_path: Path) -> str:
    return str(ready_file(dmp, tmp_path))


def lgo(ready: str, *arguments: str) -> tuple[Result, str]:
    cli_dmp.console.width = WIDE
    result = RUN.invoke(app, ["dmp", *arguments, "--ready", ready])
    return result, re.sub(r"\s+", " ", result.output)


def told(ready: str, *arguments: str, code: int = 0) -> str:
    result, said = lgo(ready, *arguments)
    assert result.exit_code == code, said
    return said


def test_whoever_has_no_access_asks_for_it_and_gives_it_up(dmp: Dmp, ready: str) -> None:
    assert "DMP active, autorisation INEXISTANTE" in told(ready, "existence", "blanc-nathalie", code=1)
    assert "autorisation enregistrée" in told(ready, "autoriser", "blanc-nathalie")
    assert dmp.findings() == []
    assert "autorisation VALIDE" in told(ready, "existence", "blanc-nathalie")
    matricule = dmp.named("blanc-nathalie")
    assert matricule in told(ready, "liste", "--depuis", "20260102000000")
    assert dmp.findings() == []
    assert dmp.persona("titulaire").national_id in told(ready, "professionnels", matricule, "--mode", "ACTIVE")
    assert dmp.findings() == []
    assert "retrait enregistré" in told(ready, "retirer", "blanc-nathalie")
    assert dmp.findings() == []


def test_an_authorisation_that_is_there_is_told(ready: str) -> None:
    assert "Autorisation déjà présente aucune action effectuée" in told(ready, "autoriser", "martin-claire")


def test_the_pharmacys_certificates_ask_too(dmp: Dmp, ready: str) -> None:
    assert "pas de DMP" in told(ready, "existence", "fournier-ines", "--avec", "certificat", code=1)
    assert dmp.findings() == []
    assert "moyen inconnu : badge" in told(ready, "existence", "martin-claire", "--avec", "badge", code=2)


def test_administrative_data_tell_the_oppositions(dmp: Dmp, ready: str) -> None:
    dmp.set_dmp(breaking_opposed=True)
    assert "opposé au bris de glace : oui ; à l'accès en urgence : non" in told(ready, "administratif", "martin-claire")
    assert dmp.findings() == []
    assert "pas de DMP" in told(ready, "administratif", "fournier-ines", code=1)


def test_a_doctor_becomes_medecin_traitant(ready: str) -> None:
    doctor = ("--medecin-traitant", "--par", "medecin-voisine")
    assert "autorisation enregistrée" in told(ready, "autoriser", "martin-claire", *doctor)
    assert "(médecin traitant)" in told(ready, "professionnels", "martin-claire")
    assert "retrait enregistré" in told(ready, "retirer", "martin-claire", *doctor)


def test_a_search_finds_by_name_and_birth(dmp: Dmp, ready: str) -> None:
    said = told(ready, "chercher", "BERNARD", "--naissance", "2014")
    assert "1 patient(s)" in said
    assert dmp.named("bernard-hugo") in said
    assert dmp.findings() == []
    assert "0 patient(s)" in told(ready, "chercher", "NULLEPART", code=1)


def test_a_refusal_is_told_with_its_code(ready: str) -> None:
    said = told(ready, "autoriser", "mercier-alain", code=1)
    assert "refus : DMPAccessDeniedByRightsService : Accès refusé : professionnel bloqué par le patient" in said
