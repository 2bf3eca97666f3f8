"""Tools of the measurements: processes, their CPU time and memory (Linux /proc), a keep-alive HTTP client."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import signal
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

TICKS = os.sysconf("SC_CLK_TCK")
READY_SECONDS = 60


def median_of(runs: int, measure: Callable[[], float]) -> float:
    """Return the median of several runs."""
    return statistics.median(measure() for _ in range(runs))


def cpu_seconds(pid: int) -> float:
    """Return user and system time that a process used so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def memory_mib(pid: int) -> float:
    """Return the resident memory of a process."""
    line = next(x for x in Path(f"/proc/{pid}/status").read_text().splitlines() if x.startswith("VmRSS"))
    return int(line.split()[1]) / 1024


@contextlib.contextmanager
def process(command: Sequence[str], env: dict[str, str] | None = None) -> Iterator[subprocess.Popen[bytes]]:
    """Run a process within the block."""
    started = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=env)
    try:
        yield started
    finally:
        started.send_signal(signal.SIGTERM)
        started.wait(20)


def wait_for(path: Path) -> dict[str, Any]:
    """Wait for a ready-file and return it."""
    deadline = time.monotonic() + READY_SECONDS
    while not path.exists():
        if time.monotonic() > deadline:
            raise TimeoutError(path)
        time.sleep(0.002)
    return dict(json.loads(path.read_text()))


def sandbox(state: Path, ready: Path, *services: str, port_base: int = 0) -> list[str]:
    """Return the command that starts a sandbox."""
    command = [str(Path(sys.executable).with_name("lgo-sandbox")), "up", *services]
    return [*command, "--port-base", str(port_base), "--state", str(state), "--ready-file", str(ready)]


class Connection:
    """One keep-alive connection."""

    def __init__(self, root: str) -> None:
        self._http = http.client.HTTPConnection(root.removeprefix("http://"))

    def send(self, method: str, path: str, body: bytes = b"", headers: dict[str, str] | None = None) -> bytes:
        """Send a request; return the body of a 200."""
        self._http.request(method, path, body or None, headers or {})
        answer = self._http.getresponse()
        content = answer.read()
        if answer.status != 200:
            raise RuntimeError(f"{answer.status} {path} {content[:200]!r}")
        return content


def cpu_per_request(pid: int, count: int, request: Callable[[], object]) -> float:
    """Return the CPU milliseconds that a process uses for one request, after a warm-up."""
    for _ in range(count // 10):
        request()
    before = cpu_seconds(pid)
    for _ in range(count):
        request()
    return (cpu_seconds(pid) - before) / count * 1000
