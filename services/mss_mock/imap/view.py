"""What one connection has been told of the folder it selected, and the news it is owed.

Source: RFC 3501 §2.3.1.2, §5.2, §7.3–7.4 (message numbers change only by what the server says; EXPUNGE never during
FETCH, STORE or SEARCH). The store is asked by a change number, so that what another process delivers is seen too.
Knows no socket.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence

from lgo_sandbox.state.errors import StoreError
from mss_mock.imap.output import flag_list
from mss_mock.imap.sets import Extent
from mss_mock.store import FolderRow, MessageRow, Store

__all__ = ["FolderGone", "View"]

SYSTEM_FLAGS = ("\\Answered", "\\Deleted", "\\Draft", "\\Flagged", "\\Seen")


class FolderGone(Exception):
    """The selected folder was deleted elsewhere."""


class View:
    """A selected folder as the client knows it: ``uids`` by message number, their flags, which are recent here."""

    def __init__(self, store: Store, folder: FolderRow, *, read_only: bool) -> None:
        self.store = store
        self.folder = folder
        self.read_only = read_only
        self.rows: dict[int, MessageRow] = {}
        self.uids: list[int] = []
        self.recent: set[int] = set()
        self.keywords: set[str] = set()
        self._modseq = -1
        self._load()

    def _load(self) -> None:
        self._modseq = self._current_modseq()
        if not self.read_only:
            self.recent |= self.store.claim_recent(self.folder.id)
        rows = self.store.messages(self.folder.id)
        self.rows = {row.uid: row for row in rows}
        self.uids = [row.uid for row in rows]
        if self.read_only:
            self.recent |= {row.uid for row in rows if row.recent}
        self.keywords = _keywords(rows)

    def _current_modseq(self) -> int:
        modseq = self.store.folder_modseq(self.folder.id)
        if modseq is None:
            raise FolderGone
        return modseq

    # Numbers

    @property
    def numbers(self) -> Extent:
        """The largest message number."""
        return Extent(len(self.uids))

    @property
    def largest_uid(self) -> Extent:
        """The largest UID."""
        return Extent(self.uids[-1] if self.uids else 0)

    def number_of(self, uid: int) -> int:
        """Return the message number of a UID that the client knows."""
        return bisect_left(self.uids, uid) + 1

    def uid_of(self, number: int) -> int:
        """Return the UID of a message number."""
        return self.uids[number - 1]

    def present(self, uids: Iterable[int]) -> list[MessageRow]:
        """Return the rows of those messages that are still there."""
        return [self.rows[uid] for uid in uids if uid in self.rows]

    def first_unseen(self) -> int | None:
        """Return the number of the first message without \\Seen."""
        return next((self.number_of(uid) for uid in self.uids if "\\Seen" not in self.rows[uid].flags), None)

    # Flags

    def flags_line(self) -> bytes:
        """Return the FLAGS response."""
        return b"* FLAGS " + flag_list((*SYSTEM_FLAGS, *self.keywords))

    def permanent_flags_line(self) -> bytes:
        """Return the PERMANENTFLAGS response."""
        flags = () if self.read_only else (*SYSTEM_FLAGS, *self.keywords, "\\*")
        return b"* OK [PERMANENTFLAGS " + flag_list(flags) + b"] Flags permitted"

    def learn(self, flags: Iterable[str]) -> list[bytes]:
        """Return the responses that announce keywords, before their first use."""
        new = {flag for flag in flags if not flag.startswith("\\")} - self.keywords
        if not new:
            return []
        self.keywords |= new
        return [self.flags_line(), self.permanent_flags_line()]

    def set_flags(self, uid: int, flags: frozenset[str]) -> None:
        """Remember flags that the client is told of, or asked not to be."""
        row = self.rows[uid]
        self.rows[uid] = MessageRow(row.uid, row.content_id, row.size, row.received, flags, row.recent)

    # News

    def news(self, *, expunge: bool, with_uid: bool = False) -> list[bytes]:
        """Return the untagged responses that the client is owed. Raises FolderGone.

        Messages removed meanwhile are only told of when ``expunge``; until then they keep their numbers. What is owed
        while the store cannot be used is told once it can: news are no answer, and nobody asked for them.
        """
        try:
            return self._news(expunge=expunge, with_uid=with_uid)
        except StoreError:
            return []

    def _news(self, *, expunge: bool, with_uid: bool) -> list[bytes]:
        modseq = self._current_modseq()
        if modseq == self._modseq:
            return []
        claimed = set() if self.read_only else self.store.claim_recent(self.folder.id)
        rows = {row.uid: row for row in self.store.messages(self.folder.id)}
        gone = [uid for uid in self.uids if uid not in rows]
        lines = self._expunge(gone) if expunge else []
        lines += self._changes(rows, with_uid=with_uid)
        lines += self._arrivals(rows, claimed)
        self.rows = rows
        self._modseq = modseq if expunge or not gone else -1
        return lines

    def _expunge(self, gone: Sequence[int]) -> list[bytes]:
        lines = [b"* %d EXPUNGE" % self.number_of(uid) for uid in reversed(gone)]
        removed = set(gone)
        self.uids = [uid for uid in self.uids if uid not in removed]
        self.recent -= removed
        return lines

    def _changes(self, rows: dict[int, MessageRow], *, with_uid: bool) -> list[bytes]:
        changed = [
            uid for uid in self.uids if uid in rows and uid in self.rows and rows[uid].flags != self.rows[uid].flags
        ]
        lines = self.learn(flag for uid in changed for flag in rows[uid].flags)
        for uid in changed:
            flags = rows[uid].flags | ({"\\Recent"} if uid in self.recent else set())
            items = b"FLAGS " + flag_list(flags) + (b" UID %d" % uid if with_uid else b"")
            lines.append(b"* %d FETCH (%b)" % (self.number_of(uid), items))
        return lines

    def _arrivals(self, rows: dict[int, MessageRow], claimed: set[int]) -> list[bytes]:
        largest = self.largest_uid.largest
        arrived = [uid for uid in rows if uid > largest]
        if not arrived:
            return []
        self.uids.extend(arrived)
        self.recent |= claimed if not self.read_only else {uid for uid in arrived if rows[uid].recent}
        lines = self.learn(flag for uid in arrived for flag in rows[uid].flags)
        return [*lines, b"* %d EXISTS" % len(self.uids), b"* %d RECENT" % len(self.recent)]


def _keywords(rows: Iterable[MessageRow]) -> set[str]:
    return {flag for row in rows for flag in row.flags if not flag.startswith("\\")}
