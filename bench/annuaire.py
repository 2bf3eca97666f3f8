"""Measures the Annuaire Santé and writes docs/performance-annuaire.md. Run it with ``python bench/annuaire.py``.

CPU of the server process per request, on one core, journal on, beside a bare FastAPI route: searches among 100 000
professionals, the same among the sandbox's people alone, a whole load page by page, an extraction; and what the
directory adds to the memory. Nothing here is asserted by tests.
"""

from __future__ import annotations

import json
import platform
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

from measure import Connection, cpu_per_request, cpu_seconds, memory_mib, process, sandbox, wait_for
from psc import on_one_core, wait_for_port
from run import bare_command, free_port

RUNS = 3
REQUESTS = 100
REPORT = Path(__file__).parent.parent / "docs" / "performance-annuaire.md"
KEY = {"ESANTE-API-KEY": "cle-annuaire-sandbox"}
EXTRACTION = "/annuaire-sante-webservices/V300/services/extraction/PS_LibreAcces"
LOAD = "/fhir/v2/Practitioner?_count=1000"
ONE = "&_count=1"
WITH_ROLES = "_revinclude=PractitionerRole:practitioner"
WITH_STAFF = "_revinclude=PractitionerRole:organization"
SEARCHES = (
    ("by RPPS number, 1 found", "Practitioner?identifier=99710012345"),
    ("by family and given name, 1 found", "Practitioner?family=bellemont&given=alice"),
    ("text within the name, 1 of thousands shown", f"Practitioner?name:contains=mont{ONE}"),
    ("mailbox by a piece of its address, 1 shown", f"Practitioner?mailbox-mss:contains=.belle{ONE}"),
    ("role of the pharmacists in charge, 1 shown", f"PractitionerRole?role=A{ONE}"),
    ("by another resource (chained), 1 shown", f"PractitionerRole?organization.address-city=PARIS{ONE}"),
    ("updates of seven days, 1 shown", "Practitioner?_lastUpdated=ge{week}" + ONE),
    ("a page of 50 professionals", "Practitioner?qualification-code=21"),
    ("50 professionals with their situations", f"Practitioner?qualification-code=21&{WITH_ROLES}"),
    ("pharmacies of a town with who works there", f"Organization?type=SA33&address-city=PARIS&_count=20&{WITH_STAFF}"),
    ("read by id", "Practitioner/003-5012345-7012345"),
)  # fmt: skip


def main() -> None:
    """Measure, then write the page."""
    with tempfile.TemporaryDirectory() as folder:
        lines = measured(Path(folder))
    header = HEADER.format(machine=platform.machine(), python=platform.python_version())
    REPORT.write_text(header + "\n".join(lines) + "\n", encoding="utf-8")
    print("\n".join(lines))


def measured(root: Path) -> list[str]:
    """Return the page but its header."""
    ready = root / "ready.json"
    with (
        process(on_one_core(sandbox(root / "state", ready))) as running,
        process(on_one_core(bare_command(port := free_port()))) as bare,
    ):
        document = wait_for(ready)
        wait_for_port(port)
        plain = cost(bare.pid, lambda: yardstick.send("GET", "/")) if (yardstick := bare_connection(port)) else 0.0
        server = Connection(document["services"]["annuaire"]["http"])
        before = memory_mib(running.pid)
        crowd = [searched(running.pid, server, path) for _, path in SEARCHES]
        held = memory_mib(running.pid) - before
        load = loaded(running.pid, server)
        first, again = extracted(running.pid, server), extracted(running.pid, server)
        shrink(document)
        few = [searched(running.pid, server, path, among_few=True) for _, path in SEARCHES]
    rows = [f"| bare FastAPI route | {plain:.2f} ms | 1.0 | |"]
    for (name, _), many, less in zip(SEARCHES, crowd, few, strict=True):
        rows.append(f"| {name} | {many:.2f} ms | {many / plain:.1f} | {less:.2f} ms |")
    return [*TABLE, *rows, "", *told(held, load, first, again)]


def bare_connection(port: int) -> Connection:
    """Return a connection to the yardstick."""
    return Connection(f"http://127.0.0.1:{port}")


def cost(pid: int, request: Callable[[], object]) -> float:
    """Return the median CPU milliseconds of a request."""
    return statistics.median(cpu_per_request(pid, REQUESTS, request) for _ in range(RUNS))


def searched(pid: int, server: Connection, path: str, *, among_few: bool = False) -> float:
    """Return what a search costs; a read of a generated entry finds nothing among few, and is another's then."""
    week = time.strftime("%Y-%m-%d", time.gmtime(time.time() - 7 * 86_400))
    url = "/fhir/v2/" + quote(path.replace("{week}", week), safe="/?=&:.-_")
    if among_few and path.startswith("Practitioner/"):
        url = "/fhir/v2/Practitioner/003-899700090055"
    return cost(pid, lambda: server.send("GET", url, headers=KEY))


def loaded(pid: int, server: Connection) -> tuple[int, float]:
    """Load every professional page by page; return how many there are, and the CPU seconds."""
    before, count, path = cpu_seconds(pid), 0, LOAD
    while path:
        bundle = json.loads(server.send("GET", path, headers=KEY))
        count += len(bundle["entry"])
        links = {one["relation"]: one["url"] for one in bundle["link"]}
        path = links["next"].partition("/fhir/v2/")[2] if "next" in links else ""
        path = f"/fhir/v2/{path}" if path else ""
    return count, cpu_seconds(pid) - before


def extracted(pid: int, server: Connection) -> tuple[float, float]:
    """Return the CPU seconds of an extraction, and its size in megabytes."""
    before = cpu_seconds(pid)
    octets = server.send("GET", EXTRACTION)
    return cpu_seconds(pid) - before, len(octets) / 1_000_000


def shrink(document: dict[str, Any]) -> None:
    """Leave the sandbox's people alone in the directory."""
    body = json.dumps({"mss.annuaire_size": "0"}).encode()
    control = Connection(document["control"])
    control.send("PUT", "/_sandbox/v1/options", body, {"Content-Type": "application/json"})


def told(held: float, load: tuple[int, float], first: tuple[float, float], again: tuple[float, float]) -> Sequence[str]:
    """Return the sentences below the table."""
    return [
        f"The searches above left {held:.0f} MiB more in the process. Nothing is built at the start.",
        "",
        f"A whole load, {load[0]} professionals by pages of 1 000: {load[1]:.1f} s of CPU, "
        f"{load[1] / load[0] * 1000:.3f} ms each.",
        "",
        f"`PS_LibreAcces` ({first[1]:.1f} MB): {first[0]:.1f} s of CPU once a day, in a thread; then {again[0]:.2f} s.",
    ]


TABLE = """## Searches

Among 100 000 professionals, 106 000 situations and 30 000 structures; the last column among the sandbox's people alone.

| request | CPU | times the bare route | among few |
|---|---|---|---|""".splitlines()

HEADER = """# Performance of the Annuaire Santé

Measured by `python bench/annuaire.py` ({machine}, Python {python}); the page is written by that command. Server process
only, one core each, one keep-alive connection without TLS, journal on, medians. Nothing in the tests depends on it.

"""

if __name__ == "__main__":
    main()
