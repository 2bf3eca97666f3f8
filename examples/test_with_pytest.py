"""An editor's tests: each has a session of its own, and ends by asking what the sandbox reproaches the software.

    pytest examples/test_with_pytest.py

The fixtures come with the package. Here the software under test is zeep, made from the service's own description;
replace ``Software`` by a call of yours, configured with ``sandbox_session.ready``.
"""

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import requests
import zeep
from zeep.transports import Transport

from lgo_sandbox.run.pytest_plugin import SandboxSession


class Software:
    """A pharmacy software that knows how to search an identity."""

    def __init__(self, ready: Any, certificate: str = "org-auth") -> None:
        files, http = ready["certificates"][certificate], requests.Session()
        http.trust_env, http.verify, http.cert = False, ready["ca"], (files["cert"], files["key"])
        url = ready["services"]["insi"]["https"]
        self.client = zeep.Client(f"{url}/lps?wsdl", transport=Transport(session=http))
        self.idam = ready["idam"]

    def find(self, name: str, first_name: str, sex: str, birth_date: str) -> Any:
        now, lps = (
            datetime.now(UTC),
            {"IDAM": {"_value_1": self.idam, "R": "4"}, "Version": "1.0", "Nom": "urn:lps:a:1"},
        )
        headers = {
            "NO1_ContexteLPS": {"Id": str(uuid4()), "Temps": now, "Version": "01_00", "LPS": lps},
            "NO1_MessageID": f"uuid:{uuid4()}",
            "NO1_ContexteBAM": {"Id": str(uuid4()), "Temps": now, "Version": "01_02", "COUVERTURE": {}},
        }
        return self.client.service.rechercherInsAvecTraitsIdentite(
            NomNaissance=name, Prenom=[first_name], Sexe=sex, DateNaissance=birth_date, _soapheaders=headers
        )


def test_a_known_person_is_found_and_the_call_is_traced(sandbox_session: SandboxSession) -> None:
    answer = Software(sandbox_session.ready).find("ADRTROIS", "TOUSSAINT", "M", "1960-01-01")
    assert (answer.CR.CodeCR, answer.INDIVIDU.INSACTIF.IdIndividu.Cle) == ("00", "13")
    assert "rechercherInsAvecTraitsIdentite" in {one["operation"] for one in sandbox_session.exchanges(service="insi")}


def test_the_sandbox_says_what_it_reproaches(sandbox_session: SandboxSession) -> None:
    Software(sandbox_session.ready).find("ADRTROIS", "TOUSSAINT", "M", "1960-01-01")
    findings = {one["check_id"]: one["remedy"] for one in sandbox_session.findings()}
    assert "INSI-ACTION" in findings  # zeep sends no wsa:Action of its own; the remedy says what to do
