"""The registry and the repository of a session: entries by version, lots, associations, documents.

Source: docs/sources/dmp.md#remplacement, #versions. A document's metadata are kept as JSON beside the columns and the
side table (``dmp_entry_code``) that queries filter on, so that a filter that finds nothing reads nothing. What an older
release wrote has no such columns: ``fill_in`` gives them, when the DMP is next asked. Writes stand within the caller's
unit of work. Nothing decides here.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from sqlalchemy import Column, Index, LargeBinary, insert, update
from sqlmodel import Field, col

from dmp_mock.codes.xds import REPOSITORY_ID
from dmp_mock.domain.criteria import Criteria
from dmp_mock.domain.hl7 import dtm_floor, is_dtm
from dmp_mock.domain.registering import Registered
from dmp_mock.domain.values import Entry, Link, SubmissionSet
from dmp_mock.store import Base

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from lgo_sandbox.state.port import Store

__all__ = [
    "Base",
    "DocumentRow",
    "EntryRow",
    "LinkRow",
    "SubmissionRow",
    "change_status",
    "content_of",
    "current_entry",
    "entries_by",
    "entries_of",
    "entry_by_uuid",
    "entry_of",
    "fill_in",
    "find_entries",
    "find_sets",
    "known_unique_ids",
    "last_fed",
    "links_of",
    "sets_by",
    "store_lot",
    "stored_octets",
    "summaries",
]

_IN_ONE = 500
"""How many identifiers one statement names."""
_TIMES = {"creation_time": "creationTime", "service_start": "serviceStartTime", "service_stop": "serviceStopTime"}
_REFERENCES = "urn:ihe:iti:xds:2013:referenceIdList"
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


_ENTRY = "matricule, status, value"
_SET = "value, entry_uuid, unique_id, matricule, submission_time"


# --- reading


def find_entries(db: Store, matricule: str, criteria: Criteria) -> list[Entry]:
    """Return the entries of a DMP that meet the criteria, in the order of their registration, without signatures."""
    fill_in(db)
    where, values = _conditions(criteria)
    base = f"SELECT {_ENTRY} FROM dmp_entry WHERE matricule = ? AND is_signature = 0{where}"
    ranks = _ranks(db, matricule, criteria)
    if ranks is None:
        return [_entry(*row) for row in db.rows(f"{base} ORDER BY rank", matricule, *values)]
    found: list[Entry] = []
    for some in _chunks(ranks):
        rows = db.rows(f"{base} AND rank IN ({_marks(some)}) ORDER BY rank", matricule, *values, *some)
        found += [_entry(*row) for row in rows]
    return found


def _conditions(criteria: Criteria) -> tuple[str, list[str | float]]:
    parts: list[str] = []
    values: list[str | float] = []
    for column, wanted in (("status", criteria.statuses), ("object_type", criteria.object_types)):
        for some in wanted:
            parts.append(f" AND {column} IN ({_marks(some)})")
            values += some
    for period in criteria.periods:
        sign = ">=" if period.is_from else "<"
        parts.append(f" AND {period.column} {sign} ? AND {period.column} <> ''")
        values.append(period.moment)
    return "".join(parts), values


def _ranks(db: Store, matricule: str, criteria: Criteria) -> list[int] | None:
    """Return the ranks of what has all the wanted codes, None when none is wanted."""
    selects: list[str] = []
    values: list[str | float] = []
    for one in criteria.codes:
        tests = []
        for code, scheme in one.values:
            tests.append("code = ?" if scheme is None else "(code = ? AND scheme = ?)")
            values += [matricule, one.attribute, code] if scheme is None else [matricule, one.attribute, code, scheme]
        selects.append(_either(tests))
    for like in criteria.likes:
        for pattern in like.patterns:
            values += [matricule, like.attribute, pattern.casefold()]
        selects.append(_either(["code LIKE ?"] * len(like.patterns)))
    if not selects:
        return None
    return sorted(rank for (rank,) in db.rows(" INTERSECT ".join(selects), *values))


def _either(tests: Sequence[str]) -> str:
    """Return a select of the ranks that meet one of the tests: each is a look-up in the key of its own."""
    looks = (f"SELECT rank FROM dmp_entry_code WHERE matricule = ? AND attribute = ? AND {test}" for test in tests)
    return f"SELECT rank FROM ({' UNION '.join(looks)})"


def entries_of(db: Store, matricule: str) -> list[Entry]:
    """Return all entries of a patient, old versions too, without signatures."""
    return find_entries(db, matricule, Criteria())


def entries_by(db: Store, matricule: str, column: str, wanted: Iterable[str]) -> list[Entry]:
    """Return a patient's entries by ``entry_uuid``, ``unique_id`` or ``lid``, signatures too, oldest first."""
    return [
        _entry(*row)
        for some in _chunks(sorted(set(wanted)))
        for row in db.rows(
            f"SELECT {_ENTRY} FROM dmp_entry WHERE {column} IN ({_marks(some)}) AND matricule = ? ORDER BY rank",
            *some,
            matricule,
        )
    ]


def entry_by_uuid(db: Store, entry_uuid: str) -> tuple[str, Entry] | None:
    """Return the matricule and the entry of a technical identifier."""
    rows = db.rows(f"SELECT {_ENTRY} FROM dmp_entry WHERE entry_uuid = ?", entry_uuid)
    return (rows[0][0], _entry(*rows[0])) if rows else None


def current_entry(db: Store, matricule: str, lid: str) -> Entry | None:
    """Return the last version of a logical document of a patient."""
    found = [entry for entry in entries_by(db, matricule, "lid", [lid]) if not entry.is_signature]
    return max(found, key=lambda entry: entry.version, default=None)


def entry_of(db: Store, unique_id: str) -> tuple[str, Entry] | None:
    """Return the matricule and the last version of a document's entry."""
    wanted = f"SELECT {_ENTRY} FROM dmp_entry WHERE unique_id = ? ORDER BY version DESC LIMIT 1"
    rows = db.rows(wanted, unique_id)
    return (rows[0][0], _entry(*rows[0])) if rows else None


def content_of(db: Store, unique_id: str) -> bytes | None:
    """Return the octets of a document, None when there is none."""
    rows = db.rows("SELECT content FROM dmp_document WHERE unique_id = ?", unique_id)
    return bytes(rows[0][0]) if rows else None


def summaries(db: Store) -> list[tuple[Any, ...]]:
    """Return (uniqueId, entryUUID, lid, version, matricule, status, signature) of every entry, oldest first."""
    columns = "unique_id, entry_uuid, lid, version, matricule, status, is_signature"
    return [(*row[:-1], bool(row[-1])) for row in db.rows(f"SELECT {columns} FROM dmp_entry ORDER BY rank")]


def find_sets(db: Store, matricule: str, criteria: Criteria) -> list[SubmissionSet]:
    """Return the lots of a DMP that meet the criteria, oldest first."""
    fill_in(db)
    where, values = _conditions(criteria)
    base = f"SELECT {_SET} FROM dmp_submission WHERE matricule = ?{where}"
    ranks = _ranks(db, matricule, criteria)
    if ranks is None:
        return [_set(*row) for row in db.rows(f"{base} ORDER BY rank", matricule, *values)]
    return [
        _set(*row)
        for some in _chunks(ranks)
        for row in db.rows(f"{base} AND rank IN ({_marks(some)}) ORDER BY rank", matricule, *values, *some)
    ]


def sets_by(db: Store, matricule: str, column: str, wanted: Iterable[str]) -> list[SubmissionSet]:
    """Return a patient's lots by ``entry_uuid`` or ``unique_id``."""
    return [
        _set(*row)
        for some in _chunks(sorted(set(wanted)))
        for row in db.rows(
            f"SELECT {_SET} FROM dmp_submission WHERE {column} IN ({_marks(some)}) AND matricule = ? ORDER BY rank",
            *some,
            matricule,
        )
    ]


def links_of(db: Store, uuids: Iterable[str]) -> list[Link]:
    """Return the associations that start from, or point to, one of these objects."""
    columns = "id, type, source, target, statuses, uuid, value"
    found: dict[int, Link] = {}
    for some in _chunks(sorted(set(uuids))):
        for end in ("source", "target"):
            for row in db.rows(f"SELECT {columns} FROM dmp_association WHERE {end} IN ({_marks(some)})", *some):
                found[row[0]] = _link(*row)
    return [found[number] for number in sorted(found)]


def last_fed(db: Store, matricules: Sequence[str]) -> dict[str, str]:
    """Return when each of these DMPs was fed last, to the second; one that was never is not there."""
    return {
        matricule: dtm_floor(at)
        for some in _chunks(matricules)
        for matricule, at in db.rows(
            f"SELECT matricule, max(submission_time) FROM dmp_submission WHERE matricule IN ({_marks(some)})"
            " GROUP BY matricule",
            *some,
        )
        if at
    }


def known_unique_ids(db: Store, unique_ids: Iterable[str]) -> set[str]:
    """Return which of these unique ids the registry has already, of documents or lots."""
    return {
        unique_id
        for some in _chunks(sorted(set(unique_ids)))
        for table in ("dmp_entry", "dmp_submission")
        for (unique_id,) in db.rows(f"SELECT unique_id FROM {table} WHERE unique_id IN ({_marks(some)})", *some)
    }


def stored_octets(db: Store) -> int:
    """Return how much all documents weigh."""
    rows = db.rows("SELECT octets FROM dmp_total")
    return int(rows[0][0] if rows else db.rows("SELECT coalesce(sum(size), 0) FROM dmp_document")[0][0])


# --- writing


def store_lot(db: Store, connection: Connection, lot: Registered, matricule: str, author: str) -> None:
    """Store a lot, and what it changes: what it replaces or updates gets its new status."""
    total = stored_octets(db)
    rank = _next_rank(db, "dmp_entry")
    entries = [_entry_row(e, matricule, lot.submission.id, rank + number) for number, (e, _) in enumerate(lot.entries)]
    contents = [(entry, content) for entry, content in lot.entries if content is not None]
    submission = _submission_row(lot.submission, matricule, author, _next_rank(db, "dmp_submission"))
    codes = [row for number, (e, _) in enumerate(lot.entries) for row in _code_rows(e, matricule, rank + number)]
    codes += _set_code_rows(lot.submission, matricule, submission["rank"])
    for table, rows in (
        (EntryRow, entries),
        (DocumentRow, [_document_row(entry, content) for entry, content in contents]),
        (SubmissionRow, [submission]),
        (LinkRow, [_link_row(link) for link in lot.links]),
        (CodeRow, codes),
    ):
        if rows:
            connection.execute(insert(table), rows)
    weight = sum(len(content) for _, content in contents)
    if weight:
        connection.exec_driver_sql("DELETE FROM dmp_total")
        connection.execute(insert(TotalRow), [{"id": 1, "octets": total + weight}])


def change_status(connection: Connection, entry_uuid: str, former: str, new: str) -> bool:
    """Give an entry another status, if it still has the former one; tell whether it had."""
    wanted = update(EntryRow).where(col(EntryRow.entry_uuid) == entry_uuid, col(EntryRow.status) == former)
    return bool(connection.execute(wanted.values(status=new)).rowcount)


def _next_rank(db: Store, table: str) -> int:
    return int(db.rows(f"SELECT coalesce(max(rank), 0) + 1 FROM {table}")[0][0])


def _entry_row(entry: Entry, matricule: str, submission: str, rank: int) -> dict[str, Any]:
    return {
        "entry_uuid": entry.id,
        "lid": entry.lid,
        "version": entry.version,
        "unique_id": entry.unique_id,
        "matricule": matricule,
        "status": entry.status,
        "is_signature": entry.is_signature,
        "submission": submission,
        "rank": rank,
        "value": json.dumps(entry.to_json(), ensure_ascii=False),
        **_searched(entry),
    }


def _searched(entry: Entry) -> dict[str, Any]:
    """Return the columns that queries compare; a date that is none is not compared."""
    times = {column: entry.slot(slot) for column, slot in _TIMES.items()}
    floors = {column: dtm_floor(text) if is_dtm(text) else "" for column, text in times.items()}
    return {"object_type": entry.object_type, **floors, "indexed": True}


def _document_row(entry: Entry, content: bytes) -> dict[str, Any]:
    return {
        "unique_id": entry.unique_id,
        "repository_id": REPOSITORY_ID,
        "mime_type": entry.mime_type,
        "size": len(content),
        "content": content,
    }


def _submission_row(submission: SubmissionSet, matricule: str, author: str, rank: int) -> dict[str, Any]:
    return {
        "entry_uuid": submission.id,
        "unique_id": submission.unique_id,
        "matricule": matricule,
        "submission_time": dtm_floor(submission.submission_time),
        "author": author,
        "value": json.dumps(submission.to_json(), ensure_ascii=False),
        "rank": rank,
        "indexed": True,
    }


def _link_row(link: Link) -> dict[str, Any]:
    told = {"original": link.original, "new": link.new, "previous": link.previous}
    return {
        "type": link.type,
        "source": link.source,
        "target": link.target,
        "statuses": json.dumps(link.statuses),
        "uuid": link.id,
        "value": json.dumps({name: text for name, text in told.items() if text}),
    }


def _code_rows(entry: Entry, matricule: str, rank: int) -> list[dict[str, Any]]:
    if entry.is_signature:
        return []
    found = {(name, coded.code, coded.scheme) for name, values in entry.codes.items() for coded in values}
    found |= {("author", person.casefold(), "") for author in entry.authors for person in author.persons}
    found |= {("reference", text, "") for text in entry.slots.get(_REFERENCES, ())}
    return _rows_of(found, matricule, rank)


def _set_code_rows(submission: SubmissionSet, matricule: str, rank: int) -> list[dict[str, Any]]:
    found = {("set-contentType", coded.code, coded.scheme) for coded in submission.content_types}
    found |= {("set-author", person.casefold(), "") for author in submission.authors for person in author.persons}
    found.add(("set-source", submission.source_id, ""))
    return _rows_of(found, matricule, rank)


def _rows_of(found: Iterable[tuple[str, str, str]], matricule: str, rank: int) -> list[dict[str, Any]]:
    return [
        {"matricule": matricule, "attribute": attribute, "code": code, "scheme": scheme, "rank": rank}
        for attribute, code, scheme in sorted(found)
    ]


# --- states and archives of older releases


def fill_in(db: Store) -> None:
    """Give the entries and lots of an older release what queries filter on. Costs two look-ups when there is none."""
    entries = db.rows("SELECT entry_uuid, matricule, rank, status, value FROM dmp_entry WHERE indexed = 0")
    sets = db.rows(f"SELECT {_SET} FROM dmp_submission WHERE indexed = 0 ORDER BY submission_time")
    if not entries and not sets:
        return
    with db.begin(alone=True) as connection:
        _fill_entries(connection, entries)
        for number, row in enumerate(sets, _next_rank(db, "dmp_submission")):
            _fill_set(db, connection, _set(*row), row[3], number)


def _fill_entries(connection: Connection, rows: Iterable[tuple[Any, ...]]) -> None:
    for entry_uuid, matricule, rank, status, value in rows:
        entry = _entry(matricule, status, value)
        wanted = update(EntryRow).where(col(EntryRow.entry_uuid) == entry_uuid)
        connection.execute(wanted.values(**_searched(entry)))
        if codes := _code_rows(entry, matricule, rank):
            connection.execute(insert(CodeRow), codes)


def _fill_set(db: Store, connection: Connection, submission: SubmissionSet, matricule: str, rank: int) -> None:
    """Give a lot the authors of its first document: those of the lot itself were not kept."""
    rows = db.rows(f"SELECT {_ENTRY} FROM dmp_entry WHERE submission = ? ORDER BY rank LIMIT 1", submission.id)
    if not submission.authors and rows:
        entry = _entry(*rows[0])
        submission = SubmissionSet(
            id=submission.id,
            unique_id=submission.unique_id,
            patient_id=entry.patient_id,
            title=entry.title,
            submission_time=submission.submission_time,
            authors=entry.authors,
        )
    row = _submission_row(submission, matricule, "", rank)
    changed = {name: row[name] for name in ("value", "rank", "indexed", "submission_time")}
    connection.execute(update(SubmissionRow).where(col(SubmissionRow.entry_uuid) == submission.id).values(**changed))
    connection.execute(insert(CodeRow), _set_code_rows(submission, matricule, rank))


# --- rows ⇄ values


def _entry(_matricule: str, status: str, value: str) -> Entry:
    return Entry.from_json({**json.loads(value), "status": status})


def _set(value: str, entry_uuid: str, unique_id: str, _matricule: str, submission_time: str) -> SubmissionSet:
    if value:
        return SubmissionSet.from_json(json.loads(value))
    return SubmissionSet(id=entry_uuid, unique_id=unique_id, submission_time=submission_time)


def _link(number: int, kind: str, source: str, target: str, statuses: str, own: str, value: str) -> Link:
    named = own or f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, f'{source} {target} {number}')}"
    return Link(kind, source, target, tuple(json.loads(statuses)), id=named, **json.loads(value or "{}"))


def _marks(values: Sequence[object]) -> str:
    return ",".join("?" * len(values))


def _chunks(values: Sequence[Any]) -> Iterator[Sequence[Any]]:
    for start in range(0, len(values), _IN_ONE):
        yield values[start : start + _IN_ONE]
