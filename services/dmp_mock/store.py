"""What the DMP keeps in a session: patients' DMPs, authorisations, documents, entries, lots, links.

Source: docs/sources/dmp.md#remplacement (versions, statuses), #autorisation. Tables are prefixed ``dmp_``. Entries are
kept as JSON beside the columns that queries need; documents as the very octets received. Every function takes the open
transaction; nothing decides here.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence

from sqlalchemy import Column, LargeBinary, func
from sqlalchemy.orm import registry
from sqlmodel import Field, Session, SQLModel, col, select

from dmp_mock.codes.patients import Authorisation, DmpStatus
from dmp_mock.codes.xds import REPOSITORY_ID, Status
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
    "entries_of",
    "entry_by_uuid",
    "entry_of",
    "known_unique_ids",
    "put_authorisation",
    "state_of",
    "store_lot",
    "stored_octets",
]


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
