"""The parts of a message as slices of its octets: nothing is decoded, nothing is written again.

Source: RFC 2045–2046, RFC 3501 §6.4.5 (part numbers); specs/mssante.md §5.3 (the CRLF before a boundary belongs to the
boundary; BODY[1] of a message that is a message/rfc822). Malformed and truncated messages have parts too; what is too
deep or too numerous is a leaf. Never raises.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

__all__ = ["Field", "Part", "first_token", "parse", "read_fields"]

MAX_DEPTH = 20
MAX_PARTS = 500
MAX_FIELDS = 2000
_FIELD_NAME = re.compile(rb"([!-9;-~]+)[ \t]*:")
_LINE_END = re.compile(rb"\r\n|\n")
_BLANK_LINE = re.compile(rb"\r?\n\r?\n")
_TOKEN = rb"[^\x00-\x20\x7f()<>@,;:\\\"/\[\]?=]+"
_TYPE = re.compile(rb"[ \t\r\n]*(%b)[ \t]*/[ \t]*(%b)" % (_TOKEN, _TOKEN))
_PARAMETER = re.compile(rb";[\s]*(%b)[ \t]*=[\s]*(?:\"((?:[^\"\\]|\\.)*)\"?|([^\s;]*))" % _TOKEN, re.DOTALL)
_DELIMITER_END = re.compile(rb"(--)?[ \t]*(?:\r\n|\n|\Z)")
_FIRST_TOKEN = re.compile(rb"[\s]*(%b)" % _TOKEN)


@dataclass(frozen=True, slots=True)
class Field:
    """A header field: its name in lower case, its value unfolded, and its exact octets with their line end."""

    key: bytes
    value: bytes
    octets: bytes


@dataclass(slots=True)
class Part:
    """A part of ``raw``: header from ``start``, body from ``body`` to ``end``.

    ``children`` are the parts of a multipart; ``message`` the message inside a message/rfc822.
    """

    raw: bytes
    start: int
    body: int
    end: int
    fields: tuple[Field, ...]
    maintype: bytes = b"TEXT"
    subtype: bytes = b"PLAIN"
    parameters: tuple[tuple[bytes, bytes], ...] = ()
    children: list[Part] = field(default_factory=list)
    message: Part | None = None

    @property
    def header_octets(self) -> bytes:
        """The header with the blank line after it."""
        return self.raw[self.start : self.body]

    @property
    def body_octets(self) -> bytes:
        """The body."""
        return self.raw[self.body : self.end]

    @property
    def lines(self) -> int:
        """How many lines the body has."""
        return self.raw.count(b"\n", self.body, self.end)

    @property
    def multipart(self) -> bool:
        """Tell whether the part is a container of parts."""
        return self.maintype == b"MULTIPART"

    def value(self, name: bytes) -> bytes | None:
        """Return the unfolded value of the first field of that name (lower case)."""
        return next((one.value for one in self.fields if one.key == name), None)


class _Budget:
    def __init__(self) -> None:
        self.parts = MAX_PARTS


def parse(raw: bytes) -> Part:
    """Return the structure of a message."""
    return _parse(raw, 0, len(raw), _Budget(), 0, digest=False)


def _parse(raw: bytes, start: int, end: int, budget: _Budget, depth: int, *, digest: bool) -> Part:
    budget.parts -= 1
    body = _body_start(raw, start, end)
    part = Part(raw, start, body, end, tuple(_fields(raw, start, body)))
    _read_type(part, digest=digest)
    if depth < MAX_DEPTH and budget.parts > 0:
        if part.multipart:
            _read_children(part, budget, depth)
        elif (part.maintype, part.subtype) == (b"MESSAGE", b"RFC822"):
            part.message = _parse(raw, body, end, budget, depth + 1, digest=False)
    if part.multipart and not part.children:
        part.maintype, part.subtype, part.parameters = b"TEXT", b"PLAIN", ()
    return part


def read_fields(header: bytes) -> list[Field]:
    """Return the fields of a header."""
    return list(_fields(header, 0, len(header)))


def _body_start(raw: bytes, start: int, end: int) -> int:
    first = _LINE_END.match(raw, start, end)
    if first:
        return first.end()
    blank = _BLANK_LINE.search(raw, start, end)
    return blank.end() if blank else end


def _fields(raw: bytes, start: int, end: int) -> Iterator[Field]:
    at = start
    for _ in range(MAX_FIELDS):
        if at >= end:
            return
        stop = _field_end(raw, at, end)
        octets = raw[at:stop]
        match = _FIELD_NAME.match(octets)
        if match:
            yield Field(match[1].lower(), _LINE_END.sub(b"", octets[match.end() :]).strip(b" \t\r\n"), octets)
        at = stop


def _field_end(raw: bytes, at: int, end: int) -> int:
    while True:
        newline = raw.find(b"\n", at, end)
        if newline < 0:
            return end
        at = newline + 1
        if raw[at : at + 1] not in (b" ", b"\t") or at >= end:
            return at


def _read_type(part: Part, *, digest: bool) -> None:
    value = part.value(b"content-type")
    match = _TYPE.match(value) if value is not None else None
    if match is not None and value is not None:
        part.maintype, part.subtype = match[1].upper(), match[2].upper()
        part.parameters = tuple(_parameters(value[match.end() :]))
    elif digest:
        part.maintype, part.subtype = b"MESSAGE", b"RFC822"
    elif value is None:
        part.parameters = ((b"CHARSET", b"US-ASCII"),)


def _parameters(text: bytes) -> Iterator[tuple[bytes, bytes]]:
    for match in _PARAMETER.finditer(text):
        quoted = match[2]
        yield match[1].upper(), re.sub(rb"\\(.)", rb"\1", quoted, flags=re.DOTALL) if quoted is not None else match[3]


def first_token(value: bytes) -> tuple[bytes, tuple[tuple[bytes, bytes], ...]] | None:
    """Return the leading token of a field such as Content-Disposition, and its parameters."""
    match = _FIRST_TOKEN.match(value)
    return (match[1].upper(), tuple(_parameters(value[match.end() :]))) if match else None


def _read_children(part: Part, budget: _Budget, depth: int) -> None:
    boundary = dict(reversed(part.parameters)).get(b"BOUNDARY", b"")
    if not boundary:
        return
    digest = part.subtype == b"DIGEST"
    begin: int | None = None
    for line_start, after, last in _delimiters(part, boundary):
        if begin is not None:
            part.children.append(_parse(part.raw, begin, max(begin, line_start), budget, depth + 1, digest=digest))
        begin = None if last else after
        if last or budget.parts <= 0:
            break
    if begin is not None and budget.parts > 0:
        part.children.append(_parse(part.raw, begin, part.end, budget, depth + 1, digest=digest))


def _delimiters(part: Part, boundary: bytes) -> Iterator[tuple[int, int, bool]]:
    """Yield (end of what is before, start of what is after, closing) of each boundary line."""
    raw, mark, at = part.raw, b"--" + boundary, part.body
    while (found := raw.find(mark, at, part.end)) >= 0:
        at = found + len(mark)
        line_start = found == part.body or raw[found - 1 : found] == b"\n"
        rest = _DELIMITER_END.match(raw, at, part.end)
        if not line_start or rest is None:
            continue
        yield _before_line_end(raw, found, part.body), rest.end(), rest[1] is not None
        at = rest.end()


def _before_line_end(raw: bytes, at: int, lowest: int) -> int:
    for octet in (b"\n", b"\r"):
        if at > lowest and raw[at - 1 : at] == octet:
            at -= 1
    return at
