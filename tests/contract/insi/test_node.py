"""The npm package soap, from our description alone, over TLS with a client certificate."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from support.tenants import Tenant

from lgo_sandbox.pki import Issued

SCRIPT = Path(__file__).with_name("search.mjs")
PACKAGE = "soap@1"
INSTALL_SECONDS = 120
TRAITS = {"NomNaissance": "ECETINSI", "Prenom": "PIERRE-ALAIN", "Sexe": "M", "DateNaissance": "2009-07-14"}
CARD = {
    "MatriculeOD": {"NumIdentifiant": "2850463113950", "Cle": "40"},
    "DateNaissance": "2014-09-23",
    "RangNaissance": "1",
}
BY_TRAITS, BY_CARD = "rechercherInsAvecTraitsIdentite", "rechercherInsAvecCarteVitale"


@pytest.fixture(scope="package")
def modules(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The npm package, installed for the run (or found in ``LGO_SANDBOX_NODE_MODULES``)."""
    given = Path(os.environ.get("LGO_SANDBOX_NODE_MODULES", "/nowhere"))
    if (given / "node_modules" / "soap").is_dir():
        return given
    if not shutil.which("node") or not shutil.which("npm"):
        pytest.skip("node and npm are not installed: soap cannot be run")
    folder = tmp_path_factory.mktemp("node-soap")
    install = ["npm", "install", "--no-audit", "--no-fund", "--prefix", str(folder), PACKAGE]
    try:
        done = subprocess.run(install, capture_output=True, timeout=INSTALL_SECONDS, check=False)
    except subprocess.TimeoutExpired:
        pytest.skip("npm did not answer: soap cannot be installed")
    if done.returncode:
        pytest.skip("npm cannot install soap here (offline?)")
    return folder


def node(modules: Path, tenant: Tenant, certificate: Issued, operation: str, body: dict[str, Any]) -> Any:
    """Return what the script printed: the answer, or the fault."""
    ca = str(tenant.runner.launcher.sandbox.pki.ca_bundle)
    asked = {
        "modules": str(modules),
        "wsdl": f"{tenant.url('insi')}/lps?singleWsdl",
        "ca": ca,
        "cert": str(certificate.chain),
        "key": str(certificate.key),
        "operation": operation,
        "body": body,
    }
    known = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    environment = {**known, "NODE_EXTRA_CA_CERTS": ca}
    command = ["node", str(SCRIPT)]
    done = subprocess.run(
        command, input=json.dumps(asked), capture_output=True, text=True, env=environment, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_node_finds_an_identity_by_its_traits_and_nothing_is_reproached(
    modules: Path, tenant: Tenant, certificate: Issued
) -> None:
    answer = node(modules, tenant, certificate, BY_TRAITS, TRAITS)
    assert answer["CR"] == {"CodeCR": "00", "LibelleCR": "OK"}
    assert answer["INDIVIDU"]["INSACTIF"]["IdIndividu"] == {"NumIdentifiant": "1090763220834", "Cle": "89"}
    assert [finding.check_id for seen in tenant.exchanges() for finding in seen.findings] == []


def test_node_finds_an_identity_by_a_card(modules: Path, tenant: Tenant, certificate: Issued) -> None:
    answer = node(modules, tenant, certificate, BY_CARD, CARD)
    assert answer["INDIVIDU"]["TIQ"]["NomNaissance"] == "BERNARD"


def test_node_reads_a_fault_with_its_code(modules: Path, tenant: Tenant, certificate: Issued) -> None:
    answer = node(modules, tenant, certificate, BY_TRAITS, {**TRAITS, "NomNaissance": "INSI-PANNE-TECHNIQUE"})
    assert answer["erreur"] == "insi_102"
    assert answer["fault"].startswith("S:Receiver: S:siram_40")
