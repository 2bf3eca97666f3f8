"""Commands on messages: fetch, flags, search, copy, move, remove; by message number or by UID.

Source: RFC 3501 §6.4, RFC 4315 (UIDPLUS), RFC 6851 (MOVE), RFC 7162 §3.1 (CONDSTORE); confidence high. A message number
that does not exist is BAD, a UID that does not is nothing. ``searching`` has SEARCH.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from lgo_sandbox.watch.wording import counted
from mss_mock.codes import MAX_KEYWORDS
from mss_mock.domain import Refused
from mss_mock.imap.connection import Connection
from mss_mock.imap.fetch import (
    MODSEQ,
    Item,
    Subject,
    answer,
    needs_shown,
    read_changed_since,
    read_items,
    reads_body,
)
from mss_mock.imap.folders import read_flags
from mss_mock.imap.names import read_name
from mss_mock.imap.sets import compact, numbers_in, uids_in
from mss_mock.imap.syntax import UNKNOWN, BadSyntax, Cursor
from mss_mock.imap.view import View
from mss_mock.store import Copied, MessageRow, Shown, Store

__all__ = [
    "copy",
    "expunge",
    "fetch",
    "move",
    "store",
    "uid_copy",
    "uid_expunge",
    "uid_fetch",
    "uid_move",
    "uid_store",
]

UID = Item("UID", b"UID")
FETCHED_AT_ONCE = 200
"""How many messages are read from the store at once, before others have their turn."""

SENT_AT_ONCE = 32 * 1024
"""From how many octets of answers on they are sent."""

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
    since = read_changed_since(cursor)
    cursor.end()
    if since is not None or MODSEQ in items:
        await connection.enable_condstore()
    items = (*items, *([MODSEQ] if since is not None and MODSEQ not in items else []))
    items = (UID, *items) if by_uid and UID not in items else items
    connection.quiet = not reads_body(items)
    present = await _send_messages(connection, uids, items, since)
    connection.note(f"{connection.mailbox} lit {counted(present, 'message')} de {view.folder.name}", uids=uids)
    if present < len(uids) and not by_uid:
        received = f"{counted(len(uids) - present, 'message retiré', 'messages retirés')} par une autre connexion"
        raise Refused("imap-retires", received=received, expected="des messages encore présents")
    return b"OK FETCH completed"


async def _send_messages(connection: Connection, uids: Sequence[int], items: Sequence[Item], since: int | None) -> int:
    """Answer for those of the messages that are there and changed since; return how many are there."""
    view, store, present = _view(connection), connection.store, 0
    for start in range(0, len(uids), FETCHED_AT_ONCE):
        some = uids[start : start + FETCHED_AT_ONCE]
        seen = _mark_seen(connection, items, some)
        rows = _rows(store, view, some, items)
        present += len(rows)
        lines, size = list[bytes](), 0
        for row, shown in rows:
            if since is None or row.modseq > since:
                extra = _flags_items(connection, items) if row.uid in seen else ()
                subject = Subject(row, view.shown_flags(row.uid), shown, _slicer(store, row))
                lines.append(b"* %d FETCH " % view.number_of(row.uid) + answer((*items, *extra), subject))
                size += len(lines[-1])
            if lines and size > SENT_AT_ONCE:
                await connection.send(b"\r\n".join(lines))
                lines, size = [], 0
        if lines:
            await connection.send(b"\r\n".join(lines))
    return present


def _rows(
    store: Store, view: View, uids: Sequence[int], items: Sequence[Item]
) -> Sequence[tuple[MessageRow, Shown | None]]:
    if needs_shown(items):
        return store.shown(view.folder.id, uids)
    return [(row, None) for row in store.messages(view.folder.id, uids)]


def _slicer(store: Store, row: MessageRow) -> Callable[[int, int], bytes | None]:
    return lambda start, end: store.slice(row.content_id, start, end)


def _flags_items(connection: Connection, items: Sequence[Item]) -> tuple[Item, ...]:
    """Return what FETCH tells beside what is asked, when reading has changed the flags."""
    extra = (Item("FLAGS", b"FLAGS"), *([MODSEQ] if connection.condstore else []))
    return tuple(item for item in extra if item.name not in {one.name for one in items})


def _mark_seen(connection: Connection, items: Sequence[Item], uids: Sequence[int]) -> set[int]:
    view = _view(connection)
    if view.read_only or all(item.peek for item in items):
        return set()
    unseen = [uid for uid in uids if "\\Seen" not in view.flags[uid]]
    changed = connection.store.change_flags(view.folder.id, unseen, lambda flags: flags | {"\\Seen"}) if unseen else {}
    for uid, (flags, _) in changed.items():
        view.set_flags(uid, flags)
    return set(changed)


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
    since = _unchanged_since(cursor)
    change, silent, flags = _change(cursor)
    _writable(connection)
    count = len({flag for flag in flags | view.keywords if not flag.startswith("\\")})
    if count > MAX_KEYWORDS:
        raise Refused("imap-trop-de-mots-cles", received=f"{count} mots-clés", expected=f"{MAX_KEYWORDS} au plus")
    if since is not None:
        await connection.enable_condstore()
    connection.note(f"{connection.mailbox} marque {counted(len(uids), 'message')} de {view.folder.name}", uids=uids)
    changed = connection.store.change_flags(view.folder.id, uids, change, unchanged_since=since)
    await connection.send_all(view.learn(flag for now, _ in changed.values() for flag in now))
    for uid, (now, modseq) in changed.items():
        silent_too = silent and not connection.condstore
        view.set_flags(uid, now)
        if not silent_too:
            await connection.send(_stored(view, uid, modseq, silent, by_uid, connection.condstore))
    return b"OK " + _modified(view, uids, changed, since, by_uid) + b"STORE completed"


def _stored(view: View, uid: int, modseq: int, silent: bool, by_uid: bool, condstore: bool) -> bytes:
    """Return what STORE tells of a message: its change number only, when the flags were not to be told."""
    if not silent:
        return view.flags_response(uid, modseq, with_uid=by_uid, with_modseq=condstore)
    items = (b"UID %d " % uid if by_uid else b"") + b"MODSEQ (%d)" % modseq
    return b"* %d FETCH (%b)" % (view.number_of(uid), items)


def _modified(view: View, uids: Sequence[int], changed: Mapping[int, object], since: int | None, by_uid: bool) -> bytes:
    """Return the response code that names the messages left because they changed meanwhile (RFC 7162 §3.1.3)."""
    left = [uid for uid in uids if uid not in changed] if since is not None else []
    return b"[MODIFIED %b] " % compact(left if by_uid else [view.number_of(uid) for uid in left]) if left else b""


def _unchanged_since(cursor: Cursor) -> int | None:
    if cursor.peek() != b"(":
        return None
    cursor.expect(b"(")
    name = cursor.word()
    if name != "UNCHANGEDSINCE":
        raise BadSyntax("unknown store modifier", "UNCHANGEDSINCE", received=name[:80], key=UNKNOWN)
    cursor.space()
    since = cursor.change_number()
    cursor.expect(b")")
    cursor.space()
    return since


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
    return connection.store.transfer(view.folder.id, uids, connection.mailbox, target, move=moving)


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
    doomed = [uid for uid in connection.store.deleted(view.folder.id) if uid in wanted]
    if doomed:
        connection.store.expunge(view.folder.id, doomed)
    connection.note(
        f"{connection.mailbox} supprime {counted(len(doomed), 'message')} de {view.folder.name}", uids=doomed
    )
    return b"OK " + connection.highest(view, bool(doomed)) + b"EXPUNGE completed"
