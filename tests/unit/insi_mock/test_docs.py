"""The page of the service is true: its tables are those of the seeds, its words those of the code."""

from __future__ import annotations

from pathlib import Path

from insi_mock.codes import CODE_NOT_PUBLIC, ERRORS, TEXT_NOT_PUBLIC
from insi_mock.markers import MARKERS, TRACED
from insi_mock.seeds import MAGIC
from insi_mock.service import SERVICE
from insi_mock.showing import how
from lgo_sandbox.population.crowd import CAPACITY
from lgo_sandbox.requirements import catalogue
from lgo_sandbox.sandbox import installed_services
from lgo_sandbox.watch import ins_flows

PAGE = (Path(__file__).parents[3] / "docs" / "services" / "insi.md").read_text(encoding="utf-8")
ELSEWHERE = {
    "INS/va1.53": {"DMP-INS-STATUT", "MSS-INS-STATUS"},
    "INS/va1.04": {"DMP-INS-VERIFICATION", "MSS-INS-VERIFICATION"},
    "INS/va1.12": {"DMP-INS-VERIFICATION", "MSS-INS-VERIFICATION"},
    "INS/va1.46": {"DMP-INS-PARTENAIRE", "MSS-INS-PARTNER"},
    "INS/va1.15": {"DMP-INS-DATAMATRIX", "MSS-INS-DATAMATRIX"},
    "INS/va1.03": {"DMP-INS-DATAMATRIX", "MSS-INS-DATAMATRIX"},
}
"""Rules that §2.1 marks Y or P, and that no exchange with INSi can break: the checks of the DMP and of the mail do."""


def test_the_printed_table_of_magic_identities_is_that_of_the_seeds() -> None:
    rows = [f"| `{magic.id}` | {magic.title} → {magic.code} | {how(magic.asked)} |" for magic in MAGIC]
    table = PAGE.split("<!-- table: situations -->\n")[1].split("\n\n")[0].split("\n")
    assert table[2:] == rows


def test_every_simulated_header_and_every_public_code_is_on_the_page() -> None:
    headers = {CODE_NOT_PUBLIC, TEXT_NOT_PUBLIC, "INSI-OPERATION-RECONSTITUEE", "INSI-PSC-TRANSPORT-NON-PUBLIC"}
    assert [header for header in headers if header not in PAGE] == []
    assert [code for code in ERRORS if f"`{code}`" not in PAGE] == []


def test_every_marker_and_the_capacity_are_on_the_page() -> None:
    assert [name for name in (*MARKERS, *ins_flows.MARKERS) if f"« {name} »" not in PAGE] == []
    assert TRACED in MARKERS
    assert f"{CAPACITY:,}".replace(",", " ") in PAGE


def test_every_requirement_that_the_wire_decides_has_a_check_or_is_decided_elsewhere() -> None:
    checked = {catalogue().get(number).id for check in SERVICE.checks for number in check.requirements}
    wanted = {one.id for one in catalogue().all() if one.family == "ins" and one.wire in "YP"}
    assert wanted - checked == set(ELSEWHERE)


def test_the_requirements_decided_elsewhere_have_their_checks_there_and_on_the_page() -> None:
    found = {number: set[str]() for number in ELSEWHERE}
    for check in (check for service in installed_services(["dmp", "mss"]) for check in service.checks):
        for number in ELSEWHERE.keys() & set(check.requirements):
            found[number].add(check.id)
    assert found == ELSEWHERE
    assert [number for number in ELSEWHERE if number not in PAGE] == []
    assert [name for names in ELSEWHERE.values() for name in names if f"`{name}`" not in PAGE] == []
