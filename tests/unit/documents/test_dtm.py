"""The moment that the digits of an HL7 time name."""

from __future__ import annotations

from datetime import datetime

import pytest

from health_documents.dtm import moment_of_digits


@pytest.mark.parametrize(
    ("digits", "moment"),
    [
        ("2024", datetime(2024, 1, 1)),
        ("202402", datetime(2024, 2, 1)),
        ("20240229", datetime(2024, 2, 29)),
        ("2024022923", datetime(2024, 2, 29, 23)),
        ("20240229235958", datetime(2024, 2, 29, 23, 59, 58)),
    ],
)
def test_what_a_time_leaves_out_is_at_its_earliest(digits: str, moment: datetime) -> None:
    assert moment_of_digits(digits) == moment


@pytest.mark.parametrize("digits", ["0000", "202413", "20230229", "2024022924", "20240229235960"])
def test_a_moment_that_the_calendar_does_not_have_is_refused(digits: str) -> None:
    with pytest.raises(ValueError, match=r"must be in|out of range"):
        moment_of_digits(digits)
