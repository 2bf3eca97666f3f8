"""PHP's own SOAP extension, from our description alone, over TLS with a client certificate."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from support.tenants import Tenant

from lgo_sandbox.pki import Issued

PHP = shutil.which("php")
SCRIPT = Path(__file__).with_name("search.php")


def has_soap() -> bool:
    if PHP is None:
        return False
    modules = subprocess.run([PHP, "-m"], capture_output=True, text=True, timeout=30).stdout.split()
    return {"soap", "openssl"} <= {module.lower() for module in modules}


pytestmark = pytest.mark.skipif(not has_soap(), reason="PHP et son extension soap ne sont pas installés")


def php(tenant: Tenant, certificate: Issued, operation: str, body: dict[str, Any], query: str = "wsdl") -> Any:
    """Return what the script printed: the answer, or the fault."""
    together = certificate.key.with_suffix(".both.pem")
    together.write_bytes(certificate.chain.read_bytes() + certificate.key.read_bytes())
    asked = {
        "wsdl": f"{tenant.url('insi')}/lps?{query}",
        "ca": str(tenant.runner.launcher.sandbox.pki.ca_bundle),
        "certificate": str(together),
        "operation": operation,
        "body": body,
    }
    command = [str(PHP), "-d", "display_errors=stderr", str(SCRIPT)]
    done = subprocess.run(command, input=json.dumps(asked), capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


TRAITS = {"NomNaissance": "ECETINSI", "Prenom": "PIERRE-ALAIN", "Sexe": "M", "DateNaissance": "2009-07-14"}
CARD = {
    "MatriculeOD": {"NumIdentifiant": "2850463113950", "Cle": "40"},
    "DateNaissance": "2014-09-23",
    "RangNaissance": "1",
}


def test_php_finds_an_identity_by_its_traits_with_its_history(tenant: Tenant, certificate: Issued) -> None:
    answer = php(tenant, certificate, "rechercherInsAvecTraitsIdentite", TRAITS)
    assert answer["CR"] == {"CodeCR": "00", "LibelleCR": "OK"}
    assert answer["INDIVIDU"]["TIQ"]["ListePrenom"] == "PIERRE-ALAIN MURIEL FLORIANT"
    assert [each["IdIndividu"]["Cle"] for each in answer["INDIVIDU"]["INSHISTO"]] == ["39"]


def test_php_finds_an_identity_by_a_card(tenant: Tenant, certificate: Issued) -> None:
    answer = php(tenant, certificate, "rechercherInsAvecCarteVitale", CARD)
    assert answer["INDIVIDU"]["TIQ"]["NomNaissance"] == "BERNARD"


def test_php_reads_a_fault_with_its_code(tenant: Tenant, certificate: Issued) -> None:
    answer = php(
        tenant, certificate, "rechercherInsAvecTraitsIdentite", {**TRAITS, "NomNaissance": "INSI-PANNE-TECHNIQUE"}
    )
    assert (answer["fault"], answer["erreur"]) == ("S:Receiver", "insi_102")


def test_php_verifies_by_the_reconstructed_description(tenant: Tenant, certificate: Issued) -> None:
    person = {
        "INSFourni": {"IdIndividu": {"NumIdentifiant": "160012B020777", "Cle": "13"}, "OID": "1.2.250.1.213.1.4.8"},
        "TraitsIdentiteIndividu": {
            "NomNaissance": "ADRTROIS",
            "ListePrenom": "TOUSSAINT",
            "Sexe": "M",
            "DateNaissance": "1960-01-01",
        },
    }
    answer = php(tenant, certificate, "verifierInsAvecTraitsIdentite", {"IndividuVerifie": person}, "wsdl=reconstituee")
    assert answer["CR"]["LibelleCR"] == "Identite verifiee"
