"""Extracts the text of simple PDFs and the codes in their images, to compare them with the CDA around them.

Source: ISO 32000-1 §9.4 (text operators), §9.10 (ToUnicode), §8.9 (images); confidence high for fonts with ToUnicode,
which is what PDF/A-1 writers embed. Where it cannot tell, it says so by an empty answer. Bounded.
"""

from __future__ import annotations

import io
import re
import struct
import zlib
from collections.abc import Iterator, Sequence
from itertools import islice, repeat

from health_documents.barcodes.images import MAX_PIXELS, ReadCode, read_codes
from health_documents.errors import BarcodeError
from health_documents.pdf.objects import PdfFile, PdfObject

__all__ = ["codes_of", "pixels_of", "text_of_pdf"]

MAX_TEXT = 2_000_000
MAX_OPENED = 16 * 1024 * 1024
"""How many octets of streams are opened for the text of one file; one that needs more has no text."""
MAX_MAPPED = 200_000
"""How many characters the maps of one font may name; a code has two octets, so that no true font needs as many."""
MAX_IMAGES = 40
_TOKEN = re.compile(
    rb"/([^\s/<>\[\]()]{1,60})\s+[-\d.]+\s+Tf|<([0-9A-Fa-f\s]*)>|(\()|\b(T[djDmJ*]|Tj|BT|ET)(?![A-Za-z])|(['\"])(?=\s)"
)
_RANGE = re.compile(rb"<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>\s*(?:<([0-9A-Fa-f]+)>|\[([^\]]*)\])")
_CHAR = re.compile(rb"<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>")
_BLOCK = re.compile(rb"begin(bfchar|bfrange)\b")
_FONT_ENTRY = re.compile(rb"/([^\s/<>\[\]()]{1,60})\s+(\d{1,10})\s+\d{1,5}\s+R")
_FONTS = re.compile(rb"/Font\s*<<([^<>]*)>>")
_SIGN = re.compile(rb"[()\\]")
_ESCAPES = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}
_NUMBER = rb"\s+(\d{1,6})"
_LAST_CODE = 0xFFFF

Map = dict[int, str]


def text_of_pdf(pdf: PdfFile) -> str:
    """Return the text of all pages, empty when it cannot be extracted."""
    opened = _Opened()
    try:
        return _text_of(pdf, _fonts(pdf, opened), opened)
    except _TooLong:
        return ""


class _TooLong(Exception):
    """More was to be opened than one file may ask for."""


class _Opened:
    """Counts what streams give, so that many small ones cannot ask for more than one large one."""

    def __init__(self) -> None:
        self._left = MAX_OPENED

    def content(self, one: PdfObject) -> bytes:
        """Return what a stream holds. Raises _TooLong."""
        found = one.content()
        self._left -= len(found)
        if self._left < 0:
            raise _TooLong
        return found


def _text_of(pdf: PdfFile, fonts: dict[bytes, Map], opened: _Opened) -> str:
    if not fonts:
        return ""
    parts: list[str] = []
    length = 0
    for content in _contents(pdf, opened):
        for part in _shown(content, fonts):
            parts.append(part)
            length += len(part)
            if length > MAX_TEXT:
                return "".join(parts)
    return "".join(parts)


def codes_of(pdf: PdfFile, images: Sequence[PdfObject] | None = None) -> list[ReadCode]:
    """Return the DataMatrix and QR codes in the images of a PDF, or in those given."""
    found: list[ReadCode] = []
    for image in pdf.with_subtype(b"Image")[:MAX_IMAGES] if images is None else images:
        png = _as_image(image)
        try:
            found += read_codes(png) if png else []
        except BarcodeError:
            continue
    return found


def pixels_of(image: PdfObject) -> int:
    """Return how many pixels reading an image would take, 0 for one that is not read."""
    from PIL import Image  # weighs more than all else here, and most documents have no image

    if b"/DCTDecode" not in image.head:
        return _integer(image.head, b"Width") * _integer(image.head, b"Height")
    try:
        with Image.open(io.BytesIO(image.stream), formats=["JPEG"]) as opened:
            return opened.width * opened.height
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError, Image.DecompressionBombWarning):
        return 0


def _contents(pdf: PdfFile, opened: _Opened) -> Iterator[bytes]:
    for page in pdf.with_type(b"Page"):
        match = re.search(rb"/Contents\s*\[?((?:\s*\d{1,10}\s+\d{1,5}\s+R)+)", page.head)
        for number in re.findall(rb"(\d{1,10})\s+\d{1,5}\s+R", match[1]) if match else ():
            if one := pdf.objects.get(int(number)):
                yield opened.content(one)


def _fonts(pdf: PdfFile, opened: _Opened) -> dict[bytes, Map]:
    maps: dict[bytes, Map] = {}
    read: dict[int, Map] = {}
    for fonts in _FONTS.findall(pdf.marks):
        for name, number in _FONT_ENTRY.findall(fonts):
            font = pdf.objects.get(int(number))
            unicode = pdf.referred(font.head, b"ToUnicode") if font else None
            if unicode is None:
                continue
            if int(number) not in read:
                read[int(number)] = _cmap(opened.content(unicode))
            if maps.setdefault(name, read[int(number)]) != read[int(number)]:
                return {}
    return maps


def _cmap(content: bytes) -> Map:
    return dict(islice(_mapped(content), MAX_MAPPED))


def _mapped(content: bytes) -> Iterator[tuple[int, str]]:
    for kind, body in _blocks(content):
        if kind == b"bfchar":
            yield from ((int(code, 16), _unicode(text)) for code, text in _CHAR.findall(body))
            continue
        for low, high, text, several in _RANGE.findall(body):
            yield from _range(int(low, 16), min(int(high, 16), _LAST_CODE), text, several)


def _blocks(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    position = 0
    while match := _BLOCK.search(content, position):
        position = content.find(b"end" + match[1], match.end())
        if position < 0:
            return
        yield match[1], content[match.end() : position]


def _range(first: int, last: int, text: bytes, several: bytes) -> Iterator[tuple[int, str]]:
    if several:
        for rank, one in enumerate(re.findall(rb"<([0-9A-Fa-f]+)>", several)):
            yield first + rank, _unicode(one)
        return
    start = int(text, 16)
    for code in range(first, last + 1):
        if (point := start + code - first) >= 0x110000:
            return
        if not 0xD800 <= point < 0xE000:
            yield code, chr(point)


def _unicode(text: bytes) -> str:
    return bytes.fromhex(_even(text).rjust(4, "0")).decode("utf-16-be", "replace")


def _shown(content: bytes, fonts: dict[bytes, Map]) -> Iterator[str]:
    font: Map = {}
    position = 0
    while match := _TOKEN.search(content, position):
        position = match.end()
        if match[1] is not None:
            font = fonts.get(match[1], {})
        elif match[2] is not None:
            yield _decoded(bytes.fromhex(_even(re.sub(rb"\s", b"", match[2]))), font)
        elif match[3]:
            literal, position = _literal(content, position)
            yield _decoded(literal, font)
        elif match[4] and match[4] != b"TJ":
            yield " "


def _even(digits: bytes) -> str:
    text = digits.decode("ascii")
    return text + "0" if len(text) % 2 else text


def _literal(content: bytes, position: int) -> tuple[bytes, int]:
    """Return the string that began before a position, and where it ends; what is between its signs is taken at once."""
    out = bytearray()
    depth = 1
    while match := _SIGN.search(content, position):
        sign = match[0]
        out += content[position : match.start()]
        position = match.end()
        if sign == b"\\":
            escaped = content[position : position + 1]
            position += 1
            if escaped in b"01234567" and escaped:
                digits = re.match(rb"[0-7]{1,3}", content[position - 1 : position + 2])
                octal = digits[0] if digits else b"0"
                position += len(octal) - 1
                out.append(int(octal, 8) & 0xFF)
            else:
                out += _ESCAPES.get(escaped, escaped)
            continue
        depth += (sign == b"(") - (sign == b")")
        if depth == 0:
            return bytes(out), position
        out += sign
    out += content[position:]
    return bytes(out), max(position, len(content))


def _decoded(text: bytes, font: Map) -> str:
    if not font:
        return ""
    codes = struct.unpack(f">{len(text) // 2}H", text[: len(text) // 2 * 2])
    return "".join(map(font.get, codes, repeat("")))


def _as_image(image: PdfObject) -> bytes:
    size = [_integer(image.head, name) for name in (b"Width", b"Height", b"BitsPerComponent")]
    width, height, bits = size
    if b"/DCTDecode" in image.head:
        return image.stream
    if not (0 < width * height <= MAX_PIXELS) or bits not in (1, 8) or b"/FlateDecode" not in image.head:
        return b""
    colors = 3 if b"/DeviceRGB" in image.head else 1
    if _integer(image.head, b"Predictor") >= 10:
        return _png(width, height, bits, colors, image.stream)
    return _raw(image.content(width * height * colors + height), width, height, bits, colors)


def _integer(head: bytes, name: bytes) -> int:
    match = re.search(rb"/" + name + _NUMBER, head)
    return int(match[1]) if match else 0


def _png(width: int, height: int, bits: int, colors: int, stream: bytes) -> bytes:
    header = struct.pack(">IIBBBBB", width, height, bits, 2 if colors == 3 else 0, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", stream), (b"IEND", b""))
    body = b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data)) for name, data in chunks
    )
    return b"\x89PNG\r\n\x1a\n" + body


def _raw(pixels: bytes, width: int, height: int, bits: int, colors: int) -> bytes:
    from PIL import Image  # weighs more than all else here, and most documents have no image

    mode = "1" if bits == 1 else "RGB" if colors == 3 else "L"
    try:
        image = Image.frombytes(mode, (width, height), pixels)
    except ValueError:
        return b""
    output = io.BytesIO()
    image.save(output, "PNG")
    return output.getvalue()
