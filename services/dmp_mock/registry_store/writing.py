"""Writing to the registry, within the caller's unit of work.

Source: docs/sources/dmp.md#remplacement. A change of status says what the status was: of two, one finds it changed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from sqlalchemy import update
from sqlmodel import col

from dmp_mock.domain.registering import Registered
from dmp_mock.registry_store.reading import stored_octets
from dmp_mock.registry_store.rows import (
    code_rows,
    document_row,
    entry_row,
    link_row,
    next_rank,
    set_code_rows,
    submission_row,
)
from dmp_mock.registry_store.tables import Base, CodeRow, DocumentRow, EntryRow, LinkRow, SubmissionRow, TotalRow
from lgo_sandbox.state.bulk import insert_rows

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from lgo_sandbox.state.port import Store

__all__ = ["change_status", "store_lot"]


def store_lot(db: Store, connection: Connection, lot: Registered, matricule: str, author: str) -> None:
    """Store a lot, and what it changes: what it replaces or updates gets its new status."""
    total = stored_octets(db)
    rank = next_rank(db, "dmp_entry")
    entries = [entry_row(e, matricule, lot.submission.id, rank + number) for number, (e, _) in enumerate(lot.entries)]
    contents = [(entry, content) for entry, content in lot.entries if content is not None]
    submission = submission_row(lot.submission, matricule, author, next_rank(db, "dmp_submission"))
    codes = [row for number, (e, _) in enumerate(lot.entries) for row in code_rows(e, matricule, rank + number)]
    codes += set_code_rows(lot.submission, matricule, submission["rank"])
    for table, rows in (
        (EntryRow, entries),
        (DocumentRow, [document_row(entry, content) for entry, content in contents]),
        (SubmissionRow, [submission]),
        (LinkRow, [link_row(link) for link in lot.links]),
        (CodeRow, codes),
    ):
        _insert(connection, table, rows)
    weight = sum(len(content) for _, content in contents)
    if weight:
        connection.exec_driver_sql("DELETE FROM dmp_total")
        _insert(connection, TotalRow, [{"id": 1, "octets": total + weight}])


def _insert(connection: Connection, table: type[Base], rows: Sequence[Mapping[str, Any]]) -> None:
    insert_rows(connection, Base.metadata.tables[str(table.__tablename__)], rows)


def change_status(connection: Connection, entry_uuid: str, former: str, new: str) -> bool:
    """Give an entry another status, if it still has the former one; tell whether it had."""
    wanted = update(EntryRow).where(col(EntryRow.entry_uuid) == entry_uuid, col(EntryRow.status) == former)
    return bool(connection.execute(wanted.values(status=new)).rowcount)
