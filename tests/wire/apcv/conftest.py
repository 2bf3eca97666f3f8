"""ApCV over real sockets: one running sandbox a module, a fresh session for each test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from support.apcv_door import ApcvDoor, ApcvDoors
from support.tenants import running_in_background


@pytest.fixture(scope="package")
def apcv_doors(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ApcvDoors]:
    with running_in_background(tmp_path_factory.mktemp("apcv"), "apcv", "insi", "control") as runner:
        doors = ApcvDoors(runner)
        yield doors
        doors.client.close()


@pytest.fixture
def door(apcv_doors: ApcvDoors) -> ApcvDoor:
    return apcv_doors.door()
