"""The items of FETCH: reading what is asked, answering it from a message.

Source: RFC 3501 §6.4.5 and §7.4.2, RFC 7162 §3.1.4 (MODSEQ, CHANGEDSINCE); confidence high. What can be is taken from
what was derived when the message came; sections are slices of the stored octets. Knows no folder.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from mss_mock.imap.output import date_time, flag_list, paren
from mss_mock.imap.rendering import body_value, header_fields
from mss_mock.imap.sections import Place, place_of, read_places
from mss_mock.imap.syntax import LIMIT, UNKNOWN, BadSyntax, Cursor
from mss_mock.store import MessageRow, Shown

__all__ = ["MODSEQ", "Item", "Subject", "answer", "needs_shown", "read_changed_since", "read_items", "reads_body"]

MAX_ITEMS = 100
MAX_SECTION_DEPTH = 40
_NAME = re.compile(rb"[A-Z0-9.]+", re.IGNORECASE)
_NUMBERS = re.compile(rb"([1-9][0-9]{0,8}(?:\.[1-9][0-9]{0,8})*)(?:\.|(?=\]))")
_SECTION_TEXT = re.compile(rb"HEADER\.FIELDS\.NOT|HEADER\.FIELDS|HEADER|TEXT|MIME", re.IGNORECASE)
_PARTIAL = re.compile(rb"<([0-9]{1,10})\.([0-9]{1,10})>")

_MACROS: Mapping[str, tuple[str, ...]] = {
    "ALL": ("FLAGS", "INTERNALDATE", "RFC822.SIZE", "ENVELOPE"),
    "FAST": ("FLAGS", "INTERNALDATE", "RFC822.SIZE"),
    "FULL": ("FLAGS", "INTERNALDATE", "RFC822.SIZE", "ENVELOPE", "BODY"),
}
_CHEAP = frozenset({"FLAGS", "UID", "INTERNALDATE", "RFC822.SIZE", "MODSEQ"})
_SIMPLE = _CHEAP | {"ENVELOPE", "BODY", "BODYSTRUCTURE"}
_OLD_SECTIONS = {"RFC822": ("", False), "RFC822.HEADER": ("HEADER", True), "RFC822.TEXT": ("TEXT", False)}


@dataclass(frozen=True, slots=True)
class Item:
    """One thing asked. ``label`` names it in the answer; ``section`` is None for what is no slice of the message."""

    name: str
    label: bytes
    section: str | None = None
    numbers: tuple[int, ...] = ()
    fields: frozenset[bytes] = frozenset()
    peek: bool = True
    partial: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Subject:
    """A message that is asked about: its row, its flags as FETCH shows them, what was derived, its octets by slices."""

    row: MessageRow
    flags: frozenset[str]
    shown: Shown | None
    slice: Callable[[int, int], bytes | None]

    @property
    def derived(self) -> Shown:
        """What was derived from the message; ``needs_shown`` tells when it must be there."""
        assert self.shown is not None
        return self.shown


MODSEQ = Item("MODSEQ", b"MODSEQ")


def read_items(cursor: Cursor) -> tuple[Item, ...]:
    """Read a macro, an item or a list of items. Raises BadSyntax."""
    if not cursor.skip(b"("):
        return _item(cursor, macros=True)
    items: list[Item] = list(_item(cursor))
    while not cursor.skip(b")"):
        cursor.space()
        items.extend(_item(cursor))
        if len(items) > MAX_ITEMS:
            raise cursor.bad("too many items", f"{MAX_ITEMS} éléments au plus", LIMIT)
    return tuple(items)


def read_changed_since(cursor: Cursor) -> int | None:
    """Read the modifiers of FETCH: the change number of CHANGEDSINCE, None without."""
    if cursor.at_end:
        return None
    cursor.space()
    cursor.expect(b"(")
    name = cursor.word()
    if name != "CHANGEDSINCE":
        raise BadSyntax("unknown fetch modifier", "CHANGEDSINCE", received=name[:80], key=UNKNOWN)
    cursor.space()
    since = cursor.change_number()
    cursor.expect(b")")
    return since


def needs_shown(items: Sequence[Item]) -> bool:
    """Tell whether more than the row and the whole message is needed."""
    return any(item.name not in _CHEAP and (item.section != "" or item.numbers) for item in items)


def reads_body(items: Sequence[Item]) -> bool:
    """Tell whether the content of the message is asked for."""
    return any(item.section is not None for item in items)


def answer(items: Sequence[Item], subject: Subject) -> bytes:
    """Return the parenthesised answer."""
    return paren(item.label + b" " + _value(item, subject) for item in items)


def _item(cursor: Cursor, *, macros: bool = False) -> tuple[Item, ...]:
    name = cursor.take(_NAME, "fetch item")[0].decode("ascii").upper()
    if macros and name in _MACROS:
        return tuple(Item(part, part.encode()) for part in _MACROS[name])
    if name in ("BODY", "BODY.PEEK") and cursor.peek() == b"[":
        return (_section(cursor, peek=name == "BODY.PEEK"),)
    if name in _OLD_SECTIONS:
        section, peek = _OLD_SECTIONS[name]
        return (Item(name, name.encode(), section, peek=peek),)
    if name not in _SIMPLE:
        expected = ", ".join(sorted({*_SIMPLE, *_OLD_SECTIONS, "BODY[…]"}))
        raise BadSyntax(f"unknown fetch item {name[:40]}", expected, received=name[:80], key=UNKNOWN)
    return (Item(name, name.encode()),)


def _section(cursor: Cursor, *, peek: bool) -> Item:
    cursor.expect(b"[")
    numbers: tuple[int, ...] = ()
    if cursor.peek().isdigit():
        match = cursor.take(_NUMBERS, "part number")
        numbers = tuple(int(number) for number in match[1].split(b"."))
        if len(numbers) > MAX_SECTION_DEPTH or (match[0].endswith(b".") and cursor.peek() == b"]"):
            received, expected = match[1].decode("ascii")[:80], f"un numéro de {MAX_SECTION_DEPTH} niveaux au plus"
            raise BadSyntax("bad part number", expected, received=received)
    section, fields, shown = "", frozenset[bytes](), b".".join(b"%d" % number for number in numbers)
    if cursor.peek() != b"]":
        section = cursor.take(_SECTION_TEXT, "section")[0].decode("ascii").upper()
        if section == "MIME" and not numbers:
            raise BadSyntax("MIME needs a part number", "BODY[1.MIME], avec un numéro de partie", received="BODY[MIME]")
        shown += (b"." if numbers else b"") + section.encode()
        if section.startswith("HEADER.FIELDS"):
            names = _field_names(cursor)
            fields, shown = frozenset(name.lower() for name in names), shown + b" " + paren(names)
    cursor.expect(b"]")
    partial = _partial(cursor)
    label = b"BODY[" + shown + b"]" + (b"<%d>" % partial[0] if partial else b"")
    return Item("BODY[]", label, section, numbers, fields, peek, partial)


def _field_names(cursor: Cursor) -> list[bytes]:
    cursor.space()
    cursor.expect(b"(")
    names = [_field_name(cursor)]
    while not cursor.skip(b")"):
        cursor.space()
        names.append(_field_name(cursor))
    return names


def _field_name(cursor: Cursor) -> bytes:
    name = cursor.astring()
    if not name or not name.isascii() or any(octet <= 0x20 or octet in b'()":{' for octet in name):
        received = name[:80].decode("ascii", "backslashreplace")
        raise BadSyntax("bad header field name", "un nom d'en-tête en ASCII", received=received)
    return name.upper()


def _partial(cursor: Cursor) -> tuple[int, int] | None:
    if cursor.peek() != b"<":
        return None
    match = cursor.take(_PARTIAL, "partial range")
    if int(match[2]) == 0:
        raise BadSyntax("empty partial range", "une longueur d'au moins 1", received=match[0].decode("ascii"))
    return int(match[1]), int(match[2])


def _value(item: Item, subject: Subject) -> bytes:
    return (
        body_value(_section_octets(item, subject)) if item.section is not None else _SIMPLE_VALUES[item.name](subject)
    )


_SIMPLE_VALUES: Mapping[str, Callable[[Subject], bytes]] = {
    "FLAGS": lambda subject: flag_list(subject.flags),
    "UID": lambda subject: b"%d" % subject.row.uid,
    "INTERNALDATE": lambda subject: date_time(subject.row.received),
    "RFC822.SIZE": lambda subject: b"%d" % subject.row.size,
    "MODSEQ": lambda subject: b"(%d)" % subject.row.modseq,
    "ENVELOPE": lambda subject: subject.derived.envelope,
    "BODY": lambda subject: subject.derived.body,
    "BODYSTRUCTURE": lambda subject: subject.derived.structure,
}


def _section_octets(item: Item, subject: Subject) -> bytes | None:
    if not item.numbers and not item.section:
        return _cut(item, subject, 0, subject.row.size)
    place = place_of(read_places(subject.derived.parts), item.numbers)
    if place is None:
        return None
    if not item.section:
        return _cut(item, subject, place.body, place.end)
    if item.section == "MIME":
        return _cut(item, subject, place.start, place.body)
    message = place.message if item.numbers else place
    if message is None:
        return None
    if item.section == "TEXT":
        return _cut(item, subject, message.body, message.end)
    if item.section == "HEADER" and item.numbers:
        return _cut(item, subject, message.start, message.body)
    return _some_fields(item, subject, message)


def _some_fields(item: Item, subject: Subject, message: Place) -> bytes | None:
    header = subject.slice(message.start, message.body) if item.numbers else subject.derived.header
    if header is None:
        return None
    if item.fields:
        header = header_fields(header, item.fields, wanted=item.section == "HEADER.FIELDS")
    return header[item.partial[0] : item.partial[0] + item.partial[1]] if item.partial else header


def _cut(item: Item, subject: Subject, start: int, end: int) -> bytes | None:
    """Return what is asked of a stretch of octets; no more is read."""
    if item.partial:
        start = min(start + item.partial[0], end)
        end = min(start + item.partial[1], end)
    return subject.slice(start, end)
