"""Statements on the tables, within a transaction that the caller holds.

Source: RFC 3501 §2.3.1.1 (a UID is given once). Reserving UIDs is one UPDATE: the store's lock orders processes.
Must not know protocols nor people.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete, select, update
from sqlmodel import Session as Transaction

from mss_mock.codes import DELIMITER, INBOX
from mss_mock.store.tables import contents, folders, messages
from mss_mock.store.values import FolderError, FolderRow, MessageRow

__all__ = [
    "canonical",
    "chunks",
    "collect",
    "flag_set",
    "flags_of",
    "full_rows",
    "levels_of",
    "message_row",
    "put_octets",
    "remove_messages",
    "select_folders",
    "take_uids",
    "touch",
]

CHUNK = 500
"""How many UIDs one statement names."""


def canonical(name: str) -> str:
    """Return a folder name with INBOX in capitals."""
    return INBOX if name.upper() == INBOX else name


def levels_of(name: str) -> list[str]:
    """Return a name and those above it, from the top."""
    parts = name.split(DELIMITER)
    return [DELIMITER.join(parts[: n + 1]) for n in range(len(parts))]


def chunks(uids: Sequence[int]) -> Iterable[Sequence[int]]:
    """Split UIDs so that one statement names few enough."""
    return (uids[start : start + CHUNK] for start in range(0, len(uids), CHUNK))


def select_folders(tx: Transaction, mailbox: str) -> list[FolderRow]:
    """Return the folders of a mailbox by name."""
    columns = [folders.c[name] for name in FolderRow.__slots__]
    rows = tx.execute(select(*columns).where(folders.c.mailbox == mailbox).order_by(folders.c.name))
    return [FolderRow(*row) for row in rows]


_TAKE = (
    update(folders)
    .where((folders.c.mailbox == bindparam("of")) & (folders.c.name == bindparam("named")))
    .values(uidnext=folders.c.uidnext + bindparam("count"), modseq=folders.c.modseq + 1)
    .returning(folders.c.uidvalidity, folders.c.uidnext, folders.c.modseq, folders.c.id)
)
_PUT = contents.insert().returning(contents.c.id)


def put_octets(tx: Transaction, octets: bytes) -> int:
    """Keep the octets of a message; return their number."""
    return int(tx.execute(_PUT, {"octets": octets}).scalar_one())


def take_uids(tx: Transaction, mailbox: str, name: str, count: int) -> tuple[int, int, int, int]:
    """Reserve UIDs: (UIDVALIDITY, first UID, change number, folder). Raises FolderError TRYCREATE."""
    row = tx.execute(_TAKE, {"of": mailbox, "named": name, "count": count}).one_or_none()
    if row is None:
        raise FolderError("TRYCREATE", "Mailbox does not exist")
    return int(row[0]), int(row[1]) - count, int(row[2]), int(row[3])


def touch(tx: Transaction, folder_id: int) -> int:
    """Raise the change number of a folder; return it."""
    mine = update(folders).where(folders.c.id == folder_id).values(modseq=folders.c.modseq + 1)
    return int(tx.execute(mine.returning(folders.c.modseq)).scalar() or 0)


def flags_of(tx: Transaction, folder_id: int, uids: Sequence[int]) -> list[tuple[int, str]]:
    """Return (UID, flags) of messages that exist."""
    found: list[tuple[int, str]] = []
    for chunk in chunks(uids):
        mine = (messages.c.folder_id == folder_id) & messages.c.uid.in_(chunk)
        rows = tx.execute(select(messages.c.uid, messages.c.flags).where(mine).order_by(messages.c.uid))
        found.extend((int(uid), str(flags)) for uid, flags in rows)
    return found


def full_rows(tx: Transaction, folder_id: int, uids: Sequence[int]) -> list[Mapping[str, Any]]:
    """Return messages as values to insert elsewhere."""
    names = ("uid", "content_id", "size", "received", "flags")
    mine = (messages.c.folder_id == folder_id) & messages.c.uid.in_(uids)
    rows = tx.execute(select(*(messages.c[name] for name in names)).where(mine).order_by(messages.c.uid))
    return [dict(row) for row in rows.mappings()]


def remove_messages(tx: Transaction, folder_id: int, uids: Sequence[int]) -> list[tuple[int, int]]:
    """Delete messages; return (UID, content) of those that were there."""
    mine = (messages.c.folder_id == folder_id) & messages.c.uid.in_(uids)
    rows = tx.execute(delete(messages).where(mine).returning(messages.c.uid, messages.c.content_id))
    return [(int(uid), int(content)) for uid, content in rows]


def collect(tx: Transaction, content_ids: Sequence[int]) -> None:
    """Delete those octets that no message holds any more (a copy shares them)."""
    held = select(messages.c.content_id).where(messages.c.content_id == contents.c.id).exists()
    for chunk in chunks(content_ids):
        tx.execute(delete(contents).where(contents.c.id.in_(chunk), ~held))


def flag_set(text: str) -> frozenset[str]:
    """Return stored flags as a set."""
    return frozenset(text.split())


def message_row(row: Any) -> MessageRow:
    """Return a message as a value."""
    uid, content, size, received, flags, recent = row
    return MessageRow(uid, content, size, datetime.fromisoformat(received), flag_set(flags), bool(recent))
