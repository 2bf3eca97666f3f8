"""Dates and moments of messages as moments of the session's age time, and back.

Source: RFC 3339; design of the project (« Two times »): messages carry wire time, deadlines are in age time. Knows no
rule.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta

from dp_mock.domain.values import Refused
from lgo_sandbox.tenant.clock import Clock

__all__ = ["age_moment", "read_day", "shown"]

DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
YEARS = range(1900, 2200)
TOLERANCE = timedelta(minutes=5)
"""How far the clock of a sender may be ahead."""


def age_moment(text: str, clock: Clock, where: str) -> datetime:
    """Return the age time of a past moment, or of a past day (its noon, or now). Raises Refused."""
    if DAY.fullmatch(text):
        noon = datetime.combine(read_day(text, where), datetime.min.time(), UTC) + timedelta(hours=12)
        moment = min(noon, clock.wire()) if noon.date() <= clock.wire().date() else noon
    else:
        moment = _moment(text, where)
    if moment > clock.wire() + TOLERANCE:
        raise Refused("date-invalide", text[:40], received=f"{text[:40]}, dans le futur", where=where)
    return clock.age() - (clock.wire() - moment)


def read_day(text: str, where: str) -> date:
    """Return a day ``AAAA-MM-JJ``. Raises Refused."""
    try:
        day = date.fromisoformat(text) if DAY.fullmatch(text) else None
    except ValueError:
        day = None
    if day is None or day.year not in YEARS:
        raise Refused("date-invalide", text[:40], received=text[:40], expected="un jour AAAA-MM-JJ", where=where)
    return day


def shown(moment: datetime, clock: Clock) -> str:
    """Return a moment of age time as a message shows it."""
    return (clock.wire() + (moment - clock.age())).isoformat(timespec="seconds")


def _moment(text: str, where: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise Refused("date-invalide", text[:40], received=text[:40], where=where) from error
    if moment.tzinfo is None or moment.year not in YEARS:
        raise Refused("date-invalide", text[:40], received=text[:40], where=where)
    return moment.astimezone(UTC)
