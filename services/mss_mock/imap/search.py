"""SEARCH: reading the keys into one test, and what a message shows to it.

Source: RFC 3501 §6.4.4; confidence high. Texts are compared without case, headers and bodies decoded. A message number
that does not exist matches nothing. Knows no folder.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from email.utils import parsedate_to_datetime
from functools import cached_property

from lgo_sandbox.wire.mime import MimeError, MimePart, read_mail
from mss_mock.domain import Refused
from mss_mock.imap.sets import Extent, contains
from mss_mock.imap.syntax import LIMIT, UNKNOWN, BadSyntax, Cursor, SequenceSet
from mss_mock.store import MessageRow

__all__ = ["Candidate", "Test", "read_search"]

MAX_KEYS = 500
CHARSETS = ("US-ASCII", "UTF-8")


class Candidate:
    """A message that is searched; its octets are loaded when a key needs them."""

    def __init__(
        self, row: MessageRow, number: int, load: Callable[[], bytes], *, recent: bool, numbers: Extent, uids: Extent
    ) -> None:
        self.row, self.number, self.recent = row, number, recent
        self.numbers, self.uids = numbers, uids
        self._load = load

    @cached_property
    def octets(self) -> bytes:
        """The message as stored."""
        return self._load()

    @cached_property
    def mail(self) -> MimePart | None:
        """The message decoded, None when it is beyond reading."""
        try:
            return read_mail(self.octets)
        except MimeError:
            return None

    @cached_property
    def text(self) -> str:
        """The decoded bodies in lower case; the raw octets of a message that cannot be read."""
        if self.mail is None:
            return self.octets.decode("utf-8", "replace").lower()
        return "\n".join(part.text() for part in self.mail.leaves() if part.content_type.startswith("text/")).lower()

    @cached_property
    def headers(self) -> str:
        """All decoded headers in lower case, those of parts and enclosed messages too."""
        if self.mail is None:
            return self.text
        return "\n".join(f"{name}: {value}" for part in self.mail.walk() for name, value in part.headers).lower()

    def header(self, name: str) -> list[str]:
        """Return the decoded values of a header in lower case."""
        return [value.lower() for value in self.mail.all(name)] if self.mail else []

    @property
    def sent(self) -> date | None:
        """The day of the Date header."""
        value = self.mail.header("Date") if self.mail else None
        try:
            return parsedate_to_datetime(value).date() if value else None
        except (ValueError, TypeError, IndexError, OverflowError):
            return None


Test = Callable[[Candidate], bool]


@dataclass(slots=True)
class _Reader:
    cursor: Cursor
    charset: str = "UTF-8"
    keys: int = 0

    def all(self) -> Test:
        tests = [self.key()]
        while not self.cursor.at_end and self.cursor.peek() != b")":
            self.cursor.space()
            tests.append(self.key())
        return lambda candidate: all(test(candidate) for test in tests)

    def key(self) -> Test:
        self.keys += 1
        if self.keys > MAX_KEYS:
            raise self.cursor.bad("too many search keys", f"{MAX_KEYS} critères au plus", LIMIT)
        first = self.cursor.peek()
        if first == b"(":
            return self._group()
        if first.isdigit() or first == b"*":
            numbers = self.cursor.sequence()
            return lambda candidate: contains(numbers, candidate.number, candidate.numbers)
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
        test = self.key()
        self.cursor.shallower()
        return test

    def text(self) -> str:
        try:
            return self.cursor.astring().decode("ascii" if self.charset == "US-ASCII" else "utf-8").lower()
        except UnicodeDecodeError as error:
            received = error.object[:40].decode("ascii", "backslashreplace")
            raise BadSyntax(
                "text is not in the charset of the search", f"du texte en {self.charset}", received=received
            ) from error


def read_search(cursor: Cursor) -> Test:
    """Read ``[CHARSET name] key…``. Raises Refused."""
    reader = _Reader(cursor)
    if cursor.skip(b"CHARSET "):
        reader.charset = cursor.astring().decode("ascii", "replace").upper()
        if reader.charset not in CHARSETS:
            raise Refused("imap-jeu-de-caracteres", received=reader.charset[:80], expected=" ou ".join(CHARSETS))
        cursor.space()
    return reader.all()


def _lowered(candidate: Candidate) -> frozenset[str]:
    return frozenset(flag.lower() for flag in candidate.row.flags)


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


def _header_named(name: str) -> Callable[[_Reader], Test]:
    def read(reader: _Reader) -> Test:
        text = reader.text()
        return lambda candidate: any(text in value for value in candidate.header(name))

    return read


def _header(reader: _Reader) -> Test:
    name = reader.cursor.astring().decode("ascii", "replace")
    reader.cursor.space()
    return _header_named(name)(reader)


def _body(reader: _Reader) -> Test:
    text = reader.text()
    return lambda candidate: text in candidate.text


def _text(reader: _Reader) -> Test:
    text = reader.text()
    return lambda candidate: text in candidate.headers or text in candidate.text


def _received(compare: Callable[[date, date], bool]) -> Callable[[_Reader], Test]:
    def read(reader: _Reader) -> Test:
        day = reader.cursor.date()
        return lambda candidate: compare(candidate.row.received.date(), day)

    return read


def _sent(compare: Callable[[date, date], bool]) -> Callable[[_Reader], Test]:
    def read(reader: _Reader) -> Test:
        day = reader.cursor.date()
        return lambda candidate: (sent := candidate.sent) is not None and compare(sent, day)

    return read


def _keyword(wanted: bool) -> Callable[[_Reader], Test]:
    def read(reader: _Reader) -> Test:
        flag = reader.cursor.flag().lower()
        return lambda candidate: (flag in _lowered(candidate)) is wanted

    return read


def _larger(reader: _Reader) -> Test:
    size = reader.cursor.number()
    return lambda candidate: candidate.row.size > size


def _smaller(reader: _Reader) -> Test:
    size = reader.cursor.number()
    return lambda candidate: candidate.row.size < size


def _uid(reader: _Reader) -> Test:
    uids: SequenceSet = reader.cursor.sequence()
    return lambda candidate: contains(uids, candidate.row.uid, candidate.uids)


def _not(reader: _Reader) -> Test:
    test = reader.nested()
    return lambda candidate: not test(candidate)


def _or(reader: _Reader) -> Test:
    first = reader.nested()
    reader.cursor.space()
    second = reader.nested()
    return lambda candidate: first(candidate) or second(candidate)


_READERS: Mapping[str, Callable[[_Reader], Test]] = {
    "BCC": _header_named("Bcc"),
    "BEFORE": _received(lambda day, limit: day < limit),
    "BODY": _body,
    "CC": _header_named("Cc"),
    "FROM": _header_named("From"),
    "HEADER": _header,
    "KEYWORD": _keyword(True),
    "LARGER": _larger,
    "NOT": _not,
    "ON": _received(lambda day, limit: day == limit),
    "OR": _or,
    "SENTBEFORE": _sent(lambda day, limit: day < limit),
    "SENTON": _sent(lambda day, limit: day == limit),
    "SENTSINCE": _sent(lambda day, limit: day >= limit),
    "SINCE": _received(lambda day, limit: day >= limit),
    "SMALLER": _smaller,
    "SUBJECT": _header_named("Subject"),
    "TEXT": _text,
    "TO": _header_named("To"),
    "UID": _uid,
    "UNKEYWORD": _keyword(False),
}
