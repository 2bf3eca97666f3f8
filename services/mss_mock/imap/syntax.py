"""The grammar of IMAP arguments: a cursor over a command that yields values or raises ``BadSyntax``.

Source: RFC 3501 §9 (formal syntax), RFC 2683 §3.2 (tolerance); confidence high. Knows no command.
"""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta, timezone

from mss_mock.imap.framing import Command

__all__ = ["MAX_DEPTH", "BadSyntax", "Cursor", "SequenceSet"]

MAX_DEPTH = 20
"""Deepest nesting of parentheses, NOT and OR."""

MAX_RANGES = 5000
MAX_NUMBER = 0xFFFFFFFF
_ATOM = re.compile(rb"[^\x00-\x20\x7f-\xff(){%*\"\\\]]+")
_ASTRING = re.compile(rb"[^\x00-\x20\x7f-\xff(){%*\"\\]+")
_LIST_MAILBOX = re.compile(rb"[^\x00-\x20\x7f-\xff(){\"\\]+")
_QUOTED = re.compile(rb'"((?:[^\x00\r\n"\\]|\\["\\])*)"')
_NUMBER = re.compile(rb"[0-9]{1,10}")
_SET = re.compile(rb"(?:[0-9]{1,10}|\*)(?::(?:[0-9]{1,10}|\*))?(?:,(?:[0-9]{1,10}|\*)(?::(?:[0-9]{1,10}|\*))?)*")
_FLAG = re.compile(rb"\\?[^\x00-\x20\x7f-\xff(){%*\"\\\]]+")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DATE = re.compile(rb"\"?([0-9]{1,2})-([A-Za-z]{3})-([0-9]{4})\"?")
_DATE_TIME = re.compile(
    rb"\"([ 0-9][0-9])-([A-Za-z]{3})-([0-9]{4}) ([0-9]{2}):([0-9]{2}):([0-9]{2}) ([+-])([0-9]{2})([0-9]{2})\""
)

SequenceSet = tuple[tuple[int, int], ...]
"""Ranges of numbers; 0 stands for ``*``."""


class BadSyntax(ValueError):
    """The command is against the grammar; the message is for the tagged BAD."""


class Cursor:
    """A reading position in a command."""

    def __init__(self, command: Command) -> None:
        self._command = command
        self._segment = 0
        self._at = 0
        self._depth = 0

    # Primitives

    @property
    def _text(self) -> bytes:
        return self._command.texts[self._segment]

    @property
    def at_end(self) -> bool:
        """Tell whether nothing is left."""
        return self._at >= len(self._text) and self._segment == len(self._command.texts) - 1

    def peek(self) -> bytes:
        """Return the next octet of the text, empty at its end or before a literal."""
        return self._text[self._at : self._at + 1]

    def take(self, pattern: re.Pattern[bytes], what: str) -> re.Match[bytes]:
        """Consume what a pattern matches here. Raises BadSyntax."""
        match = pattern.match(self._text, self._at)
        if match is None:
            raise BadSyntax(f"{what} expected")
        self._at = match.end()
        return match

    def skip(self, octets: bytes) -> bool:
        """Consume these octets, in any case, if they come next."""
        if self._text[self._at : self._at + len(octets)].upper() != octets:
            return False
        self._at += len(octets)
        return True

    def expect(self, octets: bytes) -> None:
        """Consume these octets. Raises BadSyntax."""
        if not self.skip(octets):
            raise BadSyntax(f"{octets.decode('ascii')!r} expected" if octets != b" " else "space expected")

    def space(self) -> None:
        """Consume one space. Raises BadSyntax."""
        self.expect(b" ")

    def end(self) -> None:
        """Make sure that nothing is left. Raises BadSyntax."""
        if not self.at_end:
            raise BadSyntax("unexpected argument")

    def deeper(self) -> None:
        """Enter a level of nesting. Raises BadSyntax when there are too many."""
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise BadSyntax("too deeply nested")

    def shallower(self) -> None:
        """Leave a level of nesting."""
        self._depth -= 1

    # Values

    def word(self) -> str:
        """Read an atom, in upper case."""
        return self.take(_ATOM, "atom")[0].decode("ascii").upper()

    def number(self) -> int:
        """Read a 32-bit number."""
        value = int(self.take(_NUMBER, "number")[0])
        if value > MAX_NUMBER:
            raise BadSyntax("number out of range")
        return value

    def astring(self) -> bytes:
        """Read an atom, a quoted string or a literal."""
        return self._string(_ASTRING)

    def pattern(self) -> bytes:
        """Read the mailbox pattern of LIST."""
        return self._string(_LIST_MAILBOX)

    def _string(self, bare: re.Pattern[bytes]) -> bytes:
        if self.peek() == b'"':
            return re.sub(rb"\\(.)", rb"\1", self.take(_QUOTED, "quoted string")[1])
        if self._before_literal():
            return self.literal()
        return self.take(bare, "string")[0]

    def _before_literal(self) -> bool:
        return self._at >= len(self._text) and self._segment < len(self._command.literals)

    def literal(self) -> bytes:
        """Read a literal. Raises BadSyntax when there is none or it holds NUL, which IMAP cannot carry."""
        if not self._before_literal():
            raise BadSyntax("literal expected")
        octets = self._command.literals[self._segment]
        self._segment, self._at = self._segment + 1, 0
        if b"\0" in octets:
            raise BadSyntax("NUL in literal")
        return octets

    def sequence(self) -> SequenceSet:
        """Read a set of numbers: ``1,3:5,7:*``."""
        text = self.take(_SET, "message set")[0]
        if text.count(b",") >= MAX_RANGES:
            raise BadSyntax("too many ranges")
        ranges = []
        for part in text.split(b","):
            first, _, last = part.partition(b":")
            ranges.append((_set_number(first), _set_number(last or first)))
        return tuple(ranges)

    def flag(self) -> str:
        """Read a flag or keyword."""
        return self.take(_FLAG, "flag")[0].decode("ascii")

    def flags(self) -> list[str]:
        """Read ``(flag …)``."""
        self.expect(b"(")
        found: list[str] = []
        while not self.skip(b")"):
            if found:
                self.space()
            found.append(self.flag())
        return found

    def date(self) -> date:
        """Read ``1-Feb-2026``, quoted or not."""
        match = self.take(_DATE, "date")
        try:
            return date(int(match[3]), _month(match[2]), int(match[1]))
        except ValueError as error:
            raise BadSyntax("no such date") from error

    def date_time(self) -> datetime:
        """Read the date-time of APPEND."""
        match = self.take(_DATE_TIME, "date-time")
        day, year, hour, minute, second = (int(match[n]) for n in (1, 3, 4, 5, 6))
        offset = timedelta(hours=int(match[8]), minutes=int(match[9]))
        try:
            zone = timezone(-offset if match[7] == b"-" else offset)
            return datetime(year, _month(match[2]), day, hour, minute, min(second, 59), tzinfo=zone)
        except ValueError as error:
            raise BadSyntax("no such date-time") from error


def _month(name: bytes) -> int:
    lowered = name.decode("ascii").lower()
    if lowered not in _MONTHS:
        raise BadSyntax("no such month")
    return _MONTHS.index(lowered) + 1


def _set_number(text: bytes) -> int:
    if text == b"*":
        return 0
    value = int(text)
    if not 0 < value <= MAX_NUMBER:
        raise BadSyntax("number out of range")
    return value
