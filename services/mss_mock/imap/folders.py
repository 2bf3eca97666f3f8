"""Commands on folders: select, list, make, rename, fill.

Source: RFC 3501 §6.3, RFC 5258-free LIST with RFC 3348 (CHILDREN) and RFC 6154 (SPECIAL-USE) attributes, RFC 4315
(APPENDUID), RFC 3691 (UNSELECT); confidence high.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from ..codes import DELIMITER, MAILBOX_QUOTA, MAX_KEYWORDS
from ..store import FolderRow, New
from .connection import Connection, No, State
from .names import matcher, read_name
from .output import mailbox, paren, string
from .syntax import BadSyntax, Cursor
from .view import SYSTEM_FLAGS, View

__all__ = [
    "append",
    "close",
    "create",
    "delete",
    "examine",
    "list_folders",
    "list_subscribed",
    "read_flags",
    "rename",
    "select",
    "status",
    "subscribe",
    "unselect",
    "unsubscribe",
]

_SYSTEM = {flag.lower(): flag for flag in SYSTEM_FLAGS}
MAX_FLAG = 100


def read_flags(flags: Iterable[str]) -> frozenset[str]:
    """Return flags in canonical form. Raises BadSyntax for one that a client cannot set."""
    found = set[str]()
    for flag in flags:
        if flag.startswith("\\") and flag.lower() not in _SYSTEM:
            raise BadSyntax(f"{flag[:40]} cannot be set")
        if len(flag) > MAX_FLAG:
            raise BadSyntax("flag too long")
        found.add(_SYSTEM.get(flag.lower(), flag))
    if len(found) > MAX_KEYWORDS:
        raise BadSyntax("too many flags")
    return frozenset(found)


def _name(cursor: Cursor) -> str:
    cursor.space()
    return read_name(cursor.astring())


def _one_name(cursor: Cursor) -> str:
    name = _name(cursor)
    cursor.end()
    return name


async def select(connection: Connection, cursor: Cursor) -> bytes:
    """SELECT."""
    return await _open(connection, cursor, read_only=False)


async def examine(connection: Connection, cursor: Cursor) -> bytes:
    """EXAMINE."""
    return await _open(connection, cursor, read_only=True)


async def _open(connection: Connection, cursor: Cursor, *, read_only: bool) -> bytes:
    connection.deselect()
    name = _one_name(cursor)
    folder = connection.store.folder(connection.mailbox, name)
    if folder is None:
        raise No("Mailbox does not exist", "NONEXISTENT")
    view = View(connection.store, folder, read_only=read_only)
    connection.view, connection.state = view, State.SELECTED
    unseen = view.first_unseen()
    lines = [
        view.flags_line(),
        b"* %d EXISTS" % len(view.uids),
        b"* %d RECENT" % len(view.recent),
        *([b"* OK [UNSEEN %d] First unseen" % unseen] if unseen else []),
        b"* OK [UIDVALIDITY %d] UIDs valid" % folder.uidvalidity,
        b"* OK [UIDNEXT %d] Predicted next UID" % folder.uidnext,
        view.permanent_flags_line(),
    ]
    await connection.send_all(lines)
    connection.note(f"{connection.mailbox} ouvre le dossier {name} ({len(view.uids)} messages)", folder=name)
    access = b"READ-ONLY" if read_only else b"READ-WRITE"
    return b"OK [" + access + b"] Selected"


async def close(connection: Connection, cursor: Cursor) -> bytes:
    """CLOSE: removes what is marked \\Deleted, silently."""
    cursor.end()
    view = connection.view
    assert view is not None
    if not view.read_only:
        doomed = [row.uid for row in connection.store.messages(view.folder.id) if "\\Deleted" in row.flags]
        if doomed:
            connection.store.expunge(view.folder.id, doomed)
        connection.note(f"{connection.mailbox} ferme {view.folder.name} ({len(doomed)} messages supprimés)")
    connection.deselect()
    return b"OK CLOSE completed"


async def unselect(connection: Connection, cursor: Cursor) -> bytes:
    """UNSELECT."""
    cursor.end()
    connection.quiet = True
    connection.deselect()
    return b"OK UNSELECT completed"


async def create(connection: Connection, cursor: Cursor) -> bytes:
    """CREATE."""
    name = _one_name(cursor)
    connection.note(f"{connection.mailbox} crée le dossier {name}", folder=name)
    connection.store.create(connection.mailbox, name)
    return b"OK CREATE completed"


async def delete(connection: Connection, cursor: Cursor) -> bytes:
    """DELETE."""
    name = _one_name(cursor)
    connection.note(f"{connection.mailbox} supprime le dossier {name}", folder=name)
    connection.store.remove(connection.mailbox, name)
    if connection.view is not None and connection.view.folder.name == name:
        connection.deselect()
    return b"OK DELETE completed"


async def rename(connection: Connection, cursor: Cursor) -> bytes:
    """RENAME."""
    name = _name(cursor)
    target = _one_name(cursor)
    connection.note(f"{connection.mailbox} renomme le dossier {name} en {target}", folder=name)
    connection.store.rename(connection.mailbox, name, target)
    return b"OK RENAME completed"


async def subscribe(connection: Connection, cursor: Cursor) -> bytes:
    """SUBSCRIBE."""
    name = _one_name(cursor)
    if connection.store.folder(connection.mailbox, name) is None:
        raise No("Mailbox does not exist", "NONEXISTENT")
    connection.quiet = True
    connection.store.subscribe(connection.mailbox, name, wanted=True)
    return b"OK SUBSCRIBE completed"


async def unsubscribe(connection: Connection, cursor: Cursor) -> bytes:
    """UNSUBSCRIBE."""
    name = _one_name(cursor)
    connection.quiet = True
    connection.store.subscribe(connection.mailbox, name, wanted=False)
    return b"OK UNSUBSCRIBE completed"


# Listing


async def list_folders(connection: Connection, cursor: Cursor) -> bytes:
    """LIST."""
    reference, pattern = _patterns(cursor)
    if not pattern:
        await connection.send(f'* LIST (\\Noselect) "{DELIMITER}" ""'.encode("ascii"))
        return b"OK LIST completed"
    rows = {row.name: row for row in connection.store.folders(connection.mailbox)}
    for name in _with_parents(rows):
        if matcher(reference, pattern)(name):
            await connection.send(_list_line(b"LIST", name, _attributes(name, rows)))
    return b"OK LIST completed"


async def list_subscribed(connection: Connection, cursor: Cursor) -> bytes:
    """LSUB: also shows, as \\Noselect, what only holds subscribed folders, when ``%`` asks for that level."""
    reference, pattern = _patterns(cursor)
    subscribed = connection.store.subscriptions(connection.mailbox)
    matches = matcher(reference, pattern)
    for name in _with_parents(subscribed) if pattern.endswith(b"%") else subscribed:
        if matches(name):
            await connection.send(_list_line(b"LSUB", name, [] if name in subscribed else ["\\Noselect"]))
    return b"OK LSUB completed"


def _patterns(cursor: Cursor) -> tuple[bytes, bytes]:
    cursor.space()
    reference = cursor.astring()
    cursor.space()
    pattern = cursor.pattern()
    cursor.end()
    return reference, pattern


def _with_parents(names: Iterable[str]) -> list[str]:
    found = set[str]()
    for name in names:
        levels = name.split(DELIMITER)
        found.update(DELIMITER.join(levels[: n + 1]) for n in range(len(levels)))
    return sorted(found)


def _attributes(name: str, rows: dict[str, FolderRow]) -> list[str]:
    children = any(other.startswith(name + DELIMITER) for other in rows)
    attributes = ["\\HasChildren" if children else "\\HasNoChildren"]
    if name not in rows:
        return ["\\Noselect", *attributes]
    use = rows[name].special_use
    return [*attributes, use] if use else attributes


def _list_line(kind: bytes, name: str, attributes: Sequence[str]) -> bytes:
    listed = paren(attribute.encode("ascii") for attribute in attributes)
    return b"* %b %b %b %b" % (kind, listed, string(DELIMITER.encode()), mailbox(name))


_STATUS_ITEMS: dict[str, Callable[[FolderRow, Sequence[frozenset[str]], int], int]] = {
    "MESSAGES": lambda _row, flags, _recent: len(flags),
    "RECENT": lambda _row, _flags, recent: recent,
    "UIDNEXT": lambda row, _flags, _recent: row.uidnext,
    "UIDVALIDITY": lambda row, _flags, _recent: row.uidvalidity,
    "UNSEEN": lambda _row, flags, _recent: sum("\\Seen" not in each for each in flags),
}


async def status(connection: Connection, cursor: Cursor) -> bytes:
    """STATUS."""
    name = _name(cursor)
    cursor.space()
    cursor.expect(b"(")
    items = [cursor.word()]
    while not cursor.skip(b")"):
        cursor.space()
        items.append(cursor.word())
    cursor.end()
    if not set(items) <= set(_STATUS_ITEMS):
        raise BadSyntax("unknown status item")
    folder = connection.store.folder(connection.mailbox, name)
    if folder is None:
        raise No("Mailbox does not exist", "NONEXISTENT")
    rows = connection.store.messages(folder.id)
    flags, recent = [row.flags for row in rows], sum(row.recent for row in rows)
    values = (b"%b %d" % (item.encode(), _STATUS_ITEMS[item](folder, flags, recent)) for item in items)
    await connection.send(b"* STATUS " + mailbox(name) + b" " + paren(values))
    return b"OK STATUS completed"


async def append(connection: Connection, cursor: Cursor) -> bytes:
    """APPEND one message."""
    name = _name(cursor)
    cursor.space()
    flags, received = frozenset[str](), connection.session.clock.wire()
    if cursor.peek() == b"(":
        flags = read_flags(cursor.flags())
        cursor.space()
    if cursor.peek() == b'"':
        received = cursor.date_time()
        cursor.space()
    octets = cursor.literal()
    cursor.end()
    connection.note(f"{connection.mailbox} dépose un message dans {name}", folder=name, size=len(octets))
    _check_room(connection, octets)
    new = New(connection.mailbox, octets, received, name, flags)
    uidvalidity, uid = connection.store.add([new])[0]
    return b"OK [APPENDUID %d %d] APPEND completed" % (uidvalidity, uid)


def _check_room(connection: Connection, octets: bytes) -> None:
    if not octets:
        raise No("A message cannot be empty", "CANNOT")
    if len(octets) > connection.door.size_limit(connection.session):
        raise No("Message too large", "TOOBIG")
    if connection.store.weight(connection.mailbox) + len(octets) > MAILBOX_QUOTA:
        raise No("Mailbox is full", "OVERQUOTA")
