"""Commands on folders: select, make, rename, subscribe, fill.

Source: RFC 3501 §6.3, RFC 4315 (APPENDUID), RFC 3502 (MULTIAPPEND), RFC 3691 (UNSELECT), RFC 7162
§3.1 (CONDSTORE); confidence high. ``listing`` has LIST and STATUS.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from lgo_sandbox.watch.wording import counted
from mss_mock.codes import MAILBOX_QUOTA, MAX_KEYWORDS
from mss_mock.domain import Refused
from mss_mock.imap.connection import Connection, State
from mss_mock.imap.names import read_name
from mss_mock.imap.sets import compact
from mss_mock.imap.syntax import LIMIT, UNKNOWN, BadSyntax, Cursor
from mss_mock.imap.view import SYSTEM_FLAGS, View
from mss_mock.store import New

__all__ = [
    "absent",
    "append",
    "close",
    "create",
    "delete",
    "examine",
    "read_flags",
    "rename",
    "select",
    "subscribe",
    "unselect",
    "unsubscribe",
]

_SYSTEM = {flag.lower(): flag for flag in SYSTEM_FLAGS}
MAX_FLAG = 100
MAX_APPENDED = 50


def read_flags(flags: Iterable[str]) -> frozenset[str]:
    """Return flags in canonical form. Raises BadSyntax for one that a client cannot set."""
    found = set[str]()
    for flag in flags:
        if flag.startswith("\\") and flag.lower() not in _SYSTEM:
            expected = f"{', '.join(SYSTEM_FLAGS)}, ou un mot-clé"
            raise BadSyntax(f"{flag[:40]} cannot be set", expected, received=flag[:80], key=UNKNOWN)
        if len(flag) > MAX_FLAG:
            expected = f"{MAX_FLAG} caractères au plus"
            raise BadSyntax("flag too long", expected, received=counted(len(flag), "caractère"), key=LIMIT)
        found.add(_SYSTEM.get(flag.lower(), flag))
    if len(found) > MAX_KEYWORDS:
        received, expected = f"{len(found)} drapeaux", f"{MAX_KEYWORDS} au plus"
        raise BadSyntax("too many flags", expected, received=received, key=LIMIT)
    return frozenset(found)


def absent(name: str) -> Refused:
    """Return the refusal of a folder that does not exist."""
    return Refused("imap-dossier-absent", received=name, expected="un dossier que LIST montre")


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
    if connection.view is not None:
        await connection.send(b"* OK [CLOSED] Previous mailbox closed")
    connection.deselect()
    name = _name(cursor)
    condstore = _select_parameters(cursor)
    cursor.end()
    folder = connection.store.folder(connection.mailbox, name)
    if folder is None:
        raise absent(name)
    view = View(connection.store, folder, read_only=read_only)
    connection.condstore = connection.condstore or condstore
    connection.view, connection.state = view, State.SELECTED
    unseen = view.first_unseen()
    lines = [
        view.flags_line(),
        b"* %d EXISTS" % len(view.uids),
        b"* %d RECENT" % len(view.recent),
        *([b"* OK [UNSEEN %d] First unseen" % unseen] if unseen else []),
        b"* OK [UIDVALIDITY %d] UIDs valid" % folder.uidvalidity,
        b"* OK [UIDNEXT %d] Predicted next UID" % folder.uidnext,
        b"* OK [HIGHESTMODSEQ %d] Highest" % view.modseq,
        view.permanent_flags_line(),
    ]
    await connection.send_all(lines)
    connection.note(f"{connection.mailbox} ouvre le dossier {name} ({counted(len(view.uids), 'message')})", folder=name)
    access = b"READ-ONLY" if read_only else b"READ-WRITE"
    return b"OK [" + access + b"] Selected"


def _select_parameters(cursor: Cursor) -> bool:
    """Read ``(CONDSTORE)`` (RFC 7162 §3.1.8); tell whether it is there."""
    if cursor.at_end:
        return False
    cursor.space()
    cursor.expect(b"(")
    name = cursor.word()
    if name != "CONDSTORE":
        raise BadSyntax("unknown select parameter", "CONDSTORE", received=name[:80], key=UNKNOWN)
    cursor.expect(b")")
    return True


async def close(connection: Connection, cursor: Cursor) -> bytes:
    """CLOSE: removes what is marked \\Deleted, silently."""
    cursor.end()
    view = connection.view
    assert view is not None
    code = b""
    if not view.read_only:
        doomed = connection.store.deleted(view.folder.id)
        if doomed:
            connection.store.expunge(view.folder.id, doomed)
        connection.note(f"{connection.mailbox} ferme {view.folder.name} ({len(doomed)} messages supprimés)")
        code = connection.highest(view, bool(doomed))
    connection.deselect()
    return b"OK " + code + b"CLOSE completed"


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
        raise absent(name)
    connection.quiet = True
    connection.store.subscribe(connection.mailbox, name, wanted=True)
    return b"OK SUBSCRIBE completed"


async def unsubscribe(connection: Connection, cursor: Cursor) -> bytes:
    """UNSUBSCRIBE."""
    name = _one_name(cursor)
    connection.quiet = True
    connection.store.subscribe(connection.mailbox, name, wanted=False)
    return b"OK UNSUBSCRIBE completed"


# Filling


async def append(connection: Connection, cursor: Cursor) -> bytes:
    """APPEND of one message or more (RFC 3502): all or none."""
    name = _name(cursor)
    new: list[New] = []
    while not cursor.at_end:
        cursor.space()
        new.append(_message(connection, cursor, name))
        if len(new) > MAX_APPENDED:
            raise cursor.bad("too many messages", f"{MAX_APPENDED} messages au plus", LIMIT)
    if not new:
        raise cursor.bad("literal expected", "un message, en littéral")
    size = sum(len(one.octets) for one in new)
    what = "un message" if len(new) == 1 else counted(len(new), "message")
    connection.note(f"{connection.mailbox} dépose {what} dans {name}", folder=name, size=size)
    _check_room(connection, new, size)
    placed = connection.store.add(new)
    return b"OK [APPENDUID %d %b] APPEND completed" % (placed[0][0], compact([uid for _, uid in placed]))


def _message(connection: Connection, cursor: Cursor, name: str) -> New:
    flags, received = frozenset[str](), connection.session.clock.wire()
    if cursor.peek() == b"(":
        flags = read_flags(cursor.flags())
        cursor.space()
    if cursor.peek() == b'"':
        received = cursor.date_time()
        cursor.space()
    return New(connection.mailbox, cursor.literal(), received, name, flags)


def _check_room(connection: Connection, new: Sequence[New], size: int) -> None:
    limit = connection.port.size_limit(connection.session)
    for one in new:
        if not one.octets:
            raise Refused("imap-message-vide", received="un littéral de 0 octet", expected="un message entier")
        if len(one.octets) > limit:
            received, expected = f"{len(one.octets)} octets", f"{limit} octets au plus"
            raise Refused("imap-message-trop-lourd", received=received, expected=expected)
    if connection.store.weight(connection.mailbox) + size > MAILBOX_QUOTA:
        expected = f"{MAILBOX_QUOTA} octets au plus dans la boîte"
        raise Refused("imap-boite-pleine", received=f"{size} octets", expected=expected)
