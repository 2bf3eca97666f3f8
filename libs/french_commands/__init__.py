"""What the command line's parser says, in French: wrong usage, and its own lines of the help.

Source: the parser's exceptions, by the names and members that Click and Typer share in all their versions. A sentence
that is not known here is shown as it is. Both command lines, ``lgo-sandbox`` and ``lgo``, stand on it; it stands alone.
Knows no command.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

__all__ = ["translate_help", "usage_error"]

HELP = "Afficher cette aide."
_TITLES = {
    "COMMANDS_PANEL_TITLE": "Commandes",
    "DEFAULT_STRING": "[défaut : {}]",
    "REQUIRED_LONG_STRING": "[obligatoire]",
}
Sentences = tuple[tuple[re.Pattern[str], str], ...]
_USAGE: Sentences = tuple(
    (re.compile(pattern), french)
    for pattern, french in (
        (r"No such command '(.*?)'.*", "la commande {0} n'existe pas"),
        (r"No such option:? '?(-[^\s']*)'?.*", "l'option {0} n'existe pas"),
        (r"Option '(.*?)' requires (?:an argument|\d+ arguments)\.?", "l'option {0} attend une valeur"),
        (r"Option '(.*?)' does not take a value\.?", "l'option {0} ne prend pas de valeur"),
        (r"Got unexpected extra argument(?:s|\(s\))? \((.*)\)", "en trop : {0}"),
        (r"Missing command\.?", "il manque la commande"),
        (r"Missing \w+ '?(.*?)'?\.?", "il manque {0}"),
        (r"Invalid value for '?([^:']*)'?: (.*)", "{0} : valeur refusée ({1})"),
    )
)
_REASONS: Sentences = tuple(
    (re.compile(pattern), french)
    for pattern, french in (
        (r".*valid integer.*", "un entier est attendu"),
        (r".*valid float.*", "un nombre est attendu"),
        (r".*greater than or equal to (-?\d+).*", "{0} au moins"),
        (r".*less than or equal to (-?\d+).*", "{0} au plus"),
        (r".*not in the range (-?\d+)<=x<=(-?\d+).*", "de {0} à {1}"),
        (r".*is not one of (.*?)\.?", "au choix : {0}"),
        (r".*'(.*)' does not exist.*", "{0} n'existe pas"),
    )
)


def usage_error(error: Any) -> str:
    """Return what is wrong with a command line, and where its help is."""
    text = _french(" ".join(str(error.format_message()).split()), _USAGE)
    context = getattr(error, "ctx", None)
    return f"{text} (voir « {context.command_path} --help »)" if context else text


def translate_help(command: Any, context: Callable[..., Any]) -> None:
    """Put the parser's own lines of the help of a command, and of those below it, into French."""
    from typer import rich_utils

    for name, french in _TITLES.items():
        setattr(rich_utils, name, french)
    for one in _all(command):
        option = one.get_help_option(context(one))
        if option is not None:
            option.help = HELP
            one.get_help_option = _always(option)


def _french(text: str, sentences: Sentences) -> str:
    for pattern, french in sentences:
        if found := pattern.fullmatch(text):
            return french.format(*(_french(part, _REASONS) for part in found.groups()))
    return text


def _all(command: Any) -> Iterator[Any]:
    yield command
    for below in getattr(command, "commands", {}).values():
        yield from _all(below)


def _always(option: Any) -> Callable[[Any], Any]:
    return lambda _context: option
