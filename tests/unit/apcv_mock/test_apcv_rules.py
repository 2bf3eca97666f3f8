"""The rules of ApCV as pure calls: codes, contexts, people, errors; and that its texts and names hold together."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from apcv_mock.codes import ERRORS, QUALITIES
from apcv_mock.domain import (
    MAGIC_CODES,
    Bill,
    Biller,
    Presented,
    State,
    certified_of,
    check_bill,
    check_biller,
    check_usable,
    code_of,
    end_of,
    may_hold,
    read_code,
    rights_on,
    state_of,
)
from apcv_mock.markers import MARKERS
from apcv_mock.options import OPTIONS
from apcv_mock.seeds import persona_of, personas
from apcv_mock.service import SERVICE
from health_documents.identifiers import matricule_is_valid
from insi_mock.seeds.households import CARDS
from lgo_sandbox.population.people import population
from lgo_sandbox.watch.refusals import Refused

NOW = datetime(2026, 11, 28, 15, tzinfo=UTC)
PEOPLE = personas(population())
PAGE = (Path(__file__).parents[3] / "docs" / "services" / "apcv.md").read_text(encoding="utf-8")


def test_a_code_says_what_was_put_in_it_to_whoever_has_the_secret() -> None:
    code = code_of("de-vinci-leonardo-1", 1_795_000_000, "ABC234", "secret")
    assert read_code(code, "secret") == Presented("de-vinci-leonardo-1", 1_795_000_000)
    assert read_code(code, "autre") is None


@pytest.mark.parametrize("at", range(0, 60, 3))
def test_no_character_of_a_code_can_be_changed(at: int) -> None:
    code = code_of("ald", 1_795_000_000, "ABC234", "secret")
    other = "7" if code[at % len(code)] != "7" else "8"
    assert read_code(code[: at % len(code)] + other + code[at % len(code) + 1 :], "secret") is None


def test_a_context_ends_to_the_second_and_not_before() -> None:
    ends = end_of(NOW + timedelta(microseconds=5), 60)
    assert ends == NOW + timedelta(hours=1)
    assert state_of(ends, ends, destroyed=False) is State.OPEN
    assert state_of(ends, ends + timedelta(microseconds=1), destroyed=False) is State.EXPIRED
    assert state_of(ends, NOW, destroyed=True) is State.DESTROYED


@pytest.mark.parametrize("state", [state for state in State if state is not State.OPEN])
def test_each_state_but_open_is_refused_with_its_own_error(state: State) -> None:
    with pytest.raises(Refused) as refused:
        check_usable(state, "c", "hier")
    assert state in refused.value.received
    assert refused.value.code in ERRORS
    check_usable(State.OPEN, "c", "demain")


@pytest.mark.parametrize(("day", "may"), [(date(2030, 1, 31), False), (date(2030, 2, 1), True)])
def test_somebody_has_the_application_from_his_sixteenth_birthday_on(day: date, may: bool) -> None:
    assert may_hold(PEOPLE["moins-de-16-ans"].holder, day) is may


def test_rights_are_in_force_from_their_first_to_their_last_day() -> None:
    lapsed = PEOPLE["droits-echus"].holder
    assert len(rights_on(lapsed, date(2025, 6, 30))) == 1
    assert rights_on(lapsed, date(2025, 7, 1)) == []
    assert rights_on(lapsed, date(2019, 12, 31)) == []


@pytest.mark.parametrize("number", ["0B0990017", "751234567", "2A1234567"])
def test_a_billing_number_has_nine_characters(number: str) -> None:
    check_biller(Biller(number, "50"))


def test_a_bill_has_an_assure_a_digest_and_the_right_number() -> None:
    check_bill(Bill(insured="1", dre="x"), "1")
    for bill, code in (
        (Bill(fse="x"), "apcv_simule_facture"),
        (Bill(insured="1"), "apcv_simule_facture"),
        (Bill(insured="2", fse="x"), "apcv_simule_nir"),
    ):
        with pytest.raises(Refused) as refused:
            check_bill(bill, "1")
        assert refused.value.code == code


def test_everybody_on_a_phone_has_a_right_number_and_a_known_quality() -> None:
    covered = [one for persona in PEOPLE.values() for one in persona.covered if one.matricule]
    assert [one.birth_name for one in covered if not matricule_is_valid(one.matricule)] == []
    assert {one.quality for one in covered} <= QUALITIES.keys()


def test_a_certified_number_is_never_one_of_waiting() -> None:
    waiting = {patient.matricule for patient in population().patients if "nia" in patient.tags}
    assert waiting.isdisjoint(certified_of(one) for persona in PEOPLE.values() for one in persona.covered)


def test_families_are_on_one_card_for_insi_too() -> None:
    cards = {card.number: {one.matricule for one in card.beneficiaries} for card in CARDS}
    for name in ("deux-enfants", "jumeaux"):
        persona = PEOPLE[name]
        assert cards[persona.insured] == {one.matricule for one in persona.covered}


def test_any_patient_has_a_phone_by_his_slug_and_nobody_else() -> None:
    found = persona_of(population(), "paoli-ghjulia")
    assert found is not None
    assert found.name == "GHJULIA PAOLI"
    assert persona_of(population(), "martin-claire") is PEOPLE["ald"]
    assert persona_of(population(), "rossi-giulia") is PEOPLE["sans-matricule"]
    assert persona_of(population(), "personne") is None


def test_every_error_is_raised_somewhere_and_every_magic_code_has_one() -> None:
    rooms = Path(__file__).parents[3] / "services" / "apcv_mock"
    texts = "".join(path.read_text(encoding="utf-8") for path in rooms.rglob("*.py") if path.name != "errors.py")
    assert [code for code in ERRORS if f'"{code}"' not in texts] == []
    assert set(MAGIC_CODES.values()) <= ERRORS.keys()


def test_the_page_names_every_option_marker_and_simulated_header() -> None:
    assert [one.name for one in OPTIONS if f"`apcv.{one.name}`" not in PAGE] == []
    assert [name for name in MARKERS if f"« {name} »" not in PAGE] == []
    headers = {"APCV-REPONSE-NON-PUBLIQUE", "APCV-CODE-NON-PUBLIC", "APCV-PAGE-SIMULEE"}
    assert [header for header in headers if header not in PAGE] == []


def test_every_situation_says_how_to_get_it() -> None:
    ids = [one.id for one in SERVICE.situations]
    assert len(ids) == len(set(ids)) == 17
    assert all(re.search(r"/appli\?persona=|Donnees|assertion", one.how) for one in SERVICE.situations)
