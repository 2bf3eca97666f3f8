"""Rules on times: HL7 times that exist, with the zone as soon as there is an hour.

Source: specs/cda.md §3.4 (no zone: error; no hour in the document's time: warning); HL7 CDA R2 data type TS;
confidence high. In entries, whose times official samples write without
zone, only the form is judged. Whether a date is past or future is not.
"""

from __future__ import annotations

import re

from lxml import etree

from health_documents.cda.read.parts import attribute, child
from health_documents.dtm import moment_of_digits
from health_documents.validation.rules import Faults, fault
from health_documents.validation.source import HL7, CdaSource

__all__ = ["time_rules"]

_TIME = re.compile(r"(?P<digits>[0-9]{4}(?:[0-9]{2}){0,5})(?P<fraction>\.[0-9]+)?(?P<zone>[+-][0-9]{4})?")
_TYPE = "{http://www.w3.org/2001/XMLSchema-instance}type"
_HOLDERS = ("time", "effectiveTime", "birthTime")
_BIRTH_TIME = f"{HL7}birthTime"
_BODY = f"{HL7}component"
_BOUNDS = ("low", "high")
_DAY_DIGITS = 8


def time_rules(source: CdaSource) -> Faults:
    """Yield the faults of the times of a document."""
    written = attribute(source.root, "effectiveTime", "value")
    if len(written) <= _DAY_DIGITS:
        yield fault("CDA-TIM-02", child(source.root, "effectiveTime"), written or "absente", "AAAAMMJJhhmmss+hhmm")
    for part in source.root.iterchildren(tag=etree.Element):
        in_header = part.tag != _BODY
        for holder in part.iter(*(f"{HL7}{name}" for name in _HOLDERS)):
            yield from _time(holder, zoned=in_header)
            for inner in holder.iter(*(f"{HL7}{bound}" for bound in _BOUNDS)):
                yield from _time(inner, zoned=in_header)


def _time(element: etree._Element, *, zoned: bool) -> Faults:
    value = element.get("value", "")
    if not value or element.get("unit") or "PQ" in element.get(_TYPE, ""):
        return
    match = _TIME.fullmatch(value)
    if match is None or not _exists(match["digits"], match["zone"] or ""):
        yield fault("CDA-TIM-03", element, value, "AAAAMMJJhhmmss+hhmm")
    elif zoned and len(match["digits"]) > _DAY_DIGITS and not match["zone"] and element.tag != _BIRTH_TIME:
        yield fault("CDA-TIM-01", element, value, "AAAAMMJJhhmmss+hhmm")


def _exists(digits: str, zone: str) -> bool:
    try:
        moment_of_digits(digits)
    except ValueError:
        return False
    return not zone or (int(zone[1:3]) <= 14 and int(zone[3:]) < 60)
