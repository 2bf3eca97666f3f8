"""JAX-WS, from the stubs that wsimport makes of our description: the names of the official contract, no binding file.

Needs Java 17 and Maven; runs only when LGO_SANDBOX_JAVA is set, since Maven may have to fetch the tools. SOAP 1.2 is an
extension for wsimport, whatever the contract: the default run makes all the types of the official description, and the
port with ``-extension`` or from ``?wsdl=wsimport``.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import httpx
import pytest
from support.tenants import Tenant

from lgo_sandbox.gate.tls import client_context
from lgo_sandbox.pki import Issued

PROJECT = Path(__file__).with_name("java")
SECONDS = 300
OFFICIAL_TYPES = {
    "fr/cnamts/insirecsans": {"TraitsDIdentite", "Matricule"},
    "fr/cnamts/insirecvit": {"Beneficiaire", "Matricule"},
    "fr/cnamts/insiresultat": {
        "CompteRendu",
        "IdentifiantNationalSante",
        "Individu",
        "Matricule",
        "Resultat",
        "TraitsDIdentite",
    },
    "siram/lps/ctxlps": {"ContexteLPS", "IdentiteStringRef", "LOGICIEL"},
    "siram/bam/ctxbam": {"Assure", "Beneficiaire", "ContexteBAM", "Couverture", "NIR", "NIRCertifie"},
    "siram": {"TypeErreur"},
}


@pytest.fixture(scope="module")
def tools(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The class path of JAX-WS RI and its tools."""
    if not os.environ.get("LGO_SANDBOX_JAVA"):
        pytest.skip("LGO_SANDBOX_JAVA is not set: the JAX-WS client is not run")
    maven = shutil.which("mvn")
    if not maven or not shutil.which("javac"):
        pytest.skip("mvn and a JDK are not installed: the JAX-WS client cannot be run")
    folder = tmp_path_factory.mktemp("jaxws")
    shutil.copy(PROJECT / "pom.xml", folder)
    run(folder, maven, "-q", "-B", "dependency:copy-dependencies", "-DoutputDirectory=lib")
    return f"{folder}/lib/*"


def run(folder: Path, *command: str) -> str:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=SECONDS, check=False)
    assert done.returncode == 0, (done.stdout + done.stderr)[-3000:]
    return done.stdout


def wsimport(folder: Path, tools: str, tenant: Tenant, query: str, *options: str) -> set[str]:
    """Make the stubs of the description; return the files made."""
    verify = client_context(tenant.runner.launcher.sandbox.pki.ca_bundle)
    served = httpx.get(f"{tenant.url('insi')}/lps?{query}", verify=verify, trust_env=False)
    (folder / "insi.wsdl").write_bytes(served.raise_for_status().content)
    (folder / "stubs").mkdir()
    tool = ("java", "-cp", tools, "com.sun.tools.ws.WsImport")
    told = run(folder, *tool, *options, "-keep", "-Xnocompile", "-d", "stubs", "insi.wsdl")
    assert "[ERROR]" not in told
    return {str(path.relative_to(folder / "stubs")) for path in (folder / "stubs").rglob("*.java")}


@pytest.mark.parametrize("query", ["wsdl", "singleWsdl", "wsdl=reconstituee", "wsdl=wsimport"])
def test_wsimport_makes_the_official_types_without_any_option(
    tools: str, tenant: Tenant, tmp_path: Path, query: str
) -> None:
    made = wsimport(tmp_path, tools, tenant, query)
    wanted = {f"{package}/{name}.java" for package, names in OFFICIAL_TYPES.items() for name in names}
    assert wanted <= made


@pytest.mark.parametrize(
    ("query", "options"), [("singleWsdl", ("-extension",)), ("wsdl=wsimport", ())], ids=["extension", "plain wsimport"]
)
def test_a_client_of_the_official_stubs_finds_and_reads_a_fault(
    tools: str, tenant: Tenant, certificate: Issued, tmp_path: Path, query: str, options: tuple[str, ...]
) -> None:
    made = wsimport(tmp_path, tools, tenant, query, *options)
    sources = [f"stubs/{name}" for name in sorted(made)]
    shutil.copy(PROJECT / "Search.java", tmp_path)
    run(tmp_path, "javac", "-nowarn", "-proc:none", "-cp", tools, "-d", "made", *sources, "Search.java")
    stores = (str(tenant.runner.launcher.sandbox.pki.ca_p12), str(certificate.p12), certificate.password)
    told = run(tmp_path, "java", "-cp", f"made:{tools}", "Search", f"{tenant.url('insi')}/lps", *stores)
    assert told.splitlines() == [
        "traits 00 ECETINSI 2090763220834/39",
        "several 02",
        "card 00 BERNARD",
        "fault insi_102 fatal",
    ]
    asked = [seen for seen in tenant.exchanges() if seen.target.startswith("POST")]
    assert {finding.check_id for seen in asked for finding in seen.findings} == {"SANDBOX-PANNE"}
    assert {dict(seen.request_headers)["content-type"].partition(";")[0] for seen in asked} == {"application/soap+xml"}
