"""INSi over real sockets, for clients that other people wrote."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from insi_mock.service import SERVICE
from lgo_sandbox.pki import Issued, OrganisationHolder
from lgo_sandbox.run.launcher import Launcher
from lgo_sandbox.settings import Settings


def no_control(_launcher: Launcher) -> Any:
    raise AssertionError("control is not served here")


@pytest.fixture
async def launcher(tmp_path: Path) -> AsyncIterator[Launcher]:
    launcher = Launcher(Settings(state=tmp_path, port_base=0), [SERVICE], frozenset({"insi"}))
    await launcher.start(no_control)
    yield launcher
    await launcher.close()


@pytest.fixture
def certificate(launcher: Launcher) -> Issued:
    """The pharmacy's organisation certificate."""
    holder = OrganisationHolder("officine", "10B0990017", "PHARMACIE DE LA FONTAINE")
    return launcher.sandbox.pki.issue("org-auth", holder=holder)
