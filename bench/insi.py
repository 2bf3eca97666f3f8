"""Measures INSi: CPU of a search beside a bare Starlette route, latency at 32 connections, the curve of 10² to 10⁶.

Prints a section of Markdown and writes docs/performance-insi.md. Linux only (/proc). Nothing here is asserted by tests.
"""

from __future__ import annotations

import asyncio
import json
import os
import platform
import statistics
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from measure import Connection, cpu_per_request, median_of, memory_mib, process, sandbox, wait_for
from requests_under_test import ACTION, insi_envelope
from run import free_port, wait_until_answers

from lgo_sandbox.population.crowd import Crowd

RUNS = 5
REQUESTS = 2000
CONNECTIONS = 32
CONCURRENT_REQUESTS = 6400
SIZES = (0, 10**2, 10**3, 10**4, 10**5, 10**6)
REPORT = Path(__file__).parent.parent / "docs" / "performance-insi.md"
HEADERS = {"Content-Type": f'application/soap+xml; charset=utf-8; action="{ACTION}"'}
MARTIN = ("MARTIN", "CLAIRE", "F", "1956-03-12")


def main() -> None:
    """Measure, print, write the page."""
    with tempfile.TemporaryDirectory() as folder:
        lines = [*searches(Path(folder)), *starts(Path(folder))]
    text = HEADER.format(machine=platform.machine(), python=platform.python_version()) + "\n".join(lines) + "\n"
    REPORT.write_text(text, encoding="utf-8")
    print(text)


def searches(root: Path) -> list[str]:
    """Measure the CPU and the latency of searches against one server."""
    ready = root / "ready.json"
    port = free_port()
    with process(sandbox(root / "state", ready)) as server, process(bare_command(port)) as bare:
        document = wait_for(ready)
        yardstick = Connection(f"http://127.0.0.1:{port}")
        wait_until_answers(yardstick)
        envelope = asking(document, *MARTIN)
        plain = cost(bare.pid, lambda: yardstick.send("POST", "/lps", envelope, HEADERS))
        connection = Connection(document["services"]["insi"]["http"])
        curve = [(size, *at_size(server.pid, connection, document, size)) for size in SIZES]
        middle, tail = asyncio.run(latencies(document["services"]["insi"]["http"], envelope))
    search = curve[0][1]
    return [
        "## CPU of a search by traits, journal on",
        "",
        f"Server process only, one keep-alive connection without TLS, median of {RUNS} runs of {REQUESTS} requests.",
        "",
        "| request | CPU | times the bare route |",
        "|---|---|---|",
        f"| bare Starlette POST route that parses the same envelope with lxml | {plain:.2f} ms | 1.0 |",
        f"| INSi search by traits, 00 | {search:.2f} ms | {search / plain:.1f} |",
        "",
        f"At {CONNECTIONS} connections, {CONCURRENT_REQUESTS} searches: median {middle:.1f} ms, p99 {tail:.1f} ms.",
        "",
        "## Any number of people",
        "",
        "CPU of a search of one of them, 00, by the number of generated people (0: a reference patient), and the",
        "resident memory of the server, all services in it, at that moment.",
        "",
        "| people | CPU per search | memory |",
        "|---|---|---|",
        *(f"| {spaced(size)} | {milliseconds:.2f} ms | {memory:.0f} MiB |" for size, milliseconds, memory in curve),
        "",
    ]


def at_size(pid: int, connection: Connection, document: dict[str, Any], size: int) -> tuple[float, float]:
    """Measure searches of the last person of a population of a size; return CPU milliseconds and MiB."""
    who = MARTIN
    if size:
        set_population(document, size)
        person = Crowd(size).person(size - 1)
        who = (person.birth_name, person.first_names[0], person.sex, person.birth_date)
    envelope = asking(document, *who)

    def search() -> None:
        answer = connection.send("POST", "/lps", envelope, HEADERS)
        if b"<CodeCR>00<" not in answer:
            raise RuntimeError(answer)

    return cost(pid, search), memory_mib(pid)


def starts(root: Path) -> list[str]:
    """Measure the start with a million people, by setting, beside the start with none."""
    seconds = {size: median_of(RUNS, lambda size=size: start(root, size)) for size in (0, 10**6)}  # type: ignore[misc]
    rows = (f"| {spaced(size)} | {value:.2f} s |" for size, value in seconds.items())
    return ["## Start to all ports ready, INSi alone", "", "| people | start |", "|---|---|", *rows]


def spaced(number: int) -> str:
    """Return a number with its thousands apart."""
    return f"{number:,}".replace(",", " ")


def start(root: Path, size: int) -> float:
    """Start a server with a population and return the seconds until it is ready."""
    ready = root / "start.json"
    ready.unlink(missing_ok=True)
    env = {**os.environ, "LGO_SANDBOX_GENERATED_PEOPLE": str(size)}
    began = time.perf_counter()
    with process(sandbox(root / "state", ready, "insi"), env):
        wait_for(ready)
        return time.perf_counter() - began


async def latencies(root: str, envelope: bytes) -> tuple[float, float]:
    """Return the median and the p99, in milliseconds, of searches on parallel connections.

    Plain sockets: an HTTP library would cost more than the server, and it is the server that is measured.
    """
    url = urlsplit(root)
    head = f"POST /lps HTTP/1.1\r\nHost: {url.netloc}\r\nContent-Type: {HEADERS['Content-Type']}\r\n"
    request = f"{head}Content-Length: {len(envelope)}\r\n\r\n".encode() + envelope
    taken: list[float] = []

    async def worker(count: int) -> None:
        reader, writer = await asyncio.open_connection(url.hostname, url.port)
        for _ in range(count):
            began = time.perf_counter()
            writer.write(request)
            answer = await reader.readuntil(b"\r\n\r\n")
            length = int(answer.lower().partition(b"content-length:")[2].partition(b"\r\n")[0])
            await reader.readexactly(length)
            taken.append((time.perf_counter() - began) * 1000)
        writer.close()

    await asyncio.gather(*(worker(10) for _ in range(CONNECTIONS)))
    taken.clear()
    await asyncio.gather(*(worker(CONCURRENT_REQUESTS // CONNECTIONS) for _ in range(CONNECTIONS)))
    return statistics.median(taken), statistics.quantiles(taken, n=100)[98]


def cost(pid: int, request: Callable[[], object]) -> float:
    """Return the median CPU milliseconds of a request."""
    return median_of(RUNS, lambda: cpu_per_request(pid, REQUESTS, request))


def asking(document: dict[str, Any], name: str, first_name: str, sex: str, date: str) -> bytes:
    """Return the envelope of a search."""
    text = insi_envelope(document["idam"], "0a1b2c3d-0000-4000-8000-000000000001")
    for old, new in zip(MARTIN, (name, first_name, sex, date), strict=True):
        text = text.replace(f">{old}<", f">{new}<")
    return text.encode()


def set_population(document: dict[str, Any], size: int) -> None:
    """Set the number of generated people of the session."""
    body = json.dumps({"size": size}).encode()
    url = f"{document['control']}/_sandbox/v1/insi/population"
    request = urllib.request.Request(url, body, {"Content-Type": "application/json"}, method="PUT")
    urllib.request.urlopen(request).read()


def bare_command(port: int) -> list[str]:
    """Return the command of the yardstick."""
    return [sys.executable, str(Path(__file__).with_name("bare_soap.py")), str(port)]


HEADER = """# Performance of INSi

Measured by `python bench/insi.py` ({machine}, Python {python}, 2 cores); the page is written by that command. These are
measurements, not promises: nothing in the tests depends on them.

"""

if __name__ == "__main__":
    main()
