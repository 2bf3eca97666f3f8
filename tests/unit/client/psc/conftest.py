"""The reference client before a Pro Santé Connect by script."""

from __future__ import annotations

import httpx
import pytest
from support.psc_provider import CLIENT, ROOT, Connect, Keys, Provider, Stopwatch

from lgo_client.clock import Workplace
from lgo_client.environment import OidcClient
from lgo_client.psc import ProSanteConnect, PscSession


@pytest.fixture(scope="package")
def keys() -> Keys:
    return Keys()


@pytest.fixture
def stopwatch() -> Stopwatch:
    return Stopwatch()


@pytest.fixture
def provider(keys: Keys, workplace: Workplace) -> Provider:
    return Provider(keys, workplace.now().timestamp())


@pytest.fixture
def connect(provider: Provider, workplace: Workplace, stopwatch: Stopwatch) -> Connect:
    def made(client: OidcClient = CLIENT) -> ProSanteConnect:
        http = httpx.Client(transport=httpx.MockTransport(provider))
        return ProSanteConnect(http, ROOT, client, Workplace(workplace.now, workplace.uuid, stopwatch))

    return made


@pytest.fixture
def session(connect: Connect, provider: Provider) -> PscSession:
    return connect().login(provider.browser)
