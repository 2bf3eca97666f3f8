"""How commands write numbers and moments for people, in French.

Source: none, the presentation is ours; DTM of XDS are in UTC (docs/sources/dmp.md#metadonnees). Knows no command.
"""

from __future__ import annotations

from datetime import UTC, datetime

__all__ = ["counted", "moment", "noted"]

_FORMS = {4: "%Y", 6: "%Y%m", 8: "%Y%m%d", 12: "%Y%m%d%H%M", 14: "%Y%m%d%H%M%S"}


def counted(number: int, noun: str) -> str:
    """Return a number with its noun: « 1 document », « 2 documents »."""
    return f"{number} {noun}{'s' if number > 1 else ''}"


def moment(dtm: str, *, utc: bool = False) -> str:
    """Return a moment written in digits as people write it, in local time if it is in UTC; another text as it is."""
    digits, offset = dtm[:-5], dtm[-5:]
    if len(offset) == 5 and offset[0] in "+-" and offset[1:].isdecimal() and len(digits) > 8:
        return moment(digits)  # the wall clock of whoever wrote it
    form = _FORMS.get(len(dtm))
    if form is None or not dtm.isdecimal() or len(dtm) < 8:
        return dtm
    try:
        at = datetime.strptime(dtm, form).replace(tzinfo=UTC)
    except ValueError:
        return dtm
    if len(dtm) == 8:
        return f"{at:%d/%m/%Y}"
    return f"{at.astimezone() if utc else at:%d/%m/%Y %H:%M}"


def noted(iso: str) -> str:
    """Return a moment written in ISO 8601 as people write it, in local time; another text as it is."""
    try:
        return f"{datetime.fromisoformat(iso).astimezone():%d/%m/%Y %H:%M}"
    except ValueError:
        return iso
