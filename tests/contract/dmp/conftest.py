"""A DMP over real sockets, and a pharmacy whose SOAP stack nobody here wrote."""

from __future__ import annotations

import pytest
from support.dmp_door import DmpDoors
from support.dmp_fixtures import dmp_doors
from support.dmp_office import Office

__all__ = ["dmp_doors"]


@pytest.fixture
def office(dmp_doors: DmpDoors) -> Office:
    return Office(dmp_doors.door())
