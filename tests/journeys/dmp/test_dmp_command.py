"""``lgo dmp`` against a running DMP: what is shown, how each ends, and that the reference client raises no finding."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from support.dmp_door import Dmp
from support.dmp_ready import ready_file
from typer.testing import CliRunner, Result

from lgo_client import cli_dmp_desk
from lgo_client.cli import app
from lgo_sandbox.tenant.faults import Fault, FaultKind

RUN = CliRunner()
WIDE = 200


@pytest.fixture
def ready(dmp: Dmp, tmp_path: Path) -> str:
    return str(ready_file(dmp, tmp_path))


def lgo(ready: str, *arguments: str) -> tuple[Result, str]:
    cli_dmp_desk.console.width = WIDE
    result = RUN.invoke(app, ["dmp", *arguments, "--ready", ready], env={"LGO_DOSSIER": str(Path(ready).parent)})
    assert isinstance(result.exception, SystemExit | None), result.output
    return result, re.sub(r"\s+", " ", result.output)


def told(ready: str, *arguments: str, code: int = 0) -> str:
    result, said = lgo(ready, *arguments)
    assert result.exit_code == code, said
    return said


def test_whoever_has_no_access_asks_for_it_and_gives_it_up(dmp: Dmp, ready: str) -> None:
    assert "DMP ouvert, autorisation INEXISTANTE" in told(ready, "existence", "blanc-nathalie", code=1)
    assert "autorisation enregistrée" in told(ready, "autorisation", "ajouter", "blanc-nathalie")
    assert dmp.findings() == []
    assert "autorisation VALIDE" in told(ready, "existence", "blanc-nathalie")
    matricule = dmp.named("blanc-nathalie")
    assert matricule in told(ready, "patients", "--depuis", "20260102000000")
    assert dmp.findings() == []
    assert dmp.persona("titulaire").national_id in told(ready, "autorisations", matricule, "--mode", "ACTIVE")
    assert dmp.findings() == []
    assert "retrait enregistré" in told(ready, "autorisation", "supprimer", "blanc-nathalie")
    assert dmp.findings() == []


def test_an_authorisation_that_is_there_is_told(ready: str) -> None:
    assert "Autorisation déjà présente aucune action effectuée" in told(
        ready, "autorisation", "ajouter", "martin-claire"
    )


def test_the_pharmacys_certificates_ask_too(dmp: Dmp, ready: str) -> None:
    assert "pas de DMP" in told(ready, "existence", "fournier-ines", "--avec", "certificat", code=1)
    assert dmp.findings() == []
    assert "moyen inconnu : badge" in told(ready, "existence", "martin-claire", "--avec", "badge", code=1)


def test_administrative_data_tell_the_oppositions(dmp: Dmp, ready: str) -> None:
    dmp.set_dmp(breaking_opposed=True)
    assert "opposé au bris de glace : oui ; à l'accès en urgence : non" in told(ready, "donnees", "martin-claire")
    assert dmp.findings() == []
    assert "pas de DMP" in told(ready, "donnees", "fournier-ines", code=1)


def test_a_doctor_becomes_medecin_traitant(ready: str) -> None:
    doctor = ("--medecin-traitant", "--par", "medecin-voisine")
    assert "autorisation enregistrée" in told(ready, "autorisation", "ajouter", "martin-claire", *doctor)
    assert "(médecin traitant)" in told(ready, "autorisations", "martin-claire")
    assert "retrait enregistré" in told(ready, "autorisation", "supprimer", "martin-claire", *doctor)


def test_a_search_finds_by_name_and_birth(dmp: Dmp, ready: str) -> None:
    said = told(ready, "rechercher-patient", "BERNARD", "--naissance", "2014")
    assert "1 patient" in said
    assert dmp.named("bernard-hugo") in said
    assert dmp.findings() == []
    assert "0 patient" in told(ready, "rechercher-patient", "NULLEPART", code=1)


def test_a_refusal_is_told_with_its_code(ready: str) -> None:
    said = told(ready, "autorisation", "ajouter", "mercier-alain", code=1)
    assert "refus : DMPAccessDeniedByRightsService : Accès refusé : professionnel bloqué par le patient" in said


def fed(ready: str, *arguments: str) -> str:
    """Feed a document and return its uniqueId."""
    return found(r"document (2\.25\.\d+)", told(ready, *arguments))


def found(pattern: str, said: str) -> str:
    match = re.search(pattern, said)
    assert match, said
    return match[1]


def test_a_document_is_fed_listed_read_changed_replaced_and_deleted(dmp: Dmp, ready: str, tmp_path: Path) -> None:
    first = fed(ready, "alimenter", "martin-claire", "--invisible-patient")
    assert first in told(ready, "lister", "martin-claire", "--type", "56445-0", "--depuis", "2020")
    assert "0 document" in told(ready, "lister", "martin-claire", "--type", "60593-1")
    target = tmp_path / "lu.xml"
    said = told(ready, "consulter", "martin-claire", first, "--vers", str(target))
    assert "Bilan" in said
    assert target.read_bytes().startswith(b"<?xml")
    told(ready, "synchroniser", "martin-claire")
    assert "à la fois" in told(ready, "masquer", "martin-claire", first, code=1)
    assert "visible du patient" in told(ready, "rendre-visible", "martin-claire", first)
    assert "masqué" in told(ready, "masquer", "martin-claire", first)
    assert "masqué : " in told(ready, "synchroniser", "martin-claire")
    assert "montré" in told(ready, "demasquer", "martin-claire", first)
    assert "archivé" in told(ready, "archiver", "martin-claire", first)
    assert "désarchivé" in told(ready, "desarchiver", "martin-claire", first)
    second = fed(ready, "remplacer", "martin-claire", first)
    said = told(ready, "synchroniser", "martin-claire")
    assert f"remplacé : Bilan médicamenteux (Officine) ({first}) par {second}" in said
    assert f"nouveau : Bilan médicamenteux (Officine) ({second})" in said
    assert "supprimé" in told(ready, "supprimer", "martin-claire", second)
    assert "0 document" in told(ready, "lister", "martin-claire")
    assert dmp.findings() == []


def test_what_is_fed_while_the_dmp_is_away_waits_and_leaves_by_itself(dmp: Dmp, ready: str) -> None:
    dmp.do(lambda: dmp.session.faults.arm(Fault("f1", "dmp", FaultKind.STATUS, 503, "td2.1", remaining=2)))
    assert "la file attend" in told(ready, "alimenter", "martin-claire", code=1)
    assert "en attente" in told(ready, "file")
    said = told(ready, "envoyer", "--attendre", "--pause", "0")
    assert "nouvel essai" in said
    assert "versé" in said
    assert "rien n'attend" in told(ready, "envoyer")


def test_what_is_refused_is_shown_sent_again_and_withdrawn(dmp: Dmp, ready: str) -> None:
    told(ready, "alimenter", "girard-sophie", "--differer")
    assert "en attente" in told(ready, "file")
    assert "mis de côté" in told(ready, "envoyer", code=1)
    assert "mis de côté" in told(ready, "file", code=1)
    assert "remis en attente" in told(ready, "file", "relancer", "1")
    assert "retiré" in told(ready, "file", "retirer", "1")
    assert "aucun lot 1" in told(ready, "file", "relancer", "1", code=1)


def test_a_choice_is_kept_and_holds_back_what_it_forbids(dmp: Dmp, ready: str) -> None:
    for subject, refused in (("alimentation", "alimenter"), ("consultation", "lister")):
        told(ready, "choix", "martin-claire", "--opposition", "--pour", subject)
        assert "s'est opposé" in told(ready, refused, "martin-claire", code=1)
    assert "opposition" in told(ready, "choix", "martin-claire")
    assert dmp.exchanges() == []


NONSENSE = [
    ("existence", "personne"),
    ("existence", '1"x'),
    ("lister", "martin-claire", "--depuis", "hier"),
    ("lister", "martin-claire", "--type", "rien"),
    ("consulter", "martin-claire", "2.25.404"),
    ("consulter", "martin-claire", "') or ('"),
    ("masquer", "martin-claire", "[bold]"),
    ("alimenter", "martin-claire", "nulle-part.xml"),
    ("alimenter", "199000000000000"),
    ("patients", "--depuis", "demain"),
    ("autorisations", "martin-claire", "--mode", "RIEN"),
    ("choix", "martin-claire", "--accord", "--opposition"),
    ("choix", "martin-claire", "--accord", "--pour", "rien"),
    ("existence", "martin-claire", "--par", "personne"),
    ("file", "relancer", "7"),
    ("file", "retirer", "sept"),
    ("remplacer", "martin-claire", "2.25.404"),
    ("supprimer", "martin-claire", "2.25.404"),
    ("envoyer", "--pause", "-1"),
]


@pytest.mark.parametrize("typed", NONSENSE, ids=" ".join)
def test_whatever_is_typed_is_answered_by_a_sentence(ready: str, typed: tuple[str, ...]) -> None:
    result, said = lgo(ready, *typed)
    assert result.exit_code in (1, 2), said
    assert said.strip()
    assert not re.search(r"Traceback|défaut du client|Error\b", said)


def test_a_file_of_the_workstation_that_is_spoilt_is_told(dmp: Dmp, ready: str) -> None:
    told(ready, "file")
    (spoilt,) = Path(ready).parent.rglob("file-dmp.sqlite")
    spoilt.write_bytes(b"rien" * 1000)
    assert "inutilisable" in told(ready, "file", code=2)
