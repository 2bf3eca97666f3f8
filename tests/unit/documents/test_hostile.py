"""Hostile input: refused clearly, in bounded memory; nothing is raised but the library's own errors."""

import contextlib
import io
import tracemalloc
import zipfile
import zlib
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from health_documents.cda.html import render_html
from health_documents.cda.read.reader import read_document
from health_documents.cda.write.n1 import write_n1
from health_documents.errors import DocumentError
from health_documents.pdf.objects import open_pdf
from health_documents.pdf.text import codes_of, text_of_pdf
from health_documents.validation import Validator, as_json, as_junit, as_text
from health_documents.values.document import DocumentHeader
from health_documents.xdm.write import XdmLimits, read_xdm

MIB = 1024 * 1024
FUZZ = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


def zipped(names: list[str], content: bytes = b"x") -> bytes:
    output = io.BytesIO()
    with zipfile.ZipFile(output, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name in names:
            archive.writestr(name, content)
    return output.getvalue()


def faulty(count: int) -> bytes:
    """Return a document that breaks one rule so many times."""
    return b'<ClinicalDocument xmlns="urn:hl7-org:v3">' + b'<telecom value="x"/>' * count + b"</ClinicalDocument>"


HOSTILE: dict[str, Callable[[], bytes]] = {
    "entity bomb": lambda: b'<!DOCTYPE a [<!ENTITY a "lol"><!ENTITY b "&a;&a;&a;&a;&a;">]><a>&b;</a>',
    "external entity": lambda: b'<!DOCTYPE a [<!ENTITY f SYSTEM "file:///etc/passwd">]><a>&f;</a>',
    "100k deep": lambda: b"<a>" * 100_000,
    "100 MB of XML": lambda: b"<a>" + b" " * (100 * MIB) + b"</a>",
    "a million attributes": lambda: b"<a " + b" ".join(b'a%d=""' % n for n in range(200_000)) + b"/>",
    "wrong encoding": lambda: '<?xml version="1.0" encoding="UTF-8"?><a>é</a>'.encode("latin-1"),
    "encoding not admitted": lambda: b'<?xml version="1.0" encoding="EBCDIC-CP-FR"?><a/>',
    "UTF-16 said to be UTF-8": lambda: '<?xml version="1.0" encoding="UTF-8"?><a/>'.encode("utf-16"),
    "zip bomb": lambda: zipped(["IHE_XDM/SUBSET01/METADATA.XML"], b"\0" * (80 * MIB)),
    "path traversal": lambda: zipped(["../../etc/passwd"]),
    "absolute path": lambda: zipped(["/etc/passwd"]),
    "many members": lambda: zipped([f"f{n}" for n in range(1000)]),
    "archive in an archive": lambda: zipped(["IHE_XDM/SUBSET01/METADATA.XML"], zipped(["a"])),
    "cut archive": lambda: zipped(["a"])[:30],
    "PDF of nothing": lambda: b"%PDF-1.4\n%%EOF",
    "PDF with a bomb": lambda: b"%PDF-1.4\n1 0 obj << /Type /Page /Contents 2 0 R >> endobj\n%%EOF",
    "PDF of fonts that never end": lambda: b"%PDF-1.4\n1 0 obj " + b"/Font <<" * 300_000 + b" endobj\n%%EOF",
    "fifty thousand faults": lambda: faulty(50_000),
    "mail of a thousand parts": lambda: (
        b"From: a\n" + b"Content-Type: multipart/mixed; boundary=b\n\n" + b"--b\n\nx\n" * 1000
    ),
    "header that breaks parsers": lambda: b"From: =?utf-8?q?=FF?= <\nTo: @@\nSubject: =?x?y?z\n\n",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_files_get_a_report_with_errors(name: str):
    report = Validator().validate(HOSTILE[name](), name)
    assert not report.is_valid
    assert as_text([report])
    assert etree.fromstring(as_junit([report])).tag == "testsuites"


@pytest.mark.parametrize(
    ("make", "octets"),
    [
        (HOSTILE["100 MB of XML"], 2 * XdmLimits().member + 8 * MIB),
        (HOSTILE["zip bomb"], 2 * XdmLimits().member + 8 * MIB),
        (HOSTILE["entity bomb"], 2 * XdmLimits().member + 8 * MIB),
        (lambda: faulty(5_000), MIB * 3 // 4),
    ],
    ids=["100 MB of XML", "zip bomb", "entity bomb", "five thousand faults"],
)
def test_memory_stays_bounded_for_hostile_files(make: Callable[[], bytes], octets: int):
    data = make()
    Validator().validate(faulty(1))
    tracemalloc.start()
    try:
        Validator().validate(data, "hostile")
        assert tracemalloc.get_traced_memory()[1] < octets
    finally:
        tracemalloc.stop()


def test_an_inflated_stream_of_a_pdf_is_cut():
    press = zlib.compressobj(1)
    flushed = press.compress(bytes(MIB)) + press.flush(zlib.Z_FULL_FLUSH)
    bomb = flushed + (press.compress(bytes(MIB)) + press.flush(zlib.Z_FULL_FLUSH)) * 199 + press.flush()
    pdf = b"%%PDF-1.4\n1 0 obj << /Filter /FlateDecode /Length %d >> stream\n%s\nendstream endobj\n%%%%EOF" % (
        len(bomb),
        bomb,
    )
    assert len(open_pdf(pdf).objects[1].content()) == 16 * MIB


def test_a_character_map_that_never_ends_is_left_out():
    body = b"beginbfchar " * 300_000
    pdf = open_pdf(
        b"%%PDF-1.4\n1 0 obj << /Type /Page /Contents 2 0 R /Font << /F1 3 0 R >> >> endobj\n"
        b"2 0 obj << /Length 0 >> stream\n\nendstream endobj\n3 0 obj << /ToUnicode 4 0 R >> endobj\n"
        b"4 0 obj << /Length %d >> stream\n%s\nendstream endobj\n%%%%EOF" % (len(body), body)
    )
    assert text_of_pdf(pdf) == ""


@FUZZ
@given(data=st.binary(max_size=400))
def test_any_bytes_get_a_report(data: bytes):
    validator = Validator()
    for prefix in (b"", b"<", b"%PDF-1.4 ", b"PK\x03\x04", b"From: a\n"):
        report = validator.validate(prefix + data)
        assert as_json([report])
        etree.fromstring(as_junit([report]))


@FUZZ
@given(data=st.binary(max_size=200))
def test_any_bytes_are_read_or_refused_by_every_reader(data: bytes):
    readers: tuple[Callable[[bytes], object], ...] = (read_document, render_html, read_xdm, open_pdf)
    for reader in readers:
        with contextlib.suppress(DocumentError):
            reader(data)


@FUZZ
@given(place=st.integers(min_value=0, max_value=100_000), junk=st.binary(min_size=1, max_size=12), data=st.data())
def test_a_document_with_any_bytes_in_it_is_read_or_refused(
    header: DocumentHeader, place: int, junk: bytes, data: st.DataObject
):
    document = write_n1(header, b"%PDF-1.4 (x) Tj %%EOF")
    cut = place % len(document)
    changed = document[:cut] + junk + document[cut + data.draw(st.integers(0, 12)) :]
    with contextlib.suppress(DocumentError):
        read_document(changed)
    Validator().validate(changed)


@FUZZ
@given(
    rank=st.integers(min_value=1, max_value=200),
    text=st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=30),
)
def test_a_document_with_any_text_in_its_attributes_is_judged(header: DocumentHeader, rank: int, text: str):
    root = etree.fromstring(write_n1(header, b"%PDF-1.4 %%EOF"))
    elements = list(root.iter())
    element = elements[rank % len(elements)]
    try:
        for name in element.attrib:
            element.set(name, text)
        element.text = text
    except ValueError:
        return
    data = etree.tostring(root)
    with contextlib.suppress(DocumentError):
        render_html(data)
    Validator().validate(data)


@FUZZ
@given(place=st.integers(min_value=0, max_value=200_000), junk=st.binary(min_size=1, max_size=20))
def test_a_pdf_with_any_bytes_in_it_is_judged(readable: bytes, place: int, junk: bytes):
    _judge(readable[: place % len(readable)] + junk + readable[place % len(readable) :])


@pytest.mark.parametrize(
    "cmap",
    [
        b"beginbfchar <01> <A0061> endbfchar",
        b"beginbfchar <0001> <> <0002> <D800> endbfchar",
        b"beginbfrange <0000> <FFFF> <D7FF> endbfrange",
        b"beginbfrange <0000> <FFFFFFFFFF> <10FFFE> endbfrange",
        b"beginbfrange <0000> <0002> [<1> <123> <D800DC00>] endbfrange",
        b"beginbfrange " + b"<0000> <FFFF> <0041>\n" * 20_000 + b"endbfrange",
    ],
    ids=["odd digits", "half a pair", "surrogates", "beyond the last character", "a list", "twenty thousand ranges"],
)
def test_the_map_of_a_font_is_read_whatever_it_says(cmap: bytes):
    packed = zlib.compress(cmap)
    parts = (
        b"1 0 obj << /Type /Page /Contents 4 0 R /Resources << /Font << /F1 2 0 R >> >> >> endobj",
        b"2 0 obj << /Type /Font /ToUnicode 3 0 R >> endobj",
        b"3 0 obj << /Filter /FlateDecode /Length %d >> stream\n" % len(packed) + packed + b"\nendstream endobj",
        b"4 0 obj << /Length 40 >> stream\nBT /F1 9 Tf <0001> Tj <0002> Tj ET\nendstream endobj",
    )
    _judge(b"%PDF-1.4\n" + b"\n".join(parts) + b"\n%%EOF").encode("utf-8")


def test_a_file_that_shows_one_large_stream_on_each_of_its_pages_has_no_text(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("health_documents.pdf.text.MAX_OPENED", MIB)
    packed = zlib.compress(b" " * (MIB - 1_000))
    pages = b"\n".join(b"%d 0 obj << /Type /Page /Contents 4 0 R >> endobj" % number for number in range(10, 1_000))
    parts = (
        b"1 0 obj << /Font << /F1 2 0 R >> >> endobj",
        b"2 0 obj << /Type /Font /ToUnicode 3 0 R >> endobj",
        b"3 0 obj << /Length 33 >> stream\nbeginbfchar <01> <0041> endbfchar\nendstream endobj",
        b"4 0 obj << /Filter /FlateDecode /Length %d >> stream\n" % len(packed) + packed + b"\nendstream endobj",
    )
    assert _judge(b"%PDF-1.4\n" + b"\n".join(parts) + pages + b"\n%%EOF") == ""


def _judge(changed: bytes) -> str:
    text = ""
    with contextlib.suppress(DocumentError):
        pdf = open_pdf(changed)
        text = text_of_pdf(pdf)
        codes_of(pdf)
    return text
