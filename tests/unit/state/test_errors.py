"""What is said of a store that cannot be used: while it runs, and where nothing started."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest

from lgo_sandbox.cli import run
from lgo_sandbox.cli.errors import CommandError
from lgo_sandbox.state.errors import RECOVERS, StoreError, StoreFull


@pytest.mark.parametrize("kind", StoreError.__subclasses__(), ids=lambda kind: kind.__name__)
def test_nothing_that_did_not_start_is_said_to_recover_by_itself(kind: type[StoreError]) -> None:
    assert kind("core.db").at_start.startswith(kind.template.format(what="core.db"))
    assert RECOVERS not in kind("core.db").at_start
    assert kind("core.db").at_start.endswith(".")


@pytest.mark.parametrize("error", [StoreFull("core.db"), OSError(errno.ENOSPC, "No space left on device")])
def test_a_start_that_fails_for_want_of_room_names_what_and_says_to_start_again(error: Exception) -> None:
    async def fail() -> int:
        raise error

    with pytest.raises(CommandError, match=r"disque plein : (core\.db|le dossier etat) .*puis relancez la commande"):
        run._run(fail, Path("etat"))
