"""SEARCH: reading the keys into one test, and what a message shows to it.

Source: RFC 3501 §6.4.4, RFC 4731 (RETURN), RFC 7162 §3.1.5 (MODSEQ); confidence high. Texts are compared without case,
headers and bodies decoded. A message number that does not exist matches nothing. Knows no folder.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from mss_mock.domain import Refused
from mss_mock.imap.deriving import PLAIN
from mss_mock.imap.sets import Extent, membership
from mss_mock.imap.syntax import LIMIT, UNKNOWN, BadSyntax, Cursor, SequenceSet
from mss_mock.store import Found

__all__ = ["CHARSETS", "Candidate", "Search", "Test", "read_charset", "read_keys", "read_search"]

MAX_KEYS = 500
CHARSETS = ("US-ASCII", "UTF-8")
RETURNS = ("MIN", "MAX", "ALL", "COUNT")


class Candidate:
    """A message that is searched: what a view knows of it, and what was derived when it came, where a key needs it."""

    __slots__ = ("_texts", "flags", "found", "load_texts", "number", "recent", "uid")

    def __init__(
        self,
        uid: int,
        number: int,
        flags: frozenset[str],
        recent: bool,
        found: Found | None = None,
        load_texts: Callable[[int], tuple[str, str]] | None = None,
    ) -> None:
        self.uid, self.number, self.flags, self.recent = uid, number, flags, recent
        self.found = found
        self.load_texts = load_texts
        self._texts: tuple[str, str] | None = None

    @property
    def known(self) -> Found:
        """What was derived; ``Search.looks`` tells when it must be there."""
        assert self.found is not None
        return self.found

    @property
    def texts(self) -> tuple[str, str]:
        """The fields of the parts, and the texts; read when first asked for."""
        if self._texts is None:
            assert self.load_texts is not None
            self._texts = self.load_texts(self.known.content_id)
        return self._texts

    def has(self, name: str, text: str) -> bool:
        """Tell whether a field of that name has a text, both in lower case."""
        head = self.known.head
        if text not in head:
            return False
        start = f"\n{name}:"
        at = head.find(start)
        while at >= 0:
            at += len(start)
            if head.find(text, at, head.index("\n", at)) >= 0:
                return True
            at = head.find(start, at)
        return False


Test = Callable[[Candidate], bool]


@dataclass(frozen=True, slots=True)
class Search:
    """What is searched. ``looks``: a key needs what was derived; ``returns``: the options of RETURN, None without.

    ``needle`` is in the head of every message that matches; empty when there is none such.

    ``by_change``: the answer says the highest change number of what was found (RFC 7162 §3.1.5).
    """

    test: Test
    looks: bool
    by_change: bool
    returns: frozenset[str] | None
    needle: str


@dataclass(slots=True)
class _Reader:
    cursor: Cursor
    numbers: Extent
    uids: Extent
    charset: str = "UTF-8"
    keys: int = 0
    looks: bool = False
    by_change: bool = False
    needle: str = ""
    within: int = 0
    """How many NOT and OR a key is within: what it asks for is not asked of every message then."""

    def all(self) -> Test:
        tests = [self.key()]
        while not self.cursor.at_end and self.cursor.peek() != b")":
            self.cursor.space()
            tests.append(self.key())
        return tests[0] if len(tests) == 1 else lambda candidate: all(test(candidate) for test in tests)

    def key(self) -> Test:
        self.keys += 1
        if self.keys > MAX_KEYS:
            raise self.cursor.bad("too many search keys", f"{MAX_KEYS} critères au plus", LIMIT)
        first = self.cursor.peek()
        if first == b"(":
            return self._group()
        if first.isdigit() or first == b"*":
            among = membership(self.cursor.sequence(), self.numbers)
            return lambda candidate: among(candidate.number)
        name = self.cursor.word()
        if name in _FLAG_KEYS:
            flag, wanted = _FLAG_KEYS[name]
            return lambda candidate: (flag in _lowered(candidate)) is wanted
        if name in _PLAIN_KEYS:
            return _PLAIN_KEYS[name]
        reader = _READERS.get(name)
        if reader is None:
            expected = ", ".join(sorted({*_FLAG_KEYS, *_PLAIN_KEYS, *_READERS}))
            raise BadSyntax(f"unknown search key {name[:40]}", expected, received=name[:80], key=UNKNOWN)
        self.looks = self.looks or name not in _BY_VIEW
        self.cursor.space()
        return reader(self)

    def _group(self) -> Test:
        self.cursor.deeper()
        self.cursor.expect(b"(")
        test = self.all()
        self.cursor.expect(b")")
        self.cursor.shallower()
        return test

    def nested(self) -> Test:
        self.cursor.deeper()
        self.within += 1
        test = self.key()
        self.within -= 1
        self.cursor.shallower()
        return test

    def field_text(self) -> str:
        """Read a text that must be in the head."""
        text = self.text()
        if not self.within and len(text) > len(self.needle):
            self.needle = text
        return text

    def text(self) -> str:
        try:
            return self.cursor.astring().decode("ascii" if self.charset == "US-ASCII" else "utf-8").lower()
        except UnicodeDecodeError as error:
            received = error.object[:40].decode("ascii", "backslashreplace")
            raise BadSyntax(
                "text is not in the charset of the search", f"du texte en {self.charset}", received=received
            ) from error


def read_search(cursor: Cursor, numbers: Extent, uids: Extent) -> Search:
    """Read ``[RETURN (options)] [CHARSET name] key…`` against the numbers in use. Raises Refused."""
    returns = _returns(cursor) if cursor.skip(b"RETURN ") else None
    reader = _Reader(cursor, numbers, uids)
    if cursor.skip(b"CHARSET "):
        reader.charset = read_charset(cursor)
        cursor.space()
    test = reader.all()
    return Search(test, reader.looks, reader.by_change, returns, reader.needle)


def read_keys(cursor: Cursor, charset: str, numbers: Extent, uids: Extent) -> Search:
    """Read the search keys of SORT, which looks at what was derived in any case. Raises Refused."""
    reader = _Reader(cursor, numbers, uids, charset)
    test = reader.all()
    return Search(test, True, reader.by_change, None, reader.needle)


def read_charset(cursor: Cursor) -> str:
    """Read the charset of a search. Raises Refused."""
    charset = cursor.astring().decode("ascii", "replace").upper()
    if charset not in CHARSETS:
        raise Refused("imap-jeu-de-caracteres", received=charset[:80], expected=" ou ".join(CHARSETS))
    return charset


def _returns(cursor: Cursor) -> frozenset[str]:
    options = set[str]()
    cursor.expect(b"(")
    while not cursor.skip(b")"):
        if options:
            cursor.space()
        name = cursor.word()
        if name not in RETURNS:
            raise BadSyntax("unknown return option", ", ".join(RETURNS), received=name[:80], key=UNKNOWN)
        options.add(name)
    cursor.space()
    return frozenset(options) or frozenset({"ALL"})


@lru_cache(maxsize=4096)
def _lower(flags: frozenset[str]) -> frozenset[str]:
    return frozenset(flag.lower() for flag in flags)


def _lowered(candidate: Candidate) -> frozenset[str]:
    return _lower(candidate.flags)


_FLAG_KEYS: Mapping[str, tuple[str, bool]] = {
    prefix + name: (f"\\{name.lower()}", not prefix)
    for name in ("ANSWERED", "DELETED", "DRAFT", "FLAGGED", "SEEN")
    for prefix in ("", "UN")
}

_PLAIN_KEYS: Mapping[str, Test] = {
    "ALL": lambda candidate: True,
    "RECENT": lambda candidate: candidate.recent,
    "OLD": lambda candidate: not candidate.recent,
    "NEW": lambda candidate: candidate.recent and "\\seen" not in _lowered(candidate),
}


def _address(name: str) -> Callable[[_Reader], Test]:
    """Return the key of an address field: as it is written, names and comments too, or the plain address."""

    def read(reader: _Reader) -> Test:
        text = reader.field_text()
        return lambda candidate: candidate.has(name, text) or candidate.has(PLAIN + name, text)

    return read


def _subject(reader: _Reader) -> Test:
    text = reader.field_text()
    return lambda candidate: candidate.has("subject", text)


def _header(reader: _Reader) -> Test:
    name = reader.cursor.astring().decode("ascii", "replace").lower()
    reader.cursor.space()
    text = reader.field_text()
    return lambda candidate: not name.startswith(PLAIN) and candidate.has(name, text)


def _body(reader: _Reader) -> Test:
    text = reader.text()
    return lambda candidate: text in candidate.texts[1]


def _text(reader: _Reader) -> Test:
    text = reader.text()
    return lambda candidate: text in candidate.known.head or any(text in one for one in candidate.texts)


def _received(compare: Callable[[date, date], bool]) -> Callable[[_Reader], Test]:
    def read(reader: _Reader) -> Test:
        day = reader.cursor.date()
        return lambda candidate: compare(candidate.known.day, day)

    return read


def _sent(compare: Callable[[str, str], bool]) -> Callable[[_Reader], Test]:
    def read(reader: _Reader) -> Test:
        day = reader.cursor.date().isoformat()
        return lambda candidate: bool(sent := candidate.known.sent[:10]) and compare(sent, day)

    return read


def _keyword(wanted: bool) -> Callable[[_Reader], Test]:
    def read(reader: _Reader) -> Test:
        flag = reader.cursor.flag().lower()
        return lambda candidate: (flag in _lowered(candidate)) is wanted

    return read


def _larger(reader: _Reader) -> Test:
    size = reader.cursor.number()
    return lambda candidate: candidate.known.size > size


def _smaller(reader: _Reader) -> Test:
    size = reader.cursor.number()
    return lambda candidate: candidate.known.size < size


def _changed(reader: _Reader) -> Test:
    """MODSEQ: the name and kind of an entry, which may come first, make no difference here (RFC 7162 §3.1.5)."""
    reader.by_change = True
    if reader.cursor.peek() == b'"':
        reader.cursor.astring()
        reader.cursor.space()
        kind = reader.cursor.word()
        if kind not in ("ALL", "PRIV", "SHARED"):
            raise BadSyntax("bad entry type", "all, priv ou shared", received=kind[:80])
        reader.cursor.space()
    number = reader.cursor.change_number()
    return lambda candidate: candidate.known.modseq >= number


def _uid(reader: _Reader) -> Test:
    wanted: SequenceSet = reader.cursor.sequence()
    among = membership(wanted, reader.uids)
    return lambda candidate: among(candidate.uid)


def _not(reader: _Reader) -> Test:
    test = reader.nested()
    return lambda candidate: not test(candidate)


def _or(reader: _Reader) -> Test:
    first = reader.nested()
    reader.cursor.space()
    second = reader.nested()
    return lambda candidate: first(candidate) or second(candidate)


_READERS: Mapping[str, Callable[[_Reader], Test]] = {
    "BCC": _address("bcc"),
    "BEFORE": _received(lambda day, limit: day < limit),
    "BODY": _body,
    "CC": _address("cc"),
    "FROM": _address("from"),
    "HEADER": _header,
    "KEYWORD": _keyword(True),
    "LARGER": _larger,
    "MODSEQ": _changed,
    "NOT": _not,
    "ON": _received(lambda day, limit: day == limit),
    "OR": _or,
    "SENTBEFORE": _sent(lambda day, limit: day < limit),
    "SENTON": _sent(lambda day, limit: day == limit),
    "SENTSINCE": _sent(lambda day, limit: day >= limit),
    "SINCE": _received(lambda day, limit: day >= limit),
    "SMALLER": _smaller,
    "SUBJECT": _subject,
    "TEXT": _text,
    "TO": _address("to"),
    "UID": _uid,
    "UNKEYWORD": _keyword(False),
}

_BY_VIEW = frozenset({"KEYWORD", "NOT", "OR", "UID", "UNKEYWORD"})
"""Keys that need nothing beyond what a view knows."""
