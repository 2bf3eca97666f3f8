from __future__ import annotations

from contextlib import suppress
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lgo_sandbox.wire.mime import MimeError, MimeLimits, _Reader, decoded_text, decoded_value, read_mail

ZIP = bytes(range(256)) * 3

MESSAGE = (
    b"From: =?utf-8?q?Pharmacie_=C3=89toile?= <pharmacie@x.mssante.fr>\r\n"
    b"To: =?utf-8?q?Doe=2C_Jane?= <jane@x.mssante.fr>,\r\n\tbob@x.mssante.fr\r\n"
    b"Subject: XDM/1.0/DDM+=?utf-8?b?w6k=?=\r\n =?utf-8?b?w6k=?=\r\n"
    b"X-MSS-NIL: 123\r\nx-mss-nil: 456\r\n"
    b"MIME-Version: 1.0\r\n"
    b'Content-Type: multipart/mixed; boundary="b"\r\n\r\npreamble\r\n'
    b"--b\r\nContent-Type: multipart/alternative; boundary=c\r\n\r\n"
    b"--c\r\nContent-Type: text/plain; charset=UTF-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
    b"Bonjour =C3=A9\r\n--c\r\nContent-Type: text/html\r\n\r\n<p/>\r\n--c--\r\n"
    b"--b\r\nContent-Type: application/zip\r\nContent-Transfer-Encoding: base64\r\n"
    b"Content-Disposition: attachment; filename*=UTF-8''CR%20m%C3%A9dical.zip\r\n\r\n"
    + __import__("base64").encodebytes(ZIP).replace(b"\n", b"\r\n")
    + b"--b--\r\n"
)


def test_a_message_is_read_as_a_tree_with_paths_types_and_names() -> None:
    message = read_mail(MESSAGE)
    assert [(part.path, part.content_type) for part in message.walk()] == [
        ("", "multipart/mixed"),
        ("1", "multipart/alternative"),
        ("1.1", "text/plain"),
        ("1.2", "text/html"),
        ("2", "application/zip"),
    ]
    text, html, archive = message.leaves()
    assert (text.text(), text.charset) == ("Bonjour é", "utf-8")
    assert (html.body, html.charset, html.filename) == (b"<p/>", None, None)
    assert (archive.filename, archive.disposition, archive.body) == ("CR médical.zip", "attachment", ZIP)
    assert message.body == b""
    assert message.defects == ()


def test_headers_are_decoded_unfolded_and_found_in_any_case() -> None:
    message = read_mail(MESSAGE)
    assert message.header("subject") == "XDM/1.0/DDM+éé"
    assert message.all("X-MSS-NIL") == ("123", "456")
    assert message.header("X-MSS-MES") is None


def test_a_comma_in_an_encoded_display_name_does_not_make_two_addresses() -> None:
    message = read_mail(MESSAGE)
    assert message.addresses("To") == (("Doe, Jane", "jane@x.mssante.fr"), ("", "bob@x.mssante.fr"))
    assert message.addresses("From") == (("Pharmacie Étoile", "pharmacie@x.mssante.fr"),)
    assert message.addresses("Cc") == ()


@pytest.mark.parametrize(
    ("disposition", "name"),
    [
        (b'attachment; filename="=?utf-8?q?=C3=A9.pdf?="', "é.pdf"),
        ('attachment; filename="é.pdf"'.encode(), "é.pdf"),
        ('attachment; filename="é.pdf"'.encode("latin-1"), "é.pdf"),
        (b"attachment; filename*0*=utf-8''a%20; filename*1=b.pdf", "a b.pdf"),
        (b"attachment; filename=../../etc/passwd", "../../etc/passwd"),
        (b"attachment; filename*=nocharset''%41.pdf", "A.pdf"),
        (b"attachment", None),
    ],
)
def test_file_names_are_read_as_senders_write_them(disposition: bytes, name: str | None) -> None:
    part = read_mail(b"Content-Disposition: " + disposition + b"\r\n\r\nx")
    assert part.filename == name


def test_raw_eight_bit_headers_are_utf8_or_latin1() -> None:
    assert read_mail("Subject: é\r\n\r\n".encode()).header("Subject") == "é"
    assert read_mail("Subject: é\r\n\r\n".encode("latin-1")).header("Subject") == "é"


@pytest.mark.parametrize("word", ["=?nope?q?a?=", "=?utf-8?b?a?=", "=?utf-8?b?é?=", "=?utf-8?q?=FF?=", "=?hex?q?41?="])
def test_an_encoded_word_that_cannot_be_read_stays_as_it_is(word: str) -> None:
    assert read_mail(f"Subject: a {word}\r\n\r\n".encode()).header("Subject") == f"a {word}"


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("=?utf-8?q?a_b=3D?=", "a b="),
        ("=?UTF-8*fr?Q?=C3?= =?utf-8?b?qQ?=", "é"),
        ("=?utf-8?q?a?= =?iso-8859-1?q?=E9?= c", "aé c"),
        ("DDM+=?utf-8?q?=C3=A9?=/x", "DDM+é/x"),
        ("=?utf-8?q?a?= b =?utf-8?q?c?=", "a b c"),
        ("=?utf-8?x?a?= =?", "=?utf-8?x?a?= =?"),
    ],
)
def test_encoded_words_are_joined_to_each_other_and_kept_apart_from_text(written: str, read: str) -> None:
    assert read_mail(f"Subject: {written}\r\n\r\n".encode()).header("Subject") == read


def test_an_unknown_charset_is_read_as_utf8() -> None:
    assert read_mail("Content-Type: text/plain; charset=nope\r\n\r\né\xff".encode()).text().startswith("é")
    assert read_mail(b"Content-Type: text/plain; charset=utf-8\r\n\r\n\xff").text() == "\ufffd"


def test_a_report_gives_its_fields_and_the_message_it_reports() -> None:
    report = (
        b"Content-Type: multipart/report; report-type=disposition-notification; boundary=b\r\n\r\n"
        b"--b\r\n\r\nread\r\n"
        b"--b\r\nContent-Type: message/disposition-notification\r\n\r\n"
        b"Disposition: automatic-action/MDN-sent-automatically; processed\r\n\r\n"
        b"--b\r\nContent-Type: message/rfc822\r\n\r\nSubject: original\r\n\r\nbody\r\n--b--\r\n"
    )
    fields, original = (part.children[0] for part in read_mail(report).children[1:])
    assert fields.header("Disposition") == "automatic-action/MDN-sent-automatically; processed"
    assert (original.path, original.header("Subject"), original.body) == ("3.1", "original", b"body")


def test_a_message_written_by_another_stack_is_read_the_same() -> None:
    other = EmailMessage()
    other["Subject"] = "Compte rendu d'imagerie médicale – é" * 4
    other.set_content("é" * 200)
    other.add_attachment(ZIP, maintype="application", subtype="zip", filename="IHE_XDM é.ZIP")
    message = read_mail(other.as_bytes())
    assert message.header("Subject") == other["Subject"]
    text, archive = message.leaves()
    assert (text.text().strip(), archive.filename, archive.body) == ("é" * 200, "IHE_XDM é.ZIP", ZIP)


def test_what_is_malformed_is_read_and_named() -> None:
    message = read_mail(b"Content-Type: multipart/mixed; boundary=b\r\n\r\nno part at all")
    assert message.body == b"no part at all"
    assert "StartBoundaryNotFoundDefect" in message.defects
    broken = read_mail(b"Content-Transfer-Encoding: base64\r\n\r\n!!!")
    assert broken.defects


def nested(levels: int) -> bytes:
    return b"".join(b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (n, n) for n in range(levels))


@pytest.mark.parametrize(
    "data",
    [
        nested(20),
        nested(5000),
        nested(2000).replace(b"\n", b"\r"),
        nested(2000).replace(b"Content-Type: ", b"CONTENT-TYPE:\n "),
        b"Content-Type: message/rfc822\n\n" * 3000,
        b"Content-Type: multipart/mixed; boundary=b\n\n" + b"--b\n\n" * 1000,
        b"Content-Type: multipart/mixed; boundary=b\n\n" + b"--b\n\n" * 100_000,
        b"Content-Type: multipart/digest; boundary=b\n\n" + b"--b\n\n" * 1000,
        b"a:\n" * 10_000,
        b"a:\n" * 1_000_000,
        b"Subject: " + b"=?a?q?" * 10_000 + b"\n\n",
    ],
    ids=lambda data: f"{data[:24]!r}x{len(data)}",
)
def test_a_message_beyond_the_limits_is_refused(data: bytes) -> None:
    with pytest.raises(MimeError):
        read_mail(data)


def test_a_message_beyond_the_size_is_refused() -> None:
    with pytest.raises(MimeError):
        read_mail(MESSAGE, limits=MimeLimits(total=len(MESSAGE) - 1))


def test_comments_nested_beyond_reason_have_no_address() -> None:
    assert read_mail(b"To: " + b"(" * 15_000 + b"\n\n").addresses("To") == ()


@settings(deadline=None, max_examples=200)
@given(st.binary(max_size=200), st.integers(0, len(MESSAGE)), st.integers(0, 80))
def test_reading_anything_raises_nothing_else_than_its_own_error(noise: bytes, at: int, length: int) -> None:
    for data in (noise, MESSAGE[:at] + noise + MESSAGE[at + length :], b"Content-Type: text/plain; name*" + noise):
        with suppress(MimeError):
            message = read_mail(data)
            for part in message.walk():
                part.text()
            message.addresses("To")


LINES = [
    b"Subject: a",
    b"From x@y",
    b" folded",
    b"",
    b"texte",
    b"Content-Type: text/plain; charset=utf-8",
    b"Content-Type: multipart/mixed; boundary=a",
    b"Content-Transfer-Encoding: base64",
    b"w6k=",
    b"--a",
    b"X: \xff",
]


@given(st.lists(st.sampled_from(LINES), max_size=9), st.sampled_from([b"\r\n", b"\n"]))
def test_a_text_is_read_the_same_whether_its_body_is_walked_through_or_not(lines: list[bytes], newline: bytes) -> None:
    data = newline.join(lines)
    walked = BytesParser(policy=policy.compat32).parsebytes(data)
    assert read_mail(data) == _Reader(MimeLimits()).part(walked, "", 0)


@pytest.mark.parametrize(
    ("octets", "encoding", "charset", "text"),
    [
        (b"w6l0w6k=", " Base64 ", "utf-8", "été"),
        (b"w6l0\r\nw6k", "base64", "", "été"),
        (b"w6l0w", "base64", "utf-8", "ét"),
        (b"=E9t=\r\n=E9", "quoted-printable", "iso-8859-1", "été"),
        ("été".encode(), "8bit", "inconnu", "été"),
        (b"\xe9", "", "utf-8", "\ufffd"),
    ],
)
def test_the_text_of_a_part_is_decoded_as_well_as_can_be(octets: bytes, encoding: str, charset: str, text: str) -> None:
    assert decoded_text(octets, encoding, charset) == text


def test_the_value_of_a_header_is_decoded_unless_it_is_too_long_to_be_one() -> None:
    assert decoded_value(b"=?utf-8?q?=C3=A9t=C3=A9?= fini") == "été fini"
    long = b"=?utf-8?q?=C3=A9?= " * 5000
    assert decoded_value(long) == long.decode().strip()
