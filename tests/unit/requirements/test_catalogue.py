"""The shipped catalogue is complete and unambiguous, and a damaged one is refused."""

from __future__ import annotations

import re
from dataclasses import FrozenInstanceError, replace

import pytest

from lgo_sandbox.requirements import (
    Catalogue,
    CatalogueError,
    MalformedCatalogue,
    Requirement,
    UnknownFamily,
    UnknownRequirement,
    catalogue,
)

ALL = catalogue().all()

FIRST_PACK = (
    *(f"LGO.MSS.{n:02d}" for n in (1, *range(4, 14), 16, 17)),
    *(f"LGO.DMP.{n:02d}" for n in (1, 2, 3, 4, 7)),
    *(f"LGO.DOC.{n:02d}" for n in (1, 2, 3, 4, 6)),
    "LGO.ePresc.03",
    *(f"LGO.TBB.{n:02d}" for n in (1, 4, 5)),
)
"""specs/requirements.md §6 item 2."""

EXI_NUMBERS = (1, 3, 4, 5, 8, 9, 10, 11, 14, 15, 16, 19, 20, 24, 25, 26, 28, 29, 30, 31, 32)
"""specs/psc.md §4.1: the numbers whose meaning is known."""

ONE = Requirement(
    id="LGO.X.01",
    aliases=("SC.X/va1.07",),
    family="x",
    text="Une exigence d'essai.",
    who=("LGO",),
    lgo="known",
    wave="1",
    wire="Y",
    proof="vidéo",
    source="requirements §2.0",
    confidence="H",
)
TITLES = {"x": "Essai"}


def test_no_number_is_used_twice_whatever_its_case_or_trunk_prefix() -> None:
    numbers = [number.casefold().removeprefix("sc.") for r in ALL for number in r.numbers]
    assert len(numbers) == len(set(numbers))


def test_every_number_finds_its_own_requirement() -> None:
    assert all(catalogue().get(number) is requirement for requirement in ALL for number in requirement.numbers)


@pytest.mark.parametrize("number", FIRST_PACK)
def test_the_first_lgo_pack_is_known_and_shown_on_the_wire(number: str) -> None:
    requirement = catalogue().get(number)
    assert (requirement.id, requirement.lgo, requirement.wave) == (number, "known", "1")
    assert requirement.wire in ("Y", "YP", "P")


@pytest.mark.parametrize("number", EXI_NUMBERS)
def test_every_exi_psc_of_known_meaning_is_there_with_its_referential(number: int) -> None:
    requirement = catalogue().get(f"EXI-PSC-{number:02d}")
    assert requirement is catalogue().get(f"EXI-PSC-{number:02d}@1.8.4")
    assert requirement.family == "psc"


def test_an_exi_psc_of_unknown_meaning_is_not_invented() -> None:
    with pytest.raises(UnknownRequirement):
        catalogue().get("EXI-PSC-06")


@pytest.mark.parametrize(
    ("alias", "number"),
    [
        ("SC.MSS/va1.06", "LGO.MSS.04"),
        ("MSS/va1.06", "LGO.MSS.04"),
        ("SC.DMP.03.LGO", "LGO.DMP.03"),
        ("SC.DMP.03", "DMP/va1.17"),
        ("LGC.DOC.06", "SC.DOC/va1.03"),
        ("ePresc/va1.01", "LGO.ePresc.03"),
        ("INS/va1.59", "INS/va1.53"),
        ("INS/va1.02", "LGO.INS.06"),
        ("LGC.INS.11", "LGO.INS.09"),
        ("PSC/va1.01", "PSC.01"),
        (" lgo.epresc.03 ", "LGO.ePresc.03"),
        ("EX PSC 16", "EXI-PSC-16"),
    ],
)
def test_an_alias_leads_to_the_requirement(alias: str, number: str) -> None:
    assert catalogue().get(alias).id == number
    assert alias in catalogue()


ROWS = [
    *(f"LGO.MSS.{n:02d}" for n in range(1, 18)),
    *(f"LGO.DP.{n:02d}" for n in range(1, 7)),
    *("ApCV.01", "SC.DOC.07", "LGO.INS.06", "LGO.INS.09"),
    *(f"MSS/CONF.{n:02d}" for n in (*range(1, 13), 14, 15, 16, 17, 18, *range(20, 26), 27, 28)),
    *(f"MSS/UX.{n:02d}" for n in (1, 2, 5, 7, 9, 16, 25, 28, 31, 32, 33, 34, 37, 39, 40)),
    *(f"DMP/CONF.{n:02d}" for n in (3, 5, 6, 8, 9, 10, 11)),
    *(f"DMP/UX.{n:02d}" for n in (6, 8, 10, 11, 12, 14, 15, 17, 27, 31, 34, 44, 45, 49, 50)),
    *(f"DMP/HISTO.{n:02d}" for n in (1, 3, 4, 5, 6, 8)),
    *(f"ALI/PROG.{n:02d}" for n in range(2, 8)),
    *("DMP/AIRS.03", "DMP/AIRS.06", "DMP/AIRS.07", "DMP/PSC.01", "INS/PSC.01"),
    *("DMP/va1.01", "DMP/va1.16", "DMP/va1.17", "DMP/va1.10", "DOC/va1.21", "DMP/va1.12", "DMP/va1.22"),
    *("DMP/va1.02", "DMP/va1.11", "DMP/va1.21", "DMP/va1.20", "DMP/va1.04", "DMP/va1.14", "DOC/va1.24"),
    *(f"LGC.ANN.{n:02d}" for n in range(1, 6)),
    *(f"PSC.{n:02d}" for n in (1, 2, 8, 10, 11, 12)),
    *(f"PRESC.{n:02d}" for n in range(1, 5)),
    *(f"ORDN/CONF.{n:02d}" for n in range(1, 5)),
    *(f"SC.TBB/va1.{n:02d}" for n in (3, 4, 5)),
    *(f"CDA/DD.{n:02d}" for n in (2, 4, 5, 8, 12)),
    *(f"CDA/INT.{n:02d}" for n in (4, 8, 15, 16, 17)),
    *(f"CDA/HL7.{n:02d}" for n in range(1, 5)),
    *(f"VACC/NOTE.{n:02d}" for n in range(1, 6)),
    *(f"ERGO/va1.{n:02d}" for n in range(1, 9)),
    *(f"SSI/GEN.{n:02d}" for n in range(1, 23)),
    *(f"SSI/IE.{n:02d}" for n in (*range(30, 41), 42, 43, 44)),
    *("SSI/IAM.80", "SSI/IAM.83", "SSI/IAM.94", "SC.PORT/va1.01", "RUM.01", "AAT/CONF.01", "MDV.01"),
]
"""The numbered rows of the dossier."""


def test_the_numbered_rows_of_the_dossier_are_all_there() -> None:
    assert [number for number in ROWS if number not in catalogue()] == []


def test_the_carried_numbers_of_ins_and_mssante_are_all_there() -> None:
    ins = (*range(1, 17), 18, *range(20, 24), *range(25, 29), *range(31, 64), *range(67, 74))
    mss = (*range(1, 21), 22, 25, 28, 30, 31)
    numbers = [*(f"INS/va1.{n:02d}" for n in ins), *(f"MSS/va1.{n:02d}" for n in mss)]
    assert [number for number in numbers if number not in catalogue()] == []


def test_every_record_is_one_short_french_sentence_with_source_and_proof() -> None:
    for requirement in ALL:
        assert re.fullmatch(r"[A-ZÀ-Ý].*\.", requirement.text), requirement.id
        assert len(requirement.text) <= 180, requirement.id
        assert requirement.source.startswith("docs/sources/requirements.md#"), requirement.id
        assert not requirement.proof.endswith("."), requirement.id


def test_wire_wave_confidence_and_lgo_take_no_other_value() -> None:
    assert {r.wire for r in ALL} == {"Y", "YP", "P", "N"}
    assert {r.wave for r in ALL} == {"1", "2-draft"}
    assert {r.confidence for r in ALL} == {"H", "M", "L"}
    assert {r.lgo for r in ALL} == {"known", "inferred", "no"}


def test_a_draft_is_never_given_as_known_or_certain() -> None:
    assert [r.id for r in ALL if r.wave == "2-draft" and (r.lgo == "known" or r.confidence == "H")] == []


def test_an_lgo_number_means_that_the_pharmacy_has_the_requirement() -> None:
    assert [r.id for r in ALL if r.id.startswith("LGO.") and r.lgo == "no"] == []


def test_families_partition_the_catalogue_in_order() -> None:
    shipped = catalogue()
    assert shipped.families()[:3] == ("ins", "mss", "dmp")
    assert tuple(r for family in shipped.families() for r in shipped.of(family)) == shipped.all() == tuple(shipped)
    assert sum(len(shipped.of(family)) for family in shipped.families()) == len(shipped)
    assert all(shipped.of(family) and shipped.title(family) for family in shipped.families())


def test_an_unknown_number_or_family_is_an_error_of_the_catalogue() -> None:
    with pytest.raises(UnknownRequirement, match=r"LGO\.MSS\.99") as unknown:
        catalogue().get("LGO.MSS.99")
    assert isinstance(unknown.value, CatalogueError)
    with pytest.raises(UnknownFamily):
        catalogue().of("nope")
    assert "LGO.MSS.99" not in catalogue()
    assert 3 not in catalogue()


def test_a_requirement_cannot_be_changed() -> None:
    with pytest.raises(FrozenInstanceError):
        ALL[0].text = "autre"  # type: ignore[misc]


@pytest.mark.parametrize(
    "change",
    [
        {"wire": "Z"},
        {"wave": "2"},
        {"confidence": ""},
        {"lgo": "maybe"},
        {"text": ""},
        {"text": " espace "},
        {"text": "ligne\nforgée"},
        {"proof": ""},
        {"source": "\x1b[2J"},
        {"who": ()},
        {"who": ("LGO", "XYZ")},
        {"lgo": "no"},
        {"who": ("LGC",)},
    ],
)
def test_an_incomplete_or_contradictory_record_is_refused(change: dict[str, object]) -> None:
    with pytest.raises(MalformedCatalogue):
        replace(ONE, **change)  # type: ignore[arg-type]


@pytest.mark.parametrize("number", ["LGO.X.01", "lgo.x.01", "X/va1.07", "SC.LGO.X.01"])
def test_a_number_that_names_two_requirements_is_refused(number: str) -> None:
    with pytest.raises(MalformedCatalogue, match="names both"):
        Catalogue([ONE, replace(ONE, id="LGO.X.02", aliases=(number,))], TITLES)


def test_a_requirement_of_an_untitled_family_is_refused() -> None:
    with pytest.raises(MalformedCatalogue, match="title"):
        Catalogue([ONE], {})


def test_a_title_that_is_not_printable_is_refused() -> None:
    with pytest.raises(MalformedCatalogue, match="title"):
        Catalogue([ONE], {"x": "Essai\x00"})
