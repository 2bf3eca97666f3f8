"""What the DMP keeps in a session: patients' DMPs, authorisations, documents, entries, lots, links.

Source: docs/sources/dmp.md#remplacement (versions, statuses), #autorisation. Tables are prefixed ``dmp_``. Entries are
kept as JSON beside the columns that queries need; documents as the very octets received. Every function takes the open
transaction; nothing decides here.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence

from sqlalchemy import Column, LargeBinary, func
from sqlmodel import Field, Session, col, select

from dmp_mock.authorisations import AuthorisationRow, authorisation_of
from dmp_mock.base import Base
from dmp_mock.codes.patients import DmpStatus
from dmp_mock.codes.xds import REPOSITORY_ID, Status
from dmp_mock.domain.hl7 import dtm_floor
from dmp_mock.domain.patients import DmpState
from dmp_mock.domain.registering import Registered
from dmp_mock.domain.values import Entry

__all__ = [
    "AuthorisationRow",
    "Base",
    "DocumentRow",
    "EntryRow",
    "LinkRow",
    "PatientRow",
    "SubmissionRow",
    "content_of",
    "doctor_in_charge",
    "entries_of",
    "entry_by_uuid",
    "entry_of",
    "known_unique_ids",
    "last_fed",
    "set_doctor_in_charge",
    "state_of",
    "store_lot",
    "stored_octets",
]


class PatientRow(Base, table=True):
    """The DMP of a person; somebody without a row has none."""

    __tablename__ = "dmp_patient"

    matricule: str = Field(primary_key=True)
    status: str
    mt: str = ""
    feed_opposed: bool = False
    breaking_opposed: bool = False
    emergency_opposed: bool = False


class DocumentRow(Base, table=True):
    """The octets of a document, as received."""

    __tablename__ = "dmp_document"

    unique_id: str = Field(primary_key=True)
    repository_id: str
    mime_type: str
    size: int
    content: bytes = Field(sa_column=Column(LargeBinary, nullable=False))


class EntryRow(Base, table=True):
    """A version of a document's metadata."""

    __tablename__ = "dmp_entry"

    entry_uuid: str = Field(primary_key=True)
    lid: str = Field(index=True)
    version: int
    unique_id: str = Field(index=True)
    matricule: str = Field(index=True)
    status: str
    is_signature: bool
    submission: str
    rank: int
    value: str


class SubmissionRow(Base, table=True):
    """A lot."""

    __tablename__ = "dmp_submission"

    entry_uuid: str = Field(primary_key=True)
    unique_id: str = Field(unique=True)
    matricule: str = Field(index=True)
    submission_time: str
    author: str


class LinkRow(Base, table=True):
    """An association."""

    __tablename__ = "dmp_association"

    id: int | None = Field(default=None, primary_key=True)
    type: str
    source: str = Field(index=True)
    target: str = Field(index=True)
    statuses: str


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


def last_fed(db: Session, matricules: Sequence[str]) -> dict[str, str]:
    """Return when each of these DMPs was fed last, to the second; one that was never is not there."""
    newest = func.max(SubmissionRow.submission_time)
    wanted = select(SubmissionRow.matricule, newest).where(col(SubmissionRow.matricule).in_(matricules))
    return {matricule: dtm_floor(at) for matricule, at in db.exec(wanted.group_by(SubmissionRow.matricule)) if at}


def known_unique_ids(db: Session, unique_ids: Iterable[str]) -> set[str]:
    """Return which of these unique ids the registry has already, of documents or lots."""
    wanted = list(unique_ids)
    entries = db.exec(select(EntryRow.unique_id).where(col(EntryRow.unique_id).in_(wanted)))
    lots = db.exec(select(SubmissionRow.unique_id).where(col(SubmissionRow.unique_id).in_(wanted)))
    return {*entries, *lots}


def store_lot(db: Session, lot: Registered, matricule: str, author: str) -> None:
    """Store a lot; what it replaces becomes Deprecated."""
    rank = db.exec(select(func.count()).select_from(EntryRow)).one()
    for number, (entry, content) in enumerate(lot.entries):
        db.add(_entry_row(entry, matricule, lot.submission.id, rank + number))
        db.add(
            DocumentRow(
                unique_id=entry.unique_id,
                repository_id=REPOSITORY_ID,
                mime_type=entry.mime_type,
                size=len(content),
                content=content,
            )
        )
    db.add(
        SubmissionRow(
            entry_uuid=lot.submission.id,
            unique_id=lot.submission.unique_id,
            matricule=matricule,
            submission_time=lot.submission.submission_time,
            author=author,
        )
    )
    for link in lot.links:
        db.add(LinkRow(type=link.type, source=link.source, target=link.target, statuses=json.dumps(link.statuses)))
    for entry_uuid in lot.replaced:
        _deprecate(db, entry_uuid)


def _entry_row(entry: Entry, matricule: str, submission: str, rank: int) -> EntryRow:
    return EntryRow(
        entry_uuid=entry.id,
        lid=entry.lid,
        version=entry.version,
        unique_id=entry.unique_id,
        matricule=matricule,
        status=entry.status,
        is_signature=entry.is_signature,
        submission=submission,
        rank=rank,
        value=json.dumps(entry.to_json(), ensure_ascii=False),
    )


def _deprecate(db: Session, entry_uuid: str) -> None:
    row = db.get(EntryRow, entry_uuid)
    if row is not None:
        row.status = Status.DEPRECATED.value
        row.value = json.dumps({**json.loads(row.value), "status": row.status}, ensure_ascii=False)
        db.add(row)


def stored_octets(db: Session) -> int:
    """Return how much all documents weigh."""
    return db.exec(select(func.coalesce(func.sum(DocumentRow.size), 0))).one()


def entries_of(db: Session, matricule: str) -> Sequence[Entry]:
    """Return the entries of a patient in the order of their registration, without signatures."""
    wanted = select(EntryRow).where(EntryRow.matricule == matricule, col(EntryRow.is_signature).is_(False))
    return [_entry(row) for row in db.exec(wanted.order_by(col(EntryRow.rank)))]


def entry_by_uuid(db: Session, entry_uuid: str) -> Entry | None:
    """Return an entry by its technical identifier."""
    row = db.get(EntryRow, entry_uuid)
    return _entry(row) if row else None


def entry_of(db: Session, unique_id: str) -> tuple[str, Entry] | None:
    """Return the matricule and the last version of a document's entry."""
    wanted = select(EntryRow).where(EntryRow.unique_id == unique_id).order_by(col(EntryRow.version).desc())
    row = db.exec(wanted).first()
    return (row.matricule, _entry(row)) if row else None


def content_of(db: Session, unique_id: str) -> bytes | None:
    """Return the octets of a document, None when there is none."""
    row = db.get(DocumentRow, unique_id)
    return row.content if row else None


def _entry(row: EntryRow) -> Entry:
    return Entry.from_json(json.loads(row.value))
