"""The moment that the digits of an HL7 time name, whatever its precision: ``strptime`` costs ten times as much.

Source: HL7 v2.5 §2.A.22 (DTM), HL7 v3 data type TS; confidence high. Knows no zone.
"""

from __future__ import annotations

from datetime import datetime

__all__ = ["EARLIEST", "moment_of_digits"]

EARLIEST = "00000101000000"
"""What a shorter time leaves out, at its earliest."""


def moment_of_digits(digits: str) -> datetime:
    """Return the earliest moment of a year, and maybe its month, day, hour, minute, second: pairs of ASCII digits.

    Raises ValueError for one that the calendar does not have.
    """
    full = digits + EARLIEST[len(digits) :]
    month, day, hour, minute, second = (int(full[place : place + 2]) for place in range(4, len(EARLIEST), 2))
    return datetime(int(full[:4]), month, day, hour, minute, second)
