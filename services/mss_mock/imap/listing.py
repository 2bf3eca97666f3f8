"""Commands that list folders: LIST with its options, LSUB, STATUS.

Source: RFC 3501 §6.3.8–6.3.10, RFC 3348 (children), RFC 5258 (LIST-EXTENDED), RFC 5819 (LIST-STATUS), RFC 6154 (special
uses); confidence high. A plain LIST tells children and special uses unasked, an extended one what it is asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from typing import TypeVar

from mss_mock.codes import DELIMITER
from mss_mock.imap.connection import Connection
from mss_mock.imap.folders import absent
from mss_mock.imap.names import matcher, read_name
from mss_mock.imap.output import mailbox, paren, string
from mss_mock.imap.syntax import LIMIT, UNKNOWN, BadSyntax, Cursor
from mss_mock.store import FolderRow, Store

__all__ = ["list_folders", "list_subscribed", "status"]

T = TypeVar("T")

MAX_PATTERNS = 50
MAX_OPTIONS = 20
_BASE = frozenset({"SUBSCRIBED", "SPECIAL-USE"})
_SELECTION = _BASE | {"REMOTE", "RECURSIVEMATCH"}
_RETURN = frozenset({"SUBSCRIBED", "CHILDREN", "SPECIAL-USE"})


@dataclass(frozen=True, slots=True)
class _Asked:
    """What LIST asks for. ``told``: what each line tells; ``status``: the items of STATUS that go with it."""

    reference: bytes
    patterns: tuple[bytes, ...]
    selection: frozenset[str] = frozenset()
    told: frozenset[str] = frozenset({"CHILDREN", "SPECIAL-USE"})
    status: tuple[str, ...] = ()
    extended: bool = False

    def matches(self, name: str) -> bool:
        """Tell whether a name matches a pattern."""
        return any(matcher(self.reference, pattern)(name) for pattern in self.patterns)

    @property
    def criteria(self) -> list[str]:
        """What a folder must be."""
        return sorted(self.selection & _BASE)


@dataclass(frozen=True, slots=True)
class _Tree:
    """The folders of a mailbox by name, and what is subscribed to, there or not."""

    rows: Mapping[str, FolderRow]
    subscribed: Set[str]

    def selected(self, name: str, asked: _Asked) -> bool:
        """Tell whether a folder is what the selection options say."""
        use = self.rows[name].special_use if name in self.rows else ""
        is_one = {"SUBSCRIBED": name in self.subscribed, "SPECIAL-USE": bool(use)}
        return all(is_one[criterion] for criterion in asked.criteria)

    def below(self, name: str) -> Iterator[str]:
        """Yield the names below one."""
        return (other for other in {*self.rows, *self.subscribed} if other.startswith(name + DELIMITER))

    def hides(self, name: str, asked: _Asked) -> bool:
        """Tell whether something below a name is what is selected, and is not listed itself (RFC 5258 §3.5)."""
        return any(self.selected(one, asked) and not asked.matches(one) for one in self.below(name))

    def attributes(self, name: str, asked: _Asked) -> list[str]:
        """Return the attributes that a line shows."""
        found = [] if name in self.rows else ["\\NonExistent" if asked.extended else "\\Noselect"]
        if "CHILDREN" in asked.told:
            children = any(other in self.rows for other in self.below(name))
            found.append("\\HasChildren" if children else "\\HasNoChildren")
        if "SUBSCRIBED" in asked.told and name in self.subscribed:
            found.append("\\Subscribed")
        if "SPECIAL-USE" in asked.told and name in self.rows and (use := self.rows[name].special_use):
            found.append(use)
        return found


async def list_folders(connection: Connection, cursor: Cursor) -> bytes:
    """LIST."""
    asked = _read(cursor)
    if asked.patterns == (b"",) and not asked.extended:
        await connection.send(f'* LIST (\\Noselect) "{DELIMITER}" ""'.encode("ascii"))
        return b"OK LIST completed"
    rows = {row.name: row for row in connection.store.folders(connection.mailbox)}
    tree = _Tree(rows, frozenset(connection.store.subscriptions(connection.mailbox)))
    known = [*rows, *tree.subscribed] if "SUBSCRIBED" in asked.selection else rows
    for name in _with_parents(known):
        if asked.matches(name):
            await _list_one(connection, tree, name, asked)
    return b"OK LIST completed"


async def _list_one(connection: Connection, tree: _Tree, name: str, asked: _Asked) -> None:
    recursive = "RECURSIVEMATCH" in asked.selection and tree.hides(name, asked)
    if not (recursive or tree.selected(name, asked)):
        return
    line = _list_line(b"LIST", name, tree.attributes(name, asked))
    if recursive:
        line += b' ("CHILDINFO" ' + paren(string(criterion.encode()) for criterion in asked.criteria) + b")"
    await connection.send(line)
    if asked.status and name in tree.rows:
        await connection.send(_status_line(connection, tree.rows[name], asked.status))


async def list_subscribed(connection: Connection, cursor: Cursor) -> bytes:
    """LSUB: also shows, as \\Noselect, what only holds subscribed folders, when ``%`` asks for that level."""
    cursor.space()
    reference = cursor.astring()
    cursor.space()
    pattern = cursor.pattern()
    cursor.end()
    subscribed = connection.store.subscriptions(connection.mailbox)
    matches = matcher(reference, pattern)
    for name in _with_parents(subscribed) if pattern.endswith(b"%") else subscribed:
        if matches(name):
            await connection.send(_list_line(b"LSUB", name, [] if name in subscribed else ["\\Noselect"]))
    return b"OK LSUB completed"


def _with_parents(names: Iterable[str]) -> list[str]:
    found = set[str]()
    for name in names:
        levels = name.split(DELIMITER)
        found.update(DELIMITER.join(levels[: n + 1]) for n in range(len(levels)))
    return sorted(found)


def _list_line(kind: bytes, name: str, attributes: Sequence[str]) -> bytes:
    listed = paren(attribute.encode("ascii") for attribute in attributes)
    return b"* %b %b %b %b" % (kind, listed, string(DELIMITER.encode()), mailbox(name))


# Reading LIST


def _read(cursor: Cursor) -> _Asked:
    cursor.space()
    selection: frozenset[str] | None = None
    if cursor.peek() == b"(":
        selection = _known(_words(cursor), _SELECTION)
        if "RECURSIVEMATCH" in selection and not selection & _BASE:
            expected = "RECURSIVEMATCH avec SUBSCRIBED ou SPECIAL-USE"
            raise BadSyntax("RECURSIVEMATCH alone selects nothing", expected, received="RECURSIVEMATCH seul")
        cursor.space()
    reference = cursor.astring()
    cursor.space()
    several = cursor.peek() == b"("
    patterns = tuple(_listed(cursor, cursor.pattern, MAX_PATTERNS)) if several else (cursor.pattern(),)
    if cursor.at_end and selection is None and not several:
        return _Asked(reference, patterns)
    told, status = _returned(cursor)
    chosen = selection or frozenset()
    return _Asked(reference, patterns, chosen, told | chosen & _BASE, status, extended=True)


def _returned(cursor: Cursor) -> tuple[frozenset[str], tuple[str, ...]]:
    if cursor.at_end:
        return frozenset(), ()
    cursor.space()
    cursor.expect(b"RETURN")
    cursor.space()
    statuses: list[str] = []

    def option() -> str:
        name = cursor.word()
        if name == "STATUS":
            cursor.space()
            statuses.extend(_status_items(cursor))
        return name

    options = _listed(cursor, option, MAX_OPTIONS)
    cursor.end()
    return _known((name for name in options if name != "STATUS"), _RETURN), tuple(statuses)


def _listed(cursor: Cursor, read: Callable[[], T], most: int) -> list[T]:
    cursor.expect(b"(")
    found: list[T] = []
    while not cursor.skip(b")"):
        if found:
            cursor.space()
        found.append(read())
        if len(found) > most:
            raise cursor.bad("too many options", f"{most} au plus", LIMIT)
    return found


def _words(cursor: Cursor) -> list[str]:
    return _listed(cursor, cursor.word, MAX_OPTIONS)


def _known(names: Iterable[str], known: frozenset[str]) -> frozenset[str]:
    found = frozenset(names)
    if not found <= known:
        received, expected = ", ".join(sorted(found - known))[:80], ", ".join(sorted(known))
        raise BadSyntax("unknown option", expected, received=received, key=UNKNOWN)
    return found


# STATUS


_STATUS_ITEMS: dict[str, Callable[[FolderRow, Store], int]] = {
    "DELETED": lambda row, store: len(store.deleted(row.id)),
    "DELETED-STORAGE": lambda row, store: sum(one.size for one in store.messages(row.id, store.deleted(row.id))),
    "HIGHESTMODSEQ": lambda row, _store: row.modseq,
    "MESSAGES": lambda row, _store: row.messages,
    "RECENT": lambda row, store: store.recent(row),
    "UIDNEXT": lambda row, _store: row.uidnext,
    "UIDVALIDITY": lambda row, _store: row.uidvalidity,
    "UNSEEN": lambda row, _store: row.unseen,
}


async def status(connection: Connection, cursor: Cursor) -> bytes:
    """STATUS."""
    cursor.space()
    name = read_name(cursor.astring())
    cursor.space()
    items = _status_items(cursor)
    cursor.end()
    folder = connection.store.folder(connection.mailbox, name)
    if folder is None:
        raise absent(name)
    if "HIGHESTMODSEQ" in items:
        await connection.enable_condstore()
    await connection.send(_status_line(connection, folder, items))
    return b"OK STATUS completed"


def _status_items(cursor: Cursor) -> list[str]:
    items = _words(cursor)
    if not items or not set(items) <= set(_STATUS_ITEMS):
        received = ", ".join(items)[:80] or "aucun élément"
        raise BadSyntax("unknown status item", ", ".join(_STATUS_ITEMS), received=received, key=UNKNOWN)
    return items


def _status_line(connection: Connection, folder: FolderRow, items: Iterable[str]) -> bytes:
    values = (b"%b %d" % (item.encode(), _STATUS_ITEMS[item](folder, connection.store)) for item in items)
    return b"* STATUS " + mailbox(folder.name) + b" " + paren(values)
