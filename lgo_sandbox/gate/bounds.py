"""How long, how many and how slow: the bounds of a listener, from the settings. Knows no protocol."""

from __future__ import annotations

from dataclasses import dataclass

from lgo_sandbox.settings import KIB, Settings

__all__ = ["Bounds"]


@dataclass(frozen=True, slots=True)
class Bounds:
    """Sizes are octets, durations seconds, rates octets per second."""

    head_octets: int = 64 * KIB
    head_lines: int = 200
    head_seconds: float = 20.0
    body_seconds: float = 30.0
    body_rate: int = 16 * KIB
    answer_seconds: float = 60.0
    idle_seconds: float = 30.0

    @classmethod
    def of(cls, settings: Settings) -> Bounds:
        """Return the bounds that the settings want."""
        return cls(
            head_octets=settings.header_bytes,
            head_lines=settings.header_lines,
            head_seconds=settings.head_seconds,
            body_seconds=settings.body_seconds,
            body_rate=settings.body_bytes_per_second,
            answer_seconds=settings.answer_seconds,
        )

    def body_deadline(self, octets: int) -> float:
        """Return how long a body may take of which so many octets have come: some time, and what its size needs."""
        return self.body_seconds + octets / self.body_rate
