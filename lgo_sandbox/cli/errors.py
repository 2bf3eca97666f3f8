"""How a command ends when it cannot do its work: a French message on the error output, exit code 2."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import typer

from lgo_sandbox.population.records import BadFile

__all__ = ["CANNOT", "NOT_EXECUTABLE", "NOT_FOUND", "CommandError", "explained"]

CANNOT = 2
NOT_EXECUTABLE = 126
NOT_FOUND = 127
"""What shells answer for a program that cannot be run, or does not exist."""


class CommandError(Exception):
    """A command cannot do its work: message in French, exit code."""

    def __init__(self, message: str, code: int = CANNOT) -> None:
        super().__init__(message)
        self.code = code


@contextmanager
def explained() -> Iterator[None]:
    """Turn a CommandError, or a file of the user that cannot be used, into its message and exit code."""
    try:
        yield
    except CommandError as error:
        typer.echo(f"lgo-sandbox : {error}", err=True)
        raise typer.Exit(error.code) from None
    except BadFile as error:
        typer.echo(f"lgo-sandbox : {error}", err=True)
        raise typer.Exit(CANNOT) from None
