"""« Premier appel au DMP »: the programs of the page that this machine can run test an existence without a finding."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from support.process import environment

from lgo_sandbox.run.pytest_plugin import SandboxSession

EXAMPLES = Path(__file__).parents[3] / "examples" / "premier-appel-dmp"
SECONDS = 120
SAID = "200 OK VALIDE"


def _run(command: list[str], session: SandboxSession, folder: Path) -> None:
    ready = folder / "ready.json"
    ready.write_text(json.dumps(session.ready), encoding="utf-8")
    done = subprocess.run(
        command,
        cwd=folder,
        env=environment(LGO_SANDBOX_READY=str(ready), no_proxy="*"),
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    assert (done.returncode, done.stdout.strip()) == (0, SAID), done.stdout + done.stderr
    assert session.findings() == []


def _needed(tool: str) -> str:
    found = shutil.which(tool)
    if found is None:
        pytest.skip(f"{tool} is not installed: its first call cannot be run")
    return found


def test_python_calls(sandbox_session: SandboxSession, tmp_path: Path) -> None:
    _run([sys.executable, str(EXAMPLES / "premier_appel.py")], sandbox_session, tmp_path)


def test_javascript_calls(sandbox_session: SandboxSession, tmp_path: Path) -> None:
    _run([_needed("node"), str(EXAMPLES / "premier-appel.mjs")], sandbox_session, tmp_path)


def test_java_calls(sandbox_session: SandboxSession, tmp_path: Path) -> None:
    ready: Mapping[str, Any] = sandbox_session.ready
    certificates = ready["certificates"]
    stores = [ready["ca_p12"], certificates["org-auth"]["p12"], certificates["org-sign"]["p12"]]
    url = ready["services"]["dmp"]["https"]
    _run([_needed("java"), str(EXAMPLES / "PremierAppel.java"), url, *stores], sandbox_session, tmp_path)


def test_csharp_calls(sandbox_session: SandboxSession, tmp_path: Path) -> None:
    program, libraries = tmp_path / "PremierAppel.exe", ["-r:System.Security.dll"]
    compiler = [_needed("mcs"), f"-out:{program}", *libraries, str(EXAMPLES / "PremierAppel.cs")]
    compiled = subprocess.run(compiler, capture_output=True, text=True, timeout=SECONDS, check=False)
    assert compiled.returncode == 0, compiled.stdout + compiled.stderr
    ready: Mapping[str, Any] = sandbox_session.ready
    stores = [ready["certificates"]["org-auth"]["p12"], ready["certificates"]["org-sign"]["p12"]]
    url = ready["services"]["dmp"]["https"]
    _run([_needed("mono"), str(program), url, ready["ca"], *stores], sandbox_session, tmp_path)
