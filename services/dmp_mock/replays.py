"""The assertions that were used already, kept while the option that refuses a second use is on.

Source: docs/sources/dmp.md#vihf-rejeu: what the real DMP does is not known, so it is an option. One row an assertion,
so that of two requests with one VIHF exactly one passes; those too old to be taken again are dropped.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlmodel import Field, col, delete
from sqlmodel import Session as Transaction

from dmp_mock.domain.errors import Refused
from dmp_mock.store import Base

__all__ = ["AssertionRow", "Base", "check_first_use"]

MAX_ID = 200


class AssertionRow(Base, table=True):
    """An assertion that was used; ``used`` is age time, in UTC, as text that sorts."""

    __tablename__ = "dmp_assertion"

    id: str = Field(primary_key=True)
    used: str = Field(index=True)


def check_first_use(db: Transaction, assertion: str, now: datetime, window: timedelta) -> None:
    """Keep an assertion as used. Raises Refused when it was."""
    db.exec(delete(AssertionRow).where(col(AssertionRow.used) < _text(now - 2 * window)))
    if db.get(AssertionRow, assertion[:MAX_ID]) is not None:
        raise Refused(
            "vihf-replay",
            received=f"l'assertion {assertion[:MAX_ID]}, déjà reçue",
            expected="un VIHF neuf, avec son ID, pour chaque appel",
            where="VIHF, Assertion/@ID",
        )
    db.add(AssertionRow(id=assertion[:MAX_ID], used=_text(now)))


def _text(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds")
