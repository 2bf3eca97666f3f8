"""What a browser sends with a page: forms with files, cookies; what is hostile is read as nothing, or refused."""

from __future__ import annotations

import pytest

from lgo_sandbox.wire.browsing import cookie, read_fields, set_cookie, with_parameters
from lgo_sandbox.wire.oauth import BadForm

BOUNDARY = "multipart/form-data; boundary=xx"


def part(head: str, body: bytes) -> bytes:
    return b"--xx\r\nContent-Disposition: form-data; " + head.encode() + b"\r\n\r\n" + body + b"\r\n"


def test_texts_and_files_of_a_form_are_told_apart() -> None:
    file = b'--xx\r\nContent-Disposition: form-data; name="fichier"; filename="\xc3\xa9t\xc3\xa9.pdf"\r\n'
    file += b"Content-Type: application/pdf\r\n\r\n%PDF\x00\xff\r\n"
    texts, files = read_fields(BOUNDARY, part('name="titre"', "été".encode()) + file + b"--xx--\r\n", max_bytes=1000)
    assert texts == {"titre": "été"}
    assert (files["fichier"].name, files["fichier"].content) == ("été.pdf", b"%PDF\x00\xff")


def test_a_form_without_files_is_read_as_one() -> None:
    assert read_fields("application/x-www-form-urlencoded", b"a=1&b=%C3%A9", max_bytes=99) == ({"a": "1", "b": "é"}, {})


@pytest.mark.parametrize("body", [b"", b"--xx", b"--xx--", b"nothing", part("filename=x", b"y") + b"--xx--"])
def test_a_form_that_is_none_has_no_fields(body: bytes) -> None:
    assert read_fields(BOUNDARY, body, max_bytes=1000) == ({}, {})


def test_a_form_beyond_the_limits_is_refused() -> None:
    with pytest.raises(BadForm):
        read_fields(BOUNDARY, b"x" * 2000, max_bytes=1000)
    many = b"".join(part(f'name="n{number}"', b"") for number in range(200)) + b"--xx--"
    with pytest.raises(BadForm):
        read_fields(BOUNDARY, many, max_bytes=100_000)


def test_a_content_type_brings_no_header_of_its_own() -> None:
    texts, _files = read_fields(f"{BOUNDARY}\r\nX: y", part('name="a"', b"1") + b"--xx--", max_bytes=1000)
    assert texts in ({}, {"a": "1"})


def test_cookies_and_addresses() -> None:
    assert cookie({"cookie": "a=1; b=x=y"}, "b") == "x=y"
    assert set_cookie("a", "", "/", secure=True) == "a=; Path=/; HttpOnly; SameSite=Lax; Secure; Max-Age=0"
    assert with_parameters("/x?a=1", {"b": "é", "c": None}) == "/x?a=1&b=%C3%A9"
