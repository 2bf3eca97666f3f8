"""INSi over real sockets, for clients that other people wrote: one sandbox for the folder, a session for each test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from support.tenants import Runner, Tenant, running_in_background

from lgo_sandbox.pki import Issued


@pytest.fixture(scope="package")
def insi(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Runner]:
    with running_in_background(tmp_path_factory.mktemp("insi"), "insi") as runner:
        yield runner


@pytest.fixture
def tenant(insi: Runner) -> Tenant:
    return insi.tenant()


@pytest.fixture(scope="package")
def certificate(insi: Runner) -> Issued:
    """The pharmacy's organisation certificate."""
    return insi.issue("org-auth")
