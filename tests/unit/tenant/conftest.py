"""Sessions of a service that keeps, in a table, what its events did."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sixth_mock import SERVICE

from lgo_sandbox.contract import Door, Service
from lgo_sandbox.population.people import population
from lgo_sandbox.settings import Settings
from lgo_sandbox.tenant.agenda import EventHandler
from lgo_sandbox.tenant.sessions import Sessions

Make = Callable[..., Sessions]


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Make]:
    """Return a maker of registries of one state directory, each with the events it can run."""
    made: list[Sessions] = []

    def registry(**events: EventHandler) -> Sessions:
        service: Service = replace(SERVICE, events=events)
        assert isinstance(service.doors[0], Door)
        made.append(Sessions(Settings(state=tmp_path), population(), [service]))
        return made[-1]

    yield registry
    for one in made:
        one.close()
