"""The tables of the registry and the repository.

Source: docs/sources/dmp.md#versions. An index stands for what a query compares: the DMP, the status, then one date.
"""

from __future__ import annotations

from sqlalchemy import Column, Index, LargeBinary
from sqlmodel import Field

from dmp_mock.store import Base

__all__ = ["Base", "CodeRow", "DocumentRow", "EntryRow", "LinkRow", "SubmissionRow", "TotalRow"]

_TIMES = ("creation_time", "service_start", "service_stop")
_FOUND_BY = ("matricule", "is_signature", "status")


class DocumentRow(Base, table=True):
    """The octets of a document, as received."""

    __tablename__ = "dmp_document"

    unique_id: str = Field(primary_key=True)
    repository_id: str
    mime_type: str
    size: int
    content: bytes = Field(sa_column=Column(LargeBinary, nullable=False))


class TotalRow(Base, table=True):
    """What all documents weigh: counted once, then kept, as a sum over the documents would cost with each feed."""

    __tablename__ = "dmp_total"

    id: int = Field(primary_key=True)
    octets: int


class EntryRow(Base, table=True):
    """A version of a document's metadata. ``status`` here is the one in force, whatever ``value`` says."""

    __tablename__ = "dmp_entry"
    __table_args__ = tuple(Index(f"ix_dmp_entry_by_{name}", *_FOUND_BY, name) for name in _TIMES)

    entry_uuid: str = Field(primary_key=True)
    lid: str = Field(index=True)
    version: int
    unique_id: str = Field(index=True)
    matricule: str = Field(index=True)
    status: str
    is_signature: bool
    submission: str
    rank: int = Field(index=True)
    value: str
    object_type: str = ""
    creation_time: str = ""
    service_start: str = ""
    service_stop: str = ""
    indexed: bool = Field(default=False, index=True)


class CodeRow(Base, table=True):
    """A value that a query may filter on: a code of an entry, an author, a reference; of a lot: ``set-…``."""

    __tablename__ = "dmp_entry_code"

    matricule: str = Field(primary_key=True)
    attribute: str = Field(primary_key=True)
    code: str = Field(primary_key=True)
    scheme: str = Field(primary_key=True)
    rank: int = Field(primary_key=True)


class SubmissionRow(Base, table=True):
    """A lot. ``value`` is "" for those of the first release, which kept no more than these columns."""

    __tablename__ = "dmp_submission"
    __table_args__ = (Index("ix_dmp_submission_by_time", "matricule", "submission_time"),)

    entry_uuid: str = Field(primary_key=True)
    unique_id: str = Field(unique=True)
    matricule: str = Field(index=True)
    submission_time: str
    author: str
    value: str = ""
    rank: int = Field(default=0, index=True)
    indexed: bool = Field(default=False, index=True)


class LinkRow(Base, table=True):
    """An association. ``value`` holds what only some have: OriginalStatus, NewStatus, PreviousVersion."""

    __tablename__ = "dmp_association"

    id: int | None = Field(default=None, primary_key=True)
    type: str
    source: str = Field(index=True)
    target: str = Field(index=True)
    statuses: str
    uuid: str = ""
    value: str = ""
