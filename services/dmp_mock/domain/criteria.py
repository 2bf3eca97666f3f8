"""What a stored query filters on, as values that a store can look up.

Source: docs/sources/dmp.md#requete-xds; IHE ITI TF-2 §3.18.4.1.2.3. Everything that stands here must be met; what
stands within one value is an alternative.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Criteria", "HasCode", "IsLike", "Period"]


@dataclass(frozen=True, slots=True)
class HasCode:
    """One of these codes in an attribute; a scheme None is any scheme."""

    attribute: str
    values: tuple[tuple[str, str | None], ...]


@dataclass(frozen=True, slots=True)
class IsLike:
    """A text of an attribute is like one of these patterns (SQL LIKE), whatever the case."""

    attribute: str
    patterns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Period:
    """A bound of a date: from it on, or before it; ``moment`` has fourteen digits."""

    column: str
    moment: str
    is_from: bool


@dataclass(frozen=True, slots=True)
class Criteria:
    """All that an entry, or a lot, must meet to be found."""

    statuses: tuple[tuple[str, ...], ...] = ()
    object_types: tuple[tuple[str, ...], ...] = ()
    codes: tuple[HasCode, ...] = ()
    likes: tuple[IsLike, ...] = ()
    periods: tuple[Period, ...] = ()
