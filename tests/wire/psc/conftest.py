"""Pro Santé Connect over real sockets: one running sandbox, a fresh session for each test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from support.connections import Connections
from support.psc import PscClient, in_its_own_session
from support.tenants import Runner, running_in_background


@pytest.fixture(scope="session")
def psc_runner(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Runner]:
    """One Pro Santé Connect for all tests here."""
    with running_in_background(tmp_path_factory.mktemp("psc"), "psc") as runner:
        yield runner


@pytest.fixture(scope="session")
def connections(psc_runner: Runner) -> Iterator[Connections]:
    opened = Connections(psc_runner)
    yield opened
    opened.close()


@pytest.fixture
def lgo(psc_runner: Runner, connections: Connections) -> Iterator[PscClient]:
    with in_its_own_session(psc_runner, connections) as software:
        yield software


@pytest.fixture(params=["session", "default"])
def lgo_anywhere(request: pytest.FixtureRequest, lgo: PscClient) -> Iterator[PscClient]:
    """A software in a session of its own, and one at the addresses that name no session."""
    if request.param == "session":
        yield lgo
        return
    with lgo.in_default_session() as front:
        yield front
