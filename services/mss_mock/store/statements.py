"""Statements on the tables, within a transaction that the caller holds.

Source: RFC 3501 §2.3.1.1 (a UID is given once). Reserving UIDs is one UPDATE: the store's lock orders processes.
Must not know protocols nor people.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import bindparam, delete, func, select, update
from sqlmodel import Session as Transaction

from lgo_sandbox.state.pieces import pieces
from mss_mock.codes import DELIMITER, INBOX
from mss_mock.store.tables import contents, folders, messages
from mss_mock.store.values import SEEN, FolderError, FolderRow, flag_set

__all__ = [
    "canonical",
    "chunks",
    "collect",
    "fill_in",
    "full_rows",
    "levels_of",
    "remove_messages",
    "select_folders",
    "take_uids",
    "touch",
    "unseen_among",
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
    return pieces(uids, CHUNK)


def select_folders(tx: Transaction, mailbox: str) -> list[FolderRow]:
    """Return the folders of a mailbox by name."""
    columns = [folders.c[name] for name in FolderRow.__slots__]
    rows = tx.execute(select(*columns).where(folders.c.mailbox == mailbox).order_by(folders.c.name))
    return [FolderRow(*row) for row in rows]


_TAKE = (
    update(folders)
    .where((folders.c.mailbox == bindparam("of")) & (folders.c.name == bindparam("named")))
    .values(
        uidnext=folders.c.uidnext + bindparam("count"),
        modseq=folders.c.modseq + 1,
        messages=folders.c.messages + bindparam("count"),
        unseen=folders.c.unseen + bindparam("unread"),
        octets=folders.c.octets + bindparam("more"),
    )
    .returning(folders.c.uidvalidity, folders.c.uidnext, folders.c.modseq, folders.c.id)
)


def take_uids(
    tx: Transaction, mailbox: str, name: str, coming: Sequence[Mapping[str, Any]]
) -> tuple[int, int, int, int]:
    """Reserve UIDs for messages: (UIDVALIDITY, first UID, change number, folder). Raises FolderError TRYCREATE."""
    count, octets = len(coming), sum(row["size"] for row in coming)
    values = {"of": mailbox, "named": name, "count": count, "more": octets, "unread": unseen_among(coming)}
    row = tx.execute(_TAKE, values).one_or_none()
    if row is None:
        raise FolderError("TRYCREATE", "Mailbox does not exist")
    return int(row[0]), int(row[1]) - count, int(row[2]), int(row[3])


def unseen_among(rows: Iterable[Mapping[str, Any]]) -> int:
    """Return how many messages are not \\Seen."""
    return sum(SEEN not in flag_set(row["flags"]) for row in rows)


def touch(tx: Transaction, folder_id: int, *, read: int = 0) -> int:
    """Raise the change number of a folder, of whose messages some were ``read``; return it."""
    values = {"modseq": folders.c.modseq + 1, "unseen": folders.c.unseen - read}
    mine = update(folders).where(folders.c.id == folder_id).values(**values)
    return int(tx.execute(mine.returning(folders.c.modseq)).scalar() or 0)


def full_rows(tx: Transaction, folder_id: int, uids: Sequence[int]) -> list[Mapping[str, Any]]:
    """Return messages as values to insert elsewhere."""
    names = ("uid", "content_id", "size", "received", "flags")
    mine = (messages.c.folder_id == folder_id) & messages.c.uid.in_(uids)
    rows = tx.execute(select(*(messages.c[name] for name in names)).where(mine).order_by(messages.c.uid))
    return [dict(row) for row in rows.mappings()]


_REMOVED = ("uid", "content_id", "size", "flags")


def remove_messages(tx: Transaction, folder_id: int, uids: Sequence[int]) -> list[tuple[int, int]]:
    """Delete messages, and count them off their folder; return (UID, content) of those that were there."""
    gone: list[Mapping[str, Any]] = []
    for chunk in chunks(uids):
        mine = (messages.c.folder_id == folder_id) & messages.c.uid.in_(chunk)
        rows = tx.execute(delete(messages).where(mine).returning(*(messages.c[name] for name in _REMOVED)))
        gone.extend(dict(row) for row in rows.mappings())
    if gone:
        c = folders.c
        values = {
            "messages": c.messages - len(gone),
            "unseen": c.unseen - unseen_among(gone),
            "octets": c.octets - sum(row["size"] for row in gone),
            "modseq": c.modseq + 1,
            "expunged": c.modseq + 1,
        }
        tx.execute(update(folders).where(c.id == folder_id).values(**values))
    return [(int(row["uid"]), int(row["content_id"])) for row in gone]


def collect(tx: Transaction, content_ids: Sequence[int]) -> None:
    """Delete those octets that no message holds any more (a copy shares them), and what was derived from them."""
    held = select(messages.c.content_id).where(messages.c.content_id == contents.c.id).exists()
    for chunk in chunks(content_ids):
        tx.execute(delete(contents).where(contents.c.id.in_(chunk), ~held))


def fill_in(tx: Transaction, mailbox: str) -> None:
    """Give folders that an older release wrote what their messages add up to; none of these is recent any more."""
    mine = messages.c.folder_id == folders.c.id
    count = select(func.count()).where(mine).scalar_subquery()
    octets = select(func.coalesce(func.sum(messages.c.size), 0)).where(mine).scalar_subquery()
    unseen = select(func.count()).where(mine, messages.c.flags.not_like(f"%{SEEN}%")).scalar_subquery()
    older = (folders.c.mailbox == mailbox) & (folders.c.recent_from == 0)
    values = {"messages": count, "unseen": unseen, "octets": octets, "recent_from": folders.c.uidnext}
    tx.execute(update(folders).where(older).values(**values))
