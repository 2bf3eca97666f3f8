"""Draws and reads the codes of paper documents: DataMatrix and QR; reads Code 128, the legacy of prescriptions.

Source: specs/insi.md §4 (ISO/IEC 16022 ECC200, quiet zone of at least one module), specs/eprescription.md §2 (2D code
of a prescription: QR); confidence high. Drawing and decoding are zxing-cpp's, imported when it is first
needed. Knows nothing of what the text means.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import TYPE_CHECKING

from health_documents.errors import BarcodeError

if TYPE_CHECKING:
    import zxingcpp
    from PIL import Image

__all__ = ["MAX_IMAGE_BYTES", "MAX_PIXELS", "ReadCode", "read_codes", "write_datamatrix", "write_qr"]

MAX_IMAGE_BYTES = 10 * 1024 * 1024
MAX_PIXELS = 12_000_000
_SCALE = 8
_IMAGE_FORMATS = ("PNG", "JPEG")
_READ_FORMATS = "DataMatrix,QRCode,Code128"


@dataclass(frozen=True, slots=True)
class ReadCode:
    """A code found in an image: its symbology (``DataMatrix``, ``QRCode``…) and its text."""

    format: str
    text: str


def write_datamatrix(text: str) -> bytes:
    """Return a square DataMatrix (ECC200) with its quiet zone, as PNG. Raises BarcodeError for too long a text."""
    import zxingcpp

    return _draw(text, zxingcpp.BarcodeFormat.DataMatrix, force_square=True)


def write_qr(text: str) -> bytes:
    """Return a QR code (error correction M) with its quiet zone, as PNG. Raises BarcodeError for too long a text."""
    import zxingcpp

    return _draw(text, zxingcpp.BarcodeFormat.QRCode, ec_level="M")


def read_codes(image: bytes) -> list[ReadCode]:
    """Return the DataMatrix, QR and Code 128 symbols found in a PNG or JPEG image.

    Other linear codes are not looked for: dense QR codes are taken for them.
    Raises BarcodeError for another format, a broken image, more than MAX_IMAGE_BYTES or more than MAX_PIXELS.
    """
    import zxingcpp

    if len(image) > MAX_IMAGE_BYTES:
        raise BarcodeError(f"image de {len(image)} octets, plus que les {MAX_IMAGE_BYTES} admis")
    formats = zxingcpp.barcode_formats_from_str(_READ_FORMATS)
    found = zxingcpp.read_barcodes(_open(image), formats=formats, text_mode=zxingcpp.TextMode.Plain)
    return [ReadCode(code.format.name, code.text) for code in found]


def _draw(text: str, symbology: zxingcpp.BarcodeFormat, **options: object) -> bytes:
    import zxingcpp
    from PIL import Image

    if not text:
        raise BarcodeError("un code vide ne peut pas être dessiné")
    try:
        drawn = zxingcpp.create_barcode(text, symbology, **options).to_image(scale=_SCALE)
    except (ValueError, RuntimeError) as error:
        raise BarcodeError(f"texte impossible à coder : {error}") from error
    output = io.BytesIO()
    Image.fromarray(drawn).save(output, "PNG", optimize=True)
    return output.getvalue()


def _open(image: bytes) -> Image.Image:
    from PIL import Image

    try:
        opened = Image.open(io.BytesIO(image), formats=_IMAGE_FORMATS)
        if opened.width * opened.height > MAX_PIXELS:
            raise BarcodeError(f"image de {opened.width} × {opened.height} points, trop grande")
        return _on_white(opened)
    except BarcodeError:
        raise
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise BarcodeError(f"image illisible (PNG ou JPEG attendu) : {error}") from error


def _on_white(image: Image.Image) -> Image.Image:
    from PIL import Image

    visible = image.convert("RGBA")
    page = Image.new("RGBA", visible.size, "white")
    return Image.alpha_composite(page, visible).convert("L")
