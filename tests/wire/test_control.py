"""The control API on real sockets: doors of a session, events, closing, and two processes' worth of writers."""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
import ssl
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from support.keys import with_keys
from support.plain import NO_TLS
from support.sixth import sixth_service_alone
from support.tenants import Runner, Tenant, running_in_background

from lgo_sandbox.cli.banner import lines
from lgo_sandbox.run.assemble import READY_NAME, running
from lgo_sandbox.run.bad_listeners import bad_port
from lgo_sandbox.run.launcher import PortTaken, PublicBindRefused
from lgo_sandbox.sandbox import installed_services
from lgo_sandbox.settings import Settings
from lgo_sandbox.watch.bad_servers import Weakness


@pytest.fixture(scope="module", autouse=True)
def _one_service() -> Iterator[None]:
    with sixth_service_alone():
        yield


@pytest.fixture
def state(tmp_path: Path) -> Path:
    return with_keys(tmp_path)


@pytest.fixture(scope="module")
def runner(_one_service: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Runner]:
    """One sandbox for all tests that are content with a session of it; none writes in its default session."""
    with running_in_background(tmp_path_factory.mktemp("control")) as runner:
        yield runner


@pytest.fixture
def tenant(runner: Runner) -> Tenant:
    return runner.tenant()


@pytest.fixture
async def api(runner: Runner) -> AsyncIterator[httpx.AsyncClient]:
    root = f"{runner.launcher.sandbox.addresses.control}/_sandbox/v1"
    async with httpx.AsyncClient(base_url=root, trust_env=False, verify=NO_TLS, timeout=20) as client:
        yield client


async def _greet(root: str, name: str, **tls: Any) -> httpx.Response:
    async with httpx.AsyncClient(trust_env=False, **{"verify": NO_TLS, **tls}) as client:
        return await client.post(f"{root}/saluer", json={"name": name})


async def test_a_session_with_doors_of_its_own_needs_nothing_but_other_addresses(api: httpx.AsyncClient) -> None:
    ready = (await api.post("/sessions", json={"name": "portes", "listeners": True})).json()
    assert ready["session"] == "portes"
    trust = ssl.create_default_context(cafile=ready["ca"])
    answer = await _greet(ready["services"]["sixieme"]["https"], "Marc", verify=trust)
    assert answer.json()["session"] == "portes"
    assert (await api.get("/sessions/portes/exchanges")).json()["last"] == 1
    assert (await api.get("/exchanges")).json()["last"] == 0


async def test_the_certificate_of_a_session_leads_to_it_through_the_common_door(
    runner: Runner, tenant: Tenant, api: httpx.AsyncClient
) -> None:
    ready = (await api.get(f"/sessions/{tenant.name}/ready")).json()
    trust = ssl.create_default_context(cafile=ready["ca"])
    card = ready["certificates"]["org-auth"]
    trust.load_cert_chain(card["cert"], card["key"])
    answer = await _greet(runner.launcher.sandbox.addresses.tls["sixieme"], "Marc", verify=trust)
    assert answer.json()["session"] == tenant.name


async def test_the_doors_of_a_deleted_session_are_closed(api: httpx.AsyncClient) -> None:
    ready = (await api.post("/sessions", json={"listeners": True})).json()
    root = ready["services"]["sixieme"]["http"]
    assert (await _greet(root, "Marc")).status_code == 200
    assert (await api.delete(f"/sessions/{ready['session']}")).status_code == 204
    with pytest.raises(httpx.ConnectError):
        await _greet(root, "Marc")


async def test_doors_can_be_opened_replaced_and_closed_later(tenant: Tenant, api: httpx.AsyncClient) -> None:
    path = f"/sessions/{tenant.name}"
    first = (await api.post(f"{path}/listeners")).json()["services"]["sixieme"]["http"]
    second = (await api.post(f"{path}/listeners")).json()["services"]["sixieme"]["http"]
    assert first != second
    assert (await api.get(path)).json()["listeners"] is True
    with pytest.raises(httpx.ConnectError):
        await _greet(first, "Marc")
    assert (await _greet(second, "Marc")).json()["session"] == tenant.name
    assert (await api.delete(f"{path}/listeners")).status_code == 204
    with pytest.raises(httpx.ConnectError):
        await _greet(second, "Marc")


async def test_an_armed_fault_strikes_in_the_service_s_own_words(tenant: Tenant, api: httpx.AsyncClient) -> None:
    path, fault = f"/sessions/{tenant.name}", {"service": "sixieme", "kind": "status", "value": 503, "times": 1}
    await api.post(f"{path}/faults", json=fault)
    root = tenant.url("sixieme", tls=False)
    answer = await _greet(root, "Marc")
    assert (answer.status_code, "panne" in answer.json()["refus"]) == (503, True)
    assert (await _greet(root, "Marc")).status_code == 200
    struck, spared = (await api.get(f"{path}/exchanges")).json()["exchanges"]
    assert (bool(struck["fault"]), struck["outcome"], struck["status"]) == (True, "fault", 503)
    assert (spared["fault"], spared["outcome"]) == ("", "answered")


class _Events:
    """A reader of server-sent events."""

    def __init__(self, response: httpx.Response) -> None:
        self._lines = response.aiter_lines()

    async def next(self) -> tuple[str, Any]:
        kind = ""
        async for line in self._lines:
            if line.startswith("event: "):
                kind = line.removeprefix("event: ")
            if line.startswith("data: "):
                return kind, json.loads(line.removeprefix("data: "))
        return "closed", None


async def test_events_follow_the_exchanges_of_one_session(
    runner: Runner, tenant: Tenant, api: httpx.AsyncClient
) -> None:
    root, path = tenant.url("sixieme", tls=False), f"/sessions/{tenant.name}"
    await _greet(root, "Avant")
    async with api.stream("GET", f"{path}/events") as response:
        assert response.headers["content-type"].startswith("text/event-stream")
        events = _Events(response)
        await _greet(runner.tenant().url("sixieme", tls=False), "Ailleurs")
        await _greet(root, "marc")
        kind, exchange = await events.next()
        assert (kind, exchange["summary"], len(exchange["findings"])) == ("exchange", "Salut à marc", 1)
        await api.post(f"{path}/reset")
        assert (await events.next())[0] == "reset"
        await _greet(root, "Zoé")
        assert (await events.next())[1]["summary"] == "Salut à Zoé"


async def test_a_client_that_comes_back_goes_on_where_it_was(tenant: Tenant, api: httpx.AsyncClient) -> None:
    root, path = tenant.url("sixieme", tls=False), f"/sessions/{tenant.name}/events"
    for name in ("Un", "Deux", "Trois"):
        await _greet(root, name)
    async with api.stream("GET", path, headers={"last-event-id": "1"}) as response:
        events = _Events(response)
        assert [(await events.next())[1]["seq"] for _ in range(2)] == [2, 3]


async def test_events_end_with_their_session(tenant: Tenant, api: httpx.AsyncClient) -> None:
    path = f"/sessions/{tenant.name}"
    async with api.stream("GET", f"{path}/events") as response:
        events = _Events(response)
        await api.delete(path)
        assert await events.next() == ("end", {"session": tenant.name})
        assert await events.next() == ("closed", None)


async def test_a_long_poll_gets_what_comes_next(tenant: Tenant, api: httpx.AsyncClient) -> None:
    path = f"/sessions/{tenant.name}/exchanges"
    waiting = asyncio.create_task(api.get(path, params={"wait": 15, "after": 0}))
    await asyncio.sleep(0.1)
    await _greet(tenant.url("sixieme", tls=False), "Marc")
    assert [e["summary"] for e in (await waiting).json()["exchanges"]] == ["Salut à Marc"]


async def test_an_open_event_stream_does_not_hold_up_the_stop(state: Path) -> None:
    async with httpx.AsyncClient(trust_env=False, verify=NO_TLS) as client:
        async with running(Settings(state=state, port_base=0)) as launcher:
            url = f"{launcher.sandbox.addresses.control}/_sandbox/v1/events"
            stream = client.stream("GET", url)
            response = await stream.__aenter__()
        assert "retry: 1000" in "".join([line async for line in response.aiter_lines()])
        await stream.__aexit__(None, None, None)


async def test_exchanges_of_another_process_on_the_same_state_are_seen(state: Path) -> None:
    async with running(Settings(state=state, port_base=0)) as first:
        async with running(Settings(state=state, port_base=0, replica=True), ["sixieme"]) as second:
            assert second.sandbox.addresses.control == ""
            await _greet(second.sandbox.addresses.plain["sixieme"], "Marc")
            root = f"{first.sandbox.addresses.control}/_sandbox/v1"
            async with httpx.AsyncClient(trust_env=False, verify=NO_TLS, timeout=20) as client:
                found = (await client.get(f"{root}/exchanges", params={"after": 0, "wait": 15})).json()["exchanges"]
        assert [exchange["summary"] for exchange in found] == ["Salut à Marc"]
        assert json.loads((state / READY_NAME).read_text())["control"] == first.sandbox.addresses.control


async def test_the_ready_file_is_there_while_it_runs(state: Path) -> None:
    async with running(Settings(state=state, port_base=0)):
        assert json.loads((state / READY_NAME).read_text())["services"]["sixieme"]
    assert not (state / READY_NAME).exists()


def listening() -> socket.socket:
    """Listen on a port that ``port_base`` admits: those that the system gives may lie above."""
    for port in range(20_000, 60_000):
        with contextlib.suppress(OSError):
            return socket.create_server(("127.0.0.1", port))
    raise AssertionError("no port is free")


async def test_a_taken_port_is_named(state: Path) -> None:
    with listening() as taken:
        port = taken.getsockname()[1]
        with pytest.raises(PortTaken, match=f"le port {port} "):
            async with running(Settings(state=state / "autre", port_base=port)):
                raise AssertionError


async def test_servers_to_refuse_are_open_from_the_start_when_asked_for(state: Path) -> None:
    async with running(Settings(state=state, port_base=0, bad_servers=True)) as launcher:
        ready = json.loads((state / READY_NAME).read_text())
        assert {*ready["bad_servers"], *ready["bad_servers_absent"]} == {*Weakness}
        trusting = ssl.create_default_context(cafile=ready["ca"])
        answer = await _greet(ready["bad_servers"]["revoked"]["sixieme"], "Marc", verify=trusting)
        assert answer.status_code == 200
        assert any("à refuser" in line and "self-signed" in line for line in lines(launcher))


async def test_a_taken_port_of_a_server_to_refuse_is_named_and_leaves_none_open(state: Path) -> None:
    with listening() as taken:
        port = taken.getsockname()[1]
        door = installed_services()[0].doors[0]
        base = port - (bad_port(door, Weakness.REVOKED, 1) - 1)
        async with running(Settings(state=state, port_base=base)) as launcher:
            root = f"{launcher.sandbox.addresses.control}/_sandbox/v1/bad-servers"
            async with httpx.AsyncClient(trust_env=False, verify=NO_TLS, timeout=20) as client:
                refused = await client.post(root)
                assert (refused.status_code, f"le port {port} " in refused.json()["erreur"]) == (409, True)
                assert (await client.get(root)).json() == {"servers": [], "absent": {}}


async def test_a_public_address_needs_its_flag(state: Path) -> None:
    with pytest.raises(PublicBindRefused, match="--public"):
        async with running(Settings(state=state, port_base=0, host="0.0.0.0")):
            raise AssertionError


async def test_an_unknown_service_is_named(state: Path) -> None:
    with pytest.raises(LookupError, match="service inconnu : lune"):
        async with running(Settings(state=state, port_base=0), ["lune"]):
            raise AssertionError


async def test_without_plain_ports_only_tls_answers(state: Path) -> None:
    async with running(Settings(state=state, port_base=0, plain_ports=False)) as launcher:
        assert launcher.sandbox.addresses.plain == {}
        trust = ssl.create_default_context(cafile=launcher.sandbox.pki.ca_bundle)
        answer = await _greet(launcher.sandbox.addresses.tls["sixieme"], "Marc", verify=trust)
        assert answer.status_code == 200


async def test_the_console_is_on_the_control_port(runner: Runner) -> None:
    async with httpx.AsyncClient(trust_env=False, verify=NO_TLS) as client:
        page = await client.get(f"{runner.launcher.sandbox.addresses.control}/")
    assert (page.status_code, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
