"""The commands of services are found by their place, imported when used, and never hide one of the core."""

from __future__ import annotations

import sys
from importlib.metadata import EntryPoint

import pytest
import typer
from typer.main import get_command
from typer.testing import CliRunner

from lgo_sandbox.cli import service_commands
from lgo_sandbox.cli.main import app

RUNNER = CliRunner()


@pytest.fixture
def sixth(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A service of its own package, with a room of commands, and one without."""
    folder = tmp_path_factory.mktemp("packages")
    for package, room in (("septieme_mock", True), ("huitieme_mock", False)):
        (folder / package).mkdir()
        (folder / package / "__init__.py").touch()
        if room:
            text = "import typer\napp = typer.Typer()\n@app.command()\ndef dire() -> None:\n    typer.echo('bonjour')\n"
            (folder / package / "commands.py").write_text(text, encoding="utf-8")
    monkeypatch.syspath_prepend(str(folder))
    points = {
        name: EntryPoint(name, f"{package}.service:SERVICE", "lgo_sandbox.services")
        for name, package in (
            *(("septieme", "septieme_mock"), ("huitieme", "huitieme_mock")),
            *(("status", "septieme_mock"), ("absent", "nulle_part_mock")),
        )
    }
    monkeypatch.setattr(service_commands, "found", lambda: points)
    monkeypatch.delitem(sys.modules, "septieme_mock.commands", raising=False)
    return "septieme"


def test_a_service_with_a_room_of_commands_has_one_of_its_name(sixth: str) -> None:
    assert RUNNER.invoke(app, [sixth]).output == "bonjour\n"
    listed = RUNNER.invoke(app, ["--help"]).output
    assert sixth in listed
    assert "huitieme" not in listed


def test_a_service_without_that_room_has_none(sixth: str) -> None:
    assert RUNNER.invoke(app, ["huitieme"]).exit_code == 2
    assert RUNNER.invoke(app, ["absent"]).exit_code == 2


def test_the_core_s_command_wins(sixth: str) -> None:
    group = get_command(app)
    assert isinstance(group, typer.core.TyperGroup)
    command = group.get_command(typer.Context(group), "status")
    assert command is not None
    assert command.name == "status"
    assert "septieme_mock.commands" not in sys.modules


def test_pro_sante_connect_has_its_own() -> None:
    assert "diff" in RUNNER.invoke(app, ["psc", "--help"]).output
