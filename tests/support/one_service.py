"""An installation that publishes the dummy service alone: its processes start quickly, whatever else is installed."""

from __future__ import annotations

import os
from pathlib import Path

from lgo_sandbox import __version__
from support.process import environment

__all__ = ["installed_alone"]

DUMMIES = Path(__file__).parents[1] / "dummy"
METADATA = f"Metadata-Version: 2.1\nName: lgo-sandbox\nVersion: {__version__}\n"
ENTRY_POINTS = """[lgo_sandbox.services]
sixieme = sixth_mock:SERVICE
[pytest11]
lgo_sandbox = lgo_sandbox.run.pytest_plugin
"""


def installed_alone(folder: Path) -> dict[str, str]:
    """Return the environment of processes that find our distribution in ``folder``, with one service and the plugin."""
    info = folder / f"lgo_sandbox-{__version__}.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text(METADATA, encoding="utf-8")
    (info / "entry_points.txt").write_text(ENTRY_POINTS, encoding="utf-8")
    return environment(PYTHONPATH=os.pathsep.join((str(folder), str(DUMMIES))), COLUMNS="120")
