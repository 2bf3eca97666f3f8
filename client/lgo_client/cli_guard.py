"""What goes wrong in a command, told in one French sentence, never as a trace.

A group of commands that stands between them and the terminal. ``LGO_TRACE=1`` lets the trace through, for whoever mends
the client. Knows no command, and the errors of the client once there is one.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import Any

import typer
from rich.console import Console
from typer.core import TyperGroup

from french_commands import translate_help, usage_error

__all__ = ["Guarded"]

TRACE = "LGO_TRACE"
UNUSABLE, ABORTED = 2, 130
console = Console(soft_wrap=True)


class Guarded(TyperGroup):
    """Commands whose errors are told, those of the command line itself too."""

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,
        windows_expand_args: bool = True,
        **extra: Any,
    ) -> Any:
        """Run the command line; what the parser says is said in French."""
        if not standalone_mode:
            return super().main(args, prog_name, complete_var, False, windows_expand_args, **extra)
        translate_help(self, typer.Context)
        try:
            sys.exit(int(super().main(args, prog_name, complete_var, False, windows_expand_args, **extra) or 0))
        except typer.Abort:
            sys.exit(ABORTED)
        except Exception as error:
            if not hasattr(error, "format_message"):
                raise
            _explain(error)
            sys.exit(UNUSABLE)

    def invoke(self, ctx: typer.Context) -> Any:  # type: ignore[override]
        """Run a command; tell what went wrong and end with its code."""
        try:
            return super().invoke(ctx)
        except Exception as error:
            if _is_of_the_parser(error) or os.environ.get(TRACE):
                raise
            from lgo_client.cli_errors import is_told, told  # the errors of every client: only once there is one

            if not is_told(error):
                raise
            code, sentence = told(error)
            console.print(sentence, markup=False, highlight=False)
            raise typer.Exit(code) from None


def _is_of_the_parser(error: Exception) -> bool:
    """Tell whether an error is how a command ends, or a wrong use: neither is ours to tell here."""
    return isinstance(error, typer.Exit | typer.Abort) or hasattr(error, "format_message")


def _explain(error: Any) -> None:
    if type(error).__name__ == "NoArgsIsHelpError":
        error.show()
    else:
        typer.echo(f"lgo : {usage_error(error)}", err=True)
