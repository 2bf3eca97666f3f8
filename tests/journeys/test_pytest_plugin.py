"""The pytest plugin as an editor's project uses it: a pytest of its own, in a folder of its own."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
from support.keys import with_keys
from support.one_service import installed_alone

HEAVY = "{'fastapi', 'sqlmodel', 'sqlalchemy', 'httpx', 'lxml', 'cryptography', 'pydantic', 'rich'}"
PROJECT = """
import os
import httpx
import pytest
from lgo_sandbox.run.pytest_plugin import ControlRefused, SandboxServer, SandboxSession


def greet(session, name):
    return httpx.post(session.ready["services"]["sixieme"]["http"] + "/saluer", json={"name": name}, trust_env=False)


def test_a_session_is_fresh_and_explains(lgo_sandbox: SandboxServer, sandbox_session: SandboxSession):
    assert lgo_sandbox.control_url.startswith("http://")
    assert greet(sandbox_session, "marc").json()["session"] == sandbox_session.name
    assert [f["check_id"] for f in sandbox_session.findings()] == ["SIXIEME-MAJUSCULE"]
    assert [e["summary"] for e in sandbox_session.exchanges(service="sixieme")] == ["Salut à marc"]
    assert sandbox_session.control("GET", "/sixieme/saluts") == ["Amorce", "marc"]


def test_the_next_one_sees_nothing_of_it(sandbox_session):
    assert sandbox_session.findings() == []
    assert sandbox_session.control("GET", "/sixieme/saluts") == ["Amorce"]


def test_clock_markers_and_faults(sandbox_session):
    from datetime import UTC, datetime, timedelta
    clock = sandbox_session.move_clock(to=datetime(2031, 1, 1, tzinfo=UTC), freeze=True)
    assert clock["age"].startswith("2031-01-01T00:00:00")
    assert sandbox_session.move_clock(by=timedelta(hours=1))["age"].startswith("2031-01-01T01:00:00")
    marker = sandbox_session.marker("document validé", "d1", lignes=3)
    assert sandbox_session.control("GET", "/markers") == [marker]
    sandbox_session.arm("status", 503, service="sixieme", times=1)
    assert [greet(sandbox_session, "Marc").status_code for _ in range(2)] == [503, 200]
    with pytest.raises(ControlRefused, match="422"):
        sandbox_session.move_clock(by=1e30)


def test_it_is_the_sandbox_that_was_named(lgo_sandbox):
    named = os.environ.get("LGO_SANDBOX_CONTROL")
    assert named is None or named == lgo_sandbox.control_url
    assert lgo_sandbox.ready["control"] == lgo_sandbox.control_url
    assert [s["session"] for s in lgo_sandbox.control("GET", "/sessions")] == ["default"]
"""


@dataclass(frozen=True)
class Project:
    """An editor's project, where the sandbox is installed."""

    folder: Path
    environment: dict[str, str]

    def run(self, *command: str) -> subprocess.CompletedProcess[str]:
        """Run Python in the project."""
        return subprocess.run(
            [sys.executable, *command],
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    return installed_alone(tmp_path_factory.mktemp("shadow"))


@pytest.fixture
def project(installation: dict[str, str], tmp_path: Path) -> Project:
    (tmp_path / "test_project.py").write_text(PROJECT, encoding="utf-8")
    return Project(tmp_path, installation)


FOREIGN = ("cacheprovider", "asyncio", "randomly", "hypothesispytest", "xdist", "xdist.looponfail", "anyio")
PYTEST = ("-m", "pytest", "-q", "-W", "error", *(f"-pno:{name}" for name in FOREIGN), "test_project.py")


def test_the_fixtures_start_a_sandbox_of_their_own(project: Project) -> None:
    done = project.run(*PYTEST)
    assert "4 passed" in done.stdout, done.stdout + done.stderr
    assert not (project.folder / ".lgo-sandbox").exists()


def test_inside_exec_the_fixtures_use_the_running_sandbox(project: Project) -> None:
    with_keys(project.folder / ".lgo-sandbox")
    done = project.run("-m", "lgo_sandbox.cli", "exec", "--port-base", "0", "--", sys.executable, *PYTEST)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "4 passed" in done.stdout


@pytest.mark.parametrize(
    ("module", "allowed"),
    [
        ("lgo_sandbox.run.pytest_plugin", set()),
        ("lgo_sandbox.cli.main", {"rich"}),
        ("lgo_sandbox.cli.asking", {"rich"}),
        ("lgo_sandbox.cli.starting", {"rich", "pydantic"}),
    ],
)
def test_nothing_heavy_is_imported_at_first(project: Project, module: str, allowed: set[str]) -> None:
    program = f"import sys, {module}; print(sorted(({HEAVY} - {allowed or 'set()'}) & set(sys.modules)))"
    assert project.run("-c", program).stdout == "[]\n"
