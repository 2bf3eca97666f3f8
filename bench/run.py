"""Measures start, memory and CPU per request, and writes docs/performance.md. Run it with ``make bench``.

Medians of several runs; requests beside a bare FastAPI route in the same run. Nothing here is asserted by tests.
"""

from __future__ import annotations

import contextlib
import platform
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from measure import Connection, cpu_per_request, median_of, memory_mib, process, sandbox, wait_for
from requests_under_test import discovery, insi_search, prescription_status, token_refresh

RUNS = 5
REQUESTS = 2000
YARDSTICK = "fastapi, sqlmodel, lxml.etree, cryptography.x509"
"""What a start is measured against, in the same run: a slow machine says the same."""
SERVICES = ("psc", "insi", "dmp", "eprescription", "mss")
REPORT = Path(__file__).parent.parent / "docs" / "performance.md"


def main() -> None:
    """Measure, then write the page."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        lines = [*starts(root), *requests(root)]
    REPORT.write_text(
        HEADER.format(machine=platform.machine(), python=platform.python_version()) + "\n".join(lines) + FOOTER
    )
    print("\n".join(lines))


def starts(root: Path) -> list[str]:
    """Measure the time from start to all ports ready, and memory at rest."""
    yardstick = median_of(RUNS, imports)
    cold = median_of(RUNS, lambda: all_in_one(root, keep=False)[0])
    warm_runs = [all_in_one(root, keep=True) for _ in range(RUNS)]
    five_runs = [five_processes(root) for _ in range(RUNS)]
    middle = RUNS // 2
    warm, memory = (sorted(run[i] for run in warm_runs)[middle] for i in (0, 1))
    five, five_memory = (sorted(run[i] for run in five_runs)[middle] for i in (0, 1))
    return [
        "## Start and memory",
        "",
        "| | start to all ports ready | resident memory at rest |",
        "|---|---|---|",
        f"| importing the main packages: the yardstick | {yardstick:.2f} s | |",
        f"| all in one, later start | {warm:.2f} s = × {warm / yardstick:.1f} | {memory:.0f} MiB |",
        f"| all in one, first start (makes keys and certificates) | {cold:.2f} s = × {cold / yardstick:.1f} | |",
        f"| five separate processes, later start | {five:.2f} s = × {five / yardstick:.1f} | {five_memory:.0f} MiB |",
        "",
    ]


def imports() -> float:
    """Return how long an interpreter takes for the main packages that the sandbox stands on, seconds."""
    started = time.perf_counter()
    subprocess.run([sys.executable, "-c", f"import {YARDSTICK}"], check=True)
    return time.perf_counter() - started


def all_in_one(root: Path, *, keep: bool) -> tuple[float, float]:
    """Start everything in one process; return seconds and MiB."""
    state, ready = root / "one", root / "one.json"
    if not keep:
        shutil.rmtree(state, ignore_errors=True)
    ready.unlink(missing_ok=True)
    started = time.perf_counter()
    with process(sandbox(state, ready)) as running:
        wait_for(ready)
        seconds = time.perf_counter() - started
        time.sleep(1)
        return seconds, memory_mib(running.pid)


def five_processes(root: Path) -> tuple[float, float]:
    """Start each service in a process of its own; return seconds until the last is ready, and MiB in all."""
    state = root / "one"
    readies = [root / f"five-{name}.json" for name in SERVICES]
    for ready in readies:
        ready.unlink(missing_ok=True)
    started = time.perf_counter()
    with contextlib.ExitStack() as stack:
        pairs = zip(SERVICES, readies, strict=True)
        running = [stack.enter_context(process(sandbox(state, ready, name))) for name, ready in pairs]
        for ready in readies:
            wait_for(ready)
        seconds = time.perf_counter() - started
        time.sleep(1)
        return seconds, sum(memory_mib(one.pid) for one in running)


def requests(root: Path) -> list[str]:
    """Measure the CPU of requests, with the journal on, beside the bare route."""
    state, ready = root / "one", root / "one.json"
    ready.unlink(missing_ok=True)
    with process(sandbox(state, ready)) as server, process(bare_command(port := free_port())) as bare:
        document = wait_for(ready)
        yardstick = Connection(f"http://127.0.0.1:{port}")
        wait_until_answers(yardstick)
        plain = median_of(RUNS, lambda: cpu_per_request(bare.pid, REQUESTS, lambda: yardstick.send("GET", "/")))
        measured = {
            "PSC discovery": per_request(server.pid, discovery(document)),
            "PSC token (refresh, one RS256 pair)": per_request(server.pid, token_refresh(document), REQUESTS // 4),
            "INSi search by traits, 00": per_request(server.pid, insi_search(document)),
            "e-prescription status, token introspected": per_request(server.pid, prescription_status(document)),
        }
    rows = [f"| {name} | {cost:.2f} ms | {cost / plain:.1f} |" for name, cost in measured.items()]
    return [
        "## CPU per request, journal on",
        "",
        f"Server process only, one keep-alive connection without TLS, median of {RUNS} runs.",
        "",
        "| request | CPU | times the bare route |",
        "|---|---|---|",
        f"| bare FastAPI route | {plain:.2f} ms | 1.0 |",
        *rows,
    ]


def per_request(pid: int, request: Callable[[], object], count: int = REQUESTS) -> float:
    """Return the median CPU milliseconds of a request."""
    return median_of(RUNS, lambda: cpu_per_request(pid, count, request))


def bare_command(port: int) -> list[str]:
    """Return the command of the yardstick."""
    return [sys.executable, str(Path(__file__).with_name("bare.py")), str(port)]


def free_port() -> int:
    """Return a free port."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


def wait_until_answers(connection: Connection) -> None:
    """Wait for the yardstick."""
    for _ in range(500):
        with contextlib.suppress(OSError):
            connection.send("GET", "/")
            return
        time.sleep(0.02)


HEADER = """# Performance

Measured by `make bench` ({machine}, Python {python}, 2 cores); the page is written by that command. These are
measurements, not promises: nothing in the tests depends on them.

"""

FOOTER = """

## What is in these figures, and what remains

A start imports no framework: FastAPI comes with the first request that the table of routes does not know, the control
API and the console with the first request to the control port, which takes some tenths of a second longer for it.

A request of the sandbox is more than a route: an exchange in the journal with its decoded facts, thirty checks for an
INSi search, and at length the eviction of an older exchange (these runs fill the journal of ten thousand). Aims are 1.5
bare routes for the discovery document, 4 for an INSi search, 3 for a status of a prescription. The rest is in many
small places: reading the head of the SOAP message and its layout (a fifth of a search), checks (a tenth), the rows of
the journal (a fifth), the session and its clock. docs/decisions/0013-what-a-request-costs.md says what was not bought.
A token costs its two RSA signatures and one commit; docs/performance-psc.md has them apart.
"""

if __name__ == "__main__":
    main()
