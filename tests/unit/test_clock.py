"""Two times: age time jumps, wire time stays, and what was dated before a jump has aged by it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from lgo_sandbox.tenant.clock import Clock, ClockState

START = datetime(2026, 3, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


class Machine:
    """The machine's clock, moved by hand."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def machine() -> Machine:
    return Machine()


def test_without_a_jump_both_times_are_the_machine_s(machine: Machine) -> None:
    clock = Clock(now=machine)
    assert clock.age() == clock.wire() == START
    machine.now += HOUR
    assert clock.age() == clock.wire() == START + HOUR


def test_a_jump_moves_age_and_not_wire(machine: Machine) -> None:
    clock = Clock(Clock(now=machine).moved(by=24 * HOUR), machine)
    machine.now += HOUR
    assert clock.age() == START + 25 * HOUR
    assert clock.wire() == START + HOUR


def test_jumps_add_up(machine: Machine) -> None:
    clock = Clock(Clock(now=machine).moved(by=HOUR), machine)
    machine.now += HOUR
    clock = Clock(clock.moved(by=HOUR), machine)
    assert clock.age() == START + 3 * HOUR


def test_a_jump_to_a_moment_may_go_back_and_is_kept_in_utc(machine: Machine) -> None:
    moment = datetime(2020, 1, 1, 2, tzinfo=timezone(2 * HOUR))
    state = Clock(now=machine).moved(to=moment)
    assert Clock(state, machine).age() == moment
    assert state.segments[-1].age.tzinfo is UTC


def test_a_frozen_clock_stands_until_it_is_moved(machine: Machine) -> None:
    clock = Clock(Clock(now=machine).moved(frozen=True), machine)
    machine.now += HOUR
    assert clock.age() == START
    clock = Clock(clock.moved(), machine)
    machine.now += HOUR
    assert clock.age() == START + HOUR


def test_what_was_dated_before_a_jump_has_aged_by_it_and_what_came_after_has_not(machine: Machine) -> None:
    issued_before = machine.now
    machine.now += HOUR
    clock = Clock(Clock(now=machine).moved(by=24 * HOUR), machine)
    issued_after = machine.now = machine.now + timedelta(minutes=1)
    assert clock.age() - clock.age_of(issued_before) == 25 * HOUR + timedelta(minutes=1)
    assert clock.age() - clock.age_of(issued_after) == timedelta()


def test_in_session_mode_messages_carry_age_time(machine: Machine) -> None:
    state = Clock(now=machine).moved(by=24 * HOUR)
    clock = Clock(ClockState(state.segments, "session"), machine)
    assert clock.wire() == clock.age() == START + 24 * HOUR
    assert clock.age_of(clock.wire()) == clock.age()


def test_a_state_survives_json(machine: Machine) -> None:
    state = Clock(Clock(now=machine).moved(by=HOUR), machine).moved(to=START, frozen=True)
    assert ClockState.from_json(state.to_json()) == state
    assert ClockState.from_json({}) == ClockState()
