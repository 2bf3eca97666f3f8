"""The command line as a user runs it: a real process, a sandbox with one small service, real signals and exit codes."""

from __future__ import annotations

import contextlib
import io
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
from support.keys import with_keys
from support.one_service import installed_alone
from support.plain import NO_TLS

from lgo_sandbox.cli.main import answered

COMMAND = [sys.executable, "-m", "lgo_sandbox.cli"]
PATIENCE_SECONDS = 60


@dataclass
class Terminal:
    """Somebody who types commands in a folder."""

    folder: Path
    environment: Mapping[str, str]
    started: list[subprocess.Popen[str]] = field(default_factory=list)

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        """Begin a command."""
        process = subprocess.Popen(
            [*COMMAND, *arguments],
            env=self.environment,
            cwd=self.folder,
            text=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        self.started.append(process)
        return process

    def run(self, *arguments: str) -> tuple[int, str, str]:
        """Return the exit code, the output and the error output of a command."""
        return finished(self.start(*arguments))

    def up(self, *arguments: str) -> tuple[subprocess.Popen[str], dict[str, Any]]:
        """Start a sandbox; return its process and its ready document."""
        (self.folder / "ready.json").unlink(missing_ok=True)
        process = self.start("up", *arguments, "--port-base", "0", "--ready-file", "ready.json")
        return process, ready(self.folder / "ready.json", process)

    def asks(self, *arguments: str) -> tuple[int, str, str]:
        """Return the exit code, the output and the error output of a command that ends at once, without a process."""
        out, err = io.StringIO(), io.StringIO()
        with pytest.MonkeyPatch.context() as patch, redirect_stdout(out), redirect_stderr(err):
            patch.chdir(self.folder)
            for name in os.environ.keys() - self.environment.keys():
                patch.delenv(name)
            code = answered(arguments)
        return code, out.getvalue(), err.getvalue()

    def end(self) -> None:
        """End what still runs."""
        for process in self.started:
            process.kill()
            process.communicate()


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    return installed_alone(tmp_path_factory.mktemp("shadow"))


@pytest.fixture
def terminal(environment: dict[str, str], tmp_path: Path) -> Iterator[Terminal]:
    """A terminal in an empty folder; what is started there finds its keys made."""
    with_keys(tmp_path / ".lgo-sandbox")
    one = Terminal(tmp_path, environment)
    yield one
    one.end()


@pytest.fixture(scope="module")
def beside(
    environment: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Terminal, dict[str, Any]]]:
    """A terminal beside a sandbox that runs in the same folder, with its ready document: for what only asks it."""
    one = Terminal(tmp_path_factory.mktemp("beside"), environment)
    with_keys(one.folder / ".lgo-sandbox")
    yield one, one.up("--session", "equipe")[1]
    one.end()


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


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_up_serves_until_a_signal_and_ends_cleanly(terminal: Terminal, number: signal.Signals) -> None:
    process, document = terminal.up("--session", "equipe")
    url = document["services"]["sixieme"]["http"]
    answer = httpx.post(f"{url}/saluer", json={"name": "Marc"}, trust_env=False, verify=NO_TLS)
    assert answer.json()["session"] == document["session"] == "equipe"
    process.send_signal(number)
    code, out, err = finished(process)
    assert (code, err) == (0, "")
    for told in (document["control"], url, document["services"]["sixieme"]["https"], document["ca"], "titulaire"):
        assert told in out
    assert "données fictives" in out
    assert not (terminal.folder / "ready.json").exists()


def test_what_was_acknowledged_survives_kill_9(terminal: Terminal) -> None:
    process, document = terminal.up()
    url = document["services"]["sixieme"]["http"]
    assert httpx.post(f"{url}/saluer", json={"name": "Marc"}, trust_env=False, verify=NO_TLS).status_code == 200
    process.kill()
    process.wait()
    url = terminal.up()[1]["services"]["sixieme"]["http"]
    assert httpx.get(f"{url}/livre", trust_env=False, verify=NO_TLS).json() == {"names": ["Amorce", "Marc"]}


def test_the_asking_commands_find_the_sandbox_by_its_state(beside: tuple[Terminal, dict[str, Any]]) -> None:
    terminal, document = beside
    url = document["services"]["sixieme"]["http"]
    httpx.post(
        f"{document['control']}/_sandbox/v1/sessions/equipe/reset", trust_env=False, verify=NO_TLS
    ).raise_for_status()
    httpx.post(f"{url}/saluer", json={"name": "marc"}, trust_env=False, verify=NO_TLS)
    code, out, _ = terminal.run("status")
    assert (code, url in out, "Constats : 1 " in out) == (0, True, True)
    code, out, _ = terminal.asks("report", "--format", "json", "--output", "rapport.json")
    written = json.loads((terminal.folder / "rapport.json").read_text(encoding="utf-8"))
    verdicts = {requirement["id"]: requirement["verdict"] for requirement in written["requirements"]}
    assert (code, out, verdicts["LGO.INS.06"]) == (0, "", "FAIL")
    code, out, _ = terminal.asks("pki", "issue", "cps-auth", "--persona", "titulaire", "--variant", "revoked")
    assert (code, Path(json.loads(out)["cert"]).name) == (0, "cps-titulaire-auth-revoked.pem")
    code, out, _ = terminal.asks("reset")
    assert (code, "equipe" in out) == (0, True)
    assert httpx.get(f"{url}/livre", trust_env=False, verify=NO_TLS).json() == {"names": ["Amorce"]}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("reset", "--session", "nulle"), "session inconnue"),
        (("report", "--format", "pdf"), "format inconnu"),
        (("pki", "issue", "lune"), "valeurs admises"),
        (("client", "add", "--client-id", "x", "--redirect-uri", "http://127.0.0.1/"), "psc"),
    ],
)
def test_the_api_s_refusals_are_shown(
    beside: tuple[Terminal, dict[str, Any]], arguments: tuple[str, ...], said: str
) -> None:
    terminal, document = beside
    code, _, err = terminal.asks(*arguments, "--control", document["control"])
    assert (code, said in err) == (2, True), err


def test_an_address_where_something_else_answers_is_named_as_such(beside: tuple[Terminal, dict[str, Any]]) -> None:
    terminal, document = beside
    code, _, err = terminal.asks("status", "--control", document["services"]["sixieme"]["http"])
    assert (code, "est-ce bien un bac à sable" in err) == (2, True), err


def test_exec_gives_the_program_its_environment_and_returns_its_code(terminal: Terminal) -> None:
    program = (
        "import json, os, sys; ready = json.load(open(os.environ['LGO_SANDBOX_READY'])); "
        "print(ready['control'] == os.environ['LGO_SANDBOX_CONTROL'], os.path.exists(os.environ['LGO_SANDBOX_CA'])); "
        "sys.exit(7)"
    )
    code, out, err = terminal.run("exec", "--port-base", "0", "--", sys.executable, "-c", program)
    assert (code, out, err) == (7, "True True\n", "")


def test_exec_says_127_when_there_is_no_such_program(terminal: Terminal) -> None:
    code, _, err = terminal.run("exec", "--port-base", "0", "--", "no-such-program")
    assert (code, "programme introuvable : no-such-program" in err) == (127, True)


def test_exec_forwards_the_interruption_to_the_program(terminal: Terminal) -> None:
    program = (
        "import pathlib, signal, sys, time; signal.signal(signal.SIGINT, lambda *_: sys.exit(9)); "
        "pathlib.Path('started').touch(); time.sleep(60)"
    )
    process = terminal.start("exec", "--port-base", "0", "--", sys.executable, "-c", program)
    while not (terminal.folder / "started").exists():
        assert process.poll() is None
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    assert finished(process)[0] == 9


def test_exec_tells_of_a_program_ended_by_a_signal_as_shells_do(terminal: Terminal) -> None:
    program = "import os, signal; os.kill(os.getpid(), signal.SIGKILL)"
    assert terminal.run("exec", "--port-base", "0", "--", sys.executable, "-c", program)[0] == 128 + signal.SIGKILL


def _listening() -> socket.socket:
    """Listen on a port that ``--port-base`` admits: those that the system gives may lie above."""
    for port in range(20_000, 60_000):
        with contextlib.suppress(OSError):
            return socket.create_server(("127.0.0.1", port))
    raise AssertionError("no port is free")


def test_a_taken_port_is_said_in_french(terminal: Terminal) -> None:
    with _listening() as taken:
        port = taken.getsockname()[1]
        code, out, err = terminal.run("up", "--port-base", str(port))
    assert (code, out) == (2, "")
    assert f"le port {port} (control) ne peut pas être ouvert : il est déjà pris" in err
    assert "Traceback" not in err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("up", "--port-base", "0", "--session", "NON"), "session inconnue"),
        (("up", "--port-base", "0", "--state", "/dev/null"), "/dev/null/running : ce n'est pas un dossier"),
    ],
)
def test_a_start_that_cannot_be_is_explained_with_code_2(
    terminal: Terminal, arguments: tuple[str, ...], said: str
) -> None:
    code, _, err = terminal.run(*arguments)
    assert code == 2
    assert said in err
    assert "Traceback" not in err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("up", "lune"), "service inconnu : lune"),
        (("up", "--port-base", "0", "--host", "0.0.0.0"), "--public"),
        (("exec", "--service", "sixieme", "--", "true"), "--service control"),
        (("status",), "aucun bac à sable en marche"),
        (("status", "--control", "http://127.0.0.1:1"), "ne répond pas"),
        (("status", "--control", "pas une url"), "ne répond pas"),
    ],
)
def test_what_cannot_be_done_is_explained_with_code_2(
    terminal: Terminal, arguments: tuple[str, ...], said: str
) -> None:
    code, _, err = terminal.asks(*arguments)
    assert code == 2
    assert said in err
    assert "Traceback" not in err


def test_one_service_is_served_alone(terminal: Terminal) -> None:
    process, document = terminal.up("sixieme", "--no-plain")
    assert (document["control"], list(document["services"]["sixieme"])) == ("", ["https"])
    process.send_signal(signal.SIGTERM)
    assert finished(process)[0] == 0


def test_help_lists_every_command(terminal: Terminal) -> None:
    code, out, _ = terminal.asks("--help")
    assert code == 0
    for command in ("up", "exec", "demo", "status", "reset", "report", "client", "pki"):
        assert f" {command} " in out


def test_the_reference_lgo_loads_what_draws_pages_only_to_play_a_day(environment: dict[str, str]) -> None:
    program = "import sys, lgo_client.cli; print(sorted({'fpdf', 'fontTools', 'PIL'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
