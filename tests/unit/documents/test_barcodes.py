import base64
import io
import struct
import zlib
from pathlib import Path

import pytest
from PIL import Image

from health_documents.barcodes import images as barcodes
from health_documents.barcodes.images import ReadCode, read_codes, write_datamatrix, write_qr
from health_documents.cda.read.reader import read_document
from health_documents.errors import BarcodeError


def as_jpeg(png: bytes) -> bytes:
    output = io.BytesIO()
    Image.open(io.BytesIO(png)).convert("RGB").save(output, "JPEG")
    return output.getvalue()


def png_header_of(width: int, height: int) -> bytes:
    """A tiny PNG that claims to be huge."""

    def chunk(name: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0")) + chunk(b"IEND", b"")


@pytest.mark.parametrize("text", ["SBX0000000000000001", "Ordonnance n° 12 : à délivrer", "x" * 1000])
def test_a_qr_code_survives_png_and_jpeg(text: str):
    png = write_qr(text)
    assert png.startswith(b"\x89PNG")
    assert read_codes(png) == [ReadCode("QRCode", text)]
    assert read_codes(as_jpeg(png)) == [ReadCode("QRCode", text)]


def test_the_same_text_gives_the_same_image():
    assert write_datamatrix("IS01") == write_datamatrix("IS01")


def test_the_quiet_zone_is_white():
    image = Image.open(io.BytesIO(write_datamatrix("IS01")))
    border = {image.getpixel((0, y)) for y in range(image.height)} | {
        image.getpixel((x, 0)) for x in range(image.width)
    }
    assert border == {255}
    assert image.width == image.height


def test_an_image_without_a_code_gives_no_code():
    output = io.BytesIO()
    Image.new("L", (200, 200), 255).save(output, "PNG")
    assert read_codes(output.getvalue()) == []


def test_the_2d_code_of_the_official_sample_is_read(artefacts: Path):
    sample = artefacts / "ExemplesCDA" / "eP-MED-DM_2024.01_PosoNonStruct.xml"
    image = read_document(sample.read_bytes()).attachments[0]
    assert [code.text for code in read_codes(image.content)] == ["Hello :)"]


@pytest.mark.parametrize("text", ["", "x" * 8000])
def test_a_text_that_fits_in_no_code_is_refused(text: str):
    for write in (write_qr, write_datamatrix):
        with pytest.raises(BarcodeError):
            write(text)


@pytest.mark.parametrize(
    "image",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"GIF89a", id="not PNG nor JPEG"),
        pytest.param(png_header_of(6000, 6000), id="too many pixels"),
        pytest.param(png_header_of(10_000, 10_000), id="pixel bomb, warned by Pillow"),
        pytest.param(png_header_of(60_000, 60_000), id="pixel bomb, refused by Pillow"),
        pytest.param(png_header_of(100, 100), id="truncated"),
        pytest.param(base64.b64decode("iVBORw0KGgo="), id="signature only"),
    ],
)
def test_an_image_that_is_broken_or_too_large_is_refused(image: bytes):
    with pytest.raises(BarcodeError):
        read_codes(image)


def test_a_file_that_is_too_long_is_refused():
    with pytest.raises(BarcodeError):
        read_codes(b"\0" * (barcodes.MAX_IMAGE_BYTES + 1))
