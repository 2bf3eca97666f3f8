"""What has been delivered of each line and what remains: a fold over the deliveries.

Source: specs/eprescription.md §5 (n renewals are n + 1 deliveries) and §8.3; the arithmetic of rounds is ours.
Knows no state table, no wire, no store.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from ..codes import DECLINE_REASONS, State
from .values import Dispense, Line, Prescription

__all__ = ["Progress", "progress", "resting_state"]


@dataclass(frozen=True, slots=True)
class Progress:
    """A line's deliveries: ``closed`` ones, boxes of the one under way, boxes in all."""

    line: Line
    closed: int = 0
    current: int = 0
    total: int = 0

    @property
    def exhausted(self) -> bool:
        """Tell whether nothing may be delivered any more."""
        return self.closed >= self.line.deliveries

    @property
    def remaining(self) -> int:
        """Boxes that may still be delivered now, before the next renewal."""
        return 0 if self.exhausted else self.line.quantity - self.current

    @property
    def started(self) -> int:
        """How many deliveries were begun."""
        return self.closed + (self.current > 0)

    def after(self, dispense: Dispense) -> Progress:
        """Return the progress after one more delivery or non-delivery."""
        if dispense.declined:
            return self._closing() if DECLINE_REASONS[dispense.declined].closes else self
        added = replace(self, current=self.current + dispense.quantity, total=self.total + dispense.quantity)
        return added._closing() if added.current >= self.line.quantity else added

    def _closing(self) -> Progress:
        return replace(self, closed=min(self.closed + 1, self.line.deliveries), current=0)


def progress(prescription: Prescription) -> dict[str, Progress]:
    """Return the progress of every line, by line id."""
    dispenses = [dispense for execution in prescription.deliveries for dispense in execution.dispenses]
    return {line.id: _of(line, dispenses) for line in prescription.lines}


def _of(line: Line, dispenses: Iterable[Dispense]) -> Progress:
    reached = Progress(line)
    for dispense in dispenses:
        if dispense.line == line.id:
            reached = reached.after(dispense)
    return reached


def resting_state(prescription: Prescription) -> State:
    """Return the state that the deliveries alone give, whatever is being consulted, cancelled or out of date."""
    if not prescription.deliveries:
        return State.CREEE
    lines = progress(prescription).values()
    if all(line.exhausted for line in lines):
        return State.EXECUTEE
    current_round = max(line.started for line in lines)
    complete = all(line.closed >= min(current_round, line.line.deliveries) for line in lines)
    return State.A_RENOUVELER if complete and current_round else State.PARTIELLE
