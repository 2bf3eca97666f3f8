"""The proxy e-Santé of the reference client over sockets: connect by CIBA, relay to the services, traces, log-out."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import httpx
import pytest
from support.insi_requests import asking
from support.plain import NO_TLS
from support.process import environment
from typer.testing import CliRunner

from insi_mock.domain import Traits
from lgo_client.cli import app
from lgo_client.clock import Workplace
from lgo_client.environment import Environment
from lgo_client.proxy import ProxyServer
from lgo_client.proxy.starting import opened
from lgo_sandbox.run.pytest_plugin import SandboxServer, SandboxSession

TITULAIRE, ADJOINT = "899700090014", "899700090022"
SOAP = "application/soap+xml; charset=utf-8"
SEARCH = asking(Traits("ADRTROIS", "TOUSSAINT", "M", "1960-01-01")).encode()


@dataclass
class Software:
    """An editor's software before its proxy: it keeps the cookie."""

    session: SandboxSession
    proxy: ProxyServer
    clock: list[float]
    opened: ExitStack

    def __post_init__(self) -> None:
        http = httpx.Client(base_url=self.proxy.url, trust_env=False, verify=NO_TLS, timeout=30.0)
        self.http = self.opened.enter_context(http)

    def beside(self) -> Software:
        """Return another workstation at the same proxy."""
        return Software(self.session, self.proxy, self.clock, self.opened)

    def connect(self, **changes: Any) -> httpx.Response:
        asked = {"nationalId": TITULAIRE, "bindingMessage": "42", "clientId": "lgo-api", "channel": "MOBILE", **changes}
        return self.http.post("/connect", json=asked)

    def search(self, **headers: str) -> httpx.Response:
        return self.http.post("/send/insi/lps", content=SEARCH, headers={"Content-Type": SOAP, **headers})

    def traces(self, **period: str) -> list[dict[str, Any]]:
        answer = self.http.get("/traces", params={"start": "2026-01-01T00:00:00Z", **period})
        assert answer.status_code == 200, answer.text
        return list(answer.json())

    def ecps(self, mode: str) -> None:
        self.session.control("PUT", "/psc/ecps", {"persona": "titulaire", "mode": mode})


@contextmanager
def at_a_proxy(lgo_sandbox: SandboxServer) -> Iterator[Software]:
    """Give a software before a proxy of its own, in a session of its own."""
    ready = lgo_sandbox.control("POST", "/sessions", {"listeners": True})
    session = SandboxSession(ready["session"], ready, lgo_sandbox)
    for persona in ("titulaire", "adjoint"):
        session.control("PUT", "/psc/ecps", {"persona": persona, "mode": "accept"})
    clock = [0.0]
    base = Workplace()
    workplace = Workplace(base.now, base.uuid, lambda: base.stopwatch() + clock[0])

    def wait(seconds: float) -> None:
        """Wait between two questions: the session's time passes, the test's does not."""
        session.move_clock(by=seconds)
        clock[0] += seconds

    with opened(Environment(ready), "lgo-api", workplace=workplace, sleep=wait) as proxy, ExitStack() as stack:
        yield Software(session, proxy, clock, stack)
    lgo_sandbox.control("DELETE", f"/sessions/{session.name}")


@pytest.fixture
def software(lgo_sandbox: SandboxServer) -> Iterator[Software]:
    with at_a_proxy(lgo_sandbox) as fresh:
        yield fresh


@pytest.fixture(scope="module")
def standing(lgo_sandbox: SandboxServer) -> Iterator[Software]:
    """A software for what leaves no trace in its session."""
    with at_a_proxy(lgo_sandbox) as kept:
        yield kept


def let_pass(software: Software, seconds: float) -> None:
    """Let time pass for the sandbox and for the proxy."""
    software.session.move_clock(by=seconds)
    software.clock[0] += seconds


def test_a_user_is_connected_relayed_traced_and_disconnected_without_a_reproach(software: Software) -> None:
    before = datetime.now(UTC)
    connected = software.connect()
    assert connected.status_code == 200, connected.text
    told = connected.json()
    assert {*told} == {"proxy_session_id", "session_state"}
    assert software.http.cookies["proxy_session_id"] == told["proxy_session_id"]
    found = software.search()
    assert (found.status_code, "<CodeCR>00</CodeCR>" in found.text) == (200, True)
    assert found.headers["content-type"].startswith("application/soap+xml")
    assert software.connect().status_code == 304
    assert software.http.post("/disconnect").status_code == 200
    assert software.search().status_code == 401
    lines = software.traces(start=before.isoformat())
    assert [line["type"] for line in lines] == ["CONNECT_SUCCESS", "SEND", "CONNECT_REPLAY", "DISCONNECT"]
    assert {line["IdRPPS"] for line in lines} == {TITULAIRE}
    assert {line["proxy_id_session"] for line in lines} == {told["proxy_session_id"]}
    assert {line["session_state"] for line in lines} == {told["session_state"]}
    sent = [line["apiRequest"] for line in lines if "apiRequest" in line]
    assert sent == [{"nomApiPsc": "insi", "methode": "POST", "path": "/lps"}]
    assert all("CN=INSI-AUTO" in line["dn"] and line["ipAddress"] == "127.0.0.1" for line in lines)
    shown = [e["facts"]["ApiTokenShown"] for e in software.session.exchanges(service="insi")]
    assert [(one["person"], one["client_id"], one["bound"]) for one in shown] == [(TITULAIRE, "lgo-api", True)]
    assert software.session.findings() == []


def test_each_route_leads_to_its_api_with_a_token_of_that_api(software: Software) -> None:
    assert software.connect().status_code == 200
    numbers = software.session.ready["eprescription"]["numbers"]
    path = f"/send/eprescription{software.session.ready['eprescription']['path']}/{numbers['OK-1']}/$statut"
    status = software.http.get(path)
    assert (status.status_code, status.json()["resourceType"]) == (200, "Parameters")
    wsdl = software.http.get("/send/dmp/si-dmp-server/v2/services/patients?wsdl")
    assert (wsdl.status_code, b"definitions" in wsdl.content) == (200, True)
    assert software.http.get("/send/annuaire/x").status_code == 404
    assert software.session.findings() == []


def test_what_the_software_says_of_itself_is_not_believed(software: Software) -> None:
    assert software.connect().status_code == 200
    found = software.search(
        Authorization="Bearer faux", Cookie=f"proxy_session_id={software.http.cookies['proxy_session_id']}; x=1"
    )
    assert found.status_code == 200
    (exchange,) = software.session.exchanges(service="insi")
    names = {name.lower() for name, _ in exchange["request_headers"]}
    assert "cookie" not in names


def test_two_users_of_one_proxy_are_two_persons(software: Software) -> None:
    other = software.beside()
    assert (software.connect().status_code, other.connect(nationalId=ADJOINT).status_code) == (200, 200)
    assert (software.search().status_code, other.search().status_code) == (200, 200)
    shown = [e["facts"]["ApiTokenShown"]["person"] for e in software.session.exchanges(service="insi")]
    assert sorted(shown) == [TITULAIRE, ADJOINT]
    assert other.http.delete("/disconnect").status_code == 200
    assert (software.search().status_code, other.search().status_code) == (200, 401)


def test_a_session_id_that_nobody_gave_opens_nothing(software: Software) -> None:
    assert software.search(Cookie="proxy_session_id=devine").status_code == 401
    assert software.http.delete("/disconnect").status_code == 401
    assert software.session.exchanges(service="insi") == []


def test_tokens_are_kept_fresh_as_long_as_the_session_of_the_user_lives(software: Software) -> None:
    assert software.connect().status_code == 200
    assert software.search().status_code == 200
    let_pass(software, 25 * 60)
    assert software.search().status_code == 200
    let_pass(software, 4 * 3600)
    over = software.search()
    assert over.status_code == 401
    assert [one["check_id"] for one in software.session.findings() if one["check_id"].startswith("INSI")] == []


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"clientId": "autre"}, 404, "clientId"),
        ({"bindingMessage": "4"}, 400, "bindingMessage"),
        ({"bindingMessage": "²²"}, 400, "bindingMessage"),
        ({"channel": "SMS"}, 400, "channel"),
        ({"nationalId": ""}, 400, "nationalId"),
        ({"nationalId": 12}, 400, "nationalId"),
        ({"nationalId": "899700099999"}, 401, "invalid_request"),
    ],
)
def test_a_connection_that_cannot_be_is_refused_with_its_reason(
    standing: Software, changes: dict[str, Any], status: int, code: str
) -> None:
    answer = standing.connect(**changes)
    assert answer.status_code == status
    told = answer.json()
    assert {*told} == {"code", "message", "metadata"}
    assert told["code"] == str(status)
    assert told["message"].startswith(f"{code} : ")
    assert "set-cookie" not in answer.headers


def test_a_user_who_refuses_is_not_connected_and_that_is_traced(software: Software) -> None:
    software.ecps("refuse")
    answer = software.connect()
    assert (answer.status_code, answer.json()["message"].partition(" : ")[0]) == (401, "access_denied")
    assert answer.json()["metadata"] == {"nationalId": TITULAIRE, "clientId": "lgo-api"}
    assert [line["type"] for line in software.traces()] == ["CONNECT_FAILURE"]


def test_an_api_that_is_down_is_told_as_unavailable(software: Software) -> None:
    assert software.connect().status_code == 200
    software.session.arm("status", 503, service="insi", times=1)
    assert software.search().status_code == 503
    assert software.search().status_code == 200


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("GET", "/connect", b"", 405),
        ("POST", "/connect", b"bonjour", 400),
        ("POST", "/connect", b"[]", 400),
        ("POST", "/traces", b"", 405),
        ("GET", "/disconnect", b"", 405),
        ("GET", "/traces", b"", 400),
        ("GET", "/traces?start=hier", b"", 400),
        ("GET", "/autre", b"", 404),
        ("GET", "/", b"", 404),
    ],
)
def test_another_request_is_explained(standing: Software, method: str, path: str, body: bytes, status: int) -> None:
    answer = standing.http.request(method, path, content=body)
    assert (answer.status_code, {*answer.json()}) == (status, {"code", "message", "metadata"})


def test_a_path_does_not_climb_out_of_its_route(software: Software) -> None:
    assert software.connect().status_code == 200
    for climbing in (b"/send/insi/../dmp", b"/send/insi/%2e%2e/x", b"/send/insi/a/%2E./x"):
        url = httpx.URL(software.proxy.url).copy_with(raw_path=climbing)
        assert software.http.get(url).status_code in (400, 404), climbing
    assert software.session.exchanges(service="insi") == []


def test_a_body_without_a_length_or_too_large_is_not_read(standing: Software) -> None:
    def pieces() -> Iterator[bytes]:
        yield b"{}"

    assert standing.http.post("/connect", content=pieces()).status_code == 411
    host, port = httpx.URL(standing.proxy.url).host, httpx.URL(standing.proxy.url).port
    with closing(HTTPConnection(host, port)) as connection:
        connection.putrequest("POST", "/connect")
        connection.putheader("Content-Length", str(33 * 1024 * 1024))
        connection.endheaders()
        assert connection.getresponse().status == 413


def test_traces_are_those_of_the_period(software: Software) -> None:
    software.connect(clientId="autre")
    now = datetime.now(UTC)
    hour = timedelta(hours=1)
    assert len(software.traces(start=(now - hour).isoformat(), end=(now + hour).isoformat())) == 1
    assert software.traces(start=(now + hour).isoformat()) == []
    assert software.traces(end=(now - hour).isoformat()) == []
    assert json.dumps(software.traces()).count("autre") == 1


def test_the_command_serves_until_it_is_interrupted(standing: Software, tmp_path: Path) -> None:
    ready = tmp_path / "ready.json"
    ready.write_text(json.dumps(dict(standing.session.ready)), encoding="utf-8")
    command = [str(Path(sys.executable).with_name("lgo")), "proxy", "--port", "0", "--ready", str(ready)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment()) as running:
        assert running.stdout is not None
        url = running.stdout.readline().partition(" : ")[2].strip()
        with httpx.Client(base_url=url, trust_env=False, verify=NO_TLS, timeout=30.0) as http:
            assert http.get("/traces", params={"start": "2026-01-01T00:00:00Z"}).json() == []
            assert http.post("/send/insi/lps").status_code == 401
        running.send_signal(signal.SIGINT)
        assert running.wait(timeout=30) == 0


def test_the_day_has_the_two_ways_of_calling_and_no_other() -> None:
    told = CliRunner().invoke(app, ["demo", "--auth", "autre"])
    assert (told.exit_code, "certificats, psc-api" in told.output) == (2, True)
