"""For every test: one running sandbox with everything, no example that is timed, a collector that looks seldom.

The facts that ``support.fact_mutants`` wants dropped are dropped.
"""

from __future__ import annotations

import gc
import os
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, settings
from support.fact_mutants import DROPPED
from support.tenants import Runner, running_in_background

from lgo_sandbox.control.ready import ready_document
from lgo_sandbox.run.pytest_plugin import SandboxServer
from lgo_sandbox.watch.facts import Facts, Noted

# How fast a machine draws an example says nothing of the code: no example is timed.
EXAMPLES = 50 * int(os.environ.get("LGO_TESTS_FUZZ", "1"))
settings.register_profile("untimed", deadline=None, max_examples=EXAMPLES, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("untimed")

GC_THRESHOLD = 50_000
"""Objects made before the collector looks at them, as in the command: at the default it takes a seventh of the time."""
gc.set_threshold(GC_THRESHOLD, 20, 20)
gc.disable()


def pytest_collection_finish() -> None:
    """Leave what was imported and collected out of every later collection: it stays until the end."""
    gc.collect()
    gc.freeze()
    gc.enable()


def pytest_unconfigure() -> None:
    """Let the last collection see all again."""
    gc.unfreeze()


LONG = ("tests/journeys/", "tests/contract/")
"""Where tests start processes and browsers: they begin, so that no worker is left alone with one at the end."""


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes long; refuse a test whose id tells the time: two workers that collect it do not agree."""
    items.sort(key=lambda item: not item.nodeid.startswith(LONG))
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


@pytest.fixture(scope="session")
def everything(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Runner]:
    """A sandbox with every service and control."""
    with running_in_background(tmp_path_factory.mktemp("everything")) as runner:
        yield runner


@pytest.fixture(scope="session")
def lgo_sandbox(everything: Runner) -> SandboxServer:
    """The same as the pytest plugin gives it; what the plugin's own does is tested in a project of its own."""
    sandbox = everything.launcher.sandbox
    ready = everything.do(lambda: ready_document(sandbox, sandbox.addresses))
    return SandboxServer(ready["control"], ready)
