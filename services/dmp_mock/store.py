"""What the DMP keeps of patients in a session: the state of their DMP; authorisations are in ``authorisations``.

Source: docs/sources/dmp.md#autorisation. Tables are prefixed ``dmp_``; documents and lots are in ``registry_store``.
Every function takes the open transaction; nothing decides here.
"""

from __future__ import annotations

from sqlmodel import Field, Session

from dmp_mock.authorisations import AuthorisationRow, authorisation_of
from dmp_mock.base import Base
from dmp_mock.codes.patients import DmpStatus
from dmp_mock.domain.patients import DmpState

__all__ = ["AuthorisationRow", "Base", "PatientRow", "doctor_in_charge", "set_doctor_in_charge", "state_of"]


class PatientRow(Base, table=True):
    """The DMP of a person; somebody without a row has none."""

    __tablename__ = "dmp_patient"

    matricule: str = Field(primary_key=True)
    status: str
    mt: str = ""
    feed_opposed: bool = False
    breaking_opposed: bool = False
    emergency_opposed: bool = False


def state_of(db: Session, matricule: str, holder: str, structure: str = "") -> DmpState:
    """Return the DMP of a person as a caller sees it; what was given to his structure holds for him too."""
    row = db.get(PatientRow, matricule)
    if row is None:
        return DmpState(DmpStatus.ABSENT)
    return DmpState(
        status=DmpStatus(row.status),
        authorisation=authorisation_of(db, matricule, holder, structure),
        caller_is_mt=bool(row.mt) and row.mt == holder,
        feed_opposed=row.feed_opposed,
        breaking_opposed=row.breaking_opposed,
        emergency_opposed=row.emergency_opposed,
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
