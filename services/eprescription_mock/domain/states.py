"""In which state a prescription is at a moment, and whether an event is admitted in it.

Source: docs/sources/eprescription.md (etats: ours; delais: first delivery within three months, twelve months in all;
regulatory).
The state is never stored: it follows from the deliveries, the consultation and the time. Knows no wire, no store.
"""

from __future__ import annotations

import calendar
from datetime import datetime

from eprescription_mock.codes import RETENTION_MONTHS
from eprescription_mock.codes.states import RESTING, TRANSITIONS, Event, State
from eprescription_mock.domain.quantities import resting_state
from eprescription_mock.domain.values import Prescription, Refused, Rules

__all__ = ["add_months", "admit", "deadline", "held", "kept_still", "state_of"]


def add_months(moment: datetime, months: int) -> datetime:
    """Return the same day some months later, the last of the month when there is no such day."""
    years, month = divmod(moment.month - 1 + months, 12)
    year, month = moment.year + years, month + 1
    return moment.replace(year=year, month=month, day=min(moment.day, calendar.monthrange(year, month)[1]))


def deadline(prescription: Prescription, rules: Rules) -> datetime:
    """Return when the prescription lapses: end of validity, sooner when nothing was delivered yet."""
    delivered = any(not d.declined for execution in prescription.deliveries for d in execution.dispenses)
    if delivered or not rules.window_months:
        return prescription.valid_until
    return min(prescription.valid_until, add_months(prescription.prescribed_at, rules.window_months))


def kept_still(prescription: Prescription, now: datetime) -> bool:
    """Tell whether a prescription is still kept: five years from its writing."""
    return now < add_months(prescription.prescribed_at, RETENTION_MONTHS)


def held(prescription: Prescription, now: datetime, rules: Rules) -> bool:
    """Tell whether a consultation is under way and has not lapsed."""
    hold = prescription.hold
    return hold is not None and (rules.lock is None or now - hold.at < rules.lock)


def state_of(prescription: Prescription, now: datetime, rules: Rules) -> State:
    """Return the state at a moment.

    A prescription under consultation does not lapse in the pharmacist's hands: it does when it is given back.
    """
    if prescription.cancelled:
        return State.ANNULEE
    if held(prescription, now, rules):
        return State.EN_COURS
    state = resting_state(prescription)
    if now < deadline(prescription, rules):
        return state
    return State.EXPIREE if TRANSITIONS[state][Event.PERIMER] is State.EXPIREE else state


def admit(state: State, event: Event) -> State | None:
    """Return the state that an event leads to, None for the state at rest. Raises Refused by the table."""
    target = TRANSITIONS[state][event]
    if isinstance(target, State):
        return target
    if target == RESTING:
        return None
    detail = f"état : {state.value}, événement : {event.value}"
    raise Refused(
        target, detail, received=f"« {event.value} » sur une ordonnance à l'état {state.value}", where="adresse"
    )
