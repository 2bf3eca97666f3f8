"""A sandbox in a process of its own, that can be killed: for what only the end of a process shows."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from support.keys import with_keys

__all__ = ["SandboxProcess", "environment"]

READY_SECONDS = 60
LAST_WORDS = 2_000
NOT_INHERITED = ("LGO_SANDBOX_", "PYTEST_", "PYTHONDONTWRITEBYTECODE")
"""What would lead a process to another sandbox, to another test run, or to compile every module at every start."""


def environment(**more: str) -> dict[str, str]:
    """Return the environment of a user's process, whose programs are those of this installation."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(NOT_INHERITED)}
    path = os.pathsep.join((str(Path(sys.executable).parent), kept.get("PATH", "")))
    return {**kept, "PATH": path, **more}


class SandboxProcess:
    """``lgo-sandbox up`` on free ports; ``ready`` is its ready document."""

    def __init__(self, state: Path, *services: str, **more: str) -> None:
        self.state = state
        self.ready: dict[str, Any] = {}
        self._services, self._more = services, more
        self._process: subprocess.Popen[bytes] | None = None
        self._log = state.parent / f"{state.name}.log"

    def start(self) -> dict[str, Any]:
        """Start, and return the ready document once every port answers."""
        ready = self.state.parent / f"{self.state.name}.ready.json"
        ready.unlink(missing_ok=True)
        with_keys(self.state)
        command = [str(Path(sys.executable).with_name("lgo-sandbox")), "up", *self._services, "--port-base", "0"]
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [*command, "--state", str(self.state), "--ready-file", str(ready)],
                stdout=log,
                stderr=log,
                env=environment(**self._more),
            )
        deadline = time.monotonic() + READY_SECONDS
        while not ready.exists():
            assert self._process.poll() is None, f"the sandbox ended before it was ready: {self.words()}"
            assert time.monotonic() < deadline, f"the sandbox did not become ready: {self.words()}"
            time.sleep(0.02)
        self.ready = json.loads(ready.read_text(encoding="utf-8"))
        return self.ready

    @property
    def pid(self) -> int:
        """The number of the process."""
        assert self._process is not None
        return self._process.pid

    def resident(self) -> int:
        """Return the resident memory in octets (Linux)."""
        status = Path(f"/proc/{self.pid}/status").read_text(encoding="ascii")
        return int(status.split("VmRSS:")[1].split()[0]) * 1024

    def kill(self) -> None:
        """End it as ``kill -9`` does."""
        assert self._process is not None
        self._process.send_signal(signal.SIGKILL)
        self._process.wait()

    def stop(self, patience: float = 30.0) -> tuple[int, float]:
        """End it by SIGTERM; return its exit code and the seconds that took. Raises TimeoutExpired."""
        assert self._process is not None
        started = time.monotonic()
        self._process.send_signal(signal.SIGTERM)
        code = self._process.wait(patience)
        return code, time.monotonic() - started

    def words(self) -> str:
        """Return the last that it printed."""
        return self._log.read_text(encoding="utf-8", errors="replace")[-LAST_WORDS:] if self._log.exists() else ""

    def __enter__(self) -> SandboxProcess:
        self.start()
        return self

    def __exit__(self, *_error: object) -> None:
        if self._process is not None and self._process.poll() is None:
            self.kill()
