"""The simulated Ordonnance numérique over real sockets: one running sandbox, a fresh session for each test.

A small introspection stands in the place of Pro Santé Connect. No test may leave an error that nobody explained.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

import httpx
import pytest
from support.prescription_desk import Desk, look_explained
from support.prescription_psc import answering, bound
from support.tenants import Runner, Tenant, running_in_background


@pytest.fixture(scope="package")
def prescribing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Runner]:
    """One running service for all tests that take a tenant of it."""
    sock, url = bound()
    state = tmp_path_factory.mktemp("eprescription")
    with (
        running_in_background(state, "eprescription", service_urls={"psc": url}) as runner,
        answering(runner, sock),
    ):
        yield runner
        look_explained(Tenant(runner, "default"))


@pytest.fixture(scope="package")
def prescribing_http(prescribing: Runner) -> Iterator[httpx.Client]:
    with httpx.Client(verify=prescribing.trust(), trust_env=False, timeout=30) as http:
        yield http


@pytest.fixture
def open_desk(prescribing: Runner, prescribing_http: httpx.Client) -> Iterator[Callable[..., Desk]]:
    """Return a function that opens a desk in a session of its own."""
    opened: list[Desk] = []

    def desk(*, durable: bool = False) -> Desk:
        opened.append(Desk(prescribing.tenant("epu", durable=durable), prescribing_http))
        return opened[-1]

    yield desk
    for one in opened:
        look_explained(one.tenant)
        prescribing.do(partial(prescribing.launcher.sandbox.sessions.delete, one.tenant.name))


@pytest.fixture
def desk(open_desk: Callable[..., Desk]) -> Desk:
    return open_desk()
