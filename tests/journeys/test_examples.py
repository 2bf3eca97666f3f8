"""Every file of ``examples`` runs, and says what its docstring promises."""

from __future__ import annotations

import ast
import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from support.keys import with_keys
from support.process import environment

from lgo_sandbox.run.pytest_plugin import SandboxServer

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "examples"
MAX_LINES = 60
PATIENCE_SECONDS = 120
SAID = {
    "apcv_read.py": ("Prenom          HUGO", "Couverture      ALD"),
    "arm_a_fault.py": ("broken : desir_1020", "slow   : 00", "normal : 00"),
    "dmp_existence.py": ("martin-claire    Access(exists=True, status='active', authorisation='VALIDE')", "terminated"),
    "insi_search.py": ("CodeCR          00", "NumIdentifiant  160012B020777"),
    "move_the_clock.py": ("now          : 200", "later        : 401", "refresh token: invalid_grant"),
    "psc_login_authlib.py": ("Hélène VALMONT 899700090014",),
    "psc_token.py": ("eyJ",),
    "send_mail_smtplib.py": ("sent",),
    "read_mail_imap_tools.py": ("helene.valmont@pharmacien.mssante.fr | Question",),
}
ELSEWHERE = {"sandbox.py", "test_with_pytest.py"}
"""What the others import, and what pytest runs."""
ALONE = "-p no:randomly -p no:hypothesispytest -p no:xdist -p no:xdist.looponfail -p no:anyio"
"""The plugins that this project has, and that an editor's need not."""


@dataclass(frozen=True)
class Workbench:
    """Somebody who runs the examples against a sandbox."""

    ready: Path
    folder: Path

    def run(self, *command: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command,
            cwd=self.folder,
            env=environment(LGO_SANDBOX_READY=str(self.ready), PYTEST_ADDOPTS=ALONE),
            capture_output=True,
            text=True,
            timeout=PATIENCE_SECONDS,
            check=False,
        )

    def example(self, name: str) -> str:
        done = self.run(sys.executable, "-W", "error", str(EXAMPLES / name))
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout


@pytest.fixture
def workbench(lgo_sandbox: SandboxServer, tmp_path: Path) -> Iterator[Workbench]:
    """A workbench in a session of its own, whose ready-file the examples read."""
    ready = lgo_sandbox.control("POST", "/sessions", {"listeners": True})
    path = tmp_path / "ready.json"
    path.write_text(json.dumps(ready), encoding="utf-8")
    yield Workbench(path, tmp_path)
    lgo_sandbox.control("DELETE", f"/sessions/{ready['session']}")


@pytest.mark.parametrize("name", [name for name in SAID if name != "read_mail_imap_tools.py"])
def test_an_example_says_what_it_promises(workbench: Workbench, name: str) -> None:
    said = workbench.example(name)
    for expected in SAID[name]:
        assert expected in said


def test_the_mail_that_one_example_sends_the_other_reads(workbench: Workbench) -> None:
    workbench.example("send_mail_smtplib.py")
    said = workbench.example("read_mail_imap_tools.py")
    assert SAID["read_mail_imap_tools.py"][0] in said
    assert workbench.example("read_mail_imap_tools.py") == ""


def pipeline(workbench: Workbench, tests: str) -> subprocess.CompletedProcess[str]:
    """Run the CI step."""
    if shutil.which("bash") is None:
        pytest.skip("bash is not installed: the pipeline cannot be run")
    with_keys(workbench.folder / ".lgo-sandbox")
    return workbench.run("bash", str(EXAMPLES / "ci" / "pipeline.sh"), tests)


def test_the_pipeline_runs_the_editor_s_tests_and_keeps_the_reports(workbench: Workbench) -> None:
    done = pipeline(workbench, str(EXAMPLES / "test_with_pytest.py"))
    assert done.returncode == 0, done.stdout + done.stderr
    assert "2 passed" in done.stdout
    for name in ("tests.xml", "requirements.xml", "requirements.html"):
        assert (workbench.folder / name).stat().st_size > 0


def test_the_pipeline_fails_when_the_tests_fail(workbench: Workbench) -> None:
    (workbench.folder / "test_wrong.py").write_text("def test_wrong():\n    assert 1 == 2\n", encoding="utf-8")
    done = pipeline(workbench, "test_wrong.py")
    assert done.returncode == 1
    assert "1 failed" in done.stdout


def test_no_example_is_left_untested_long_or_without_explanation() -> None:
    files = {path.name: path.read_text(encoding="utf-8") for path in EXAMPLES.glob("*.py")}
    assert set(files) == set(SAID) | ELSEWHERE
    for name, source in files.items():
        assert len(source.splitlines()) <= MAX_LINES, name
        assert ast.get_docstring(ast.parse(source)), name
