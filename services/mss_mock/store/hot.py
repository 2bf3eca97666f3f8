"""What is asked for every message of large folders, and what every delivery does, as plain SQL.

Source: RFC 3501 §2.3.1.1; design of the project (State: hot reads and writes). What an older release did not derive is
derived here when it is first asked for. Must not know protocols nor people.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from lgo_sandbox.state import port
from mss_mock.store.statements import canonical, chunks
from mss_mock.store.values import SEEN, Derived, FolderError, FolderRow, Found, MessageRow, New, Shown, State, flag_set

if TYPE_CHECKING:
    from sqlalchemy import Connection

__all__ = [
    "Derive",
    "add",
    "changed",
    "deleted",
    "found",
    "listed",
    "octets",
    "rows",
    "shown",
    "slice_of",
    "snapshot",
    "state",
    "texts",
    "weight",
]

Derive = Callable[[bytes], Derived]
Statement = tuple[str, Sequence[Any]]

LARGE, SNAPSHOTS = 1000, 8
"""From how many messages on what a folder has is kept in memory, and of how many folders of a store."""

DENSE = 4
"""A set of UIDs is read as one range when the range is at most so many times as large."""

_MESSAGE = "m.uid, m.content_id, m.size, m.received, m.flags, m.modseq"
_SHOWN = "s.envelope, s.body, s.structure, s.header, s.parts"
_FOUND = "m.uid, m.content_id, m.size, m.received, m.modseq, s.sent, s.head"


# Reading


def state(db: port.Store, folder_id: int) -> State | None:
    """Return where a folder stands, None when it is gone."""
    found = db.rows("SELECT modseq, expunged, recent_from FROM mss_folder WHERE id = ?", folder_id)
    return State(*found[0]) if found else None


def listed(db: port.Store, folder_id: int) -> list[tuple[int, str]]:
    """Return (UID, flags) of all messages of a folder, by UID."""
    return db.rows("SELECT uid, flags FROM mss_message WHERE folder_id = ? ORDER BY uid", folder_id)


def snapshot(db: port.Store, folder: FolderRow) -> tuple[State, dict[int, frozenset[str]]] | None:
    """Return where a folder stands, and the flags of its messages by UID, None when it is gone.

    Of large folders it is kept in this process, and only what changed since is read.
    """
    now = state(db, folder.id)
    if now is None:
        return None
    key, kept = (folder.id, folder.uidvalidity), _SNAPSHOTS.setdefault(db, {})
    known = kept.pop(key, None)
    if known is not None and known[0].expunged == now.expunged and known[0].modseq <= now.modseq:
        flags = known[1]
        flags.update((uid, flag_set(text)) for uid, text, _ in changed(db, folder.id, known[0].modseq))
    else:
        flags = {uid: flag_set(text) for uid, text in listed(db, folder.id)}
    if len(flags) >= LARGE:
        kept[key] = (now, flags)
        while len(kept) > SNAPSHOTS:
            del kept[next(iter(kept))]
    return now, dict(flags)


_SNAPSHOTS: WeakKeyDictionary[port.Store, dict[tuple[int, int], tuple[State, dict[int, frozenset[str]]]]]
_SNAPSHOTS = WeakKeyDictionary()


def changed(db: port.Store, folder_id: int, since: int) -> list[tuple[int, str, int]]:
    """Return (UID, flags, change number) of the messages that came or changed since a change number, by UID."""
    sql = "SELECT uid, flags, modseq FROM mss_message WHERE folder_id = ? AND modseq > ? ORDER BY uid"
    return db.rows(sql, folder_id, since)


def rows(db: port.Store, folder_id: int, uids: Sequence[int] | None = None) -> list[MessageRow]:
    """Return messages of a folder by UID, all by default, without their octets."""
    return [MessageRow._make(row) for row in _of_folder(db, folder_id, uids, _MESSAGE)]


def shown(db: port.Store, folder_id: int, uids: Sequence[int], derive: Derive) -> list[tuple[MessageRow, Shown]]:
    """Return messages with what FETCH shows of them."""

    def read() -> list[tuple[Any, ...]]:
        return _of_folder(db, folder_id, uids, f"{_MESSAGE}, {_SHOWN}", "mss_shown")

    return [(MessageRow._make(row[:6]), Shown._make(row[6:])) for row in _derived(db, read, 1, derive)]


def found(db: port.Store, folder_id: int, uids: Sequence[int], derive: Derive, needle: str = "") -> list[Found]:
    """Return messages with what SEARCH looks at; those only whose head has the needle, when one is given."""
    also = ("(s.head IS NULL OR instr(s.head, ?) > 0)", needle) if needle else None

    def read() -> list[tuple[Any, ...]]:
        return _of_folder(db, folder_id, uids, _FOUND, "mss_searched", also)

    return [Found._make(row) for row in _derived(db, read, 1, derive)]


def texts(db: port.Store, content_id: int) -> tuple[str, str]:
    """Return the fields of the parts and the texts of a message, in lower case."""
    read = db.rows("SELECT deep, text FROM mss_text WHERE content_id = ?", content_id)
    return read[0] if read else ("", "")


def octets(db: port.Store, content_id: int) -> bytes | None:
    """Return the exact octets of a message, None when it is gone."""
    read = db.rows("SELECT octets FROM mss_content WHERE id = ?", content_id)
    return read[0][0] if read else None


def slice_of(db: port.Store, content_id: int, start: int, end: int) -> bytes | None:
    """Return some octets of a message, None when it is gone: the rest is not read into memory."""
    sql = "SELECT substr(octets, ?, ?) FROM mss_content WHERE id = ?"
    read = db.rows(sql, start + 1, max(end - start, 0), content_id)
    return read[0][0] if read else None


def weight(db: port.Store, mailbox: str) -> tuple[int, bool]:
    """Return the octets that a mailbox holds; and whether an older release wrote it, which did not add them up."""
    sql = "SELECT coalesce(sum(octets), 0), coalesce(min(recent_from), 1) FROM mss_folder WHERE mailbox = ?"
    ((octets, lowest),) = db.rows(sql, mailbox)
    return int(octets), lowest == 0


def count_from(db: port.Store, folder_id: int, uid: int) -> int:
    """Return how many messages of a folder have a UID or a greater one."""
    return int(db.rows("SELECT count(*) FROM mss_message WHERE folder_id = ? AND uid >= ?", folder_id, uid)[0][0])


def deleted(db: port.Store, folder_id: int) -> list[int]:
    """Return the UIDs of the messages that are marked \\Deleted."""
    sql = "SELECT uid FROM mss_message WHERE folder_id = ? AND flags LIKE '%\\Deleted%' ORDER BY uid"
    return [uid for (uid,) in db.rows(sql, folder_id)]


def _of_folder(
    db: port.Store,
    folder_id: int,
    uids: Sequence[int] | None,
    columns: str,
    table: str = "",
    also: tuple[str, str] | None = None,
) -> list[tuple[Any, ...]]:
    """Return rows of a folder by UID; ``table`` is joined by content, with NULLs where it has no row.

    ``also`` is a further condition with its parameter.
    """
    join = f" LEFT JOIN {table} s ON s.content_id = m.content_id" if table else ""
    condition, more = (f" AND {also[0]}", also[1:]) if also else ("", ())
    sql = f"SELECT {columns} FROM mss_message m{join} WHERE m.folder_id = ?{condition}"
    if uids is None:
        return db.rows(f"{sql} ORDER BY m.uid", folder_id, *more)
    read: list[tuple[Any, ...]] = []
    for chunk in chunks(uids):
        if chunk[-1] - chunk[0] < DENSE * len(chunk):
            wanted = set(chunk)
            ranged = db.rows(f"{sql} AND m.uid BETWEEN ? AND ? ORDER BY m.uid", folder_id, *more, chunk[0], chunk[-1])
            read += [row for row in ranged if row[0] in wanted]
        else:
            marks = ", ".join("?" * len(chunk))
            read += db.rows(f"{sql} AND m.uid IN ({marks}) ORDER BY m.uid", folder_id, *more, *chunk)
    return read


# What an older release did not derive


def _derived(
    db: port.Store, read: Callable[[], list[tuple[Any, ...]]], content: int, derive: Derive
) -> list[tuple[Any, ...]]:
    """Return rows whose last column is of a derived table, deriving what is not there; ``content``: which column."""
    answer = read()
    if any(row[-1] is None for row in answer):
        for content_id in {row[content] for row in answer if row[-1] is None}:
            if (message := octets(db, content_id)) is not None:
                db.write(_put_derived(content_id, derive(message)))
        answer = [row for row in read() if row[-1] is not None]
    return answer


def _put_derived(content_id: int, derived: Derived) -> Iterator[Statement]:
    d = derived
    yield (
        "INSERT INTO mss_shown (content_id, envelope, body, structure, header, parts) VALUES (?, ?, ?, ?, ?, ?)",
        (content_id, d.envelope, d.body, d.structure, d.header, d.parts),
    )
    yield "INSERT INTO mss_searched (content_id, sent, head) VALUES (?, ?, ?)", (content_id, d.sent, d.head)
    yield "INSERT INTO mss_text (content_id, deep, text) VALUES (?, ?, ?)", (content_id, d.deep, d.text)


# Adding

_TAKE = (
    "UPDATE mss_folder SET uidnext = uidnext + 1, modseq = modseq + 1, messages = messages + 1, unseen = unseen + ?,"
    " octets = octets + ?"
    " WHERE mailbox = ? AND name = ? RETURNING id, uidvalidity, uidnext - 1, modseq"
)
_PUT = (
    "INSERT INTO mss_message (folder_id, uid, content_id, size, received, flags, modseq) VALUES (?, ?, ?, ?, ?, ?, ?)"
)


def add(
    db: port.Store, news: Sequence[New], derive: Derive, *, within: Connection | None = None
) -> list[tuple[int, int, int]]:
    """Put messages in folders that exist, all or none; return folder, UIDVALIDITY, UID. Raises FolderError TRYCREATE.

    Each statement is made from what the one before returned, in the unit of work that is open, or in one of their own.
    """
    derived = [derive(new.octets) for new in news]
    placed: list[tuple[int, int, int]] = []

    def statements() -> Iterator[Statement]:
        for new, one in zip(news, derived, strict=True):
            yield from _add(db, new, one, placed)

    if within is None:
        db.write(statements())
    else:
        for sql, parameters in statements():
            within.exec_driver_sql(sql, tuple(parameters))
    return placed


def _add(db: port.Store, new: New, derived: Derived, placed: list[tuple[int, int, int]]) -> Iterator[Statement]:
    taken = db.rows(_TAKE, SEEN not in new.flags, len(new.octets), new.mailbox, canonical(new.folder))
    if not taken:
        raise FolderError("TRYCREATE", "Mailbox does not exist")
    folder_id, uidvalidity, uid, modseq = taken[0]
    ((content_id,),) = db.rows("INSERT INTO mss_content (octets) VALUES (?) RETURNING id", new.octets)
    yield from _put_derived(content_id, derived)
    flags, received = " ".join(sorted(new.flags)), new.received.isoformat(timespec="seconds")
    yield _PUT, (folder_id, uid, content_id, len(new.octets), received, flags, modseq)
    placed.append((folder_id, uidvalidity, uid))
