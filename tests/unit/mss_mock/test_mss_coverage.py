"""The page of secure mail tells what becomes of each requirement that no traffic decides."""

from __future__ import annotations

from pathlib import Path

import pytest

from lgo_sandbox.conformance import UNSEEN
from lgo_sandbox.requirements import catalogue

PAGE = (Path(__file__).parents[3] / "docs" / "services" / "mss.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("number", [one for one in sorted(UNSEEN) if catalogue().get(one).family == "mss"])
def test_each_requirement_that_no_traffic_decides_is_on_the_page(number: str) -> None:
    assert f"| {number} | {UNSEEN[number]} |" in PAGE
