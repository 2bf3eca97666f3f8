"""What the DMP keeps of patients in a session: the state of their DMP; authorisations are in ``authorisations``.

Source: docs/sources/dmp.md#autorisation. Tables are prefixed ``dmp_``; documents and lots are in ``registry_store``.
Functions take the open transaction, but ``state_of``; nothing decides here.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from sqlmodel import Field, Session, col, select

from dmp_mock.authorisations import AuthorisationRow
from dmp_mock.base import Base
from dmp_mock.codes.patients import Authorisation, DmpStatus
from dmp_mock.domain.patients import DmpState
from lgo_sandbox.state.pieces import pieces

if TYPE_CHECKING:
    from lgo_sandbox.state.port import Store

__all__ = ["AuthorisationRow", "Base", "PatientRow", "dmps", "doctor_in_charge", "set_doctor_in_charge", "state_of"]

_MAX_VARIABLES = 10_000


class PatientRow(Base, table=True):
    """The DMP of a person; somebody without a row has none."""

    __tablename__ = "dmp_patient"

    matricule: str = Field(primary_key=True)
    status: str
    mt: str = ""
    feed_opposed: bool = False
    breaking_opposed: bool = False
    emergency_opposed: bool = False


_STATE = (
    "SELECT p.status, p.mt, p.feed_opposed, p.breaking_opposed, p.emergency_opposed, own.value, given.value"
    " FROM dmp_patient p"
    " LEFT JOIN dmp_authorisation own ON own.matricule = p.matricule AND own.holder = ?"
    " LEFT JOIN dmp_authorisation given ON given.matricule = p.matricule AND given.holder = ? WHERE p.matricule = ?"
)


def state_of(db: Store, matricule: str, holder: str, structure: str = "") -> DmpState:
    """Return the DMP of a person as a caller sees it; what was given to his structure holds for him too.

    A plain statement, outside any unit of work: each request asks.
    """
    rows = db.rows(_STATE, holder, structure, matricule)
    if not rows:
        return DmpState(DmpStatus.ABSENT)
    status, mt, feed_opposed, breaking_opposed, emergency_opposed, own, given = rows[0]
    return DmpState(
        status=DmpStatus(status),
        authorisation=Authorisation(own or given or Authorisation.NONE),
        caller_is_mt=bool(mt) and mt == holder,
        feed_opposed=bool(feed_opposed),
        breaking_opposed=bool(breaking_opposed),
        emergency_opposed=bool(emergency_opposed),
    )


def set_doctor_in_charge(db: Session, matricule: str, holder: str) -> None:
    """Say who the médecin traitant of a person is, "" for nobody."""
    row = db.get(PatientRow, matricule)
    if row is not None:
        row.mt = holder
        db.add(row)


def doctor_in_charge(db: Session, matricule: str) -> str:
    """Return who the médecin traitant of a person is, "" for nobody."""
    row = db.get(PatientRow, matricule)
    return row.mt if row else ""


def dmps(db: Session, matricules: Sequence[str]) -> dict[str, PatientRow]:
    """Return the DMPs of these persons; whoever has none is not there."""
    found = (
        db.exec(select(PatientRow).where(col(PatientRow.matricule).in_(some)))
        for some in pieces(matricules, _MAX_VARIABLES)
    )
    return {row.matricule: row for rows in found for row in rows}
