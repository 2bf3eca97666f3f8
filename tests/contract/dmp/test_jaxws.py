"""JAX-WS RI, from what wsimport makes of our six descriptions: a client of the stubs calls each of the services.

Needs Java 17 and Maven; runs only when LGO_SANDBOX_JAVA is set, since Maven may have to fetch the tools. SOAP 1.2 is an
extension for wsimport, whatever the contract.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import httpx
import pytest
from lxml import etree
from support.dmp_messages import existence, find_documents, retrieve
from support.dmp_office import Office
from support.dmp_services import search_body

from lgo_sandbox.gate.tls import client_context

PROJECT = Path(__file__).with_name("jaxws")
SECONDS = 300
SUCCESS = "urn:oasis:names:tc:ebxml-regrep:ResponseStatusType:Success"
PATHS = ("patients", "patientsPDQ", "patientsSpecific", "habilitations", "registry", "repository")
PORTS = {
    "asip/ci_sis/gdp/_2010/GDPPortType.java",
    "ihe/iti/pdqv3/_2007/PDQSupplierPortType.java",
    "ihe/iti/xds_b/_2007/DocumentRegistryPortType.java",
    "ihe/iti/xds_b/_2007/DocumentRepositoryPortType.java",
}
NAME = "<livingSubjectName><value><family>BERNARD</family></value></livingSubjectName>"


def run(folder: Path, *command: str) -> str:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=SECONDS, check=False)
    assert done.returncode == 0, (done.stdout + done.stderr)[-3000:]
    return done.stdout


@pytest.fixture
def tools(tmp_path: Path) -> str:
    """The class path of JAX-WS RI and its tools."""
    if not os.environ.get("LGO_SANDBOX_JAVA"):
        pytest.skip("LGO_SANDBOX_JAVA is not set: the JAX-WS client is not run")
    maven = shutil.which("mvn")
    if not maven or not shutil.which("javac"):
        pytest.skip("mvn and a JDK are not installed: the JAX-WS client cannot be run")
    for source in PROJECT.iterdir():
        shutil.copy(source, tmp_path)
    run(tmp_path, maven, "-q", "-B", "dependency:copy-dependencies", "-DoutputDirectory=lib")
    return f"{tmp_path}/lib/*"


def described(folder: Path, office: Office, tools: str) -> list[str]:
    """Make the stubs of each description; return the files made."""
    verify = client_context(office.pki.ca_bundle)
    (folder / "stubs").mkdir()
    for path in PATHS:
        served = httpx.get(f"{office.services}/{path}?wsdl", verify=verify, trust_env=False)
        (folder / f"{path}.wsdl").write_bytes(served.raise_for_status().content)
        tool = ("java", "-cp", tools, "com.sun.tools.ws.WsImport", "-extension", "-keep", "-Xnocompile")
        assert "[ERROR]" not in run(folder, *tool, "-d", "stubs", f"{path}.wsdl")
    return sorted(str(path.relative_to(folder / "stubs")) for path in (folder / "stubs").rglob("*.java"))


def prepared(folder: Path, office: Office) -> str:
    """Put beside the client what it is to send, and its certificates; return the password of these."""
    unique_id, lot = office.lot()
    bodies = {
        "existence": existence(office.patient),
        "candidates": search_body(NAME),
        "lot": lot,
        "query": find_documents(office.patient),
        "retrieve": retrieve(unique_id),
    }
    for name, body in bodies.items():
        (folder / f"{name}.xml").write_text(body, encoding="utf-8")
    for call in (*bodies, "added", "dmps"):
        samu = {"purpose": "centre_15", "who": "generaliste"} if call == "candidates" else {}
        (folder / f"vihf-{call}.xml").write_bytes(etree.tostring(office.vihf(card=True, **samu)))
    cards = {"cps": office.issued("cps-auth"), "samu": office.issued("cps-auth", "generaliste")}
    for name, card in cards.items():
        shutil.copy(card.p12, folder / f"{name}.p12")
    shutil.copy(office.pki.ca_p12, folder / "ca.p12")
    return cards["cps"].password


def test_a_client_of_the_stubs_of_wsimport_calls_each_service(office: Office, tools: str, tmp_path: Path) -> None:
    made = described(tmp_path, office, tools)
    assert set(made) >= PORTS
    sources = [f"stubs/{name}" for name in made]
    run(tmp_path, "javac", "-nowarn", "-proc:none", "-cp", tools, "-d", "made", *sources, "Jaxws.java")
    told = run(tmp_path, "java", "-cp", f"made:{tools}", "Jaxws", prepared(tmp_path, office))
    assert told.splitlines() == [
        "td0.2 AA VALIDE",
        "td0.5 2",
        "td0.3 DMPOk",
        "td0.4 DMPOk true",
        f"td2.1 {SUCCESS}",
        f"td3.1 {SUCCESS} 1",
        f"td3.2 {len(office.document)}",
    ]
    findings = {operation: sorted(found) for operation, found in office.seen() if operation != "wsdl"}
    action, message_id = "DMP-ACTION-WSDL", "DMP-MESSAGE-ID"
    assert findings == {
        "td0.2": [message_id],
        "td0.5": [message_id],
        "td0.3": [action, "DMP-AUTHORISATION", message_id],
        "td0.4": [message_id],
        "td2.1": [message_id],
        "td3.1": [message_id],
        "td3.2": [message_id],
    }, "JAX-WS RI writes uuid: without urn:, whatever the description"
