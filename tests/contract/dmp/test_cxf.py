"""Apache CXF, the stack of the real DMP, works from our WSDL: code made from it, MTOM, VIHF signed by the JDK.

Needs Java 17 and Maven; runs only when LGO_SANDBOX_JAVA is set, since Maven may have to fetch CXF.
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

from lgo_sandbox.gate.tls import client_context

PROJECT = Path(__file__).with_name("java")
SECONDS = 300
SUCCESS = "urn:oasis:names:tc:ebxml-regrep:ResponseStatusType:Success"
KINDS = ("org-auth", "org-sign", "cps-auth", "cps-sign")


@pytest.fixture
def maven() -> str:
    if not os.environ.get("LGO_SANDBOX_JAVA"):
        pytest.skip("LGO_SANDBOX_JAVA is not set: the CXF client is not run")
    found = shutil.which("mvn")
    if not found or not shutil.which("java"):
        pytest.skip("mvn and java are not installed: the CXF client cannot be run")
    return found


def _prepared(folder: Path, office: Office) -> None:
    """Put the client's sources beside what it is to send, the WSDL that the sandbox serves, and its certificates."""
    shutil.copytree(PROJECT, folder)
    pki = office.pki
    served = httpx.get(f"{office.services}?wsdl", verify=client_context(pki.ca_bundle), trust_env=False)
    (folder / "dmp.wsdl").write_bytes(served.raise_for_status().content)
    unique_id, lot = office.lot()
    bodies = {"existence": existence(office.patient), "lot": lot, "query": find_documents(office.patient)}
    for name, body in {**bodies, "retrieve": retrieve(unique_id)}.items():
        (folder / f"{name}.xml").write_text(body, encoding="utf-8")
    for who in ("org", "cps"):
        vihf = office.vihf(card=who == "cps", signed=False)
        (folder / f"vihf-{who}.xml").write_bytes(etree.tostring(vihf))
    issued = {kind: office.issued(kind) for kind in KINDS}
    said = {"ca": pki.ca_p12, "password": issued["org-auth"].password} | {k: i.p12 for k, i in issued.items()}
    (folder / "client.properties").write_text("".join(f"{name}={value}\n" for name, value in said.items()))


def _run(maven: str, folder: Path) -> list[str]:
    command = [maven, "-B", "-q", "compile", "exec:java"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=SECONDS, check=False)
    results = [line.partition("RESULT ")[2] for line in done.stdout.splitlines() if "RESULT " in line]
    assert done.returncode == 0, done.stdout[-3000:]
    return results


def test_cxf_tests_feeds_finds_and_reads(office: Office, maven: str, tmp_path: Path) -> None:
    folder = tmp_path / "client"
    _prepared(folder, office)
    assert _run(maven, folder) == [
        "td0.2 XML_1.0",
        f"td2.1 {SUCCESS}",
        f"td3.1 {SUCCESS} 1",
        f"td3.2 {SUCCESS} {len(office.document)}",
        "fault Le VIHF est absent de l'en-tête wsse:Security",
    ]
    assert [operation for operation, _findings in office.seen()] == [
        "wsdl",
        "td0.2",
        "td2.1",
        "td3.1",
        "td3.2",
        "td0.2",
    ]
    assert [findings for _operation, findings in office.seen()][:-1] == [[]] * 5
