"""The page of the service is true: its tables are those of the seeds, its words those of the code."""

from __future__ import annotations

from pathlib import Path

from insi_mock.codes import CODE_NOT_PUBLIC, ERRORS, TEXT_NOT_PUBLIC
from insi_mock.seeds import MAGIC
from insi_mock.service import SERVICE
from insi_mock.showing import how
from insi_mock.windows import MARKERS, TRACED
from lgo_sandbox.crowd import CAPACITY
from lgo_sandbox.requirements import catalogue

PAGE = (Path(__file__).parents[3] / "docs" / "services" / "insi.md").read_text(encoding="utf-8")
ELSEWHERE = {
    "INS/va1.53": "DMP, MSSanté and XDM carry the matricule, INSi never does",
    "INS/va1.04": "a contract of trust is a setting: it silences INSI-DOMAINE-RETARD",
    "INS/va1.12": "what is filed after a KO is in the base of the software",
    "INS/va1.46": "partners are seen by DMP and MSSanté",
    "INS/va1.15": "printed sheets",
    "INS/va1.03": "datamatrix of a document",
}
"""Rules that §2.1 marks Y or P, and that no exchange with INSi can break."""


def test_the_printed_table_of_magic_identities_is_that_of_the_seeds() -> None:
    rows = [f"| `{magic.id}` | {magic.title} → {magic.code} | {how(magic.asked)} |" for magic in MAGIC]
    table = PAGE.split("<!-- table: situations -->\n")[1].split("\n\n")[0].split("\n")
    assert table[2:] == rows


def test_every_simulated_header_and_every_public_code_is_on_the_page() -> None:
    headers = {CODE_NOT_PUBLIC, TEXT_NOT_PUBLIC, "INSI-OPERATION-RECONSTITUEE", "INSI-PSC-TRANSPORT-NON-PUBLIC"}
    assert [header for header in headers if header not in PAGE] == []
    assert [code for code in ERRORS if f"`{code}`" not in PAGE] == []


def test_every_marker_and_the_capacity_are_on_the_page() -> None:
    assert [name for name in MARKERS if f"« {name} »" not in PAGE] == []
    assert TRACED in MARKERS
    assert f"{CAPACITY:,}".replace(",", " ") in PAGE


def test_every_requirement_that_the_wire_decides_has_a_check_or_is_decided_elsewhere() -> None:
    checked = {catalogue().get(number).id for check in SERVICE.checks for number in check.requirements}
    wanted = {one.id for one in catalogue().all() if one.family == "ins" and one.wire in "YP"}
    assert wanted - checked == set(ELSEWHERE)
