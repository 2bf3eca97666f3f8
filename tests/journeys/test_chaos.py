"""A short, seeded piece of chaos; ``make chaos`` plays a long one."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from support.chaos import play


@pytest.mark.skipif(sys.platform != "linux", reason="memory is read from /proc")
def test_nothing_acknowledged_is_lost_while_things_go_wrong(tmp_path: Path) -> None:
    outcome = play(tmp_path, seed=11, rounds=3, acts=8)
    assert outcome.sound, str(outcome)
    assert all(outcome.acknowledged.values()), str(outcome)
