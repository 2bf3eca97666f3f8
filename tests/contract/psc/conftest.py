"""A Pro Santé Connect over real sockets, and relying parties that nobody here wrote."""

from __future__ import annotations

import json
import os
import shutil
import ssl
import subprocess
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from lgo_sandbox.run.assemble import running
from lgo_sandbox.run.launcher import Launcher
from lgo_sandbox.settings import Settings
from lgo_sandbox.tenant.faults import Fault, FaultKind
from psc_mock.domain.mutations import MUTATIONS

SCRIPT = Path(__file__).with_name("openid_client.mjs")
OPENID_CLIENT = "openid-client@6"
INSTALL_SECONDS = 120


@dataclass
class Provider:
    """A running provider whose e-CPS accepts at once, with the tester's hand on its faults."""

    launcher: Launcher

    @property
    def issuer(self) -> str:
        return f"{self.launcher.sandbox.addresses.root('psc')}/auth/realms/esante-wallet"

    @property
    def root(self) -> str:
        return self.launcher.sandbox.addresses.root("psc")

    @property
    def ca(self) -> str:
        return str(self.launcher.sandbox.pki.ca_bundle)

    def context(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=self.ca)

    def arm(self, name: str, times: int | None = 1) -> None:
        mutation = next(one for one in MUTATIONS if one.name == name)
        fault = Fault("f-" + name, "psc", FaultKind.NAMED, name, mutation.operation, remaining=times)
        self.launcher.sandbox.sessions.get("default").faults.arm(fault)


class Node:
    """The npm package openid-client in a process of its own."""

    def __init__(self, modules: Path, ca: str) -> None:
        known = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
        environment = {**known, "NODE_EXTRA_CA_CERTS": ca, "OIDC_MODULES": str(modules)}
        self._process = subprocess.Popen(
            ["node", str(SCRIPT)], env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def play(self, **order: Any) -> dict[str, Any]:
        """Send one order and wait for its answer."""
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        answer: dict[str, Any] = json.loads(self._process.stdout.readline())
        return answer

    def close(self) -> None:
        """End the process."""
        self._process.communicate()


@pytest.fixture(scope="session")
def oidc_modules(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The npm package, installed for the run (or found in ``LGO_SANDBOX_NODE_MODULES``)."""
    if given := os.environ.get("LGO_SANDBOX_NODE_MODULES"):
        return Path(given)
    if not shutil.which("node") or not shutil.which("npm"):
        pytest.skip("node and npm are not installed: openid-client cannot be run")
    folder = tmp_path_factory.mktemp("openid-client")
    install = ["npm", "install", "--no-audit", "--no-fund", "--prefix", str(folder), OPENID_CLIENT]
    try:
        done = subprocess.run(install, capture_output=True, timeout=INSTALL_SECONDS, check=False)
    except subprocess.TimeoutExpired:
        pytest.skip("npm did not answer: openid-client cannot be installed")
    if done.returncode:
        pytest.skip("npm cannot install openid-client here (offline?)")
    return folder


@pytest.fixture(scope="module")
def provider_state(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("psc-contract")


@pytest.fixture
async def provider(provider_state: Path) -> AsyncIterator[Provider]:
    shutil.rmtree(provider_state / "sessions", ignore_errors=True)
    async with running(Settings(state=provider_state, port_base=0), ["psc"]) as launcher:
        session = launcher.sandbox.sessions.get("default")
        session.configure(replace(session.config, options={"psc.ecps": "accept"}))
        yield Provider(launcher)


@pytest.fixture
def node(oidc_modules: Path, provider: Provider) -> Iterator[Node]:
    process = Node(oidc_modules, provider.ca)
    yield process
    process.close()
