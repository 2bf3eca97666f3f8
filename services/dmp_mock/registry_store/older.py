"""What an older release wrote, a state or an archive: it gets what queries filter on when the DMP is next asked.

Source: docs/decisions/0008-own-migrations.md (columns are added by comparison; this fills them). It is no numbered
migration, because an archive of an older release, loaded later, wants the same.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from sqlalchemy import insert, update
from sqlmodel import col

from dmp_mock.domain.values import SubmissionSet
from dmp_mock.registry_store.rows import (
    ENTRY_COLUMNS,
    SET_COLUMNS,
    code_rows,
    entry_of_row,
    next_rank,
    searched,
    set_code_rows,
    set_of_row,
    submission_row,
)
from dmp_mock.registry_store.tables import CodeRow, EntryRow, SubmissionRow

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from lgo_sandbox.state.port import Store

__all__ = ["fill_in"]


def fill_in(db: Store) -> None:
    """Give the entries and lots of an older release what queries filter on. Costs two look-ups when there is none."""
    entries = db.rows("SELECT entry_uuid, matricule, rank, status, value FROM dmp_entry WHERE indexed = 0")
    sets = db.rows(f"SELECT {SET_COLUMNS} FROM dmp_submission WHERE indexed = 0 ORDER BY submission_time")
    if not entries and not sets:
        return
    with db.begin(alone=True) as connection:
        _fill_entries(connection, entries)
        for number, row in enumerate(sets, next_rank(db, "dmp_submission")):
            _fill_set(db, connection, set_of_row(*row), row[3], number)


def _fill_entries(connection: Connection, rows: Iterable[tuple[Any, ...]]) -> None:
    for entry_uuid, matricule, rank, status, value in rows:
        entry = entry_of_row(matricule, status, value)
        wanted = update(EntryRow).where(col(EntryRow.entry_uuid) == entry_uuid)
        connection.execute(wanted.values(**searched(entry)))
        if codes := code_rows(entry, matricule, rank):
            connection.execute(insert(CodeRow), codes)


def _fill_set(db: Store, connection: Connection, submission: SubmissionSet, matricule: str, rank: int) -> None:
    """Give a lot the authors of its first document: those of the lot itself were not kept."""
    rows = db.rows(f"SELECT {ENTRY_COLUMNS} FROM dmp_entry WHERE submission = ? ORDER BY rank LIMIT 1", submission.id)
    if not submission.authors and rows:
        entry = entry_of_row(*rows[0])
        submission = SubmissionSet(
            id=submission.id,
            unique_id=submission.unique_id,
            patient_id=entry.patient_id,
            title=entry.title,
            submission_time=submission.submission_time,
            authors=entry.authors,
        )
    row = submission_row(submission, matricule, "", rank)
    changed = {name: row[name] for name in ("value", "rank", "indexed", "submission_time")}
    connection.execute(update(SubmissionRow).where(col(SubmissionRow.entry_uuid) == submission.id).values(**changed))
    connection.execute(insert(CodeRow), set_code_rows(submission, matricule, rank))
