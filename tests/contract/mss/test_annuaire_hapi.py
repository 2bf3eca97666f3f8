"""The directory read by HAPI FHIR: its client searches and pages, its validator accepts every answer.

Needs Java 17 and Maven; runs only when LGO_SANDBOX_JAVA is set, since Maven may have to fetch the libraries.
``LGO_SANDBOX_FHIR_DEFINITIONS`` may name a folder of StructureDefinitions (JSON), the profiles of the ANS among them:
then an unknown or broken profile is an error too.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from support.mss_operator import MailOperator

PROJECT = Path(__file__).with_name("java")
SECONDS = 600
PROFILE = "https://interop.esante.gouv.fr/ig/fhir/annuaire/StructureDefinition/as-dp-healthcareservice-social-equipment"
REQUESTS = (
    "Device?_count=5&_include=*",
    "Device?status=inactive&_count=2",
    "HealthcareService?_count=4&_include=HealthcareService:organization",
    f"HealthcareService?_profile={PROFILE}&_count=2",
    "Organization?_count=12",
    "Organization?type=SA01&_count=3&_include=Organization:partof&_revinclude=Device:organization",
    "Organization?type=LEGAL-ENTITY&_count=2&_revinclude=Organization:partof",
    "Organization?type=SA07&_count=2&_revinclude=PractitionerRole:organization",
    "Practitioner?_count=20&_revinclude=PractitionerRole:practitioner",
    "Practitioner?active=false&_count=2",
    "Practitioner?identifier=99700090055&_elements=name",
    "PractitionerRole?_count=20&_include=*",
    "PractitionerRole?_elements=telecom&_count=3",
    "PractitionerRole?role=318&_count=2",
)


@pytest.fixture(scope="module")
def facts(operator: MailOperator, tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    """What the Java program found, by the name of the fact."""
    if not os.environ.get("LGO_SANDBOX_JAVA"):
        pytest.skip("LGO_SANDBOX_JAVA is not set: HAPI FHIR is not run")
    maven = shutil.which("mvn")
    if not maven or not shutil.which("java"):
        pytest.skip("mvn and a JDK are not installed: HAPI FHIR cannot be run")
    folder = tmp_path_factory.mktemp("hapi")
    shutil.copy(PROJECT / "pom.xml", folder)
    shutil.copy(PROJECT / "Annuaire.java", folder)
    (folder / "requests").write_text("\n".join(REQUESTS), encoding="utf-8")
    _run(folder, maven, "-q", "-B", "dependency:copy-dependencies", "-DoutputDirectory=lib")
    tenant = operator.tenant()
    try:
        base = f"{operator.annuaire}/s/{tenant.name}/fhir/v2"
        definitions = os.environ.get("LGO_SANDBOX_FHIR_DEFINITIONS")
        program = ("java", "-cp", f"{folder}/lib/*", "Annuaire.java", base, "cle-annuaire-sandbox", "requests")
        told = _run(folder, *program, *([definitions] if definitions else []))
    finally:
        tenant.delete()
    found: dict[str, list[str]] = {}
    for line in told.splitlines():
        name, _, value = line.partition("=")
        found.setdefault(name, []).append(value)
    return found


def _run(folder: Path, *command: str) -> str:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=SECONDS, check=False)
    assert done.returncode == 0, (done.stdout + done.stderr)[-3000:]
    return done.stdout


def test_its_client_searches_posts_chains_reads_and_pages(facts: dict[str, list[str]]) -> None:
    assert facts["version"] == ["4.0.1"]
    assert facts["named"] == ["1/2"]
    assert facts["read"] == ["DELORME"]
    assert facts["posted"] == ["5"]
    seen, total = facts["pages"][0].split("/")
    assert seen == total != "0"
    assert facts["refused"] == ["400 OperationOutcome"]


def test_its_validator_accepts_every_answer(facts: dict[str, list[str]]) -> None:
    assert facts["validated"][0].startswith(f"{len(REQUESTS)}/")
    assert facts.get("error", []) == []
