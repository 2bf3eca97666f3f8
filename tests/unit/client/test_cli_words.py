"""Numbers and moments as commands write them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from lgo_client.cli_words import counted, moment, noted


@pytest.mark.parametrize(("number", "said"), [(0, "0 lot"), (1, "1 lot"), (2, "2 lots")])
def test_a_number_agrees_with_its_noun(number: int, said: str) -> None:
    assert counted(number, "lot") == said


@pytest.mark.parametrize(
    ("dtm", "said"),
    [
        ("20260102030405", "02/01/2026 03:04"),
        ("202601020304", "02/01/2026 03:04"),
        ("20260102", "02/01/2026"),
        ("20260102030405+0100", "02/01/2026 03:04"),
        ("2026", "2026"),
        ("20261350", "20261350"),
        ("hier", "hier"),
        ("", ""),
    ],
)
def test_a_moment_is_written_as_people_write_it(dtm: str, said: str) -> None:
    assert moment(dtm) == said


def test_a_moment_in_utc_is_told_in_local_time() -> None:
    local = datetime(2026, 7, 1, 10, tzinfo=UTC).astimezone()
    assert moment("20260701100000", utc=True) == noted("2026-07-01T10:00:00Z") == f"{local:%d/%m/%Y %H:%M}"


def test_what_is_no_moment_stays() -> None:
    assert noted("hier") == "hier"
