"""The DMP over real sockets, and the pages of its sites."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from support.dmp_door import Dmp
from support.dmp_fixtures import dmp, dmp_doors
from support.dmp_pages import Sites

__all__ = ["dmp", "dmp_doors"]


@pytest.fixture
def sites(dmp: Dmp) -> Iterator[Sites]:
    """The pages of that session."""
    sites = Sites(dmp)
    yield sites
    sites.close()
