"""What the parsers of both commands say of a wrong command line is French, for every command and kind of mistake."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from lgo_client.cli import app as lgo
from lgo_sandbox.cli.main import answered
from lgo_sandbox.cli.main import app as lgo_sandbox

ENGLISH = re.compile(
    r"\b(Usage:|Try|Error|Invalid|Missing|No such|Got|Show this|Not a|Is a|requires|does not|argument)\b|\(s\)"
)
Parse = Callable[[list[str]], int]


def commands(of: Any, context: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Yield every command of a tree with its path; groups too."""
    yield path, of
    if hasattr(of, "list_commands"):
        for name in of.list_commands(context):
            below = of.get_command(context, name)
            yield from commands(below, typer.Context(below), (*path, name))


def tree(app: typer.Typer) -> list[tuple[tuple[str, ...], Any]]:
    root = typer.main.get_command(app)
    return list(commands(root, typer.Context(root)))


def is_number(option: Any) -> bool:
    """Tell whether an option takes a number; Click and Typer keep that at different places."""
    described = getattr(option, "type_descriptor", None)
    kind = described.annotation if described is not None else type(option.type).__name__
    return kind in (int, float, "IntParamType", "IntRange", "FloatParamType", "FloatRange")


def mistakes(path: tuple[str, ...], command: Any) -> Iterator[tuple[list[str], str]]:
    """Yield the usual mistakes with a command, and what is said of each."""
    if hasattr(command, "list_commands"):
        yield [*path, "lune"], "la commande lune n'existe pas"
        yield [*path, "--lune"], "l'option --lune n'existe pas"
        return
    if not command.context_settings.get("ignore_unknown_options"):
        yield [*path, "--lune"], "l'option --lune n'existe pas"
    wanted = [one for one in command.params if one.required]
    if wanted:
        yield [*path], "il manque"
    for option in (one for one in command.params if one.param_type_name == "option"):
        if option.is_flag:
            yield [*path, f"{option.opts[0]}=oui"], "ne prend pas de valeur"
        else:
            yield [*path, option.opts[0]], "attend une valeur"
            if is_number(option):
                yield [*path, option.opts[0], "lune"], "valeur refusée"


def named(value: object) -> str:
    return " ".join(value) if isinstance(value, list) else ""


LGO = [(line, said) for path, command in tree(lgo) for line, said in mistakes(path, command)]
SANDBOX = [(line, said) for path, command in tree(lgo_sandbox) for line, said in mistakes(path, command)]


@pytest.fixture(autouse=True, scope="module")
def _tree_is_built_once() -> Iterator[None]:
    """Build each tree of commands once, not for each of some three hundred lines."""
    built = functools.cache(typer.main.get_command)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("typer.main.get_command", built)
        patch.setattr("typer.testing._get_command", built)
        yield


def test_the_mistakes_are_many_and_of_every_kind() -> None:
    for lines in (LGO, SANDBOX):
        assert len(lines) > 20
        for kind in ("n'existe pas", "il manque", "ne prend pas de valeur", "attend une valeur", "valeur refusée"):
            assert any(kind in said for _, said in lines), kind


@pytest.mark.parametrize(("line", "said"), LGO, ids=named)
def test_a_wrong_line_of_lgo_is_explained_in_french(line: list[str], said: str) -> None:
    told = CliRunner().invoke(lgo, line, prog_name="lgo")
    assert (told.exit_code, told.stdout) == (2, "")
    assert told.stderr.startswith("lgo : ")
    assert said in told.stderr
    assert not ENGLISH.findall(told.stderr)


@pytest.mark.parametrize(
    ("line", "said"), SANDBOX, ids=lambda value: " ".join(value) if isinstance(value, list) else ""
)
def test_a_wrong_line_of_lgo_sandbox_is_explained_in_french(
    capsys: pytest.CaptureFixture[str], line: list[str], said: str
) -> None:
    assert answered(line) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert said in told.err
    assert not ENGLISH.findall(told.err)


@pytest.mark.parametrize("path", [path for path, _ in tree(lgo)], ids=" ".join)
def test_the_help_of_lgo_is_french(path: tuple[str, ...]) -> None:
    told = CliRunner().invoke(lgo, [*path, "--help"], prog_name="lgo")
    assert told.exit_code == 0
    shown = told.stdout.replace("Usage:", "")  # the same word in French
    assert "Afficher cette aide." in shown
    assert not ENGLISH.findall(shown)
    assert "default:" not in shown
    assert "required" not in shown
