"""A DMP over real sockets, and a pharmacy whose SOAP stack nobody here wrote."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from support.dmp_door import DmpDoors
from support.dmp_office import Office
from support.tenants import running_in_background


@pytest.fixture(scope="package")
def dmp_doors(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DmpDoors]:
    with running_in_background(tmp_path_factory.mktemp("dmp"), "dmp") as runner:
        doors = DmpDoors(runner)
        yield doors
        doors.close()


@pytest.fixture
def office(dmp_doors: DmpDoors) -> Office:
    return Office(dmp_doors.door())
