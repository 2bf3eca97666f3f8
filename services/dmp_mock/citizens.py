"""What Mon espace santé keeps beside the DMP: appointments, consents, what was filed from mails, log-ins.

Source: docs/sources/dmp.md#mon-espace-sante (that there is an agenda and a catalogue: medium; their contents: ours).
Every function takes the open transaction; nothing decides here.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlmodel import Field, Session, col, select

from dmp_mock.base import Base

__all__ = [
    "AppointmentRow",
    "ConsentRow",
    "FiledRow",
    "VisitRow",
    "appointments_of",
    "begin_visit",
    "consents_of",
    "end_visit",
    "filed_of",
    "filed_with",
    "put_appointment",
    "set_consent",
    "take_appointment_away",
    "visit_of",
]

MAX_VISITS = 500
"""How many log-ins are kept: the oldest ends when one more begins."""


class AppointmentRow(Base, table=True):
    """An entry of the agenda. ``at`` is ``AAAA-MM-JJThh:mm``; ``own``: the patient wrote it, and may take it away."""

    __tablename__ = "dmp_appointment"

    id: str = Field(primary_key=True)
    matricule: str = Field(index=True)
    at: str
    title: str
    place: str = ""
    kind: str = ""
    own: bool = False


class ConsentRow(Base, table=True):
    """An application that a patient lets read his data, and since when (age of the session)."""

    __tablename__ = "dmp_consent"

    matricule: str = Field(primary_key=True)
    application: str = Field(primary_key=True)
    since: str


class FiledRow(Base, table=True):
    """A file of a mail that the patient filed into his DMP: what it holds, where it was, as which document, when."""

    __tablename__ = "dmp_filed_from_mail"

    matricule: str = Field(primary_key=True)
    digest: str = Field(primary_key=True)
    source: str = Field(index=True)
    lid: str
    at: str


class VisitRow(Base, table=True):
    """Somebody logged in on one of the sites. ``who`` is a persona or a patient, ``about`` whose record is open.

    ``access`` is the access mode of a professional for that record, ``token`` the digest of the cookie.
    """

    __tablename__ = "dmp_site_visit"

    token: str = Field(primary_key=True)
    site: str
    who: str
    csrf: str
    began: str
    about: str = ""
    access: str = ""
    rank: int = Field(default=0, index=True)


def appointments_of(db: Session, matricule: str) -> Sequence[AppointmentRow]:
    """Return the agenda of a patient, the earliest first."""
    wanted = select(AppointmentRow).where(AppointmentRow.matricule == matricule)
    return db.exec(wanted.order_by(col(AppointmentRow.at), col(AppointmentRow.id))).all()


def put_appointment(db: Session, row: AppointmentRow) -> None:
    """Add an entry to an agenda."""
    db.add(row)


def take_appointment_away(db: Session, matricule: str, appointment: str) -> bool:
    """Take an entry away that the patient wrote himself; tell whether there was one."""
    row = db.get(AppointmentRow, appointment)
    if row is None or not row.own or row.matricule != matricule:
        return False
    db.delete(row)
    return True


def consents_of(db: Session, matricule: str) -> dict[str, str]:
    """Return the applications that a patient lets in, with the date since when."""
    rows = db.exec(select(ConsentRow).where(ConsentRow.matricule == matricule))
    return {row.application: row.since for row in rows}


def set_consent(db: Session, matricule: str, application: str, since: str) -> None:
    """Let an application in since a date, or no more ("")."""
    row = db.get(ConsentRow, (matricule, application))
    if row is not None:
        db.delete(row)
        db.flush()
    if since:
        db.add(ConsentRow(matricule=matricule, application=application, since=since))


def filed_of(db: Session, matricule: str, digest: str) -> FiledRow | None:
    """Return what was filed of a content."""
    return db.get(FiledRow, (matricule, digest))


def filed_with(db: Session, matricule: str, sources: Sequence[str]) -> dict[str, FiledRow]:
    """Return what was filed from these places, by place."""
    wanted = select(FiledRow).where(FiledRow.matricule == matricule, col(FiledRow.source).in_(sources))
    return {row.source: FiledRow(**row.model_dump()) for row in db.exec(wanted)}


def begin_visit(db: Session, row: VisitRow) -> None:
    """Remember a log-in; the oldest are forgotten."""
    newest = db.exec(select(VisitRow).order_by(col(VisitRow.rank).desc()).limit(1)).first()
    row.rank = newest.rank + 1 if newest else 1
    db.add(row)
    for old in db.exec(select(VisitRow).where(VisitRow.rank <= row.rank - MAX_VISITS)):
        db.delete(old)


def visit_of(db: Session, token: str, site: str) -> VisitRow | None:
    """Return the log-in of a cookie's digest on a site."""
    row = db.get(VisitRow, token) if token else None
    return row if row is not None and row.site == site else None


def end_visit(db: Session, token: str) -> None:
    """Forget a log-in."""
    if (row := db.get(VisitRow, token)) is not None:
        db.delete(row)
