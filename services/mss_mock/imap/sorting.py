"""SORT: the messages that match, in an order.

Source: RFC 5256 §3; confidence high. What is compared was derived when the message came, in lower case; messages that
are equal keep their order, and one without a date counts as sent when it arrived.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial
from typing import Any
from unicodedata import normalize

from mss_mock.imap.connection import Connection
from mss_mock.imap.deriving import SORTED
from mss_mock.imap.search import Candidate, read_charset, read_keys
from mss_mock.imap.searching import matching
from mss_mock.imap.syntax import LIMIT, UNKNOWN, BadSyntax, Cursor
from mss_mock.store import Found

__all__ = ["sort", "uid_sort"]

MAX_CRITERIA = 20
Key = Callable[[Found], Any]


async def sort(connection: Connection, cursor: Cursor) -> bytes:
    """SORT."""
    return await _sort(connection, cursor, by_uid=False)


async def uid_sort(connection: Connection, cursor: Cursor) -> bytes:
    """UID SORT."""
    return await _sort(connection, cursor, by_uid=True)


async def _sort(connection: Connection, cursor: Cursor, *, by_uid: bool) -> bytes:
    view = connection.view
    assert view is not None
    cursor.space()
    connection.quiet = True
    criteria = _criteria(cursor)
    cursor.space()
    charset = read_charset(cursor)
    cursor.space()
    wanted = read_keys(cursor, charset, view.numbers, view.largest_uid)
    cursor.end()
    if wanted.by_change:
        await connection.enable_condstore()
    found = await matching(connection, view, wanted)
    for key, reverse in reversed(criteria):
        found.sort(key=partial(_compared, key), reverse=reverse)
    numbers = (b"%d" % (candidate.uid if by_uid else candidate.number) for candidate in found)
    await connection.send(b" ".join([b"* SORT", *numbers]))
    return b"OK SORT completed"


def _compared(key: Key, candidate: Candidate) -> Any:
    return key(candidate.known)


def _criteria(cursor: Cursor) -> list[tuple[Key, bool]]:
    cursor.expect(b"(")
    found: list[tuple[Key, bool]] = []
    while True:
        name = cursor.word()
        reverse = name == "REVERSE"
        if reverse:
            cursor.space()
            name = cursor.word()
        if name not in _KEYS:
            raise BadSyntax("unknown sort key", ", ".join(("REVERSE", *_KEYS)), received=name[:80], key=UNKNOWN)
        found.append((_KEYS[name], reverse))
        if len(found) > MAX_CRITERIA:
            raise cursor.bad("too many sort keys", f"{MAX_CRITERIA} critères au plus", LIMIT)
        if cursor.skip(b")"):
            return found
        cursor.space()


def _field(name: str) -> Key:
    start = f"\n{SORTED}{name}:"

    def key(found: Found) -> str:
        """Compare as i;unicode-casemap does (RFC 5051): in capitals, an accented letter beside the plain one."""
        at = found.head.rfind(start) + len(start)
        return normalize("NFKD", found.head[at : found.head.index("\n", at)].upper())

    return key


def _arrival(found: Found) -> float:
    return datetime.fromisoformat(found.arrived).timestamp()


def _date(found: Found) -> float:
    return float(found.sent[11:]) if found.sent else _arrival(found)


_KEYS: Mapping[str, Key] = {
    "ARRIVAL": _arrival,
    "CC": _field("cc"),
    "DATE": _date,
    "FROM": _field("from"),
    "SIZE": lambda found: found.size,
    "SUBJECT": _field("subject"),
    "TO": _field("to"),
}
