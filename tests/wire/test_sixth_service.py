"""A sixth service comes in by its entry point alone: the core serves, journals, checks and shows it."""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import httpx
import pytest
from support.keys import with_keys
from support.sixth import sixth_service_alone

from lgo_sandbox.run.assemble import running
from lgo_sandbox.run.launcher import Launcher
from lgo_sandbox.settings import Settings


@pytest.fixture
async def launcher(tmp_path: Path) -> AsyncIterator[Launcher]:
    async with AsyncExitStack() as stack:
        with sixth_service_alone():
            sandbox = running(Settings(state=with_keys(tmp_path), port_base=0))
            started = await stack.enter_async_context(sandbox)
        yield started


@pytest.fixture
async def client(launcher: Launcher) -> AsyncIterator[httpx.AsyncClient]:
    trust = ssl.create_default_context(cafile=launcher.sandbox.pki.ca_bundle)
    async with httpx.AsyncClient(verify=trust, trust_env=False) as opened:
        yield opened


async def _control(client: httpx.AsyncClient, launcher: Launcher, path: str) -> Any:
    answer = await client.get(f"{launcher.sandbox.addresses.control}/_sandbox/v1{path}")
    assert answer.status_code == 200, answer.text
    return answer.json()


async def _greet(client: httpx.AsyncClient, root: str, name: str) -> httpx.Response:
    return await client.post(f"{root}/saluer", json={"name": name})


@pytest.mark.parametrize("scheme", ["plain", "tls"])
async def test_it_is_served_with_and_without_tls(launcher: Launcher, client: httpx.AsyncClient, scheme: str) -> None:
    answer = await _greet(client, getattr(launcher.sandbox.addresses, scheme)["sixieme"], "Hélène")
    assert answer.json() == {"session": "default", "mot": "bonjour", "name": "Hélène"}
    assert answer.headers["date"]


async def test_its_exchanges_are_journaled_decoded_and_checked(launcher: Launcher, client: httpx.AsyncClient) -> None:
    await _greet(client, launcher.sandbox.addresses.plain["sixieme"], "hélène")
    (exchange,) = (await _control(client, launcher, "/exchanges?service=sixieme&findings=true"))["exchanges"]
    assert (exchange["operation"], exchange["status"], exchange["summary"]) == ("saluer", 200, "Salut à hélène")
    assert exchange["findings"][0]["check_id"] == "SIXIEME-MAJUSCULE"
    detail = await _control(client, launcher, f"/exchanges/{exchange['id']}")
    assert detail["decoded"]["request"] == [["Nom", "hélène"]]
    assert "hélène" not in detail["exchange"]["summary"] or detail["exchange"]["request_body"].startswith('{"name"')


async def test_its_contract_and_resource_are_in_the_control_api(launcher: Launcher, client: httpx.AsyncClient) -> None:
    (contract,) = await _control(client, launcher, "/services")
    assert contract["name"] == "sixieme"
    assert contract["options"][0]["name"] == "sixieme.mot"
    assert contract["doors"][0]["addresses"]["https"] == launcher.sandbox.addresses.tls["sixieme"]
    assert await _control(client, launcher, "/sixieme/saluts") == ["Amorce"]


async def test_its_check_weighs_on_the_verdict_of_a_requirement(launcher: Launcher, client: httpx.AsyncClient) -> None:
    await _greet(client, launcher.sandbox.addresses.plain["sixieme"], "hélène")
    report = await _control(client, launcher, "/report.json")
    (judged,) = [r for r in report["requirements"] if r["id"] == "LGO.INS.06"]
    assert judged["verdict"] == "FAIL"


async def test_two_sessions_do_not_see_each_other(launcher: Launcher, client: httpx.AsyncClient) -> None:
    launcher.sandbox.sessions.create("autre")
    root = launcher.sandbox.addresses.plain["sixieme"]
    answer = await _greet(client, f"{root}/s/autre", "Marc")
    assert answer.json()["session"] == "autre"
    assert await _control(client, launcher, "/sixieme/saluts") == ["Amorce"]
    assert await _control(client, launcher, "/sixieme/saluts?session=autre") == ["Amorce", "Marc"]


async def test_an_unknown_session_or_path_is_refused_in_its_own_words(
    launcher: Launcher, client: httpx.AsyncClient
) -> None:
    root = launcher.sandbox.addresses.plain["sixieme"]
    assert "session inconnue" in (await client.get(f"{root}/s/nulle-part/livre")).json()["refus"]
    assert (await client.get(f"{root}/ailleurs")).status_code == 404
    assert (await client.post(f"{root}/saluer", content=b"x" * 2000)).status_code == 413


async def test_the_ready_file_carries_its_connection_facts(launcher: Launcher, client: httpx.AsyncClient) -> None:
    ready = await _control(client, launcher, "/ready")
    assert ready["sixieme_cle"] == "cle-default"
    assert set(ready["services"]["sixieme"]) == {"http", "https"}
