from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lgo_client.mtom import pack, part_of, unpack

ENVELOPE = "<e>é</e>".encode()
EVERY_BYTE = bytes(range(256))
AWKWARD = [
    b"",
    b"\r",
    b"\n",
    b"\r\n",
    b"\r\n\r\n",
    b"\ra\r\rb\n\n\r",
    b"ends with a lone CR\r",
    b"ends with LF\n",
    b"\x85\xc2\x85\xe2\x80\xa8\x0b\x0c\x1c\x1d\x1e",
    b"\xef\xbb\xbf\x00\xff\xfe",
    b"--B without its line",
    b"\r\n--BB\r\n",
    b"\r\n--B-\r\n--",
    b"\r--B\r after a lone CR",
    b"Content-Type: text/plain\r\n\r\nnot a header",
    b"From somebody\n>From",
    EVERY_BYTE,
    EVERY_BYTE[::-1] * 3,
]
MEDIA_TYPES = ["text/xml", "text/xml; charset=Cp1252", "application/octet-stream", "message/rfc822", "multipart/mixed"]


def answer(*parts: tuple[str, bytes], eol: bytes = b"\r\n", preamble: bytes = b"") -> bytes:
    """Write a package by hand: heads (joined by the same line end) and octets."""
    written = preamble
    for head, octets in parts:
        written += b"--B" + eol + eol.join(head.encode().splitlines()) + eol + eol + octets + eol
    return written + b"--B--" + eol


def test_a_package_comes_back_as_it_was_packed() -> None:
    parts = {"a@lgo": ("text/xml", EVERY_BYTE), "b@lgo": ("application/pdf", b"%PDF-1.4\r\n\xff")}
    root, read = unpack(*pack(ENVELOPE, parts, "urn:x", "B"))
    assert root == ENVELOPE
    assert read == {"a@lgo": EVERY_BYTE, "b@lgo": b"%PDF-1.4\r\n\xff"}


def test_the_content_type_is_that_of_mtom_over_soap_12() -> None:
    content_type, body = pack(ENVELOPE, {"a@lgo": ("text/xml", b"x")}, "urn:action", "B")
    kind, *parameters = content_type.split("; ")
    assert kind == "multipart/related"
    assert dict(p.split("=", 1) for p in parameters) == {
        "boundary": '"B"',
        "type": '"application/xop+xml"',
        "start": '"<root.message@lgo.example>"',
        "start-info": '"application/soap+xml"',
        "action": '"urn:action"',
    }
    root_head = body.partition(b"\r\n\r\n")[0]
    assert b'Content-Type: application/xop+xml; charset=UTF-8; type="application/soap+xml"' in root_head
    assert b"Content-ID: <root.message@lgo.example>" in root_head


@pytest.mark.parametrize("media_type", MEDIA_TYPES)
@pytest.mark.parametrize("octets", AWKWARD, ids=repr)
def test_binary_content_is_exact(octets: bytes, media_type: str) -> None:
    _, parts = unpack(*pack(ENVELOPE, {"a@lgo": (media_type, octets)}, "urn:x", "B"))
    assert parts == {"a@lgo": octets}


@given(st.binary(max_size=200))
def test_any_octets_are_exact(octets: bytes) -> None:
    _, parts = unpack(*pack(ENVELOPE, {"a@lgo": ("application/octet-stream", octets)}, "urn:x", "=_b0undary"))
    assert parts == {"a@lgo": octets}


@pytest.mark.parametrize("eol", [b"\r\n", b"\n"], ids=["CRLF", "LF"])
@pytest.mark.parametrize("boundary", ['"B"', "B", 'B; type="application/xop+xml"'])
def test_line_ends_and_quotes_are_the_senders_choice(eol: bytes, boundary: str) -> None:
    body = answer(("Content-ID: <r>", ENVELOPE), ("Content-ID: <d@x>", b"\x00\r\x01\n\xff"), eol=eol)
    root, parts = unpack(f'Multipart/Related; start="<r>"; boundary={boundary}', body)
    assert (root, parts) == (ENVELOPE, {"d@x": b"\x00\r\x01\n\xff"})


def test_a_boundary_with_signs_is_taken_literally() -> None:
    body = answer(("Content-ID: <r>", ENVELOPE), ("Content-ID: <d>", b"x")).replace(b"--B", b"--uuid:a.b+(c)")
    assert unpack('multipart/related; boundary="uuid:a.b+(c)"', body) == (ENVELOPE, {"d": b"x"})


def test_preamble_epilogue_and_spaces_after_a_delimiter_do_not_count() -> None:
    body = answer(("Content-ID: <r>", ENVELOPE), ("Content-ID: <d>", b"x"), preamble=b"hello\r\n")
    body = body.replace(b"--B\r\n", b"--B \t\r\n") + b"--B\r\n\r\nafter the end"
    assert unpack("multipart/related; boundary=B", body) == (ENVELOPE, {"d": b"x"})


def test_the_start_parameter_names_the_root_wherever_it_is() -> None:
    body = answer(("Content-ID: <d>", b"x"), ("Content-ID: <r>", ENVELOPE))
    assert unpack('multipart/related; boundary=B; start="<r>"', body) == (ENVELOPE, {"d": b"x"})


@pytest.mark.parametrize("start", ["", '; start="<elsewhere>"'])
def test_without_a_known_start_the_first_part_is_the_root(start: str) -> None:
    body = answer(("Content-Type: application/xop+xml", ENVELOPE), ("Content-ID: <d>", b"x"))
    assert unpack(f"multipart/related; boundary=B{start}", body) == (ENVELOPE, {"d": b"x"})


@pytest.mark.parametrize(
    ("encoding", "written"),
    [("BASE64", b"AP8N\r\nCg=="), ("quoted-printable", b"=00=FF=0D=0A"), ("binary", b"\x00\xff\r\n")],
)
def test_a_transfer_encoding_is_undone(encoding: str, written: bytes) -> None:
    head = f"Content-ID: <d>\nContent-Transfer-Encoding: {encoding}"
    body = answer(("Content-ID: <r>", ENVELOPE), (head, written))
    assert unpack("multipart/related; boundary=B", body)[1] == {"d": b"\x00\xff\r\n"}


def test_a_part_is_found_by_its_percent_encoded_url() -> None:
    body = answer(("Content-ID: <r>", ENVELOPE), ("content-id: <1-2@urn:ihe:iti:xds-b:2007>", b"x"))
    _, parts = unpack("multipart/related; boundary=B", body)
    assert part_of("cid:1-2@urn%3Aihe%3Aiti%3Axds-b%3A2007", parts) == b"x"


def test_a_missing_part_is_named() -> None:
    with pytest.raises(ValueError, match="cid:nowhere"):
        part_of("cid:nowhere", {"d": b"x"})


def test_a_plain_answer_has_no_parts() -> None:
    assert unpack("application/soap+xml; charset=utf-8", b"<e/>") == (b"<e/>", {})
    assert unpack("", b"<e/>") == (b"<e/>", {})


WHOLE = answer(("Content-ID: <r>", ENVELOPE), ("Content-ID: <d>", b"x"))


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("multipart/related; boundary=B", b""),
        ("multipart/related; boundary=B", b"--B--\r\n"),
        ("multipart/related; boundary=B", re.sub(rb"--B--\r\n$", b"", WHOLE)),
        ("multipart/related; boundary=B", WHOLE[: WHOLE.index(b"<d>")]),
        ("multipart/related; boundary=B", b"--B\r\nno blank line\r\n--B--"),
        ("multipart/related; boundary=other", WHOLE),
        ("multipart/related", WHOLE),
        ('multipart/related; boundary=""', WHOLE),
    ],
    ids=["empty", "no part", "no end", "cut in a head", "no head", "other boundary", "no boundary", "empty boundary"],
)
def test_a_broken_package_is_refused(content_type: str, body: bytes) -> None:
    with pytest.raises(ValueError, match="paquet MTOM"):
        unpack(content_type, body)
