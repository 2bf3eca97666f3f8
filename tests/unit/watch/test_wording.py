"""Numbers with their nouns, and characters that nobody sees."""

from __future__ import annotations

import pytest

from lgo_sandbox.watch.wording import counted, visible


@pytest.mark.parametrize(
    ("number", "noun", "plural", "text"),
    [
        (0, "message", "", "0 message"),
        (1, "boîte", "", "1 boîte"),
        (2, "boîte", "", "2 boîtes"),
        (3, "message retiré", "messages retirés", "3 messages retirés"),
    ],
)
def test_a_noun_agrees_with_its_number(number: int, noun: str, plural: str, text: str) -> None:
    assert counted(number, noun, plural) == text


def test_what_nobody_sees_is_written() -> None:
    assert visible("/\ufffd\x00\n«é»\u202e") == "/\ufffd\\x00\\x0a«é»\\x202e"
