"""The page of the DMP tells what becomes of each rule of the guide and of each requirement that no traffic decides."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from dmp_mock.service import SERVICE
from lgo_sandbox.conformance import UNSEEN
from lgo_sandbox.requirements import catalogue

PAGE = (Path(__file__).parents[3] / "docs" / "services" / "dmp.md").read_text(encoding="utf-8")
RULES = (
    *("EX_GEN-1540", "EX_GEN-1222", "EX_GEN-1221", "EX_AIR-010", "EX_AIR-050", "EX_AIR-080", "EX_AIR-085"),
    *("EX_0.1-1020", "EX_0.1-1100", "EX_0.3-1010", "EX_0.3-1050", "EX_3.1-1030", "EX_3.1-1040", "EX_3.1-1080"),
    *("EX_3.2-1025", "EX_2.1-1050", "EX_2.1-1071", "EX_2.1-1260", "EX_2.1-2000", "EX_2.1-2035", "EX_3.1-2030"),
)


@pytest.mark.parametrize("rule", RULES)
def test_each_numbered_rule_has_a_check_or_the_reason_why_it_has_none(rule: str) -> None:
    (row,) = [line for line in PAGE.splitlines() if line.startswith("| ") and rule in line.split("|")[1]]
    named = re.findall(r"`(DMP-[A-Z0-9-]+)`", row)
    assert set(named) <= {check.id for check in SERVICE.checks}
    assert named or "not judged" in row


@pytest.mark.parametrize("number", [one for one in sorted(UNSEEN) if catalogue().get(one).family != "mss"])
def test_each_requirement_that_no_traffic_decides_is_on_the_page(number: str) -> None:
    assert f"| {number} | {UNSEEN[number]} |" in PAGE
