"""The stage of a scenario: a session of the sandbox, the tester's hand on it, what a service was asked for.

Source: specs/requirements.md §3 (each card: what the tester does, what the sandbox does). Knows services by name only.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar

from lgo_client.clock import Workplace
from lgo_client.control import Control
from lgo_client.environment import Environment
from lgo_client.journeys.day import Day
from lgo_client.journeys.steps import Evidence, Teller

__all__ = ["LATENCY", "Stage"]

LATENCY = 3000
"""Milliseconds of a slow network: what the referencing fixes."""


class Stage:
    """The pharmacy and its neighbours in a session. ``pause`` waits, ``latency`` is what the network is given (ms)."""

    service: ClassVar[str]
    """The service that the scenario is about."""

    def __init__(
        self,
        environment: Environment,
        teller: Teller,
        folder: Path,
        pause: Callable[[float], None],
        latency: int = LATENCY,
    ) -> None:
        self.environment = environment
        self.teller = teller
        self.evidence = Evidence(folder)
        self.folder = folder
        self.pause = pause
        self.latency = latency
        self.workplace = Workplace()
        self.control = Control(environment.control, environment.session)
        self._stack = ExitStack()
        self._stack.callback(self.control.close)
        self._seen = 0

    def close(self) -> None:
        """Close every desk and connection."""
        self._stack.close()

    @cached_property
    def day(self) -> Day:
        """The tools of a day: log-in at Pro Santé Connect, INSi."""
        day = Day(self.environment, self.teller, self.evidence)
        self._stack.callback(day.close)
        return day

    # --- the tester's hand

    def mark(self, name: str, subject: str = "", **detail: str) -> None:
        """Tell the sandbox what the user did."""
        self.control.of_session("markers", "POST", {"name": name, "subject": subject, "detail": detail})

    def arm(self, kind: str, value: int | str | None = None, **where: Any) -> None:
        """Arm a fault on the service."""
        given = {} if value is None else {"value": value}
        self.control.of_session("faults", "POST", {"kind": kind, "service": self.service, **given, **where})

    def set(self, **options: str | None) -> None:
        """Set options of the service; None takes one back."""
        named = {f"{self.service}.{name}": value for name, value in options.items()}
        self.control.of_session("options", "PUT", named)

    # --- what the service was asked for

    def exchanges(self, wait: str = "0") -> list[dict[str, Any]]:
        """Return the exchanges of the service since this was last asked, in order; ``wait`` (s) for one if need be."""
        where = {"service": self.service, "after": str(self._seen), "limit": "1000", "wait": wait}
        answer = self.control.of_session("exchanges", **where)
        found: list[dict[str, Any]] = answer["exchanges"]
        self._seen = max((int(one["seq"]) for one in found), default=self._seen)
        return sorted(found, key=lambda one: str(one["started"]))

    def operations(self) -> list[str]:
        """Return what the service was asked for since this was last asked, in order."""
        return [str(one["operation"]) for one in self.exchanges()]

    def keep_calls(self, evidence: str, *doors: str) -> None:
        """Keep what was said at doors of the service, a line each: the transcript that goes with the proof."""
        found = self.control.of_session("exchanges", service=self.service, limit="1000")["exchanges"]
        lines = [
            f"{one['started']}  {one['door']:<8} {one['operation']:<18} {one['status'] or '-':<4} {one['summary']}"
            for one in sorted(found, key=lambda one: str(one["started"]))
            if one["door"] in doors
        ]
        self.evidence.save(evidence, "\n".join([*lines, ""]).encode())
