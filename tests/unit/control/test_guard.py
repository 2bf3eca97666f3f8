"""Who may call the control API, and with how much."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx
import pytest

from lgo_sandbox.control import create_app
from lgo_sandbox.run.launcher import Launcher


@pytest.mark.parametrize("host", ["127.0.0.1:8080", "localhost:9", "LOCALHOST", "[::1]:8080", "127.8.8.8"])
async def test_a_name_of_this_machine_is_welcome(api: httpx.AsyncClient, host: str) -> None:
    assert (await api.get("/health", headers={"host": host})).status_code == 200


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "10.0.0.1:8080", "[::1", ""])
async def test_another_host_name_is_refused(api: httpx.AsyncClient, host: str) -> None:
    answer = await api.get("/health", headers={"host": host})
    assert answer.status_code == 403
    assert "Host" in answer.json()["erreur"]


@pytest.mark.parametrize(
    "origin",
    ["http://evil.example", "null", "https://127.0.0.1:8080", "http://127.0.0.1:9000", "http://localhost:8080"],
)
async def test_the_page_of_another_site_is_refused(api: httpx.AsyncClient, origin: str) -> None:
    answer = await api.post("/sessions", json={}, headers={"origin": origin})
    assert answer.status_code == 403
    assert "autre site" in answer.json()["erreur"]
    assert [s["session"] for s in (await api.get("/sessions")).json()] == ["default"]


async def test_the_console_itself_may_call(api: httpx.AsyncClient) -> None:
    assert (await api.get("/health", headers={"origin": "http://127.0.0.1:8080"})).status_code == 200


async def test_a_public_sandbox_answers_to_any_name(launcher: Launcher, api: httpx.AsyncClient) -> None:
    launcher.settings.public = True
    headers = {"host": "sandbox.example", "origin": "http://ailleurs.example"}
    assert (await api.get("/health", headers=headers)).status_code == 200


async def test_a_configured_name_is_welcome(launcher: Launcher) -> None:
    launcher.settings.public_names = ("Sandbox.Example",)
    transport = httpx.ASGITransport(create_app(launcher))
    async with httpx.AsyncClient(transport=transport, base_url="http://sandbox.example") as client:
        assert (await client.get("/_sandbox/v1/health")).status_code == 200


async def test_a_body_that_says_it_is_too_large_is_not_read(launcher: Launcher, api: httpx.AsyncClient) -> None:
    launcher.settings.control_body_bytes = 100
    answer = await api.post("/markers", json={"name": "x" * 200})
    assert answer.status_code == 413
    assert "trop volumineux" in answer.json()["erreur"]


async def test_a_body_of_unsaid_size_is_cut_at_the_limit(launcher: Launcher, api: httpx.AsyncClient) -> None:
    launcher.settings.control_body_bytes = 100

    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(50):
            yield b"x" * 10

    for path in ("/markers", "/sixieme/saluts"):
        assert (await api.post(path, content=chunks())).status_code == 413


async def test_answers_are_neither_sniffed_nor_kept(api: httpx.AsyncClient) -> None:
    headers = (await api.get("/health")).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cache-control"] == "no-store"
