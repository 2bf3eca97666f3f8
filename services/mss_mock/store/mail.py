"""The mail of one session: folders and messages, one transaction per function.

Source: RFC 3501 §2.3 (UIDs and UIDVALIDITY never go back), RFC 4315 (what COPY answers). Folders of a mailbox are made
when it is first used. Every change raises the folder's ``modseq``, so that any connection, of any process, sees with
one small query that something happened. Must not know protocols nor people.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

from sqlalchemy import delete, func, select, update
from sqlmodel import Session as Transaction

from lgo_sandbox.state import port
from mss_mock.codes import DELIMITER, INBOX, MAX_FOLDERS, SYSTEM_FOLDERS
from mss_mock.store.statements import (
    canonical,
    chunks,
    collect,
    flag_set,
    flags_of,
    full_rows,
    levels_of,
    message_row,
    put_octets,
    remove_messages,
    select_folders,
    take_uids,
    touch,
)
from mss_mock.store.tables import contents, folders, messages, subscriptions
from mss_mock.store.values import Copied, FolderError, FolderRow, MessageRow, New

__all__ = ["Store"]

_INSERT = messages.insert()


class Store:
    """The mail of one session. ``now`` dates new UIDVALIDITY values."""

    def __init__(self, db: port.Store, now: Callable[[], datetime]) -> None:
        self._db = db
        self._now = now

    # Folders

    def folders(self, mailbox: str) -> list[FolderRow]:
        """Return the folders of a mailbox, made if it is new, by name."""
        with self._db.transaction() as tx:
            return self._folders(tx, mailbox)

    def folder(self, mailbox: str, name: str) -> FolderRow | None:
        """Return a folder; INBOX in any case."""
        wanted = canonical(name)
        return next((row for row in self.folders(mailbox) if row.name == wanted), None)

    def folder_modseq(self, folder_id: int) -> int | None:
        """Return the change number of a folder, None when it is gone."""
        with self._db.reading() as connection:
            statement = select(folders.c.modseq).where(folders.c.id == folder_id)
            value = connection.execute(statement).scalar()
        return None if value is None else int(value)

    def create(self, mailbox: str, name: str) -> None:
        """Make a folder and those above it. Raises FolderError."""
        with self._db.transaction() as tx:
            existing = {row.name for row in self._folders(tx, mailbox)}
            if canonical(name) in existing:
                raise FolderError("ALREADYEXISTS", "Mailbox already exists")
            missing = [step for step in levels_of(canonical(name)) if step not in existing]
            if len(existing) + len(missing) > MAX_FOLDERS:
                raise FolderError("LIMIT", "Too many mailboxes")
            self._make(tx, mailbox, *((step, "") for step in missing))

    def remove(self, mailbox: str, name: str) -> None:
        """Remove a folder and its messages. Raises FolderError."""
        if canonical(name) == INBOX:
            raise FolderError("CANNOT", "INBOX cannot be deleted")
        with self._db.transaction() as tx:
            folder = self._existing(tx, mailbox, name)
            mine = delete(messages).where(messages.c.folder_id == folder.id).returning(messages.c.content_id)
            collect(tx, list(tx.execute(mine).scalars()))
            tx.execute(delete(folders).where(folders.c.id == folder.id))

    def rename(self, mailbox: str, name: str, target: str) -> None:
        """Rename a folder and those below it; INBOX is emptied into the new one. Raises FolderError."""
        with self._db.transaction() as tx:
            folder = self._existing(tx, mailbox, name)
            rows = self._folders(tx, mailbox)
            if canonical(target) in {row.name for row in rows}:
                raise FolderError("ALREADYEXISTS", "Mailbox already exists")
            if folder.name == INBOX:
                self._make(tx, mailbox, (target, ""))
                self._transfer(tx, folder, self._existing(tx, mailbox, target), self._uids(tx, folder), move=True)
                return
            prefix = folder.name + DELIMITER
            if target.startswith(prefix):
                raise FolderError("CANNOT", "A mailbox cannot be moved below itself")
            for row in rows:
                if row.name == folder.name or row.name.startswith(prefix):
                    renamed = target + row.name[len(folder.name) :]
                    values = {"name": renamed, "special_use": "", "uidvalidity": self._validity(tx, mailbox)}
                    tx.execute(update(folders).where(folders.c.id == row.id).values(values))

    def subscriptions(self, mailbox: str) -> list[str]:
        """Return the subscribed names."""
        with self._db.transaction() as tx:
            self._folders(tx, mailbox)
            statement = select(subscriptions.c.name).where(subscriptions.c.mailbox == mailbox)
            return sorted(tx.execute(statement).scalars())

    def subscribe(self, mailbox: str, name: str, *, wanted: bool) -> None:
        """Add or remove a subscription. Raises FolderError when there would be too many."""
        key = {"mailbox": mailbox, "name": canonical(name)}
        if wanted and len(self.subscriptions(mailbox)) >= 2 * MAX_FOLDERS:
            raise FolderError("LIMIT", "Too many subscriptions")
        with self._db.transaction() as tx:
            if wanted:
                tx.execute(self._db.upsert(subscriptions).values(key))
            else:
                tx.execute(delete(subscriptions).filter_by(**key))

    # Messages

    def add(self, news: Sequence[New], *, within: Transaction | None = None) -> list[tuple[int, int]]:
        """Put messages in their folders, all or none; return (UIDVALIDITY, UID) of each. Raises FolderError.

        ``within`` a transaction, they are there if that commits.
        """
        if within is not None:
            return [self._add(within, new) for new in news]
        with self._db.transaction() as tx:
            return [self._add(tx, new) for new in news]

    def messages(self, folder_id: int) -> list[MessageRow]:
        """Return the messages of a folder by UID, without their octets."""
        columns = (messages.c[name] for name in ("uid", "content_id", "size", "received", "flags", "recent"))
        statement = select(*columns).where(messages.c.folder_id == folder_id).order_by(messages.c.uid)
        with self._db.reading() as connection:
            return [message_row(row) for row in connection.execute(statement)]

    def octets(self, content_id: int) -> bytes | None:
        """Return the exact octets of a message, None when it is gone."""
        with self._db.reading() as connection:
            return connection.execute(select(contents.c.octets).where(contents.c.id == content_id)).scalar()

    def weight(self, mailbox: str) -> int:
        """Return the octets that a mailbox holds."""
        statement = select(func.coalesce(func.sum(messages.c.size), 0)).join_from(messages, folders)
        with self._db.reading() as connection:
            return int(connection.execute(statement.where(folders.c.mailbox == mailbox)).scalar_one())

    def counts(self) -> dict[str, int]:
        """Return how many messages each mailbox in use holds."""
        statement = select(folders.c.mailbox, func.count(messages.c.id)).join_from(folders, messages, isouter=True)
        with self._db.reading() as connection:
            return {mailbox: int(n) for mailbox, n in connection.execute(statement.group_by(folders.c.mailbox))}

    def claim_recent(self, folder_id: int) -> set[int]:
        """Return the UIDs that no session has been told of as recent, and count them as told."""
        with self._db.transaction() as tx:
            mine = (messages.c.folder_id == folder_id) & messages.c.recent
            return set(
                tx.execute(update(messages).where(mine).values(recent=False).returning(messages.c.uid)).scalars()
            )

    def change_flags(
        self, folder_id: int, uids: Iterable[int], change: Callable[[frozenset[str]], frozenset[str]]
    ) -> dict[int, frozenset[str]]:
        """Give messages the flags that ``change`` makes of theirs; return what they have now."""
        with self._db.transaction() as tx:
            modseq = touch(tx, folder_id)
            result: dict[int, frozenset[str]] = {}
            changed: dict[frozenset[str], list[int]] = {}
            for uid, text in flags_of(tx, folder_id, sorted(uids)):
                before = flag_set(text)
                result[uid] = after = change(before)
                if after != before:
                    changed.setdefault(after, []).append(uid)
            for flags, uids_of_flags in changed.items():
                values = {"flags": " ".join(sorted(flags)), "modseq": modseq}
                for chunk in chunks(uids_of_flags):
                    mine = (messages.c.folder_id == folder_id) & messages.c.uid.in_(chunk)
                    tx.execute(update(messages).where(mine).values(values))
            return result

    def expunge(self, folder_id: int, uids: Iterable[int]) -> list[int]:
        """Remove messages; return the UIDs that were there."""
        with self._db.transaction() as tx:
            touch(tx, folder_id)
            gone = [row for chunk in chunks(sorted(uids)) for row in remove_messages(tx, folder_id, chunk)]
            collect(tx, [content for _, content in gone])
            return sorted(uid for uid, _ in gone)

    def transfer(self, folder_id: int, uids: Iterable[int], mailbox: str, target: str, *, move: bool) -> Copied:
        """Copy or move messages, all or none, to another folder. Raises FolderError TRYCREATE."""
        with self._db.transaction() as tx:
            rows = {row.id: row for row in self._folders(tx, mailbox)}
            found = next((row for row in rows.values() if row.name == canonical(target)), None)
            if found is None or folder_id not in rows:
                raise FolderError("TRYCREATE", "Mailbox does not exist")
            return self._transfer(tx, rows[folder_id], found, sorted(uids), move=move)

    # Within a transaction

    def _folders(self, tx: Transaction, mailbox: str) -> list[FolderRow]:
        rows = select_folders(tx, mailbox)
        if not rows:
            self._make(tx, mailbox, *SYSTEM_FOLDERS)
            subscribed = [{"mailbox": mailbox, "name": name} for name, _ in SYSTEM_FOLDERS]
            tx.execute(self._db.upsert(subscriptions), subscribed)
            rows = select_folders(tx, mailbox)
        return rows

    def _existing(self, tx: Transaction, mailbox: str, name: str) -> FolderRow:
        wanted = canonical(name)
        found = next((row for row in self._folders(tx, mailbox) if row.name == wanted), None)
        if found is None:
            raise FolderError("NONEXISTENT", "Mailbox does not exist")
        return found

    def _make(self, tx: Transaction, mailbox: str, *named: tuple[str, str]) -> None:
        """Make folders, each a name and its special use."""
        first, fresh = self._validity(tx, mailbox), {"mailbox": mailbox, "uidnext": 1, "modseq": 1}
        values = [
            {**fresh, "name": name, "special_use": use, "uidvalidity": first + n} for n, (name, use) in enumerate(named)
        ]
        tx.execute(self._db.upsert(folders), values)

    def _validity(self, tx: Transaction, mailbox: str) -> int:
        statement = select(func.max(folders.c.uidvalidity)).where(folders.c.mailbox == mailbox)
        return max(int(self._now().timestamp()), int(tx.execute(statement).scalar() or 0) + 1)

    def _add(self, tx: Transaction, new: New) -> tuple[int, int]:
        uidvalidity, first, modseq, folder_id = self._uid_for(tx, new.mailbox, canonical(new.folder))
        values = {
            "folder_id": folder_id,
            "uid": first,
            "content_id": put_octets(tx, new.octets),
            "size": len(new.octets),
            "received": new.received.isoformat(timespec="seconds"),
            "flags": " ".join(sorted(new.flags)),
            "recent": True,
            "modseq": modseq,
        }
        tx.execute(_INSERT, values)
        return uidvalidity, first

    def _uid_for(self, tx: Transaction, mailbox: str, folder: str) -> tuple[int, int, int, int]:
        try:
            return take_uids(tx, mailbox, folder, 1)
        except FolderError:  # a mailbox that is used for the first time has no folders yet
            self._folders(tx, mailbox)
            return take_uids(tx, mailbox, folder, 1)

    def _uids(self, tx: Transaction, folder: FolderRow) -> list[int]:
        statement = select(messages.c.uid).where(messages.c.folder_id == folder.id).order_by(messages.c.uid)
        return list(tx.execute(statement).scalars())

    def _transfer(
        self, tx: Transaction, source: FolderRow, target: FolderRow, uids: Sequence[int], *, move: bool
    ) -> Copied:
        rows = [row for chunk in chunks(uids) for row in full_rows(tx, source.id, chunk)]
        uidvalidity, first, modseq, target_id = take_uids(tx, target.mailbox, target.name, len(rows))
        copies = [
            {**row, "uid": first + n, "folder_id": target_id, "modseq": modseq, "recent": True}
            for n, row in enumerate(rows)
        ]
        if copies:
            tx.execute(messages.insert(), copies)
        sources = tuple(row["uid"] for row in rows)
        if move:
            touch(tx, source.id)
            for chunk in chunks(sources):
                remove_messages(tx, source.id, chunk)
        return Copied(uidvalidity, sources, tuple(range(first, first + len(rows))))
