"""Reading the registry: filters in SQL, so that one that finds nothing reads nothing.

Source: docs/sources/dmp.md#requete-xds. Plain statements: a search may find a thousand entries. Nothing decides here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from dmp_mock.domain.criteria import Criteria
from dmp_mock.domain.hl7 import dtm_floor
from dmp_mock.domain.values import Entry, Link, SubmissionSet
from dmp_mock.registry_store.older import fill_in
from dmp_mock.registry_store.rows import (
    ENTRY_COLUMNS,
    SET_COLUMNS,
    chunks,
    entry_of_row,
    link_of_row,
    marks,
    set_of_row,
)

if TYPE_CHECKING:
    from lgo_sandbox.state.port import Store

__all__ = [
    "content_of",
    "current_entry",
    "entries_by",
    "entries_of",
    "entry_by_uuid",
    "entry_of",
    "find_entries",
    "find_sets",
    "known_unique_ids",
    "last_fed",
    "links_of",
    "sets_by",
    "stored_octets",
    "summaries",
]


def find_entries(db: Store, matricule: str, criteria: Criteria) -> list[Entry]:
    """Return the entries of a DMP that meet the criteria, in the order of their registration, without signatures."""
    fill_in(db)
    where, values = _conditions(criteria)
    base = f"SELECT {ENTRY_COLUMNS} FROM dmp_entry WHERE matricule = ? AND is_signature = 0{where}"
    ranks = _ranks(db, matricule, criteria)
    if ranks is None:
        return [entry_of_row(*row) for row in db.rows(f"{base} ORDER BY rank", matricule, *values)]
    return [
        entry_of_row(*row)
        for some in chunks(ranks)
        for row in db.rows(f"{base} AND rank IN ({marks(some)}) ORDER BY rank", matricule, *values, *some)
    ]


def _conditions(criteria: Criteria) -> tuple[str, list[str | float]]:
    parts: list[str] = []
    values: list[str | float] = []
    for column, wanted in (("status", criteria.statuses), ("object_type", criteria.object_types)):
        for some in wanted:
            parts.append(f" AND {column} IN ({marks(some)})")
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
    base = f"SELECT rank, {ENTRY_COLUMNS} FROM dmp_entry WHERE matricule = ?"
    return [entry_of_row(*row) for row in _rows_by(db, base, matricule, column, wanted)]


def entry_by_uuid(db: Store, entry_uuid: str) -> tuple[str, Entry] | None:
    """Return the matricule and the entry of a technical identifier."""
    rows = db.rows(f"SELECT {ENTRY_COLUMNS} FROM dmp_entry WHERE entry_uuid = ?", entry_uuid)
    return (rows[0][0], entry_of_row(*rows[0])) if rows else None


def current_entry(db: Store, matricule: str, lid: str) -> Entry | None:
    """Return the last version of a logical document of a patient."""
    found = [entry for entry in entries_by(db, matricule, "lid", [lid]) if not entry.is_signature]
    return max(found, key=lambda entry: entry.version, default=None)


def entry_of(db: Store, unique_id: str) -> tuple[str, Entry] | None:
    """Return the matricule and the last version of a document's entry."""
    wanted = f"SELECT {ENTRY_COLUMNS} FROM dmp_entry WHERE unique_id = ? ORDER BY version DESC LIMIT 1"
    rows = db.rows(wanted, unique_id)
    return (rows[0][0], entry_of_row(*rows[0])) if rows else None


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
    base = f"SELECT {SET_COLUMNS} FROM dmp_submission WHERE matricule = ?{where}"
    ranks = _ranks(db, matricule, criteria)
    if ranks is None:
        return [set_of_row(*row) for row in db.rows(f"{base} ORDER BY rank", matricule, *values)]
    return [
        set_of_row(*row)
        for some in chunks(ranks)
        for row in db.rows(f"{base} AND rank IN ({marks(some)}) ORDER BY rank", matricule, *values, *some)
    ]


def sets_by(db: Store, matricule: str, column: str, wanted: Iterable[str]) -> list[SubmissionSet]:
    """Return a patient's lots by ``entry_uuid`` or ``unique_id``, oldest first."""
    base = f"SELECT rank, {SET_COLUMNS} FROM dmp_submission WHERE matricule = ?"
    return [set_of_row(*row) for row in _rows_by(db, base, matricule, column, wanted)]


def _rows_by(db: Store, base: str, matricule: str, column: str, wanted: Iterable[str]) -> Iterator[tuple[Any, ...]]:
    """Yield, oldest first, what a select finds that begins with the rank; however many statements it takes."""
    found = [
        row
        for some in chunks(sorted(set(wanted)))
        for row in db.rows(f"{base} AND {column} IN ({marks(some)})", matricule, *some)
    ]
    for _rank, *rest in sorted(found, key=itemgetter(0)):
        yield tuple(rest)


def links_of(db: Store, uuids: Iterable[str]) -> list[Link]:
    """Return the associations that start from, or point to, one of these objects."""
    columns = "id, type, source, target, statuses, uuid, value"
    found: dict[int, Link] = {}
    for some in chunks(sorted(set(uuids))):
        for end in ("source", "target"):
            for row in db.rows(f"SELECT {columns} FROM dmp_association WHERE {end} IN ({marks(some)})", *some):
                found[row[0]] = link_of_row(*row)
    return [found[number] for number in sorted(found)]


def last_fed(db: Store, matricules: Sequence[str]) -> dict[str, str]:
    """Return when each of these DMPs was fed last, to the second; one that was never is not there."""
    return {
        matricule: dtm_floor(at)
        for some in chunks(matricules)
        for matricule, at in db.rows(
            f"SELECT matricule, max(submission_time) FROM dmp_submission WHERE matricule IN ({marks(some)})"
            " GROUP BY matricule",
            *some,
        )
        if at
    }


def known_unique_ids(db: Store, unique_ids: Iterable[str]) -> set[str]:
    """Return which of these unique ids the registry has already, of documents or lots."""
    return {
        unique_id
        for some in chunks(sorted(set(unique_ids)))
        for table in ("dmp_entry", "dmp_submission")
        for (unique_id,) in db.rows(f"SELECT unique_id FROM {table} WHERE unique_id IN ({marks(some)})", *some)
    }


def stored_octets(db: Store) -> int:
    """Return how much all documents weigh."""
    rows = db.rows("SELECT octets FROM dmp_total")
    return int(rows[0][0] if rows else db.rows("SELECT coalesce(sum(size), 0) FROM dmp_document")[0][0])
