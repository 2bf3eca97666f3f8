"""A DMP over real sockets, for any folder whose conftest takes these in: one sandbox each, a fresh session a test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from support.dmp_door import Dmp, DmpDoors
from support.dmp_pages import Sites
from support.tenants import running_in_background

__all__ = ["dmp", "dmp_doors", "sites"]


@pytest.fixture(scope="package")
def dmp_doors(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DmpDoors]:
    with running_in_background(tmp_path_factory.mktemp("dmp"), "dmp") as runner:
        doors = DmpDoors(runner)
        yield doors
        doors.close()


@pytest.fixture
def dmp(dmp_doors: DmpDoors) -> Iterator[Dmp]:
    dmp = dmp_doors.door()
    yield dmp
    dmp.leave()


@pytest.fixture
def sites(dmp: Dmp) -> Iterator[Sites]:
    """The pages of that session."""
    sites = Sites(dmp)
    yield sites
    sites.close()
