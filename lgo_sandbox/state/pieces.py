"""Long sequences in pieces: one statement names so many values only. Knows no table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeVar

__all__ = ["pieces"]

T = TypeVar("T")


def pieces(values: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    """Yield the values in their order, at most ``size`` at a time."""
    return (values[start : start + size] for start in range(0, len(values), size))
