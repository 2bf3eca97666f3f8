"""Pro Santé Connect with the services that take its API tokens: one running sandbox, a fresh session for each test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from support.api_services import Office
from support.connections import Connections
from support.dmp_door import DmpDoors
from support.tenants import Runner, running_in_background


@pytest.fixture(scope="package")
def with_apis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Runner]:
    state = tmp_path_factory.mktemp("apis")
    with running_in_background(state, "psc", "insi", "dmp", "eprescription") as runner:
        yield runner


@pytest.fixture(scope="package")
def connections(with_apis: Runner) -> Iterator[Connections]:
    opened = Connections(with_apis)
    yield opened
    opened.close()


@pytest.fixture(scope="package")
def dmp_doors(with_apis: Runner) -> Iterator[DmpDoors]:
    doors = DmpDoors(with_apis)
    yield doors
    doors.close()


@pytest.fixture
def office(with_apis: Runner, connections: Connections, dmp_doors: DmpDoors) -> Office:
    return Office(with_apis, connections, dmp_doors, with_apis.tenant("api"))
