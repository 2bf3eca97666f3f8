"""What the tests of the pure rules share."""

from __future__ import annotations

import pytest
from support.dispensary import Dispensary


@pytest.fixture(scope="session")
def desk() -> Dispensary:
    return Dispensary()
