"""Writes the state diagram of a page from the state table: ``python -m eprescription_mock.diagram PAGE``.

Source: docs/sources/eprescription.md#etats. Knows the table, no rule.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

from eprescription_mock.codes.states import RESTING, TRANSITIONS, State

__all__ = ["diagram", "rewritten"]

MARK = re.compile(r"(<!-- diagram: states -->\n).*?(<!-- end -->)", re.DOTALL)
AT_REST = {
    State.CREEE: "rien de délivré",
    State.PARTIELLE: "la livraison est entamée",
    State.A_RENOUVELER: "la livraison est close, il en reste",
    State.EXECUTEE: "tout est délivré",
}


def diagram() -> str:
    """Return the diagram in Mermaid: each event that is admitted and changes something."""
    return "\n".join(("```mermaid", "stateDiagram-v2", *(f"  {line}" for line in _lines()), "```", ""))


def _lines() -> Iterator[str]:
    yield f"[*] --> {State.CREEE} : enregistrer"
    yield "state repos <<choice>>"
    for state, events in TRANSITIONS.items():
        for event, target in events.items():
            if isinstance(target, State) and target is not state:
                yield f"{state} --> {target} : {event}"
            elif target == RESTING:
                yield f"{state} --> repos : {event}"
    for state, when in AT_REST.items():
        yield f"repos --> {state} : {when}"


def rewritten(page: str) -> str:
    """Return a page with the diagram between its marks."""
    return MARK.sub(lambda found: found[1] + diagram() + found[2], page)


def main(path: str) -> None:
    """Write a page again."""
    page = Path(path)
    page.write_text(rewritten(page.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1])
