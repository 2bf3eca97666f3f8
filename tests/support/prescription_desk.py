"""A client of the simulated Ordonnance numérique in a tenant of its own, with the tester's hand on that session."""

from __future__ import annotations

import json
import re
from typing import Any

import httpx

from eprescription_mock import codes
from eprescription_mock.service import SERVICE
from lgo_sandbox.contract import ResourceRequest
from lgo_sandbox.population.people import population
from lgo_sandbox.watch.exchange import Exchange
from support.tenants import Tenant

__all__ = ["Desk", "code_of", "look_explained", "number_of", "value_of"]

PEOPLE = population()
ENGLISH = re.compile(r"Expecting|Extra data|can't|codec|Invalid|recursion|\bexpired\b|wrong_|_valid")
Json = dict[str, Any]


class Desk:
    """A pharmacy's or a prescriber's software. ``root``: another address than the door with TLS."""

    def __init__(self, tenant: Tenant, http: httpx.Client) -> None:
        self.tenant, self.http = tenant, http
        self.root = tenant.url("eprescription")

    @property
    def url(self) -> str:
        """Where the operations are."""
        return self.root + codes.BASE

    # The tester

    def option(self, **options: str) -> None:
        """Set options of the service."""
        self.tenant.option(**{f"eprescription__{name}": value for name, value in options.items()})

    def resource(self, tail: str = "", method: str = "GET", **query: str) -> Any:
        """Call the resource of the service, as the control API does."""
        (resource,) = SERVICE.resources
        sandbox = self.tenant.runner.launcher.sandbox
        return self.tenant.do(lambda s: resource.handle(sandbox, s, ResourceRequest(method, tail, query)))

    def last(self) -> Exchange:
        """Return the last exchange."""
        return self.tenant.exchanges()[-1]

    def broken(self) -> set[str]:
        """Return the checks that the last exchange broke."""
        return {finding.check_id for finding in self.last().findings}

    # The calls

    def headers(self, who: str) -> dict[str, str]:
        """Return the headers of a persona at their structure."""
        person = next((one for one in PEOPLE.professionals if one.id == who), PEOPLE.persona("titulaire"))
        number = PEOPLE.structure(person.structure).id_nat
        return {"Authorization": f"Bearer jeton.{who}", "X-Structure": f"1.2.250.1.71.4.2.2|{number}"}

    def post(
        self, path: str, body: Any = None, who: str = "titulaire", headers: dict[str, str] | None = None, **query: str
    ) -> httpx.Response:
        """Post JSON, or octets as they are."""
        content = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        media = {"Content-Type": "application/fhir+json"} if content else {}
        sent = {**self.headers(who), **media, **(headers or {})}
        return self.http.post(f"{self.url}/{path}", content=content, headers=sent, params=query)

    def consult(self, numero: str, who: str = "titulaire", **changes: Any) -> httpx.Response:
        """Consult a prescription by its QR code."""
        return self.post("$ep3-consulter", self.asked(qrToken=f"EPU-SIMU:{numero}"), who, **changes)

    def secret(self, numero: str, who: str = "titulaire") -> str:
        """Consult a prescription and return the secret of the consultation."""
        answer = self.consult(numero, who)
        assert answer.status_code == 200, answer.text
        return str(value_of(answer, "secret"))

    def execute(
        self, numero: str, *dispenses: Any, who: str = "titulaire", secret: str | None = None, **headers: str
    ) -> httpx.Response:
        """Tell what was delivered, after a consultation unless its secret is given."""
        named = secret if secret is not None else self.secret(numero, who)
        return self.post(f"{numero}/$ep1-executer", self.order(*dispenses), who, headers, secret=named)

    def status(self, numero: str, who: str = "titulaire") -> httpx.Response:
        """Ask for the state of a prescription."""
        return self.http.get(f"{self.url}/{numero}/$statut", headers=self.headers(who))

    # What is sent

    def asked(self, **values: str) -> Json:
        """Return parameters."""
        parameters = [{"name": name, "valueString": value} for name, value in values.items()]
        return {"resourceType": "Parameters", "parameter": parameters}

    def order(self, *lines: Json) -> Json:
        """Return a bundle."""
        return {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": line} for line in lines]}

    def dispense(self, numero: str, line: int, quantity: Any, cip13: str, **members: Any) -> Json:
        """Return a delivery of a line."""
        return {
            "resourceType": "MedicationDispense",
            "status": "completed",
            "authorizingPrescription": [{"reference": f"MedicationRequest/{numero}-{line}"}],
            "medicationCodeableConcept": {"coding": [{"system": codes.SYSTEM_CIP, "code": cip13}]},
            "quantity": quantity if isinstance(quantity, dict) else {"value": quantity},
            **members,
        }

    def line(self, cip13: str, boxes: int = 1, group: str = "G1", **members: Any) -> Json:
        """Return a prescribed line."""
        patient = PEOPLE.patient_named("martin-claire")
        return {
            "resourceType": "MedicationRequest",
            "status": "active",
            "intent": "order",
            "medicationCodeableConcept": {"coding": [{"system": codes.SYSTEM_CIP, "code": cip13}]},
            "subject": {"identifier": {"system": f"urn:oid:{patient.oid}", "value": patient.matricule}},
            "authoredOn": self.tenant.do(lambda s: s.clock.wire()).isoformat(),
            "groupIdentifier": {"system": codes.SYSTEM_EPU, "value": number_of(group)},
            "dosageInstruction": [{"text": "1 comprimé par jour"}],
            "dispenseRequest": {"quantity": {"value": boxes}, "numberOfRepeatsAllowed": 0},
            **members,
        }


def number_of(group: str) -> str:
    """Return the number that a prescriber's software gives."""
    return codes.NUMBER_PREFIX + group.rjust(codes.NUMBER_LENGTH - len(codes.NUMBER_PREFIX), "X")


def value_of(answer: httpx.Response, name: str) -> Any:
    """Return the value of a parameter of the answer."""
    part = next(one for one in answer.json()["parameter"] if one["name"] == name)
    return next(part[key] for key in part if key != "name")


def code_of(answer: httpx.Response) -> str:
    """Return the status and the detail code of a refusal, after looking that it is one of ours."""
    assert answer.headers["x-simulation"] == "EPU-NON-OFFICIEL"
    assert answer.headers["content-type"] == "application/fhir+json"
    (coding,) = answer.json()["issue"][0]["details"]["coding"]
    assert coding["system"] == codes.SYSTEM_ERRORS
    return f"{answer.status_code} {coding['code']}"


def look_explained(tenant: Tenant) -> None:
    """Look that no error is left behind that nobody explained, in French."""
    for exchange in tenant.exchanges():
        wrong = exchange.status >= 400 or exchange.outcome != "answered"
        assert exchange.findings or not wrong, exchange.target
        for finding in exchange.findings:
            assert finding.check_id.startswith(("EPRESC-", "SANDBOX-"))
            assert finding.check_id not in ("SANDBOX-INEXPLIQUE", "SANDBOX-DEFAUT"), exchange.target
            assert finding.received, finding
            assert finding.expected, finding
            assert finding.remedy, finding
            assert not ENGLISH.search(finding.received + finding.message), finding
