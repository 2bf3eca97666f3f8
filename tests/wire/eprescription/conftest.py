"""The simulated Ordonnance numérique over real sockets, with a small introspection in place of Pro Santé Connect."""

from __future__ import annotations

import base64
import json
import re
import shutil
import ssl
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import httpx
import pytest

from eprescription_mock import codes
from eprescription_mock.service import SERVICE
from lgo_sandbox.contract import ResourceRequest
from lgo_sandbox.gate.serving import HttpListener, bind
from lgo_sandbox.population.people import population
from lgo_sandbox.run.assemble import running
from lgo_sandbox.run.launcher import Launcher
from lgo_sandbox.settings import Settings
from lgo_sandbox.tenant.session import Session
from lgo_sandbox.watch.exchange import Exchange

PEOPLE = population()
ENGLISH = re.compile(r"Expecting|Extra data|can't|codec|Invalid|recursion|\bexpired\b|wrong_|_valid")
BASIC = "Basic " + base64.b64encode(f"{codes.PSC_CLIENT}:{codes.PSC_SECRET}".encode()).decode()


async def fake_psc(scope: Any, receive: Any, send: Any) -> None:
    """Introspect tokens ``jeton.<persona>``; ``panne`` is a defect, ``bavard`` no JSON, any other one is inactive."""
    form = parse_qs((await receive())["body"].decode())
    known = dict(scope["headers"]).get(b"authorization", b"").decode() == BASIC
    right = known and scope["path"].endswith(codes.PSC_INTROSPECTION)
    token = form["token"][0]
    answer = json.dumps(introspected(token)).encode() if token != "bavard" else b"<html>"
    status = 401 if not right else 500 if token == "panne" else 200
    await send({"type": "http.response.start", "status": status, "headers": [(b"content-type", b"application/json")]})
    await send({"type": "http.response.body", "body": answer})


def introspected(token: str) -> dict[str, Any]:
    persona = token.rpartition("~")[2].removeprefix("jeton.")
    person = next((one for one in PEOPLE.professionals if one.id == persona), None)
    if token.endswith("inconnu"):
        return {"active": True, "SubjectNameID": "899700099999", "client_id": "lgo-demo"}
    if person is None:
        return {"active": False}
    return {"active": True, "SubjectNameID": person.national_id, "client_id": "lgo-demo"}


@dataclass
class Desk:
    """A client's view of the running service, with the tester's hand on its session."""

    launcher: Launcher
    http: httpx.AsyncClient
    session_name: str = "default"
    root: str = ""

    @property
    def session(self) -> Session:
        return self.launcher.sandbox.sessions.get(self.session_name)

    @property
    def url(self) -> str:
        prefix = "" if self.session_name == "default" else f"/s/{self.session_name}"
        return (self.root or self.launcher.sandbox.addresses.tls["eprescription"]) + prefix + codes.BASE

    def at(self, session: str) -> Desk:
        self.launcher.sandbox.sessions.create(session)
        return replace(self, session_name=session)

    def option(self, **options: str) -> None:
        named = {f"eprescription.{name}": value for name, value in options.items()}
        self.session.configure(replace(self.session.config, options={**self.session.config.options, **named}))

    def move(self, **by: float) -> None:
        self.session.move_clock(by=timedelta(**by))

    def resource(self, tail: str = "", method: str = "GET", **query: str) -> Any:
        (resource,) = SERVICE.resources
        return resource.handle(self.launcher.sandbox, self.session, ResourceRequest(method, tail, query))

    def headers(self, who: str) -> dict[str, str]:
        person = next((one for one in PEOPLE.professionals if one.id == who), PEOPLE.persona("titulaire"))
        number = PEOPLE.structure(person.structure).id_nat
        return {"Authorization": f"Bearer jeton.{who}", "X-Structure": f"1.2.250.1.71.4.2.2|{number}"}

    async def post(
        self, path: str, body: Any = None, who: str = "titulaire", headers: dict[str, str] | None = None, **query: str
    ) -> httpx.Response:
        content = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        media = {"Content-Type": "application/fhir+json"} if content else {}
        sent = {**self.headers(who), **media, **(headers or {})}
        return await self.http.post(f"{self.url}/{path}", content=content, headers=sent, params=query)

    async def consult(self, numero: str, who: str = "titulaire", **changes: Any) -> httpx.Response:
        return await self.post("$consulter", self.asked(qrToken=f"EPU-SIMU:{numero}"), who, **changes)

    def asked(self, **values: str) -> dict[str, Any]:
        parameters = [{"name": name, "valueString": value} for name, value in values.items()]
        return {"resourceType": "Parameters", "parameter": parameters}

    async def secret(self, numero: str, who: str = "titulaire") -> str:
        answer = await self.consult(numero, who)
        assert answer.status_code == 200, answer.text
        return str(value(answer, "secret"))

    async def execute(
        self, numero: str, *dispenses: Any, who: str = "titulaire", secret: str | None = None, **headers: str
    ) -> httpx.Response:
        named = secret if secret is not None else await self.secret(numero, who)
        bundle = {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": d} for d in dispenses]}
        return await self.post(f"{numero}/$executer", bundle, who, headers, secret=named)

    async def status(self, numero: str, who: str = "titulaire") -> httpx.Response:
        return await self.http.get(f"{self.url}/{numero}/$statut", headers=self.headers(who))

    def last(self) -> Exchange:
        return self.session.journal.read()[-1]

    def broken(self) -> set[str]:
        return {finding.check_id for finding in self.last().findings}

    def dispense(self, numero: str, line: int, quantity: Any, cip13: str, **members: Any) -> dict[str, Any]:
        return {
            "resourceType": "MedicationDispense",
            "status": "completed",
            "authorizingPrescription": [{"reference": f"MedicationRequest/{numero}-{line}"}],
            "medicationCodeableConcept": {"coding": [{"system": codes.SYSTEM_CIP, "code": cip13}]},
            "quantity": quantity if isinstance(quantity, dict) else {"value": quantity},
            **members,
        }

    def order(self, *lines: dict[str, Any]) -> dict[str, Any]:
        return {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": line} for line in lines]}

    def line(self, cip13: str, boxes: int = 1, group: str = "G1", **members: Any) -> dict[str, Any]:
        patient = PEOPLE.patient_named("martin-claire")
        return {
            "resourceType": "MedicationRequest",
            "status": "active",
            "intent": "order",
            "medicationCodeableConcept": {"coding": [{"system": codes.SYSTEM_CIP, "code": cip13}]},
            "subject": {"identifier": {"system": f"urn:oid:{patient.oid}", "value": patient.matricule}},
            "authoredOn": self.session.clock.wire().isoformat(),
            "groupIdentifier": {"system": "urn:essai", "value": group},
            "dosageInstruction": [{"text": "1 comprimé par jour"}],
            "dispenseRequest": {"quantity": {"value": boxes}, "numberOfRepeatsAllowed": 0},
            **members,
        }


def value(answer: httpx.Response, name: str) -> Any:
    """The value of a parameter of the answer."""
    part = next(one for one in answer.json()["parameter"] if one["name"] == name)
    return next(part[key] for key in part if key != "name")


def code(answer: httpx.Response) -> str:
    """The detail code of a refusal, after looking that it is one of ours."""
    assert answer.headers["x-simulation"] == "EPU-NON-OFFICIEL"
    assert answer.headers["content-type"] == "application/fhir+json"
    (coding,) = answer.json()["issue"][0]["details"]["coding"]
    assert coding["system"] == codes.SYSTEM_ERRORS
    return f"{answer.status_code} {coding['code']}"


@pytest.fixture(scope="session")
def state(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("eprescription")


@pytest.fixture
async def psc_url() -> AsyncIterator[str]:
    sock = bind("127.0.0.1", 0)
    url = f"http://127.0.0.1:{sock.getsockname()[1]}"
    listener = await HttpListener.open(fake_psc, sock)
    yield url
    await listener.close()


@pytest.fixture
async def desk(state: Path, psc_url: str) -> AsyncIterator[Desk]:
    shutil.rmtree(state / "sessions", ignore_errors=True)
    settings = Settings(state=state, port_base=0, service_urls={"psc": psc_url})
    async with running(settings, ["eprescription"]) as launcher:
        trust = ssl.create_default_context(cafile=str(launcher.sandbox.pki.ca_bundle))
        async with httpx.AsyncClient(verify=trust, trust_env=False) as http:
            yield Desk(launcher, http)
        await explained(launcher)


async def explained(launcher: Launcher) -> None:
    """No test leaves an error behind that nobody explained, in French."""
    sessions = launcher.sandbox.sessions
    for session in map(sessions.get, sessions.names()):
        await session.looking.settle()
        for exchange in session.journal.read():
            wrong = exchange.status >= 400 or exchange.outcome != "answered"
            assert exchange.findings or not wrong, exchange.target
            for finding in exchange.findings:
                assert finding.check_id.startswith(("EPRESC-", "SANDBOX-"))
                assert finding.check_id not in ("SANDBOX-INEXPLIQUE", "SANDBOX-DEFAUT"), exchange.target
                assert finding.received, finding
                assert finding.expected, finding
                assert finding.remedy, finding
                assert not ENGLISH.search(finding.received + finding.message), finding


@pytest.fixture
def value_of() -> Any:
    return value


@pytest.fixture
def code_of() -> Any:
    return code
