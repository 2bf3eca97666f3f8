"""Commands from octets: framing, primitives, and that nothing but their own errors is ever raised."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mss_mock.domain import Refused
from mss_mock.imap.fetch import read_items
from mss_mock.imap.framing import Command, Framer, Limits, LiteralTooLarge, Need
from mss_mock.imap.names import BadName, matcher, read_name
from mss_mock.imap.search import read_search
from mss_mock.imap.sets import Extent, compact, membership, numbers_in, uids_in
from mss_mock.imap.syntax import BadSyntax, Cursor

LIMITS = Limits(line=65536, literals=1000, append=5000)
INTERESTING = st.text(alphabet='()[]{}<>"\\*%:,.+-~& \r\0é1a$FLAGSBODYXUIDNOTOR', max_size=60).map(str.encode)


def cursor(text: bytes, *literals: bytes) -> Cursor:
    parts = text.split(b"{}")
    return Cursor(Command(parts, list(literals)))


def test_a_command_without_literal_is_one_line():
    command = Framer(LIMITS).line(b"a NOOP")
    assert isinstance(command, Command)
    assert (command.tag, command.texts, command.literals) == (b"a", [b"a NOOP"], [])


def test_a_literal_is_asked_for_and_the_line_after_it_continues_the_command():
    framer = Framer(LIMITS)
    assert framer.line(b"a LOGIN {3}") == Need(3, ask=True)
    framer.literal(b"x\r\n")
    assert framer.line(b" {2+}") == Need(2, ask=False)
    framer.literal(b"yz")
    command = framer.line(b"")
    assert isinstance(command, Command)
    assert command.literals == [b"x\r\n", b"yz"]
    assert command.texts == [b"a LOGIN ", b" ", b""]


@pytest.mark.parametrize(
    ("line", "fatal"), [(b"a SELECT {1001}", False), (b"a SELECT {1001+}", True), (b"a APPEND x {5001}", False)]
)
def test_what_is_too_large_is_refused_before_it_is_read(line, fatal):
    with pytest.raises(LiteralTooLarge) as refused:
        Framer(LIMITS).line(line)
    assert (refused.value.fatal, refused.value.tag) == (fatal, b"a")


def test_the_literals_of_a_command_count_together_and_are_limited_in_number():
    framer = Framer(Limits(line=100, literals=10, append=10, count=2))
    framer.line(b"a SEARCH {8}")
    framer.literal(b"12345678")
    with pytest.raises(LiteralTooLarge):
        framer.line(b" {3}")
    framer.line(b"a SEARCH {1}")
    framer.literal(b"1")
    framer.line(b" {1}")
    framer.literal(b"1")
    with pytest.raises(LiteralTooLarge):
        framer.line(b" {1}")


def test_append_may_be_long_only_in_its_own_literal():
    framer = Framer(LIMITS)
    assert framer.line(b"a append INBOX {4000}") == Need(4000, ask=True)


@pytest.mark.parametrize(
    ("text", "literals", "value"),
    [
        (b"abc", (), b"abc"),
        (b'"a\\"b\\\\"', (), b'a"b\\'),
        (b"{}", (b"x y",), b"x y"),
        (b'""', (), b""),
        (b"a]b", (), b"a]b"),
    ],
)
def test_a_string_is_an_atom_a_quoted_string_or_a_literal(text, literals, value):
    reading = cursor(text, *literals)
    assert reading.astring() == value
    assert reading.at_end


@pytest.mark.parametrize("text", [b"", b'"open', b"(", b"\xe9", b'"a\nb"', b"%"])
def test_what_is_no_string_is_bad(text):
    with pytest.raises(BadSyntax):
        cursor(text).astring()


def test_a_literal_with_nul_is_bad():
    with pytest.raises(BadSyntax):
        cursor(b"{}", b"a\0").literal()


@pytest.mark.parametrize(
    ("text", "ranges"), [(b"1", ((1, 1),)), (b"*", ((0, 0),)), (b"3:1,5:*", ((3, 1), (5, 0))), (b"*:4", ((0, 4),))]
)
def test_sets_are_ranges(text, ranges):
    assert cursor(text).sequence() == ranges


@pytest.mark.parametrize("text", [b"0", b"4294967296", b":", b"a", b",1", b"1," * 6000 + b"1"])
def test_bad_sets_are_bad(text):
    def read():
        reading = cursor(text)
        reading.sequence()
        reading.end()

    with pytest.raises(BadSyntax):
        read()


def test_a_set_is_read_against_what_there_is():
    assert uids_in(((5, 0), (1, 2)), [2, 4, 9]) == [2, 9]
    assert uids_in(((20, 0),), [2, 4, 9]) == [9]
    assert uids_in(((1, 4294967295),), []) == []
    assert numbers_in(((2, 0), (1, 1)), 3) == [1, 2, 3]
    with pytest.raises(BadSyntax):
        numbers_in(((0, 0),), 0)
    among = membership(((4, 2), (9, 0), (5, 5)), Extent(12))
    assert [number for number in range(14) if among(number)] == [2, 3, 4, 5, 9, 10, 11, 12]
    assert compact([1, 2, 3, 7, 9, 10]) == b"1:3,7,9:10"


@pytest.mark.parametrize("text", [b"30-Feb-2026", b"1-Foo-2026", b"2026-01-01", b"1-Jan-0000"])
def test_no_such_date_is_bad(text):
    with pytest.raises(BadSyntax):
        cursor(text).date()


def test_dates_are_read():
    assert cursor(b'"1-Feb-2026"').date() == date(2026, 2, 1)
    assert cursor(b'" 5-jan-2026 10:20:30 +0100"').date_time() == datetime(2026, 1, 5, 9, 20, 30, tzinfo=UTC)
    with pytest.raises(BadSyntax):
        cursor(b'"05-Jan-2026 25:20:30 +0100"').date_time()


@pytest.mark.parametrize("name", [b"INBOX", b"inbox/Sub", b"&AOk-t&AOk-", b"A&-B", b"a/b/", b"Sans espace ou avec"])
def test_good_folder_names(name):
    assert read_name(name)


def test_inbox_has_one_spelling():
    assert [read_name(b"inBox"), read_name(b"inbox/x"), read_name(b"Inboxes")] == ["INBOX", "INBOX/x", "Inboxes"]


@pytest.mark.parametrize(
    "name", [b"", b"/", b"a//b", b"&", b"&AGE-", b"&AOk", b"a\x01", b"\xc3\xa9", b"a%", b"x" * 256]
)
def test_bad_folder_names(name):
    with pytest.raises(BadName):
        read_name(name)


def test_list_patterns_stop_or_not_at_the_delimiter():
    names = ["INBOX", "a", "a/b", "a/b/c"]
    assert [n for n in names if matcher(b"", b"%")(n)] == ["INBOX", "a"]
    assert [n for n in names if matcher(b"", b"a*")(n)] == ["a", "a/b", "a/b/c"]
    assert [n for n in names if matcher(b"a/", b"%")(n)] == ["a/b"]
    assert matcher(b"", b"inbox")("INBOX")
    assert not matcher(b"", b"*" * 5000 + b"x")("a" * 200)
    assert not matcher(b"", b"*a" * 200 + b"x")("a" * 250)
    assert matcher(b"", b"*a" * 200)("a" * 250)


@given(INTERESTING | st.binary(max_size=60), st.lists(st.binary(max_size=5), max_size=2))
def test_no_octets_make_a_reader_raise_anything_but_its_own_error(text, literals):
    texts = [text, *(b" " for _ in literals)]
    readers = [
        lambda c: c.astring(),
        lambda c: c.sequence(),
        lambda c: c.flags(),
        lambda c: c.date(),
        lambda c: c.date_time(),
        read_items,
        lambda c: read_search(c, Extent(3), Extent(9)),
        lambda c: read_name(c.astring()),
        lambda c: c.pattern(),
    ]
    for read in readers:
        with suppress(BadSyntax, BadName, Refused):
            read(Cursor(Command(list(texts), list(literals))))


@given(st.lists(INTERESTING | st.sampled_from([b"{3}", b"{3+}", b"a APPEND x {9}", b"{99999999}"]), max_size=6))
def test_the_framer_raises_nothing_but_its_own_error(lines):
    framer = Framer(LIMITS)
    for line in lines:
        try:
            need = framer.line(line)
        except LiteralTooLarge:
            continue
        if isinstance(need, Need):
            framer.literal(b"x" * need.size)
