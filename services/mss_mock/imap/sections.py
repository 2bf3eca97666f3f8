"""Where the parts of a message are in its octets, written when it comes and read when a section is asked for.

Source: RFC 3501 §6.4.5 (part numbers); own format: ``[start, body, end, kind, [parts]]``. Knows no octets.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, NamedTuple

from mss_mock.imap.structure import Part

__all__ = ["Place", "place_of", "read_places", "write_places"]

LEAF, MULTIPART, MESSAGE = range(3)


class Place(NamedTuple):
    """A part: header from ``start``, body from ``body`` to ``end``; parts of a multipart, or the enclosed message."""

    start: int
    body: int
    end: int
    kind: int
    parts: list[Any]

    @property
    def message(self) -> Place | None:
        """The enclosed message."""
        return Place(*self.parts[0]) if self.kind == MESSAGE else None

    def child(self, number: int) -> Place | None:
        """Return a numbered part; number 1 of what is no multipart is itself."""
        if self.kind == MULTIPART:
            return Place(*self.parts[number - 1]) if 0 < number <= len(self.parts) else None
        return self if number == 1 else None


def write_places(root: Part) -> str:
    """Return where the parts of a message are."""
    return json.dumps(_written(root), separators=(",", ":"))


def _written(part: Part) -> list[Any]:
    if part.message is not None:
        return [part.start, part.body, part.end, MESSAGE, [_written(part.message)]]
    kind = MULTIPART if part.multipart else LEAF
    return [part.start, part.body, part.end, kind, [_written(child) for child in part.children]]


def read_places(text: str) -> Place:
    """Return the place of a message, from what ``write_places`` wrote."""
    return Place(*json.loads(text))


def place_of(root: Place, numbers: Sequence[int]) -> Place | None:
    """Return the place of a part by its IMAP number, None when there is none; no number is the message itself."""
    place, container = root, root
    for position, number in enumerate(numbers):
        if position:
            if place.message is None and place.kind != MULTIPART:
                return None
            container = place.message or place
        found = container.child(number)
        if found is None:
            return None
        place = found
    return place
