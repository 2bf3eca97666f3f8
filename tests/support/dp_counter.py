"""A client of the simulated Dossier pharmaceutique in a tenant of its own, with the tester's hand on that session."""

from __future__ import annotations

import json
import re
from typing import Any

import httpx

from dp_mock import codes
from dp_mock.service import SERVICE
from lgo_sandbox.contract import ResourceRequest
from lgo_sandbox.population.people import population
from lgo_sandbox.watch.exchange import Exchange
from support.tenants import Tenant

__all__ = ["Counter", "code_of", "look_explained"]

PEOPLE = population()
ENGLISH = re.compile(r"Expecting|Extra data|can't|codec|Invalid|recursion|\bexpired\b|wrong_|_valid")
Json = dict[str, Any]


class Counter:
    """The software of a pharmacy. ``root``: another address than the door with TLS."""

    def __init__(self, tenant: Tenant, clients: dict[str, httpx.Client]) -> None:
        self.tenant, self.clients = tenant, clients
        self.root = tenant.url("dp")

    # The tester

    def option(self, **options: str) -> None:
        """Set options of the service."""
        self.tenant.option(**{f"dp__{name}": value for name, value in options.items()})

    def resource(self, name: str, tail: str = "", method: str = "GET", body: Any = None, **query: str) -> Any:
        """Call a resource of the service, as the control API does."""
        resource = next(one for one in SERVICE.resources if one.name == name)
        sandbox = self.tenant.runner.launcher.sandbox
        return self.tenant.do(lambda s: resource.handle(sandbox, s, ResourceRequest(method, tail, query, body)))

    def last(self) -> Exchange:
        """Return the last exchange."""
        return self.tenant.exchanges()[-1]

    def broken(self) -> set[str]:
        """Return the checks that the last exchange broke."""
        return {finding.check_id for finding in self.last().findings}

    # The calls

    def ask(
        self,
        method: str,
        path: str,
        body: Any = None,
        who: str = "titulaire",
        headers: dict[str, str] | None = None,
        client: str = "",
        **query: str,
    ) -> httpx.Response:
        """Call the service as a persona, under the certificate of where this persona works."""
        person = PEOPLE.persona(who)
        content = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        media = {"Content-Type": "application/json"} if content else {}
        sent = {"X-Professionnel": person.national_id, **media, **(headers or {})}
        http = self.clients[client or person.structure]
        return http.request(method, self.root + codes.BASE + path, content=content, headers=sent, params=query)

    def get(self, path: str, who: str = "titulaire", **query: str) -> httpx.Response:
        """Read."""
        return self.ask("GET", path, None, who, None, "", **query)

    def of(self, patient: str, path: str = "") -> str:
        """Return the path of a patient."""
        return f"/patients/{PEOPLE.patient_named(patient).matricule}{path}"

    def history(self, patient: str, who: str = "titulaire", **query: str) -> httpx.Response:
        """Read a history."""
        return self.get(self.of(patient, "/historique"), who, **query)

    def identify(self, patient: str, who: str = "titulaire", **members: Any) -> httpx.Response:
        """Send an identity."""
        return self.ask("POST", "/patients", {**self.identity(patient), **members}, who)

    def feed(self, patient: str, *items: Json, who: str = "titulaire") -> httpx.Response:
        """Send what was dispensed."""
        return self.ask("POST", self.of(patient, "/dispensations"), {"dispensations": list(items)}, who)

    def look(self, cip13: str, lot: str, who: str = "titulaire") -> httpx.Response:
        """Check a lot."""
        return self.get("/rappels", who, cip13=cip13, lot=lot)

    # What is sent

    def identity(self, patient: str) -> Json:
        """Return the identity of a patient as INSi gives it."""
        one = PEOPLE.patient_named(patient)
        return {
            "ins": {"matricule": one.matricule, "oid": one.oid},
            "statutIdentite": "QUALIFIEE",
            "nomNaissance": one.birth_name,
            "prenomNaissance": one.first_names[0],
            "sexe": one.sex,
            "dateNaissance": one.birth_date,
            "contact": {"telephone": "0600000000"},
        }


def code_of(answer: httpx.Response) -> str:
    """Return the status and the code of a refusal, after looking that it is one of ours."""
    assert answer.headers["x-simulation"] == codes.SIMULATION
    assert answer.headers["content-type"] == codes.PROBLEM_MEDIA
    document = answer.json()
    assert document["simulation"] == codes.SIMULATION
    assert document["type"] == codes.ERROR_TYPE + document["code"]
    assert document["status"] == answer.status_code
    return f"{answer.status_code} {document['code']}"


def look_explained(tenant: Tenant) -> None:
    """Look that no error is left behind that nobody explained, in French."""
    for exchange in tenant.exchanges():
        wrong = exchange.status >= 400 or exchange.outcome != "answered"
        assert exchange.findings or not wrong, exchange.target
        for finding in exchange.findings:
            assert finding.check_id.startswith(("DP-", "SANDBOX-"))
            assert finding.check_id not in ("SANDBOX-INEXPLIQUE", "SANDBOX-DEFAUT"), exchange.target
            assert finding.received, finding
            assert finding.expected, finding
            assert finding.remedy, finding
            assert not ENGLISH.search(finding.received + finding.message), finding
