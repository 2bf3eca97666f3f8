"""FETCH items and SEARCH keys on a message."""

from __future__ import annotations

import pytest

from mss_mock.domain import Refused
from mss_mock.imap.deriving import derive
from mss_mock.imap.fetch import Subject, answer, read_items
from mss_mock.imap.framing import Command
from mss_mock.imap.search import Candidate, read_search
from mss_mock.imap.sets import Extent
from mss_mock.imap.syntax import BadSyntax, Cursor
from mss_mock.store import Found, MessageRow, Shown

RAW = (
    b"From: =?utf-8?q?H=C3=A9l=C3=A8ne?= <h@x.fr>\r\nTo: a@b.c\r\nSubject: =?utf-8?q?=C3=A9t=C3=A9?=\r\n"
    b"Date: Mon, 05 Jan 2026 23:30:00 +0100\r\nX-MSS-NIL: 1\r\nContent-Type: multipart/mixed; boundary=q\r\n\r\n"
    b"--q\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\nw6l0w6kgaW5kaWVu\r\n"
    b"--q\r\nContent-Type: application/pdf\r\n\r\n%PDF\r\n--q--\r\n"
)
ROW = MessageRow(7, 1, len(RAW), "2026-01-06T08:00:00+00:00", "\\Seen $Traite", 9)


def fetch(text: bytes, row: MessageRow = ROW) -> bytes:
    cursor = Cursor(Command([text]))
    items = read_items(cursor)
    cursor.end()
    return answer(items, Subject(row, row.flags | {"\\Recent"}, shown(RAW), lambda start, end: RAW[start:end]))


def shown(raw: bytes) -> Shown:
    derived = derive(raw)
    return Shown(derived.envelope, derived.body, derived.structure, derived.header, derived.parts)


def found(text: bytes, *literals: bytes, raw: bytes = RAW) -> bool:
    cursor = Cursor(Command(text.split(b"{}"), list(literals)))
    wanted = read_search(cursor, numbers=Extent(3), uids=Extent(7))
    cursor.end()
    derived = derive(raw)
    known = Found(7, 1, len(raw), ROW.arrived, ROW.modseq, derived.sent, derived.head)
    texts = (derived.deep, derived.text)
    return wanted.test(Candidate(7, 3, ROW.flags, recent=True, found=known, load_texts=lambda _content: texts))


def test_simple_items():
    assert fetch(
        b"FAST"
    ) == b'(FLAGS (\\Recent \\Seen $Traite) INTERNALDATE "06-Jan-2026 08:00:00 +0000" RFC822.SIZE %d)' % len(RAW)
    assert fetch(b"(UID flags)") == b"(UID 7 FLAGS (\\Recent \\Seen $Traite))"
    assert fetch(b"MODSEQ") == b"(MODSEQ (9))"


@pytest.mark.parametrize(
    ("item", "value"),
    [
        (b"BODY[]", RAW),
        (b"RFC822", RAW),
        (b"BODY[HEADER]", RAW[: RAW.index(b"\r\n\r\n") + 4]),
        (b"BODY.PEEK[TEXT]", RAW[RAW.index(b"\r\n\r\n") + 4 :]),
        (b"BODY[1]", b"w6l0w6kgaW5kaWVu"),
        (b"BODY[2.MIME]", b"Content-Type: application/pdf\r\n\r\n"),
        (b"BODY[HEADER.FIELDS (x-mss-nil SUBJECT)]", b"Subject: =?utf-8?q?=C3=A9t=C3=A9?=\r\nX-MSS-NIL: 1\r\n\r\n"),
        (b"BODY[]<5.4>", RAW[5:9]),
    ],
)
def test_sections_are_slices_of_the_octets(item, value):
    assert fetch(item).endswith(b"{%d}\r\n%b)" % (len(value), value))


def test_labels_name_the_section_and_the_origin_and_absent_parts_are_nil():
    assert fetch(b"BODY.PEEK[]<0.1>").startswith(b"(BODY[]<0> {1}")
    assert fetch(b"BODY.PEEK[HEADER.FIELDS.NOT (From)]").startswith(b"(BODY[HEADER.FIELDS.NOT (FROM)] {")
    assert fetch(b"BODY[4]") == b"(BODY[4] NIL)"
    assert fetch(b"BODY[2.HEADER]") == b"(BODY[2.HEADER] NIL)"


@pytest.mark.parametrize(
    "item",
    [
        b"",
        b"()",
        b"FLAGS FLAGS",
        b"BODY[",
        b"BODY[1.]",
        b"BODY[0]",
        b"BODY[MIME]",
        b"BODY[]<1>",
        b"BODY[]<1.0>",
        b"(ALL)",
        b"MODSEQ.X",
        b"BODY[HEADER.FIELDS ()]",
        b"BODY[HEADER.FIELDS]",
        b"X",
        b"(FLAGS",
        b"BODY[1.1.TEXT.X]",
    ],
)
def test_what_is_no_fetch_item_is_bad(item):
    with pytest.raises(BadSyntax):
        fetch(item)


@pytest.mark.parametrize(
    "keys",
    [
        b"ALL",
        b"3",
        b"1:*",
        b"UID 7",
        b"SEEN",
        b"KEYWORD $traite",
        b"UNFLAGGED",
        b"RECENT",
        b"NOT NEW",
        b"FROM h@x",
        b"TO A@B",
        b'HEADER X-MSS-NIL ""',
        b"LARGER 10",
        b"SMALLER 10000",
        b"ON 6-Jan-2026",
        b"SENTON 5-Jan-2026",
        b"SENTSINCE 1-Jan-2026",
        b"BEFORE 7-Jan-2026",
        b'SINCE "6-Jan-2026"',
        b"OR DELETED SEEN",
        b"(SEEN (UNDELETED))",
        b"NOT (SEEN DELETED)",
        b"CHARSET UTF-8 SEEN",
        b"TEXT nil",
        b"SEEN UNDELETED 1:3",
        b"UNKEYWORD $Autre",
        b"9:*",
        b"MODSEQ 9",
        b'MODSEQ "/flags/\\\\draft" all 1',
        b"RETURN (MIN COUNT) SEEN",
        b'HEADER From "<h@x"',
    ],
)
def test_keys_that_find_the_message(keys):
    assert found(keys)


@pytest.mark.parametrize(
    "keys",
    [
        b"UNSEEN",
        b"NEW",
        b"OLD",
        b"4",
        b"UID 8",
        b"FROM z",
        b'HEADER X-Autre ""',
        b"LARGER 99999",
        b"SENTBEFORE 5-Jan-2026",
        b"BCC a",
        b"NOT SEEN",
        b"OR DELETED DRAFT",
        b"SEEN DELETED",
        b'BODY "%PDF"',
        b"SINCE 7-Jan-2026",
        b"MODSEQ 10",
        b'HEADER "=from" h',
    ],
)
def test_keys_that_do_not(keys):
    assert not found(keys)


def test_texts_are_compared_decoded_and_without_case():
    assert found(b"SUBJECT {}", "ÉTÉ".encode())
    assert found(b"BODY {}", "Été indien".encode())
    assert found(b"FROM {}", "hélène".encode())
    assert found(b"CHARSET UTF-8 TEXT {}", b"indien")


@pytest.mark.parametrize(
    "keys", [b"", b"(", b"()", b"FOO", b"SEEN  SEEN", b"NOT", b"OR SEEN", b"BEFORE demain", b"LARGER x", b"UID a"]
)
def test_what_is_no_search_is_bad(keys):
    with pytest.raises(BadSyntax):
        found(keys)


def test_another_charset_is_named_as_unknown():
    with pytest.raises(Refused):
        found(b"CHARSET KOI8-R SEEN")
    with pytest.raises(BadSyntax):
        found(b"SUBJECT {}", b"\xff")


def test_text_finds_what_the_header_of_an_enclosed_message_says():
    raw = b"Subject: dehors\r\nContent-Type: message/rfc822\r\n\r\nSubject: dedans\r\n\r\ncorps\r\n"
    assert found(b"TEXT dedans", raw=raw)
    assert not found(b"BODY dedans", raw=raw)
