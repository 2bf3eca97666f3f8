"""What the DMP keeps of patients in a session: the state of their DMP, authorisations.

Source: docs/sources/dmp.md#autorisation. Tables are prefixed ``dmp_``; documents and lots are in ``registry_store``.
Every function takes the open transaction; nothing decides here.
"""

from __future__ import annotations

from sqlalchemy.orm import registry
from sqlmodel import Field, Session, SQLModel

from dmp_mock.codes.patients import Authorisation, DmpStatus
from dmp_mock.domain.patients import DmpState

__all__ = ["AuthorisationRow", "Base", "PatientRow", "put_authorisation", "state_of"]


class Base(SQLModel, registry=registry()):
    """Root of the tables of this service."""


class PatientRow(Base, table=True):
    """The DMP of a person; somebody without a row has none."""

    __tablename__ = "dmp_patient"

    matricule: str = Field(primary_key=True)
    status: str
    mt: str = ""
    feed_opposed: bool = False
    breaking_opposed: bool = False
    emergency_opposed: bool = False


class AuthorisationRow(Base, table=True):
    """Who may read a DMP, or is blocked from it: ``holder`` is a PS_IdNat or a Struct_IdNat."""

    __tablename__ = "dmp_authorisation"

    matricule: str = Field(primary_key=True)
    holder: str = Field(primary_key=True)
    value: str


def state_of(db: Session, matricule: str, holder: str) -> DmpState:
    """Return the DMP of a person as a caller sees it."""
    row = db.get(PatientRow, matricule)
    if row is None:
        return DmpState(DmpStatus.ABSENT)
    authorisation = db.get(AuthorisationRow, (matricule, holder))
    return DmpState(
        status=DmpStatus(row.status),
        authorisation=Authorisation(authorisation.value) if authorisation else Authorisation.NONE,
        caller_is_mt=bool(row.mt) and row.mt == holder,
        feed_opposed=row.feed_opposed,
        breaking_opposed=row.breaking_opposed,
        emergency_opposed=row.emergency_opposed,
    )


def put_authorisation(db: Session, matricule: str, holder: str, value: Authorisation) -> None:
    """Set what a caller may do; NONE takes the line away."""
    row = db.get(AuthorisationRow, (matricule, holder))
    if row is not None:
        db.delete(row)
        db.flush()
    if value is not Authorisation.NONE:
        db.add(AuthorisationRow(matricule=matricule, holder=holder, value=value.value))
