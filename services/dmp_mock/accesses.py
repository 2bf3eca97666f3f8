"""Who acted on a DMP: one line for each act of a professional or of the patient's side, as the history shows it.

Source: docs/sources/dmp.md#web-ps (one year or one hundred lines shown; the médecin traitant sees all, others their
own: high). Lines are written by the application for the SOAP transactions and by the pages for theirs; nobody changes
one. The name is kept as it was. Decides nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import Index
from sqlmodel import Field

from dmp_mock.authorisations import acting, moment
from dmp_mock.base import Base

if TYPE_CHECKING:
    from lgo_sandbox.state.port import Store

__all__ = ["MAX_SHOWN", "SHOWN_FOR", "Access", "AccessRow", "accesses_of", "note_access"]

MAX_SHOWN = 100
SHOWN_FOR = timedelta(days=365)


class AccessRow(Base, table=True):
    """A line. ``holder`` is a PS_IdNat, a Struct_IdNat, or the matricule of whom the patient's side logged in as."""

    __tablename__ = "dmp_access"
    __table_args__ = (Index("ix_dmp_access_by_time", "matricule", "at"),)

    id: int | None = Field(default=None, primary_key=True)
    matricule: str
    at: str
    holder: str
    structure: str = ""
    channel: str = ""
    mode: str = ""
    act: str = ""
    unique_id: str = ""


class Access(NamedTuple):
    """An act on a DMP: when (age of the session), by whom, through which channel, in which access mode, on what."""

    at: str
    holder: str
    structure: str
    channel: str
    mode: str
    act: str
    unique_id: str = ""


_COLUMNS = "at, holder, structure, channel, mode, act, unique_id"
_INSERT = f"INSERT INTO dmp_access (matricule, {_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"


def note_access(db: Store, matricule: str, *lines: Access, at: str = "", acting_as: Sequence[str] = ()) -> None:
    """Add lines to the history of a DMP; the first of ``acting_as`` who is authorised there acted ``at`` that time."""
    statements = [*acting(matricule, acting_as, at), *((_INSERT, (matricule, *line)) for line in lines)]
    if statements:
        db.write(statements)


def accesses_of(db: Store, matricule: str, now: datetime, holder: str = "") -> list[Access]:
    """Return what is shown of the history of a DMP, the latest first; ``holder``: only his own."""
    own = " AND holder = ?" if holder else ""
    rows = db.rows(
        f"SELECT {_COLUMNS} FROM dmp_access WHERE matricule = ? AND at >= ?{own} ORDER BY at DESC, id DESC LIMIT ?",
        matricule,
        moment(now - SHOWN_FOR),
        *([holder] if holder else []),
        MAX_SHOWN,
    )
    return [Access(*row) for row in rows]
