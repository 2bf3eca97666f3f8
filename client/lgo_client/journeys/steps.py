"""What a journey is made of: steps told as they happen, evidence written as files, and what the steps pass on.

Knows no service; the chapters do.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from lgo_client.unanswered import unanswered

__all__ = ["Evidence", "JourneyFailed", "Narrator", "Step", "Teller"]


class JourneyFailed(Exception):
    """A step did not give what the journey needs; the message (French) says which and why."""


@dataclass(slots=True)
class Step:
    """One step: who calls whom, what for; then the outcome and the time it took."""

    number: int
    chapter: str
    caller: str
    callee: str
    title: str
    outcome: str = ""
    milliseconds: float = 0.0
    failed: bool = False


class Narrator(Protocol):
    """Shows a journey while it happens."""

    def chapter(self, number: int, title: str) -> None:
        """A chapter begins."""

    def begun(self, step: Step) -> None:
        """A step begins."""

    def ended(self, step: Step) -> None:
        """A step ended, well or not."""


@dataclass
class Evidence:
    """The output folder of a journey: every document, archive, mail and transcript that it made."""

    folder: Path
    names: list[str] = field(default_factory=list)

    def save(self, name: str, octets: bytes) -> Path:
        """Write a file and return its path."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(octets)
        self.names.append(name)
        return path


class Teller:
    """Numbers the steps and tells them to the narrator."""

    def __init__(self, narrator: Narrator, stopwatch: Callable[[], float] = time.perf_counter) -> None:
        self.steps: list[Step] = []
        self._narrator = narrator
        self._stopwatch = stopwatch
        self._chapters = 0
        self._chapter = ""

    def chapter(self, title: str) -> None:
        """Begin a chapter."""
        self._chapters += 1
        self._chapter = title
        self._narrator.chapter(self._chapters, title)

    @contextmanager
    def step(self, caller: str, callee: str, title: str) -> Iterator[Step]:
        """Run a step in the block; its error becomes JourneyFailed. The block sets ``outcome``."""
        step = Step(len(self.steps) + 1, self._chapter, caller, callee, title)
        self.steps.append(step)
        self._narrator.begun(step)
        started = self._stopwatch()
        try:
            yield step
        except Exception as error:
            step.failed = True
            said = unanswered(error)
            step.outcome = said or f"{type(error).__name__} : {error}"
            raise JourneyFailed(f"étape {step.number} ({title}) : {said or error}") from error
        finally:
            step.milliseconds = (self._stopwatch() - started) * 1000
            self._narrator.ended(step)


def expect(condition: bool, message: str) -> None:
    """Raise JourneyFailed with a French message unless a condition holds."""
    if not condition:
        raise JourneyFailed(message)
