"""The delivery rules of a drug: fractions, thirty days, renewals in time, overlaps; three months, five years."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from support.dispensary import Dispensary

from eprescription_mock.domain.operations import consult, execute, replace_by
from eprescription_mock.domain.regulation import check_overlap, forbids_overlap
from eprescription_mock.domain.states import add_months, kept_still
from eprescription_mock.domain.values import Dispense, Line, Prescription, Refused, Rules

SUBUTEX = Line("1", "Subutex", "un comprimé par jour", 4, cis="68945058", cip13="3400933684570", days=28)
SKENAN = Line("1", "Skenan", "une gélule matin et soir", 2, cis="69666321", days=14)
IN_TIME = Rules(renewal_margin=timedelta(days=7))


@pytest.fixture(scope="module")
def subutex() -> Line:
    from health_documents.codes.drugs import drug

    return replace(SUBUTEX, cip13=drug(SUBUTEX.cis).cip13)


def deliver(desk: Dispensary, p: Prescription, *given: Dispense, at: datetime, rules: Rules = IN_TIME) -> Prescription:
    return execute(desk.held(p, at=at), desk.officine, desk.secret, given, f"R{len(p.executions)}", at, rules)


def refusal(desk: Dispensary, p: Prescription, *given: Dispense, at: datetime) -> str:
    with pytest.raises(Refused) as refused:
        deliver(desk, p, *given, at=at)
    assert refused.value.received
    return refused.value.code


def test_a_fractioned_medicine_is_delivered_fraction_by_fraction(desk: Dispensary, subutex: Line) -> None:
    p, now = desk.prescription(subutex), desk.now
    assert refusal(desk, p, desk.give(subutex, 2), at=now) == "delivrance-fractionnee"
    assert refusal(desk, p, desk.give(subutex, 1, days=14), at=now) == "delivrance-fractionnee"
    p = deliver(desk, p, desk.give(subutex, 1), at=now)
    assert refusal(desk, p, desk.give(subutex, 1), at=now + timedelta(days=5)) == "fraction-prematuree"
    assert deliver(desk, p, desk.give(subutex, 1), at=now + timedelta(days=6))


def test_the_prescriber_lifts_a_fraction_by_a_mention(desk: Dispensary, subutex: Line) -> None:
    at_once = replace(subutex, posology="un comprimé par jour, délivrance en une fois")
    assert deliver(desk, desk.prescription(at_once), desk.give(at_once, 4), at=desk.now)


def test_more_than_thirty_days_are_not_delivered_at_once_but_in_one_large_box(desk: Dispensary) -> None:
    season = replace(desk.metformine, quantity=3, days=90)
    assert refusal(desk, desk.prescription(season), desk.give(season, 2), at=desk.now) == "delivrance-trop-longue"
    assert deliver(desk, desk.prescription(season), desk.give(season, 1), at=desk.now)
    assert deliver(desk, desk.prescription(season), desk.give(season, 1, days=90), at=desk.now)


def test_a_renewal_comes_when_the_delivery_before_ends(desk: Dispensary) -> None:
    p, now = desk.prescription(desk.metformine), desk.now
    p = deliver(desk, p, desk.give(desk.metformine, 2), at=now)
    again = desk.give(desk.metformine, 2)
    assert refusal(desk, p, again, at=now + timedelta(days=22)) == "renouvellement-premature"
    assert deliver(desk, p, again, at=now + timedelta(days=23))
    assert deliver(desk, p, again, at=now, rules=Rules())


def test_the_rest_of_a_delivery_is_no_renewal(desk: Dispensary) -> None:
    p = deliver(desk, desk.prescription(desk.metformine), desk.give(desk.metformine, 1), at=desk.now)
    assert deliver(desk, p, desk.give(desk.metformine, 1), at=desk.now)


def test_what_another_prescription_covers_is_not_delivered_where_that_is_forbidden(desk: Dispensary) -> None:
    skenan = replace(SKENAN, cip13="")
    given = Dispense("1", 2, "3400933384050")
    p, other = desk.prescription(skenan), desk.prescription(skenan, numero="99SIMUMMMMMMMMMMMM")
    from health_documents.codes.drugs import drug

    given = replace(given, cip13=drug(skenan.cis).cip13)
    other = deliver(desk, other, given, at=desk.now)
    assert forbids_overlap(p)
    assert not forbids_overlap(desk.prescription())
    with pytest.raises(Refused, match="chevauchement"):
        check_overlap(p, [other], [given], desk.now + timedelta(days=12))
    check_overlap(p, [other], [given], desk.now + timedelta(days=13))
    allowed = replace(skenan, posology="une gélule, chevauchement autorisé")
    check_overlap(desk.prescription(allowed), [other], [given], desk.now)
    check_overlap(p, [other], [Dispense("1", declined="rupture")], desk.now)


def test_a_first_delivery_after_three_months_is_told_as_such(desk: Dispensary) -> None:
    late = add_months(desk.now, 3)
    with pytest.raises(Refused, match="premiere-delivrance-tardive"):
        consult(desk.prescription(), desk.officine, "s", late, Rules())
    with pytest.raises(Refused, match="perimee"):
        consult(desk.prescription(valid_until=late), desk.officine, "s", late, Rules())


def test_a_replaced_prescription_names_the_one_that_replaces_it(desk: Dispensary) -> None:
    old = replace_by(desk.prescription(), "99SIMUNNNNNNNNNNNN", desk.doctor, desk.now, Rules())
    with pytest.raises(Refused) as refused:
        consult(old, desk.officine, "s", desk.now, Rules())
    assert refused.value.code == "remplacee"
    assert "99SIMUNNNNNNNNNNNN" in refused.value.received
    with pytest.raises(Refused, match="deja-entamee"):
        replace_by(desk.deliver_all(desk.prescription()), "N", desk.doctor, desk.now, Rules())


def test_a_prescription_is_kept_five_years(desk: Dispensary) -> None:
    assert kept_still(desk.prescription(), add_months(desk.now, 60) - timedelta(seconds=1))
    assert not kept_still(desk.prescription(), add_months(desk.now, 60))
