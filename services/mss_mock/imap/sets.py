"""Message sets against the messages that there are.

Source: RFC 3501 §9 (seq-range: the order of the two numbers does not matter, ``*`` is the largest in use). Pure.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from mss_mock.imap.syntax import BadSyntax, SequenceSet

__all__ = ["Extent", "compact", "membership", "numbers_in", "uids_in"]


@dataclass(frozen=True, slots=True)
class Extent:
    """The largest number in use; 0 when there is none."""

    largest: int


def _bounds(pair: tuple[int, int], largest: int) -> tuple[int, int]:
    first, last = (number or largest for number in pair)
    return (first, last) if first <= last else (last, first)


def membership(wanted: SequenceSet, extent: Extent) -> Callable[[int], bool]:
    """Return the test whether a number is in a set."""
    merged: list[tuple[int, int]] = []
    for first, last in sorted(_bounds(pair, extent.largest) for pair in wanted):
        if merged and first <= merged[-1][1] + 1:
            merged[-1] = (merged[-1][0], max(last, merged[-1][1]))
        else:
            merged.append((first, last))
    starts = [first for first, _ in merged]

    def test(number: int) -> bool:
        at = bisect_right(starts, number)
        return at > 0 and number <= merged[at - 1][1]

    return test


def uids_in(wanted: SequenceSet, uids: Sequence[int]) -> list[int]:
    """Return those of the sorted UIDs that are in a set; others do not matter."""
    if not uids:
        return []
    found: set[int] = set()
    for pair in wanted:
        first, last = _bounds(pair, uids[-1])
        found.update(uids[bisect_left(uids, first) : bisect_right(uids, last)])
    return sorted(found)


def numbers_in(wanted: SequenceSet, count: int) -> list[int]:
    """Return the message numbers of a set. Raises BadSyntax when one does not exist."""
    found: set[int] = set()
    for pair in wanted:
        first, last = _bounds(pair, count)
        if first < 1 or last > count:
            received = f"les messages {first} à {last}" if first != last else f"le message {first}"
            raise BadSyntax(
                "no such message", f"de 1 à {count}" if count else "aucun", received=received, key="imap-numero"
            )
        found.update(range(first, last + 1))
    return sorted(found)


def compact(numbers: Sequence[int]) -> bytes:
    """Return numbers, in their order, as a set: runs become ranges."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][-1] + 1:
            runs[-1] = [runs[-1][0], number]
        else:
            runs.append([number])
    return b",".join(b":".join(b"%d" % end for end in run) for run in runs)
