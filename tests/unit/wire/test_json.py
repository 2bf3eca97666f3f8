from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lgo_sandbox.wire.json import BadJson, read_json, write_json


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"{",
        b'{"a":1}x',
        b"{'a':1}",
        b'{"a":1,"a":2}',
        b'{"o":{"a":1,"a":2}}',
        b"[NaN]",
        b"[-Infinity]",
        b"[1e999]",
        b"[" + b"9" * 5000 + b"]",
        b'"\\ud800"',
        b'"\xff"',
        b"\xef\xbb\xbf{}",
        '{"a":1}'.encode("utf-16"),
        b"[" * 65 + b"]" * 65,
        b"[" * 1_000_000,
        b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
    ],
    ids=lambda text: f"{text[:12]!r}x{len(text)}",
)
def test_what_is_not_interoperable_json_is_refused(text: bytes) -> None:
    with pytest.raises(BadJson):
        read_json(text)


def test_a_text_beyond_the_size_is_refused() -> None:
    with pytest.raises(BadJson):
        read_json(b'"xx"', max_bytes=3)


def test_brackets_inside_strings_are_no_levels() -> None:
    assert read_json(b'["' + b"[" * 1000 + b'\\"[[["]', max_depth=1) == ["[" * 1000 + '"[[[']


def test_depth_is_counted_to_the_limit() -> None:
    assert read_json(b"[[1],[2]]", max_depth=2) == [[1], [2]]
    with pytest.raises(BadJson):
        read_json(b"[[[1]]]", max_depth=2)


def test_writing_is_compact_utf8_in_the_order_given_or_sorted() -> None:
    value = {"b": "é", "a": [1, None]}
    assert write_json(value) == '{"b":"é","a":[1,null]}'.encode()
    assert write_json(value, sort_members=True) == '{"a":[1,null],"b":"é"}'.encode()


_VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


@settings(deadline=None)
@given(_VALUES)
def test_what_is_written_is_read_back(value: Any) -> None:
    assert read_json(write_json(value)) == value


@settings(deadline=None)
@given(st.binary(max_size=200))
def test_reading_any_bytes_raises_nothing_else_than_bad_json(data: bytes) -> None:
    with suppress(BadJson):
        read_json(data)
