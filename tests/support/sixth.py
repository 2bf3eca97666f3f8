"""An installation that has the sixth service and no other, found by its entry point as any service is."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import EntryPoint

import pytest

from lgo_sandbox import installed

__all__ = ["sixth_service_alone"]


@contextmanager
def sixth_service_alone() -> Iterator[None]:
    """Have the sixth service installed alone within the block."""
    point = EntryPoint("sixieme", "sixth_mock:SERVICE", installed.GROUP)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(installed, "entry_points", lambda group: (point,))
        yield
