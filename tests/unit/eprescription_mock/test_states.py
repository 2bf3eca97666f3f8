"""The state table on its whole extent, and the operations that must agree with it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import product

import pytest
from support.dispensary import Dispensary

from eprescription_mock.codes.errors import ERRORS
from eprescription_mock.codes.states import RESTING, TRANSITIONS, Event, State
from eprescription_mock.domain import operations
from eprescription_mock.domain.quantities import resting_state
from eprescription_mock.domain.states import add_months, admit, deadline, state_of
from eprescription_mock.domain.values import Prescription, Refused, Rules

EXECUTIONS = (Event.EXECUTER_PARTIEL, Event.EXECUTER_COMPLET, Event.EXECUTER_FINAL)
BY_TIME = set(product(State, (Event.DELAI, Event.PERIMER)))
WHOLE_ROUNDS = {(State.EN_COURS, Event.EXECUTER_COMPLET), (State.EN_COURS, Event.EXECUTER_FINAL)}
LEGAL = {
    (State.CREEE, Event.CONSULTER),
    (State.CREEE, Event.ANNULER),
    (State.PARTIELLE, Event.CONSULTER),
    (State.PARTIELLE, Event.ANNULER_EXECUTION),
    (State.A_RENOUVELER, Event.CONSULTER),
    (State.A_RENOUVELER, Event.ANNULER_EXECUTION),
    (State.EXECUTEE, Event.ANNULER_EXECUTION),
    (State.EN_COURS, Event.CONSULTER),
    (State.EN_COURS, Event.ABANDONNER),
    *((State.EN_COURS, event) for event in EXECUTIONS),
    *BY_TIME,
}
ILLEGAL = sorted(set(product(State, Event)) - LEGAL)


def in_state(desk: Dispensary, state: State) -> Prescription:
    fresh = desk.prescription()
    partial = desk.deliver(fresh, desk.give(desk.metformine, 1))
    renewable = desk.deliver_all(fresh)
    return {
        State.CREEE: fresh,
        State.EN_COURS: desk.held(partial),
        State.PARTIELLE: partial,
        State.A_RENOUVELER: renewable,
        State.EXECUTEE: desk.deliver_all(desk.deliver_all(renewable)),
        State.ANNULEE: replace(fresh, cancelled=True),
        State.EXPIREE: replace(
            fresh, prescribed_at=desk.now - timedelta(days=400), valid_until=desk.now - timedelta(days=1)
        ),
    }[state]


def secret_of(p: Prescription) -> str:
    assert p.hold
    return p.hold.secret


def does(desk: Dispensary, event: Event) -> Callable[[Prescription], Prescription]:
    now, rules, who = desk.now, desk.rules, desk.officine
    dispense = [desk.give(desk.metformine, 1)]

    def executing(p: Prescription) -> Prescription:
        return operations.execute(p, who, desk.secret, dispense, "R", now, rules)

    return {
        Event.CONSULTER: lambda p: operations.consult(p, who, "new", now, rules),
        Event.ABANDONNER: lambda p: operations.abandon(p, who, desk.secret, now, rules),
        Event.ANNULER: lambda p: operations.cancel(p, desk.doctor, now, rules),
        Event.ANNULER_EXECUTION: lambda p: operations.cancel_execution(p, who, f"R{len(p.executions)}", now, rules),
        **dict.fromkeys(EXECUTIONS, executing),
    }[event]


def test_the_table_answers_every_event_in_every_state() -> None:
    assert set(TRANSITIONS) == set(State)
    for events in TRANSITIONS.values():
        assert set(events) == set(Event)
    targets = {target for events in TRANSITIONS.values() for target in events.values()}
    assert targets <= {*State, RESTING, *ERRORS}


@pytest.mark.parametrize("state", State)
def test_each_state_is_recognised(desk: Dispensary, state: State) -> None:
    assert state_of(in_state(desk, state), desk.now, desk.rules) is state


@pytest.mark.parametrize(("state", "event"), ILLEGAL)
def test_an_illegal_event_is_refused_by_the_table_and_by_the_operation(
    desk: Dispensary, state: State, event: Event
) -> None:
    with pytest.raises(Refused) as by_table:
        admit(state, event)
    assert by_table.value.error.status in (409, 410)
    with pytest.raises(Refused) as by_operation:
        does(desk, event)(in_state(desk, state))
    assert by_operation.value.code == by_table.value.code


@pytest.mark.parametrize(("state", "event"), sorted(LEGAL - BY_TIME - WHOLE_ROUNDS))
def test_a_legal_event_leads_where_the_table_says(desk: Dispensary, state: State, event: Event) -> None:
    before = in_state(desk, state)
    after = does(desk, event)(before)
    assert state_of(after, desk.now, desk.rules) is (admit(state, event) or resting_state(after))


def test_a_complete_round_leaves_renewals_and_the_last_one_none(desk: Dispensary) -> None:
    first = desk.deliver_all(desk.prescription())
    assert state_of(first, desk.now, desk.rules) is TRANSITIONS[State.EN_COURS][Event.EXECUTER_COMPLET]
    last = desk.deliver_all(desk.deliver_all(first))
    assert state_of(last, desk.now, desk.rules) is TRANSITIONS[State.EN_COURS][Event.EXECUTER_FINAL]


@pytest.mark.parametrize("state", State)
def test_time_moves_a_state_as_the_table_says(desk: Dispensary, state: State) -> None:
    endless = Rules(lock=None)
    late = desk.now + timedelta(days=400)
    expected = TRANSITIONS[state][Event.PERIMER]
    assert state_of(in_state(desk, state), late, endless) is expected


def test_a_consultation_without_end_gives_the_prescription_back_after_the_delay(desk: Dispensary) -> None:
    held = desk.held(desk.prescription())
    assert desk.rules.lock
    over = desk.now + desk.rules.lock
    almost = over - timedelta(seconds=1)
    assert state_of(held, almost, desk.rules) is State.EN_COURS
    assert state_of(held, over, desk.rules) is State.CREEE
    assert secret_of(operations.consult(held, desk.voisine, "new", over, desk.rules)) == "new"


def test_a_prescription_never_delivered_lapses_after_three_months(desk: Dispensary) -> None:
    p, limit = desk.prescription(), add_months(desk.now, 3)
    assert deadline(p, desk.rules) == limit
    assert state_of(p, limit - timedelta(seconds=1), desk.rules) is State.CREEE
    assert state_of(p, limit, desk.rules) is State.EXPIREE
    assert state_of(p, limit, Rules(window_months=0)) is State.CREEE


def test_a_prescription_begun_in_time_lasts_until_its_validity_ends(desk: Dispensary) -> None:
    p = desk.deliver_all(desk.prescription())
    assert state_of(p, add_months(desk.now, 4), desk.rules) is State.A_RENOUVELER
    assert state_of(p, p.valid_until, desk.rules) is State.EXPIREE


def test_a_declined_delivery_does_not_count_as_the_first_one(desk: Dispensary) -> None:
    p = desk.deliver(desk.prescription(), desk.give(desk.metformine, 0, declined="rupture"))
    assert deadline(p, desk.rules) == add_months(desk.now, 3)


@pytest.mark.parametrize(
    ("start", "months", "expected"),
    [("2026-01-31", 1, "2026-02-28"), ("2023-11-30", 3, "2024-02-29"), ("2025-12-01", 12, "2026-12-01")],
)
def test_months_are_calendar_months(start: str, months: int, expected: str) -> None:
    moved = add_months(datetime.fromisoformat(start).replace(tzinfo=UTC), months)
    assert moved.date().isoformat() == expected


def test_the_same_officine_consults_again_with_the_same_secret(desk: Dispensary) -> None:
    again = operations.consult(desk.held(desk.prescription()), desk.officine, "new", desk.now, desk.rules)
    assert secret_of(again) == desk.secret


def test_another_officine_is_locked_out(desk: Dispensary) -> None:
    held = desk.held(desk.prescription())
    works: tuple[Callable[[], Prescription], ...] = (
        lambda: operations.consult(held, desk.voisine, "new", desk.now, desk.rules),
        lambda: operations.abandon(held, desk.voisine, desk.secret, desk.now, desk.rules),
        lambda: operations.cancel_execution(held, desk.voisine, "R1", desk.now, desk.rules),
    )
    for work in works:
        with pytest.raises(Refused, match="verrouillee"):
            work()


@pytest.mark.parametrize("secret", ["", "autre", "é", "\udcff"])
def test_a_false_secret_is_refused(desk: Dispensary, secret: str) -> None:
    with pytest.raises(Refused, match="secret-faux"):
        operations.abandon(desk.held(desk.prescription()), desk.officine, secret, desk.now, desk.rules)


def test_only_the_author_cancels(desk: Dispensary) -> None:
    other = replace(desk.doctor, national_id="899700090139")
    with pytest.raises(Refused, match="pas-l-auteur"):
        operations.cancel(desk.prescription(), other, desk.now, desk.rules)


def test_only_the_last_execution_is_undone_and_by_who_did_it(desk: Dispensary) -> None:
    p = desk.deliver_all(desk.deliver_all(desk.prescription()))
    for actor, receipt, code in (
        (desk.officine, "R1", "execution-suivie"),
        (desk.voisine, "R2", "pas-l-executant"),
        (desk.officine, "R9", "execution-inconnue"),
    ):
        with pytest.raises(Refused, match=code):
            operations.cancel_execution(p, actor, receipt, desk.now, desk.rules)
    back = operations.cancel_execution(p, desk.officine, "R2", desk.now, desk.rules)
    assert resting_state(back) is State.A_RENOUVELER
    with pytest.raises(Refused, match="execution-inconnue"):
        operations.cancel_execution(back, desk.officine, "R2", desk.now, desk.rules)


def test_a_designated_officine_is_the_only_one_that_consults(desk: Dispensary) -> None:
    p = desk.prescription(dispenser=desk.officine.structure)
    with pytest.raises(Refused, match="officine-non-designee"):
        operations.consult(p, desk.voisine, "new", desk.now, desk.rules)
    assert operations.consult(p, desk.officine, "new", desk.now, desk.rules).hold


@pytest.mark.parametrize(
    ("operation", "profession", "sector", "code"),
    [
        ("EP4", "21", "SA33", "profession-non-autorisee"),
        ("annuler", "39", "SA33", "profession-non-autorisee"),
        ("EP3", "10", "SA07", "profession-non-autorisee"),
        ("EP1", "60", "SA07", "profession-non-autorisee"),
        ("EP3", "", "SA07", "profession-non-autorisee"),
        ("statut", "", "SA07", "profession-non-autorisee"),
        ("EP3", "21", "SA25", "structure-non-officine"),
    ],
)
def test_rights_follow_the_profession_and_the_sector(
    desk: Dispensary, operation: str, profession: str, sector: str, code: str
) -> None:
    with pytest.raises(Refused, match=code):
        operations.authorise(operation, replace(desk.officine, profession=profession, sector=sector))


@pytest.mark.parametrize("profession", ["21", "39"])
def test_pharmacists_and_preparateurs_execute(desk: Dispensary, profession: str) -> None:
    operations.authorise("EP1", replace(desk.officine, profession=profession))
