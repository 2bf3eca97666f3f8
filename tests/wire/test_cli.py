"""The command line as a user runs it: a real process, a sandbox with one small service, real signals and exit codes."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from lgo_sandbox import __version__

DUMMIES = Path(__file__).parents[1] / "dummy"
COMMAND = [sys.executable, "-m", "lgo_sandbox.cli"]
PATIENCE_SECONDS = 60

Start = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """An environment in which the distribution publishes the dummy service alone: quick, whatever else is installed."""
    shadow = tmp_path_factory.mktemp("shadow")
    info = shadow / f"lgo_sandbox-{__version__}.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: lgo-sandbox\nVersion: {__version__}\n")
    (info / "entry_points.txt").write_text("[lgo_sandbox.services]\nsixieme = sixth_mock:SERVICE\n")
    kept = {name: value for name, value in os.environ.items() if not name.startswith("LGO_SANDBOX_")}
    return {**kept, "PYTHONPATH": os.pathsep.join((str(shadow), str(DUMMIES))), "COLUMNS": "120"}


@pytest.fixture
def start(environment: dict[str, str], tmp_path: Path) -> Iterator[Start]:
    started: list[subprocess.Popen[str]] = []

    def run(*arguments: str) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [*COMMAND, *arguments],
            env=environment,
            cwd=tmp_path,
            text=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        started.append(process)
        return process

    yield run
    for process in started:
        process.kill()
        process.communicate()


def finished(process: subprocess.Popen[str]) -> tuple[int, str, str]:
    out, err = process.communicate(timeout=PATIENCE_SECONDS)
    return process.returncode, out, err


def ready(path: Path, process: subprocess.Popen[str]) -> dict[str, Any]:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not path.exists() and time.monotonic() < deadline:
        if process.poll() is not None:
            raise AssertionError(process.communicate())
        time.sleep(0.05)
    document: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return document


@pytest.fixture
def up(start: Start, tmp_path: Path) -> tuple[subprocess.Popen[str], dict[str, Any]]:
    process = start("up", "--port-base", "0", "--ready-file", "ready.json", "--session", "equipe")
    return process, ready(tmp_path / "ready.json", process)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_up_serves_until_a_signal_and_ends_cleanly(
    up: tuple[subprocess.Popen[str], dict[str, Any]], tmp_path: Path, number: signal.Signals
) -> None:
    process, document = up
    url = document["services"]["sixieme"]["http"]
    answer = httpx.post(f"{url}/saluer", json={"name": "Marc"}, trust_env=False)
    assert answer.json()["session"] == document["session"] == "equipe"
    process.send_signal(number)
    code, out, err = finished(process)
    assert (code, err) == (0, "")
    for told in (document["control"], url, document["services"]["sixieme"]["https"], document["ca"], "titulaire"):
        assert told in out
    assert "données fictives" in out
    assert not (tmp_path / "ready.json").exists()


def test_what_was_acknowledged_survives_kill_9(start: Start, tmp_path: Path) -> None:
    process = start("up", "--port-base", "0", "--ready-file", "ready.json")
    url = ready(tmp_path / "ready.json", process)["services"]["sixieme"]["http"]
    assert httpx.post(f"{url}/saluer", json={"name": "Marc"}, trust_env=False).status_code == 200
    process.kill()
    process.wait()
    (tmp_path / "ready.json").unlink()
    process = start("up", "--port-base", "0", "--ready-file", "ready.json")
    url = ready(tmp_path / "ready.json", process)["services"]["sixieme"]["http"]
    assert httpx.get(f"{url}/livre", trust_env=False).json() == {"names": ["Amorce", "Marc"]}


def test_the_asking_commands_find_the_sandbox_by_its_state(
    up: tuple[subprocess.Popen[str], dict[str, Any]], start: Start, tmp_path: Path
) -> None:
    url = up[1]["services"]["sixieme"]["http"]
    httpx.post(f"{url}/saluer", json={"name": "marc"}, trust_env=False)
    code, out, _ = finished(start("status"))
    assert (code, url in out, "Constats : 1 " in out) == (0, True, True)
    code, out, _ = finished(start("report", "--format", "json", "--output", "rapport.json"))
    verdicts = {r["id"]: r["verdict"] for r in json.loads((tmp_path / "rapport.json").read_text())["requirements"]}
    assert (code, out, verdicts["LGO.INS.06"]) == (0, "", "FAIL")
    code, out, _ = finished(start("pki", "issue", "cps-auth", "--persona", "titulaire", "--variant", "revoked"))
    assert (code, Path(json.loads(out)["cert"]).name) == (0, "cps-titulaire-auth-revoked.pem")
    code, out, _ = finished(start("reset"))
    assert (code, "equipe" in out) == (0, True)
    assert httpx.get(f"{url}/livre", trust_env=False).json() == {"names": ["Amorce"]}


def test_the_api_s_refusals_are_shown(up: tuple[subprocess.Popen[str], dict[str, Any]], start: Start) -> None:
    url = up[1]["control"]
    for arguments, said in (
        (("reset", "--session", "nulle"), "session inconnue"),
        (("report", "--format", "pdf"), "format inconnu"),
        (("pki", "issue", "lune"), "valeurs admises"),
        (("client", "add", "--client-id", "x", "--redirect-uri", "http://127.0.0.1/"), "psc"),
    ):
        code, _, err = finished(start(*arguments, "--control", url))
        assert (code, said in err) == (2, True), err


def test_exec_gives_the_program_its_environment_and_returns_its_code(start: Start) -> None:
    program = (
        "import json, os, sys; ready = json.load(open(os.environ['LGO_SANDBOX_READY'])); "
        "print(ready['control'] == os.environ['LGO_SANDBOX_CONTROL'], os.path.exists(os.environ['LGO_SANDBOX_CA'])); "
        "sys.exit(7)"
    )
    code, out, err = finished(start("exec", "--port-base", "0", "--", sys.executable, "-c", program))
    assert (code, out, err) == (7, "True True\n", "")


def test_exec_says_127_when_there_is_no_such_program(start: Start) -> None:
    code, _, err = finished(start("exec", "--port-base", "0", "--", "no-such-program"))
    assert (code, "programme introuvable : no-such-program" in err) == (127, True)


def test_exec_forwards_the_interruption_to_the_program(start: Start, tmp_path: Path) -> None:
    program = (
        "import pathlib, signal, sys, time; signal.signal(signal.SIGINT, lambda *_: sys.exit(9)); "
        "pathlib.Path('started').touch(); time.sleep(60)"
    )
    process = start("exec", "--port-base", "0", "--", sys.executable, "-c", program)
    while not (tmp_path / "started").exists():
        assert process.poll() is None
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    assert finished(process)[0] == 9


def test_exec_tells_of_a_program_ended_by_a_signal_as_shells_do(start: Start) -> None:
    program = "import os, signal; os.kill(os.getpid(), signal.SIGKILL)"
    assert finished(start("exec", "--port-base", "0", "--", sys.executable, "-c", program))[0] == 128 + signal.SIGKILL


def _listening() -> socket.socket:
    """Listen on a port that ``--port-base`` admits: those that the system gives may lie above."""
    for port in range(20_000, 60_000):
        with contextlib.suppress(OSError):
            return socket.create_server(("127.0.0.1", port))
    raise AssertionError("no port is free")


def test_a_taken_port_is_said_in_french(start: Start) -> None:
    with _listening() as taken:
        port = taken.getsockname()[1]
        code, out, err = finished(start("up", "--port-base", str(port)))
    assert (code, out) == (2, "")
    assert f"le port {port} (control) ne peut pas être ouvert" in err
    assert "Traceback" not in err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("up", "lune"), "service inconnu : lune"),
        (("up", "--port-base", "0", "--session", "NON"), "session inconnue"),
        (("up", "--port-base", "0", "--host", "0.0.0.0"), "--public"),
        (("exec", "--service", "sixieme", "--", "true"), "--service control"),
        (("status",), "aucun bac à sable en marche"),
        (("status", "--control", "http://127.0.0.1:1"), "ne répond pas"),
        (("status", "--control", "pas une url"), "ne répond pas"),
    ],
)
def test_what_cannot_be_done_is_explained_with_code_2(start: Start, arguments: tuple[str, ...], said: str) -> None:
    code, _, err = finished(start(*arguments))
    assert code == 2
    assert said in err
    assert "Traceback" not in err


def test_one_service_is_served_alone(start: Start, tmp_path: Path) -> None:
    process = start("up", "sixieme", "--port-base", "0", "--ready-file", "ready.json", "--no-plain")
    document = ready(tmp_path / "ready.json", process)
    assert (document["control"], list(document["services"]["sixieme"])) == ("", ["https"])
    process.send_signal(signal.SIGTERM)
    assert finished(process)[0] == 0


def test_help_lists_every_command(start: Start) -> None:
    code, out, _ = finished(start("--help"))
    assert code == 0
    for command in ("up", "exec", "demo", "status", "reset", "report", "client", "pki"):
        assert f" {command} " in out
