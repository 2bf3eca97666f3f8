"""Rows and values of the registry, both ways: an entry is JSON beside the columns and codes that queries look at.

Source: docs/sources/dmp.md#metadonnees. Knows no query.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from dmp_mock.codes.xds import REPOSITORY_ID
from dmp_mock.domain.hl7 import dtm_floor, is_dtm
from dmp_mock.domain.values import Entry, Link, SubmissionSet
from lgo_sandbox.state.pieces import pieces

if TYPE_CHECKING:
    from lgo_sandbox.state.port import Store

__all__ = [
    "ENTRY_COLUMNS",
    "SET_COLUMNS",
    "chunks",
    "code_rows",
    "document_row",
    "entry_of_row",
    "entry_row",
    "link_of_row",
    "link_row",
    "marks",
    "next_rank",
    "searched",
    "set_code_rows",
    "set_of_row",
    "submission_row",
]

_IN_ONE = 500
"""How many identifiers one statement names."""
_TIMES = {"creation_time": "creationTime", "service_start": "serviceStartTime", "service_stop": "serviceStopTime"}
_REFERENCES = "urn:ihe:iti:xds:2013:referenceIdList"
ENTRY_COLUMNS = "matricule, status, value"
SET_COLUMNS = "value, entry_uuid, unique_id, matricule, submission_time"


def entry_row(entry: Entry, matricule: str, submission: str, rank: int) -> dict[str, Any]:
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
        **searched(entry),
    }


def searched(entry: Entry) -> dict[str, Any]:
    """Return the columns that queries compare; a date that is none is not compared."""
    times = {column: entry.slot(slot) for column, slot in _TIMES.items()}
    floors = {column: dtm_floor(text) if is_dtm(text) else "" for column, text in times.items()}
    return {"object_type": entry.object_type, **floors, "indexed": True}


def document_row(entry: Entry, content: bytes) -> dict[str, Any]:
    return {
        "unique_id": entry.unique_id,
        "repository_id": REPOSITORY_ID,
        "mime_type": entry.mime_type,
        "size": len(content),
        "content": content,
    }


def submission_row(submission: SubmissionSet, matricule: str, author: str, rank: int) -> dict[str, Any]:
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


def link_row(link: Link) -> dict[str, Any]:
    told = {"original": link.original, "new": link.new, "previous": link.previous}
    return {
        "type": link.type,
        "source": link.source,
        "target": link.target,
        "statuses": json.dumps(link.statuses),
        "uuid": link.id,
        "value": json.dumps({name: text for name, text in told.items() if text}),
    }


def code_rows(entry: Entry, matricule: str, rank: int) -> list[dict[str, Any]]:
    if entry.is_signature:
        return []
    found = {(name, coded.code, coded.scheme) for name, values in entry.codes.items() for coded in values}
    found |= {("author", person.casefold(), "") for author in entry.authors for person in author.persons}
    found |= {("reference", text, "") for text in entry.slots.get(_REFERENCES, ())}
    return _rows_of(found, matricule, rank)


def set_code_rows(submission: SubmissionSet, matricule: str, rank: int) -> list[dict[str, Any]]:
    found = {("set-contentType", coded.code, coded.scheme) for coded in submission.content_types}
    found |= {("set-author", person.casefold(), "") for author in submission.authors for person in author.persons}
    found.add(("set-source", submission.source_id, ""))
    return _rows_of(found, matricule, rank)


def _rows_of(found: Iterable[tuple[str, str, str]], matricule: str, rank: int) -> list[dict[str, Any]]:
    return [
        {"matricule": matricule, "attribute": attribute, "code": code, "scheme": scheme, "rank": rank}
        for attribute, code, scheme in sorted(found)
    ]


def entry_of_row(_matricule: str, status: str, value: str) -> Entry:
    return Entry.from_json({**json.loads(value), "status": status})


def set_of_row(value: str, entry_uuid: str, unique_id: str, _matricule: str, submission_time: str) -> SubmissionSet:
    if value:
        return SubmissionSet.from_json(json.loads(value))
    return SubmissionSet(id=entry_uuid, unique_id=unique_id, submission_time=submission_time)


def link_of_row(number: int, kind: str, source: str, target: str, statuses: str, own: str, value: str) -> Link:
    named = own or f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, f'{source} {target} {number}')}"
    return Link(kind, source, target, tuple(json.loads(statuses)), id=named, **json.loads(value or "{}"))


def marks(values: Sequence[object]) -> str:
    return ",".join("?" * len(values))


def chunks(values: Sequence[Any]) -> Iterator[Sequence[Any]]:
    return pieces(values, _IN_ONE)


def next_rank(db: Store, table: str) -> int:
    return int(db.rows(f"SELECT coalesce(max(rank), 0) + 1 FROM {table}")[0][0])
