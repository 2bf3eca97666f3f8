"""One Pro Santé Connect over real sockets, and relying parties that nobody here wrote, each test in its own session."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.connections import Connections
from support.openid_client import NotInstalled, OpenidClient, installed
from support.psc import PscClient, in_its_own_session
from support.tenants import Runner, running_in_background

SCRIPT = Path(__file__).with_name("openid_client.mjs")


@pytest.fixture(scope="session")
def psc_runner(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Runner]:
    with running_in_background(tmp_path_factory.mktemp("psc-contract"), "psc") as runner:
        yield runner


@pytest.fixture(scope="session")
def connections(psc_runner: Runner) -> Iterator[Connections]:
    opened = Connections(psc_runner)
    yield opened
    opened.close()


@pytest.fixture
def lgo(psc_runner: Runner, connections: Connections) -> Iterator[PscClient]:
    """A session of its own, where the person answers by hand."""
    with in_its_own_session(psc_runner, connections) as software:
        yield software


@pytest.fixture
def provider(lgo: PscClient) -> PscClient:
    """A session of its own, whose e-CPS accepts at once."""
    lgo.tenant.option(psc__ecps="accept")
    return lgo


@pytest.fixture(scope="session")
def browser_library(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The script of oidc-client-ts for a page (or found in ``LGO_SANDBOX_NODE_MODULES``)."""
    given = os.environ.get("LGO_SANDBOX_NODE_MODULES")
    own = tmp_path_factory.getbasetemp()
    try:
        place = Path(given) if given else installed(own, "oidc-client-ts@3")
    except (NotInstalled, OSError) as error:
        pytest.skip(str(error))
    script = place / "node_modules" / "oidc-client-ts" / "dist" / "browser" / "oidc-client-ts.min.js"
    if not script.exists():
        pytest.skip("oidc-client-ts is not installed")
    return script.read_bytes()


@pytest.fixture(scope="session")
def oidc_modules(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The npm package, installed once for the run and its workers (or found in ``LGO_SANDBOX_NODE_MODULES``)."""
    if given := os.environ.get("LGO_SANDBOX_NODE_MODULES"):
        return Path(given)
    if not shutil.which("node") or not shutil.which("npm"):
        pytest.skip("node and npm are not installed: openid-client cannot be run")
    own = tmp_path_factory.getbasetemp()
    try:
        return installed(own.parent if "PYTEST_XDIST_WORKER" in os.environ else own)
    except NotInstalled as error:
        pytest.skip(str(error))


@pytest.fixture(scope="session")
def node(oidc_modules: Path, psc_runner: Runner) -> Iterator[OpenidClient]:
    process = OpenidClient(SCRIPT, oidc_modules, psc_runner.launcher.sandbox.pki.ca_bundle)
    yield process
    process.close()
