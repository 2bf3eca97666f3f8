"""Quantities, renewals, substitution, non-delivery; and that no sequence delivers more than was prescribed."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.dispensary import Dispensary

from eprescription_mock.codes.states import State
from eprescription_mock.domain.dispensing import cip13_is_valid
from eprescription_mock.domain.operations import cancel_execution
from eprescription_mock.domain.quantities import progress, resting_state
from eprescription_mock.domain.values import Dispense, Line, Prescription, Refused

ATORVASTATINE_BIOGARAN = "3400930183052"
HUMIRA, AMGEVITA = ("64783769", "3400930042687"), "3400930294505"
OUTSIDE_THE_EXTRACT = "3400930000014"


def refusal(desk: Dispensary, p: Prescription, *dispenses: Dispense) -> str:
    with pytest.raises(Refused) as refused:
        desk.deliver(p, *dispenses)
    return refused.value.code


def test_partial_deliveries_add_up(desk: Dispensary) -> None:
    p = desk.deliver(desk.prescription(), desk.give(desk.metformine, 1))
    assert resting_state(p) is State.PARTIELLE
    assert [one.remaining for one in progress(p).values()] == [1, 1]
    p = desk.deliver(p, desk.give(desk.metformine, 1), desk.give(desk.tahor, 1))
    assert resting_state(p) is State.A_RENOUVELER
    assert [(one.remaining, one.renewals) for one in progress(p).values()] == [(2, 2), (1, 2)]


def test_a_line_waits_for_the_others_before_its_renewal(desk: Dispensary) -> None:
    p = desk.deliver(desk.prescription(), desk.give(desk.metformine, 2))
    assert progress(p)["1"].remaining == 0
    assert refusal(desk, p, desk.give(desk.metformine, 1)) == "quantite-depassee"
    p = desk.deliver(p, desk.give(desk.tahor, 1))
    assert progress(p)["1"].remaining == 2


def test_lines_with_fewer_renewals_leave_the_others_going_on(desk: Dispensary) -> None:
    once = replace(desk.tahor, repeats=0)
    p = desk.deliver_all(desk.prescription(desk.metformine, once))
    assert resting_state(p) is State.A_RENOUVELER
    assert refusal(desk, p, desk.give(once, 1)) == "renouvellements-epuises"
    p = desk.deliver(desk.deliver(p, desk.give(desk.metformine, 2)), desk.give(desk.metformine, 2))
    assert resting_state(p) is State.EXECUTEE


@pytest.mark.parametrize(
    ("quantity", "code"), [(3, "quantite-depassee"), (0, "quantite-invalide"), (-1, "quantite-invalide")]
)
def test_a_quantity_beyond_what_remains_is_refused(desk: Dispensary, quantity: int, code: str) -> None:
    assert refusal(desk, desk.prescription(), desk.give(desk.metformine, quantity)) == code


def test_an_absurd_quantity_is_refused(desk: Dispensary) -> None:
    assert refusal(desk, desk.prescription(), desk.give(desk.metformine, 10**4000)) == "quantite-invalide"


def test_two_dispenses_of_a_line_count_together(desk: Dispensary) -> None:
    one = desk.give(desk.metformine, 1)
    assert resting_state(desk.deliver(desk.prescription(desk.metformine), one, one)) is State.A_RENOUVELER
    assert refusal(desk, desk.prescription(), one, one, one) == "quantite-depassee"


def test_an_execution_names_lines_of_the_prescription(desk: Dispensary) -> None:
    assert refusal(desk, desk.prescription(), Dispense("9", 1, "3400939718330")) == "ligne-inconnue"
    assert refusal(desk, desk.prescription()) == "execution-vide"


def test_a_shortage_leaves_the_line_due_and_a_refusal_closes_it(desk: Dispensary) -> None:
    short = desk.deliver(desk.prescription(), desk.give(desk.metformine, 2), Dispense("2", declined="rupture"))
    assert resting_state(short) is State.PARTIELLE
    closed = desk.deliver(short, Dispense("2", declined="refus-patient"))
    assert resting_state(closed) is State.A_RENOUVELER
    assert progress(closed)["2"].total == 0


def test_a_shortage_alone_is_no_delivery(desk: Dispensary) -> None:
    assert resting_state(desk.deliver(desk.prescription(), Dispense("1", declined="rupture"))) is State.PARTIELLE


def test_a_line_is_not_delivered_in_full_and_declined_at_once(desk: Dispensary) -> None:
    both = (Dispense("1", declined="refus-patient"), desk.give(desk.metformine, 2))
    assert refusal(desk, desk.prescription(), *both) == "non-delivrance-incoherente"


def test_an_unknown_reason_is_refused(desk: Dispensary) -> None:
    assert refusal(desk, desk.prescription(), Dispense("1", declined="fermé")) == "motif-inconnu"


def test_a_device_is_unknown_but_can_be_declined(desk: Dispensary) -> None:
    device = Line("3", "Lubrifiant", "1 goutte", 1, lpp="1100028")
    p = desk.prescription(desk.tahor, device)
    assert refusal(desk, p, Dispense("3", 1, "3400939718330")) == "dispositif-inconnu"
    after = desk.deliver(p, desk.give(desk.tahor, 1), Dispense("3", declined="hors-perimetre"))
    assert resting_state(after) is State.A_RENOUVELER


def test_a_generic_of_the_group_needs_a_declared_substitution(desk: Dispensary) -> None:
    p = desk.prescription()
    generic = desk.give(desk.tahor, 1, cip13=ATORVASTATINE_BIOGARAN)
    assert refusal(desk, p, generic) == "substitution-non-declaree"
    assert desk.deliver(p, replace(generic, substituted=True)).executions


def test_a_line_that_may_not_be_substituted_needs_a_reason(desk: Dispensary) -> None:
    p = desk.prescription(replace(desk.tahor, no_substitution="MTE"))
    generic = desk.give(desk.tahor, 1, cip13=ATORVASTATINE_BIOGARAN, substituted=True)
    assert refusal(desk, p, generic) == "substitution-sans-motif"
    assert desk.deliver(p, replace(generic, substitution_reason="accord du prescripteur")).executions


def test_a_substitution_out_of_the_group_needs_a_reason(desk: Dispensary) -> None:
    line = Line("1", "Humira", "1 injection", 1, cis=HUMIRA[0], cip13=HUMIRA[1])
    biosimilar = Dispense("1", 1, AMGEVITA, substituted=True)
    assert refusal(desk, desk.prescription(line), biosimilar) == "substitution-sans-motif"
    reasoned = replace(biosimilar, substitution_reason="biosimilaire")
    assert resting_state(desk.deliver(desk.prescription(line), reasoned)) is State.EXECUTEE


def test_a_medicine_outside_the_extract_is_taken_as_a_declared_substitution(desk: Dispensary) -> None:
    other = desk.give(desk.tahor, 1, cip13=OUTSIDE_THE_EXTRACT, substituted=True)
    assert cip13_is_valid(OUTSIDE_THE_EXTRACT)
    assert desk.deliver(desk.prescription(), other).executions


def test_a_line_prescribed_by_cis_alone_takes_its_presentation(desk: Dispensary) -> None:
    by_cis = replace(desk.tahor, cip13="")
    assert desk.deliver(desk.prescription(by_cis), desk.give(desk.tahor, 1)).executions


@pytest.mark.parametrize("cip13", ["", "3400934306816", "4006381333931", "340093430681", "٣٤٠٠٩٣٤٣٠٦٨١٥"])
def test_a_false_cip13_is_refused(desk: Dispensary, cip13: str) -> None:
    assert refusal(desk, desk.prescription(), desk.give(desk.tahor, 1, cip13=cip13)) == "cip-invalide"


def test_a_changed_posology_needs_a_note(desk: Dispensary) -> None:
    changed = desk.give(desk.tahor, 1, posology="1 comprimé le matin")
    assert refusal(desk, desk.prescription(), changed) == "posologie-modifiee-sans-note"
    assert desk.deliver(desk.prescription(), replace(changed, note="accord du Dr Aubry ce jour")).executions
    assert desk.deliver(desk.prescription(), replace(changed, posology=desk.tahor.posology)).executions


def test_an_identifier_serves_once_until_its_execution_is_undone(desk: Dispensary) -> None:
    named = desk.give(desk.metformine, 1, identifier="urn:lgo|1")
    p = desk.deliver(desk.prescription(), named)
    assert refusal(desk, p, named) == "dispensation-deja-enregistree"
    assert refusal(desk, desk.prescription(), named, named) == "dispensation-deja-enregistree"
    undone = replace(p, executions=tuple(replace(e, cancelled=True) for e in p.executions))
    assert desk.deliver(undone, named).deliveries


LINES = st.lists(st.tuples(st.integers(1, 4), st.integers(0, 3)), min_size=1, max_size=3)
STEP = st.tuples(st.integers(0, 2), st.integers(-1, 6), st.sampled_from(["", "", "", "rupture", "refus-patient"]))
EXECUTIONS = st.lists(
    st.tuples(st.lists(STEP, min_size=1, max_size=3), st.sampled_from([False, False, True])), max_size=25
)


@given(shape=LINES, executions=EXECUTIONS)
def test_no_sequence_of_deliveries_exceeds_what_is_prescribed(
    desk: Dispensary, shape: list[tuple[int, int]], executions: list[tuple[list[tuple[int, int, str]], bool]]
) -> None:
    lines = (replace(desk.tahor, id=str(n), quantity=q, repeats=r) for n, (q, r) in enumerate(shape))
    p = desk.prescription(*lines)
    for steps, undone in executions:
        before = progress(p)
        try:
            p = desk.deliver(p, *(Dispense(str(n), q, desk.tahor.cip13, declined) for n, q, declined in steps))
        except Refused:
            continue
        for line, boxes in given_by(p.executions[-1].dispenses).items():
            assert boxes <= before[line].remaining
        if undone:
            p = cancel_execution(p, desk.officine, p.executions[-1].receipt, desk.now, desk.rules)
            assert progress(p) == before
    for one in progress(p).values():
        assert 0 <= one.total <= one.line.quantity * one.line.deliveries
        assert 0 <= one.closed <= one.line.deliveries
        assert 0 <= one.current < one.line.quantity


def given_by(dispenses: tuple[Dispense, ...]) -> Counter[str]:
    boxes: Counter[str] = Counter()
    for dispense in dispenses:
        boxes[dispense.line] += 0 if dispense.declined else dispense.quantity
    return boxes
