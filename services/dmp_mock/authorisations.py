"""Who may read a DMP, or is blocked from it, since when, and when he last acted on it.

Source: docs/sources/dmp.md#autorisation and #liste-autorisations (what TD0.4 and TD1.6 tell of it, high; what each date
means, low). Dates are of the session's age, ``AAAAMMJJhhmmss``. Functions take the open transaction; nothing decides
here.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlmodel import Field, Session, col, select

from dmp_mock.base import Base
from dmp_mock.codes.patients import FROM_THE_START, Authorisation

__all__ = [
    "AuthorisationRow",
    "Held",
    "acting",
    "authorisation_of",
    "held_by",
    "held_on",
    "moment",
    "put_authorisation",
]


class AuthorisationRow(Base, table=True):
    """A line: ``holder`` is a PS_IdNat or a Struct_IdNat; those of the seeds have the date of the start."""

    __tablename__ = "dmp_authorisation"

    matricule: str = Field(primary_key=True)
    holder: str = Field(primary_key=True, index=True)
    value: str
    started: str = FROM_THE_START
    acted: str = FROM_THE_START


_ACTED = "UPDATE dmp_authorisation SET acted = ? WHERE matricule = ? AND holder = ? AND acted <> ?"
_UNLESS = " AND NOT EXISTS (SELECT 1 FROM dmp_authorisation WHERE matricule = ? AND holder = ?)"


class Held(NamedTuple):
    """An authorisation, or a block, as TD0.4 and TD1.6 tell it."""

    matricule: str
    holder: str
    value: Authorisation
    started: str
    acted: str


def moment(at: datetime) -> str:
    """Return a time as the lists of the DMP write it."""
    return at.strftime("%Y%m%d%H%M%S")


def authorisation_of(db: Session, matricule: str, *holders: str) -> Authorisation:
    """Return what the first of these holders who has a line may do: a professional, then his structure."""
    rows = (db.get(AuthorisationRow, (matricule, holder)) for holder in holders if holder)
    return next((Authorisation(row.value) for row in rows if row is not None), Authorisation.NONE)


def put_authorisation(db: Session, matricule: str, holder: str, value: Authorisation, at: str = FROM_THE_START) -> None:
    """Set what a holder may do from now on; NONE takes the line away."""
    row = db.get(AuthorisationRow, (matricule, holder))
    if row is not None:
        db.delete(row)
        db.flush()
    if value is not Authorisation.NONE:
        db.add(AuthorisationRow(matricule=matricule, holder=holder, value=value.value, started=at, acted=at))


def acting(matricule: str, holders: Sequence[str], at: str) -> list[tuple[str, tuple[str, ...]]]:
    """Return the plain statements by which the first of these holders who has a line acted on a DMP."""
    named = list(dict.fromkeys(holder for holder in holders if holder))
    return [
        (_ACTED + _UNLESS * place, (at, matricule, holder, at, *(x for one in named[:place] for x in (matricule, one))))
        for place, holder in enumerate(named)
    ]


def held_on(db: Session, matricule: str) -> Sequence[Held]:
    """Return the authorisations and blocks on a DMP, the latest first."""
    return _held(db, AuthorisationRow.matricule == matricule)


def held_by(db: Session, holder: str) -> Sequence[Held]:
    """Return the DMPs that a holder may read or is blocked from, the latest first."""
    return _held(db, AuthorisationRow.holder == holder)


def _held(db: Session, which: object) -> Sequence[Held]:
    wanted = select(AuthorisationRow).where(which)  # type: ignore[arg-type]
    newest = (col(AuthorisationRow.started).desc(), col(AuthorisationRow.matricule), col(AuthorisationRow.holder))
    rows = db.exec(wanted.order_by(*newest))
    return [Held(row.matricule, row.holder, Authorisation(row.value), row.started, row.acted) for row in rows]
