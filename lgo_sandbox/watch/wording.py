"""Small things of French and of type setting that every text for a reader needs.

Source: style of the project. Knows no service.
"""

from __future__ import annotations

import re

__all__ = ["counted", "visible"]

_INVISIBLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
"""Control and direction characters: one could forge a line of a report, or turn a text around."""


def counted(number: int, noun: str, plural: str = "") -> str:
    """Return a number and its noun; ``plural`` where that is not the noun and an s. Zero is singular in French."""
    return f"{number} {(plural or noun + 's') if abs(number) > 1 else noun}"


def visible(text: str) -> str:
    """Return a text on one line, its invisible characters written as their number."""
    return _INVISIBLE.sub(lambda found: f"\\x{ord(found[0]):02x}", text)
