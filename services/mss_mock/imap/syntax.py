"""The grammar of IMAP arguments: a cursor over a command that yields values or raises ``BadSyntax``.

Source: RFC 3501 §9 (formal syntax), RFC 2683 §3.2 (tolerance); confidence high. Knows no command.
"""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta, timezone

from mss_mock.domain import Refused
from mss_mock.imap.framing import Command

__all__ = ["LIMIT", "MAX_DEPTH", "UNKNOWN", "BadSyntax", "Cursor", "SequenceSet"]

MAX_DEPTH = 20
"""Deepest nesting of parentheses, NOT and OR."""

MAX_RANGES = 5000
MAX_NUMBER = 0xFFFFFFFF
MAX_CHANGE = 0x7FFFFFFFFFFFFFFF
_ATOM = re.compile(rb"[^\x00-\x20\x7f-\xff(){%*\"\\\]]+")
_ASTRING = re.compile(rb"[^\x00-\x20\x7f-\xff(){%*\"\\]+")
_LIST_MAILBOX = re.compile(rb"[^\x00-\x20\x7f-\xff(){\"\\]+")
_QUOTED = re.compile(rb'"((?:[^\x00\r\n"\\]|\\["\\])*)"')
_NUMBER = re.compile(rb"[0-9]{1,10}")
_CHANGE = re.compile(rb"[0-9]{1,19}")
_SET = re.compile(rb"(?:[0-9]{1,10}|\*)(?::(?:[0-9]{1,10}|\*))?(?:,(?:[0-9]{1,10}|\*)(?::(?:[0-9]{1,10}|\*))?)*")
_FLAG = re.compile(rb"\\?[^\x00-\x20\x7f-\xff(){%*\"\\\]]+")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DATE = re.compile(rb"\"?([0-9]{1,2})-([A-Za-z]{3})-([0-9]{4})\"?")
_DATE_TIME = re.compile(
    rb"\"([ 0-9][0-9])-([A-Za-z]{3})-([0-9]{4}) ([0-9]{2}):([0-9]{2}):([0-9]{2}) ([+-])([0-9]{2})([0-9]{2})\""
)

SequenceSet = tuple[tuple[int, int], ...]
"""Ranges of numbers; 0 stands for ``*``."""


LIMIT, UNKNOWN = "imap-limite", "imap-inconnu"
SHOWN = 60

EXPECTED = {
    "atom": "un mot",
    "base64": "du base 64",
    "date": "une date (1-Feb-2026)",
    "date-time": 'une date entière ("05-Jan-2026 10:20:30 +0100")',
    "fetch item": "un élément de FETCH (FLAGS, UID, BODY[]…)",
    "flag": "un drapeau (\\Seen) ou un mot-clé",
    "message set": "un ensemble de messages (1,3:5,7:*)",
    "number": "un nombre",
    "part number": "un numéro de partie (1.2)",
    "partial range": "une plage d'octets (<0.1024>)",
    "quoted string": "une chaîne entre guillemets",
    "section": "une section (HEADER, TEXT, MIME, HEADER.FIELDS)",
    "string": "un mot, une chaîne entre guillemets ou un littéral",
}
"""What the grammar wants at a place, by its name on the wire."""


class BadSyntax(Refused):
    """The command is against the grammar; ``detail`` is for the tagged BAD, the rest for people."""

    def __init__(self, detail: str, expected: str, *, received: str = "", key: str = "imap-syntaxe") -> None:
        super().__init__(key, detail, received=received, expected=expected)


class Cursor:
    """A reading position in a command."""

    def __init__(self, command: Command) -> None:
        self.secret = False
        """Whether the arguments are credentials, which nobody may read in the journal."""
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

    def bad(self, detail: str, expected: str, key: str = "imap-syntaxe") -> BadSyntax:
        """Return the error of what comes next."""
        return BadSyntax(detail, expected, received=self._here, key=key)

    @property
    def _here(self) -> str:
        if self.secret:
            return "autre chose (argument secret, non journalisé)"
        rest = self._text[self._at : self._at + SHOWN].decode("ascii", "backslashreplace")
        what = f"« {rest} »" if rest else "un littéral" if self._before_literal() else "la fin de la commande"
        return f"{what} à l'octet {self._at}"

    def take(self, pattern: re.Pattern[bytes], what: str) -> re.Match[bytes]:
        """Consume what a pattern matches here. Raises BadSyntax."""
        match = pattern.match(self._text, self._at)
        if match is None:
            raise self.bad(f"{what} expected", EXPECTED[what])
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
            text = octets.decode("ascii")
            raise self.bad(
                f'"{text}" expected' if text != " " else "space expected",
                f"« {text} »" if text != " " else "une espace",
            )

    def space(self) -> None:
        """Consume one space. Raises BadSyntax."""
        self.expect(b" ")

    def end(self) -> None:
        """Make sure that nothing is left. Raises BadSyntax."""
        if not self.at_end:
            raise self.bad("unexpected argument", "la fin de la commande")

    def deeper(self) -> None:
        """Enter a level of nesting. Raises BadSyntax when there are too many."""
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise self.bad("too deeply nested", f"{MAX_DEPTH} niveaux au plus", LIMIT)

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
            raise BadSyntax("number out of range", f"au plus {MAX_NUMBER}", received=str(value))
        return value

    def change_number(self) -> int:
        """Read a change number of 63 bits (RFC 7162 §7)."""
        value = int(self.take(_CHANGE, "number")[0])
        if value > MAX_CHANGE:
            raise BadSyntax("number out of range", f"au plus {MAX_CHANGE}", received=str(value))
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
            raise self.bad("literal expected", "un littéral ({n}, puis n octets)")
        octets = self._command.literals[self._segment]
        self._segment, self._at = self._segment + 1, 0
        if b"\0" in octets:
            raise BadSyntax(
                "NUL in literal", "aucun octet nul", received=f"l'octet nul n° {octets.index(0)} du littéral"
            )
        return octets

    def sequence(self) -> SequenceSet:
        """Read a set of numbers: ``1,3:5,7:*``."""
        text = self.take(_SET, "message set")[0]
        if text.count(b",") >= MAX_RANGES:
            received = f"{text.count(b',') + 1} plages"
            raise BadSyntax("too many ranges", f"{MAX_RANGES} au plus", received=received, key=LIMIT)
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
            raise BadSyntax("no such date", "une date qui existe", received=match[0].decode("ascii")) from error

    def date_time(self) -> datetime:
        """Read the date-time of APPEND."""
        match = self.take(_DATE_TIME, "date-time")
        day, year, hour, minute, second = (int(match[n]) for n in (1, 3, 4, 5, 6))
        offset = timedelta(hours=int(match[8]), minutes=int(match[9]))
        try:
            zone = timezone(-offset if match[7] == b"-" else offset)
            return datetime(year, _month(match[2]), day, hour, minute, min(second, 59), tzinfo=zone)
        except ValueError as error:
            received = match[0].decode("ascii")
            raise BadSyntax("no such date-time", "une date qui existe", received=received) from error


def _month(name: bytes) -> int:
    lowered = name.decode("ascii").lower()
    if lowered not in _MONTHS:
        raise BadSyntax("no such month", ", ".join(month.title() for month in _MONTHS), received=lowered)
    return _MONTHS.index(lowered) + 1


def _set_number(text: bytes) -> int:
    if text == b"*":
        return 0
    value = int(text)
    if not 0 < value <= MAX_NUMBER:
        raise BadSyntax("number out of range", f"de 1 à {MAX_NUMBER}", received=str(value))
    return value
