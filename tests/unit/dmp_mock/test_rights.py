"""The rights matrix, tested cell by cell on what it grants and, above all, on all that it refuses."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import pytest

from dmp_mock.codes import vihf as vihf_codes
from dmp_mock.codes.rights import (
    AIR_ONLY,
    FORBIDDEN_TYPES,
    MATRIX,
    READING_EXCLUSIONS,
    Condition,
    Profile,
    Reader,
)
from dmp_mock.codes.vihf import Mode
from dmp_mock.domain.errors import Refused
from dmp_mock.domain.hl7 import Cx
from dmp_mock.domain.rights import (
    Caller,
    Subject,
    caller_of,
    demand,
    demand_on,
    may_refer,
    may_see,
    right,
    shown_to_patient,
    shown_to_representative,
)
from dmp_mock.domain.values import Author, Coded, Entry
from dmp_mock.domain.vihf import Vihf

INS = Cx("256036330091838", "1.2.250.1.213.1.4.10")
MODES = ("normal", "centre_15", "bris_de_glace")
EVERYWHERE = {(profile, mode) for profile in (Profile.PS, Profile.DOCTOR, Profile.MT) for mode in MODES}
INDIRECT = {(Profile.INDIRECT, "normal"), (Profile.INDIRECT, "centre_15")}
CPE, AIR_CPE = {(Profile.CPE, "normal")}, {(Profile.AIR_CPE, "normal")}
NORMAL = {(Profile.PS, "normal"), (Profile.DOCTOR, "normal"), (Profile.MT, "normal")}
MEDICAL = {(profile, mode) for profile in (Profile.DOCTOR, Profile.MT) for mode in MODES}
OCCUPATIONAL = {(Profile.OCCUPATIONAL, "normal")}
PERSONS = EVERYWHERE | CPE | OCCUPATIONAL
BY_RIGHT: dict[str, set[tuple[Profile, str]]] = {
    "TD0.2": EVERYWHERE | INDIRECT | CPE | AIR_CPE | OCCUPATIONAL,
    "TD1.3a": EVERYWHERE | INDIRECT | CPE | AIR_CPE | OCCUPATIONAL,
    "TD0.3-add": NORMAL | CPE | AIR_CPE,
    "TD0.3-remove": NORMAL,
    "TD0.4": EVERYWHERE | CPE | AIR_CPE | OCCUPATIONAL | {(Profile.INDIRECT, "normal")},
    "TD0.5": {(p, "centre_15") for p in (Profile.PS, Profile.DOCTOR, Profile.MT, Profile.INDIRECT)},
    "TD0.9": PERSONS,
    "TD0.10": PERSONS | AIR_CPE,
    "TD1.6": NORMAL,
    "TD2.1": EVERYWHERE | INDIRECT | OCCUPATIONAL,
    "TD2.2": CPE,
    "TD3.1-metadata": EVERYWHERE | OCCUPATIONAL,
    "TD3.1-reference": EVERYWHERE | INDIRECT | CPE | AIR_CPE | OCCUPATIONAL,
    "TD3.2": EVERYWHERE,
    "TD3.2-masked": EVERYWHERE,
    "TD3.3a-mask": NORMAL | OCCUPATIONAL,
    "TD3.3a-unmask": NORMAL | OCCUPATIONAL,
    "TD3.3b": NORMAL | OCCUPATIONAL,
    "TD3.3c": EVERYWHERE | INDIRECT | CPE | AIR_CPE | OCCUPATIONAL,
    "TD3.3d": NORMAL | MEDICAL | OCCUPATIONAL,
}
"""Every line of the matrix, written a second time: whatever is not here is refused."""
CONDITIONS = {
    ("TD3.3a-unmask", Profile.PS): Condition.OWN,
    ("TD3.3a-unmask", Profile.DOCTOR): Condition.OWN,
    ("TD3.3a-unmask", Profile.MT): None,
    ("TD3.3c", Profile.PS): Condition.OWN,
    ("TD3.3c", Profile.MT): Condition.OWN,
    ("TD3.3c", Profile.CPE): Condition.STRUCTURE_OWN,
    ("TD3.3c", Profile.INDIRECT): Condition.STRUCTURE_OWN,
    ("TD3.3c", Profile.OCCUPATIONAL): Condition.OWN,
    ("TD3.3d", Profile.PS): Condition.OWN,
    ("TD3.3d", Profile.DOCTOR): Condition.OWN,
    ("TD3.3d", Profile.MT): None,
}


def _caller(profile: Profile, access: str = "normal", mode: Mode | None = None) -> Caller:
    usual = {Profile.INDIRECT: Mode.INDIRECT, Profile.AIR_CPE: Mode.AIR}.get(profile, Mode.DIRECT)
    base = Profile.DOCTOR if profile is Profile.MT else profile
    return Caller(mode or usual, "899700090014", "10B0990017", "21", "A", base, access)


def test_every_line_of_the_matrix_is_written_here_too() -> None:
    assert BY_RIGHT.keys() == MATRIX.keys()


@pytest.mark.parametrize("action", sorted(BY_RIGHT))
def test_the_matrix_grants_these_cells_and_refuses_every_other(action: str) -> None:
    mode = Mode.AIR if action in AIR_ONLY else None
    cells = list(product(Profile, MODES))
    granted = {
        (profile, access)
        for profile, access in cells
        if right(action, _caller(profile, access, mode), is_mt=profile is Profile.MT).granted
    }
    assert granted == BY_RIGHT[action]
    for profile, access in cells:
        if (profile, access) not in granted:
            with pytest.raises(Refused) as refusal:
                demand(action, _caller(profile, access, mode), is_mt=profile is Profile.MT)
            assert (refusal.value.code, bool(refusal.value.expected)) == ("rights", True), (profile, access)


@pytest.mark.parametrize(("action", "profile"), sorted(CONDITIONS))
def test_a_right_has_the_condition_of_its_note(action: str, profile: Profile) -> None:
    assert right(action, _caller(profile), is_mt=profile is Profile.MT).condition is CONDITIONS[action, profile]


def test_a_doctor_in_air_archives_what_others_wrote() -> None:
    assert right("TD3.3d", _caller(Profile.DOCTOR, mode=Mode.AIR)).condition is None
    assert right("TD3.3d", _caller(Profile.PS, mode=Mode.AIR)).condition is Condition.OWN


OWN, OTHERS = "899700090014", "899700090022"
MINE, THEIRS = "10B0990017", "10B0990041"


@pytest.mark.parametrize("action", ["TD3.3a-mask", "TD3.3a-unmask", "TD3.3b", "TD3.3c", "TD3.3d"])
@pytest.mark.parametrize("profile", Profile)
def test_an_action_on_a_document_is_refused_unless_the_note_is_met(action: str, profile: Profile) -> None:
    caller, is_mt = _caller(profile), profile is Profile.MT
    cell = right(action, caller, is_mt=is_mt)
    subject = Subject(INS, caller_is_mt=is_mt)
    for author, structure, class_code in product((OWN, OTHERS), (MINE, THEIRS), ("11", "90")):
        met = {
            None: True,
            Condition.OWN: author == OWN,
            Condition.STRUCTURE_OWN: structure == MINE,
        }[cell.condition]
        if class_code == "90" and action in ("TD3.3c", "TD3.3d"):
            met = is_mt
        written = Author((f"{author}^NOM",), (f"X^^^^^&1&ISO^IDNST^^^{structure}",))
        entry = replace(_entry(), authors=(written,), codes={"class": (Coded(class_code),)})
        if cell.granted and met:
            demand_on(action, entry, caller, subject)
            continue
        with pytest.raises(Refused) as refusal:
            demand_on(action, entry, caller, subject)
        assert refusal.value.code == "rights", (author, structure, class_code)


@pytest.mark.parametrize(
    ("codes", "patient", "representative"),
    [
        ((), True, True),
        (("MASQUE_PS",), True, True),
        (("INVISIBLE_REPRESENTANTS_LEGAUX",), True, False),
        (("INVISIBLE_PATIENT",), False, False),
        (("INVISIBLE_PATIENT", "INVISIBLE_REPRESENTANTS_LEGAUX"), False, False),
    ],
)
def test_what_is_hidden_from_the_patients_side(codes: tuple[str, ...], patient: bool, representative: bool) -> None:
    entry = _entry("56445-0", *codes)
    assert (shown_to_patient(entry), shown_to_representative(entry)) == (patient, representative)


def test_doctors_do_not_read_attestations_of_residence_and_nobody_else_is_kept_from_them() -> None:
    doctor = replace(_caller(Profile.DOCTOR), profession="10", section="")
    assert not may_see(_entry("ATTEST-RESID"), doctor, Subject(INS))
    assert may_see(_entry("ATTEST-HEBGT"), doctor, Subject(INS))
    assert may_see(_entry("ATTEST-RESID"), replace(doctor, profession="60"), Subject(INS))
    assert set(READING_EXCLUSIONS) == set(Reader)


@pytest.mark.parametrize(("skill", "profile"), [("SM25", Profile.OCCUPATIONAL), ("SM26", Profile.DOCTOR)])
def test_an_occupational_physician_is_known_by_his_skill(skill: str, profile: Profile) -> None:
    roles = (Coded("10", vihf_codes.G15), Coded(skill, vihf_codes.R01))
    made = Vihf("2.0", "", "", "8", None, None, "", modes=frozenset({"DIRECTE"}), roles=roles)
    assert caller_of(made).profile is profile


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
