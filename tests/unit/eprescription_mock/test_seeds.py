"""The seeded situations: coherent with the people, the drugs and the rules."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from eprescription_mock import store
from eprescription_mock.codes import NUMBER_ALPHABET, NUMBER_PREFIX
from eprescription_mock.codes.states import State
from eprescription_mock.domain.prescribing import check_lines, refuse_bad_ins, valid_number
from eprescription_mock.domain.states import state_of
from eprescription_mock.domain.values import Refused, Rules
from eprescription_mock.seeds import NUMBERS, SEEDS
from eprescription_mock.service import SERVICE
from lgo_sandbox.population.people import population
from lgo_sandbox.settings import Settings
from lgo_sandbox.tenant.session import Session
from lgo_sandbox.tenant.sessions import Sessions

PEOPLE = population()


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    sessions = Sessions(Settings(state=tmp_path), PEOPLE, [SERVICE])
    yield sessions.create("essai")
    sessions.close()


def states(session: Session) -> dict[str, State]:
    with store.exclusive(session) as transaction:
        found = store.listed(transaction, 100)
    return {p.numero: state_of(p, session.clock.age(), Rules()) for p in found}


def test_numbers_are_distinct_well_formed_and_never_drawn() -> None:
    assert len(set(NUMBERS.values())) == len(SEEDS) + 1
    for numero in NUMBERS.values():
        assert valid_number(numero)
        assert numero[len(NUMBER_PREFIX)] not in NUMBER_ALPHABET


def test_every_seed_would_be_accepted_at_creation() -> None:
    for one in SEEDS:
        patient = PEOPLE.patient_named(one.patient)
        refuse_bad_ins(patient.matricule, patient.oid)
        check_lines(one.lines, one.kinds, one.dispenser)


def test_each_situation_is_in_its_state(session: Session) -> None:
    expected = {
        "DEJA-1": State.EXECUTEE,
        "PART-1": State.PARTIELLE,
        "REN-1": State.A_RENOUVELER,
        "EXP-1": State.EXPIREE,
        "ANN-1": State.ANNULEE,
        "VERR-1": State.EN_COURS,
    }
    found = states(session)
    for one in SEEDS:
        name = f"{one.suffix}-{one.index}"
        assert found[one.numero] is expected.get(name, State.CREEE), name


def test_seeds_are_dated_at_the_first_use_then_age_with_the_clock(session: Session) -> None:
    session.move_clock(by=timedelta(days=3650))
    assert states(session)[NUMBERS["OK-1"]] is State.CREEE
    session.move_clock(by=timedelta(days=91))
    assert states(session)[NUMBERS["OK-1"]] is State.EXPIREE


def test_a_refusal_does_not_undo_the_dates_of_the_seeds(session: Session) -> None:
    with pytest.raises(Refused):
        with store.exclusive(session):
            raise Refused("annulee", received="", where="")
    session.move_clock(by=timedelta(minutes=31))
    assert states(session)[NUMBERS["VERR-1"]] is State.CREEE


def test_what_is_written_is_read_back_whole(session: Session) -> None:
    with store.exclusive(session) as transaction:
        for numero in NUMBERS.values():
            found = store.find(transaction, numero)
            if found is not None:
                changed = replace(found, cancelled=not found.cancelled, group="urn:g|1")
                store.put(transaction, changed)
                assert store.find(transaction, numero) == changed


def test_a_full_store_refuses(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "MAX_PRESCRIPTIONS", len(SEEDS))
    with store.exclusive(session) as transaction:
        known = store.find(transaction, NUMBERS["OK-1"])
        assert known is not None
        store.put(transaction, known)
        with pytest.raises(Refused, match="base-pleine"):
            store.put(transaction, replace(known, numero="99SIMUABCDEFGHJKLM"))
