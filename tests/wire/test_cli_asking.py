"""The commands that ask a running sandbox, against one with every service."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path

import httpx
import pytest
from support.plain import NO_TLS
from support.tenants import Runner
from typer.testing import CliRunner

from lgo_sandbox.cli.asking import control_url
from lgo_sandbox.cli.errors import CommandError
from lgo_sandbox.cli.main import answered, app

README = Path(__file__).parents[2] / "README.md"
ASKING = ("status", "reset", "pki issue", "client add")
SHOWN = [
    line.partition("#")[0].split("lgo-sandbox ", 1)[1].strip()
    for line in README.read_text(encoding="utf-8").splitlines()
    if re.match(rf"lgo-sandbox ({'|'.join(ASKING)})\b", line)
]


def run(runner: Runner, *arguments: str) -> tuple[int, str]:
    control = runner.launcher.sandbox.addresses.control
    result = CliRunner().invoke(app, [*arguments, "--control", control])
    return result.exit_code, result.output


@pytest.mark.parametrize("command", SHOWN)
def test_what_the_readme_shows_works_as_written(everything: Runner, command: str) -> None:
    code, out = run(everything, *shlex.split(command))
    assert code == 0, out


def test_the_readme_shows_every_asking_command() -> None:
    assert {name for name in ASKING if any(line.startswith(name) for line in SHOWN)} == set(ASKING)


def test_a_client_that_is_there_keeps_its_secret_unless_told(everything: Runner) -> None:
    name = everything.tenant().name
    add = ("client", "add", "--client-id", "lgo-deux", "--redirect-uri", "http://127.0.0.1:9/", "--session", name)
    code, first = run(everything, *add)
    assert code == 0, first
    code, told = run(everything, *add)
    assert code == 2
    assert "le client lgo-deux existe déjà, rien n'a changé : donnez --replace" in told
    assert _secret(everything, name) == json.loads(first)["secret"]
    code, again = run(everything, *add, "--replace")
    assert code == 0, again
    assert _secret(everything, name) == json.loads(again)["secret"] != json.loads(first)["secret"]


def _secret(runner: Runner, session: str) -> str:
    control = runner.launcher.sandbox.addresses.control
    clients = httpx.get(f"{control}/_sandbox/v1/psc/clients", params={"session": session}, verify=NO_TLS).json()[
        "clients"
    ]
    (secret,) = [str(client["secret"]) for client in clients if client["client_id"] == "lgo-deux"]
    return secret


def test_a_state_where_nothing_runs_is_said_with_the_command_that_starts_it(tmp_path: Path) -> None:
    state = tmp_path / "mon état"
    (state / "sessions").mkdir(parents=True)
    with pytest.raises(CommandError) as refused:
        control_url(None, state)
    assert f"« lgo-sandbox up --state '{state}' » (ce qui y a été observé est gardé)" in str(refused.value)


ENGLISH = re.compile(r"\b(Usage:|Try|Error|Invalid|Missing|No such|Got|Show this|Not a|Is a|requires)\b|\(s\)")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["lune"], "la commande lune n'existe pas (voir « lgo-sandbox --help »)"),
        (["up", "--lune"], "l'option --lune n'existe pas (voir « lgo-sandbox up --help »)"),
        (["up", "--port-base", "lune"], "--port-base : valeur refusée (un entier est attendu)"),
        (["up", "--port-base", "99999"], "--port-base : valeur refusée (60000 au plus)"),
        (["up", "--public=oui"], "l'option --public ne prend pas de valeur"),
        (["report", "--control"], "l'option --control attend une valeur"),
        (["client", "add"], "il manque --client-id"),
        (["pki", "issue"], "il manque NOM"),
        (["status", "encore"], "en trop : encore"),
        (["validate", "nulle-part.xml"], "nulle-part.xml ne peut pas être lu : il n'existe pas"),
        (["validate", str(README.parent)], "ne peut pas être lu : c'est un dossier"),
    ],
)
def test_a_wrong_command_line_is_explained_in_french(
    capsys: pytest.CaptureFixture[str], arguments: list[str], said: str
) -> None:
    assert answered(arguments) == 2
    out, err = capsys.readouterr()
    assert (out, said in err) == ("", True), err
    assert not ENGLISH.findall(err)


@pytest.mark.parametrize("arguments", [[], ["up"], ["report"], ["client"], ["client", "add"], ["pki", "issue"]])
def test_the_help_is_french(capsys: pytest.CaptureFixture[str], arguments: list[str]) -> None:
    assert answered([*arguments, "--help"]) == 0
    shown = capsys.readouterr().out.replace("Usage:", "")  # the same word in French
    assert "Afficher cette aide." in shown
    assert not ENGLISH.findall(shown)
    assert "default:" not in shown
    assert "required" not in shown
