"""Commands on messages: fetch, flags, search, copy, move, remove; by message number or by UID.

Source: RFC 3501 §6.4, RFC 4315 (UIDPLUS), RFC 6851 (MOVE); confidence high. A message number that does not exist is
BAD, a UID that does not is nothing.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

from lgo_sandbox.watch.wording import counted
from mss_mock.codes import MAX_KEYWORDS
from mss_mock.domain import Refused
from mss_mock.imap.connection import Connection
from mss_mock.imap.fetch import Item, Subject, answer, needs_octets, read_items, reads_body
from mss_mock.imap.folders import read_flags
from mss_mock.imap.names import read_name
from mss_mock.imap.output import flag_list
from mss_mock.imap.search import Candidate, read_search
from mss_mock.imap.sets import compact, numbers_in, uids_in
from mss_mock.imap.syntax import BadSyntax, Cursor
from mss_mock.imap.view import View
from mss_mock.store import Copied, MessageRow

__all__ = [
    "copy",
    "expunge",
    "fetch",
    "move",
    "search",
    "store",
    "uid_copy",
    "uid_expunge",
    "uid_fetch",
    "uid_move",
    "uid_search",
    "uid_store",
]

UID = Item("UID", b"UID")
SEARCHED_AT_ONCE = 50
"""After how many messages SEARCH lets other connections have their turn."""

Change = Callable[[frozenset[str]], frozenset[str]]


def _view(connection: Connection) -> View:
    assert connection.view is not None
    return connection.view


def _writable(connection: Connection) -> View:
    view = _view(connection)
    if view.read_only:
        received = f"{view.folder.name} ouvert en lecture seule"
        raise Refused("imap-lecture-seule", received=received, expected="un dossier ouvert par SELECT")
    return view


def _uids(view: View, cursor: Cursor, *, by_uid: bool) -> list[int]:
    cursor.space()
    wanted = cursor.sequence()
    if by_uid:
        return uids_in(wanted, view.uids)
    return [view.uid_of(number) for number in numbers_in(wanted, len(view.uids))]


# FETCH


async def fetch(connection: Connection, cursor: Cursor) -> bytes:
    """FETCH."""
    return await _fetch(connection, cursor, by_uid=False)


async def uid_fetch(connection: Connection, cursor: Cursor) -> bytes:
    """UID FETCH."""
    return await _fetch(connection, cursor, by_uid=True)


async def _fetch(connection: Connection, cursor: Cursor, *, by_uid: bool) -> bytes:
    view = _view(connection)
    uids = _uids(view, cursor, by_uid=by_uid)
    cursor.space()
    items = read_items(cursor)
    cursor.end()
    if by_uid and UID not in items:
        items = (UID, *items)
    rows = view.present(uids)
    connection.quiet = not reads_body(items)
    connection.note(f"{connection.mailbox} lit {counted(len(rows), 'message')} de {view.folder.name}", uids=uids)
    seen = _mark_seen(connection, view, items, rows)
    for row in rows:
        await _send_fetch(connection, view, row.uid, items, flags_changed=row.uid in seen)
    if len(rows) < len(uids) and not by_uid:
        received = f"{counted(len(uids) - len(rows), 'message retiré', 'messages retirés')} par une autre connexion"
        raise Refused("imap-retires", received=received, expected="des messages encore présents")
    return b"OK FETCH completed"


def _mark_seen(connection: Connection, view: View, items: Sequence[Item], rows: Sequence[MessageRow]) -> set[int]:
    if view.read_only or all(item.peek for item in items):
        return set()
    unseen = [row.uid for row in rows if "\\Seen" not in row.flags]
    changed = connection.store.change_flags(view.folder.id, unseen, lambda flags: flags | {"\\Seen"}) if unseen else {}
    for uid, flags in changed.items():
        view.set_flags(uid, flags)
    return set(changed)


async def _send_fetch(
    connection: Connection, view: View, uid: int, items: Sequence[Item], *, flags_changed: bool
) -> None:
    row = view.rows[uid]

    def load() -> bytes:
        return connection.store.octets(row.content_id) or b""

    if needs_octets(items) and (octets := connection.store.octets(row.content_id)) is not None:
        subject = Subject(row, lambda: octets, recent=uid in view.recent)
    else:
        subject = Subject(row, load, recent=uid in view.recent)
    shown = list(items)
    if flags_changed and not any(item.name == "FLAGS" for item in items):
        shown.append(Item("FLAGS", b"FLAGS"))
    await connection.send(b"* %d FETCH " % view.number_of(uid) + answer(shown, subject))


# STORE


async def store(connection: Connection, cursor: Cursor) -> bytes:
    """STORE."""
    return await _store(connection, cursor, by_uid=False)


async def uid_store(connection: Connection, cursor: Cursor) -> bytes:
    """UID STORE."""
    return await _store(connection, cursor, by_uid=True)


async def _store(connection: Connection, cursor: Cursor, *, by_uid: bool) -> bytes:
    view = _view(connection)
    uids = _uids(view, cursor, by_uid=by_uid)
    cursor.space()
    change, silent, flags = _change(cursor)
    _writable(connection)
    count = len({flag for flag in flags | view.keywords if not flag.startswith("\\")})
    if count > MAX_KEYWORDS:
        raise Refused("imap-trop-de-mots-cles", received=f"{count} mots-clés", expected=f"{MAX_KEYWORDS} au plus")
    connection.note(
        f"{connection.mailbox} marque {counted(len(uids), 'message')} de {view.folder.name}",
        uids=uids,
    )
    changed = connection.store.change_flags(view.folder.id, (row.uid for row in view.present(uids)), change)
    await connection.send_all(view.learn(flags))
    for uid, now in changed.items():
        view.set_flags(uid, now)
        if not silent:
            shown = flag_list(now | ({"\\Recent"} if uid in view.recent else set()))
            suffix = b" UID %d" % uid if by_uid else b""
            await connection.send(b"* %d FETCH (FLAGS %b%b)" % (view.number_of(uid), shown, suffix))
    return b"OK STORE completed"


def _change(cursor: Cursor) -> tuple[Change, bool, frozenset[str]]:
    sign = b"+" if cursor.skip(b"+") else b"-" if cursor.skip(b"-") else b""
    name = cursor.word()
    if name not in ("FLAGS", "FLAGS.SILENT"):
        raise BadSyntax("FLAGS expected", "FLAGS ou FLAGS.SILENT", received=name[:80])
    cursor.space()
    flags = read_flags(cursor.flags() if cursor.peek() == b"(" else _bare_flags(cursor))
    cursor.end()
    changes: dict[bytes, Change] = {
        b"+": lambda before: before | flags,
        b"-": lambda before: before - flags,
        b"": lambda _before: flags,
    }
    return changes[sign], name.endswith(".SILENT"), flags if sign != b"-" else frozenset()


def _bare_flags(cursor: Cursor) -> list[str]:
    flags = [cursor.flag()]
    while not cursor.at_end:
        cursor.space()
        flags.append(cursor.flag())
    return flags


# SEARCH


async def search(connection: Connection, cursor: Cursor) -> bytes:
    """SEARCH."""
    return await _search(connection, cursor, by_uid=False)


async def uid_search(connection: Connection, cursor: Cursor) -> bytes:
    """UID SEARCH."""
    return await _search(connection, cursor, by_uid=True)


async def _search(connection: Connection, cursor: Cursor, *, by_uid: bool) -> bytes:
    view = _view(connection)
    cursor.space()
    connection.quiet = True
    test = read_search(cursor)
    cursor.end()
    found: list[int] = []
    for turn, candidate in enumerate(_candidates(connection, view)):
        if turn % SEARCHED_AT_ONCE == 0:
            await asyncio.sleep(0)
        if test(candidate):
            found.append(candidate.row.uid if by_uid else candidate.number)
    await connection.send(b" ".join([b"* SEARCH", *(b"%d" % number for number in found)]))
    return b"OK SEARCH completed"


def _candidates(connection: Connection, view: View) -> list[Candidate]:
    store, numbers, uids = connection.store, view.numbers, view.largest_uid

    def loader(row: MessageRow) -> Callable[[], bytes]:
        return lambda: store.octets(row.content_id) or b""

    return [
        Candidate(row, view.number_of(row.uid), loader(row), recent=row.uid in view.recent, numbers=numbers, uids=uids)
        for row in view.present(view.uids)
    ]


# COPY, MOVE, EXPUNGE


async def copy(connection: Connection, cursor: Cursor) -> bytes:
    """COPY."""
    return await _copy(connection, cursor, by_uid=False)


async def uid_copy(connection: Connection, cursor: Cursor) -> bytes:
    """UID COPY."""
    return await _copy(connection, cursor, by_uid=True)


async def _copy(connection: Connection, cursor: Cursor, *, by_uid: bool) -> bytes:
    copied = _transfer(connection, cursor, by_uid=by_uid, moving=False)
    return b"OK " + _copy_code(copied) + b"COPY completed"


async def move(connection: Connection, cursor: Cursor) -> bytes:
    """MOVE."""
    return await _move(connection, cursor, by_uid=False)


async def uid_move(connection: Connection, cursor: Cursor) -> bytes:
    """UID MOVE."""
    return await _move(connection, cursor, by_uid=True)


async def _move(connection: Connection, cursor: Cursor, *, by_uid: bool) -> bytes:
    _writable(connection)
    copied = _transfer(connection, cursor, by_uid=by_uid, moving=True)
    if copied.sources:
        await connection.send(b"* OK " + _copy_code(copied) + b"Moved")
    return b"OK MOVE completed"


def _transfer(connection: Connection, cursor: Cursor, *, by_uid: bool, moving: bool) -> Copied:
    view = _view(connection)
    uids = _uids(view, cursor, by_uid=by_uid)
    cursor.space()
    target = read_name(cursor.astring())
    cursor.end()
    verb = "déplace" if moving else "copie"
    connection.note(
        f"{connection.mailbox} {verb} {counted(len(uids), 'message')} de {view.folder.name} vers {target}",
        uids=uids,
        target=target,
    )
    present = [row.uid for row in view.present(uids)]
    return connection.store.transfer(view.folder.id, present, connection.mailbox, target, move=moving)


def _copy_code(copied: Copied) -> bytes:
    if not copied.sources:
        return b""
    return b"[COPYUID %d %b %b] " % (copied.uidvalidity, compact(copied.sources), compact(copied.targets))


async def expunge(connection: Connection, cursor: Cursor) -> bytes:
    """EXPUNGE."""
    cursor.end()
    view = _writable(connection)
    return _expunge(connection, view, view.uids)


async def uid_expunge(connection: Connection, cursor: Cursor) -> bytes:
    """UID EXPUNGE."""
    view = _view(connection)
    uids = _uids(view, cursor, by_uid=True)
    cursor.end()
    return _expunge(connection, _writable(connection), uids)


def _expunge(connection: Connection, view: View, uids: Sequence[int]) -> bytes:
    wanted = set(uids)
    rows = connection.store.messages(view.folder.id)
    doomed = [row.uid for row in rows if row.uid in wanted and "\\Deleted" in row.flags]
    if doomed:
        connection.store.expunge(view.folder.id, doomed)
    connection.note(
        f"{connection.mailbox} supprime {counted(len(doomed), 'message')} de {view.folder.name}", uids=doomed
    )
    return b"OK EXPUNGE completed"
