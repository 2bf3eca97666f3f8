"""What the markers of a tester tell, and the words that the rules on gestures share. Knows no rule."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from dmp_mock.markers import (
    OPENED,
)
from lgo_sandbox.watch.checks import Observed
from lgo_sandbox.watch.markers import Marker

__all__ = [
    "DELETE",
    "FEEDS",
    "GESTURES",
    "SEARCH",
    "last_told",
    "minutes",
    "opened_at",
    "time_of",
]

FEEDS, SEARCH, DELETE = frozenset({"td2.1", "td2.2"}), "td3.1", "td3.3c"
GESTURES = "docs/sources/dmp.md#gestes"


def opened_at(seen: Observed[Any], matricule: str) -> list[Marker]:
    """Return the markers that say that a patient's record was opened, oldest first."""
    return seen.history.markers(OPENED, about=(matricule,)) if seen.history.marked else []


def last_told(seen: Observed[Any], about: tuple[str, ...], *names: str) -> str:
    """Return the plain name of the last marker of some names about some subjects, or ""."""
    told = seen.history.markers(*names, about=about)
    return told[-1].plain_name if told else ""


def time_of(marker: Marker) -> datetime:
    """Return when a marker was set, age time."""
    return datetime.fromisoformat(marker.at)


def minutes(duration: timedelta) -> str:
    """Return a duration in words, to the minute."""
    return f"{duration.total_seconds() / 60:.0f} min"
