"""A sandbox with INSi alone, and requests to it without a socket (plain port, no certificate)."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from pathlib import Path

import httpx
import pytest
from support import insi_requests
from support.insi_requests import GOLDEN, REQUEST, Asked

from insi_mock.domain import Claim
from insi_mock.service import SERVICE
from lgo_sandbox.gate.asgi import Gate
from lgo_sandbox.pki import Pki
from lgo_sandbox.sandbox import Sandbox
from lgo_sandbox.settings import Settings
from lgo_sandbox.tenant.session import Session


@pytest.fixture(scope="session")
def golden() -> Callable[[str], bytes]:
    return lambda name: (GOLDEN / name).read_bytes()


@pytest.fixture(scope="session")
def request_xml() -> str:
    return REQUEST


@pytest.fixture(scope="session")
def asking() -> Callable[[Asked], str]:
    """Return the request that asks this: a search by traits, by card (told in COUVERTURE too), or a verification."""
    return insi_requests.asking


@pytest.fixture(scope="session")
def asking_batch() -> Callable[..., str]:
    """Return the deposit of claims, or with a number its collection."""

    def write(*claims: Claim, number: str = "") -> str:
        return insi_requests.collecting(number) if number else insi_requests.depositing(*claims)

    return write


@pytest.fixture(scope="session")
def pki(tmp_path_factory: pytest.TempPathFactory) -> Pki:
    return Pki.open(tmp_path_factory.mktemp("insi") / "pki")


@pytest.fixture
async def sandbox(tmp_path: Path, pki: Pki) -> AsyncIterator[Sandbox]:
    sandbox = Sandbox(Settings(state=tmp_path), [SERVICE], pki)
    sandbox.addresses.tls["insi"] = "https://insi.test"
    yield sandbox
    await sandbox.close()


@pytest.fixture
def session(sandbox: Sandbox) -> Session:
    return sandbox.sessions.get("default")


@pytest.fixture
async def client(sandbox: Sandbox) -> AsyncIterator[httpx.AsyncClient]:
    gate = Gate(SERVICE.create_app(sandbox), sandbox, SERVICE, SERVICE.doors[0])
    headers = {"content-type": "application/soap+xml; charset=utf-8"}
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(gate), base_url="http://insi.test", headers=headers
    ) as client:
        yield client
