"""A sandbox with INSi alone, a session of it for each test, and requests on its plain port without a socket."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator, Callable, Iterator

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

_numbers = itertools.count(1)


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


@pytest.fixture(scope="package")
def sandbox(tmp_path_factory: pytest.TempPathFactory, pki: Pki) -> Iterator[Sandbox]:
    sandbox = Sandbox(Settings(state=tmp_path_factory.mktemp("insi")), [SERVICE], pki)
    sandbox.addresses.tls["insi"] = "https://insi.test"
    yield sandbox
    asyncio.run(sandbox.close())


@pytest.fixture(scope="package")
def gate(sandbox: Sandbox) -> Gate:
    return Gate(SERVICE.create_app(sandbox), sandbox, SERVICE, SERVICE.doors[0])


@pytest.fixture
def sessions(sandbox: Sandbox) -> Iterator[Callable[[], Session]]:
    """Make fresh sessions, forgotten after the test."""
    made: list[str] = []

    def make() -> Session:
        made.append(f"t{next(_numbers)}")
        return sandbox.sessions.create(made[-1])

    yield make
    for name in made:
        sandbox.sessions.delete(name)


@pytest.fixture
def session(sessions: Callable[[], Session]) -> Session:
    return sessions()


@pytest.fixture
async def client(gate: Gate, session: Session) -> AsyncIterator[httpx.AsyncClient]:
    headers = {"content-type": "application/soap+xml; charset=utf-8"}
    root = f"http://insi.test/s/{session.name}"
    async with httpx.AsyncClient(transport=httpx.ASGITransport(gate), base_url=root, headers=headers) as client:
        yield client
