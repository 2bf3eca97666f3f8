"""What the tests of all services share: fresh sessions of the sandbox that runs everything."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from support.sessions import session_of
from support.tenants import Runner

from lgo_sandbox.run.pytest_plugin import SandboxSession


@pytest.fixture
def plain_session(everything: Runner) -> SandboxSession:
    """A fresh session behind the common doors, below its path."""
    return session_of(everything.tenant())


@pytest.fixture
def session_with_doors(everything: Runner) -> Iterator[SandboxSession]:
    """A fresh session with doors of its own, for what reaches no session by its path."""
    with everything.tenant_with_doors() as tenant:
        yield session_of(tenant)
