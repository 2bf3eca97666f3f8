"""Opens a PDF as far as checks need it: objects, streams, marks outside streams. Not a renderer.

Source: ISO 32000-1 §7.3 and §7.5 (objects, streams); confidence high for PDF 1.4, which is what PDF/A-1 allows. Every
step is bounded; what is not understood is left out. Knows no health document.
"""

from __future__ import annotations

import re
import zlib
from dataclasses import dataclass
from functools import cached_property

from health_documents.errors import PdfError

__all__ = ["MAX_PDF_BYTES", "PdfFile", "PdfObject", "open_pdf"]

MAX_PDF_BYTES = 32 * 1024 * 1024
MAX_OBJECTS = 20_000
MAX_STREAM = 16 * 1024 * 1024
_HEADER_WINDOW = 1024
_OBJECT = re.compile(rb"(\d{1,10})[ \t\r\n]+\d{1,5}[ \t\r\n]+obj\b")
_STREAM = re.compile(rb"\bstream\r?\n")
_LENGTH = re.compile(rb"/Length[ \t\r\n]+(\d{1,10})(?![ \t\r\n]+\d+[ \t\r\n]+R)")
_FLATE = re.compile(rb"/Filter\s*(?:\[\s*)?/FlateDecode\s*\]?")


@dataclass(frozen=True, slots=True)
class PdfObject:
    """An object: its number, its dictionary as bytes, its stream as stored (empty without one)."""

    number: int
    head: bytes
    stream: bytes

    def content(self, limit: int = MAX_STREAM) -> bytes:
        """Return the stream, inflated when its only filter is FlateDecode; cut at the limit, empty when broken."""
        if not _FLATE.search(self.head):
            return b"" if b"/Filter" in self.head else self.stream[:limit]
        try:
            return zlib.decompressobj().decompress(self.stream, limit)
        except zlib.error:
            return b""


class PdfFile:
    """The objects of a file by number."""

    def __init__(self, data: bytes, objects: dict[int, PdfObject]) -> None:
        """Keep the bytes and the objects."""
        self.data = data
        self.objects = objects

    @cached_property
    def marks(self) -> bytes:
        """Everything that is not in a stream: dictionaries and trailers."""
        trailer = self.data[self.data.rfind(b"trailer") :] if b"trailer" in self.data else b""
        return b"\n".join([*(one.head for one in self.objects.values()), trailer])

    def with_type(self, name: bytes) -> list[PdfObject]:
        """Return the objects of a /Type."""
        pattern = re.compile(rb"/Type\s*/" + name + rb"\b")
        return [one for one in self.objects.values() if pattern.search(one.head)]

    def with_subtype(self, name: bytes) -> list[PdfObject]:
        """Return the objects of a /Subtype."""
        pattern = re.compile(rb"/Subtype\s*/" + name + rb"\b")
        return [one for one in self.objects.values() if pattern.search(one.head)]

    def referred(self, head: bytes, key: bytes) -> PdfObject | None:
        """Return the object that a key of a dictionary refers to."""
        match = re.search(rb"/" + key + rb"\s*\[?\s*(\d{1,10})\s+\d{1,5}\s+R", head)
        return self.objects.get(int(match[1])) if match else None


def open_pdf(data: bytes) -> PdfFile:
    """Return the objects of a PDF. Raises PdfError for what is none, or is too large."""
    if len(data) > MAX_PDF_BYTES:
        raise PdfError(f"PDF de {len(data)} octets, plus que les {MAX_PDF_BYTES} admis")
    if b"%PDF-" not in data[:_HEADER_WINDOW]:
        raise PdfError("le fichier ne commence pas par %PDF-")
    if b"%%EOF" not in data[-_HEADER_WINDOW:]:
        raise PdfError("le fichier n'est pas entier : %%EOF absent")
    objects: dict[int, PdfObject] = {}
    position = 0
    while (match := _OBJECT.search(data, position)) and len(objects) < MAX_OBJECTS:
        one, position = _object(data, match)
        objects[one.number] = one
    if not objects:
        raise PdfError("aucun objet dans le PDF")
    return PdfFile(data, objects)


def _object(data: bytes, match: re.Match[bytes]) -> tuple[PdfObject, int]:
    start = match.end()
    end = data.find(b"endobj", start)
    end = len(data) if end < 0 else end
    opened = _STREAM.search(data, start, end)
    if opened is None:
        return PdfObject(int(match[1]), data[start:end], b""), end
    head = data[start : opened.start()]
    length = _LENGTH.search(head)
    body_end = opened.end() + int(length[1]) if length else -1
    if body_end < 0 or not data[body_end : body_end + 12].lstrip().startswith(b"endstream"):
        found = data.find(b"endstream", opened.end())
        body_end = len(data) if found < 0 else found
    end = data.find(b"endobj", body_end)
    return PdfObject(int(match[1]), head, data[opened.end() : body_end]), len(data) if end < 0 else end
