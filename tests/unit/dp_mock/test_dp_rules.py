"""The rules of the simulated Dossier pharmaceutique as pure calls: states, durations, seeds, catalogue of refusals."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

import dp_mock
from dp_mock import codes, store
from dp_mock.codes import Kind
from dp_mock.codes.errors import ERROR_OF_STATUS, ERRORS
from dp_mock.codes.shortages import SHORTAGES
from dp_mock.codes.states import TRANSITIONS, Event, State
from dp_mock.domain.dossiers import after, check_identity
from dp_mock.domain.feeding import check_box
from dp_mock.domain.history import in_extract, kind_of, months_before, shown_medicines, shown_vaccines
from dp_mock.domain.values import Dispensation, Recall, Refused, Rules, Supply, Trace
from dp_mock.events import EVENTS
from dp_mock.seeds import RECALLED, SEEDS, SITUATIONS, identity_of
from dp_mock.service import SERVICE
from lgo_sandbox.population.people import population
from lgo_sandbox.settings import Settings
from lgo_sandbox.tenant.session import Session
from lgo_sandbox.tenant.sessions import Sessions

PEOPLE = population()
PACKAGE = Path(next(iter(dp_mock.__path__)))
ROOT = PACKAGE.parents[1]
MODULES = sorted(path for path in PACKAGE.rglob("*.py") if "codes" not in path.relative_to(PACKAGE).parts)
NOW = datetime(2026, 11, 28, 10, tzinfo=UTC)
HUMIRA, BOOSTRIX, TAHOR = "3400930042687", "3400936773875", "3400934306815"


def given(cip13: str, at: datetime) -> Dispensation:
    name = f"{cip13}-{at:%Y%m%d%H%M%S}"
    return Dispensation(name, "256036330091838", "10B0990017", "899700090014", at, cip13, "X", kind_of(cip13), 1)


# --- states ---


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("event", Event)
def test_every_event_in_every_state_is_a_state_or_a_refusal_of_the_catalogue(state: State, event: Event) -> None:
    target = TRANSITIONS[state][event]
    if isinstance(target, State):
        assert after(state, event, "1") is target
        return
    with pytest.raises(Refused) as refused:
        after(state, event, "1")
    assert refused.value.code == target
    assert target in ERRORS


def test_only_silence_creates_and_only_a_created_dossier_closes() -> None:
    made = {(s, e) for s, row in TRANSITIONS.items() for e, target in row.items() if target is State.CREATED}
    assert made == {(State.INFORMING, Event.SILENCE)} | {
        (State.CREATED, e) for e in (Event.IDENTITY, Event.ASKED, Event.SILENCE)
    }
    closed = {s for s, row in TRANSITIONS.items() if row[Event.CLOSURE] is State.CLOSED}
    assert closed == {State.CREATED}


# --- durations ---


@pytest.mark.parametrize(
    ("moment", "months", "before"),
    [
        (datetime(2026, 3, 31, tzinfo=UTC), 1, datetime(2026, 2, 28, tzinfo=UTC)),
        (datetime(2024, 2, 29, tzinfo=UTC), 12, datetime(2023, 2, 28, tzinfo=UTC)),
        (datetime(2026, 1, 15, tzinfo=UTC), 1, datetime(2025, 12, 15, tzinfo=UTC)),
        (datetime(2026, 12, 1, tzinfo=UTC), 252, datetime(2005, 12, 1, tzinfo=UTC)),
    ],
)
def test_months_are_those_of_the_calendar(moment: datetime, months: int, before: datetime) -> None:
    assert months_before(moment, months) == before


@pytest.mark.parametrize(("cip13", "months"), [(TAHOR, 12), (HUMIRA, 36)])
def test_a_medicine_is_shown_to_the_last_moment_of_its_months(cip13: str, months: int) -> None:
    last = months_before(NOW, months)
    kept = [given(cip13, last), given(cip13, last - timedelta(seconds=1))]
    assert shown_medicines(kept, NOW, 12) == kept[:1]


def test_a_vaccine_is_shown_from_september_2016_and_for_twenty_one_years() -> None:
    first, before = (given(BOOSTRIX, datetime(2016, m, 1, 8, tzinfo=UTC)) for m in (9, 8))
    assert shown_vaccines([first, before], NOW, Rules(), None) == [first]
    assert shown_vaccines([first, before], NOW, Rules(floor=False), None) == [first, before]
    late = datetime(2037, 9, 2, tzinfo=UTC)
    assert shown_vaccines([first, before], late, Rules(), None) == []
    assert shown_vaccines([first], NOW, Rules(), date(2020, 1, 1)) == []
    assert shown_medicines([first], NOW, 12) == []


# --- identity and boxes ---


def test_the_identity_of_a_person_is_that_of_insi() -> None:
    right = identity_of(PEOPLE.patient_named("martin-claire"))
    check_identity(right, right)
    check_identity(replace(right, birth_name="AUTRE"), None)
    for change, code in (
        ({"quality": "PROVISOIRE"}, "ins-non-qualifiee"),
        ({"sex": "M"}, "identite-differente"),
        ({"root": "1.2.250.1.213.1.4.9"}, "identite-differente"),
        ({"root": "1.2"}, "ins-invalide"),
        ({"matricule": "1"}, "ins-invalide"),
    ):
        with pytest.raises(Refused) as refused:
            check_identity(replace(right, **change), right)
        assert refused.value.code == code


@pytest.mark.parametrize("lot", ["", "A", "A" * 20, "0-/_.:;"])
def test_a_lot_is_what_gs1_admits(lot: str) -> None:
    check_box(TAHOR, lot)


@pytest.mark.parametrize("lot", [" ", "A" * 21, "A\x1d", "é"])
def test_another_lot_is_refused(lot: str) -> None:
    with pytest.raises(Refused, match="lot-invalide"):
        check_box(TAHOR, lot)


@pytest.mark.parametrize(
    "cip13", ["", "3400934306816", "340093430681", "3400934306815 ", "٣٤٠٠٩٣٤٣٠٦٨١٥", "5400934306815"]
)
def test_another_cip13_is_refused(cip13: str) -> None:
    with pytest.raises(Refused, match="cip-invalide"):
        check_box(cip13, "")


def test_vaccines_and_biologics_are_medicines_of_the_extract() -> None:
    for cip13 in codes.VACCINE_CODES | codes.BIOLOGIC_CODES | set(SHORTAGES) | set(RECALLED):
        assert in_extract(cip13), cip13
    assert {kind_of(cip13) for cip13 in codes.VACCINE_CODES} == {Kind.VACCINE}
    assert set(RECALLED) >= codes.VACCINE_CODES


# --- refusals ---


def raised(path: Path) -> Iterator[ast.Call]:
    """The places of a module that make a refusal."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Refused":
            yield node


@pytest.mark.parametrize("code", sorted(ERRORS))
def test_every_refusal_of_the_catalogue_explains_itself_and_links_to_its_rule(code: str) -> None:
    refusal = Refused(code, received="ceci", where="corps").explained()
    assert (refusal.code, refusal.received) == (code, "ceci")
    assert refusal.expected
    assert refusal.remedy.endswith(".")
    assert refusal.message == ERRORS[code].text
    page, _, anchor = refusal.source.partition("#")
    assert f'id="{anchor}"' in (ROOT / page).read_text(encoding="utf-8")


def test_every_place_that_refuses_names_its_code_and_says_what_came_and_where() -> None:
    for path in MODULES:
        for call in raised(path):
            names = {keyword.arg for keyword in call.keywords}
            assert {"received", "where"} <= names, f"{path.name}:{call.lineno}"
            first = call.args[0]
            assert not isinstance(first, ast.Constant) or first.value in ERRORS, f"{path.name}:{call.lineno}"


def test_no_entry_of_the_catalogue_is_without_a_place_that_raises_it() -> None:
    said = {
        node.value
        for path in [*MODULES, PACKAGE / "codes" / "states.py"]
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    assert set(ERRORS) <= said | {*ERROR_OF_STATUS.values(), "indisponible"}


# --- seeds and store ---


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    sessions = Sessions(Settings(state=tmp_path), PEOPLE, [SERVICE])
    yield sessions.create("essai")
    sessions.close()


def test_each_situation_is_in_its_state_whatever_the_clock_when_it_is_first_used(session: Session) -> None:
    session.move_clock(by=timedelta(days=3650))
    with store.exclusive(session) as transaction:
        found = {one.matricule: one.state for one in store.dossiers(transaction)}
    assert found == {PEOPLE.patient_named(one.patient).matricule: one.state for one in SEEDS}
    assert len({one.id for one in SITUATIONS}) == len(SITUATIONS)


def test_a_seeded_delay_ends_once(session: Session) -> None:
    patient = PEOPLE.patient_named("nguyen-minh-anh").matricule
    with store.exclusive(session):
        pass
    assert [event.payload for event in session.agenda.waiting()] == [patient]
    session.move_clock(by=timedelta(days=20, minutes=1))
    assert session.agenda.waiting() == []
    with store.exclusive(session) as transaction:
        assert store.dossier(transaction, patient, NOW).state is State.CREATED
        assert [one.operation for one in store.traces(transaction, patient)] == ["creation"]


def test_an_event_that_comes_too_late_changes_nothing(session: Session) -> None:
    from lgo_sandbox.tenant.agenda import Event as Due

    with store.exclusive(session) as transaction:
        for payload in (PEOPLE.patient_named("moreau-etienne").matricule, "inconnu"):
            EVENTS["creation"](transaction, session, Due(1, NOW, "dp.creation", payload))
            assert store.dossier(transaction, payload, NOW).state is not State.CREATED
        answered = Supply("DEP-1", "10B0990017", next(iter(SHORTAGES)), 1, NOW, "refuse")
        store.put_supply(transaction, answered)
        for payload in ("DEP-1", "inconnu"):
            EVENTS["depannage"](transaction, session, Due(2, NOW, "dp.depannage", payload))
        assert store.supply(transaction, "DEP-1") == answered


def test_what_is_written_is_read_back_whole(session: Session) -> None:
    matricule = "256036330091838"
    one = replace(given(HUMIRA, NOW), split=True, units=3, lot="L", expiry="2027-01-31")
    recall = Recall("R1", NOW, TAHOR, "TAHOR", ("A", "B"), "titre", "conduite", "10B0990017")
    with store.exclusive(session) as transaction:
        store.add_dispensation(transaction, one)
        assert store.dispensation(transaction, one.structure, one.identifier) == one
        store.add_recall(transaction, recall)
        assert recall in store.recalls(transaction, "10B0990017")
        store.acknowledge(transaction, "R1", "10B0990017", "8997", NOW)
        assert replace(recall, acknowledged_at=NOW) in store.recalls(transaction, "10B0990017")
        for before in store.dossiers(transaction):
            changed = replace(before, event=before.event + 1)
            store.put_dossier(transaction, changed)
            assert store.dossier(transaction, before.matricule, NOW) == changed
        assert store.erase(transaction, matricule) == 6


def test_traces_are_bounded_and_a_full_store_refuses(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(codes, "MAX_TRACES", 2)
    monkeypatch.setattr(codes, "MAX_DISPENSATIONS", 0)
    monkeypatch.setattr(codes, "MAX_PATIENTS", 0)
    with store.exclusive(session) as transaction:
        for name in ("a", "b", "c"):
            store.add_trace(transaction, "1", Trace(NOW, "", "", name))
        assert [one.operation for one in store.traces(transaction, "1")] == ["c", "b"]
        with pytest.raises(Refused, match="base-pleine"):
            store.add_dispensation(transaction, given(TAHOR, NOW))
        with pytest.raises(Refused, match="base-pleine"):
            store.put_dossier(transaction, store.dossier(transaction, "1", NOW))
