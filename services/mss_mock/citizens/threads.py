"""Which mails are one conversation: those that name each other, whatever their subjects. Pure.

Source: RFC 5322 §3.6.4 (Message-ID, In-Reply-To, References). A subject alone joins nothing: those of
documents are alike.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

__all__ = ["names_in", "threads_of"]

_NAME = re.compile(r"<[^<>\s]{1,500}>")
MAX_NAMES = 50
"""How many mails one may name."""


def names_in(*values: str) -> tuple[str, ...]:
    """Return the Message-IDs in some headers."""
    return tuple(dict.fromkeys(name for value in values for name in _NAME.findall(value)))[:MAX_NAMES]


def threads_of(mails: Iterable[tuple[str, Iterable[str]]]) -> Mapping[str, str]:
    """Return the thread of each mail, given with the Message-IDs that it has or names: the first mail's key."""
    above: dict[str, str] = {}

    def top(key: str) -> str:
        while above.setdefault(key, key) != key:
            above[key] = key = above[above[key]]
        return key

    keys = []
    for key, names in mails:
        keys.append(key)
        for name in names:
            above[top(name)] = top(key)
    first: dict[str, str] = {}
    return {key: first.setdefault(top(key), key) for key in keys}
