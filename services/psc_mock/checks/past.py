"""What the checks of Pro Santé Connect share: the session's past, and the violation that a refusal already tells.

Knows the facts, no rule.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any, TypeVar

from lgo_sandbox.watch.checks import Observed, Violation
from lgo_sandbox.watch.facts import Facts
from lgo_sandbox.watch.history import Past
from lgo_sandbox.watch.markers import Marker, plain
from lgo_sandbox.watch.refusals import Refusal
from psc_mock.codes import USER_MARKERS

__all__ = ["as_refused", "last_marker", "refused_with", "told_last", "within"]

F = TypeVar("F", bound=Facts)


def refused_with(seen: Observed[Any], *codes: str) -> Refusal | None:
    """Return the refusal of this exchange when it has one of some codes."""
    refusal = seen.also(Refusal)
    return refusal if refusal is not None and refusal.code in codes else None


def as_refused(refusal: Refusal) -> Violation:
    """Return the violation that a refusal tells."""
    return Violation(refusal.received, refusal.expected, refusal.message, refusal.remedy, refusal.where)


def last_marker(seen: Observed[Any]) -> Marker | None:
    """Return the last marker that tells of the user."""
    told = seen.history.markers(*USER_MARKERS) if seen.history.marked else []
    return told[-1] if told else None


def told_last(seen: Observed[Any], name: str) -> bool:
    """Tell whether the last marker on the user is this one."""
    marker = last_marker(seen)
    return marker is not None and marker.plain_name == plain(name)


def within(seen: Observed[Any], kind: type[F], seconds: float, *, about: str = "") -> Iterator[tuple[Past, F]]:
    """Yield the earlier facts of a type of the last seconds of age time, newest first."""
    since = seen.age - timedelta(seconds=seconds)
    for past, facts in seen.history.all(kind, about=about):
        if past.at <= since:
            return
        yield past, facts
