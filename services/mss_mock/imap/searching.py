"""SEARCH: which messages of the selected folder match, told as a list of numbers or as ESEARCH.

Source: RFC 3501 §6.4.4 and §7.2.5, RFC 4731 (ESEARCH), RFC 7162 §3.1.5 (MODSEQ); confidence high.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence

from mss_mock.imap.connection import Connection
from mss_mock.imap.search import Candidate, Search, read_search
from mss_mock.imap.sets import compact
from mss_mock.imap.syntax import Cursor
from mss_mock.imap.view import View
from mss_mock.store import Found, Store

__all__ = ["matching", "search", "uid_search"]

SEARCHED_AT_ONCE = 500
"""How many messages are read from the store at once, before others have their turn."""


async def search(connection: Connection, cursor: Cursor) -> bytes:
    """SEARCH."""
    return await _search(connection, cursor, by_uid=False)


async def uid_search(connection: Connection, cursor: Cursor) -> bytes:
    """UID SEARCH."""
    return await _search(connection, cursor, by_uid=True)


async def _search(connection: Connection, cursor: Cursor, *, by_uid: bool) -> bytes:
    view = connection.view
    assert view is not None
    cursor.space()
    connection.quiet = True
    wanted = read_search(cursor, view.numbers, view.largest_uid)
    cursor.end()
    if wanted.by_change:
        await connection.enable_condstore()
    found = await matching(connection, view, wanted)
    numbers = [candidate.uid if by_uid else candidate.number for candidate in found]
    modseqs = [candidate.known.modseq for candidate in found] if wanted.by_change else []
    if wanted.returns is None:
        await connection.send(_listed(numbers, modseqs))
    else:
        await connection.send(_extended(connection.tag, numbers, modseqs, wanted.returns, by_uid=by_uid))
    return b"OK SEARCH completed"


async def matching(connection: Connection, view: View, wanted: Search) -> list[Candidate]:
    """Return the messages that match, by number."""
    store, test, flags, recent = connection.store, wanted.test, view.flags, view.recent
    matches: list[Candidate] = []
    for start in range(0, len(view.uids), SEARCHED_AT_ONCE):
        await asyncio.sleep(0)
        uids = view.uids[start : start + SEARCHED_AT_ONCE]
        candidates = [
            Candidate(uid, number, flags[uid], uid in recent, found, store.texts)
            for number, uid, found in _known(store, view, uids, start + 1, wanted)
        ]
        matches += [candidate for candidate in candidates if test(candidate)]
    return matches


def _known(
    store: Store, view: View, uids: Sequence[int], first: int, wanted: Search
) -> Iterable[tuple[int, int, Found | None]]:
    """Return number and UID of messages, the first number given, and what was derived of them when a key looks at it.

    Messages that cannot match are left out, as are those removed meanwhile; all keep their numbers.
    """
    if not wanted.looks:
        return ((number, uid, None) for number, uid in enumerate(uids, first))
    found = store.found(view.folder.id, uids, wanted.needle)
    numbers: Iterable[int] = range(first, first + len(uids))
    if len(found) < len(uids):
        there = {one.uid for one in found}
        numbers = [number for number, uid in enumerate(uids, first) if uid in there]
    return ((number, one.uid, one) for number, one in zip(numbers, found, strict=True))


def _listed(numbers: Sequence[int], modseqs: Sequence[int]) -> bytes:
    words = [b"* SEARCH", *(b"%d" % number for number in numbers)]
    if modseqs:
        words.append(b"(MODSEQ %d)" % max(modseqs))
    return b" ".join(words)


def _extended(
    tag: bytes, numbers: Sequence[int], modseqs: Sequence[int], returns: frozenset[str], *, by_uid: bool
) -> bytes:
    words = [b'* ESEARCH (TAG "%b")' % tag, *([b"UID"] if by_uid else [])]
    if numbers:
        told = {"MIN": b"%d" % numbers[0], "MAX": b"%d" % numbers[-1], "ALL": compact(numbers)}
        words += [name.encode("ascii") + b" " + value for name, value in told.items() if name in returns]
    if "COUNT" in returns:
        words.append(b"COUNT %d" % len(numbers))
    if modseqs:
        words.append(b"MODSEQ %d" % _of_returned(modseqs, returns))
    return b" ".join(words)


def _of_returned(modseqs: Sequence[int], returns: frozenset[str]) -> int:
    """Return the highest change number of what is told: MIN and MAX alone are of one message each (RFC 4731 §3.2)."""
    if "ALL" in returns or "COUNT" in returns:
        return max(modseqs)
    ends = [modseqs[0]] if "MIN" in returns else []
    return max([*ends, *([modseqs[-1]] if "MAX" in returns else [])])
