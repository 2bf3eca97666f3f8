"""The synthetic people hold together: unique, well formed, true to the published identities (specs/insi.md §4–5)."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

from health_documents.identifiers import (
    OID_INS_NIA,
    OID_INS_NIR,
    OID_INS_NIR_TEST,
    ROOTS_OF_INS,
    finess_is_valid,
    matricule_is_valid,
    rpps_is_valid,
)
from lgo_sandbox.population.people import FormerMatricule, Patient, population
from lgo_sandbox.population.sheets import PATIENT_TAGS, PROFESSIONAL_TAGS, render_people_page

PAGE = Path(__file__).parents[2] / "docs" / "fr" / "personnes.md"
PEOPLE = population()
WITH_MATRICULE = [p for p in PEOPLE.patients if p.matricule]
INVENTED = [p for p in WITH_MATRICULE if "officiel" not in p.tags or "matricule-invente" in p.tags]
LOWEST_SYNTHETIC_ORDER = 900
FORM_OF_NAME = re.compile(r"['A-Z][A-Z]*(?:(?:--?|-'|'-|[ '])[A-Z]+)*'?")
SEX_DIGIT = {"M": "1", "F": "2"}

OFFICIAL = [
    ("ADRTROIS", "TOUSSAINT", "M", "1960-01-01", "2B020", "160012B02077713", OID_INS_NIR),
    ("ADRTROIS", "DOMINIQUE", "F", "1997-02-26", "2A020", "297022A02077878", OID_INS_NIR),
    ("TCHITCHI", "CATARINA BELLA", "F", "1936-06-21", "63220", "236066322083656", OID_INS_NIR),
    ("ECETINSI", "PIERRE-ALAIN MURIEL FLORIANT", "M", "2009-07-14", "63220", "109076322083489", OID_INS_NIR),
    ("NESSI", "MICHELANGELO ANTHONY", "M", "2010-08-07", "63220", "110086322083060", OID_INS_NIR),
    ("ADRUN", "ZOE", "F", "1975-12-31", "63220", "275126322074974", OID_INS_NIR),
    (
        "D'ARTAGNAN DE L'HERAULT",
        "PIERRE-ALAIN MURIEL FLORIANT",
        "M",
        "2001-06-17",
        "63220",
        "101066322075460",
        OID_INS_NIR,
    ),
    ("ADRDEUX", "LAURENT", "M", "1981-01-01", "63220", "181016322075140", OID_INS_NIR),
    ("PROVISOIRE", "MATRICULE", "M", "2009-07-01", "63220", "109076322088835", OID_INS_NIA),
    ("CORSE", "ANTHONY", "M", "1980-03-02", "2B020", "180032B02040123", OID_INS_NIR),
    ("HERMANN", "GATIEN", "M", "1981-03-24", "63220", "181036322045660", OID_INS_NIR),
    ("PAT-TROIS", "DOMINIQUE MARIE-LOUISE", "F", "1979-03-28", "51215", "279035121518989", OID_INS_NIR_TEST),
    ("PATB-QUATRE", "LAURENCE", "F", "1907-05-25", "", "207058575627097", OID_INS_NIR_TEST),
    ("PAT-TROIS", "DOMINIQUE", "M", "1979-03-28", "", "153078987658513", OID_INS_NIR_TEST),
    ("NESSI", "RUTH", "F", "1977-07-14", "63220", "277076322082910", OID_INS_NIR),
]
OFFICIAL_STRUCTURES = {
    "cabinet-officiel": "499900063480001",
    "centre-officiel": "10B0127189",
    "siret-officiel": "339172288100052",
}
OFFICIAL_WITHOUT_KNOWN_MATRICULE = [
    ("DE VINCI", "LEONARDO", "M", "2014-02-01", "63220"),
    ("DE VINCI", "RUTH", "F", "1976-07-14", "63220"),
]


def traits(patient: Patient) -> tuple[str, ...]:
    first_names = " ".join(patient.first_names)
    return (patient.birth_name, first_names, patient.sex, patient.birth_date, patient.birth_place)


def repeated(values: list[str]) -> list[str]:
    return [value for value, count in Counter(values).items() if count > 1]


def tagged(tag: str) -> list[Patient]:
    return [p for p in PEOPLE.patients if tag in p.tags]


def test_there_is_a_patientele_of_some_fifty_people_and_a_team() -> None:
    assert 40 <= len(PEOPLE.patients) <= 60
    assert {p.id for p in PEOPLE.professionals} >= {"titulaire", "adjoint", "preparateur", "generaliste", "voisine"}
    invented = {s.id for s in PEOPLE.structures} - set(OFFICIAL_STRUCTURES)
    assert invented == {"officine", "officine-voisine", "cabinet", "hopital", "hopital-ej", "laboratoire", "imagerie"}


def test_the_professional_and_the_structures_of_the_dmp_samples_are_stored_as_published() -> None:
    official = PEOPLE.professional("899900063480")
    assert official is not None
    assert (official.family_name, official.given_name, official.specialty) == ("LIBRE", "Max", "G15_10/SM26")
    assert [official.structure, *official.also_at] == list(OFFICIAL_STRUCTURES)
    for name, number in OFFICIAL_STRUCTURES.items():
        assert (PEOPLE.structure(name).id_nat, PEOPLE.structure(name).sector) == (number, "SA07")


def test_a_site_names_the_legal_person_that_it_belongs_to() -> None:
    sites = {s.id: PEOPLE.structure_numbered(s.legal_entity) for s in PEOPLE.structures if s.legal_entity}
    assert {site: entity.id if entity else "" for site, entity in sites.items()} == {"hopital": "hopital-ej"}


def test_short_ids_are_unique_slugs() -> None:
    ids = [record.id for group in (PEOPLE.patients, PEOPLE.professionals, PEOPLE.structures) for record in group]
    assert repeated(ids) == []
    assert [i for i in ids if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", i)] == []


def test_matricules_present_or_past_belong_to_one_person() -> None:
    owned = [m for p in WITH_MATRICULE for m in {p.matricule, *(former.matricule for former in p.history)}]
    assert repeated(owned) == []


def test_national_ids_and_mailboxes_are_unique() -> None:
    assert repeated([p.national_id for p in PEOPLE.professionals]) == []
    assert repeated([s.id_nat for s in PEOPLE.structures]) == []
    boxes = [one.mailbox for one in (*PEOPLE.professionals, *PEOPLE.structures) if one.mailbox]
    assert repeated([*boxes, *(p.mailbox for p in WITH_MATRICULE)]) == []
    assert [box for box in boxes if not re.fullmatch(r"[a-z.-]+@[a-z-]+\.mssante\.fr", box)] == []


def test_only_the_tagged_matricules_have_a_wrong_key() -> None:
    wrong = [p.id for p in WITH_MATRICULE if not matricule_is_valid(p.matricule)]
    assert wrong == [p.id for p in tagged("cle-fausse")] == ["hermann-gatien"]
    past = [p.id for p in WITH_MATRICULE for former in p.history if not matricule_is_valid(former.matricule)]
    assert set(past) == {"hermann-gatien"}


@pytest.mark.parametrize("patient", INVENTED, ids=lambda p: p.id)
def test_invented_matricules_tell_sex_birth_and_place(patient: Patient) -> None:
    year, month, _ = patient.birth_date.split("-")
    assert patient.matricule[:10] == SEX_DIGIT[patient.sex] + year[2:] + month + patient.birth_place
    assert int(patient.matricule[10:13]) >= LOWEST_SYNTHETIC_ORDER


@pytest.mark.parametrize("patient", PEOPLE.patients, ids=lambda p: p.id)
def test_names_use_only_what_the_ins_allows(patient: Patient) -> None:
    assert FORM_OF_NAME.fullmatch(patient.birth_name)
    assert patient.first_names
    for first_name in patient.first_names:
        assert FORM_OF_NAME.fullmatch(first_name)
        assert "--" not in first_name
        assert first_name[-1] not in "-'"


def test_roots_are_those_of_the_ins_and_absent_without_matricule() -> None:
    assert {p.oid for p in WITH_MATRICULE} == {OID_INS_NIR, OID_INS_NIA, OID_INS_NIR_TEST}
    assert {former.oid for p in PEOPLE.patients for former in p.history} <= ROOTS_OF_INS
    without = [p for p in PEOPLE.patients if not p.matricule]
    assert without == tagged("sans-matricule")
    assert [(p.oid, p.mailbox) for p in without] == [("", "")]


def test_dates_are_those_of_the_calendar_unless_lunar() -> None:
    odd = [p for p in PEOPLE.patients if not re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])", p.birth_date)]
    assert odd == tagged("date-lunaire")
    assert [p for p in odd if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", p.birth_date)] == []


@pytest.mark.parametrize("expected", OFFICIAL, ids=lambda row: f"{row[0]} {row[1]}")
def test_official_identities_are_stored_as_published(expected: tuple[str, ...]) -> None:
    patient = PEOPLE.patient(expected[5])
    assert patient is not None
    assert (*traits(patient), patient.matricule, patient.oid) == expected
    assert "officiel" in patient.tags
    assert "matricule-invente" not in patient.tags


@pytest.mark.parametrize("expected", OFFICIAL_WITHOUT_KNOWN_MATRICULE, ids=lambda row: f"{row[0]} {row[1]}")
def test_official_traits_without_known_matricule_say_that_theirs_is_invented(expected: tuple[str, ...]) -> None:
    (patient,) = (p for p in PEOPLE.patients if traits(p) == expected)
    assert patient.tags >= {"officiel", "matricule-invente"}


def test_official_histories_are_stored_as_published() -> None:
    nir = OID_INS_NIR
    assert PEOPLE.patient_named("ecetinsi-pierre-alain").history == (
        FormerMatricule("209076322083439", nir, "2019-03-01", "2019-02-28"),
        FormerMatricule("209066322012355", nir),
    )
    assert PEOPLE.patient_named("corse-anthony").history == (FormerMatricule("180032B02040123", nir),)
    assert PEOPLE.patient_named("hermann-gatien").history == (
        FormerMatricule("181036322045660", nir),
        FormerMatricule("281036322045610", nir),
    )


def test_homonyms_differ_by_birth_place_alone() -> None:
    groups: dict[tuple[str, ...], set[str]] = {}
    for patient in PEOPLE.patients:
        groups.setdefault(traits(patient)[:4], set()).add(patient.birth_place)
    assert sorted(len(places) for places in groups.values() if len(places) > 1) == [2, 2]
    assert sum(len(places) for places in groups.values()) == len(PEOPLE.patients)
    assert len(tagged("homonyme")) == 4


def test_a_changed_sex_shows_in_a_former_matricule() -> None:
    for patient in tagged("sexe-change"):
        assert any(former.matricule[0] != patient.matricule[0] for former in patient.history)


def test_a_long_name_still_fits_the_ins_datamatrix() -> None:
    (patient,) = tagged("nom-long")
    assert 80 <= len(patient.birth_name) <= 100
    assert 80 <= len(" ".join(patient.first_names)) <= 100


def test_professionals_have_an_rpps_unless_tagged() -> None:
    without = [p.id for p in PEOPLE.professionals if not rpps_is_valid(p.national_id)]
    assert without == [p.id for p in PEOPLE.professionals if "sans-rpps" in p.tags] == ["secretaire"]
    structure = PEOPLE.structure(PEOPLE.persona("secretaire").structure)
    assert PEOPLE.persona("secretaire").national_id.startswith(f"3{structure.finess}/CPET")


def test_rpps_stay_in_the_test_range() -> None:
    numbers = [p.national_id for p in PEOPLE.professionals if not p.tags & {"sans-rpps", "exemple-officiel"}]
    assert [n for n in numbers if not n.startswith("8997000")] == []


def test_professionals_work_in_known_structures() -> None:
    places = {place for p in PEOPLE.professionals for place in (p.structure, *p.also_at)}
    assert places == {s.id for s in PEOPLE.structures} - {"hopital-ej"}


def test_structures_have_a_test_finess_and_a_sector() -> None:
    invented = [s for s in PEOPLE.structures if s.id not in OFFICIAL_STRUCTURES]
    assert [s.id for s in invented if not finess_is_valid(s.id_nat)] == []
    assert {s.id_nat[:5] for s in invented} == {"10B09"}
    assert [s.id for s in PEOPLE.structures if not s.finess] == ["cabinet-officiel", "siret-officiel"]
    sectors = {s.id: s.sector for s in invented}
    assert sectors == {
        "officine": "SA33",
        "officine-voisine": "SA33",
        "cabinet": "SA07",
        "hopital": "SA01",
        "hopital-ej": "SA01",
        "laboratoire": "SA25",
        "imagerie": "SA08",
    }


@pytest.mark.parametrize(
    ("persona", "specialty", "mode", "structure"),
    [
        ("titulaire", "G15_21/A", "L", "officine"),
        ("adjoint", "G15_21/D", "S", "officine"),
        ("remplacant", "G15_21/D", "S", "officine"),
        ("preparateur", "G15_39", "S", "officine"),
        ("generaliste", "G15_10/SM26", "L", "cabinet"),
        ("medecin-voisine", "G15_10/SM26", "L", "cabinet"),
        ("hospitalier", "G15_10/SM16", "S", "hopital"),
        ("infirmiere", "G15_60", "L", "cabinet"),
        ("biologiste", "G15_21/G", "S", "laboratoire"),
        ("radiologue", "G15_10/SM44", "L", "imagerie"),
        ("voisine", "G15_21/A", "L", "officine-voisine"),
    ],
)
def test_personas_have_their_profession_and_place(persona: str, specialty: str, mode: str, structure: str) -> None:
    professional = PEOPLE.persona(persona)
    assert (professional.specialty, professional.exercise_mode, professional.structure) == (specialty, mode, structure)


def test_means_of_identification_differ_where_the_story_needs_it() -> None:
    assert [p.id for p in PEOPLE.professionals if not p.has_card] == ["preparateur"]
    assert [p.id for p in PEOPLE.professionals if not p.has_ecps] == ["secretaire", "sans-ecps"]


def test_family_names_are_upper_case() -> None:
    assert [p.id for p in PEOPLE.professionals if p.family_name != p.family_name.upper()] == []
    assert [p.id for p in PEOPLE.professionals if p.given_name == p.given_name.upper()] == []


def test_every_tag_is_explained_and_every_explained_tag_is_worn() -> None:
    assert {tag for p in PEOPLE.patients for tag in p.tags} == PATIENT_TAGS.keys()
    assert {tag for p in PEOPLE.professionals for tag in p.tags} == PROFESSIONAL_TAGS.keys()


def test_every_patient_has_a_story_of_one_sentence() -> None:
    assert [p.id for p in PEOPLE.patients if not re.fullmatch(r"[^.].*\.", p.story) or ". " in p.story] == []


def test_phones_are_in_the_ranges_reserved_for_fiction() -> None:
    phones = [p.phone for p in PEOPLE.patients if p.phone] + [s.phone for s in PEOPLE.structures]
    assert [phone for phone in phones if not re.fullmatch(r"063998\d{4}|046571\d{4}", phone)] == []


def test_lookups_find_people_by_their_numbers() -> None:
    claire, titulaire, officine = PEOPLE.patient_named("martin-claire"), PEOPLE.persona("titulaire"), "officine"
    assert PEOPLE.patient(claire.matricule) is claire
    assert PEOPLE.professional(titulaire.national_id) is titulaire
    assert PEOPLE.structure_numbered(PEOPLE.structure(officine).id_nat) is PEOPLE.structure(officine)


def test_an_unknown_or_empty_number_finds_nobody() -> None:
    assert PEOPLE.patient("") is None
    assert PEOPLE.patient("100000000000000") is None
    assert PEOPLE.professional("800000000000") is None
    assert PEOPLE.structure_numbered("1000000000") is None


def test_the_french_page_is_the_one_that_the_data_give() -> None:
    assert PAGE.read_text(encoding="utf-8") == render_people_page(PEOPLE)
