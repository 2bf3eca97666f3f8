"""What one connection has been told of the folder it selected, and the news it is owed.

Source: RFC 3501 §2.3.1.2, §5.2, §7.3–7.4 (message numbers change only by what the server says; EXPUNGE never during
FETCH, STORE or SEARCH), RFC 7162 §3.2 (change numbers). The store is asked by a change number, so that what another
process delivers is seen too, and gives only what changed since. Knows no socket.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence

from lgo_sandbox.state.errors import StoreError
from mss_mock.imap.output import flag_list
from mss_mock.imap.sets import Extent
from mss_mock.store import FolderRow, State, Store, flag_set

__all__ = ["FolderGone", "View"]

SYSTEM_FLAGS = ("\\Answered", "\\Deleted", "\\Draft", "\\Flagged", "\\Seen")
Change = tuple[int, frozenset[str], int]


class FolderGone(Exception):
    """The selected folder was deleted elsewhere, or replaced: its session was reset or loaded."""


class View:
    """A selected folder as the client knows it: ``uids`` by message number, their flags, which are recent here."""

    def __init__(self, store: Store, folder: FolderRow, *, read_only: bool) -> None:
        self.store = store
        self.folder = folder
        self.read_only = read_only
        snapshot = store.snapshot(folder)
        if snapshot is None:
            raise FolderGone
        state, self.flags = snapshot
        self.modseq = state.modseq
        self._expunged = state.expunged
        self.uids: list[int] = list(self.flags)
        self.recent: set[int] = set()
        self.recent.update(self._claimed(state, self.uids))
        self.keywords = {flag for flags in set(self.flags.values()) for flag in flags if not flag.startswith("\\")}

    def _state(self) -> State:
        state = self.store.state(self.folder.id)
        if state is None:
            raise FolderGone
        return state

    def _claimed(self, state: State, arrived: Sequence[int]) -> Sequence[int]:
        """Return what is recent here: what no session was told of; who only reads does not count as told."""
        if not arrived or arrived[-1] < state.recent_from:
            return ()
        first = state.recent_from if self.read_only else self.store.claim_recent(self.folder.id)
        return arrived[bisect_left(arrived, first) :]

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

    def first_unseen(self) -> int | None:
        """Return the number of the first message without \\Seen."""
        return next((n for n, uid in enumerate(self.uids, 1) if "\\Seen" not in self.flags[uid]), None)

    # Flags

    def shown_flags(self, uid: int) -> frozenset[str]:
        """Return the flags of a message as FETCH shows them."""
        return self.flags[uid] | {"\\Recent"} if uid in self.recent else self.flags[uid]

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
        self.flags[uid] = flags

    def flags_response(self, uid: int, modseq: int, *, with_uid: bool, with_modseq: bool) -> bytes:
        """Return the FETCH response that tells the flags of a message."""
        items = b"FLAGS " + flag_list(self.shown_flags(uid))
        items += b" UID %d" % uid if with_uid else b""
        items += b" MODSEQ (%d)" % modseq if with_modseq else b""
        return b"* %d FETCH (%b)" % (self.number_of(uid), items)

    # News

    def news(self, *, expunge: bool, with_uid: bool = False, with_modseq: bool = False) -> list[bytes]:
        """Return the untagged responses that the client is owed. Raises FolderGone.

        Messages removed meanwhile are only told of when ``expunge``; until then they keep their numbers. What is owed
        while the store cannot be used is told once it can: news are no answer, and nobody asked for them.
        """
        try:
            return self._news(expunge=expunge, with_uid=with_uid, with_modseq=with_modseq)
        except StoreError:
            return []

    def _news(self, *, expunge: bool, with_uid: bool, with_modseq: bool) -> list[bytes]:
        state, folder = self._state(), self.folder.id
        if state.modseq < self.modseq:
            raise FolderGone
        removed = expunge and state.expunged != self._expunged
        present = {uid for uid, _ in self.store.listed(folder)} if removed else None
        changed: list[Change] = []
        if state.modseq != self.modseq:
            changed = [(uid, flag_set(text), modseq) for uid, text, modseq in self.store.changed(folder, self.modseq)]
        arrived = [one for one in changed if one[0] > self.largest_uid.largest]
        recent = self._claimed(state, [uid for uid, _, _ in arrived])
        # Nothing of the store from here on: what could not be read or claimed is owed as a whole.
        lines = self._expunge(present) if present is not None else []
        self._expunged = state.expunged if removed else self._expunged
        lines += self._changes(changed[: len(changed) - len(arrived)], with_uid, with_modseq)
        lines += self._arrivals(arrived, recent)
        self.modseq = state.modseq
        return lines

    def _expunge(self, present: set[int]) -> list[bytes]:
        gone = [uid for uid in self.uids if uid not in present]
        lines = [b"* %d EXPUNGE" % self.number_of(uid) for uid in reversed(gone)]
        for uid in gone:
            del self.flags[uid]
        self.uids = [uid for uid in self.uids if uid in present]
        self.recent.difference_update(gone)
        return lines

    def _changes(self, changed: Sequence[Change], with_uid: bool, with_modseq: bool) -> list[bytes]:
        news = [(uid, flags, n) for uid, flags, n in changed if uid in self.flags and flags != self.flags[uid]]
        lines = self.learn(flag for _, flags, _ in news for flag in flags)
        for uid, flags, modseq in news:
            self.flags[uid] = flags
            lines.append(self.flags_response(uid, modseq, with_uid=with_uid, with_modseq=with_modseq))
        return lines

    def _arrivals(self, arrived: Sequence[Change], recent: Iterable[int]) -> list[bytes]:
        if not arrived:
            return []
        for uid, flags, _ in arrived:
            self.uids.append(uid)
            self.flags[uid] = flags
        self.recent.update(recent)
        lines = self.learn(flag for _, flags, _ in arrived for flag in flags)
        return [*lines, b"* %d EXISTS" % len(self.uids), b"* %d RECENT" % len(self.recent)]
