"""The rights matrix, tested cell by cell on what it grants and, above all, on all that it refuses."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dmp_mock.codes.rights import FORBIDDEN_TYPES, MATRIX, Condition, Profile
from dmp_mock.codes.vihf import Mode
from dmp_mock.domain.errors import Refused
from dmp_mock.domain.hl7 import Cx
from dmp_mock.domain.rights import Caller, Subject, demand, may_refer, may_see, right
from dmp_mock.domain.values import Author, Coded, Entry

INS = Cx("256036330091838", "1.2.250.1.213.1.4.10")
MODES = ("normal", "centre_15", "bris_de_glace")
EVERYWHERE = {(profile, mode) for profile in (Profile.PS, Profile.DOCTOR, Profile.MT) for mode in MODES}
INDIRECT = {(Profile.INDIRECT, "normal"), (Profile.INDIRECT, "centre_15")}
CPE, AIR_CPE = {(Profile.CPE, "normal")}, {(Profile.AIR_CPE, "normal")}
NORMAL = {(Profile.PS, "normal"), (Profile.DOCTOR, "normal"), (Profile.MT, "normal")}
GRANTED = {
    "TD0.2": EVERYWHERE | INDIRECT | CPE | AIR_CPE,
    "TD0.3-add": NORMAL | CPE | AIR_CPE,
    "TD0.3-remove": NORMAL,
    "TD0.4": EVERYWHERE | CPE | AIR_CPE | {(Profile.INDIRECT, "normal")},
    "TD1.6": NORMAL,
    "TD2.1": EVERYWHERE | INDIRECT,
    "TD2.2": CPE,
    "TD3.1-metadata": EVERYWHERE,
    "TD3.1-reference": EVERYWHERE | INDIRECT | CPE | AIR_CPE,
    "TD3.2": EVERYWHERE,
    "TD3.2-masked": EVERYWHERE,
    "TD3.3a-mask": NORMAL,
    "TD3.3c": EVERYWHERE | INDIRECT | CPE | AIR_CPE,
}


def _caller(profile: Profile, access: str = "normal", mode: Mode | None = None) -> Caller:
    usual = {Profile.INDIRECT: Mode.INDIRECT, Profile.AIR_CPE: Mode.AIR}.get(profile, Mode.DIRECT)
    base = Profile.DOCTOR if profile is Profile.MT else profile
    return Caller(mode or usual, "899700090014", "10B0990017", "21", "A", base, access)


@pytest.mark.parametrize("action", sorted(GRANTED))
@pytest.mark.parametrize("access", MODES)
@pytest.mark.parametrize("profile", Profile)
def test_the_matrix_grants_these_cells_and_no_other(action: str, profile: Profile, access: str) -> None:
    cell = right(action, _caller(profile, access), is_mt=profile is Profile.MT)
    assert cell.granted == ((profile, access) in GRANTED[action])


@pytest.mark.parametrize("action", ["TD2.1", "TD2.2", "TD0.9"])
@pytest.mark.parametrize("profile", Profile)
def test_air_never_feeds(action: str, profile: Profile) -> None:
    for access in MODES:
        with pytest.raises(Refused) as refusal:
            demand(action, _caller(profile, access, Mode.AIR), is_mt=True)
        assert refusal.value.code == "rights"


@pytest.mark.parametrize("profile", [Profile.PS, Profile.DOCTOR, Profile.CPE, Profile.INDIRECT])
def test_td0_10_exists_in_air_alone(profile: Profile) -> None:
    assert not right("TD0.10", _caller(profile)).granted
    assert right("TD0.10", _caller(Profile.PS, mode=Mode.AIR)).granted


def test_regulation_alone_searches_without_ins() -> None:
    granted = {key for key, cell in MATRIX["TD0.5"].items() if cell.granted}
    assert granted == {(p, "centre_15") for p in (Profile.PS, Profile.DOCTOR, Profile.MT, Profile.INDIRECT)}


def test_a_pharmacist_who_is_said_mt_gains_nothing() -> None:
    pharmacist = _caller(Profile.PS)
    assert right("TD3.2-masked", pharmacist, is_mt=True).condition is Condition.OWN


def _entry(type_code: str = "56445-0", *confidentiality: str, author: str = "899700090022") -> Entry:
    codes = {"type": (Coded(type_code),), "confidentiality": tuple(map(Coded, ("N", *confidentiality)))}
    writer = Author((f"{author}^NOM",), ("X^^^^^&1&ISO^IDNST^^^10B0990041",))
    return Entry("urn:uuid:1", "1.2", "p", "text/xml", codes=codes, authors=(writer,))


@pytest.mark.parametrize("type_code", sorted(FORBIDDEN_TYPES))
def test_forbidden_types_are_refused_to_the_officine_alone(type_code: str) -> None:
    pharmacist, subject = _caller(Profile.PS), Subject(INS)
    assert not may_see(_entry(type_code), pharmacist, subject)
    assert not may_see(_entry(type_code), replace(pharmacist, profession="39", section=""), subject)
    assert may_see(_entry(type_code), replace(pharmacist, section="G"), subject)
    assert may_see(_entry(type_code), replace(pharmacist, profession="60", section=""), subject)


@pytest.mark.parametrize(
    ("caller", "subject", "seen"),
    [
        (_caller(Profile.PS), Subject(INS), False),
        (replace(_caller(Profile.PS), national_id="899700090022"), Subject(INS), True),
        (_caller(Profile.PS, "bris_de_glace"), Subject(INS), True),
        (_caller(Profile.PS, "bris_de_glace"), Subject(INS, allows_breaking=False), False),
        (_caller(Profile.DOCTOR, "centre_15"), Subject(INS, allows_emergency=False), False),
        (_caller(Profile.DOCTOR), Subject(INS, caller_is_mt=True), True),
        (_caller(Profile.INDIRECT), Subject(INS), False),
    ],
)
def test_masked_documents_are_seen_under_conditions(caller: Caller, subject: Subject, seen: bool) -> None:
    assert may_see(_entry("56445-0", "MASQUE_PS"), caller, subject) is seen


def test_the_structure_refers_to_its_own_masked_documents() -> None:
    masked, caller = _entry("56445-0", "MASQUE_PS"), _caller(Profile.INDIRECT)
    assert not may_refer(masked, caller, Subject(INS))
    assert may_refer(masked, replace(caller, structure="10B0990041"), Subject(INS))
