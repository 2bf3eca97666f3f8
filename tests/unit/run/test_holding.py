"""Who serves a state directory: one process for each service, and whoever comes second is told who was first."""

from __future__ import annotations

import errno
import json
import subprocess
import sys
from pathlib import Path

import pytest
from support.process import environment

from lgo_sandbox.run import holding as holding_module
from lgo_sandbox.run.holding import StateTaken, holding
from lgo_sandbox.state.errors import StoreFull, StoreReadOnly
from lgo_sandbox.state.locks import Held, Lock, locked

OTHER = """
import sys
from pathlib import Path
from lgo_sandbox.run.holding import holding
with holding(Path(sys.argv[1]), ["control", "insi"]) as held:
    held.tell("http://127.0.0.1:8080")
    print("held", flush=True)
    sys.stdin.read()
"""


def other(state: Path) -> subprocess.Popen[str]:
    """Start another process that holds a state until its input ends."""
    process = subprocess.Popen(
        [sys.executable, "-c", OTHER, str(state)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=environment(),
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    return process


def test_the_second_is_told_who_holds_the_state_since_when_and_where(tmp_path: Path) -> None:
    first = other(tmp_path)
    with pytest.raises(StateTaken) as told, holding(tmp_path, ["insi"]):
        pass
    first.communicate("")
    said = str(told.value)
    assert f"est déjà servi par le processus {first.pid} ; contrôle : http://127.0.0.1:8080 ; depuis le " in said
    assert "services : control, insi" in said
    assert "--state" in said


def test_another_service_of_the_same_sandbox_joins(tmp_path: Path) -> None:
    first = other(tmp_path)
    with holding(tmp_path, ["psc"]), pytest.raises(StateTaken), holding(tmp_path, ["psc"]):
        pass
    first.communicate("")


def test_who_cannot_have_all_services_holds_none(tmp_path: Path) -> None:
    first = other(tmp_path)
    with pytest.raises(StateTaken), holding(tmp_path, ["dmp", "insi"]):
        pass
    with holding(tmp_path, ["dmp"]):
        pass
    first.communicate("")


def test_a_process_that_was_killed_holds_nothing(tmp_path: Path) -> None:
    first = other(tmp_path)
    first.kill()
    first.communicate()
    with holding(tmp_path, ["insi"]) as held:
        held.tell("http://127.0.0.1:1")
        assert json.loads((tmp_path / "running" / "insi.lock").read_bytes())["control"] == "http://127.0.0.1:1"


def test_a_state_is_free_after_its_block(tmp_path: Path) -> None:
    for _ in range(2):
        with holding(tmp_path, ["insi"]):
            pass


def test_a_lock_without_a_note_is_held_all_the_same(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    lock = Lock(path)
    with pytest.raises(Held) as held:
        Lock(path)
    assert held.value.note == {}
    lock.note({"pid": 1})
    with pytest.raises(Held) as held:
        Lock(path)
    assert held.value.note == {"pid": 1}
    lock.release()
    with locked(path):
        pass


@pytest.mark.parametrize(("number", "kind"), [(errno.ENOSPC, StoreFull), (errno.EROFS, StoreReadOnly)])
def test_a_disk_that_cannot_be_written_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, kind: type[Exception]
) -> None:
    def refuse(_path: Path) -> Lock:
        raise OSError(number, "no", str(tmp_path))

    monkeypatch.setattr(holding_module, "Lock", refuse)
    with pytest.raises(kind, match=str(tmp_path)), holding(tmp_path, ["insi"]):
        pass


def test_any_other_error_of_the_system_stays_what_it_is(tmp_path: Path) -> None:
    (tmp_path / "running").write_text("a file")
    with pytest.raises(FileExistsError), holding(tmp_path, ["insi"]):
        pass
