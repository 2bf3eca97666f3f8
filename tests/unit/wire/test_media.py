from __future__ import annotations

import pytest

from lgo_sandbox.wire.media import read_media_type


def test_a_bare_boundary_with_colons_is_read_whole() -> None:
    media = read_media_type("Multipart/Related;boundary=uuid:0ca1-4b; type=application/xop+xml")
    assert media.name == "multipart/related"
    assert media.parameters == {"boundary": "uuid:0ca1-4b", "type": "application/xop+xml"}


def test_escaped_quotes_inside_start_info_are_undone() -> None:
    media = read_media_type(r'multipart/related;start-info="application/soap+xml;action=\"urn:a;b\"";start="<r*1@x>"')
    assert media.parameters["start-info"] == 'application/soap+xml;action="urn:a;b"'
    assert media.parameters["start"] == "<r*1@x>"


def test_the_first_of_two_equal_parameters_wins() -> None:
    assert read_media_type("a/b; boundary=1; BOUNDARY=2").parameters == {"boundary": "1"}


def test_the_charset_is_in_lower_case() -> None:
    assert read_media_type('text/xml; charset="UTF-8"').charset == "utf-8"
    assert read_media_type("text/xml; charset=").charset is None


@pytest.mark.parametrize("header", [None, "", "text/xml;" + "a=b;" * 10_000])
def test_an_absent_or_endless_header_says_nothing(header: str | None) -> None:
    media = read_media_type(header)
    assert (media.name, dict(media.parameters)) == ("", {})
