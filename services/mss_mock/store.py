"""What the operator keeps of a session: folders, messages, and the exact octets of every message.

Source: RFC 3501 §2.3 (UIDs and UIDVALIDITY never go back; flags), RFC 4315 (what COPY answers). Folders of a mailbox are made
when it is first used. Every change raises the folder's ``modseq``, so that any connection, of any process, sees with one
small query that something happened. One transaction per function, begun by a write: the store's lock orders processes.
Must not know protocols nor people.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects.sqlite import insert as upsert
from sqlalchemy.orm import registry
from sqlmodel import Field, Index, SQLModel, UniqueConstraint
from sqlmodel import Session as Transaction

from lgo_sandbox.db import Database

from .codes import DELIMITER, INBOX, MAX_FOLDERS, SYSTEM_FOLDERS

__all__ = ["Base", "Copied", "FolderError", "FolderRow", "MessageRow", "New", "Store"]

NO_FLAGS = frozenset[str]()
CHUNK = 500
"""How many UIDs one statement names."""


class Base(SQLModel, registry=registry()):
    """The tables of this service only."""


class Folder(Base, table=True):
    __tablename__ = "mss_folder"
    __table_args__ = (UniqueConstraint("mailbox", "name"),)

    id: int | None = Field(default=None, primary_key=True)
    mailbox: str = Field(index=True)
    name: str
    special_use: str = ""
    uidvalidity: int
    uidnext: int = 1
    modseq: int = 1


class Subscription(Base, table=True):
    __tablename__ = "mss_subscription"

    mailbox: str = Field(primary_key=True)
    name: str = Field(primary_key=True)


class Content(Base, table=True):
    __tablename__ = "mss_content"

    id: int | None = Field(default=None, primary_key=True)
    octets: bytes


class Message(Base, table=True):
    __tablename__ = "mss_message"
    __table_args__ = (UniqueConstraint("folder_id", "uid"), Index("ix_mss_message_content", "content_id"))

    id: int | None = Field(default=None, primary_key=True)
    folder_id: int = Field(foreign_key="mss_folder.id")
    uid: int
    content_id: int = Field(foreign_key="mss_content.id")
    size: int
    received: str
    flags: str = ""
    recent: bool = True
    modseq: int


_folder, _subscription = Folder.__table__, Subscription.__table__  # type: ignore[attr-defined]
_content, _message = Content.__table__, Message.__table__  # type: ignore[attr-defined]


class FolderError(Exception):
    """A folder cannot be made, renamed or removed. ``code`` is an IMAP response code (RFC 5530)."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code = code


@dataclass(frozen=True, slots=True)
class FolderRow:
    """A folder as it stood when it was read."""

    id: int
    mailbox: str
    name: str
    special_use: str
    uidvalidity: int
    uidnext: int
    modseq: int


@dataclass(frozen=True, slots=True)
class MessageRow:
    """A message without its octets; ``flags`` without \\Recent."""

    uid: int
    content_id: int
    size: int
    received: datetime
    flags: frozenset[str]
    recent: bool


@dataclass(frozen=True, slots=True)
class New:
    """A message to put in a folder of a mailbox."""

    mailbox: str
    octets: bytes
    received: datetime
    folder: str = INBOX
    flags: frozenset[str] = NO_FLAGS


@dataclass(frozen=True, slots=True)
class Copied:
    """Where messages went: UIDVALIDITY of the target, UIDs before and after, in step."""

    uidvalidity: int
    sources: tuple[int, ...]
    targets: tuple[int, ...]


class Store:
    """The mail of one session. ``now`` dates new UIDVALIDITY values."""

    def __init__(self, db: Database, now: Callable[[], datetime]) -> None:
        self._db = db
        self._now = now

    # Folders

    def folders(self, mailbox: str) -> list[FolderRow]:
        """Return the folders of a mailbox, made if it is new, by name."""
        with self._db.transaction() as tx:
            return self._folders(tx, mailbox)

    def folder(self, mailbox: str, name: str) -> FolderRow | None:
        """Return a folder; INBOX in any case."""
        wanted = _canonical(name)
        return next((row for row in self.folders(mailbox) if row.name == wanted), None)

    def folder_modseq(self, folder_id: int) -> int | None:
        """Return the change number of a folder, None when it is gone."""
        with self._db.engine.connect() as connection:
            statement = select(_folder.c.modseq).where(_folder.c.id == folder_id)
            value = connection.execute(statement).scalar()
        return None if value is None else int(value)

    def create(self, mailbox: str, name: str) -> None:
        """Make a folder and those above it. Raises FolderError."""
        with self._db.transaction() as tx:
            existing = {row.name for row in self._folders(tx, mailbox)}
            if _canonical(name) in existing:
                raise FolderError("ALREADYEXISTS", "Mailbox already exists")
            missing = [step for step in _steps(_canonical(name)) if step not in existing]
            if len(existing) + len(missing) > MAX_FOLDERS:
                raise FolderError("LIMIT", "Too many mailboxes")
            for step in missing:
                self._make(tx, mailbox, step)

    def remove(self, mailbox: str, name: str) -> None:
        """Remove a folder and its messages. Raises FolderError."""
        if _canonical(name) == INBOX:
            raise FolderError("CANNOT", "INBOX cannot be deleted")
        with self._db.transaction() as tx:
            folder = self._existing(tx, mailbox, name)
            mine = delete(_message).where(_message.c.folder_id == folder.id).returning(_message.c.content_id)
            _collect(tx, list(tx.execute(mine).scalars()))
            tx.execute(delete(_folder).where(_folder.c.id == folder.id))

    def rename(self, mailbox: str, name: str, target: str) -> None:
        """Rename a folder and those below it; INBOX is emptied into the new one. Raises FolderError."""
        with self._db.transaction() as tx:
            folder = self._existing(tx, mailbox, name)
            rows = self._folders(tx, mailbox)
            if _canonical(target) in {row.name for row in rows}:
                raise FolderError("ALREADYEXISTS", "Mailbox already exists")
            if folder.name == INBOX:
                self._make(tx, mailbox, target)
                self._transfer(tx, folder, self._existing(tx, mailbox, target), self._uids(tx, folder), move=True)
                return
            prefix = folder.name + DELIMITER
            if target.startswith(prefix):
                raise FolderError("CANNOT", "A mailbox cannot be moved below itself")
            for row in rows:
                if row.name == folder.name or row.name.startswith(prefix):
                    renamed = target + row.name[len(folder.name) :]
                    values = {"name": renamed, "special_use": "", "uidvalidity": self._validity(tx, mailbox)}
                    tx.execute(update(_folder).where(_folder.c.id == row.id).values(values))

    def subscriptions(self, mailbox: str) -> list[str]:
        """Return the subscribed names."""
        with self._db.transaction() as tx:
            self._folders(tx, mailbox)
            statement = select(_subscription.c.name).where(_subscription.c.mailbox == mailbox)
            return sorted(tx.execute(statement).scalars())

    def subscribe(self, mailbox: str, name: str, *, wanted: bool) -> None:
        """Add or remove a subscription. Raises FolderError when there would be too many."""
        key = {"mailbox": mailbox, "name": _canonical(name)}
        if wanted and len(self.subscriptions(mailbox)) >= 2 * MAX_FOLDERS:
            raise FolderError("LIMIT", "Too many subscriptions")
        with self._db.transaction() as tx:
            if wanted:
                tx.execute(upsert(_subscription).values(key).on_conflict_do_nothing())
            else:
                tx.execute(delete(_subscription).filter_by(**key))

    # Messages

    def add(self, news: Sequence[New]) -> list[tuple[int, int]]:
        """Put messages in their folders, all or none; return (UIDVALIDITY, UID) of each. Raises FolderError."""
        with self._db.transaction() as tx:
            return [self._add(tx, new) for new in news]

    def messages(self, folder_id: int) -> list[MessageRow]:
        """Return the messages of a folder by UID, without their octets."""
        columns = (_message.c[name] for name in ("uid", "content_id", "size", "received", "flags", "recent"))
        statement = select(*columns).where(_message.c.folder_id == folder_id).order_by(_message.c.uid)
        with self._db.engine.connect() as connection:
            return [_message_row(row) for row in connection.execute(statement)]

    def octets(self, content_id: int) -> bytes | None:
        """Return the exact octets of a message, None when it is gone."""
        with self._db.engine.connect() as connection:
            return connection.execute(select(_content.c.octets).where(_content.c.id == content_id)).scalar()

    def weight(self, mailbox: str) -> int:
        """Return the octets that a mailbox holds."""
        statement = select(func.coalesce(func.sum(_message.c.size), 0)).join_from(_message, _folder)
        with self._db.engine.connect() as connection:
            return int(connection.execute(statement.where(_folder.c.mailbox == mailbox)).scalar_one())

    def counts(self) -> dict[str, int]:
        """Return how many messages each mailbox in use holds."""
        statement = select(_folder.c.mailbox, func.count(_message.c.id)).join_from(_folder, _message, isouter=True)
        with self._db.engine.connect() as connection:
            return {mailbox: int(n) for mailbox, n in connection.execute(statement.group_by(_folder.c.mailbox))}

    def claim_recent(self, folder_id: int) -> set[int]:
        """Return the UIDs that no session has been told of as recent, and count them as told."""
        with self._db.transaction() as tx:
            mine = (_message.c.folder_id == folder_id) & _message.c.recent
            return set(
                tx.execute(update(_message).where(mine).values(recent=False).returning(_message.c.uid)).scalars()
            )

    def change_flags(
        self, folder_id: int, uids: Iterable[int], change: Callable[[frozenset[str]], frozenset[str]]
    ) -> dict[int, frozenset[str]]:
        """Give messages the flags that ``change`` makes of theirs; return what they have now."""
        with self._db.transaction() as tx:
            modseq = _touch(tx, folder_id)
            result: dict[int, frozenset[str]] = {}
            for uid, text in _flags_of(tx, folder_id, sorted(uids)):
                before = _flag_set(text)
                result[uid] = after = change(before)
                if after != before:
                    mine = (_message.c.folder_id == folder_id) & (_message.c.uid == uid)
                    values = {"flags": " ".join(sorted(after)), "modseq": modseq}
                    tx.execute(update(_message).where(mine).values(values))
            return result

    def expunge(self, folder_id: int, uids: Iterable[int]) -> list[int]:
        """Remove messages; return the UIDs that were there."""
        with self._db.transaction() as tx:
            _touch(tx, folder_id)
            gone = [row for chunk in _chunks(sorted(uids)) for row in _delete(tx, folder_id, chunk)]
            _collect(tx, [content for _, content in gone])
            return sorted(uid for uid, _ in gone)

    def transfer(self, folder_id: int, uids: Iterable[int], mailbox: str, target: str, *, move: bool) -> Copied:
        """Copy or move messages, all or none, to another folder. Raises FolderError TRYCREATE."""
        with self._db.transaction() as tx:
            rows = {row.id: row for row in self._folders(tx, mailbox)}
            found = next((row for row in rows.values() if row.name == _canonical(target)), None)
            if found is None or folder_id not in rows:
                raise FolderError("TRYCREATE", "Mailbox does not exist")
            return self._transfer(tx, rows[folder_id], found, sorted(uids), move=move)

    # Within a transaction

    def _folders(self, tx: Transaction, mailbox: str) -> list[FolderRow]:
        rows = _select_folders(tx, mailbox)
        if not rows:
            for name, use in SYSTEM_FOLDERS:
                self._make(tx, mailbox, name, use)
                tx.execute(upsert(_subscription).values(mailbox=mailbox, name=name).on_conflict_do_nothing())
            rows = _select_folders(tx, mailbox)
        return rows

    def _existing(self, tx: Transaction, mailbox: str, name: str) -> FolderRow:
        wanted = _canonical(name)
        found = next((row for row in self._folders(tx, mailbox) if row.name == wanted), None)
        if found is None:
            raise FolderError("NONEXISTENT", "Mailbox does not exist")
        return found

    def _make(self, tx: Transaction, mailbox: str, name: str, use: str = "") -> None:
        values = {"mailbox": mailbox, "name": name, "special_use": use, "uidnext": 1, "modseq": 1}
        values["uidvalidity"] = self._validity(tx, mailbox)
        tx.execute(upsert(_folder).values(values).on_conflict_do_nothing())

    def _validity(self, tx: Transaction, mailbox: str) -> int:
        statement = select(func.max(_folder.c.uidvalidity)).where(_folder.c.mailbox == mailbox)
        return max(int(self._now().timestamp()), int(tx.execute(statement).scalar() or 0) + 1)

    def _add(self, tx: Transaction, new: New) -> tuple[int, int]:
        self._folders(tx, new.mailbox)
        uidvalidity, first, modseq, folder_id = _take_uids(tx, new.mailbox, _canonical(new.folder), 1)
        octets = upsert(_content).values(octets=new.octets).returning(_content.c.id)
        values = {
            "folder_id": folder_id,
            "uid": first,
            "content_id": tx.execute(octets).scalar_one(),
            "size": len(new.octets),
            "received": new.received.isoformat(timespec="seconds"),
            "flags": " ".join(sorted(new.flags)),
            "recent": True,
            "modseq": modseq,
        }
        tx.execute(_message.insert().values(values))
        return uidvalidity, first

    def _uids(self, tx: Transaction, folder: FolderRow) -> list[int]:
        statement = select(_message.c.uid).where(_message.c.folder_id == folder.id).order_by(_message.c.uid)
        return list(tx.execute(statement).scalars())

    def _transfer(
        self, tx: Transaction, source: FolderRow, target: FolderRow, uids: Sequence[int], *, move: bool
    ) -> Copied:
        rows = [row for chunk in _chunks(uids) for row in _full_rows(tx, source.id, chunk)]
        uidvalidity, first, modseq, target_id = _take_uids(tx, target.mailbox, target.name, len(rows))
        copies = [
            {**row, "uid": first + n, "folder_id": target_id, "modseq": modseq, "recent": True}
            for n, row in enumerate(rows)
        ]
        if copies:
            tx.execute(_message.insert(), copies)
        sources = tuple(int(row["uid"]) for row in rows)
        if move:
            _touch(tx, source.id)
            for chunk in _chunks(sources):
                _delete(tx, source.id, chunk)
        return Copied(uidvalidity, sources, tuple(range(first, first + len(rows))))


def _canonical(name: str) -> str:
    return INBOX if name.upper() == INBOX else name


def _steps(name: str) -> list[str]:
    parts = name.split(DELIMITER)
    return [DELIMITER.join(parts[: n + 1]) for n in range(len(parts))]


def _chunks(uids: Sequence[int]) -> Iterable[Sequence[int]]:
    return (uids[start : start + CHUNK] for start in range(0, len(uids), CHUNK))


def _select_folders(tx: Transaction, mailbox: str) -> list[FolderRow]:
    columns = [_folder.c[name] for name in FolderRow.__slots__]
    rows = tx.execute(select(*columns).where(_folder.c.mailbox == mailbox).order_by(_folder.c.name))
    return [FolderRow(*row) for row in rows]


def _take_uids(tx: Transaction, mailbox: str, name: str, count: int) -> tuple[int, int, int, int]:
    """Reserve UIDs: (UIDVALIDITY, first UID, change number, folder)."""
    mine = (_folder.c.mailbox == mailbox) & (_folder.c.name == name)
    change = update(_folder).where(mine).values(uidnext=_folder.c.uidnext + count, modseq=_folder.c.modseq + 1)
    row = tx.execute(
        change.returning(_folder.c.uidvalidity, _folder.c.uidnext, _folder.c.modseq, _folder.c.id)
    ).one_or_none()
    if row is None:
        raise FolderError("TRYCREATE", "Mailbox does not exist")
    return int(row[0]), int(row[1]) - count, int(row[2]), int(row[3])


def _touch(tx: Transaction, folder_id: int) -> int:
    mine = update(_folder).where(_folder.c.id == folder_id).values(modseq=_folder.c.modseq + 1)
    return int(tx.execute(mine.returning(_folder.c.modseq)).scalar() or 0)


def _flags_of(tx: Transaction, folder_id: int, uids: Sequence[int]) -> list[tuple[int, str]]:
    found: list[tuple[int, str]] = []
    for chunk in _chunks(uids):
        mine = (_message.c.folder_id == folder_id) & _message.c.uid.in_(chunk)
        rows = tx.execute(select(_message.c.uid, _message.c.flags).where(mine).order_by(_message.c.uid))
        found.extend((int(uid), str(flags)) for uid, flags in rows)
    return found


def _full_rows(tx: Transaction, folder_id: int, uids: Sequence[int]) -> list[Mapping[str, object]]:
    names = ("uid", "content_id", "size", "received", "flags")
    mine = (_message.c.folder_id == folder_id) & _message.c.uid.in_(uids)
    rows = tx.execute(select(*(_message.c[name] for name in names)).where(mine).order_by(_message.c.uid))
    return [dict(row) for row in rows.mappings()]


def _delete(tx: Transaction, folder_id: int, uids: Sequence[int]) -> list[tuple[int, int]]:
    mine = (_message.c.folder_id == folder_id) & _message.c.uid.in_(uids)
    rows = tx.execute(delete(_message).where(mine).returning(_message.c.uid, _message.c.content_id))
    return [(int(uid), int(content)) for uid, content in rows]


def _collect(tx: Transaction, contents: Sequence[int]) -> None:
    """Delete those octets that no message holds any more (a copy shares them)."""
    held = select(_message.c.content_id).where(_message.c.content_id == _content.c.id).exists()
    for chunk in _chunks(contents):
        tx.execute(delete(_content).where(_content.c.id.in_(chunk), ~held))


def _flag_set(text: str) -> frozenset[str]:
    return frozenset(text.split())


def _message_row(row: Sequence[object]) -> MessageRow:
    uid, content, size, received, flags, recent = row
    moment = datetime.fromisoformat(str(received))
    return MessageRow(int(str(uid)), int(str(content)), int(str(size)), moment, _flag_set(str(flags)), bool(recent))
