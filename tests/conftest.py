"""For every test: the facts that ``support.fact_mutants`` wants dropped are dropped."""

from __future__ import annotations

import os

import pytest
from support.fact_mutants import DROPPED

from lgo_sandbox.watch.facts import Facts, Noted


@pytest.fixture(autouse=DROPPED in os.environ, scope="session")
def _fact_dropped() -> None:
    """Make a fact never noted, when a mutation run asks for it."""
    module, _, name = os.environ[DROPPED].partition(":")
    put = Noted.put

    def unless_dropped(self: Noted, facts: Facts) -> None:
        if type(facts).__name__ != name or not type(facts).__module__.startswith(module):
            put(self, facts)

    Noted.put = unless_dropped  # type: ignore[method-assign]
