"""The mail of one session: folders and messages, one transaction per function.

Source: RFC 3501 §2.3 (UIDs and UIDVALIDITY never go back), RFC 4315 (what COPY answers), RFC 7162 (change numbers).
Folders of a mailbox are made when it is first used. Every change raises the folder's ``modseq``, so that any
connection, of any process, sees with one small query that something happened; those who wait in this process are told.
Must not know protocols nor people.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

from sqlalchemy import delete, func, select, update
from sqlmodel import Session as Transaction

from lgo_sandbox.state import port
from mss_mock.codes import DELIMITER, INBOX, MAX_FOLDERS, SYSTEM_FOLDERS
from mss_mock.store import hot, news
from mss_mock.store.hot import Derive
from mss_mock.store.statements import (
    canonical,
    chunks,
    collect,
    fill_in,
    full_rows,
    levels_of,
    remove_messages,
    select_folders,
    take_uids,
    touch,
)
from mss_mock.store.tables import folders, messages, subscriptions
from mss_mock.store.values import SEEN, Copied, FolderError, FolderRow, Found, MessageRow, New, Shown, State

__all__ = ["Store"]

Change = Callable[[frozenset[str]], frozenset[str]]
Reserve = Callable[[int, int], int]


def _floor(floor: int, _count: int) -> int:
    return floor


class Store:
    """The mail of one session.

    ``now`` dates new UIDVALIDITY values; ``reserve`` gives the first of some numbers, at least ``floor``, that were
    never given before; ``derive`` makes of a message what commands need.
    """

    def __init__(self, db: port.Store, now: Callable[[], datetime], derive: Derive, reserve: Reserve = _floor) -> None:
        self._db = db
        self._now = now
        self._derive = derive
        self._reserve = reserve

    @property
    def db(self) -> port.Store:
        """The store below, which news are told by."""
        return self._db

    # Folders

    def folders(self, mailbox: str) -> list[FolderRow]:
        """Return the folders of a mailbox, made if it is new, by name."""
        with self._db.transaction() as tx:
            return self._folders(tx, mailbox)

    def folder(self, mailbox: str, name: str) -> FolderRow | None:
        """Return a folder; INBOX in any case."""
        wanted = canonical(name)
        return next((row for row in self.folders(mailbox) if row.name == wanted), None)

    def state(self, folder_id: int) -> State | None:
        """Return where a folder stands, None when it is gone."""
        return hot.state(self._db, folder_id)

    def create(self, mailbox: str, name: str) -> None:
        """Make a folder and those above it. Raises FolderError."""
        with self._db.transaction() as tx:
            existing = {row.name for row in self._folders(tx, mailbox)}
            if canonical(name) in existing:
                raise FolderError("ALREADYEXISTS", "Mailbox already exists")
            self._make_with_levels(tx, mailbox, name, existing)

    def remove(self, mailbox: str, name: str) -> None:
        """Remove a folder and its messages. Raises FolderError."""
        if canonical(name) == INBOX:
            raise FolderError("CANNOT", "INBOX cannot be deleted")
        with self._db.transaction() as tx:
            folder = self._existing(tx, mailbox, name)
            mine = delete(messages).where(messages.c.folder_id == folder.id).returning(messages.c.content_id)
            collect(tx, list(tx.execute(mine).scalars()))
            tx.execute(delete(folders).where(folders.c.id == folder.id))
        news.tell(self._db, folder.id)

    def rename(self, mailbox: str, name: str, target: str) -> None:
        """Rename a folder and those below it; INBOX is emptied into the new one. Raises FolderError.

        The folders above the new name are made, and a name may have been another folder's: its UIDVALIDITY is new.
        """
        with self._db.transaction() as tx:
            folder = self._existing(tx, mailbox, name)
            rows = self._folders(tx, mailbox)
            existing = {row.name for row in rows}
            if canonical(target) in existing:
                raise FolderError("ALREADYEXISTS", "Mailbox already exists")
            prefix = folder.name + DELIMITER
            if folder.name == INBOX:
                self._make_with_levels(tx, mailbox, target, existing)
                self._transfer(tx, folder, self._existing(tx, mailbox, target), self._uids(tx, folder), move=True)
            elif target.startswith(prefix):
                raise FolderError("CANNOT", "A mailbox cannot be moved below itself")
            else:
                moved = [row for row in rows if row.name == folder.name or row.name.startswith(prefix)]
                self._make_with_levels(tx, mailbox, target.rpartition(DELIMITER)[0], existing)
                self._move_folders(tx, mailbox, moved, folder.name, target)
        news.tell(self._db, folder.id)

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

    def add(self, new: Sequence[New], *, within: Transaction | None = None) -> list[tuple[int, int]]:
        """Put messages in their folders, all or none; return (UIDVALIDITY, UID) of each. Raises FolderError.

        ``within`` a transaction, they are there if that commits.
        """
        if within is not None:
            for mailbox in {one.mailbox for one in new}:
                self._folders(within, mailbox)
            placed = hot.add(self._db, new, self._derive, within=within.connection())
        else:
            placed = self._placed(new)
        news.tell(self._db, *{folder_id for folder_id, _, _ in placed})
        return [(uidvalidity, uid) for _, uidvalidity, uid in placed]

    def _placed(self, new: Sequence[New]) -> list[tuple[int, int, int]]:
        try:
            return hot.add(self._db, new, self._derive)
        except FolderError:  # a mailbox that is used for the first time has no folders yet
            for mailbox in {one.mailbox for one in new}:
                self.folders(mailbox)
            return hot.add(self._db, new, self._derive)

    def listed(self, folder_id: int) -> list[tuple[int, str]]:
        """Return (UID, flags) of the messages of a folder, by UID."""
        return hot.listed(self._db, folder_id)

    def snapshot(self, folder: FolderRow) -> tuple[State, dict[int, frozenset[str]]] | None:
        """Return where a folder stands, and the flags of its messages by UID, None when it is gone."""
        return hot.snapshot(self._db, folder)

    def changed(self, folder_id: int, since: int) -> list[tuple[int, str, int]]:
        """Return (UID, flags, change number) of the messages that came or changed since a change number."""
        return hot.changed(self._db, folder_id, since)

    def messages(self, folder_id: int, uids: Sequence[int] | None = None) -> list[MessageRow]:
        """Return messages of a folder by UID, all by default, without their octets."""
        return hot.rows(self._db, folder_id, uids)

    def shown(self, folder_id: int, uids: Sequence[int]) -> list[tuple[MessageRow, Shown]]:
        """Return messages with what FETCH shows of them."""
        return hot.shown(self._db, folder_id, uids, self._derive)

    def found(self, folder_id: int, uids: Sequence[int], needle: str = "") -> list[Found]:
        """Return messages with what SEARCH looks at; those only whose head has the needle, when one is given."""
        return hot.found(self._db, folder_id, uids, self._derive, needle)

    def texts(self, content_id: int) -> tuple[str, str]:
        """Return the fields of the parts and the texts of a message, in lower case."""
        return hot.texts(self._db, content_id)

    def octets(self, content_id: int) -> bytes | None:
        """Return the exact octets of a message, None when it is gone."""
        return hot.octets(self._db, content_id)

    def slice(self, content_id: int, start: int, end: int) -> bytes | None:
        """Return some octets of a message, None when it is gone."""
        return hot.slice_of(self._db, content_id, start, end)

    def weight(self, mailbox: str) -> int:
        """Return the octets that a mailbox holds."""
        octets, older = hot.weight(self._db, mailbox)
        if older:
            self.folders(mailbox)
            octets, _ = hot.weight(self._db, mailbox)
        return octets

    def counts(self) -> dict[str, int]:
        """Return how many messages each mailbox in use holds."""
        statement = select(folders.c.mailbox, func.count(messages.c.id)).join_from(folders, messages, isouter=True)
        with self._db.reading() as connection:
            return {mailbox: int(n) for mailbox, n in connection.execute(statement.group_by(folders.c.mailbox))}

    def recent(self, folder: FolderRow) -> int:
        """Return how many messages of a folder no session has been told of."""
        return hot.count_from(self._db, folder.id, folder.recent_from)

    def claim_recent(self, folder_id: int) -> int:
        """Return from which UID on no session has been told of a message as recent, and count all as told."""
        state = self.state(folder_id)
        if state is None:
            return 0
        sql = "UPDATE mss_folder SET recent_from = uidnext WHERE id = ? AND recent_from < uidnext"
        self._db.write([(sql, (folder_id,))])
        return state.recent_from

    def change_flags(
        self, folder_id: int, uids: Iterable[int], change: Change, *, unchanged_since: int | None = None
    ) -> dict[int, tuple[frozenset[str], int]]:
        """Give messages the flags that ``change`` makes of theirs; return flags and change number of those that exist.

        With ``unchanged_since``, messages that changed later are left, and are not in the answer (RFC 7162 §3.1.3).
        """
        with self._db.transaction() as tx:
            rows = self.messages(folder_id, sorted(uids))
            if unchanged_since is not None:
                rows = [row for row in rows if row.modseq <= unchanged_since]
            result = {row.uid: (change(row.flags), row.modseq) for row in rows}
            changed: dict[frozenset[str], list[int]] = {}
            for row in rows:
                if (after := result[row.uid][0]) != row.flags:
                    changed.setdefault(after, []).append(row.uid)
            if changed:
                read = sum((SEEN in result[row.uid][0]) - (SEEN in row.flags) for row in rows)
                modseq = touch(tx, folder_id, read=read)
                self._write_flags(tx, folder_id, changed, modseq)
                result.update({uid: (flags, modseq) for flags, some in changed.items() for uid in some})
        if changed:
            news.tell(self._db, folder_id)
        return result

    def expunge(self, folder_id: int, uids: Iterable[int]) -> list[int]:
        """Remove messages; return the UIDs that were there."""
        with self._db.transaction() as tx:
            gone = remove_messages(tx, folder_id, sorted(uids))
            collect(tx, [content for _, content in gone])
        news.tell(self._db, folder_id)
        return sorted(uid for uid, _ in gone)

    def deleted(self, folder_id: int) -> list[int]:
        """Return the UIDs of the messages that are marked \\Deleted."""
        return hot.deleted(self._db, folder_id)

    def transfer(self, folder_id: int, uids: Iterable[int], mailbox: str, target: str, *, move: bool) -> Copied:
        """Copy or move messages, all or none, to another folder. Raises FolderError TRYCREATE."""
        with self._db.transaction() as tx:
            rows = {row.id: row for row in self._folders(tx, mailbox)}
            found = next((row for row in rows.values() if row.name == canonical(target)), None)
            if found is None or folder_id not in rows:
                raise FolderError("TRYCREATE", "Mailbox does not exist")
            copied = self._transfer(tx, rows[folder_id], found, sorted(uids), move=move)
        news.tell(self._db, folder_id, found.id)
        return copied

    # Within a transaction

    def _folders(self, tx: Transaction, mailbox: str) -> list[FolderRow]:
        rows = select_folders(tx, mailbox)
        if not rows:
            self._make(tx, mailbox, *SYSTEM_FOLDERS)
            subscribed = [{"mailbox": mailbox, "name": name} for name, _ in SYSTEM_FOLDERS]
            tx.execute(self._db.upsert(subscriptions), subscribed)
            rows = select_folders(tx, mailbox)
        elif any(row.recent_from == 0 for row in rows):
            fill_in(tx, mailbox)
            rows = select_folders(tx, mailbox)
        return rows

    def _existing(self, tx: Transaction, mailbox: str, name: str) -> FolderRow:
        wanted = canonical(name)
        found = next((row for row in self._folders(tx, mailbox) if row.name == wanted), None)
        if found is None:
            raise FolderError("NONEXISTENT", "Mailbox does not exist")
        return found

    def _make_with_levels(self, tx: Transaction, mailbox: str, name: str, existing: set[str]) -> None:
        """Make a folder and those above it, as far as they are not there; none when the name is empty."""
        missing = [step for step in levels_of(canonical(name)) if step and step not in existing]
        if len(existing) + len(missing) > MAX_FOLDERS:
            raise FolderError("LIMIT", "Too many mailboxes")
        if missing:
            self._make(tx, mailbox, *((step, "") for step in missing))

    def _make(self, tx: Transaction, mailbox: str, *named: tuple[str, str]) -> None:
        """Make folders, each a name and its special use."""
        first = self._validity(tx, mailbox, len(named))
        empty = {"messages": 0, "unseen": 0, "octets": 0}
        fresh = {"mailbox": mailbox, "uidnext": 1, "modseq": 1, "recent_from": 1, "expunged": 0, **empty}
        values = [
            {**fresh, "name": name, "special_use": use, "uidvalidity": first + n} for n, (name, use) in enumerate(named)
        ]
        tx.execute(self._db.upsert(folders), values)

    def _validity(self, tx: Transaction, mailbox: str, count: int) -> int:
        """Return the first of some values of UIDVALIDITY that were never given (RFC 3501 §2.3.1.1)."""
        statement = select(func.max(folders.c.uidvalidity)).where(folders.c.mailbox == mailbox)
        floor = max(int(self._now().timestamp()), int(tx.execute(statement).scalar() or 0) + 1)
        return self._reserve(floor, count)

    def _move_folders(self, tx: Transaction, mailbox: str, moved: Sequence[FolderRow], name: str, target: str) -> None:
        first = self._validity(tx, mailbox, len(moved))
        for n, row in enumerate(moved):
            values = {"name": target + row.name[len(name) :], "special_use": "", "uidvalidity": first + n}
            tx.execute(update(folders).where(folders.c.id == row.id).values(values))

    def _write_flags(
        self, tx: Transaction, folder_id: int, changed: dict[frozenset[str], list[int]], modseq: int
    ) -> None:
        for flags, uids in changed.items():
            values = {"flags": " ".join(sorted(flags)), "modseq": modseq}
            for chunk in chunks(uids):
                mine = (messages.c.folder_id == folder_id) & messages.c.uid.in_(chunk)
                tx.execute(update(messages).where(mine).values(values))

    def _uids(self, tx: Transaction, folder: FolderRow) -> list[int]:
        statement = select(messages.c.uid).where(messages.c.folder_id == folder.id).order_by(messages.c.uid)
        return list(tx.execute(statement).scalars())

    def _transfer(
        self, tx: Transaction, source: FolderRow, target: FolderRow, uids: Sequence[int], *, move: bool
    ) -> Copied:
        rows = [row for chunk in chunks(uids) for row in full_rows(tx, source.id, chunk)]
        uidvalidity, first, modseq, target_id = take_uids(tx, target.mailbox, target.name, rows)
        copies = [{**row, "uid": first + n, "folder_id": target_id, "modseq": modseq} for n, row in enumerate(rows)]
        if copies:
            tx.execute(messages.insert(), copies)
        sources = tuple(row["uid"] for row in rows)
        if move:
            remove_messages(tx, source.id, sources)
        return Copied(uidvalidity, sources, tuple(range(first, first + len(rows))))
