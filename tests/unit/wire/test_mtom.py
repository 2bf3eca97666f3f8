from __future__ import annotations

import base64
import email
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from health_documents.xml import parse
from lgo_sandbox.wire.mtom import (
    XOP,
    Limits,
    MtomError,
    Package,
    Part,
    attachments,
    inline,
    read_package,
)
from lgo_sandbox.wire.mtom_write import cid_href, include_xml, write_package

BINARY = bytes(range(256)) + b"\r\n--almost\r\n\r\n\n"
ROOT = b'<a><b><xop:Include xmlns:xop="http://www.w3.org/2004/08/xop/include" href="cid:DOC0001.XML"/></b></a>'

SAMPLE_TYPE = (
    'multipart/related; type="application/xop+xml"; start="<rootpart@soapui.org>"; '
    'start-info="application/soap+xml"; action="Do"; boundary="----=_Part_0_1.2"'
)
SAMPLE = (
    b"\n------=_Part_0_1.2"
    b'\nContent-Type: application/xop+xml; charset=UTF-8; type="application/soap+xml"; action="Do"'
    b"\nContent-Transfer-Encoding: 8bit"
    b"\nContent-ID: <rootpart@soapui.org>\n\n" + ROOT + b"\n------=_Part_0_1.2"
    b"\nContent-Type: text/xml; charset=Cp1252; name=DOC0001.XML"
    b"\nContent-Transfer-Encoding: binary"
    b"\nContent-ID: <DOC0001.XML>"
    b'\nContent-Disposition: attachment; name="DOC0001.XML"; filename="DOC0001.XML"\n\n'
    + BINARY
    + b"\r\n------=_Part_0_1.2--\n"
)


def package_of(boundary: bytes, *parts: bytes, eol: bytes = b"\r\n", end: bytes = b"--\r\n") -> bytes:
    return b"".join(b"--" + boundary + eol + part + eol for part in parts) + b"--" + boundary + end


def test_a_package_of_bare_line_feeds_with_file_names_as_ids_is_read_exactly() -> None:
    package = read_package(SAMPLE_TYPE, SAMPLE)
    assert package.root == ROOT
    assert package.root_type.startswith("application/xop+xml")
    part = package.part("cid:DOC0001.XML")
    assert part.body == BINARY + b"\r"
    assert part.media_type.charset == "cp1252"
    assert part.headers["content-disposition"].startswith("attachment")
    assert not package.truncated


def test_the_line_end_before_a_boundary_belongs_to_the_boundary() -> None:
    body = package_of(b"b", b"\r\n<a/>\r\n", b"Content-ID: <1>\r\n\r\n\r\n")
    package = read_package("multipart/related; boundary=b", body)
    assert package.root == b"<a/>\r\n"
    assert package.part("cid:1").body == b"\r\n"


def test_a_bare_line_feed_before_a_boundary_is_tolerated_among_full_line_ends() -> None:
    body = b"--b\r\n\r\n<a/>\n--b--"
    assert read_package("multipart/related; boundary=b", body).root == b"<a/>"


def test_a_bare_boundary_with_colons_and_a_root_id_with_a_star_are_read() -> None:
    content_type = (
        'multipart/related;start="<rootpart*7a@example.jaxws.sun.com>";type="application/xop+xml";'
        r'boundary=uuid:7a-b;start-info="application/soap+xml;action=\"urn:a\""'
    )
    body = package_of(
        b"uuid:7a-b",
        b"Content-Id: <x@y>\r\n\r\nsecond",
        b"Content-Id: <rootpart*7a@example.jaxws.sun.com>\r\n\r\n<a/>",
    )
    package = read_package(content_type, body)
    assert package.root == b"<a/>"
    assert package.part("cid:x@y").body == b"second"


@pytest.mark.parametrize("encoding", [b"BASE64", b"base64", b"Base64"])
def test_a_base64_part_is_decoded_whatever_the_case_and_the_line_ends(encoding: bytes) -> None:
    text = base64.encodebytes(BINARY).replace(b"\n", b"\r\n")
    body = package_of(
        b"MIMEBoundary_Bound",
        b"Content-ID: <0.1>\r\n\r\n<a/>",
        b"Content-ID: <k>\r\nContent-Transfer-Encoding: " + encoding + b"\r\n\r\n" + text,
    )
    package = read_package('multipart/related;boundary="MIMEBoundary_Bound"; start="<0.1>"', body)
    assert package.part("cid:k").body == BINARY


def test_a_quoted_printable_part_is_decoded() -> None:
    body = package_of(b"b", b"\r\n<a/>", b"Content-ID: <1>\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\na=3Db")
    assert read_package("multipart/related; boundary=b", body).part("cid:1").body == b"a=b"


@pytest.mark.parametrize("href", ["cid:1-2@urn%3Aihe%3Aiti%3Axds-b%3A2007", "CID:1-2@urn:ihe:iti:xds-b:2007"])
@pytest.mark.parametrize("content_id", ["1-2@urn:ihe:iti:xds-b:2007", "1-2@urn%3Aihe%3Aiti%3Axds-b%3A2007"])
def test_a_reference_finds_its_part_whichever_side_is_percent_encoded(href: str, content_id: str) -> None:
    assert Package(b"", "", {content_id: Part(content_id, {}, b"x")}).part(href).body == b"x"


@pytest.mark.parametrize("href", ["cid:other", "1", "http://1", ""])
def test_a_reference_to_nothing_is_refused(href: str) -> None:
    with pytest.raises(MtomError):
        Package(b"", "", {"1": Part("1", {}, b"x")}).part(href)


def test_a_plain_soap_body_is_a_package_of_its_root_alone() -> None:
    package = read_package("application/soap+xml;charset=utf-8", b"<a/>")
    assert (package.root, package.root_type, dict(package.parts)) == (b"<a/>", "application/soap+xml;charset=utf-8", {})


def test_a_part_without_id_is_kept_apart_and_a_folded_header_is_joined() -> None:
    body = package_of(b"b", b"\r\n<a/>", b"Content-Type: text/plain;\r\n charset=utf-8\r\n\r\nx", b"X-Empty: 1\r\n")
    package = read_package("multipart/related; boundary=b", body)
    assert [part.body for part in package.nameless] == [b"x", b""]
    assert package.nameless[0].media_type.charset == "utf-8"


@pytest.mark.parametrize("cut", [1, 2, 3, 5])
def test_a_closing_delimiter_cut_by_a_length_in_characters_is_tolerated_and_told(cut: int) -> None:
    body = package_of(b"bound", b"\r\n<a/>", b"Content-ID: <1>\r\n\r\n" + BINARY, end=b"--")
    package = read_package("multipart/related; boundary=bound", body[:-cut])
    assert package.truncated
    assert package.part("cid:1").body == BINARY


@pytest.mark.parametrize("kept", [30, 60, 90])
def test_a_package_cut_in_its_content_is_refused(kept: int) -> None:
    body = package_of(b"bound", b"\r\n<a/>", b"Content-ID: <1>\r\n\r\n" + b"x" * 100)
    with pytest.raises(MtomError):
        read_package("multipart/related; boundary=bound", body[:kept])


@pytest.mark.parametrize("name", [b"Content-ID", b"Content-Type", b"content-transfer-encoding"])
def test_a_header_given_twice_in_a_part_is_refused(name: bytes) -> None:
    with pytest.raises(MtomError, match="deux fois"):
        read_package(
            "multipart/related; boundary=b", package_of(b"b", name + b": 7bit\r\n" + name.upper() + b": 7bit\r\n\r\n")
        )


def test_a_declared_length_of_a_gigabyte_is_not_believed() -> None:
    body = package_of(b"b", b"Content-Length: 1073741824\r\n\r\n<a/>")
    assert read_package("multipart/related; boundary=b", body).root == b"<a/>"


@pytest.mark.parametrize(
    "part",
    [
        b"no colon\r\n\r\nx",
        b" folded first\r\n\r\nx",
        b": nameless\r\n\r\nx",
        b"Content-Transfer-Encoding: x-uuencode\r\n\r\nx",
        b"Content-Transfer-Encoding: base64\r\n\r\n!!!!",
        b"Content-Transfer-Encoding: base64\r\n\r\nQQ",
        b"X: " + b"y" * 20_000,
        b"X: y\r\n" * 4_000,
    ],
)
def test_a_part_that_cannot_be_read_is_refused(part: bytes) -> None:
    with pytest.raises(MtomError):
        read_package("multipart/related; boundary=b", package_of(b"b", b"\r\n<a/>", part))


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("multipart/related", SAMPLE),
        ("multipart/related; boundary=", SAMPLE),
        ("multipart/related; boundary=" + "b" * 300, SAMPLE),
        ("multipart/form-data; boundary=b", package_of(b"b", b"\r\nx")),
        ("multipart/related; boundary=other", SAMPLE),
        ("multipart/related; boundary=b; start=<z>", package_of(b"b", b"Content-ID: <1>\r\n\r\nx")),
        ("multipart/related; boundary=b", b"--b--\r\n"),
        ("multipart/related; boundary=b", b""),
        ("multipart/related; boundary=b", package_of(b"b", b"\r\n", *[b"Content-ID: <1>\r\n\r\nx"] * 2)),
        ("multipart/related; boundary=b", package_of(b"b", *[b"\r\nx"] * 101)),
        ("multipart/related; boundary=b", package_of(b"b", b"\r\n" + b" --b" * 10_000)),
    ],
)
def test_a_body_that_is_no_package_is_refused(content_type: str, body: bytes) -> None:
    with pytest.raises(MtomError):
        read_package(content_type, body)


def test_a_body_beyond_the_limit_is_refused() -> None:
    with pytest.raises(MtomError):
        read_package("application/soap+xml", b"x" * 11, limits=Limits(total=10))


def test_inlining_puts_base64_where_the_reference_was() -> None:
    tree = parse(ROOT)
    package = read_package(SAMPLE_TYPE, SAMPLE)
    assert list(attachments(tree, package).values()) == [BINARY + b"\r"]
    inline(tree, package)
    assert tree.find(f".//{{{XOP}}}Include") is None
    assert base64.b64decode(tree.findtext("b") or "") == BINARY + b"\r"


@pytest.mark.parametrize(
    "xml",
    [
        f'<x:Include xmlns:x="{XOP}" href="cid:1"/>',
        f'<a>text<x:Include xmlns:x="{XOP}" href="cid:1"/></a>',
        f'<a><x:Include xmlns:x="{XOP}" href="cid:1"/><x:Include xmlns:x="{XOP}" href="cid:1"/></a>',
        f'<a><x:Include xmlns:x="{XOP}" href="cid:2"/></a>',
        f'<a><x:Include xmlns:x="{XOP}" href="file:///etc/passwd"/></a>',
        f'<a><x:Include xmlns:x="{XOP}"/></a>',
    ],
)
def test_a_reference_misplaced_or_to_nothing_is_refused(xml: str) -> None:
    with pytest.raises(MtomError):
        attachments(parse(xml.encode()), Package(b"", "", {"1": Part("1", {}, b"x")}))


def test_many_references_to_one_part_cannot_grow_the_tree_without_end() -> None:
    one = f'<b><x:Include xmlns:x="{XOP}" href="cid:1"/></b>'
    package = Package(b"", "", {"1": Part("1", {}, b"x" * 1000)})
    inline(parse(f"<a>{one * 10}</a>".encode()), package, limits=Limits(total=10_000))
    with pytest.raises(MtomError):
        inline(parse(f"<a>{one * 11}</a>".encode()), package, limits=Limits(total=10_000))


def test_a_written_package_is_deterministic_and_read_the_same_by_two_readers() -> None:
    cid = "0a-1@urn:ihe:iti:xds-b:2007"
    root = b"<a>" + include_xml(cid) + b"</a>"
    header, body = write_package(root, [(cid, "text/xml", BINARY)], boundary="uuid:1", action="urn:a")
    assert (header, body) == write_package(root, [(cid, "text/xml", BINARY)], boundary="uuid:1", action="urn:a")
    package = read_package(header, body)
    assert package.root == root
    assert list(attachments(parse(package.root), package).values()) == [BINARY]
    other = email.message_from_bytes(b"Content-Type: " + header.encode() + b"\r\n\r\n" + body)
    assert [part["Content-ID"] for part in other.walk()][1:] == ["<root.message@cxf.apache.org>", f"<{cid}>"]


def test_a_content_id_is_percent_encoded_in_its_reference_but_for_the_at_sign() -> None:
    assert cid_href("1-2@urn:ihe:iti:xds-b:2007") == "cid:1-2@urn%3Aihe%3Aiti%3Axds-b%3A2007"


def test_a_writer_refuses_a_boundary_within_a_part_and_line_ends_in_headers() -> None:
    with pytest.raises(ValueError, match="boundary"):
        write_package(b"<a/>", [("1", "text/xml", b"..edge..")], boundary="edge")
    for unsafe in (("1\r\nX: y", "text/xml", b""), ("1", "text/xml\r\nX: y", b""), ('1"', "text/xml", b"")):
        with pytest.raises(ValueError, match="not fit"):
            write_package(b"<a/>", [unsafe], boundary="edge")


@settings(deadline=None, max_examples=200)
@given(st.binary(max_size=200), st.binary(max_size=200))
def test_any_octets_travel_unchanged_beside_any_root(root: bytes, octets: bytes) -> None:
    header, body = write_package(root, [("1", "application/octet-stream", octets)], boundary="uuid:4d2c-edge")
    package = read_package(header, body)
    assert (package.root, package.part("cid:1").body) == (root, octets)


@settings(deadline=None, max_examples=200)
@given(st.text(max_size=60), st.binary(max_size=300))
def test_reading_anything_raises_nothing_else_than_its_own_error(content_type: str, body: bytes) -> None:
    for header in (content_type, f"multipart/related; boundary={content_type}", "multipart/related; boundary=b"):
        with suppress(MtomError):
            read_package(header, b"--b\r\n" + body + b"\r\n--b--")


@settings(deadline=None, max_examples=300)
@given(st.integers(0, len(SAMPLE)), st.integers(0, 80), st.binary(max_size=40))
def test_reading_a_damaged_package_raises_nothing_else_than_its_own_error(at: int, length: int, put: bytes) -> None:
    with suppress(MtomError):
        read_package(SAMPLE_TYPE, SAMPLE[:at] + put + SAMPLE[at + length :])


def test_a_root_is_found_by_a_content_id_beyond_ascii() -> None:
    start = "<racine-é@x>".encode()
    body = package_of(b"b", b"Content-ID: " + start + b"\r\n\r\n<a/>", b"Content-ID: <2>\r\n\r\nx")
    for header in (start.decode("latin-1"), start.decode()):
        assert read_package(f'multipart/related; boundary=b; start="{header}"', body).root == b"<a/>"
