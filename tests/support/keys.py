"""The certificates of a new installation, made once for all the tests of a process.

Their keys are nearly all that a first start costs. A test of the first start itself does not come here.
"""

from __future__ import annotations

import atexit
import shutil
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

from lgo_sandbox.run.background import Background
from lgo_sandbox.run.launcher import CONTROL
from lgo_sandbox.settings import Settings

__all__ = ["with_certificates"]


def with_certificates(state: Path) -> Path:
    """Put certificates that were made before into a new state directory, and return it."""
    if not (state / "pki").exists():
        shutil.copytree(_made_once() / "pki", state / "pki")
    return state


@cache
def _made_once() -> Path:
    state = Path(mkdtemp(prefix="lgo-sandbox-tests-"))
    atexit.register(shutil.rmtree, state, ignore_errors=True)
    background = Background(Settings(state=state, port_base=0), [CONTROL])
    background.start()
    background.stop()
    return state
