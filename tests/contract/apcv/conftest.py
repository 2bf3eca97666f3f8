"""ApCV over real sockets, for clients that other people wrote: one sandbox for the folder, a session for each test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from support.apcv_door import ApcvDoor, ApcvDoors
from support.tenants import running_in_background


@pytest.fixture(scope="package")
def apcv(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ApcvDoors]:
    with running_in_background(tmp_path_factory.mktemp("apcv"), "apcv") as runner:
        doors = ApcvDoors(runner)
        yield doors
        doors.client.close()


@pytest.fixture
def door(apcv: ApcvDoors) -> ApcvDoor:
    return apcv.door()
