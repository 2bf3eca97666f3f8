"""Dates and instants of messages as moments of the session's age time, and back.

Source: HL7 FHIR R4 datatypes.html#dateTime; design of the project (« Two times »). Messages carry wire time; deadlines are in
age time. A date without hour is the end of that day, or this very moment when the day is not over.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from lgo_sandbox.clock import Clock

from ..domain.values import Refused

__all__ = ["age_moment", "wire_moment"]

DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
YEARS = range(1900, 2200)


def age_moment(text: str, clock: Clock, where: str) -> datetime:
    """Return the age time of a FHIR date or dateTime with its offset. Raises Refused."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise Refused("date-invalide", text[:40], where) from error
    if moment.year not in YEARS:
        raise Refused("date-invalide", text[:40], where)
    if DATE.fullmatch(text):
        end_of_day = moment.replace(tzinfo=UTC) + timedelta(days=1)
        return clock.age_of(min(end_of_day, max(clock.wire(), moment.replace(tzinfo=UTC))))
    if moment.tzinfo is None:
        raise Refused("date-invalide", f"{text[:40]} : décalage horaire absent", where)
    return clock.age_of(moment.astimezone(UTC))


def wire_moment(moment: datetime, clock: Clock) -> datetime:
    """Return the wire time at which a moment of age time will come, or came."""
    return clock.wire() + (moment - clock.age())
