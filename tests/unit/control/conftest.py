"""A control application over a dummy service, called without sockets."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest
from sixth_mock import SERVICE, Greeted
from support.keys import with_keys

from lgo_sandbox.control import create_app
from lgo_sandbox.gate.record import finish, open_exchange
from lgo_sandbox.pki import Pki
from lgo_sandbox.run.launcher import Launcher
from lgo_sandbox.sandbox import Addresses, Sandbox
from lgo_sandbox.settings import Settings
from lgo_sandbox.watch.exchange import Exchange

BASE = "http://127.0.0.1:8080/_sandbox/v1"


@pytest.fixture(scope="session")
def pki_directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return with_keys(tmp_path_factory.mktemp("control")) / "pki"


@asynccontextmanager
async def launched(state: Path, pki_directory: Path) -> AsyncIterator[Launcher]:
    """Have a launcher that opened no socket, with a sandbox and addresses."""
    settings = Settings(state=state)
    made = Launcher(settings, [SERVICE], frozenset({"control", "sixieme"}))
    made.sandbox = Sandbox(settings, [SERVICE], Pki.open(pki_directory))
    made.sandbox.addresses = Addresses("default", "http://127.0.0.1:8080", {"sixieme": "http://127.0.0.1:8087"})
    made.ready = True
    yield made
    await made.sandbox.close()


def calling(launcher: Launcher) -> httpx.AsyncClient:
    """Return a client of the control application of a launcher."""
    transport = httpx.ASGITransport(create_app(launcher), raise_app_exceptions=False)
    return httpx.AsyncClient(transport=transport, base_url=BASE)


@pytest.fixture
async def launcher(tmp_path: Path, pki_directory: Path) -> AsyncIterator[Launcher]:
    async with launched(tmp_path, pki_directory) as made:
        yield made


@pytest.fixture
async def api(launcher: Launcher) -> AsyncIterator[httpx.AsyncClient]:
    async with calling(launcher) as client:
        yield client


@pytest.fixture
async def other_api(tmp_path: Path, pki_directory: Path) -> AsyncIterator[httpx.AsyncClient]:
    """The control application of another launcher in this process."""
    async with launched(tmp_path / "other", pki_directory) as made, calling(made) as client:
        yield client


@pytest.fixture
def record(launcher: Launcher) -> Callable[..., Exchange]:
    """Return a function that writes one greeting in the journal, as the gate would."""
    service = launcher.sandbox.services["sixieme"]

    def write(name: str = "Marc", session: str = "default", **values: object) -> Exchange:
        kept = launcher.sandbox.sessions.get(session)
        exchange = open_exchange(kept, "sixieme", "sixieme", "http")
        exchange.operation = "saluer"
        exchange.noted.put(Greeted(name=name))
        exchange.request_body = f'{{"name": "{name}"}}'.encode()
        for field, value in values.items():
            setattr(exchange, field, value)
        finish(service, kept, exchange)
        return exchange

    return write
