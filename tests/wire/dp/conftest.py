"""The simulated Dossier pharmaceutique over real sockets: one running sandbox, a fresh session for each test.

No test may leave an error that nobody explained.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from functools import partial

import httpx
import pytest
from support.dp_counter import Counter, look_explained
from support.tenants import Runner, Tenant, running_in_background


@pytest.fixture(scope="package")
def dispensing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Runner]:
    """One running service for all tests that take a tenant of it."""
    with running_in_background(tmp_path_factory.mktemp("dp"), "dp") as runner:
        yield runner
        look_explained(Tenant(runner, "default"))


@pytest.fixture(scope="package")
def clients(dispensing: Runner) -> Iterator[dict[str, httpx.Client]]:
    """A client under the certificate of each structure, some under others, and ``nu`` under none."""
    certificates = {name: dispensing.issue("org-auth", name) for name in ("officine", "officine-voisine", "hopital")}
    certificates |= {name: dispensing.issue("org-auth", name) for name in ("laboratoire", "cabinet")}
    certificates["carte"] = dispensing.issue("cps-auth", "titulaire")
    certificates["perime"] = dispensing.issue("org-auth", "officine", "expired")
    with ExitStack() as stack:
        opened = {
            name: stack.enter_context(httpx.Client(verify=dispensing.trust(one), trust_env=False, timeout=30))
            for name, one in {**certificates, "nu": None}.items()
        }
        yield opened


@pytest.fixture
def counter(dispensing: Runner, clients: dict[str, httpx.Client]) -> Iterator[Counter]:
    tenant = dispensing.tenant("dp")
    yield Counter(tenant, clients)
    look_explained(tenant)
    dispensing.do(partial(dispensing.launcher.sandbox.sessions.delete, tenant.name))
