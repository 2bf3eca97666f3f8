"""PHP's own SOAP extension, from our descriptions alone: one transaction at least of each of the six services."""

from __future__ import annotations

import json
import shutil
import subprocess
import uuid
from pathlib import Path
from typing import Any

import pytest
from lxml import etree
from support.dmp_messages import existence, find_documents
from support.dmp_office import Office
from support.dmp_services import search_body

PHP = shutil.which("php")
SCRIPT = Path(__file__).with_name("dmp.php")
SUCCESS = "urn:oasis:names:tc:ebxml-regrep:ResponseStatusType:Success"
XSI = "http://www.w3.org/2001/XMLSchema-instance"
HABILITATIONS, PATIENTS = "urn:si-dmp-habilitations", "urn:si-dmp-patients"


def has_soap() -> bool:
    if PHP is None:
        return False
    modules = subprocess.run([PHP, "-m"], capture_output=True, text=True, timeout=30).stdout.split()
    return {"soap", "openssl"} <= {module.lower() for module in modules}


pytestmark = pytest.mark.skipif(not has_soap(), reason="PHP et son extension soap ne sont pas installés")


def values(element: etree._Element) -> Any:
    """Return an element as the extension takes it: attributes and children by name, a text beside attributes « _ »."""
    found: dict[str, Any] = {str(name): value for name, value in element.attrib.items() if not name.startswith("{")}
    for child in element:
        if f"{{{XSI}}}nil" not in child.attrib:
            found.setdefault(etree.QName(child).localname, []).append(values(child))
    text = (element.text or "").strip()
    whole = {name: one[0] if isinstance(one, list) and len(one) == 1 else one for name, one in found.items()}
    return text if not found else whole | ({} if len(element) else {"_": text})


def called(office: Office, path: str, operation: str, action: str, body: str, *, samu: bool = False) -> dict[str, Any]:
    """Return a call, by a card."""
    who = "generaliste" if samu else "titulaire"
    card = office.issued("cps-auth", who)
    together = card.key.with_suffix(".both.pem")
    together.write_bytes(card.chain.read_bytes() + card.key.read_bytes())
    vihf = office.vihf(card=True, purpose="centre_15" if samu else "normal", who=who)
    return {
        "path": path,
        "operation": operation,
        "action": action,
        "body": values(etree.fromstring(body)),
        "certificate": str(together),
        "id": f"urn:uuid:{uuid.uuid4()}",
        "vihf": etree.tostring(vihf, encoding="unicode"),
    }


def php(office: Office, calls: list[dict[str, Any]]) -> list[Any]:
    asked = {"services": office.services, "ca": str(office.pki.ca_bundle), "calls": calls}
    command = [str(PHP), "-d", "display_errors=stderr", str(SCRIPT)]
    done = subprocess.run(command, input=json.dumps(asked), capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    answers: list[Any] = json.loads(done.stdout)
    return answers


GDP, PDQ = "PatientGetDemographics_PRPA_IN201307UV02", "findCandidatesQuery"
FEED, FIND = "DocumentRepository_ProvideAndRegisterDocumentSet-b", "DocumentRegistry_RegistryStoredQuery"
SET = f"{HABILITATIONS}:HabilitationsEndPoint:setAuthorization"
LIST = f"{PATIENTS}:PatientSpecificEndPoint:patientList"
NAME = (
    "<livingSubjectName><value><family>BERNARD</family></value>"
    "<semanticsText>LivingSubject.name</semanticsText></livingSubjectName>"
)
ADD = f'<setAuthorization xmlns="{HABILITATIONS}"><action>AJOUT</action></setAuthorization>'
DMPS = (
    f'<patientList xmlns="{PATIENTS}"><startDate>20200101000000</startDate>'
    "<dateType>LASTAUTORIZATION</dateType></patientList>"
)


def test_php_calls_each_service_with_typed_values(office: Office) -> None:
    _unique_id, lot = office.lot()
    tested, sought, fed, added, listed, found = php(
        office,
        [
            called(office, "patients", GDP, "urn:hl7-org:v3:PRPA_IN201307UV02", existence(office.patient)),
            called(office, "patientsPDQ", PDQ, "urn:hl7-org:v3:PRPA_IN201305UV02", search_body(NAME), samu=True),
            called(office, "repository", FEED, "urn:ihe:iti:2007:ProvideAndRegisterDocumentSet-b", lot),
            called(office, "habilitations", "setAuthorization", SET, ADD),
            called(office, "patientsSpecific", "patientList", LIST, DMPS),
            called(office, "registry", FIND, "urn:ihe:iti:2007:RegistryStoredQuery", find_documents(office.patient)),
        ],
    )
    assert (tested["acknowledgement"][0]["typeCode"], tested["attentionLine"][0]["value"]["code"]) == ("AA", "VALIDE")
    assert sought["controlActProcess"]["queryAck"]["resultTotalQuantity"]["value"] == 2
    assert added["output"]["status"] == listed["output"]["status"] == "DMPOk"
    assert (fed["status"], found["status"], found["totalResultCount"]) == (SUCCESS, SUCCESS, 1)
    told = {operation: findings for operation, findings in office.seen() if operation != "wsdl"}
    assert told == {
        "td0.2": [],
        "td0.5": [],
        "td0.3": ["DMP-AUTHORISATION"],
        "td0.4": [],
        "td2.1": ["DMP-MTOM"],
        "td3.1": [],
    }
