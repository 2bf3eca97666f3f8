"""Putting a command together from lines and literals, without I/O.

Source: RFC 3501 §2.2 and §4.3 (literals), RFC 7888 (LITERAL+); confidence high. The caller reads octets and asks what
is needed next. What is too large is refused before it is read.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

__all__ = ["Command", "Framer", "Limits", "LiteralTooLarge", "Need"]

_LITERAL = re.compile(rb"\{([0-9]{1,10})(\+?)\}\Z")
_TAG = re.compile(rb"[^\x00-\x20\x7f-\xff(){%*\"\\+]+")
_APPEND = re.compile(rb"[^ ]+ APPEND ", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Limits:
    """Octets of one line, of the literals of one command in all, and of those of APPEND; how many literals."""

    line: int
    literals: int
    append: int
    count: int = 100


@dataclass(frozen=True, slots=True)
class Need:
    """A literal of ``size`` octets is to be read; ``ask``: the client waits for a continuation."""

    size: int
    ask: bool


@dataclass(slots=True)
class Command:
    """A whole command: ``texts`` between ``literals``, one more than there are of them."""

    texts: list[bytes] = field(default_factory=list)
    literals: list[bytes] = field(default_factory=list)

    @property
    def tag(self) -> bytes:
        """The tag, empty when there is none that may be echoed."""
        match = _TAG.match(self.texts[0]) if self.texts else None
        return match[0] if match and self.texts[0][match.end() : match.end() + 1] in (b" ", b"") else b""


class LiteralTooLarge(ValueError):
    """A literal goes beyond the limits. ``fatal``: the client sends it without being asked, so the stream is lost."""

    def __init__(self, tag: bytes, size: int, room: int, *, fatal: bool) -> None:
        super().__init__("literal too large")
        self.size = size
        self.room = room
        self.tag = tag
        self.fatal = fatal


class Framer:
    """Collects one command after another."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self._command = Command()

    def line(self, line: bytes) -> Need | Command:
        """Take a line without its CRLF. Raises LiteralTooLarge."""
        command = self._command
        match = _LITERAL.search(line)
        command.texts.append(line[: match.start()] if match else line)
        if match is None:
            self._command = Command()
            return command
        size, ask, room = int(match[1]), not match[2], self._room()
        if size > room or len(command.literals) >= self.limits.count:
            self._command = Command()
            raise LiteralTooLarge(command.tag, size, room, fatal=not ask)
        return Need(size, ask)

    def literal(self, octets: bytes) -> None:
        """Take the literal that was needed; a line follows."""
        self._command.literals.append(octets)

    def _room(self) -> int:
        appending = _APPEND.match(self._command.texts[0]) is not None
        limit = self.limits.append if appending else self.limits.literals
        return limit - sum(len(literal) for literal in self._command.literals)
