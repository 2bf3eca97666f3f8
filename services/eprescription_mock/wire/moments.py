"""Dates and instants of messages as moments of the session's age time, and back.

Source: HL7 FHIR R4 datatypes.html#dateTime; design of the project (« Two times »). Messages carry wire time;
deadlines are in age time. Knows no rule.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from eprescription_mock.domain.values import Refused
from lgo_sandbox.tenant.clock import Clock

__all__ = ["age_moment", "wire_moment"]

DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
YEARS = range(1900, 2200)
DAY = timedelta(days=1)
RESOLUTION = timedelta(seconds=1)
"""Senders cut moments to the second: one of this very second must not age by a clock jump made within it."""
EARLIEST_MIDNIGHT = timedelta(hours=14)
"""A date has begun somewhere that long before midnight UTC: the sender's own zone is unknown."""


def age_moment(text: str, clock: Clock, where: str, *, end_of_day: bool = False) -> datetime:
    """Return the age time of a FHIR date, or dateTime with its offset. Raises Refused.

    A date without hour is its end, for a deadline; otherwise its end or, when the day is not over, this very moment.
    """
    moment = _moment(text, where)
    if DATE.fullmatch(text):
        day = moment.replace(tzinfo=UTC)
        begun = day - EARLIEST_MIDNIGHT <= clock.wire()
        return _age(min(day + DAY, clock.wire()) if begun and not end_of_day else day + DAY, clock)
    if moment.tzinfo is None:
        detail = f"{text[:40]} : décalage horaire absent"
        raise Refused("date-invalide", detail, received=text, expected=f"{text[:19]}+01:00", where=where)
    return _age(moment.astimezone(UTC), clock)


def wire_moment(moment: datetime, clock: Clock) -> datetime:
    """Return the wire time at which a moment of age time will come, or came."""
    return clock.wire() + (moment - clock.age())


def _moment(text: str, where: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise Refused("date-invalide", text[:40], received=text or "absent", where=where) from error
    if moment.year not in YEARS:
        years = f"une année de {YEARS.start} à {YEARS.stop - 1}"
        raise Refused("date-invalide", text[:40], received=text, expected=years, where=where)
    return moment


def _age(moment: datetime, clock: Clock) -> datetime:
    ahead = moment - clock.wire()
    return clock.age() + ahead if ahead > -RESOLUTION else clock.age_of(moment)
