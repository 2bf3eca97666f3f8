"""What has been delivered of each line and what remains: a fold over the deliveries.

Source: docs/sources/eprescription.md (prescription: n renewals are n + 1 deliveries; etats). The rounds are ours: a
renewal opens for the whole prescription once every line of the current delivery is delivered or given up. Knows no
state table, no wire, no store.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace

from eprescription_mock.codes import DECLINE_REASONS, MAX_QUANTITY
from eprescription_mock.codes.states import State
from eprescription_mock.domain.values import Dispense, Line, Prescription

__all__ = ["Progress", "progress", "resting_state"]


@dataclass(frozen=True, slots=True)
class Progress:
    """A line's deliveries: ``closed`` ones, boxes of the one under way, boxes in all; ``round`` is the one open now."""

    line: Line
    closed: int = 0
    current: int = 0
    total: int = 0
    round: int = 1

    @property
    def exhausted(self) -> bool:
        """Tell whether nothing may be delivered any more."""
        return self.closed >= self.line.deliveries

    @property
    def complete(self) -> bool:
        """Tell whether nothing is left of the delivery that is open now."""
        return self.closed >= self.round

    @property
    def remaining(self) -> int:
        """Boxes that may still be delivered now, before the next renewal."""
        if self.exhausted or self.complete:
            return 0
        return self.line.quantity - self.current if self.line.quantity else MAX_QUANTITY

    @property
    def renewals(self) -> int:
        """Deliveries that are not closed, the current one included."""
        return self.line.deliveries - self.closed

    def after(self, dispense: Dispense) -> Progress:
        """Return the progress after one more delivery or non-delivery."""
        if dispense.declined:
            return self._closing() if DECLINE_REASONS[dispense.declined].closes else self
        added = replace(self, current=self.current + dispense.quantity, total=self.total + dispense.quantity)
        over = added.current >= self.line.quantity if self.line.quantity else not dispense.partial
        return added._closing() if over else added

    def _closing(self) -> Progress:
        return replace(self, closed=min(self.closed + 1, self.line.deliveries), current=0)


def progress(prescription: Prescription) -> dict[str, Progress]:
    """Return the progress of every line, by line id."""
    dispenses = [dispense for execution in prescription.deliveries for dispense in execution.dispenses]
    reached = [_of(line, dispenses) for line in prescription.lines]
    last = _last_round(reached)
    opened = last + 1 if _round_is_complete(reached, last) else last
    return {one.line.id: replace(one, round=opened) for one in reached}


def _of(line: Line, dispenses: Iterable[Dispense]) -> Progress:
    reached = Progress(line)
    for dispense in dispenses:
        if dispense.line == line.id:
            reached = reached.after(dispense)
    return reached


def _last_round(lines: Collection[Progress]) -> int:
    return max((one.closed + (one.current > 0) for one in lines), default=0)


def _round_is_complete(lines: Collection[Progress], number: int) -> bool:
    return all(one.closed >= min(number, one.line.deliveries) for one in lines)


def resting_state(prescription: Prescription) -> State:
    """Return the state that the deliveries alone give, whatever is being consulted, cancelled or out of date."""
    if not prescription.deliveries:
        return State.CREEE
    lines = progress(prescription).values()
    if all(one.exhausted for one in lines):
        return State.EXECUTEE
    last = _last_round(lines)
    return State.A_RENOUVELER if last and _round_is_complete(lines, last) else State.PARTIELLE
