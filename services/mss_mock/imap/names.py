"""Folder names on the wire: modified UTF-7, patterns of LIST, which names may exist.

Source: RFC 3501 §5.1 (names, hierarchy, modified UTF-7) and §6.3.8 (wildcards); confidence high. Names are kept as the
wire has them. Pure.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable

from mss_mock.codes import DELIMITER, INBOX
from mss_mock.domain import Refused

__all__ = ["BadName", "matcher", "read_name"]

MAX_NAME = 255
MAX_LEVELS = 10
_SHIFTED = re.compile(r"&([^-]*)-")
_FORBIDDEN = frozenset("*%")


class BadName(Refused):
    """The octets cannot name a folder."""

    def __init__(self, detail: str, octets: bytes, expected: str) -> None:
        received = octets[:80].decode("ascii", "backslashreplace") or "un nom vide"
        super().__init__("imap-nom-de-dossier", detail, received=received, expected=expected)


def read_name(octets: bytes) -> str:
    """Return a folder name in canonical form: INBOX in capitals, no delimiter at the end. Raises BadName."""
    try:
        name = octets.decode("ascii").removesuffix(DELIMITER)
    except UnicodeDecodeError as error:
        raise BadName("8-bit mailbox name", octets, "de l'UTF-7 modifié, en ASCII") from error
    levels = name.split(DELIMITER)
    if not name or len(name) > MAX_NAME or len(levels) > MAX_LEVELS or not all(levels):
        expected = f"de 1 à {MAX_NAME} caractères, {MAX_LEVELS} niveaux au plus, aucun vide"
        raise BadName("empty, too long or too deep mailbox name", octets, expected)
    if _FORBIDDEN & set(name) or not name.isprintable() or not _is_modified_utf7(name):
        raise BadName("bad mailbox name", octets, "de l'UTF-7 modifié imprimable, sans « * » ni « % »")
    return _with_inbox(name)


def _with_inbox(name: str) -> str:
    first, separator, rest = name.partition(DELIMITER)
    return f"{INBOX}{separator}{rest}" if first.upper() == INBOX else name


def _is_modified_utf7(name: str) -> bool:
    rest = _SHIFTED.sub("", name)
    return "&" not in rest and all(_is_shifted(match[1]) for match in _SHIFTED.finditer(name))


def _is_shifted(text: str) -> bool:
    if not text:
        return True
    try:
        octets = base64.b64decode(text.replace(",", "/") + "=" * (-len(text) % 4), validate=True)
        decoded = octets.decode("utf-16-be")
    except (binascii.Error, UnicodeDecodeError):
        return False
    return bool(decoded) and all(not (" " <= character <= "~") for character in decoded)


def matcher(reference: bytes, pattern: bytes) -> Callable[[str], bool]:
    """Return the test of a LIST pattern: ``*`` is anything, ``%`` anything but the delimiter.

    The pattern is an automaton whose states are the bits of an integer: many wildcards cost no more than few.
    """
    whole = (reference + pattern).decode("latin-1")
    whole = _with_inbox(re.sub(r"[*%]*\*[*%]*", "*", re.sub(r"%+", "%", whole)))
    if len(whole) > 2 * MAX_NAME:
        return lambda _name: False
    places: dict[str, int] = {}
    for position, character in enumerate(whole):
        places[character] = places.get(character, 0) | 1 << position
    stars, percents = places.pop("*", 0), places.pop("%", 0)

    def opened(states: int) -> int:
        return states | (states & (stars | percents)) << 1

    def test(name: str) -> bool:
        states = opened(1)
        for character in name:
            stay = stars if character == DELIMITER else stars | percents
            states = opened((states & places.get(character, 0)) << 1 | states & stay)
        return bool(states >> len(whole) & 1)

    return test
