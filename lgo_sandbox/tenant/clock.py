"""The two times of a session: *age time*, which decides deadlines and can be moved, and *wire time*, which
messages carry.

Source: design of the project (« Two times »). A clock is a list of segments; each says from which real instant
the age time runs, and whether it runs. Keeping the past segments lets a clock tell the age of something dated
in wire time: what was dated before a jump has aged by the jump, what was dated after it has not. This module
and ``ids`` are the only ones that may read the machine's clock.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

__all__ = ["Clock", "ClockState", "Segment", "real_now"]

WireMode = Literal["real", "session"]


def real_now() -> datetime:
    """Return the machine's time, aware, in UTC."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Segment:
    """From the real instant ``real``, the age time is ``age`` and runs (or stands, when frozen)."""

    real: datetime
    age: datetime
    running: bool = True

    def at(self, instant: datetime) -> datetime:
        """Return the age time at a real instant of this segment."""
        return self.age + (instant - self.real) if self.running else self.age


@dataclass(frozen=True, slots=True)
class ClockState:
    """What a clock is made of, as a value that a session stores."""

    segments: tuple[Segment, ...] = ()
    wire: WireMode = "real"

    def to_json(self) -> dict[str, Any]:
        """Return the state as JSON values."""
        return {
            "wire": self.wire,
            "segments": [[s.real.isoformat(), s.age.isoformat(), s.running] for s in self.segments],
        }

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> ClockState:
        """Read what ``to_json`` wrote."""
        segments = tuple(
            Segment(datetime.fromisoformat(real), datetime.fromisoformat(age), bool(running))
            for real, age, running in value.get("segments", ())
        )
        return cls(segments, "session" if value.get("wire") == "session" else "real")


class Clock:
    """A session's clock. Moving it returns a new state; the session keeps it."""

    def __init__(self, state: ClockState | None = None, now: Callable[[], datetime] = real_now) -> None:
        self.state = state or ClockState()
        self._now = now

    def age(self) -> datetime:
        """Return the moment by which deadlines are judged."""
        return self._age_at(self._now())

    def wire(self) -> datetime:
        """Return the moment that messages carry: the real clock, unless the session asks for its own."""
        return self.age() if self.state.wire == "session" else self._now()

    def both(self) -> tuple[datetime, datetime]:
        """Return the wire time and the age time of one moment; one value where they are the same."""
        now = self._now()
        age = self._age_at(now)
        return (age if self.state.wire == "session" else now), age

    def age_of(self, wire: datetime) -> datetime:
        """Return the age time of an instant read in a message, by the jumps made since."""
        return wire if self.state.wire == "session" else self._age_at(wire)

    def moved(self, *, by: timedelta | None = None, to: datetime | None = None, frozen: bool = False) -> ClockState:
        """Return the state after a jump ``by`` a duration or ``to`` a moment, from now on running or frozen."""
        now = self._now()
        age = to if to is not None else self._age_at(now) + (by or timedelta())
        segment = Segment(now, age.astimezone(UTC), running=not frozen)
        return replace(self.state, segments=(*self.state.segments, segment))

    def _age_at(self, instant: datetime) -> datetime:
        if not self.state.segments:
            return instant
        segment = _segment_of(self.state.segments, instant)
        return segment.at(instant) if segment else instant


def _segment_of(segments: Sequence[Segment], instant: datetime) -> Segment | None:
    return next((s for s in reversed(segments) if s.real <= instant), None)
