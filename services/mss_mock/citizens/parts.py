"""What a stored mail holds for its reader: a plain text, and files, each read from its own octets only.

Source: RFC 2045–2046, RFC 2183 (what is shown and what is attached). The whole mail is never in memory: places were
derived when it came. Everything is bounded, nothing raises. Knows no rule of citizens.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from lgo_sandbox.gate.citizen_mail import MailFile
from lgo_sandbox.wire.mime import MimeError, MimePart, decoded_body, decoded_text, read_mail
from mss_mock.imap.sections import MULTIPART, Place, place_of
from mss_mock.wire.attached import executable
from mss_mock.wire.texts import plain_of

__all__ = ["Told", "file_of", "told_by"]

MAX_LEAVES = 100
MAX_HEADER = 32 * 1024
MAX_OCTETS, MAX_TEXT = 400_000, 100_000
"""How much of a text is read, and how much of it is shown."""
MAX_NAME = 120
_HTML, _PLAIN, _ENCLOSED = "text/html", "text/plain", "message/rfc822"
_ENDINGS = {"application/pdf": "pdf", _PLAIN: "txt", _HTML: "html", _ENCLOSED: "eml", "text/xml": "xml"}

Slice = Callable[[int, int], bytes]
"""Returns some octets of the message."""


@dataclass(frozen=True, slots=True)
class Told:
    """The text of a mail, whether it was HTML or is cut, and the files beside it."""

    text: str
    from_html: bool
    cut: bool
    files: tuple[MailFile, ...]


@dataclass(frozen=True, slots=True)
class _Leaf:
    number: str
    place: Place
    part: MimePart | None

    @property
    def kind(self) -> str:
        """Its media type."""
        if self.place.message is not None:
            return _ENCLOSED
        return self.part.content_type if self.part else "application/octet-stream"

    @property
    def encoding(self) -> str:
        """Its transfer encoding."""
        value = self.part.header("Content-Transfer-Encoding") if self.part else None
        return (value or "").strip().lower()

    @property
    def is_text(self) -> bool:
        """Tell whether it is what the sender wrote, and no file."""
        named = self.part is None or self.part.filename is not None or self.part.disposition == "attachment"
        return self.kind in (_PLAIN, _HTML) and not named

    def file(self) -> MailFile:
        """Return what is told of it as a file."""
        octets = self.place.end - self.place.body
        size = octets * 3 // 4 if self.encoding == "base64" else octets
        name = "".join(one for one in (self.part and self.part.filename) or "" if one.isprintable())
        name = name.strip()[:MAX_NAME] or f"piece-{self.number}.{_ENDINGS.get(self.kind, 'bin')}"
        return MailFile(self.number, name, self.kind[:MAX_NAME], size, executable(name, b""))


def told_by(root: Place, octets: Slice) -> Told:
    """Return what a mail tells its reader."""
    leaves = list(_leaves(root, octets))
    texts = [leaf for leaf in leaves if leaf.is_text]
    plain = [leaf for leaf in texts if leaf.kind == _PLAIN]
    read = [_text(leaf, octets) for leaf in plain]
    from_html = not any(text.strip() for text in read)
    if from_html:
        read = [plain_of(_text(leaf, octets)) for leaf in texts if leaf.kind == _HTML]
    text = "\n\n".join(one.strip("\r\n") for one in read if one.strip())
    whole = sum(leaf.place.end - leaf.place.body for leaf in texts) <= MAX_OCTETS and len(text) <= MAX_TEXT
    files = tuple(leaf.file() for leaf in leaves if not leaf.is_text)
    return Told(text[:MAX_TEXT], bool(from_html and text), not whole, files)


def file_of(root: Place, number: str, octets: Slice) -> tuple[MailFile, bytes] | None:
    """Return a file of a mail by its number, and what is in it; None when there is no such file."""
    steps = number.split(".")
    if len(steps) > MAX_LEAVES or not all(step.isascii() and step.isdigit() and len(step) < 4 for step in steps):
        return None
    place = place_of(root, [int(step) for step in steps])
    if place is None or place.kind == MULTIPART:
        return None
    leaf = _leaf(number, place, octets)
    content = octets(place.body, place.end)
    content = content if leaf.kind == _ENCLOSED else decoded_body(content, leaf.encoding)
    shown = leaf.file()
    program = executable(shown.name, content)
    return MailFile(shown.part, shown.name, shown.media_type, len(content), program), content


def _leaves(root: Place, octets: Slice) -> Iterator[_Leaf]:
    for rank, (number, place) in enumerate(_places(root, "")):
        if rank == MAX_LEAVES:
            return
        yield _leaf(number, place, octets)


def _places(place: Place, number: str) -> Iterator[tuple[str, Place]]:
    if place.kind != MULTIPART:
        yield number or "1", place
        return
    for rank, child in enumerate(place.parts, start=1):
        yield from _places(Place(*child), f"{number}.{rank}" if number else str(rank))


def _leaf(number: str, place: Place, octets: Slice) -> _Leaf:
    header = octets(place.start, min(place.body, place.start + MAX_HEADER))
    try:
        return _Leaf(number, place, read_mail(header.rstrip(b"\r\n") + b"\r\n\r\n"))
    except MimeError:
        return _Leaf(number, place, None)


def _text(leaf: _Leaf, octets: Slice) -> str:
    body = octets(leaf.place.body, min(leaf.place.end, leaf.place.body + MAX_OCTETS))
    return decoded_text(body, leaf.encoding, (leaf.part and leaf.part.charset) or "")
