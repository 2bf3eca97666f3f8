"""The tables of the service pages, from what the services publish: ``make docs`` writes them again.

    python -m lgo_sandbox.conformance.service_tables docs/services

A table follows a mark ``<!-- table: situations -->`` (or ``operations``, ``options``, ``faults``, ``checks``) and ends
at an empty line. The tests compare the pages with what this would write. Knows services by their contract only.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any

from lgo_sandbox.contract import NamedFault, Operation, Option, Service, Situation
from lgo_sandbox.sandbox import installed_services
from lgo_sandbox.watch.checks import Check

__all__ = ["MARK", "rewritten"]

MARK = re.compile(r"(?<=<!-- table: )(situations|operations|options|faults|checks)( -->\n)(?:\|.*\n)*")


def rewritten(page: str, service: Service) -> str:
    """Return a page with its tables as the service has them."""
    tables = {
        "situations": ["| situation | what happens | how to get it |", "|---|---|---|"]
        + [_situation(one) for one in service.situations],
        "operations": ["| operation | title | on the wire | what is served |", "|---|---|---|---|"]
        + [_operation(one) for one in service.operations],
        "options": ["| option | values, default first | what it decides |", "|---|---|---|"]
        + [_option(service.name, one) for one in service.options],
        "faults": ["| fault | on | what it answers |", "|---|---|---|"] + [_fault(one) for one in service.faults],
        "checks": ["| check | requirements | rule |", "|---|---|---|"] + [_check(one) for one in service.checks],
    }
    return MARK.sub(lambda mark: mark[1] + mark[2] + "".join(f"{row}\n" for row in tables[mark[1]]), page)


def _situation(one: Situation) -> str:
    return f"| `{one.id}` | {_cell(one.title)} | {_cell(one.how)} |"


def _operation(one: Operation) -> str:
    return f"| `{one.name}` | {_cell(one.title)} | {_cell(one.wire) or '–'} | {_cell(one.serves) or '–'} |"


def _option(service: str, one: Option) -> str:
    values = [one.default, *(choice for choice in one.choices if choice != one.default)]
    return f"| `{service}.{one.name}` | {', '.join(f'`{value}`' for value in values)} | {_cell(one.title)} |"


def _fault(one: NamedFault) -> str:
    return f"| `{one.name}` | {'every operation' if one.operation == '*' else one.operation} | {_cell(one.title)} |"


def _check(one: Check[Any]) -> str:
    return f"| `{one.id}` | {', '.join(one.requirements) or '–'} | {_cell(one.title)} |"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def main(folder: Path) -> None:
    """Write the tables of all pages of a folder again."""
    for path in folder.glob("*.md"):
        text = path.read_text(encoding="utf-8")
        if MARK.search(text):
            path.write_text(rewritten(text, *installed_services([path.stem])), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
