"""Commands that services publish: ``lgo-sandbox <service> …``.

A service whose package has a room ``commands`` with a Typer application ``app`` gets a command of its name. The room
is imported when the command is used or all commands are listed, never before. Must not know any service.
Source: design of the project (Commands), ``lgo_sandbox.contract``.
"""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from typing import Any

import typer
from typer.core import TyperGroup

from lgo_sandbox.installed import found

__all__ = ["WithServices"]

ROOM, APPLICATION = "commands", "app"


class WithServices(TyperGroup):
    """The commands of the core, then those of the installed services; the core's names win."""

    def list_commands(self, ctx: Any) -> list[str]:
        """Return the names of all commands."""
        own = super().list_commands(ctx)
        return [*own, *(name for name in _rooms() if name not in own)]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """Return a command; None for an unknown one."""
        own = super().get_command(ctx, cmd_name)
        if own is not None:
            return own
        room = _rooms().get(cmd_name)
        if room is None:
            return None
        command = typer.main.get_command(getattr(import_module(room), APPLICATION))
        command.name = cmd_name
        return command


def _rooms() -> dict[str, str]:
    """Return the name of each service that has such a room → the room."""
    rooms = {name: f"{point.module.partition('.')[0]}.{ROOM}" for name, point in found().items()}
    return {name: room for name, room in rooms.items() if _exists(room)}


def _exists(room: str) -> bool:
    try:
        return find_spec(room) is not None
    except ModuleNotFoundError:
        return False
