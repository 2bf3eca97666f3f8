"""For every test: no example is timed, and the facts that ``support.fact_mutants`` wants dropped are dropped."""

from __future__ import annotations

import os
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, settings
from support.fact_mutants import DROPPED

from lgo_sandbox.watch.facts import Facts, Noted

# How fast a machine draws an example says nothing of the code: no example is timed.
settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("untimed")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Refuse a test whose id tells the time: two workers that collect it do not agree."""
    today = datetime.now(UTC).date().isoformat()
    dated = [item.nodeid for item in items if today in item.nodeid]
    if dated:
        raise pytest.UsageError(f"give an id to what depends on the time: {dated[:3]}")


@pytest.fixture(autouse=DROPPED in os.environ, scope="session")
def _fact_dropped() -> None:
    """Make a fact never noted, when a mutation run asks for it."""
    module, _, name = os.environ[DROPPED].partition(":")
    put = Noted.put

    def unless_dropped(self: Noted, facts: Facts) -> None:
        if type(facts).__name__ != name or not type(facts).__module__.startswith(module):
            put(self, facts)

    Noted.put = unless_dropped  # type: ignore[method-assign]
