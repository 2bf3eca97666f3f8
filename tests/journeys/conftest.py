"""Playing journeys quietly, each in a session of its own."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from lgo_client.environment import Environment
from lgo_client.journeys.officine_day import Told, play
from lgo_client.journeys.steps import Step
from lgo_sandbox.run.pytest_plugin import SandboxSession

Player = Callable[[SandboxSession], Told]


class Silent:
    """A narrator that says nothing."""

    def chapter(self, number: int, title: str) -> None: ...

    def begun(self, step: Step) -> None: ...

    def ended(self, step: Step) -> None: ...


@pytest.fixture
def played(tmp_path: Path) -> Player:
    """Play the day against a session; its evidence goes to a folder named after the session."""

    def player(session: SandboxSession) -> Told:
        return play(Environment(session.ready), Silent(), tmp_path / session.name)

    return player
