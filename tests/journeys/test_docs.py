"""The documentation is true: its commands are run as they are written, its tables are those of the services.

A block that opens with ```` ```sh run ```` is executed, the blocks of a page in one shell, in the order of the page.
Only the ports differ from the page: the sandbox of the test listens on free ones.
"""

from __future__ import annotations

import json
import re
import shlex
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from support.keys import with_keys
from support.plain import NO_TLS
from support.process import environment

from lgo_sandbox.conformance.service_tables import MARK, rewritten
from lgo_sandbox.sandbox import installed_services

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PAGES = sorted(page for page in (ROOT / "README.md", *DOCS.rglob("*.md")))
RUN = re.compile(r"^```sh run\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)\s]*)?\)")
SERVICE_PAGES = ("dmp", "mss", "eprescription", "apcv", "dp")
ASKING = ("status", "reset", "report", "client")
PATIENCE_SECONDS = 300
"""After which a page is given up as hanging; how fast it is says nothing."""
MUST_FAIL = 'must_fail() { if "$@"; then echo "should have failed: $*"; exit 1; fi; }\n'
"""``! command`` in a page is what must fail; the shell alone would not end on it."""
USUAL_PORTS = {
    "psc": (8081, 8481),
    "insi": (8082, 8482),
    "dmp": (8083, 8483),
    "eprescription": (8084, 8484),
    "annuaire": (8085, 8485),
    "psc_wallet": (8086, 8486),
    "apcv": (8087, 8487),
    "dmp_web": (8088, 8488),
    "mes": (8089, 8489),
    "dp": (8091, 8491),
}


def blocks(page: Path) -> list[str]:
    return RUN.findall(page.read_text(encoding="utf-8"))


TABLED = [page for page in sorted((DOCS / "services").glob("*.md")) if "<!-- table: " in page.read_text("utf-8")]
RUNNABLE = [page for page in PAGES if blocks(page)]


@dataclass(frozen=True)
class Reader:
    """Somebody who types what a page says, in a folder with a running sandbox."""

    folder: Path
    addresses: Mapping[str, str]

    def hurries(self) -> None:
        """Let CIBA clients ask each second: what the pages show of it is no test of patience."""
        url = f"http://{self.addresses['127.0.0.1:8080']}/_sandbox/v1/options"
        httpx.put(
            url, json={"psc.ciba_interval": "1"}, trust_env=False, verify=NO_TLS, timeout=PATIENCE_SECONDS
        ).raise_for_status()

    def types(self, text: str) -> subprocess.CompletedProcess[str]:
        for usual, real in self.addresses.items():
            text = re.sub(rf"{re.escape(usual)}\b", real, text)
        text = re.sub(r"^! ", "must_fail ", text, flags=re.MULTILINE)
        return subprocess.run(
            ["bash", "-euo", "pipefail"],
            input=MUST_FAIL + text,
            cwd=self.folder,
            env=environment(no_proxy="*"),
            capture_output=True,
            text=True,
            timeout=PATIENCE_SECONDS,
            check=False,
        )


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reader]:
    for tool in ("bash", "curl", "openssl"):
        if shutil.which(tool) is None:
            pytest.skip(f"{tool} is not installed: the commands of the documentation cannot be run")
    folder = tmp_path_factory.mktemp("reader")
    (folder / "examples").symlink_to(ROOT / "examples")
    with_keys(folder / ".lgo-sandbox")
    command = [sys.executable, "-m", "lgo_sandbox.cli", "up", "--port-base", "0"]
    with subprocess.Popen(command, cwd=folder, env=environment(no_proxy="*"), stdout=subprocess.DEVNULL) as process:
        try:
            yield Reader(folder, _addresses(_ready(folder / ".lgo-sandbox" / "ready.json", process)))
        finally:
            process.terminate()


def _ready(path: Path, process: subprocess.Popen[bytes]) -> dict[str, Any]:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not path.exists():
        assert process.poll() is None, "the sandbox did not start"
        assert time.monotonic() < deadline, "the sandbox is not ready"
        time.sleep(0.05)
    document: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return document


def _addresses(ready: Mapping[str, Any]) -> dict[str, str]:
    found = {
        "127.0.0.1:8080": ready["control"].partition("//")[2],
        "127.0.0.1:2587": ready["smtp"],
        "127.0.0.1:2143": ready["imap"],
    }
    for door, ports in USUAL_PORTS.items():
        for scheme, port in zip(("http", "https"), ports, strict=True):
            found[f"127.0.0.1:{port}"] = ready["services"][door][scheme].partition("//")[2]
    return found


@pytest.mark.parametrize("page", RUNNABLE, ids=lambda page: str(page.relative_to(ROOT)))
def test_the_commands_of_a_page_succeed_as_written(reader: Reader, page: Path) -> None:
    reader.hurries()
    done = reader.types("\n".join(blocks(page)))
    assert done.returncode == 0, f"{done.stdout[-3000:]}\n{done.stderr[-3000:]}"


def test_the_pages_that_are_meant_to_be_run_are() -> None:
    expected = {f"services/{name}.md" for name in SERVICE_PAGES} | {
        "fr/premier-branchement.md",
        "fr/brancher-psc.md",
    }
    assert expected <= {str(page.relative_to(DOCS)) for page in RUNNABLE if page.is_relative_to(DOCS)}


def test_the_asking_commands_of_the_readme_succeed(reader: Reader) -> None:
    lines = re.findall(r"^lgo-sandbox .*$", (ROOT / "README.md").read_text(encoding="utf-8"), re.MULTILINE)
    asking = [one for one in lines if shlex.split(one, comments=True)[1] in ASKING and "FOLDER" not in one]
    assert len(asking) >= len(ASKING)
    done = reader.types("\n".join(asking))
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("page", TABLED, ids=lambda page: page.stem)
def test_the_tables_of_a_service_page_are_those_of_the_service(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    expected = rewritten(text, *installed_services([page.stem]))
    assert text == expected, "run: make docs"


def test_the_pages_of_services_have_both_tables() -> None:
    for name in SERVICE_PAGES:
        page = (DOCS / "services" / f"{name}.md").read_text(encoding="utf-8")
        assert {"situations", "options"} <= {mark[0] for mark in MARK.findall(page)}, name


def test_the_links_between_pages_lead_somewhere() -> None:
    for page in PAGES:
        for target in LINK.findall(page.read_text(encoding="utf-8")):
            if "://" not in target and target.endswith((".md", ".py", ".sh", "/")):
                assert (page.parent / target).exists(), f"{page.relative_to(ROOT)}: {target}"


def test_the_index_leads_to_every_page() -> None:
    index = (DOCS / "README.md").read_text(encoding="utf-8")
    listed = {(DOCS / target).resolve() for target in LINK.findall(index) if "://" not in target}
    for page in DOCS.rglob("*.md"):
        assert page.name == "README.md" or {page, page.parent} & listed, page
