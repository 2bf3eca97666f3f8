"""A sandbox with INSi alone, and requests to it without a socket (plain port, no certificate)."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from pathlib import Path

import httpx
import pytest

from insi_mock.domain import Traits
from insi_mock.service import SERVICE
from lgo_sandbox.asgi import Gate
from lgo_sandbox.pki import Pki
from lgo_sandbox.sandbox import Sandbox
from lgo_sandbox.session import Session
from lgo_sandbox.settings import Settings

GOLDEN = Path(__file__).parents[2] / "golden" / "insi"
REQUEST = (GOLDEN / "request.xml").read_text(encoding="utf-8")
BODY_START, BODY_END = '<RECSANSVITALE xmlns="http://www.cnamts.fr/INSiRecSans">', "</RECSANSVITALE>"


@pytest.fixture(scope="session")
def golden() -> Callable[[str], bytes]:
    return lambda name: (GOLDEN / name).read_bytes()


@pytest.fixture(scope="session")
def request_xml() -> str:
    return REQUEST


@pytest.fixture(scope="session")
def asking() -> Callable[[Traits], str]:
    """Return the request with other traits."""

    def write(traits: Traits) -> str:
        names = ("NomNaissance", "Prenom", "Sexe", "DateNaissance", "LieuNaissance")
        values = (traits.birth_name, traits.first_names, traits.sex, traits.birth_date, traits.birth_place)
        content = "".join(f"<{name}>{value}</{name}>" for name, value in zip(names, values, strict=True) if value)
        start = REQUEST.index(BODY_START) + len(BODY_START)
        return REQUEST[:start] + content + REQUEST[REQUEST.index(BODY_END) :]

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
