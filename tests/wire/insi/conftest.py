"""INSi over real sockets: one running sandbox a module, a fresh session for each test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from support.insi_door import Door, Doors
from support.tenants import running_in_background


@pytest.fixture(scope="module")
def doors(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Doors]:
    with running_in_background(tmp_path_factory.mktemp("insi"), "insi") as runner:
        doors = Doors(runner)
        yield doors
        doors.close()


@pytest.fixture
def door(doors: Doors) -> Door:
    return doors.door()
