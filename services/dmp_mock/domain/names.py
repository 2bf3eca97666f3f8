"""Comparing distinguished names as certificates and VIHF issuers write them: by meaning, not by text.

Source: docs/sources/dmp.md#vihf-emetteur (both orders, hex-encoded attributes, ``ST=Rhône (69)``; high); RFC 4514 §2–3.
"""

from __future__ import annotations

import re
from collections import Counter
from functools import lru_cache

__all__ = ["same_name"]

_NAMES = {
    "2.5.4.3": "cn",
    "2.5.4.4": "sn",
    "2.5.4.42": "gn",
    "2.5.4.6": "c",
    "2.5.4.7": "l",
    "2.5.4.8": "st",
    "2.5.4.10": "o",
    "2.5.4.11": "ou",
    "2.5.4.12": "title",
    "t": "title",
    "givenname": "gn",
    "g": "gn",
    "surname": "sn",
    "s": "st",
    "sp": "st",
}
_SEPARATOR = re.compile(r"(?<!\\)[,;+/]\s*")
_ESCAPED = re.compile(r"\\(?:([0-9A-Fa-f]{2})|(.))")
_ENCODINGS = {0x1E: "utf-16-be", 0x14: "latin-1"}
_MAX = 4096


def same_name(one: str, other: str) -> bool:
    """Tell whether two RFC 4514 texts name the same subject, whatever their order, spelling and encoding."""
    if max(len(one), len(other)) > _MAX:
        return False
    return _attributes(one) == _attributes(other)


@lru_cache(maxsize=64)
def _attributes(name: str) -> Counter[tuple[str, str]]:
    """Return the attributes of a name; kept, since a software and its certificates say the same names all day."""
    return Counter(_attribute(part) for part in _SEPARATOR.split(name.strip()) if part)


def _attribute(text: str) -> tuple[str, str]:
    kind, _, value = text.partition("=")
    kind = kind.strip().lower().removeprefix("oid.")
    return _NAMES.get(kind, kind), " ".join(_value(value.strip()).split()).casefold()


def _value(text: str) -> str:
    if text.startswith("#"):
        return _decoded(text[1:])
    raw = b"".join(_pieces(text.strip('"')))
    return raw.decode("utf-8", "replace")


def _pieces(text: str) -> list[bytes]:
    pieces, position = [], 0
    for match in _ESCAPED.finditer(text):
        pieces.append(text[position : match.start()].encode())
        pieces.append(bytes.fromhex(match[1]) if match[1] else match[2].encode())
        position = match.end()
    return [*pieces, text[position:].encode()]


def _decoded(hexadecimal: str) -> str:
    """Read the short-form DER string of a hex-encoded value; what is none stays as it is."""
    try:
        der = bytes.fromhex(hexadecimal)
    except ValueError:
        return hexadecimal
    if len(der) < 2 or der[1] != len(der) - 2:
        return hexadecimal
    return der[2:].decode(_ENCODINGS.get(der[0], "utf-8"), "replace")
