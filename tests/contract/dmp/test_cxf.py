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
from support.dmp_messages import adhoc, existence, find_documents, retrieve
from support.dmp_office import Office
from support.dmp_services import search_body

from lgo_sandbox.gate.tls import client_context

PROJECT = Path(__file__).with_name("java")
SECONDS = 300
SUCCESS = "urn:oasis:names:tc:ebxml-regrep:ResponseStatusType:Success"
PATHS = ("patients", "patientsPDQ", "patientsSpecific", "habilitations", "registry", "repository")
WITHOUT_ACTIONS = {"td0.3", "td0.4", "td1.6"}
"""Whose description, as the official one, tells another action than the examples."""
CARDS = {"cps": "titulaire", "samu": "generaliste", "cpe": "secretaire"}
"""Whose card each VIHF of the client goes with, but for that of the structure."""
APPROVED = "('urn:oasis:names:tc:ebxml-regrep:StatusType:Approved')"


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
    for path in PATHS:
        served = httpx.get(f"{office.services}/{path}?wsdl", verify=client_context(pki.ca_bundle), trust_env=False)
        (folder / f"{path}.wsdl").write_bytes(served.raise_for_status().content)
    unique_id, lot = office.lot()
    bodies = {
        "existence": existence(office.patient),
        "demographics": existence(office.patient, reason="CNSLT_DATA"),
        "candidates": search_body("<livingSubjectName><value><family>BERNARD</family></value></livingSubjectName>"),
        "lot": lot,
        "query": find_documents(office.patient),
        "lot-cpe": office.secretarys_lot(),
        "sets": adhoc(
            "f26abbcb-ac74-4422-8a30-edb644bbc1a9",
            [
                ("$XDSSubmissionSetPatientId", f"'{office.patient}^^^&1.2.250.1.213.1.4.10&ISO^NH'"),
                ("$XDSSubmissionSetStatus", APPROVED),
                ("$XDSSubmissionSetSubmissionTimeFrom", "2026"),
            ],
        ),
        "associations": adhoc("a7ae438b-4bc2-4642-93e9-be891f7bb155", [("$uuid", "('@IDS@')")]),
        "documents": adhoc("bab9529a-4a10-40b3-a01f-f68a615d247a", [("$XDSDocumentEntryEntryUUID", "('@IDS@')")]),
        "held": adhoc("5c4f972b-d56b-40ac-a5fc-c8ca9b40b9d4", [("$XDSDocumentEntryUniqueId", f"('{unique_id}')")]),
        **office.updates(unique_id),
    }
    for name, body in {**bodies, "retrieve": retrieve(unique_id)}.items():
        (folder / f"{name}.xml").write_text(body, encoding="utf-8")
    assertions = {
        "org": office.vihf(card=False, signed=False),
        "cps": office.vihf(card=True, signed=False),
        "samu": office.vihf(card=True, signed=False, purpose="centre_15", who=CARDS["samu"]),
        "cpe": office.secretary(),
    }
    for name, assertion in assertions.items():
        (folder / f"vihf-{name}.xml").write_bytes(etree.tostring(assertion))
    uses = ("auth", "sign")
    issued = {f"org-{use}": office.issued(f"org-{use}") for use in uses}
    issued |= {f"{card}-{use}": office.issued(f"cps-{use}", who) for card, who in CARDS.items() for use in uses}
    said = {"ca": pki.ca_p12, "password": issued["org-auth"].password} | {k: i.p12 for k, i in issued.items()}
    (folder / "client.properties").write_text("".join(f"{name}={value}\n" for name, value in said.items()))


def _run(maven: str, folder: Path) -> list[str]:
    command = [maven, "-B", "-q", "compile", "exec:java"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=SECONDS, check=False)
    results = [line.partition("RESULT ")[2] for line in done.stdout.splitlines() if "RESULT " in line]
    assert done.returncode == 0, done.stdout[-3000:]
    return results


def test_cxf_plays_every_transaction(office: Office, maven: str, tmp_path: Path) -> None:
    folder = tmp_path / "client"
    _prepared(folder, office)
    assert _run(maven, folder) == [
        "td0.2 AA OK VALIDE",
        "td1.3a AA OK 63998",
        "td0.5 AA OK 2",
        "td0.3 DMPOk ",
        "td0.3 DMPOk Autorisation déjà présente aucune action effectuée",
        "td1.6 DMPOk MEDECIN_TRAITANT",
        "td0.4 DMPOk true",
        f"td2.1 {SUCCESS}",
        f"td3.1 {SUCCESS} 1",
        f"td3.2 {SUCCESS} {len(office.document)}",
        f"td2.2 {SUCCESS}",
        f"delta {SUCCESS} 2",
        *[f"{change} {SUCCESS}" for change in ("td3.3a", "td3.3b", "td3.3d", "td3.3d-back", "td3.3c")],
        "fault Le VIHF est absent de l'en-tête wsse:Security",
    ]
    seen = office.seen()
    assert [operation for operation, _findings in seen][len(PATHS) :] == [
        "td0.2",
        "td1.3a",
        "td0.5",
        *["td0.3"] * 3,
        "td1.6",
        "td0.4",
        "td2.1",
        "td3.1",
        "td3.2",
        "td2.2",
        *["td3.1"] * 3,
        *["td3.1", "td3.3a"] * 2,
        *["td3.1", "td3.3d"] * 2,
        *["td3.1", "td3.3c"],
        "td0.2",
    ]
    assert {tuple(findings) for operation, findings in seen[:-1] if operation not in WITHOUT_ACTIONS} == {()}
    assert {finding for operation, findings in seen if operation in WITHOUT_ACTIONS for finding in findings} == {
        "DMP-ACTION-WSDL",
        "DMP-AUTHORISATION",
    }
