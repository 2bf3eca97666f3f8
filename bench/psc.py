"""Measures Pro Santé Connect beside a peer and writes docs/performance-psc.md. Run it with ``python bench/psc.py``.

Token endpoint and discovery against the npm package oauth2-mock-server, a bare FastAPI route and the signatures alone
(``openssl speed``): CPU of the server process per request, each server on one core, journal on; then a log-in with few
and with 10 000 live sessions. Nothing here is asserted by tests. Without node or npm the peer's lines are left out,
without openssl its line.
"""

from __future__ import annotations

import contextlib
import json
import os
import platform
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from measure import Connection, cpu_per_request, median_of, process, sandbox, wait_for
from requests_under_test import CLIENT, _code, discovery, token_refresh
from run import bare_command, free_port

RUNS = 5
REQUESTS = 1000
LOGINS = 100
LIVE = 10_000
SIGNATURES = 2
REPORT = Path(__file__).parent.parent / "docs" / "performance-psc.md"
PEER = "oauth2-mock-server@8"
CORE = "0"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}

PEER_SCRIPT = """
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import { writeFileSync } from "node:fs";
const require = createRequire(process.argv[2] + "/");
const { OAuth2Server } = await import(pathToFileURL(require.resolve("oauth2-mock-server")).href);
const server = new OAuth2Server();
await server.issuer.keys.generate("RS256");
await server.start(0, "127.0.0.1");
writeFileSync(process.argv[3], JSON.stringify({ port: server.address().port }));
"""


def main() -> None:
    """Measure, then write the page."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        lines = [*compared(root), *crowded(root)]
    header = HEADER.format(machine=platform.machine(), python=platform.python_version())
    REPORT.write_text(header + "\n".join(lines) + "\n", encoding="utf-8")
    print("\n".join(lines))


def on_one_core(command: Sequence[str]) -> list[str]:
    """Return the command bound to one core, where the system can do that."""
    return ["taskset", "-c", CORE, *command] if shutil.which("taskset") else list(command)


@contextlib.contextmanager
def psc_server(root: Path, name: str) -> Iterator[tuple[int, dict[str, Any]]]:
    """Run a sandbox; give its process and its ready-file."""
    ready = root / f"{name}.json"
    with process(on_one_core(sandbox(root / name, ready))) as running:
        yield running.pid, wait_for(ready)


@contextlib.contextmanager
def peer(root: Path) -> Iterator[tuple[int, Connection] | None]:
    """Run the peer; give its process and a connection, or nothing where it cannot be had."""
    modules = installed_peer(root)
    if modules is None:
        yield None
        return
    script, ready = root / "peer.mjs", root / "peer.json"
    script.write_text(PEER_SCRIPT, encoding="utf-8")
    with process(on_one_core(["node", str(script), str(modules), str(ready)])) as running:
        time.sleep(0.1)
        port = wait_for_json(ready)["port"]
        yield running.pid, Connection(f"http://127.0.0.1:{port}")


def wait_for_port(port: int) -> None:
    """Wait for a port to answer."""
    while True:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.02)


def wait_for_json(path: Path) -> dict[str, Any]:
    """Wait for a file to be there and whole."""
    while True:
        with contextlib.suppress(ValueError):
            return wait_for(path)
        time.sleep(0.01)


def installed_peer(root: Path) -> Path | None:
    """Install the peer for this run; None without node, npm or network."""
    if given := os.environ.get("LGO_SANDBOX_NODE_MODULES"):
        return Path(given)
    if not shutil.which("npm") or not shutil.which("node"):
        return None
    command = ["npm", "install", "--no-audit", "--no-fund", "--prefix", str(root / "npm"), PEER]
    done = subprocess.run(command, capture_output=True, check=False)
    return None if done.returncode else root / "npm"


def compared(root: Path) -> list[str]:
    """Measure token endpoint and discovery, ours, the peer's and the bare route's, in one run."""
    with psc_server(root, "alone") as (pid, document), peer(root) as other:
        with process(on_one_core(bare_command(port := free_port()))) as bare:
            wait_for_port(port)
            yardstick = Connection(f"http://127.0.0.1:{port}")
            plain = cost(bare.pid, lambda: yardstick.send("GET", "/"))
        limit = statistics.median(openssl_rate() for _ in range(RUNS))
        rows = [row("bare FastAPI route", plain, plain)]
        rows.append(row("discovery", cost(pid, discovery(document)), plain))
        rows.append(row("token (refresh: access and ID token)", cost(pid, token_refresh(document)), plain, limit))
        if other is not None:
            rows += peer_rows(*other, plain, limit)
    signing = f"`openssl speed rsa2048` on the same core: {limit:.0f} signatures per second." if limit else ""
    return [
        "## Against a peer",
        "",
        "| server and request | CPU | times the bare route | RS256 signatures per second of CPU | of openssl's |",
        "|---|---|---|---|---|",
        *rows,
        "",
        *([signing, ""] if signing else []),
    ]


def openssl_rate() -> float:
    """Return how many signatures under RSA of 2048 bits OpenSSL makes in a second on our core; 0 without it."""
    if not shutil.which("openssl"):
        return 0.0
    command = on_one_core(["openssl", "speed", "-seconds", "1", "rsa2048"])
    told = subprocess.run(command, capture_output=True, check=True, text=True).stdout
    return float(told.splitlines()[-1].split()[-2])


def peer_rows(pid: int, connection: Connection, plain: float, limit: float) -> list[str]:
    """Measure the same two requests on the peer."""
    form = {"grant_type": "authorization_code", "code": "x", "scope": "openid", "client_id": "a", "redirect_uri": "x:"}
    body = urlencode(form).encode()
    if "id_token" not in json.loads(connection.send("POST", "/token", body, FORM)):
        raise RuntimeError("the peer signs one token only")
    found = cost(pid, lambda: connection.send("GET", "/.well-known/openid-configuration"))
    token = cost(pid, lambda: connection.send("POST", "/token", body, FORM))
    return [
        row("oauth2-mock-server: discovery", found, plain),
        row("oauth2-mock-server: token (access and ID token)", token, plain, limit),
    ]


def cost(pid: int, request: Callable[[], object], count: int = REQUESTS) -> float:
    """Return the median CPU milliseconds of a request."""
    return median_of(RUNS, lambda: cpu_per_request(pid, count, request))


def row(name: str, milliseconds: float, plain: float, limit: float | None = None) -> str:
    """Return a line of the table; ``limit`` for a request that signs: what OpenSSL alone signs in a second, or 0."""
    rate = SIGNATURES * 1000 / milliseconds
    signing = " | |" if limit is None else f" {rate:.0f} | {rate / limit:.0%} |" if limit else f" {rate:.0f} | |"
    return f"| {name} | {milliseconds:.2f} ms | {milliseconds / plain:.1f} |{signing}"


def crowded(root: Path) -> list[str]:
    """Measure a log-in (authorization to tokens) with few live sessions, then with many."""
    with psc_server(root, "few") as (pid, document):
        few = cost(pid, log_in(document), LOGINS)
    with psc_server(root, "many"):
        pass
    fill(root / "many")
    (root / "many.json").unlink(missing_ok=True)
    with psc_server(root, "many") as (pid, document):
        many = cost(pid, log_in(document), LOGINS)
    return [
        "## Many live sessions",
        "",
        "| log-in: authorization, e-CPS (automatic), code, tokens | CPU |",
        "|---|---|",
        f"| few live sessions | {few:.2f} ms |",
        f"| {LIVE} live sessions, with tokens | {many:.2f} ms |",
        "",
        *REMAINS,
    ]


def log_in(document: dict[str, Any]) -> Callable[[], object]:
    """Return a whole log-in as one request."""
    client = next(c for c in document["oidc_clients"] if c["client_id"] == CLIENT)
    connection = Connection(document["services"]["psc"]["http"])
    credentials = {"client_id": CLIENT, "client_secret": client["client_secret"]}

    def request() -> None:
        code = _code(document, client)
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": client["redirect_uris"][0]}
        path = "/auth/realms/esante-wallet/protocol/openid-connect/token"
        connection.send("POST", path, urlencode({**form, **credentials}).encode(), FORM)

    return request


def fill(state: Path) -> None:
    """Put live sessions with their tokens into the store of a state."""
    subprocess.run([sys.executable, "-c", FILL, str(state), str(LIVE)], check=True)


FILL = """
import sys, time
from pathlib import Path
from lgo_sandbox.state.opening import open_store
from psc_mock import store
data = open_store(next(Path(sys.argv[1]).glob("sessions/default/data*")))
now = time.time()
with data.transaction() as t:
    for n in range(int(sys.argv[2])):
        sid = f"bench-{n}"
        common = {"sid": sid, "client_id": "lgo-demo", "scope": "openid scope_all", "nonce": "n", "issuer": "i"}
        t.add(store.Login(sid=sid, cookie=sid, national_id="899700090014", auth_time=int(now), auth_mode="MOBILE",
                          created=now, used=now))
        for access, life in ((True, 120), (False, 1800)):
            t.add(store.Token(key=f"{sid}-{access}", access=access, jti=f"{sid}-{access}", created=now, lifetime=life,
                              iat=int(now), exp=int(now) + life, **common))
        t.add(store.Code(digest=sid, client_id="lgo-demo", redirect_uri="x", sid=sid, scope="openid", state=sid,
                         nonce=sid, code_challenge="", code_challenge_method="", issuer="i", created=now, used=True))
"""

REMAINS = """## What remains

A refresh signs twice and does more than sign: it reads and writes the session and its tokens in one commit, runs the
checks of the token endpoint, some of which look at the past of the session, and journals the exchange.
The aim is 60 % of what OpenSSL signs in the same CPU time. The keys are shared and parsed once; nothing else of the
signature itself can be saved.""".splitlines()

HEADER = """# Performance of Pro Santé Connect

Measured by `python bench/psc.py` ({machine}, Python {python}); the page is written by that command. Server processes
only, one core each, one keep-alive connection without TLS, journal on, medians. Nothing in the tests depends on them.

"""

if __name__ == "__main__":
    main()
