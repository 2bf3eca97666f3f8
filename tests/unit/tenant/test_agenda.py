"""The agenda: in order, once, whatever happens to the clock, to a handler or to the process."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sixth_mock import Greeting
from sixth_mock import names as names_of
from support.process import environment

from lgo_sandbox.tenant import agenda
from lgo_sandbox.tenant.agenda import PORTION, Event, FollowUp, UnknownEvent
from lgo_sandbox.tenant.health import troubles_of
from lgo_sandbox.tenant.session import Session
from lgo_sandbox.tenant.sessions import Sessions

if TYPE_CHECKING:
    from sqlmodel import Session as Transaction

Make = Callable[..., Sessions]
HOUR = timedelta(hours=1)
MISSED = 50
"""How many turns of the past are made up for in a test: fewer than for a user, and bounded all the same."""
TESTS = Path(__file__).parents[2]
ROOMS = os.pathsep.join((str(TESTS), str(TESTS / "dummy")))
"""Where a process of ours finds what tests share."""


def greet(transaction: Transaction, _session: Session, event: Event) -> None:
    """Leave a trace in the store."""
    transaction.add(Greeting(name=str(event.payload)))


def greet_then_fail(transaction: Transaction, session: Session, event: Event) -> None:
    """Leave a trace that must not stay."""
    greet(transaction, session, event)
    transaction.flush()
    raise ValueError("pas maintenant")


def names(session: Session) -> list[str]:
    return names_of(session)[1:]  # without the seed


def frozen(sessions: Sessions, name: str = "default") -> tuple[Session, datetime]:
    session = sessions.get(name)
    session.move_clock(frozen=True)
    return session, session.clock.age()


def test_an_event_happens_when_the_clock_passes_it_and_not_before(make: Make) -> None:
    session, now = frozen(make(saluer=greet))
    session.agenda.at(now + HOUR, "sixieme.saluer", "Marc")
    session.move_clock(by=HOUR - timedelta(microseconds=1), frozen=True)
    assert names(session) == []
    session.move_clock(by=timedelta(microseconds=1), frozen=True)
    assert names(session) == ["Marc"]
    session.move_clock(by=HOUR)
    assert (names(session), session.agenda.waiting()) == (["Marc"], [])


def test_a_jump_over_several_runs_them_by_moment_then_by_insertion(make: Make) -> None:
    session, now = frozen(make(saluer=greet))
    for hours, name in ((3, "d"), (1, "a"), (2, "b"), (2, "c")):
        session.agenda.at(now + hours * HOUR, "sixieme.saluer", name)
    session.move_clock(by=10 * HOUR, frozen=True)
    assert names(session) == ["a", "b", "c", "d"]


def test_what_an_event_plans_within_the_jump_happens_in_its_turn(make: Make) -> None:
    def plan(transaction: Transaction, session: Session, event: Event) -> None:
        greet(transaction, session, event)
        session.agenda.at(event.due + HOUR, "sixieme.saluer", "suite", within=transaction)

    session, now = frozen(make(saluer=greet, prevoir=plan))
    session.agenda.at(now + HOUR, "sixieme.prevoir", "début")
    session.agenda.at(now + 3 * HOUR, "sixieme.saluer", "fin")
    session.move_clock(by=4 * HOUR, frozen=True)
    assert names(session) == ["début", "suite", "fin"]


def test_an_event_is_kept_with_the_transaction_that_planned_it(make: Make) -> None:
    session, now = frozen(make(saluer=greet))
    number = 0
    with suppress(ZeroDivisionError), session.db.transaction() as transaction:
        number = session.agenda.at(now, "sixieme.saluer", "Marc", within=transaction) // 0
    assert number == 0
    assert session.agenda.waiting() == []
    with session.db.transaction() as transaction:
        session.agenda.at(now, "sixieme.saluer", "Marc", within=transaction)
    assert session.agenda.run_due() == 1


async def test_time_that_flows_brings_events_about(make: Make) -> None:
    sessions = make(saluer=greet)
    session = sessions.get("default")
    session.agenda.at(session.clock.age() - timedelta(seconds=1), "sixieme.saluer", "Marc")
    session.agenda.at(session.clock.age() + HOUR, "sixieme.saluer", "Louise")
    await sessions.tend()
    assert names(session) == ["Marc"]


def test_who_asks_for_a_session_finds_what_was_due_done(make: Make) -> None:
    sessions = make(saluer=greet)
    session = sessions.get("default")
    session.agenda.at(session.clock.age(), "sixieme.saluer", "Marc")
    assert names(sessions.get("default")) == ["Marc"]


def test_a_recurring_event_happens_each_time(make: Make) -> None:
    session, now = frozen(make(saluer=greet))
    number = session.agenda.at(now + HOUR, "sixieme.saluer", "tic", every=HOUR)
    session.move_clock(by=3 * HOUR, frozen=True)
    assert names(session) == ["tic"] * 3
    (next_turn,) = session.agenda.waiting()
    assert (next_turn.id, next_turn.due) == (number, now + 4 * HOUR)
    assert session.agenda.cancel(number)
    session.move_clock(by=3 * HOUR)
    assert names(session) == ["tic"] * 3


def test_a_jump_of_a_century_makes_up_for_a_bounded_number_of_turns(
    make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(agenda, "MAX_MISSED", MISSED)
    turns: list[datetime] = []
    session, now = frozen(make(compter=lambda _transaction, _session, event: turns.append(event.due)))
    session.agenda.at(now, "sixieme.compter", every=timedelta(seconds=1))
    session.move_clock(to=now + timedelta(days=36_500), frozen=True)
    assert MISSED <= len(turns) <= MISSED + 2
    assert turns[-1] == session.clock.age()


@pytest.mark.parametrize("every", [timedelta(), timedelta(seconds=-1)])
def test_a_period_is_positive(make: Make, every: timedelta) -> None:
    session, now = frozen(make(saluer=greet))
    with pytest.raises(ValueError):
        session.agenda.at(now, "sixieme.saluer", every=every)


def test_an_agenda_that_feeds_itself_does_not_hold_up_the_others(make: Make) -> None:
    def again(transaction: Transaction, session: Session, event: Event) -> None:
        session.agenda.at(event.due, "sixieme.encore", within=transaction)

    session, now = frozen(make(encore=again))
    session.agenda.at(now, "sixieme.encore")
    assert session.agenda.run_due() == PORTION


def test_a_cancelled_event_does_not_happen(make: Make) -> None:
    session, now = frozen(make(saluer=greet))
    number = session.agenda.at(now + HOUR, "sixieme.saluer", "Marc")
    assert session.agenda.cancel(number)
    assert not session.agenda.cancel(number)
    session.move_clock(by=2 * HOUR)
    assert names(session) == []


def test_the_number_of_an_event_that_ran_is_not_given_again(make: Make) -> None:
    session, now = frozen(make(saluer=greet))
    ran = session.agenda.at(now, "sixieme.saluer", "Marc")
    session.agenda.run_due()
    assert session.agenda.at(now + HOUR, "sixieme.saluer", "Louise") != ran


def test_an_event_that_no_service_declares_is_refused(make: Make) -> None:
    session, now = frozen(make(saluer=greet))
    with pytest.raises(UnknownEvent):
        session.agenda.at(now, "septieme.saluer")


def test_a_failing_event_leaves_nothing_holds_up_nobody_and_is_tried_again(
    make: Make, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    session, now = frozen(make(rater=greet_then_fail, saluer=greet))
    session.agenda.at(now, "sixieme.rater", "rien")
    session.agenda.at(now, "sixieme.saluer", "Marc")
    assert session.agenda.run_due() == 2
    assert names(session) == ["Marc"]
    (failed,) = session.agenda.waiting()
    assert (failed.attempts, failed.error) == (1, "ValueError: pas maintenant")
    assert session.agenda.failing() == 1
    (trouble,) = troubles_of(session)
    assert trouble.message == "1 événement en échec, à nouveau tenté plus tard : voir /agenda"
    assert session.agenda.run_due() == 0  # it waits
    later = agenda.real_now() + HOUR
    monkeypatch.setattr(agenda, "real_now", lambda: later)
    assert session.agenda.run_due() == 1
    assert session.agenda.waiting()[0].attempts == 2


def test_an_event_that_failed_before_happens_once_when_it_succeeds(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    troubles = [True]

    def hesitate(transaction: Transaction, session: Session, event: Event) -> None:
        greet(transaction, session, event)
        if troubles:
            raise ValueError(troubles.pop())

    session, now = frozen(make(hesiter=hesitate))
    session.agenda.at(now, "sixieme.hesiter", "Marc")
    session.agenda.run_due()
    later = agenda.real_now() + HOUR
    monkeypatch.setattr(agenda, "real_now", lambda: later)
    session.agenda.run_due()
    assert (names(session), session.agenda.waiting(), session.agenda.failing()) == (["Marc"], [], 0)


def test_of_two_processes_one_runs_an_event(make: Make) -> None:
    mine, theirs = make(saluer=greet), make(saluer=greet)
    session, now = frozen(mine)
    other = theirs.get("default")
    session.agenda.at(now + HOUR, "sixieme.saluer", "Marc")
    assert [event.payload for event in other.agenda.waiting()] == ["Marc"]
    session.move_clock(by=2 * HOUR)
    theirs.get("default")
    assert names(session) == names(other) == ["Marc"]


def test_an_event_read_by_two_processes_is_claimed_by_the_first(make: Make) -> None:
    def overtaken(transaction: Transaction, session: Session, event: Event) -> None:
        greet(transaction, session, event)

    mine, theirs = make(saluer=overtaken), make(saluer=overtaken)
    session, now = frozen(mine)
    other = theirs.get("default")
    session.agenda.at(now, "sixieme.saluer", "Marc")
    (read,) = other.agenda.waiting()
    assert session.agenda.run_due() == 1
    other.agenda._run(read)
    assert names(session) == ["Marc"]


async def test_an_event_of_a_service_that_lives_elsewhere_waits_for_it(make: Make) -> None:
    here, there = make(), make(saluer=greet)
    session, now = frozen(there)
    session.agenda.at(now, "sixieme.saluer", "Marc")
    here.get("default").move_clock(by=HOUR)
    assert names(session) == []
    await there.tend()
    assert names(session) == ["Marc"]


def test_a_reset_empties_the_agenda(make: Make) -> None:
    sessions = make(saluer=greet)
    session, now = frozen(sessions)
    session.agenda.at(now + HOUR, "sixieme.saluer", "Marc")
    sessions.reset("default")
    session.move_clock(by=2 * HOUR)
    assert (names(session), session.agenda.waiting()) == ([], [])


def test_a_transaction_within_a_transaction_is_a_defect(make: Make) -> None:
    session = make().get("default")
    with session.db.transaction(), pytest.raises(RuntimeError), session.db.transaction():
        pass


@pytest.mark.parametrize(("when", "deaths"), [("within", 2), ("between", 1)])
def test_each_event_happens_once_also_when_the_process_is_killed(
    make: Make, tmp_path: Path, when: str, deaths: int
) -> None:
    program = [sys.executable, "-m", "support.dying_agenda", str(tmp_path), when]
    for _ in range(deaths):
        ended = subprocess.run(program, check=False, capture_output=True, env=environment(PYTHONPATH=ROOMS))
        assert ended.returncode == -signal.SIGKILL, ended.stderr
    sessions = make(saluer=greet)
    session = sessions.get("default")
    assert names(session) == ["a", "b", "c"]
    assert session.agenda.waiting() == []


def test_what_an_event_leaves_to_do_on_the_wire_is_given_once_after_its_commit(make: Make) -> None:
    async def told(_sandbox: object) -> None:
        """Do nothing."""

    def greet_then_tell(transaction: Transaction, session: Session, event: Event) -> FollowUp:
        greet(transaction, session, event)
        return told

    def fail_to_tell(_transaction: Transaction, _session: Session, _event: Event) -> FollowUp:
        raise ValueError("pas maintenant")

    sessions = make(saluer=greet_then_tell, rater=fail_to_tell)
    session, now = frozen(sessions)
    session.agenda.at(now + HOUR, "sixieme.saluer", "Marc")
    session.agenda.at(now + HOUR, "sixieme.rater", "Marc")
    assert sessions.take_follow_ups() == []
    session.move_clock(by=HOUR, frozen=True)
    assert sessions.take_follow_ups() == [told]
    assert sessions.take_follow_ups() == []
